"""Generated solutions made wrong: by the malrules of imagined pupils, and by ten changes of no malrule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, SPLITS, make, write_solution
from workbench.problems.work import Work
from workbench.types import Problem

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
