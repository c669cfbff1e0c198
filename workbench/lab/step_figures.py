"""Generated solutions made wrong: by the malrules of imagined pupils, and by ten changes of no malrule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

from workbench.files import json_object, read_jsonl
from workbench.judging.rows import harmonic
from workbench.lab.rewriting import Unfit, rewrite
from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, SPLITS, make, write_solution
from workbench.problems.work import Work
from workbench.types import Judgement, Knowledge, Problem, Verdict
from workbench.verification import Verifier
from workbench.verification.answers import grade

SKILLS = (
    *("signed", "order", "frac_add", "frac_of", "decimal", "linear_one", "linear_both", "linear_brackets"),
    *("linear_frac", "inequality", "system", "quadratic", "expand", "factor"),
)
"""The skills of algebra and arithmetic, whose errors show on the line itself."""
_SAME_LINE = (
    {"factor_signs", "ignores_minus"},
    {"halves_square", "one_root"},
    {"multiplies_first_only", "top_only"},
)
"""Malrules that can give the very same line, so that either name is right."""


@dataclass(frozen=True)
class Corrupted:
    """A solution with one wrong step."""

    problem: Problem
    lines: tuple[str, ...]
    at: int
    """The wrong step."""
    by: str
    """The malrule or the change that made it wrong."""


def same_name(first: str | None, second: str) -> bool:
    """Whether two names stand for the same malrule at work."""
    return first == second or any({first, second} <= names for names in _SAME_LINE)


def by_malrules(count: int, seed: int = 23) -> Iterator[Corrupted]:
    """Solutions under one belief each, where it leads to a wrong answer; `count` problems a level and split."""
    for name in SKILLS:
        skill = BY_NAME[name]
        for level in DIFFICULTIES:
            for split in ("dev", "depth-dev"):
                for i in range(count):
                    problem = make(name, level, seed, i, SPLITS[split])
                    params = dict(problem.params)
                    for malrule in skill.malrules:
                        for path in range(skill.paths(params)):
                            work = write_solution(skill, params, Work(beliefs=frozenset({malrule}), path=path))
                            # A wrong rule may give a true line: n = 4 - 2 after 2n = 4.
                            if work.mistakes and work.lines[-1] != problem.solution[-1]:
                                yield Corrupted(problem, tuple(work.lines), work.mistakes[0].line, malrule)


_LAST_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])(?!.*(?<![\w.])\d+(?![\w.]))")
_NUMBERS = re.compile(r"(?<![\w.])\d+(?![\w.])")

CHANGES: dict[str, Callable[[int, list[int]], int]] = {
    "seven too many": lambda n, _: n + 7,
    "three times as much": lambda n, _: 3 * n + 3,
    "all numbers added": lambda _, every: sum(every) + 1,
    "two numbers written together": lambda n, every: int(f"{every[0]}{n}"),
    "squared": lambda n, _: n * n + 2,
    "next round number": lambda n, _: n // 10 * 10 + 20,
    "a nine behind": lambda n, _: 10 * n + 9,
    "the largest number": lambda _, every: max(every) + 4,
    "half, rounded up, and three": lambda n, _: (n + 1) // 2 + 3,
    "counted backwards": lambda n, _: abs(n - 100),
}
"""What a line's last whole number becomes, from its value and all whole numbers of the line."""


def changed(line: str, change: Callable[[int, list[int]], int]) -> str:
    """The line with its last whole number changed."""
    every = [int(n) for n in _NUMBERS.findall(line)] or [0]
    return _LAST_NUMBER.sub(lambda m: str(change(int(m.group()), every)), line)


def by_changes(count: int, seed: int = 31) -> Iterator[Corrupted]:
    """Solutions with one number changed in a way that no malrule of the catalogue makes."""
    for k, (name, change) in enumerate(CHANGES.items()):
        for skill in SKILLS:
            for level in (1, 3):
                for i in range(count):
                    problem = make(skill, level, seed + k, k + i, SPLITS["dev"])
                    lines = problem.solution[:-1]
                    at = (k + i + level) % len(lines)
                    wrong = changed(lines[at], change)
                    if wrong != lines[at]:
                        yield Corrupted(problem, (*lines[:at], wrong, *problem.solution[at + 1 :]), at, name)


def alternates(count: int, seed: int = 11) -> Iterator[tuple[Problem, tuple[str, ...]]]:
    """Right solutions by another path than the problem's first; `count` problems a skill and level."""
    for skill in BY_NAME:
        for level in DIFFICULTIES:
            for i in range(count):
                problem = make(skill, level, seed, i, SPLITS["train"])
                yield from ((problem, path) for path in problem.alternates)


# What the verifier finds and what it flags wrongly, on generated solutions and on other people's data.


GOLD = "gsm8k/train.jsonl"
MARKED = "stepverify/dev.jsonl"
MOVES = "cogtutor/dev.jsonl"
ANSWERS = "answer-pairs/hendrycks.jsonl"
_COMPUTES = re.compile(
    r"<<[^<>]+>>|[0-9)%][^=\n]{0,60}[-+*/x×÷·][^=\n]{0,60}=|=[^=\n]{0,60}[0-9)%] ?[-+*/x×÷·] ?[$(0-9]"
)
"""A step with a calculation in it, as far as a pattern that shares nothing with the verifier can tell."""


@dataclass(frozen=True)
class Figure:
    """One share, with what was wanted."""

    data: str
    mode: str
    what: str
    share: float
    of: int
    """What the share is of: steps, solutions or pairs; for F1 the solutions of both kinds."""
    target: float | None = None
    at_most: bool = False
    """The target is a ceiling, not a floor."""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.target is None:
            return None
        return self.share <= self.target if self.at_most else self.share >= self.target


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    gold: int = 1_000_000
    """Worked solutions at most."""
    rewritten: int = 1000
    malrule_problems: int = 12
    """Problems for each skill, level and split, each under every malrule on its own."""
    change_problems: int = 5
    alternate_problems: int = 40


@dataclass(frozen=True)
class StepFigures:
    """All figures of one run."""

    verifier: str
    figures: tuple[Figure, ...]
    absent: tuple[str, ...]
    """Files that the folder does not have, whose figures are left out."""


def measure(folder: Path | None, sizes: Sizes, progress: Callable[[str], None]) -> StepFigures:
    """Every figure that the folder's files allow, without one those on generated solutions alone.

    `progress` hears the name of each part before it begins. Raises `BadInput` for rows that are no JSON objects.
    """
    verifier = Verifier()
    figures: list[Figure] = []
    for name, part in (("twins", twins), ("alternates", other_paths)):
        progress(name)
        figures += part(verifier, sizes)
    rewritten: tuple[int, int] | None = None
    present = [name for name in FILES if folder is not None and (folder / name).exists()]
    for name in present:
        assert folder is not None
        progress(name)
        rows = list(read_jsonl(folder / name, partial(json_object, example="{...}")))
        if name == GOLD:
            figures += gold(verifier, rows[: sizes.gold])
            found, rewritten = rewritten_gold(verifier, rows, sizes.rewritten)
            figures += found
        elif name == MARKED:
            figures += [*marked_free(verifier, rows), *marked_reference(verifier, rows, rewritten), *teachers(rows)]
        else:
            figures += moves(verifier, rows) if name == MOVES else answer_pairs(rows)
    return StepFigures(verifier.version, tuple(figures), tuple(n for n in FILES if n not in present))


FILES = (GOLD, MARKED, MOVES, ANSWERS)


def _share(hits: int, of: int) -> float:
    return hits / of if of else 0.0


def twins(verifier: Verifier, sizes: Sizes) -> list[Figure]:
    """Corrupted solutions: flagged at the corrupted step, and the malrule named."""
    data, other = "twins of generated solutions, algebra and arithmetic", "the same by ten changes of no malrule"
    found = Counter[str]()
    for item in by_malrules(sizes.malrule_problems):
        verdict = _judged(verifier, item)
        found["all"] += 1
        found["flagged"] += verdict.first_error == item.at
        found["named"] += same_name(verdict.steps[item.at].malrule, item.by)
    foreign = [_judged(verifier, item).first_error == item.at for item in by_changes(sizes.change_problems)]
    every, at_step = found["all"], "flagged at the corrupted step"
    return [
        Figure(data, "answer", at_step, _share(found["flagged"], every), every, 0.99),
        Figure(data, "answer", "the malrule named", _share(found["named"], every), every, 0.9),
        Figure(other, "answer", at_step, _share(sum(foreign), len(foreign)), len(foreign), 0.95),
    ]


def _judged(verifier: Verifier, item: Corrupted) -> Verdict:
    return verifier.verify(item.problem, item.lines, Knowledge.ANSWER)


def other_paths(verifier: Verifier, sizes: Sizes) -> list[Figure]:
    """Right solutions by another path than the reference."""
    flagged = [
        verifier.verify(problem, path, Knowledge.REFERENCE).first_error is not None
        for problem, path in alternates(sizes.alternate_problems)
    ]
    share = _share(sum(flagged), len(flagged))
    return [Figure("alternate paths of generated problems", "reference", "flagged", share, len(flagged), 0.0, True)]


def gold(verifier: Verifier, rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """Worked solutions: nearly nothing is wrong, and nearly all that computes is decided."""
    count = Counter[str]()
    for row in rows:
        verdict = verifier.verify(Problem("gold", row["question"], None), row["answer"], Knowledge.FREE)
        for step in verdict.steps:
            computes = _COMPUTES.search(step.text) is not None
            count["steps"] += 1
            count["flagged"] += step.judgement is Judgement.INCORRECT
            count["computing"] += computes
            count["decided"] += computes and step.judgement is not Judgement.UNKNOWN
    flagged, decided = _share(count["flagged"], count["steps"]), _share(count["decided"], count["computing"])
    return [
        Figure(GOLD, "free", "steps flagged", flagged, count["steps"], 0.002, True),
        Figure(GOLD, "free", "steps that compute, decided", decided, count["computing"], 0.95),
    ]


def _with_solution(text: str, lines: Sequence[str]) -> Problem:
    last = lines[-1].removeprefix("Answer:").strip()
    return Problem("p", text, last, solution=tuple(lines))


def rewritten_gold(
    verifier: Verifier, rows: Sequence[dict[str, Any]], limit: int
) -> tuple[list[Figure], tuple[int, int]]:
    """Worked solutions told in another way; beside the figure, how many of how many have nothing flagged."""
    steps = flagged = clean = solutions = 0
    for seed, row in enumerate(rows):
        if solutions == limit:
            break
        try:
            told = rewrite(row["answer"], seed)
        except Unfit:
            continue
        problem = _with_solution(row["question"], row["answer"].replace("####", "Answer:").split("\n"))
        verdict = verifier.verify(problem, told, Knowledge.REFERENCE)
        solutions += 1
        steps += len(verdict.steps)
        flagged += sum(s.judgement is Judgement.INCORRECT for s in verdict.steps)
        clean += verdict.first_error is None
    data = f"{GOLD}, {solutions:,} solutions rewritten"
    figure = Figure(data, "reference", "steps flagged", _share(flagged, steps), steps, 0.005, True)
    return [figure], (clean, solutions)


def _marked(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[Problem, list[str], int]]:
    for row in rows:
        yield _with_solution(row["problem"], row["reference_solution"].split("\n")), row["steps"], row["first_error"]


def marked_free(verifier: Verifier, rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """Wrong solutions that a teacher marked, with the problem alone known."""
    first = [(verifier.verify(p, s, Knowledge.FREE).first_error, mark) for p, s, mark in _marked(rows)]
    flagged = [found == mark for found, mark in first if found is not None]
    precision = _share(sum(flagged), len(flagged))
    return [
        Figure(MARKED, "free", "flagged rows with the teacher's step first", precision, len(flagged), 0.9),
        Figure(MARKED, "free", "teacher's step found", _share(sum(flagged), len(first)), len(first)),
    ]


def marked_reference(
    verifier: Verifier, rows: Sequence[dict[str, Any]], rewritten: tuple[int, int] | None
) -> list[Figure]:
    """The same with a worked solution known; `rewritten` are the right solutions for F1."""
    exact = early = before = 0
    for problem, steps, mark in _marked(rows):
        verdict = verifier.verify(problem, steps, Knowledge.REFERENCE)
        exact += verdict.first_error == mark
        before += mark
        early += sum(s.judgement is Judgement.INCORRECT for s in verdict.steps[:mark])
    found = _share(exact, len(rows))
    figures = [
        Figure(MARKED, "reference", "teacher's step found", found, len(rows)),
        Figure(MARKED, "reference", "steps before the teacher's flagged", _share(early, before), before, 0.03, True),
    ]
    if rewritten is None or not rewritten[1]:
        return figures
    f1 = harmonic(found, _share(*rewritten)) or 0.0
    what = "F1 with the rewritten solutions as right ones"
    return [*figures, Figure(MARKED, "reference", what, f1, len(rows) + rewritten[1], 0.7)]


def teachers(rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """How far teachers who marked the same solution agree: what a perfect reader of one would get from another."""
    marks: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        marks.setdefault((row["problem"], *(s.strip() for s in row["steps"])), []).append(row["first_error"])
    pairs = [pair for own in marks.values() for pair in permutations(own, 2)]
    before = sum(mark for _, mark in pairs)
    early = sum(other < mark for other, mark in pairs)
    agree = sum(other == mark for other, mark in pairs)
    return [
        Figure(MARKED, "teachers", "pairs of teachers who mark the same step", _share(agree, len(pairs)), len(pairs)),
        Figure(MARKED, "teachers", "steps before one's mark that another marks", _share(early, before), before),
    ]


def moves(verifier: Verifier, rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """Pupils' moves as the second of two steps."""
    problem = Problem("p", "Solve the equation.", None)
    verdicts = [verifier.verify(problem, [r["before"], r["after"]], Knowledge.FREE) for r in rows]
    judged = [(r["verdict"], v.steps[1]) for r, v in zip(rows, verdicts, strict=True)]
    right = [s.judgement is Judgement.CORRECT for v, s in judged if v == "equivalent"]
    wrong = [s.judgement is Judgement.INCORRECT for v, s in judged if v == "not_equivalent"]
    named = [s.malrule is not None for v, s in judged if v == "not_equivalent"]
    return [
        Figure(MOVES, "free", "right moves judged correct", _share(sum(right), len(right)), len(right), 0.995),
        Figure(MOVES, "free", "wrong moves judged incorrect", _share(sum(wrong), len(wrong)), len(wrong), 0.995),
        Figure(MOVES, "free", "wrong moves with a malrule named", _share(sum(named), len(named)), len(named), 0.6),
    ]


def answer_pairs(rows: Sequence[dict[str, Any]]) -> list[Figure]:
    """Pairs of answers that a known grader was tested with."""
    wanted = {0: Judgement.INCORRECT, 1: Judgement.CORRECT}
    same = [grade(r["gold"], r["pred"]) is wanted[r["expected"]] for r in rows]
    return [Figure(ANSWERS, "grade", "graded as expected", _share(sum(same), len(same)), len(same))]
