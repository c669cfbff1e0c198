"""Malrules of brackets: a factor that does not reach every term, signs inside, squares of sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.verification.malrules.signs import Rule, Slip, replaced, rules
from workbench.verification.malrules.trees import (
    Factor,
    Spot,
    Term,
    constant,
    factors,
    is_sum,
    monomial,
    negated,
    number,
    product_of,
    sum_of,
    terms,
)
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Num


def _split(spot: Spot) -> Iterator[tuple[list[Factor], list[Term]]]:
    """The other factors, and the terms of one factor that is a sum."""
    for i, factor in enumerate(spot.factors):
        inner = terms(_bare(factor.node))
        if factor.exponent < 0 or len(inner) < 2 or len(spot.factors) < 2:
            continue
        rest = [f for k, f in enumerate(spot.factors) if k != i]
        if isinstance(factor.node, Neg):
            rest = [Factor(1, Neg(Num(1))), *rest]
        yield rest, inner


def _bare(node: Node) -> Node:
    return node.arg if isinstance(node, Neg) and is_sum(node.arg) else node


def _times(rest: Sequence[Factor], term: Term) -> Term:
    """A term with the other factors; a divisor stays behind it."""
    ahead = [f for f in rest if f.exponent > 0]
    behind = [f for f in rest if f.exponent < 0]
    return Term(term.sign, product_of([*ahead, Factor(1, term.node), *behind]))


def not_every_term(spot: Spot) -> Iterator[Slip]:
    """`3(x + 4)` as `3x + 4`; `(6x + 4)/2` as `3x + 4`."""
    for rest, inner in _split(spot):
        divides = all(f.exponent < 0 for f in rest)
        plain = all(constant(t.node) is not None for t in inner) and all(constant(f.node) is not None for f in rest)
        for reached in range(len(inner)):
            made = sum_of([_times(rest, t) if k == reached else t for k, t in enumerate(inner)])
            first = "divides_first_only" if divides else "first_term_only"
            name = first if reached == 0 else "bracket_ignored" if divides else "last_term_only"
            name = "bracket_ignored" if plain else name
            yield replaced(name, spot.node, made)


def loses_bracket(spot: Spot) -> Iterator[Slip]:
    """`(a + b) * c / c` as `a + b * c`: what stands behind the bracket reaches the last term only."""
    for i, factor in enumerate(spot.factors):
        inner = terms(factor.node)
        if factor.exponent > 0 and len(inner) > 1 and i == 0 and len(spot.factors) > 2:
            for upto in range(2, len(spot.factors)):
                last = product_of([Factor(1, inner[-1].node), *spot.factors[1:upto]])
                opened = sum_of([*inner[:-1], Term(inner[-1].sign, last)])
                yield replaced("bracket_ignored", spot.node, product_of([Factor(1, opened), *spot.factors[upto:]]))
    match spot.node:
        case BinaryOperation("/", _, BinaryOperation("*" | "/") as below):
            first, *rest = factors(below)
            opened = product_of([*spot.factors[:-1], Factor(-1, first.node), *rest])
            yield replaced("bracket_ignored", spot.node, opened)


def signs_inside(spot: Spot) -> Iterator[Slip]:
    """`3(x - 4)` as `3x + 12`; `-3(x + 4)` as `-3x + 12`; `-(x + 4)` as `-x + 4`."""
    for rest, inner in _split(spot):
        if any(is_sum(f.node) for f in rest):
            continue
        factor = monomial(product_of(rest))
        negative = factor is not None and factor.number < 0
        name = "minus_bracket" if negative else "sign_lost"
        if factor is not None and factor.number == -1 and not factor.letters:
            name = "bracket_minus"
        products = [_times(rest, t) for t in inner]
        for at in range(len(products)):
            turned = [Term(-p.sign, p.node) if k == at else p for k, p in enumerate(products)]
            yield replaced(name, spot.node, sum_of(turned))
        if len(products) > 2:
            turned = [products[0], *(Term(-p.sign, p.node) for p in products[1:])]
            yield replaced(name, spot.node, sum_of(turned))


def minus_before_bracket(spot: Spot) -> Iterator[Slip]:
    """`-(x - 7)` as `-x - 7` or `x - 7`, and `d - 4(x - 3)` as `d - 4x - 12`."""
    node = spot.node
    if isinstance(node, Neg) and is_sum(node.arg):
        inner = terms(node.arg)
        yield replaced("bracket_minus", node, sum_of([Term(-inner[0].sign, inner[0].node), *inner[1:]]))
        yield Slip("drops_minus", node.arg, node, node.arg)
    for i, term in enumerate(spot.terms):
        if term.sign > 0 or len(spot.terms) < 2:
            continue
        for rest, inner in _split(Spot(term.node)):
            first, *others = (_times(rest, t) for t in inner)
            for name, behind in (("minus_bracket", others), ("first_term_only", inner[1:])):
                opened = [Term(-first.sign, first.node), *behind]
                whole = [*spot.terms[:i], *opened, *spot.terms[i + 1 :]]
                yield Slip(name, sum_of(whole), term.signed, sum_of(opened))


def two_brackets(spot: Spot) -> Iterator[Slip]:
    """`(x + 2)(x + 3)` as `x^2 + 6`, or with one of the four products wrong."""
    found = [i for i, f in enumerate(spot.factors) if f.exponent > 0 and is_sum(f.node)]
    if len(found) != 2:
        return
    first, second = (terms(spot.factors[i].node) for i in found)
    rest = [f for i, f in enumerate(spot.factors) if i not in found]
    if len(first) != 2 or len(second) != 2:
        return
    four = [Term(a.sign * b.sign, BinaryOperation("*", a.node, b.node)) for a in first for b in second]
    equal = spot.factors[found[0]].node == spot.factors[found[1]].node
    yield _opened("squares_each_term" if equal else "ends_only", spot, [four[0], four[3]], rest)
    both = first[1].sign < 0 and second[1].sign < 0
    for at in (3, 1, 2):
        turned = [Term(-t.sign, t.node) if k == at else t for k, t in enumerate(four)]
        yield _opened("minus_times_minus" if both and at == 3 else "sign_lost", spot, turned, rest)
    turned = [Term(-t.sign, t.node) if k in (1, 2) else t for k, t in enumerate(four)]
    yield _opened("sign_lost", spot, turned, rest)
    for at in (1, 2):
        yield _opened("drops_product", spot, [t for k, t in enumerate(four) if k != at], rest)
    last = BinaryOperation("+", first[1].signed, second[1].signed)
    yield _opened("adds_instead_of_multiplying", spot, [*four[:3], Term(1, last)], rest)


def _opened(name: str, spot: Spot, parts: list[Term], rest: list[Factor]) -> Slip:
    return replaced(name, spot.node, product_of([*rest, Factor(1, sum_of(parts))]))


def square_of_sum(spot: Spot) -> Iterator[Slip]:
    """`(x + 3)^2` as `x^2 + 9`, or with half of the middle term."""
    node = spot.node
    if not isinstance(node, BinaryOperation) or node.op != "^" or constant(node.right) != 2 or not is_sum(node.left):
        return
    inner = terms(node.left)
    squares = [Term(1, BinaryOperation("^", t.node, Num(2))) for t in inner]
    yield replaced("squares_each_term", node, sum_of(squares))
    signed = [Term(t.sign, s.node) for t, s in zip(inner, squares, strict=True)]
    yield replaced("squares_each_term", node, sum_of(signed))
    if len(inner) == 2:
        first, second = inner
        middle = Term(first.sign * second.sign, BinaryOperation("*", first.node, second.node))
        yield replaced("middle_once", node, sum_of([squares[0], middle, squares[1]]))
        for sign, last in ((-1, squares[1]), (1, Term(-1, squares[1].node))):
            double = Term(sign * middle.sign, BinaryOperation("*", number(2), middle.node))
            yield replaced("sign_lost", node, sum_of([squares[0], double, last]))


def joins_factor(spot: Spot) -> Iterator[Slip]:
    """`3(x + 4)` as `3 + x + 4`, or the factor left out."""
    for rest, inner in _split(spot):
        plain = sum_of(inner)
        if all(f.exponent > 0 for f in rest) and not any(is_sum(f.node) for f in rest):
            yield replaced("adds_instead_of_multiplying", spot.node, BinaryOperation("+", product_of(rest), plain))
            yield replaced("drops_factor", spot.node, plain)
            for at in range(len(inner)):
                kept = [_times(rest, t) for k, t in enumerate(inner) if k != at]
                yield replaced("drops_product", spot.node, sum_of(kept))


def takes_out(spot: Spot) -> Iterator[Slip]:
    """`6x + 4` as `2(3x + 4)`, `x^2 + 6x` as `x(x + 6x)`: a common factor that does not leave every term."""
    found = [m for m in spot.monomials if m is not None]
    if len(found) < 2 or len(found) != len(spot.terms):
        return
    shared = {abs(int(m.number)) for m in found if m.number.denominator == 1}
    for size in sorted({d for s in shared for d in range(2, min(s, 30) + 1) if s % d == 0}):
        for reached in range(len(found)):
            left = [_times([Factor(-1, Num(size))], t) if k == reached else t for k, t in enumerate(spot.terms)]
            yield replaced("divides_first_only", spot.node, BinaryOperation("*", Num(size), sum_of(left)))
            if found[reached].number < 0:
                every = [_times([Factor(-1, Num(size))], t) for t in spot.terms]
                turned = [Term(1, negated(t.signed)) if k == reached else t for k, t in enumerate(every)]
                yield replaced("sign_lost", spot.node, BinaryOperation("*", Num(size), sum_of(turned)))


OPENING: tuple[Rule, ...] = (
    *rules("power", square_of_sum),
    *rules("product", two_brackets),
    *rules("", minus_before_bracket),
    *rules("product", not_every_term, loses_bracket, signs_inside, joins_factor),
)
"""For lines with fewer brackets than the line before."""
FACTORING: tuple[Rule, ...] = rules("sum", takes_out)
"""For lines that write a product with brackets."""
