"""The published case table: what the verifier must say of known steps, the known failures among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ConfigDict, with_config

from workbench import resources
from workbench.errors import BadInput
from workbench.files import read_jsonl
from workbench.types import Diagnosis, Judgement, Knowledge, Problem, StepVerdict, from_json
from workbench.verification.verifier import Verifier

FOLDER = resources.CASES
BASE = "base-"
OPEN_ENDED = "open-ended"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class CaseRow:
    """One line of a case file."""

    problem: str
    step: str
    judgement: Judgement
    """What is right to say of the step."""
    before: tuple[str, ...] = ()
    """The steps before it."""
    mode: Knowledge = Knowledge.FREE
    answer: str | None = None
    reference: tuple[str, ...] = ()
    diagnosis: Diagnosis | None = None
    malrule: str | None = None
    repair: str | None = None
    known_failure: str | None = None
    """What the verifier says today instead, and why; None where it is right."""


@dataclass(frozen=True)
class Case:
    """One row with where it stands."""

    area: str
    file: str
    line: int
    row: CaseRow

    @property
    def name(self) -> str:
        """The file, the line, and how the step begins."""
        return f"{self.file}:{self.line} {self.row.step[:40]}"


@dataclass(frozen=True)
class CaseTally:
    """How the cases of one area and judgement come out."""

    area: str
    judgement: Judgement
    holds: int
    known_failures: int
    broken: int
    """Neither right nor marked as a known failure, or marked and yet right."""


def load_cases(folder: Path = FOLDER) -> list[Case]:
    """Return all cases, file by file. Raise `BadInput` that names the file and the line of a bad row."""
    paths = sorted(p for p in folder.glob("*.jsonl") if p.stem != OPEN_ENDED)
    if not paths:
        raise BadInput(f"{folder} holds no cases; run from a checkout of the project, which has them in data/cases.")
    return [case for path in paths for case in read_cases(path)]


def read_cases(path: Path) -> list[Case]:
    """Return the cases of one file; its name is the area. Raise `BadInput` with the file and the line."""
    area = path.stem.removeprefix(BASE)
    rows = read_jsonl(path, partial(from_json, CaseRow))
    return [Case(area, path.stem, number, row) for number, row in enumerate(rows, start=1)]


def judge_case(row: CaseRow, verifier: Verifier, step: str | None = None) -> StepVerdict:
    """Return the verdict on a case's step, or on another in its place."""
    problem = Problem("case", row.problem, row.answer, solution=row.reference)
    return verifier.verify(problem, [*row.before, step or row.step], row.mode).steps[-1]


def shortcomings(row: CaseRow, verdict: StepVerdict) -> list[str]:
    """Return in what a verdict is not as the case wants it."""
    wanted = (
        ("judgement", row.judgement),
        ("diagnosis", row.diagnosis),
        ("malrule", row.malrule),
        ("repair", row.repair),
    )
    return [
        f"{name} is {getattr(verdict, name)!s}, not {value!s}"
        for name, value in wanted
        if value is not None and getattr(verdict, name) != value
    ]


def tally(cases: Iterable[Case], verifier: Verifier) -> list[CaseTally]:
    """Return the counts by area and judgement, in the order of the files."""
    found: dict[tuple[str, Judgement], Counter[str]] = {}
    for case in cases:
        right = not shortcomings(case.row, judge_case(case.row, verifier))
        marked = case.row.known_failure is not None
        kind = "broken" if right == marked else "holds" if right else "failure"
        found.setdefault((case.area, case.row.judgement), Counter())[kind] += 1
    return [
        CaseTally(area, judgement, n["holds"], n["failure"], n["broken"])
        for (area, judgement), n in sorted(found.items())
    ]
