"""Malrules of systems of two linear equations: what is done on one side and not on the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from workbench.verification.algebra.polynomials import Poly, add, constant, divide_numbers, rational, scale
from workbench.verification.malrules.equations import Move, Sides
from workbench.verification.malrules.trees import Term, monomial_node, sum_of
from workbench.verification.reading.grammar import BinaryOperation, Node, Unreadable


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
    divisor = constant(bottom)
    if divisor is None:
        raise Unreadable("not linear")
    return scale(top, divide_numbers(1, divisor))


def _node(poly: Poly) -> Node:
    return sum_of([Term(1, monomial_node(c, m)) for m, c in sorted(poly.items(), reverse=True) if c])
