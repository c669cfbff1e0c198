"""Trees of roots and functions, and the bounds on what working them out could cost."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import NamedTuple

from workbench.verification.exact.polynomials import magnitude
from workbench.verification.text.grammar import MAX_EXPONENT, Number, Unreadable

MAX_NODES = 80
MAX_FACTORIAL = 20
MAX_TOWER = 24
"""The largest product of exponents that stand above each other."""

TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")
NAMES = (*TRIGONOMETRIC, "sqrt", "cbrt", "log", "ln", "exp", "abs")


class Call(NamedTuple):
    """An operation or a function, by name, with what it is of."""

    name: str
    args: tuple[Tree, ...]


Tree = Number | str | Call
"""A number, a letter, or a call."""


def check_bounds(tree: Tree) -> None:
    """Raise `Unreadable` where a tree would be too much work: nodes, exponents, towers, factorials."""
    if nodes(tree) > MAX_NODES:
        raise Unreadable("too many nodes")
    _check_growth(tree, 1)


def nodes(tree: Tree) -> int:
    """Return how many numbers, letters and calls a tree has."""
    return 1 + sum(nodes(a) for a in tree.args) if isinstance(tree, Call) else 1


def _check_growth(tree: Tree, tower: int) -> None:
    """Exponents multiply on the way down; what a result could grow to is bounded before it is worked out."""
    if not isinstance(tree, Call):
        return
    if tree.name == "factorial":
        (of,) = tree.args
        if not isinstance(of, int) or not 0 <= of <= MAX_FACTORIAL:
            raise Unreadable("factorial out of bounds")
    if tree.name == "exp" and nodes(tree) > 4:
        raise Unreadable("exponential out of bounds")
    if tree.name != "^":
        for arg in tree.args:
            _check_growth(arg, tower)
        return
    base, exponent = tree.args
    if letters(exponent):
        raise Unreadable("a letter in an exponent")
    size = exponent_size(exponent)
    if size > MAX_EXPONENT or size * tower > MAX_TOWER:
        raise Unreadable("exponent out of bounds")
    _check_growth(base, max(tower, tower * size))


def exponent_size(exponent: Tree) -> int:
    """Return the magnitude of an exponent, rounded up; only numbers, fractions and their negatives are exponents."""
    if isinstance(exponent, Call) and exponent.name == "neg":
        return exponent_size(exponent.args[0])
    if isinstance(exponent, Call) and exponent.name == "/":
        top, bottom = exponent.args
        if isinstance(top, int) and isinstance(bottom, int) and 0 < bottom <= MAX_EXPONENT:
            return ceil(Fraction(abs(top), bottom))
    if isinstance(exponent, Call | str):
        raise Unreadable("an exponent that has to be worked out")
    return ceil(magnitude(exponent))


def letters(tree: Tree) -> frozenset[str]:
    """Return the letters of a tree."""
    if isinstance(tree, Call):
        return frozenset().union(*(letters(a) for a in tree.args))
    return frozenset(tree) if isinstance(tree, str) else frozenset()


def has_functions(tree: Tree) -> bool:
    """Return whether anything in the tree is beyond polynomials and quotients."""
    if not isinstance(tree, Call):
        return False
    if tree.name == "^" and not isinstance(tree.args[1], int):
        return True
    return tree.name not in ("+", "-", "*", "/", "neg", "^") or any(has_functions(a) for a in tree.args)
