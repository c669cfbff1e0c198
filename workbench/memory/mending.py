"""The line that a wrong answer needs where none is wrong: one number or sign changed, and the known answer follows.

For solutions whose lines are all computed rightly, so that the mistake is one of meaning, and for problems that no
rollout of a group solves, so that no verified solution shows the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from workbench.memory.explaining import CalculationLine, apply, follow, number_of, operation, story_of
from workbench.types import Judgement, Problem, StepVerdict


@dataclass(frozen=True)
class Mend:
    """A line to be written in place of another."""

    place: int
    line: str


def mend(problem: Problem, steps: Sequence[StepVerdict]) -> Mend | None:
    """The one change of one line from which the known answer follows; None where there is none, or a choice.

    The least change is meant: a number that the solution has not used yet goes before one that it has, and that
    before another sign.
    """
    known = number_of(problem.answer or "")
    lines = [(place, operation(s.text)) for place, s in enumerate(steps) if s.judgement is Judgement.CORRECT]
    computed = [(place, o) for place, o in lines if o is not None]
    if known is None or not computed:
        return None
    given = story_of(problem.text).numbers
    used = {n for _, o in computed for n in (o.left, o.right)}
    unused = [n for n in given if n not in used]
    for numbers, signs in ((unused, ""), (given, ""), ((), "+-*/")):
        found: dict[tuple[int, Fraction], Mend] = {}
        for place, step, value in _leading_to(known, computed, numbers, signs):
            found.setdefault((place, value), Mend(place, f"{step.left} {step.sign} {step.right} = {value}"))
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _leading_to(
    known: Fraction, computed: Sequence[tuple[int, CalculationLine]], numbers: Sequence[Fraction], signs: str
) -> Iterator[tuple[int, CalculationLine, Fraction]]:
    """Changed lines from which the known answer follows, with their place and value."""
    steps = [o for _, o in computed]
    for at, (place, step) in enumerate(computed):
        for other in _changed(step, numbers, signs):
            value = apply(other.left, other.sign, other.right)
            if value is None or value == step.value or not _plain(other, value):
                continue
            if follow(steps, at, value) == known:
                yield place, other, value


def _plain(step: CalculationLine, value: Fraction) -> bool:
    """Whether it can be written in whole numbers, without a sign to bracket."""
    return value.denominator == step.left.denominator == step.right.denominator == 1 <= step.right


def _changed(step: CalculationLine, numbers: Sequence[Fraction], signs: str) -> Iterator[CalculationLine]:
    for n in numbers:
        yield replace(step, right=n)
        yield replace(step, left=n)
    for sign in signs:
        yield replace(step, sign=sign)
