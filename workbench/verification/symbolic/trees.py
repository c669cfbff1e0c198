"""Trees of operations and functions, and the bounds that hold before any work on them."""

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
MAX_PLAIN_EXPONENT = 200
"""Of a number, whose power is looked at by floating point before anything else."""
MAX_WORKED_EXPONENT = 16
"""The most nodes of an exponent that has to be worked out."""

TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")
NAMES = (*TRIGONOMETRIC, "sqrt", "cbrt", "log", "ln", "exp", "abs")
_ALGEBRAIC = frozenset(("+", "-", "*", "/", "neg", "^"))


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
    if tree.name == "exp" and nodes(tree) > MAX_WORKED_EXPONENT:
        raise Unreadable("exponential out of bounds")
    if tree.name != "^":
        for arg in tree.args:
            _check_growth(arg, tower)
        return
    base, exponent = tree.args
    size = exponent_size(exponent)
    if size is None:
        if has_power(exponent) or nodes(exponent) > MAX_WORKED_EXPONENT:
            raise Unreadable("exponents above an exponent")
        _check_growth(base, max(tower, 2))
        return
    most, highest = (MAX_EXPONENT, MAX_TOWER) if letters(base) else (MAX_PLAIN_EXPONENT, MAX_PLAIN_EXPONENT)
    if size > most or size * tower > highest:
        raise Unreadable("exponent out of bounds")
    _check_growth(base, max(tower, tower * size))


def exponent_size(exponent: Tree) -> int | None:
    """Return the magnitude of a number as exponent, rounded up; None for an exponent that has to be worked out."""
    value = number_of(exponent)
    return None if value is None else ceil(magnitude(value))


def number_of(tree: Tree) -> Fraction | None:
    """Return a tree that is a number, a fraction of two, or the negative of one."""
    match tree:
        case Call("neg", (inner,)):
            value = number_of(inner)
            return None if value is None else -value
        case Call("/", (int() as top, int() as bottom)) if 0 < bottom <= MAX_EXPONENT:
            return Fraction(top, bottom)
        case Call() | str():
            return None
    return Fraction(tree)


def has_power(tree: Tree) -> bool:
    """Return whether a power or an exponential stands in a tree."""
    return isinstance(tree, Call) and (tree.name in ("^", "exp") or any(has_power(a) for a in tree.args))


def letters(tree: Tree) -> frozenset[str]:
    """Return the letters of a tree."""
    if isinstance(tree, Call):
        return frozenset().union(*(letters(a) for a in tree.args))
    return frozenset((tree,)) if isinstance(tree, str) else frozenset()


def has_functions(tree: Tree) -> bool:
    """Return whether anything in the tree is beyond polynomials and quotients."""
    if not isinstance(tree, Call):
        return False
    if tree.name == "^" and not isinstance(tree.args[1], int):
        return True
    return tree.name not in _ALGEBRAIC or any(has_functions(a) for a in tree.args)


def names(tree: Tree) -> frozenset[str]:
    """Return the names of all calls in a tree."""
    if not isinstance(tree, Call):
        return frozenset()
    return frozenset((tree.name,)).union(*(names(a) for a in tree.args))


def put(tree: Tree, letter: str, value: Tree) -> Tree:
    """Return the tree with a value in the place of a letter."""
    if isinstance(tree, Call):
        return Call(tree.name, tuple(put(a, letter, value) for a in tree.args))
    return value if tree == letter else tree
