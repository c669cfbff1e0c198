"""The first step that goes astray, from the signals of all steps.

A teacher reads step by step and stops at the first wrong one. So each step has a chance of being wrong given that
all before it were right (a logistic sum of its signals), and the chance that it is the *first* wrong one is that
times the chance that the reader came so far. The weights are a logistic regression on teachers' marks
(eth-lre/verify-then-generate, CC BY 4.0; its development part).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Judgement
from workbench.verification.answers import final_answer, grade
from workbench.verification.reference.reading import LineReading, close, read_statement
from workbench.verification.reference.signals import Course, PlacedComputation, Signal, observe
from workbench.verification.reference.worked import QuantityPlace, work_through
from workbench.verification.text.grammar import Number

WEIGHTS: dict[Signal, float] = {
    Signal.FINAL: 1.52,
    Signal.FIRST_OFF: 1.32,
    Signal.SAME_OPERANDS: 1.07,
    Signal.UNIT_DIFFERS: 0.91,
    Signal.FIRST_REGROUPED: 0.82,
    Signal.SUSPECT: 0.60,
    Signal.ROLE_DIFFERS: 0.56,
    Signal.FIRST_NEAR: 0.52,
    Signal.REUSED: 0.24,
    Signal.EQUATION: 0.18,
    Signal.DEAD_ON: -0.12,
    Signal.UNIT_FITS: -0.28,
    Signal.BEFORE_DEAD_END: -0.34,
    Signal.JUST_AFTER: -0.47,
    Signal.FIRST_NEW: -0.55,
    Signal.STRANDED: -0.61,
    Signal.BEFORE: -0.62,
    Signal.NO_NUMBER: -0.64,
    Signal.OPENING: -0.84,
    Signal.LEADS_ON: -1.00,
    Signal.ROLE_FITS: -1.11,
}
BIAS = -0.23
PATIENCE = 0.2
"""Of two steps with nearly the same chance the later one is taken: what goes wrong later was right before."""
SURE = 0.8
"""In the development data one step in a hundred before the marked one reaches this, and none of right solutions."""


def hazard(signals: set[Signal]) -> float:
    """Return the chance that a step is wrong, given that all steps before it are right."""
    return 1 / (1 + math.exp(-BIAS - sum(WEIGHTS.get(s, 0.0) for s in signals)))


def first_wrong(signals: Sequence[set[Signal]]) -> tuple[int, float]:
    """Return the likeliest first wrong step of a solution that ends wrong, and its share of all chances."""
    chances: list[float] = []
    so_far = 1.0
    for found in signals:
        risk = hazard(found)
        chances.append(so_far * risk)
        so_far *= 1 - risk
    best = max(range(len(chances)), key=lambda i: chances[i] * math.exp(PATIENCE * i))
    return best, chances[best] / sum(chances)


def surely_wrong(signals: Sequence[set[Signal]], off: frozenset[int]) -> tuple[int, float] | None:
    """In a solution that has not ended yet: the first step off every path that is wrong whatever comes later."""
    for i, found in enumerate(signals):
        if i in off and (risk := hazard(found)) >= SURE:
            return i, risk
    return None


# A whole solution against a worked one: does it end right, and where does it first go astray.


MAX_STEPS = 60
_BARE = 24
"""A step of at most this many characters that holds one number and computes nothing states the answer."""
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|so|hence|in total|altogether|in all|finally|in the end)\b", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Alignment:
    """What a worked solution says of another one."""

    course: Course
    right: bool
    """It ends with the known answer."""
    astray: int | None
    """The first step that goes astray: of a solution that ends wrong, or nearly surely of one that goes on."""
    chance: float
    """How likely that is the step, among all."""

    def moves(self, step: int) -> tuple[PlacedComputation, ...]:
        return tuple(m for m in self.course.moves if m.step == step)


@lru_cache(maxsize=256)
def align(problem: str, solution: tuple[str, ...], answer: str | None, steps: tuple[str, ...]) -> Alignment | None:
    """Return a solution against a worked one; None where the worked one computes nothing."""
    worked = work_through(problem, solution)
    if not worked.results or len(steps) > MAX_STEPS:
        return None
    read = [read_statement(step) for step in steps]
    said = _said(steps[-1], read[-1])
    body = len(steps) - (1 if said is not None and not read[-1].computations else 0)
    known = (_last_number(answer) if answer is not None else None) or worked.answer
    final = _last_number(said) if said is not None else _last_value(read)
    right = known is not None and _ends_right(read[-1], known, answer, said)
    course = observe(worked, problem, read[:body], final)
    concludes = bool(_CONCLUDES.search(steps[-1])) and len(course.moves) >= len(worked.results)
    course.signals += [{Signal.ANSWER} for _ in range(len(steps) - body)]
    astray, chance = None, 0.0
    if known is None or right:
        pass
    elif final is not None and (said is not None or concludes):
        astray, chance = first_wrong(course.signals)
    elif (sure := surely_wrong(course.signals, _off(course))) is not None:
        astray, chance = sure
    return Alignment(course, right, astray, chance)


def _off(course: Course) -> frozenset[int]:
    """The steps whose value occurs on no way to the answer, or comes of the right numbers by the wrong operation."""
    return frozenset(
        m.step
        for m in course.moves
        if m.place <= QuantityPlace.NEARBY
        or (Signal.SAME_OPERANDS in course.signals[m.step] and m.value not in course.worked.values)
    )


def _said(last: str, read: LineReading) -> str | None:
    """The answer as a last step states it: behind a marker, or as all that it says."""
    stated = final_answer(last)
    if stated is not None:
        return stated
    bare = len(last.strip()) <= _BARE and len(read.quantities) == 1 and not read.computations
    return last if bare else None


def _last_number(text: str) -> Number | None:
    quantities = read_statement(text).quantities
    return quantities[-1].value if quantities else None


def _last_value(read: list[LineReading]) -> Number | None:
    for step in reversed(read):
        if step.computations and step.computations[-1].result is not None:
            return step.computations[-1].result
        if step.quantities:
            return step.quantities[-1].value
    return None


def _ends_right(last: LineReading, known: Number, answer: str | None, said: str | None) -> bool:
    """Whether a solution ends with the known answer; prose has to compute it or to name it in its last step."""
    if said is not None:
        if answer is not None and grade(answer, said) is Judgement.CORRECT:
            return True
        return any(close(v, known) for v in read_statement(said).values)
    results = {c.result for c in last.computations if c.result is not None}
    return any(close(v, known) for v in results or last.values)


def on_the_way(alignment: Alignment, step: int) -> QuantityPlace | None:
    """Return the worst place of a step's computations; None where it computes nothing."""
    return min((m.place for m in alignment.moves(step)), default=None)
