"""What the verifier says of mathematics that others wrote: real models' solutions, people's marks, reported faults.

The data is read where it lies and never copied: ProcessBench (Apache-2.0), MR-GSM8K (MIT), and a folder of minimal
inputs. A flag is a step judged incorrect; people's first error is the mark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from workbench.files import json_object, read_jsonl
from workbench.judging.rows import harmonic
from workbench.lab.step_figures import Figure
from workbench.types import Diagnosis, Judgement, Knowledge, Problem, StepVerdict
from workbench.verification import Verifier
from workbench.verification.answers import compare_answers, final_answer

MATH = "processbench/math-dev.jsonl"
WORD_PROBLEMS = "processbench/gsm8k-dev.jsonl"
REASONS = "mr-gsm8k/dev.jsonl"
FAULTS = "fault-cases/public-reports.jsonl"
FILES = (FAULTS, MATH, WORD_PROBLEMS, REASONS)
BINS = 10
"""Of confidence, in the calibration error."""
_MATHEMATICS = re.compile(
    r"[=<>≤≥≈]|\\(?:leq?|geq?|frac|sqrt|times|cdot|approx|implies)|[0-9)a-z] ?[-+*/^×÷] ?[0-9(a-z]"
)
"""A relation, a LaTeX operator, or a sign between operands: what a step with mathematics has, seven in eight."""


@dataclass(frozen=True)
class Flag:
    """One red step beside people's mark, to be read by a person."""

    data: str
    row: str
    step: int
    mark: int
    confidence: float
    checker: str
    text: str
    reason: str
    repair: str | None

    @property
    def true(self) -> bool | None:
        """Whether people agree: at the mark. None behind the mark, where people marked nothing."""
        behind = self.mark >= 0 and self.step > self.mark
        return None if behind else self.step == self.mark


@dataclass(frozen=True)
class FaultCase:
    """One input of the fault list with what is right and what was said."""

    kind: str
    input: str
    right: str
    said: str
    why: str

    @property
    def opposite(self) -> bool:
        """Whether the certain opposite of what is right was said."""
        sure = {"correct", "incorrect", "True", "False"}
        return self.said != self.right and {self.said, self.right} <= sure


@dataclass(frozen=True)
class Report:
    """All figures of one run, the flags to read, and the fault cases that are not right."""

    verifier: str
    figures: tuple[Figure, ...]
    flags: tuple[Flag, ...]
    faults: tuple[FaultCase, ...]
    absent: tuple[str, ...]


def measure(folder: Path, progress: Callable[[str], None], wanted: Sequence[str] = FILES) -> Report:
    """Return every figure that the folder's files allow. Raise `BadInput` for rows that are no JSON objects."""
    verifier = Verifier()
    figures: list[Figure] = []
    flags: list[Flag] = []
    faults: list[FaultCase] = []
    present = [name for name in wanted if (folder / name).exists()]
    for name in present:
        progress(name)
        rows = list(read_jsonl(folder / name, partial(json_object, example="{...}")))
        if name == FAULTS:
            cases = [fault_case(verifier, row) for row in rows]
            faults += [c for c in cases if c.said != c.right]
            figures += fault_figures(cases)
            continue
        if name in (MATH, WORD_PROBLEMS):
            found, new = free(verifier, name, rows)
            figures += found
            flags += new
        if name in (WORD_PROBLEMS, REASONS):
            figures += with_reference(verifier, name, rows)
    if flags:
        figures.append(calibration(flags))
    return Report(
        verifier.version, tuple(figures), tuple(flags), tuple(faults), tuple(n for n in wanted if n not in present)
    )


def free(verifier: Verifier, name: str, rows: Sequence[dict[str, Any]]) -> tuple[list[Figure], list[Flag]]:
    """Return what is flagged with the problem alone known, and each flag."""
    count = Counter[str]()
    flags: list[Flag] = []
    for row in rows:
        mark = row["first_error"]
        steps = verifier.verify(Problem(row["id"], row["problem"], None), row["steps"], Knowledge.FREE).steps
        red = [i for i, step in enumerate(steps) if step.judgement is Judgement.INCORRECT]
        flags += [_flag(name, row["id"], i, mark, steps[i]) for i in red]
        count["right"] += mark < 0
        count["kept"] += mark < 0 and not red
        count["before"] += len(steps) if mark < 0 else mark
        count["early"] += sum(mark < 0 or i < mark for i in red)
        count["hit"] += mark >= 0 and red[:1] == [mark]
        count["first"] += bool(red)
        for step in steps:
            mathematics = _MATHEMATICS.search(step.text) is not None
            count["mathematics"] += mathematics
            count["decided"] += mathematics and step.judgement is not Judgement.UNKNOWN
            count["misread"] += mathematics and step.diagnosis is Diagnosis.MISREAD
    kept, ceiling = (0.985, 0.65) if name == MATH else (0.995, None)

    def figure(what: str, part: str, whole: str, target: float | None = None, at_most: bool = False) -> Figure:
        return Figure(name, "free", what, count[part] / max(1, count[whole]), count[whole], target, at_most)

    return [
        figure("right solutions kept", "kept", "right", kept),
        figure("steps before the mark flagged", "early", "before", 0.005, True),
        figure("first flags at the mark", "hit", "first"),
        figure("steps with mathematics decided", "decided", "mathematics", ceiling),
        figure("of them read in two ways: errors of reading", "misread", "mathematics"),
    ], flags


def _flag(name: str, row: str, at: int, mark: int, step: StepVerdict) -> Flag:
    return Flag(name, row, at, mark, step.confidence, step.checker, step.text, step.reason, step.repair)


def with_reference(verifier: Verifier, name: str, rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """Return how often the first error is found with a worked solution known."""
    right = kept = wrong = exact = before = early = 0
    for row in rows:
        mark = row["first_error"]
        reference = tuple(row["reference_solution"].split("\n"))
        problem = Problem(row["id"], row["problem"], row["answer"], solution=reference)
        verdict = verifier.verify(problem, row["steps"], Knowledge.REFERENCE)
        red = [i for i, step in enumerate(verdict.steps) if step.judgement is Judgement.INCORRECT]
        right, kept = right + (mark < 0), kept + (mark < 0 and not red)
        wrong, exact = wrong + (mark >= 0), exact + (mark >= 0 and red[:1] == [mark])
        before += len(verdict.steps) if mark < 0 else mark
        early += sum(mark < 0 or i < mark for i in red)
    found, held = exact / max(1, wrong), kept / max(1, right)
    figures = [
        Figure(name, "reference", "first error found exactly", found, wrong),
        Figure(name, "reference", "steps before the mark flagged", early / max(1, before), before, 0.05, True),
    ]
    if right:
        f1 = harmonic(found, held) or 0.0
        figures += [
            Figure(name, "reference", "right solutions kept", held, right),
            Figure(name, "reference", "F1", f1, right + wrong, 0.72),
        ]
    return figures


def fault_case(verifier: Verifier, row: dict[str, Any]) -> FaultCase:
    """Return what is said of one reported input: a step's judgement, or whether two answers are equal."""
    if "equal" in row:
        stated = row["pred"] if "pred" in row else final_answer(row["solution"])
        grade = compare_answers(row["gold"], stated or "")
        shown = f"{row['gold']} | {row.get('pred', row.get('solution'))}"
        return FaultCase(row["kind"], shown, str(row["equal"]), str(grade.equal), grade.reason)
    problem = Problem("fault", row["problem"], row.get("answer"))
    verdict = verifier.verify(problem, [*row["before"], row["step"]], Knowledge(row["mode"]))
    step = verdict.steps[-1]
    shown = " | ".join((row["problem"], *row["before"], row["step"]))
    return FaultCase(row["kind"], shown, row["judgement"], step.judgement.value, step.reason)


def fault_figures(cases: Sequence[FaultCase]) -> list[Figure]:
    """Return the shares of reported inputs judged right, and judged the certain opposite."""
    right, opposite = sum(c.said == c.right for c in cases), sum(c.opposite for c in cases)
    return [
        Figure(FAULTS, "as told", "judged right", right / max(1, len(cases)), len(cases), 125 / 138),
        Figure(FAULTS, "as told", "judged the opposite", opposite / max(1, len(cases)), len(cases), 0.0, True),
    ]


def calibration(flags: Iterable[Flag]) -> Figure:
    """Return the expected calibration error of `incorrect`: the gap between confidence and truth, by bins."""
    told = [(flag.confidence, flag.true) for flag in flags if flag.true is not None]
    error = calibration_error([(confidence, bool(true)) for confidence, true in told])
    return Figure("processbench, flags up to the mark", "free", "calibration error", error, len(told), 0.03, True)


def calibration_error(told: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error over equal bins of confidence (Guo et al. 2017, arXiv 1706.04599)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, true in told:
        bins.setdefault(min(BINS - 1, int(confidence * BINS)), []).append((confidence, true))
    gaps = (abs(sum(c for c, _ in b) - sum(t for _, t in b)) for b in bins.values())
    return sum(gaps) / max(1, len(told))
