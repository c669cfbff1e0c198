"""Sets of solutions in one letter, and how two of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from workbench.types import EvidenceKind
from workbench.verification.exact import regions
from workbench.verification.exact import univariate as uni
from workbench.verification.exact.regions import Clauses, Point
from workbench.verification.text.grammar import Number, Unreadable


@dataclass(frozen=True)
class Roots:
    """The real roots of a squarefree monic polynomial; () stands for every number, (1,) for none."""

    letter: str
    poly: uni.Coefficients


@dataclass(frozen=True)
class Interval:
    """The numbers between two bounds; None is no bound."""

    letter: str
    low: Number | None = None
    low_closed: bool = False
    high: Number | None = None
    high_closed: bool = False

    def holds(self, x: Number) -> bool:
        above = self.low is None or x > self.low or (self.low_closed and x == self.low)
        below = self.high is None or x < self.high or (self.high_closed and x == self.high)
        return above and below

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and not (self.low_closed and self.high_closed))


@dataclass(frozen=True)
class Region:
    """The numbers that alternatives of inequalities allow."""

    letter: str
    clauses: Clauses


Solutions = Roots | Interval | Region


@dataclass(frozen=True)
class Condition:
    """What a problem asks of its letter besides the equation: `x > 0`, a whole number, the larger of the roots."""

    clauses: Clauses = regions.EVERY
    whole: bool = False
    largest: bool | None = None
    """Only the largest or the smallest solution is wanted; None where all are."""


@dataclass(frozen=True)
class Difference:
    """How a line's solutions differ from those of the line before."""

    kind: EvidenceKind
    text: str


def show(number: Number) -> str:
    """Return a number as a pupil would write it: whole, a short decimal, or a fraction."""
    if number.denominator == 1:
        return str(number.numerator)
    if 10_000 % number.denominator == 0:
        whole, part = divmod(abs(number.numerator) * (10_000 // number.denominator), 10_000)
        return f"{'-' * (number < 0)}{whole}.{part:04d}".rstrip("0")
    return f"{number.numerator}/{number.denominator}"


def union(polys: Sequence[uni.Coefficients]) -> uni.Coefficients:
    """Return the squarefree polynomial with the roots of all. Raise `Unreadable` beyond the bounds."""
    if len(polys) == 1:
        return polys[0]
    if any(p == () for p in polys):
        return ()
    total: uni.Coefficients = (1,)
    for poly in polys:
        product: list[Number] = [0] * (len(total) + len(poly) - 1)
        for i, a in enumerate(total):
            for j, b in enumerate(poly):
                product[i + j] += a * b
        total = tuple(product)
    if len(total) > 25:
        raise Unreadable("too many alternatives")
    return uni.squarefree(total)


def clauses_of(solutions: Solutions) -> Clauses:
    """Return solutions as signs of polynomials."""
    match solutions:
        case Region(_, clauses):
            return clauses
        case Roots(_, poly):
            return () if poly == (1,) else regions.EVERY if poly == () else (((poly, "="),),)
    low, high = solutions.low, solutions.high
    below = () if high is None else (((-high, 1), "<=" if solutions.high_closed else "<"),)
    above = () if low is None else (((-low, 1), ">=" if solutions.low_closed else ">"),)
    return ((*above, *below),)


def within(solutions: Solutions, condition: Condition | None) -> Solutions:
    """Return the solutions that meet a condition. Raise `Unreadable` beyond the bounds."""
    if condition is None or condition == Condition(whole=condition.whole):
        return solutions
    kept = regions.both(clauses_of(solutions), condition.clauses)
    if condition.largest is not None:
        end = regions.extreme(kept, condition.largest, condition.whole)
        return solutions if end is None else Roots(solutions.letter, (-end, 1))
    members = regions.members(kept) if isinstance(solutions, Roots) else None
    if members is None:
        return Region(solutions.letter, kept)
    return Roots(solutions.letter, union([(-m, 1) for m in members]) if members else (1,))


def compare(before: Solutions, after: Solutions, condition: Condition | None = None) -> Difference | None:
    """Return None where both have the same real solutions, else a sentence that shows the difference.

    Under a condition only numbers that meet it count. Raise `Unreadable` beyond the bounds.
    """
    if before == after or before.letter != after.letter:
        return None
    if condition is not None and condition.whole:
        sets = clauses_of(before), clauses_of(after)
        return _apart(before, regions.difference(*sets, condition.clauses, whole=True), sets[0])
    if condition is not None and condition.clauses != regions.EVERY:
        plain = Condition(condition.clauses)
        before, after = within(before, plain), within(after, plain)
        return compare(before, after)
    if isinstance(before, Roots) and isinstance(after, Roots):
        return _compare_roots(before, after)
    if isinstance(before, Interval) and isinstance(after, Interval):
        return _compare_intervals(before, after)
    sets = clauses_of(before), clauses_of(after)
    return _apart(before, regions.difference(*sets), sets[0])


def _apart(before: Solutions, point: Point | None, first: Clauses) -> Difference | None:
    """The sentence on a point that only one of two sets has."""
    if point is None:
        return None
    where = ("the line before", "this line") if regions.holds(first, point) else ("this line", "the line before")
    number = f"= {show(point.exact)}" if point.exact is not None else f"near {float(point.low):.3g}"
    return Difference(EvidenceKind.COUNTEREXAMPLE, f"{before.letter} {number} fits {where[0]}, but not {where[1]}.")


def _compare_roots(before: Roots, after: Roots) -> Difference | None:
    x = before.letter
    if before.poly == ():
        return Difference(EvidenceKind.COUNTEREXAMPLE, f"Every {x} fits the line before, but not this line.")
    if after.poly == ():
        return Difference(EvidenceKind.COUNTEREXAMPLE, f"Every {x} fits this line, but not the line before.")
    shared = uni.common(before.poly, after.poly)
    lost, gained = uni.divide(before.poly, shared)[0], uni.divide(after.poly, shared)[0]
    if uni.real_roots(lost) == 0 and uni.real_roots(gained) == 0:
        return None
    lost_text = " and ".join(f"{x} = {show(r)}" for r in uni.rational_roots(lost)) or "some roots"
    gained_text = " and ".join(f"{x} = {show(r)}" for r in uni.rational_roots(gained)) or "some roots"
    if len(before.poly) > 2 or len(after.poly) > 2:
        pieces = [f"loses {lost_text}"] if uni.real_roots(lost) else []
        pieces += [f"gains {gained_text}"] if uni.real_roots(gained) else []
        return Difference(EvidenceKind.ROOTS, f"This line {' and '.join(pieces)}. {_direction(lost, gained)}")
    if not uni.real_roots(gained):
        return Difference(EvidenceKind.COUNTEREXAMPLE, f"{lost_text} fits the line before, but not this line.")
    rest = f"; the line before is true for {lost_text}" if uni.real_roots(lost) else ""
    return Difference(EvidenceKind.COUNTEREXAMPLE, f"{gained_text} fits this line, but not the line before{rest}.")


def _direction(lost: uni.Coefficients, gained: uni.Coefficients) -> str:
    """Which of the two lines follows from the other."""
    if not uni.real_roots(gained):
        return "The line before follows from this line, but not this line from the line before."
    if not uni.real_roots(lost):
        return "This line follows from the line before, but not the line before from this line."
    return "Neither line follows from the other."


def _compare_intervals(before: Interval, after: Interval) -> Difference | None:
    """Look for a number that only one of two intervals has."""
    if before.empty and after.empty:
        return None
    bounds = (before.low, before.high, after.low, after.high)
    ordered: list[Number] = sorted({0, *(b for b in bounds if b is not None)})
    between = [Fraction(a + b) / 2 for a, b in pairwise(ordered)]
    for x in [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]:
        if before.holds(x) != after.holds(x):
            where = ("the line before", "this line") if before.holds(x) else ("this line", "the line before")
            text = f"{before.letter} = {show(x)} fits {where[0]}, but not {where[1]}."
            return Difference(EvidenceKind.COUNTEREXAMPLE, text)
    return None
