"""Malrules of quadratics: factor pairs, roots that are lost, turned or taken from a product that is not zero."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.verification.exact.polynomials import divide_numbers, magnitude
from workbench.verification.exact.univariate import rational_roots
from workbench.verification.lines.relations import Roots, Statement
from workbench.verification.malrules.signs import Rule, Slip, replaced, rules
from workbench.verification.malrules.trees import (
    Factor,
    Spot,
    Term,
    constant,
    is_sum,
    product_of,
    sum_of,
    terms,
    write,
)
from workbench.verification.text.grammar import BinaryOperation, Node, Num, Number, Var

Quadratic = tuple[str, Number, Number, Number]
"""Letter, leading coefficient, middle, constant; the last two after division by the leading one."""


def _quadratic(spot: Spot) -> Quadratic | None:
    """A sum of three terms as a quadratic in one letter."""
    if len(spot.terms) != 3 or any(m is None for m in spot.monomials):
        return None
    by = {m.letters: m.number for m in spot.monomials if m is not None}
    letter = next((k for k in by if len(k) == 1), "")
    lead = by.get(letter * 2)
    if not lead or not letter or by.keys() != {letter * 2, letter, ""}:
        return None
    return letter, lead, divide_numbers(by[letter], lead), divide_numbers(by[""], lead)


def _brackets(letter: str, lead: Number, u: Number, v: Number) -> Node:
    """lead (x + u)(x + v)."""
    pair = [sum_of([Term(1, Var(letter)), Term(1 if n >= 0 else -1, Num(magnitude(n)))]) for n in (u, v)]
    ahead = [] if lead == 1 else [Factor(1, Num(lead))]
    return product_of([*ahead, *(Factor(1, p) for p in pair)])


def factor_pairs(spot: Spot) -> Iterator[Slip]:
    """`x^2 + x - 6` as `(x - 3)(x + 2)`, `x^2 - 5x + 6` as `(x + 2)(x + 3)`, or as `(x - 5)(x + 6)`."""
    found = _quadratic(spot)
    if found is None:
        return
    letter, lead, middle, end = found
    for name, u, v in _wrong_pairs(middle, end):
        for ahead in dict.fromkeys((lead, 1)):
            yield replaced(name, spot.node, _brackets(letter, ahead, u, v))


def _wrong_pairs(middle: Number, end: Number) -> Iterator[tuple[str, Number, Number]]:
    if middle.denominator != 1 or end.denominator != 1 or not 0 < magnitude(end) <= 2000:
        return
    whole = int(magnitude(end))
    sizes = [d for d in range(1, whole + 1) if whole % d == 0 and d * d <= whole]
    pairs = [(d * s, int(end) // (d * s)) for d in sizes for s in (1, -1)]
    for u, v in pairs:
        if u + v == -middle:
            yield ("ignores_minus" if end > 0 else "factor_signs"), u, v
    yield "copies_numbers", middle, end
    yield "copies_numbers", -middle, -end
    for d in sizes:
        for u, v in ((d, whole // d), (-d, whole // d), (d, -whole // d), (-d, -whole // d)):
            if u + v == middle and u * v != end:
                yield "factor_signs", u, v
    for u, v in pairs:
        if u + v not in (middle, -middle):
            yield "factor_sum_wrong", u, v
    for u in range(-30, 31):
        if u * (middle - u) != end:
            yield "factor_product_wrong", u, int(middle) - u


def roots(before: Statement, after: Statement) -> str | None:
    """Return the malrule by which `x = 2 or x = 3` was read from a quadratic."""
    target = before.solutions
    assigned = after.assignments
    pair = before.first
    if not isinstance(target, Roots) or len(target.poly) < 3:
        return None
    right = set(rational_roots(target.poly))
    kept = after.solutions
    if isinstance(kept, Roots) and len(kept.poly) > 1 and len(right) == len(target.poly) - 1:
        left = set(rational_roots(kept.poly))
        if left and left < right and len(left) == len(kept.poly) - 1:
            return _lost(pair.left.node, pair.right.node, right - left)
    if assigned:
        try:
            said = {part.value for _, part in assigned}
        except ArithmeticError:
            return None
        if said and said <= {-r for r in right}:
            return "root_signs"
        if len(said) == len(right) and {abs(s) for s in said} == {abs(r) for r in right}:
            return "root_signs"
        square = _squared(pair.left.node, pair.right.node)
        if square is not None and said <= {square / 2, -square / 2}:
            return "halves_square"
        if square is not None and said <= {square, -square}:
            return "forgets_root"
    sides = constant(pair.left.node), constant(pair.right.node)
    return None if 0 in sides else _product_not_zero(before, after)


def _squared(left: Node, right: Node) -> Number | None:
    """25 of `x^2 = 25`."""
    if isinstance(left, BinaryOperation) and left.op == "^" and constant(left.right) == 2:
        return constant(right)
    return None


def _lost(left: Node, right: Node, lost: set[Number]) -> str:
    if lost == {0}:
        return "divides_by_letter"
    square = isinstance(left, BinaryOperation) and left.op == "^"
    return "one_root" if square or constant(right) != 0 else "one_factor_only"


def _product_not_zero(before: Statement, after: Statement) -> str | None:
    """`(x - 2)(x - 3) = 6` to `x - 2 = 6 or x - 3 = 6`, or to `x = 2 or x = 3`."""
    pair = before.first
    solutions = after.solutions
    if not isinstance(solutions, Roots):
        return None
    said = set(rational_roots(solutions.poly))
    for side, other in ((pair.left.node, pair.right.node), (pair.right.node, pair.left.node)):
        value = constant(other)
        pieces = [f.node for f in Spot(side).factors]
        if value is None or len(pieces) < 2:
            continue
        zeros = {z for p in pieces if (z := _root(p, 0)) is not None}
        equal = {z for p in pieces if (z := _root(p, value)) is not None}
        if said and (said <= equal or said <= zeros):
            return "product_not_zero"
    return None


def _root(node: Node, value: Number) -> Number | None:
    """Where a bracket `x + c` has a value."""
    if isinstance(node, Var):
        return value
    parts = terms(node)
    if not is_sum(node) or not isinstance(parts[0].node, Var) or len(parts) != 2:
        return None
    inner = constant(parts[1].node)
    return None if inner is None else value - parts[1].sign * inner


def shown(statement: Statement) -> str:
    """Return a statement's first relation as text."""
    pair = statement.first
    return f"{write(pair.left.node)} {pair.relation} {write(pair.right.node)}"


FACTORING: tuple[Rule, ...] = rules("sum", factor_pairs)
"""For lines that write a product with brackets."""
