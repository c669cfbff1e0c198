"""Real values of trees as intervals that certainly hold them: what proves that two sides differ.

Only the process that does the work imports this, for mpmath takes a while to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import factorial
from typing import Any

from mpmath import iv

from workbench.verification.symbolic.trees import Call, Tree

DIGITS = 40


class Undefined(Exception):
    """The value does not exist among the real numbers, or might not."""


def interval(tree: Tree, at: Mapping[str, Tree]) -> Any:
    """Return an interval that holds the real value of a tree. Raise `Undefined`."""
    if isinstance(tree, str):
        return interval(at[tree], {})
    if not isinstance(tree, Call):
        return iv.mpf(tree.numerator) / tree.denominator
    args = [interval(a, at) for a in tree.args]
    match tree.name:
        case "+":
            return args[0] + args[1]
        case "-":
            return args[0] - args[1]
        case "*":
            return args[0] * args[1]
        case "/":
            return args[0] / _nonzero(args[1])
        case "neg":
            return -args[0]
        case "^":
            return _power(args[0], tree.args[1], args[1])
        case "factorial":
            return iv.mpf(factorial(int(args[0].mid)))
        case "pi":
            return iv.pi
    return _function(tree.name, args)


def _function(name: str, args: list[Any]) -> Any:
    x = args[0]
    match name:
        case "sqrt":
            return iv.sqrt(_nonnegative(x))
        case "cbrt":
            return _root(x, 3)
        case "root":
            return _root(x, int(args[1].mid))
        case "abs":
            return abs(x)
        case "sin" | "cos":
            return getattr(iv, name)(x)
        case "tan":
            return iv.sin(x) / _nonzero(iv.cos(x))
        case "cot":
            return iv.cos(x) / _nonzero(iv.sin(x))
        case "sec":
            return 1 / _nonzero(iv.cos(x))
        case "csc":
            return 1 / _nonzero(iv.sin(x))
        case "exp":
            return iv.exp(x)
        case "ln":
            return iv.log(_positive(x))
        case "log":
            base = args[1] if len(args) > 1 else iv.mpf(10)
            return iv.log(_positive(x)) / _nonzero(iv.log(_positive(base)))
    raise Undefined


def _nonzero(x: Any) -> Any:
    if 0 in x:
        raise Undefined
    return x


def _positive(x: Any) -> Any:
    if not x.a > 0:
        raise Undefined
    return x


def _nonnegative(x: Any) -> Any:
    if x.a >= 0:
        return x
    if x.b < 0 or x.delta > 1e-20:
        raise Undefined
    return iv.mpf([0, x.b])  # zero, but for rounding


def _root(x: Any, n: int) -> Any:
    if not 2 <= n <= 12:
        raise Undefined
    if n % 2 and x.b < 0:
        return -_root(-x, n)
    inside = _nonnegative(x)
    if inside.a > 0:
        return iv.exp(iv.log(inside) / n)
    return iv.mpf([0, iv.exp(iv.log(inside.b) / n).b if inside.b > 0 else 0])


def _power(base: Any, exponent: Tree, size: Any) -> Any:
    value = number_of(exponent)
    if value.denominator == 1:
        return base ** int(value) if value >= 0 else 1 / _nonzero(base ** int(-value))
    root = _root(base, value.denominator)
    return _power(root, value.numerator, size)


def number_of(exponent: Tree) -> Fraction:
    """Return an exponent as a fraction; the reader has made sure that it is one."""
    match exponent:
        case Call("neg", (inner,)):
            return -number_of(inner)
        case Call("/", (top, bottom)):
            return number_of(top) / number_of(bottom)
        case Call() | str():
            raise Undefined
    return Fraction(exponent)


def gap(left: Tree, right: Tree, at: Mapping[str, Tree]) -> Any:
    """Return an interval that holds the difference of two sides."""
    with_digits = iv.dps
    iv.dps = DIGITS
    try:
        return interval(left, at) - interval(right, at)
    finally:
        iv.dps = with_digits
