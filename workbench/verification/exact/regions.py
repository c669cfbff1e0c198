"""Sets of real numbers that polynomials cut out by their signs, compared exactly.

Two sets differ if and only if they differ at a root of one of their polynomials or at one number between two
neighbouring roots, so finitely many points decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, gcd, lcm

from workbench.verification.exact.polynomials import magnitude, tidy
from workbench.verification.exact.univariate import (
    Coefficients,
    at,
    common,
    derivative,
    divide,
    rational_roots,
    squarefree,
)
from workbench.verification.text.grammar import Number, Unreadable

Sign = tuple[Coefficients, str]
"""A polynomial and how it stands to zero: one of = != < <= > >=."""
Clauses = tuple[tuple[Sign, ...], ...]
"""Alternatives, each a conjunction. `((),)` is every number, `()` is none."""

EVERY: Clauses = ((),)
MAX_DEGREE = 12
_MAX_CLAUSES = 64
_MAX_ISOLATED = 6
"""The degree beyond which irrational roots are not isolated: a hostile quotient of degree nine took seconds."""
_ROUNDS = 200


@dataclass(frozen=True)
class Point:
    """A number: `low` itself, or the one root between two rational numbers."""

    low: Number
    high: Number

    @property
    def exact(self) -> Number | None:
        """The number where it is rational and known."""
        return self.low if self.low == self.high else None


def both(left: Clauses, right: Clauses) -> Clauses:
    """Return the numbers in both sets. Raise `Unreadable` beyond the bounds."""
    if len(left) * len(right) > _MAX_CLAUSES:
        raise Unreadable("too many alternatives")
    return tuple((*a, *b) for a in left for b in right)


def holds(clauses: Clauses, point: Point) -> bool:
    """Return whether a point that `points` gave for these polynomials is in the set."""
    return any(all(_sign_holds(_sign(poly, point), relation) for poly, relation in one) for one in clauses)


def difference(left: Clauses, right: Clauses, within: Clauses = EVERY, whole: bool = False) -> Point | None:
    """Return a point of only one of two sets, inside a third, whole numbers only if asked; None where they agree."""
    for point in points((left, right, within), whole):
        if holds(within, point) and holds(left, point) != holds(right, point):
            return point
    return None


def extreme(clauses: Clauses, largest: bool, whole: bool = False) -> Number | None:
    """Return the largest or smallest number of a set; None where there is none or it is not rational."""
    found = list(points((clauses,), whole))
    inside = [p for p in found if holds(clauses, p)]
    if not inside:
        return None
    end = inside[-1] if largest else inside[0]
    return end.exact if end != (found[-1] if largest else found[0]) else None


def members(clauses: Clauses) -> tuple[Number, ...] | None:
    """Return the numbers of a set where it is finite and all of them are rational."""
    found = list(points((clauses,)))
    inside = [p for p in found if holds(clauses, p)]
    roots = found[1::2]
    if any(p not in roots or p.exact is None for p in inside):
        return None
    return tuple(p.low for p in inside)


def points(sets: Sequence[Clauses], whole: bool = False) -> Iterator[Point]:
    """Yield every root of the sets' polynomials in order, and a number before, between and after them.

    With `whole`, the whole numbers at and beside the roots instead.
    """
    polys = {squarefree(poly) for clauses in sets for one in clauses for poly, _ in one if len(poly) > 1}
    roots = _isolated(polys)
    if not roots:
        yield Point(0, 0)
        return
    if whole:
        near = {n for r in roots for n in (floor(r.low) - 1, floor(r.low), ceil(r.high), ceil(r.high) + 1)}
        yield from (Point(n, n) for n in sorted(near))
        return
    first, last = floor(roots[0].low) - 1, ceil(roots[-1].high) + 1
    yield Point(first, first)
    for before, after in pairwise(roots):
        yield before
        between = _between(before, after)
        yield Point(between, between)
    yield roots[-1]
    yield Point(last, last)


def _between(before: Point, after: Point) -> Number:
    """A simple number between two roots."""
    low, high = before.high, after.low
    middle = (Fraction(low) + Fraction(high)) / 2
    whole = (floor(middle), floor(middle) + 1)
    return next((n for n in whole if low < n < high), tidy(middle))


def _product(polys: set[Coefficients]) -> Coefficients:
    """One squarefree polynomial with the roots of all."""
    total: Coefficients = (1,)
    for poly in sorted(polys):
        rest = divide(poly, common(total, poly))[0] if len(total) > 1 else poly
        if len(total) + len(rest) - 2 > MAX_DEGREE:
            raise Unreadable("degree too high")
        product: list[Number] = [0] * (len(total) + len(rest) - 1)
        for i, a in enumerate(total):
            for j, b in enumerate(rest):
                product[i + j] += a * b
        total = tuple(product)
    return total


def _isolated(polys: set[Coefficients]) -> list[Point]:
    """The real roots of squarefree polynomials in order, the rational ones exactly, no two intervals touching."""
    known = sorted({root for poly in polys for root in rational_roots(poly)})
    rest = _product(polys)
    for root in known:
        rest = divide(rest, (-root, 1))[0]
    found = [Point(r, r) for r in known]
    if len(rest) > 2:
        found += _bisected(rest, known)
    return sorted(found, key=lambda p: p.low)


def _bisected(poly: Coefficients, known: Sequence[Number]) -> list[Point]:
    """The other roots by Sturm's theorem, each between two numbers with no known root or whole number there."""
    if len(poly) - 1 > _MAX_ISOLATED:
        raise Unreadable("degree too high")
    chain = [poly, derivative(poly)]
    while len(chain[-1]) > 1:
        rest = divide(chain[-2], chain[-1])[1]
        if not rest:
            break
        chain.append(tuple(-c for c in rest))
    chain = [_whole(p) for p in chain]
    bound = 1 + max(ceil(magnitude(Fraction(c) / poly[-1])) for c in poly)
    waiting = [(Fraction(-bound), Fraction(bound))]
    found: list[tuple[Fraction, Fraction]] = []
    for _ in range(_ROUNDS):
        if not waiting:
            break
        low, high = waiting.pop()
        count = _changes(chain, low) - _changes(chain, high)
        if count == 0:
            continue
        near = range(ceil(low), floor(high) + 1) if count == 1 and high - low < 2 else ()
        whole = next((n for n in near if at(poly, n) == 0), None)
        if whole is not None:
            found.append((Fraction(whole), Fraction(whole)))
            continue
        clear = not any(low <= r <= high for r in known) and ceil(low) > floor(high)
        if count == 1 and clear:
            found.append((low, high))
            continue
        middle = (low + high) / 2
        if at(poly, middle) == 0:
            middle += (high - low) / 7
        waiting += [(low, middle), (middle, high)]
    if waiting:
        raise Unreadable("roots too close")
    found.sort()
    apart: list[Point] = []
    for low, high in found:
        while low < high and (at(poly, low) == 0 or at(poly, high) == 0 or (apart and low <= apart[-1].high)):
            low, high = _halved(poly, low, high)
        apart.append(Point(low, high))
    return apart


def _halved(poly: Coefficients, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """A smaller interval round the same root."""
    middle = (low + high) / 2 + (high - low) / 64
    return (low, middle) if (at(poly, low) > 0) != (at(poly, middle) > 0) else (middle, high)


def _changes(chain: Sequence[Coefficients], x: Fraction) -> int:
    signs = [value > 0 for p in chain if (value := _scaled_at(p, x)) != 0]
    return sum(a != b for a, b in pairwise(signs))


def _whole(poly: Coefficients) -> Coefficients:
    """A multiple by a positive number with whole coefficients: their signs take a fifth of the time of fractions."""
    bottom = lcm(*(c.denominator for c in poly))
    top = gcd(*(int(c * bottom) for c in poly)) or 1
    return tuple(int(c * bottom) // top for c in poly)


def _scaled_at(poly: Coefficients, x: Fraction) -> Number:
    """The value at x times a power of x's denominator, in whole numbers."""
    total: Number = 0
    power = 1
    for c in reversed(poly):
        total = total * x.numerator + c * power
        power *= x.denominator
    return total


def _sign(poly: Coefficients, point: Point) -> int:
    """The sign of a polynomial at a point: between its bounds it has no root but the point itself."""
    if len(poly) <= 1 or point.exact is not None:
        value = at(poly, point.low)
        return (value > 0) - (value < 0)
    simple = squarefree(poly)
    if (at(simple, point.low) > 0) != (at(simple, point.high) > 0):
        return 0
    return 1 if at(poly, point.low) > 0 else -1


def _sign_holds(sign: int, relation: str) -> bool:
    match relation:
        case "=":
            return sign == 0
        case "!=":
            return sign != 0
        case "<":
            return sign < 0
        case "<=":
            return sign <= 0
        case ">":
            return sign > 0
    return sign >= 0
