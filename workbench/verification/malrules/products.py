"""Malrules of products, quotients and powers of numbers and letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from workbench.verification.exact.polynomials import divide_numbers, magnitude, small_exponent
from workbench.verification.malrules.signs import Rule, Slip, Slips, joined_factors, replaced, rules
from workbench.verification.malrules.trees import (
    Factor,
    Spot,
    constant,
    factors,
    monomial,
    monomial_node,
    negated,
    number,
    product_of,
    sum_of,
)
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Num, Number, Unreadable

Combine = Callable[[Number, Number], Number | None]


def _over(a: Number, b: Number) -> Number | None:
    return divide_numbers(a, b) if b else None


QUOTIENTS: tuple[tuple[str, Combine], ...] = (
    ("divides_wrong_way", lambda a, b: _over(b, a)),
    ("signs_of_quotient", lambda a, b: _over(-a, b) if a < 0 or b < 0 else None),
    ("cancels_to_zero", lambda a, b: 0 if abs(a) == abs(b) else None),
    ("drops_divisor", lambda a, b: a if abs(b) != 1 else None),
    ("zero_divided", lambda a, b: b if a == 0 else None),
    ("divides_wrong_way", lambda a, b: _over(-b, a)),
    ("multiplies_instead_of_dividing", lambda a, b: a * b),
    ("subtracts_instead_of_dividing", lambda a, b: a - b),
    ("adds_instead_of_dividing", lambda a, b: a + b),
    ("subtracts_instead_of_dividing", lambda a, b: magnitude(a) - magnitude(b)),
    ("subtracts_instead_of_dividing", lambda a, b: magnitude(b) - magnitude(a)),
    ("remainder_dropped", lambda a, b: _whole(a, b)),
)
PRODUCTS: tuple[tuple[str, Combine], ...] = (
    ("minus_times_minus", lambda a, b: -a * b if a < 0 and b < 0 else None),
    ("signs_of_product", lambda a, b: -a * b if (a < 0) != (b < 0) else None),
    ("times_zero", lambda a, b: a or b if a == 0 or b == 0 else None),
    ("adds_instead_of_multiplying", lambda a, b: a + b),
    ("subtracts_instead_of_multiplying", lambda a, b: a - b),
    ("divides_instead_of_multiplying", lambda a, b: _over(a, b)),
)


def _whole(a: Number, b: Number) -> Number | None:
    """The quotient cut to a whole number."""
    if not b or a.denominator > 1 or b.denominator > 1:
        return None
    exact = divide_numbers(a, b)
    cut = abs(exact.numerator) // exact.denominator
    return None if exact.denominator == 1 or cut == 0 else (-cut if exact < 0 else cut)


def two_numbers(name: str, combine: Combine, divides: bool) -> Slips:
    """Return the rule that works out a product or quotient of two numbers wrongly."""

    def rule(spot: Spot) -> Iterator[Slip]:
        for i, j, a, b in spot.quotients if divides else spot.products:
            wrong = combine(a, b)
            if wrong is not None:
                yield joined_factors(name, spot, i, j, number(wrong))

    return rule


def sign_of_whole(spot: Spot) -> Iterator[Slip]:
    """Yield a product or quotient with letters that comes out with the other sign."""
    if len(spot.factors) < 2:
        return
    minuses = [_negative(f.node) for f in spot.factors]
    if not any(minuses):
        return
    divides = any(f.exponent < 0 for f in spot.factors)
    name = "signs_of_quotient" if divides else "minus_times_minus" if sum(minuses) > 1 else "signs_of_product"
    yield replaced(name, spot.node, negated(spot.node))


def _negative(node: Node) -> bool:
    found = monomial(node)
    return isinstance(node, Neg) if found is None else found.number < 0


def divisor_rules(spot: Spot) -> Iterator[Slip]:
    """`x/4` as `x` or `4x`, where a letter or a bracket is divided by a number."""
    for i, (factor, found) in enumerate(zip(spot.factors, spot.numbers, strict=True)):
        if found is None or len(spot.factors) < 2:
            continue
        rest = [f for k, f in enumerate(spot.factors) if k != i]
        if factor.exponent > 0:
            below = product_of([*rest, Factor(-1, factor.node)])
            yield replaced("divides_instead_of_multiplying", spot.node, below)
            continue
        yield replaced("drops_divisor", spot.node, product_of(rest))
        turned = product_of([Factor(1, factor.node), *rest])
        yield replaced("multiplies_instead_of_dividing", spot.node, turned)


def loses_letter(spot: Spot) -> Iterator[Slip]:
    """`5x/5` as `1` or `0`: the letter is cancelled with the number, or the quotient taken for nothing."""
    found = monomial(spot.node)
    if found is None or len(spot.factors) < 2 or not any(f.exponent < 0 for f in spot.factors):
        return
    if found.letters:
        yield replaced("forgets_letter", spot.node, number(found.number))
        yield replaced("cancels_to_zero", spot.node, Num(0))
    elif found.number in (1, -1):
        yield replaced("cancels_to_zero", spot.node, Num(0))


def exponent_rules(spot: Spot) -> Iterator[Slip]:
    """`x^2 * x^3` as `x^6` or, with two numbers, powers whose exponents are put together wrongly."""
    powers = [monomial(f.node) for f in spot.factors]
    for i, j in combinations(range(len(powers)), 2):
        a, b = powers[i], powers[j]
        if a is None or b is None or not a.letters or set(a.letters) != set(b.letters) or len(set(a.letters)) != 1:
            continue
        many = len(a.letters) * len(b.letters)
        was = product_of([spot.factors[i], spot.factors[j]])
        rest = [f for k, f in enumerate(spot.factors) if k not in (i, j)]
        if spot.factors[i].exponent > 0 and spot.factors[j].exponent > 0:
            if many <= 12:
                made = monomial_node(a.number * b.number, a.letters[0] * many)
                yield Slip("multiplies_exponents", product_of([Factor(1, made), *rest]), was, made)
            made = monomial_node(a.number + b.number, a.letters)
            yield Slip("adds_instead_of_multiplying", product_of([Factor(1, made), *rest]), was, made)
        elif spot.factors[j].exponent < 0 and len(a.letters) % len(b.letters) == 0 and b.number:
            size = len(a.letters) // len(b.letters)
            made = monomial_node(divide_numbers(a.number, b.number), a.letters[0] * size)
            yield Slip("divides_exponents", product_of([Factor(1, made), *rest]), was, made)


def power_rules(spot: Spot) -> Iterator[Slip]:
    """`3^2` as `6`, `(x^2)^3` as `x^5`, `(2x)^2` as `2x^2`, `(-3)^2` as `-9`."""
    node = spot.node
    if not isinstance(node, BinaryOperation) or node.op != "^":
        return
    try:
        exponent = small_exponent(constant(node.right) or 0)
    except Unreadable:
        return
    if exponent > 1:
        yield replaced("power_as_product", node, BinaryOperation("*", node.left, Num(exponent)))
        yield replaced("power_as_product", node, Num(exponent))
    base = monomial(node.left)
    if base is None or exponent < 2:
        return
    if base.number < 0:
        yield replaced("square_of_negative", node, negated(node))
    if base.letters:
        letters = base.letters * exponent if len(base.letters) * exponent <= 12 else ""
        yield replaced("power_of_first_only", node, monomial_node(base.number, letters))
        if len(set(base.letters)) == 1 and len(base.letters) > 1:
            letters = base.letters[0] * (len(base.letters) + exponent)
            yield replaced("adds_exponents_of_power", node, monomial_node(base.number, letters))


def square_under_minus(spot: Spot) -> Iterator[Slip]:
    """`-3^2` as `9`."""
    if isinstance(spot.node, Neg) and isinstance(spot.node.arg, BinaryOperation) and spot.node.arg.op == "^":
        yield Slip("square_of_negative", spot.node.arg, spot.node, spot.node.arg)


def cancels_terms(spot: Spot) -> Iterator[Slip]:
    """`(x + 3)/3` as `x`: a term of a sum is cancelled against the divisor."""
    for i, divisor in enumerate(spot.factors):
        against = monomial(divisor.node)
        if divisor.exponent > 0 or against is None or not against.number:
            continue
        for k, top in enumerate(spot.factors):
            inner = Spot(top.node)
            if top.exponent < 0 or len(inner.terms) < 2:
                continue
            for at, found in enumerate(inner.monomials):
                if found is None or found.letters != against.letters or found.number % against.number:
                    continue
                kept = [t for n, t in enumerate(inner.terms) if n != at]
                rest = [f for n, f in enumerate(spot.factors) if n not in (i, k)]
                yield replaced("cancels_terms", spot.node, product_of([Factor(1, sum_of(kept)), *rest]))


def swaps_quotient(spot: Spot) -> Iterator[Slip]:
    """Yield a whole fraction turned upside down."""
    pieces = factors(spot.node)
    if any(f.exponent < 0 for f in pieces) and all(constant(f.node) for f in pieces):
        turned = [Factor(-f.exponent, f.node) for f in pieces]
        yield replaced("divides_wrong_way", spot.node, product_of(sorted(turned, key=lambda f: -f.exponent)))


WORKED_OUT: tuple[Rule, ...] = rules(
    "product",
    *(two_numbers(name, combine, True) for name, combine in QUOTIENTS[:2]),
    *(two_numbers(name, combine, False) for name, combine in PRODUCTS[:3]),
)
"""For lines with fewer operations than the line before."""
POWERS: tuple[Rule, ...] = rules("power", power_rules)
RULES: tuple[Rule, ...] = (
    *WORKED_OUT,
    *rules("product", sign_of_whole, cancels_terms),
    *rules("", square_under_minus),
    *rules("product", exponent_rules, loses_letter, divisor_rules, swaps_quotient),
    *rules("product", *(two_numbers(name, combine, True) for name, combine in QUOTIENTS[2:])),
    *rules("product", *(two_numbers(name, combine, False) for name, combine in PRODUCTS[3:])),
)
