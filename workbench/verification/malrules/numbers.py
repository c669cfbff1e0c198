"""Malrules of written arithmetic: columns, carries, places, tables, and numbers copied wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from math import lcm, prod
from typing import NamedTuple

from workbench.verification.exact.polynomials import divide_numbers, magnitude, tidy
from workbench.verification.malrules.signs import Rule, Slip, joined_factors, joined_terms, replaced, rules
from workbench.verification.malrules.trees import Factor, Spot, Term, constant, number, product_of, sum_of
from workbench.verification.text.grammar import BinaryOperation, Node, Num, Number, Pct


def places(value: Number) -> int | None:
    """Return how many decimal places a number has; None where it has no end or more than six."""
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
        for name, wrong in _pair_results(a, b):
            yield joined_terms(name, spot, i, j, number(tidy(Fraction(wrong))))


def tables(spot: Spot) -> Iterator[Slip]:
    """Yield a product with the point too far, a zero too many, or the neighbour from the table."""
    for (i, a), (j, b) in combinations(enumerate(spot.numbers), 2) if len(spot.numbers) > 1 else ():
        if a is None or b is None or spot.factors[i].exponent < 0 or spot.factors[j].exponent < 0:
            continue
        for name, wrong in _products(a, b):
            yield joined_factors(name, spot, i, j, number(wrong))


def _products(a: Number, b: Number) -> Iterator[tuple[str, Number]]:
    right = a * b
    point = "point_too_far" if a.denominator > 1 or b.denominator > 1 else "place_value"
    for shift in (10, 100):
        yield point, tidy(Fraction(right, shift))
        yield point, right * shift
    if right.denominator == 1:
        for step in (a, -a, b, -b):
            yield "table_neighbour", right + step


def quotients(spot: Spot) -> Iterator[Slip]:
    """Yield a quotient with the point too far or the neighbour from the table."""
    for (i, a), (j, b) in combinations(enumerate(spot.numbers), 2) if len(spot.numbers) > 1 else ():
        if a is None or not b or spot.factors[i].exponent < 0 or spot.factors[j].exponent > 0:
            continue
        right = Fraction(a, b)
        results = [("place_value", wrong) for wrong in (right * 10, right / 10, right * 100, right / 100)]
        if right.denominator == 1:
            results += [("table_neighbour", right + 1), ("table_neighbour", right - 1)]
        for name, wrong in results:
            yield joined_factors(name, spot, i, j, number(tidy(wrong)))


def swapped_digits(spot: Spot) -> Iterator[Slip]:
    """Yield the right number with two neighbouring digits exchanged: 52 for 25."""
    value = constant(spot.node)
    if value is None or value.denominator != 1 or not 10 <= magnitude(value) < 10**9:
        return
    digits = str(abs(int(value)))
    for k in range(len(digits) - 1):
        turned = digits[:k] + digits[k + 1] + digits[k] + digits[k + 2 :]
        yield replaced("swaps_digits", spot.node, number(int(turned) * (-1 if value < 0 else 1)))


RULES: tuple[Rule, ...] = (*rules("sum", columns), *rules("product", tables, quotients), *rules("", swapped_digits))


# Malrules of fractions and percentages.


class TermFraction(NamedTuple):
    """A term as top over bottom."""

    sign: int
    top: Node
    bottom: int
    place: int


def _fractions(spot: Spot) -> list[TermFraction]:
    """The terms of a sum that are something over whole numbers; whole numbers are over 1."""
    found = []
    for i, term in enumerate(spot.terms):
        pieces = Spot(term.node).factors
        bottoms = [constant(f.node) for f in pieces if f.exponent < 0]
        if any(b is None or b.denominator != 1 or b <= 0 for b in bottoms):
            continue
        bottom = prod(int(b or 1) for b in bottoms)
        top = product_of([f for f in pieces if f.exponent > 0])
        found.append(TermFraction(term.sign, top, bottom, i))
    return found


def adds_bottoms(spot: Spot) -> Iterator[Slip]:
    """`1/2 + 1/3` as `2/5`; tops over a bottom that they were not made for."""
    found = [f for f in _fractions(spot) if len(spot.terms) > 1]
    groups = [found] if len(found) > 2 else []
    groups += [list(pair) for pair in combinations(found, 2)]
    for group in groups:
        bottoms = [f.bottom for f in group]
        if max(bottoms) == 1 or (min(bottoms) == 1 and any(map(_divides_out, group))):
            continue
        tops = sum_of([Term(f.sign, f.top) for f in group])
        alike = len(set(bottoms)) == 1
        bottom = sum(f.sign * f.bottom for f in group)
        for total in (bottom, sum(bottoms)) if bottom > 0 else (sum(bottoms),):
            yield _merged(spot, group, tops, total, "adds_bottoms" if alike else "adds_denominators")
        if alike:
            yield _merged(spot, group, tops, prod(bottoms), "multiplies_bottoms")
            continue
        for common in dict.fromkeys((lcm(*bottoms), prod(bottoms), max(bottoms), min(bottoms))):
            yield _merged(spot, group, tops, common, "top_only")


def _merged(spot: Spot, group: list[TermFraction], top: Node, bottom: int, name: str) -> Slip:
    made: Node = BinaryOperation("/", top, Num(bottom))
    places = {f.place for f in group}
    kept = [Term(1, made) if k == group[0].place else t for k, t in enumerate(spot.terms)]
    whole = [t for k, t in enumerate(kept) if k == group[0].place or k not in places]
    was = sum_of([spot.terms[f.place] for f in group])
    return Slip(name, sum_of(whole), was, made)


def widens_one_part(spot: Spot) -> Iterator[Slip]:
    """`1/2` as `1/6` or as `3/2`: only one part of a fraction is multiplied."""
    node = spot.node
    if not isinstance(node, BinaryOperation) or node.op != "/" or constant(node.right) is None:
        return
    for k in range(2, 13):
        yield replaced("top_only", node, BinaryOperation("/", node.left, BinaryOperation("*", node.right, Num(k))))
        yield replaced("bottom_only", node, BinaryOperation("/", BinaryOperation("*", node.left, Num(k)), node.right))


def product_of_fractions(spot: Spot) -> Iterator[Slip]:
    """`2/3 * 4/5` as `10/12`, as `6/15`, or as `6/8`."""
    tops, bottoms = ([f.node for f in spot.factors if f.exponent == sign] for sign in (1, -1))
    if len(tops) < 2 or not bottoms:
        return
    for i, j in combinations(range(len(tops)), 2):
        others = [Factor(1, t) for k, t in enumerate(tops) if k not in (i, j)]
        added = BinaryOperation("+", tops[i], tops[j])
        under = [Factor(-1, b) for b in bottoms]
        if len(bottoms) >= 2:
            above, below = [Factor(1, tops[i]), Factor(1, bottoms[1])], [Factor(-1, bottoms[0]), Factor(-1, tops[j])]
            yield _whole("cross_multiplies", spot, [*above, *others, *below, *under[2:]])
        yield _whole("adds_tops", spot, [Factor(1, added), *others, *under])
        if others:
            grouped = BinaryOperation("+", tops[i], product_of([Factor(1, tops[j]), *others]))
            yield _whole("adds_tops", spot, [Factor(1, grouped), *under])
        if len(bottoms) >= 2:
            joined = [Factor(-1, BinaryOperation("+", bottoms[0], bottoms[1])), *under[2:]]
            product = [Factor(1, t) for t in tops]
            yield _whole("adds_tops", spot, [Factor(1, added), *others, *joined])
            yield _whole("adds_bottoms", spot, [*product, *joined])
            if bottoms[0] == bottoms[1]:
                yield _whole("keeps_bottom", spot, [*product, *under[1:]])


def _whole(name: str, spot: Spot, parts: list[Factor]) -> Slip:
    return replaced(name, spot.node, product_of(parts))


def part_of_number(spot: Spot) -> Iterator[Slip]:
    """`3/4 of 20` as `20 / 4`, as `20 / 3 * 4`, or, for `1/4`, as `20 - 4`."""
    pieces = spot.factors
    if [f.exponent for f in pieces] != [1, -1, 1] or any(n is None for n in spot.numbers):
        return
    top, bottom, whole = (f.node for f in pieces)
    yield _whole("divides_by_top", spot, [Factor(1, whole), Factor(-1, top), Factor(1, bottom)])
    if constant(top) != 1:
        yield _whole("forgets_top", spot, [Factor(1, whole), Factor(-1, bottom)])
        yield _whole("forgets_bottom", spot, [Factor(1, whole), Factor(1, top)])
    yield replaced("takes_away", spot.node, BinaryOperation("-", whole, bottom))
    yield replaced("takes_away", spot.node, BinaryOperation("-", whole, BinaryOperation("/", top, bottom)))


def divides_fractions(spot: Spot) -> Iterator[Slip]:
    """`(1/2) / (3/4)` as `3/8`, or with the first fraction turned instead of the second."""
    match spot.node:
        case BinaryOperation("/", left, BinaryOperation("/") as right):
            yield replaced("divides_straight", spot.node, BinaryOperation("*", left, right))
            yield replaced("turns_the_first", spot.node, BinaryOperation("/", right, left))


def percentages(spot: Spot) -> Iterator[Slip]:
    """`20% of 50` as `50 / 20`, as `20 * 50`, or as `50 - 20`."""
    for i, factor in enumerate(spot.factors):
        if not isinstance(factor.node, Pct) or len(spot.factors) < 2:
            continue
        rate = factor.node.arg
        rest = [f for k, f in enumerate(spot.factors) if k != i]
        base = product_of(rest)
        changes: tuple[tuple[str, Node], ...] = (
            ("divides_by_percent", BinaryOperation("/", base, rate)),
            ("percent_as_number", BinaryOperation("*", rate, base)),
            ("percent_as_amount", BinaryOperation("-", base, rate)),
            ("percent_as_amount", BinaryOperation("+", base, rate)),
            ("percent_point_wrong", BinaryOperation("/", BinaryOperation("*", rate, base), Num(10))),
            ("percent_point_wrong", BinaryOperation("/", BinaryOperation("*", rate, base), Num(1000))),
            ("takes_the_rest", BinaryOperation("-", base, BinaryOperation("*", factor.node, base))),
            ("forgets_base", BinaryOperation("+", base, BinaryOperation("*", factor.node, base))),
        )
        yield from (replaced(name, spot.node, made) for name, made in changes)
        found = constant(rate)
        if found is not None and found:
            yield replaced("forgets_base", spot.node, number(divide_numbers(found, 100)))


def _divides_out(fraction: TermFraction) -> bool:
    """`8/4`, which is read as a division and not as a fraction."""
    top = constant(fraction.top)
    return fraction.bottom > 1 and top is not None and top % fraction.bottom == 0


def mixed_whole(spot: Spot) -> Iterator[Slip]:
    """`2 + 1/3` as `3/3`: a whole number added to the top."""
    found = [f for f in _fractions(spot) if not _divides_out(f)]
    for a, b in combinations(found, 2) if len(spot.terms) > 1 else ():
        if (a.bottom == 1) != (b.bottom == 1):
            top = sum_of([Term(a.sign, a.top), Term(b.sign, b.top)])
            yield _merged(spot, [a, b], top, max(a.bottom, b.bottom), "adds_whole_to_top")


FRACTION_RULES: tuple[Rule, ...] = (
    *rules("sum", mixed_whole, adds_bottoms),
    *rules("product", part_of_number, product_of_fractions, divides_fractions, percentages),
)
LAST: tuple[Rule, ...] = rules("product", widens_one_part)
