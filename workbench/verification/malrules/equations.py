"""Malrules of equations and inequalities: terms that cross, sides treated unequally, coefficients undone wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations
from math import lcm
from typing import NamedTuple

from workbench.verification.exact.polynomials import Poly, add, divide_numbers, magnitude, rational, scale
from workbench.verification.exact.polynomials import constant as constant_term
from workbench.verification.malrules.trees import (
    Factor,
    Monomial,
    Spot,
    Term,
    constant,
    is_sum,
    monomial,
    monomial_node,
    negated,
    number,
    product_of,
    residue,
    sum_of,
    terms,
)
from workbench.verification.text.grammar import BinaryOperation, Node, Num, Number, Unreadable


class Sides(NamedTuple):
    """Both sides of an equation or inequality."""

    left: Node
    right: Node

    @property
    def turned(self) -> Sides:
        return Sides(self.right, self.left)

    def each(self, op: str, by: Node) -> Sides:
        """Both sides with the same operation done to them."""
        return Sides(BinaryOperation(op, self.left, by), BinaryOperation(op, self.right, by))


class Move(NamedTuple):
    """What a malrule makes of an equation."""

    malrule: str
    sides: Sides
    place: Node | None = None
    """What to look at; None for the whole line."""


EquationRule = Callable[[Sides], Iterator[Move]]


def _both(sides: Sides) -> Iterator[tuple[Sides, Callable[[Sides], Sides]]]:
    """The equation as it is and turned round, each with the way back."""
    yield sides, lambda s: s
    yield sides.turned, lambda s: s.turned


def _without(parts: Sequence[Term], at: int) -> Node:
    return sum_of([t for k, t in enumerate(parts) if k != at])


def sign_kept(sides: Sides) -> Iterator[Move]:
    """`3x + 5 = 20` to `3x = 20 + 5`."""
    for here, back in _both(sides):
        parts = terms(here.left)
        for at, part in enumerate(parts):
            found = monomial(part.node)
            if found is not None and found.number:
                made = Sides(_without(parts, at), BinaryOperation("+", here.right, part.signed))
                yield Move("sign_kept_letter" if found.letters else "sign_kept", back(made), part.signed)


def moves_without_trace(sides: Sides) -> Iterator[Move]:
    """`3x + 5 = 20` to `3x = 20`: a term taken from one side only."""
    for here, back in _both(sides):
        parts = terms(here.left)
        for at, part in enumerate(parts):
            if len(parts) > 1:
                yield Move("one_side_only", back(Sides(_without(parts, at), here.right)), part.signed)
            for op in "-+":
                other = BinaryOperation(op, here.right, part.signed)
                yield Move("one_side_only", back(Sides(here.left, other)), part.signed)


def _lone(node: Node) -> Monomial | None:
    """The number and letters of a side that is a single term with a letter."""
    found = None if is_sum(node) else monomial(node)
    return found if found is not None and found.letters and found.number else None


def coefficient_undone(sides: Sides) -> Iterator[Move]:
    """`3x = 12` with the 3 undone by the wrong operation: subtracted, turned round, without its sign."""
    for here, back in _both(sides):
        found = _lone(here.left)
        if found is None or found.number == 1:
            continue
        a, bare, right = found.number, monomial_node(1, found.letters), here.right
        fraction = a.denominator > 1 and a.numerator in (1, -1)
        by = number(divide_numbers(1, a)) if fraction else number(a)
        undone: tuple[tuple[str, Node], ...] = (
            ("divides_again", BinaryOperation("/", right, by)),
            ("subtracts_coefficient", BinaryOperation("-", right, by)),
            ("adds_coefficient", BinaryOperation("+", right, by)),
            ("divides_again", negated(BinaryOperation("/", right, by))),
        )
        if not fraction:
            undone = (
                ("drops_negative", BinaryOperation("/", right, number(-a))),
                ("subtracts_coefficient", BinaryOperation("-", right, by)),
                ("adds_coefficient", BinaryOperation("+", right, by)),
                ("multiplies_by_coefficient", BinaryOperation("*", right, by)),
                ("divides_wrong_way", BinaryOperation("/", by, right)),
                ("divides_wrong_way", BinaryOperation("/", number(-a), right)),
                ("subtracts_coefficient", BinaryOperation("+", right, by)),
                ("subtracts_coefficient", BinaryOperation("-", by, right)),
            )
        elif a < 0:
            undone = (("drops_negative", BinaryOperation("*", right, negated(by))), *undone)
        for name, made in undone:
            kept_sign = name != "drops_negative" or a < 0 or fraction
            renamed = name if kept_sign else "adds_minus"
            yield Move(renamed, back(Sides(bare, made)), here.left)
        yield Move("one_side_only", back(Sides(bare, right)), here.left)
        if a < 0:
            yield Move("drops_negative", back(Sides(bare, BinaryOperation("*", right, number(-a)))), here.left)


def divisors(sides: Sides) -> list[Number]:
    """Return numbers by which a pupil may want to divide: coefficients and factors."""
    found: list[Number] = []
    for side in sides:
        for term in terms(side):
            pieces = [f for f in Spot(term.node).factors if f.exponent > 0]
            values = [constant(f.node) for f in pieces] if len(pieces) > 1 else []
            term_found = monomial(term.node)
            values.append(term_found.number if term_found is not None and term_found.letters else None)
            found.extend(magnitude(v) for v in values if v is not None and v.numerator not in (0, 1, -1))
    return list(dict.fromkeys(found))


def denominators(sides: Sides) -> list[Number]:
    """Return numbers by which a pupil may want to multiply."""
    found: list[Number] = []
    for side in sides:
        for term in terms(side):
            bottoms = [f for f in Spot(term.node).factors if f.exponent < 0]
            values = [constant(f.node) for f in bottoms]
            found.extend(v for v in values if v is not None and v and abs(v) != 1)
    distinct = list(dict.fromkeys(found))
    whole = [int(v) for v in distinct if v.denominator == 1]
    if len(whole) > 1:
        distinct.append(lcm(*whole))
    return distinct


def _scaled(parts: Sequence[Term], by: Factor, only: frozenset[int]) -> Node:
    """The sum with the factor on some of its terms."""
    return sum_of(
        [Term(t.sign, product_of([Factor(1, t.node), by]) if k in only else t.node) for k, t in enumerate(parts)]
    )


def scales_some_terms(sides: Sides) -> Iterator[Move]:
    """`2x + 6 = 10` to `x + 6 = 5`, `x/4 + 3 = 5` to `x + 3 = 20`: not every term is divided or multiplied."""
    for values, exponent, first, one_side in (
        (denominators(sides), 1, "multiplies_first_only", "multiplies_one_side"),
        (divisors(sides), -1, "divides_one_term", "divides_one_side"),
    ):
        for value in values:
            by = Factor(exponent, number(value))
            for here, back in _both(sides):
                parts, other = terms(here.left), terms(here.right)
                everything = frozenset(range(len(other)))
                whole = _scaled(other, by, everything)
                if len(parts) > 1:
                    for at in range(len(parts)):
                        few = _scaled(parts, by, frozenset({at}))
                        yield Move(first, back(Sides(few, whole)), here.left)
                        yield Move(first, back(Sides(few, here.right)), here.left)
                        if len(parts) > 2:
                            most = _scaled(parts, by, frozenset(range(len(parts))) - {at})
                            yield Move(first, back(Sides(most, whole)), here.left)
                full = _scaled(parts, by, frozenset(range(len(parts))))
                yield Move(one_side, back(Sides(full, here.right)), here.right)


def scales_oppositely(sides: Sides) -> Iterator[Move]:
    """`x/4 = 3` to `x = 3/4`: multiplied on one side, divided on the other."""
    for values, up in ((divisors(sides), -1), (denominators(sides), 1)):
        for value in values:
            for here, back in _both(sides):
                one = product_of([Factor(1, here.left), Factor(up, number(value))])
                two = product_of([Factor(1, here.right), Factor(-up, number(value))])
                name = "divides_again" if up > 0 else "multiplies_by_coefficient"
                yield Move(name, back(Sides(one, two)), here.left)


def cross_product(sides: Sides) -> Iterator[Move]:
    """`a/b = c/d` to `ac = bd`: top times top instead of top times bottom."""
    match sides:
        case (BinaryOperation("/", a, b), BinaryOperation("/", c, d)):
            for op, left, right in (("*", (a, c), (b, d)), ("/", (a, d), (c, b)), ("+", (a, d), (b, c))):
                yield Move("multiplies_across", Sides(BinaryOperation(op, *left), BinaryOperation(op, *right)))


def takes_root(sides: Sides) -> Iterator[Move]:
    """`x^2 = 25` to `x = 12.5`: the square is undone by halving or by dividing."""
    for here, back in _both(sides):
        node = here.left
        if isinstance(node, BinaryOperation) and node.op == "^" and constant(node.right) == 2:
            for made in (BinaryOperation("/", here.right, Num(2)), here.right):
                yield Move("halves_square", back(Sides(node.left, made)), node)


RULES: tuple[EquationRule, ...] = (
    coefficient_undone,
    sign_kept,
    scales_some_terms,
    takes_root,
    cross_product,
    moves_without_trace,
    scales_oppositely,
)


# Malrules of systems of two linear equations: what is done on one side and not on the other.


def eliminations(pairs: Sequence[Sides]) -> Iterator[Move]:
    """Two equations added or subtracted with a side or a coefficient treated the other way."""
    for (l1, r1), (l2, r2) in permutations(pairs, 2):
        minus: Node = BinaryOperation("-", l1, l2)
        plus: Node = BinaryOperation("+", l1, l2)
        yield Move("adds_right_side", Sides(minus, BinaryOperation("+", r1, r2)))
        yield Move("subtracts_right_side", Sides(plus, BinaryOperation("-", r1, r2)))
        yield Move("adds_right_side", Sides(minus, BinaryOperation("-", r2, r1)))
        yield Move("forgets_right_side", Sides(minus, r1))
        yield Move("forgets_right_side", Sides(plus, r1))
        yield from _coefficients(l1, l2, r1, r2)


def _coefficients(l1: Node, l2: Node, r1: Node, r2: Node) -> Iterator[Move]:
    try:
        first, second = _linear(l1), _linear(l2)
    except Unreadable:
        return
    for sign in (1, -1):
        right: Node = BinaryOperation("+" if sign > 0 else "-", r1, r2)
        exact = add(first, second, sign)
        wrong = add(first, second, -sign)
        for letter in first.keys() & second.keys():
            if letter:
                mixed = {**exact, letter: wrong.get(letter, 0)}
                yield Move("adds_coefficients", Sides(_node(mixed), right))
        if len(exact) == 1:
            (letter,) = exact
            yield Move("forgets_to_double", Sides(_node({letter: 1}), right))


def _linear(node: Node) -> Poly:
    top, bottom = rational(node)
    divisor = constant_term(bottom)
    if divisor is None:
        raise Unreadable("not linear")
    return scale(top, divide_numbers(1, divisor))


def _node(poly: Poly) -> Node:
    return sum_of([Term(1, monomial_node(c, m)) for m, c in sorted(poly.items(), reverse=True) if c])


# Right moves: what a pupil may do to an equation in mind before writing the next line.


class EquationResidues(NamedTuple):
    """An equation with the residues of its sides."""

    sides: Sides
    left: int | None
    right: int | None


def marked(sides: Sides) -> EquationResidues:
    """Return an equation with its residues."""
    return EquationResidues(sides, residue(sides.left), residue(sides.right))


@lru_cache(maxsize=256)
def right_moves(old: Sides) -> tuple[EquationResidues, ...]:
    """Moves a pupil may make in mind: letters to one side, one term across, divided or multiplied through."""
    return tuple(marked(sides) for sides in _moves(old))


def _moves(old: Sides) -> Iterator[Sides]:
    left, right = terms(old.left), terms(old.right)
    for letters_left in (True, False):
        mine = [t for t in left if _lettered(t) == letters_left] + _other_sign(right, letters_left)
        other = [t for t in right if _lettered(t) != letters_left] + _other_sign(left, not letters_left)
        yield Sides(sum_of(mine), sum_of(other))
    for here, back in _both(old):
        parts = terms(here.left)
        for at, part in enumerate(parts):
            yield back(Sides(_without(parts, at), BinaryOperation("-", here.right, part.signed)))
    yield from _scaled_right(old)


def _scaled_right(old: Sides) -> Iterator[Sides]:
    for side in old:
        found = _lone(side)
        if found is not None and found.number != 1:
            yield old.each("/", number(found.number))
    for op, values in (("*", denominators(old)), ("/", divisors(old))):
        yield from (old.each(op, number(value)) for value in values)


def _lettered(term: Term) -> bool:
    return constant(term.node) is None


def _other_sign(parts: Sequence[Term], lettered: bool) -> list[Term]:
    return [Term(-t.sign, t.node) for t in parts if _lettered(t) == lettered]
