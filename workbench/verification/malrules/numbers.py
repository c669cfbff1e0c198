"""Malrules of written arithmetic: columns, carries, places, tables, and numbers copied wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from workbench.verification.algebra.polynomials import magnitude, tidy
from workbench.verification.malrules.signs import Rule, Slip, rules
from workbench.verification.malrules.trees import Factor, Spot, Term, constant, number, product_of, sum_of
from workbench.verification.reading.grammar import Number


def places(value: Number) -> int | None:
    """How many decimal places a number has; None where it has no end or more than six."""
    for k in range(7):
        if (value * 10**k).denominator == 1:
            return k
    return None


def _pair_results(a: Number, b: Number) -> Iterator[tuple[str, Number]]:
    """Wrong sums (b > 0) or differences (b < 0) of two numbers that are not negative, column by column."""
    p, q = places(a), places(b)
    if p is None or q is None:
        return
    unit = 10 ** max(p, q)
    x, y = int(a * unit), int(abs(b) * unit)
    right = x + y if b > 0 else x - y
    if b > 0:
        yield from _wrong_sums(a, b, p, q)
        for k in _carries(x, y):
            name = "whole_part_kept" if 10 ** (k + 1) == unit else "forgets_carry"
            yield name, Fraction(right - 10 ** (k + 1), unit)
        if x + y != _columns(x, y):
            yield "forgets_carry", Fraction(_columns(x, y), unit)
    else:
        yield "smaller_digit_from_larger", Fraction(_columns(x, y, -1), unit)
        for k in range(1, len(str(x))):
            yield "forgets_borrow", Fraction(right + 10**k, unit)
    for step in (1, -1):
        yield "off_by_one", Fraction(right + step, unit)
    for step in (10, -10, 2, -2):
        yield "counting_slip", Fraction(right + step, unit)


def _wrong_sums(a: Number, b: Number, p: int, q: int) -> Iterator[tuple[str, Number]]:
    """The points of decimals out of line, or what runs over left behind the point."""
    if p != q:
        joined = int(a * 10**p) + int(b * 10**q)
        yield "decimal_as_whole", Fraction(joined, 10 ** max(p, q))
        yield "decimal_as_whole", Fraction(joined, 10 ** min(p, q))
    if p or q:
        unit = 10 ** max(p, q)
        behind = int((a % 1) * 10**p) + int((b % 1) * 10**q)
        yield "carry_after_point", a // 1 + b // 1 + Fraction(behind, 10 ** len(str(behind)))
        if p == q and behind >= unit:
            yield "carry_after_point", a // 1 + b // 1 + Fraction(behind, unit * 10)


def _carries(x: int, y: int) -> Iterator[int]:
    """The columns whose digits run over."""
    carry, k = 0, 0
    while x or y:
        carry = int(x % 10 + y % 10 + carry > 9)
        if carry:
            yield k
        x, y, k = x // 10, y // 10, k + 1


def _columns(x: int, y: int, sign: int = 1) -> int:
    """Each column for itself: without carrying, or the smaller digit from the larger."""
    total, scale = 0, 1
    while x or y:
        a, b = x % 10, y % 10
        total += scale * ((a + b) % 10 if sign > 0 else abs(a - b))
        x, y, scale = x // 10, y // 10, scale * 10
    return total


def columns(spot: Spot) -> Iterator[Slip]:
    """Two numbers of a sum put together wrongly in writing."""
    values = [m.number if m is not None and not m.letters else None for m in spot.monomials]
    for (i, a), (j, b) in combinations(enumerate(values), 2) if len(values) > 1 else ():
        if a is None or b is None or a < 0 or not b:
            continue
        was = sum_of([spot.terms[i], spot.terms[j]])
        for name, wrong in _pair_results(a, b):
            made = number(tidy(Fraction(wrong)))
            kept = [Term(1, made) if k == i else t for k, t in enumerate(spot.terms) if k != j]
            yield Slip(name, sum_of(kept), was, made)


def tables(spot: Spot) -> Iterator[Slip]:
    """A product with the point too far, a zero too many, or the neighbour from the table."""
    for (i, a), (j, b) in combinations(enumerate(spot.numbers), 2) if len(spot.numbers) > 1 else ():
        if a is None or b is None or spot.factors[i].exponent < 0 or spot.factors[j].exponent < 0:
            continue
        was = product_of([spot.factors[i], spot.factors[j]])
        for name, wrong in _products(a, b):
            made = number(wrong)
            kept = [Factor(1, made) if k == i else f for k, f in enumerate(spot.factors) if k != j]
            yield Slip(name, product_of(kept), was, made)


def _products(a: Number, b: Number) -> Iterator[tuple[str, Number]]:
    right = a * b
    point = "point_too_far" if a.denominator > 1 or b.denominator > 1 else "place_value"
    for shift in (10, 100):
        yield point, tidy(Fraction(right) / shift)
        yield point, right * shift
    if right.denominator == 1:
        for step in (a, -a, b, -b):
            yield "table_neighbour", right + step


def quotients(spot: Spot) -> Iterator[Slip]:
    """A quotient with the point too far or the neighbour from the table."""
    for (i, a), (j, b) in combinations(enumerate(spot.numbers), 2) if len(spot.numbers) > 1 else ():
        if a is None or not b or spot.factors[i].exponent < 0 or spot.factors[j].exponent > 0:
            continue
        right = Fraction(a) / b
        results = [("place_value", right * 10), ("place_value", right / 10)]
        results += [("place_value", right * 100), ("place_value", right / 100)]
        if right.denominator == 1:
            results += [("table_neighbour", right + 1), ("table_neighbour", right - 1)]
        was = product_of([spot.factors[i], spot.factors[j]])
        for name, wrong in results:
            made = number(tidy(wrong))
            kept = [Factor(1, made) if k == i else f for k, f in enumerate(spot.factors) if k != j]
            yield Slip(name, product_of(kept), was, made)


def swapped_digits(spot: Spot) -> Iterator[Slip]:
    """The right number with two neighbouring digits exchanged: 52 for 25."""
    value = constant(spot.node)
    if value is None or value.denominator != 1 or not 10 <= magnitude(value) < 10**9:
        return
    digits = str(abs(int(value)))
    for k in range(len(digits) - 1):
        turned = digits[:k] + digits[k + 1] + digits[k] + digits[k + 2 :]
        made = number(int(turned) * (-1 if value < 0 else 1))
        yield Slip("swaps_digits", made, spot.node, made)


RULES: tuple[Rule, ...] = (
    *rules("sum", columns),
    *rules("product", tables, quotients),
    *rules("", swapped_digits),
)
