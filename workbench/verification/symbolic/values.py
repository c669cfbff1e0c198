"""What trees are worth: by floating point, to see quickly, and by intervals, to be certain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from workbench.verification.symbolic.trees import Call, Tree, number_of

DIGITS = 60
HUGE = 1e60
"""No value on the way may be larger, and no power smaller than its inverse: intervals come after this look."""


class Undefined(Exception):
    """The value does not exist among the real numbers."""


class Unclear(Undefined):
    """The value might not exist: zero, or the edge of a domain, lies within the interval."""


class Beyond(Undefined):
    """The value exists, but is too large or too close to zero to work with."""


def about(tree: Tree, at: Mapping[str, float]) -> float:
    """Return the value by floating point. Raise `Undefined`."""
    if isinstance(tree, str):
        return at[tree]
    if not isinstance(tree, Call):
        return float(tree)
    if tree.name == "^" and _either_way(tree, at):
        raise Beyond
    try:
        value: float = _FLOATS[tree.name](*[about(a, at) for a in tree.args])
    except OverflowError as error:
        raise Beyond from error
    except (ValueError, ZeroDivisionError, KeyError) as error:
        raise Undefined from error
    if not -HUGE < value < HUGE:
        raise Beyond
    if -1 / HUGE < value < 1 / HUGE and tree.name in _VANISHING and (value or about(tree.args[0], at)):
        raise Beyond
    return value


_MAX_FACTORIAL = 40
_VANISHING = frozenset(("^", "exp"))


def _either_way(tree: Call, at: Mapping[str, float]) -> bool:
    """Whether a power is of a negative number with an odd root: some take (-8)^(1/3) for -2, others for nothing."""
    exponent = number_of(tree.args[1])
    odd = exponent is not None and exponent.denominator % 2 == 1 and exponent.denominator > 1
    return odd and about(tree.args[0], at) < 0


def _float_power(base: float, exponent: float) -> float:
    if base < 0 and exponent != int(exponent):
        raise ValueError
    if base == 0 and exponent <= 0:
        raise ValueError
    return math.pow(base, exponent)


def _float_root(x: float, n: float) -> float:
    if n != int(n) or not 2 <= n <= 12:
        raise ValueError
    if x < 0 and n % 2:
        return -math.pow(-x, 1 / n)
    return _float_power(x, 1 / n)


def _float_factorial(n: float) -> float:
    if not 0 <= n <= _MAX_FACTORIAL:
        raise OverflowError
    return float(math.factorial(int(n)))


_FLOATS: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda x: -x,
    "^": _float_power,
    "factorial": _float_factorial,
    "binom": lambda n, k: float(math.comb(int(n), int(k))),
    "pi": lambda: math.pi,
    "e": lambda: math.e,
    "sqrt": math.sqrt,
    "cbrt": lambda x: _float_root(x, 3),
    "root": _float_root,
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "cot": lambda x: math.cos(x) / math.sin(x),
    "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x),
    "exp": math.exp,
    "ln": math.log,
    "log": lambda x, base=10.0: math.log(x) / math.log(base),
}


# Intervals. `mpmath` is only loaded where a line needs it: it takes longer than all the rest.


@lru_cache(maxsize=1)
def intervals() -> Any:
    """Return interval arithmetic of its own precision."""
    from mpmath.ctx_iv import MPIntervalContext

    context = MPIntervalContext()
    context.dps = DIGITS
    return context


def interval(tree: Tree, at: Mapping[str, Any]) -> Any:
    """Return an interval that holds the real value of a tree. Raise `Undefined`.

    A letter's value is a tree without letters, or an interval.
    """
    iv = intervals()
    if isinstance(tree, str):
        given = at[tree]
        return interval(given, {}) if isinstance(given, Call | int | Fraction) else given
    if not isinstance(tree, Call):
        return iv.mpf(tree.numerator) / tree.denominator
    if tree.name == "^":
        return _power(interval(tree.args[0], at), tree.args[1], at)
    if tree.name not in _INTERVALS:
        raise Undefined
    return _INTERVALS[tree.name](*[interval(a, at) for a in tree.args])


def _nonzero(x: Any) -> Any:
    if 0 in x:
        raise Undefined if x.delta == 0 else Unclear
    return x


def _positive(x: Any) -> Any:
    if not x.a > 0:
        raise Undefined if x.b <= 0 else Unclear
    return x


def _nonnegative(x: Any) -> Any:
    if x.a >= 0:
        return x
    if x.b < 0:
        raise Undefined
    if x.delta > 1e-20:
        raise Unclear
    return intervals().mpf([0, x.b])  # zero, but for rounding


def _root(x: Any, n: int) -> Any:
    iv = intervals()
    if not 2 <= n <= 12:
        raise Unclear
    if n % 2 and x.b < 0:
        return -_root(-x, n)
    inside = _nonnegative(x)
    if inside.a > 0:
        return iv.exp(iv.log(inside) / n)
    return iv.mpf([0, iv.exp(iv.log(inside.b) / n).b if inside.b > 0 else 0])


def _power(base: Any, exponent: Tree, at: Mapping[str, Any]) -> Any:
    value = number_of(exponent)
    if value is None and isinstance(exponent, str) and isinstance(given := at.get(exponent), Call | int | Fraction):
        value = number_of(given)
    if value is not None and value.denominator == 1:
        n = int(value)
        return base**n if n > 0 else 1 / _nonzero(base ** (-n)) if n else _nonzero(base) ** 0
    iv = intervals()
    if value is not None:
        if base.b < 0 and value.denominator % 2:
            raise Unclear
        inside = _nonnegative(base)
        if inside.a > 0:
            return iv.exp(iv.log(inside) * value.numerator / value.denominator)
        return _power(_root(inside, value.denominator), Fraction(value.numerator), at)
    size = interval(exponent, at)
    if base.a > 0:
        return iv.exp(iv.log(base) * size)
    whole = size.mid
    if size.delta == 0 and whole == int(whole) and abs(int(whole)) <= 200:
        return _power(base, int(whole), at)
    raise Undefined if base.b < 0 and size.delta == 0 else Unclear


def _logarithm(x: Any, base: Any) -> Any:
    iv = intervals()
    return iv.log(_positive(x)) / _nonzero(iv.log(_positive(iv.mpf(base) if isinstance(base, int) else base)))


_INTERVALS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / _nonzero(b),
    "neg": lambda x: -x,
    "factorial": lambda x: intervals().mpf(math.factorial(int(x.mid))),
    "binom": lambda n, k: intervals().mpf(math.comb(int(n.mid), int(k.mid))),
    "pi": lambda: intervals().pi,
    "e": lambda: intervals().e,
    "sqrt": lambda x: intervals().sqrt(_nonnegative(x)),
    "cbrt": lambda x: _root(x, 3),
    "root": lambda x, n: _root(x, int(n.mid)),
    "abs": abs,
    "sin": lambda x: intervals().sin(x),
    "cos": lambda x: intervals().cos(x),
    "tan": lambda x: intervals().sin(x) / _nonzero(intervals().cos(x)),
    "cot": lambda x: intervals().cos(x) / _nonzero(intervals().sin(x)),
    "sec": lambda x: 1 / _nonzero(intervals().cos(x)),
    "csc": lambda x: 1 / _nonzero(intervals().sin(x)),
    "exp": lambda x: intervals().exp(x),
    "ln": lambda x: intervals().log(_positive(x)),
    "log": lambda x, base=10: _logarithm(x, base),
}


def gap(left: Tree, right: Tree, at: Mapping[str, Any]) -> Any:
    """Return an interval that holds the difference of two sides."""
    return interval(left, at) - interval(right, at)


def is_zero(difference: Any) -> bool:
    """Return whether an interval pins a value to zero, for all the digits that are kept."""
    return 0 in difference and difference.delta < 1e-30


def shown(value: float) -> str:
    """Return a value to four decimal places."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
