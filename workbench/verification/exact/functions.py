"""Functions of exact numbers: factorials, remainders, common divisors, roots that come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, comb, factorial, floor, gcd, lcm

from workbench.verification.text.grammar import Number, Unreadable

MAX_FACTORIAL = 400
MAX_CHOICES = 1000
MAX_ROOT_BITS = 512
MAX_DEGREE = 12


def apply(name: str, args: Sequence[Number]) -> Number:
    """Return the value of a function. Raise `Unreadable` where it has none, or beyond the bounds."""
    if name in _WHOLE:
        return _WHOLE[name](*(_whole(arg) for arg in args))
    return _EXACT[name](*args)


def _whole(number: Number) -> int:
    if number.denominator != 1:
        raise Unreadable("not a whole number")
    return int(number)


def _factorial(n: int) -> int:
    if not 0 <= n <= MAX_FACTORIAL:
        raise Unreadable("factorial out of bounds")
    return factorial(n)


def _choose(n: int, k: int) -> int:
    if not (0 <= n <= MAX_CHOICES and k >= 0):
        raise Unreadable("binomial out of bounds")
    return comb(n, k)


def _remainder(n: int, by: int) -> int:
    if by <= 0:
        raise Unreadable("no remainder")
    return n % by


def _in_base(digits: int, base: int) -> int:
    """The number that digits write in a base: 242 in base 5 is 72."""
    if not 2 <= base <= 10 or digits < 0 or any(int(digit) >= base for digit in str(digits)):
        raise Unreadable("no number in this base")
    return int(str(digits), base)


def _reciprocal(number: Number) -> Number:
    if number == 0:
        raise Unreadable("division by zero")
    inverse = 1 / Fraction(number)
    return inverse.numerator if inverse.denominator == 1 else inverse


def _difference(a: Number, b: Number) -> Number:
    """The difference of two numbers in words; where the second is larger, people mean either sign."""
    if a < b:
        raise Unreadable("a difference of either sign")
    return a - b


def _quotient(a: Number, b: Number) -> Number:
    """The quotient in words; where it does not come out whole, people may mean without the remainder."""
    if b == 0 or Fraction(a, b).denominator != 1:
        raise Unreadable("a quotient with a remainder or without")
    return Fraction(a, b).numerator


def nth_root(number: Number, degree: Number) -> Number:
    """Return the exact root of a number that is not negative. Raise `Unreadable` where it is not rational."""
    n = _whole(degree)
    if number < 0 or not 1 <= n <= MAX_DEGREE:
        raise Unreadable("no root")
    top, bottom = _root(number.numerator, n), _root(number.denominator, n)
    return top if bottom == 1 else Fraction(top, bottom)


def _root(number: int, degree: int) -> int:
    """The whole number whose power this is."""
    if number.bit_length() > MAX_ROOT_BITS:
        raise Unreadable("too large")
    low, high = 0, 1 << (number.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= number else (low, middle - 1)
    if low**degree != number:
        raise Unreadable("the root does not come out")
    return low


_WHOLE: dict[str, Callable[..., int]] = {
    "factorial": _factorial,
    "binom": _choose,
    "gcd": gcd,
    "lcm": lcm,
    "mod": _remainder,
    "base": _in_base,
    "digit": lambda n: abs(n) % 10,
}
_EXACT: dict[str, Callable[..., Number]] = {
    "abs": lambda n: -n if n < 0 else n,
    "floor": floor,
    "ceil": ceil,
    "max": max,
    "min": min,
    "sqrt": lambda n: nth_root(n, 2),
    "cbrt": lambda n: nth_root(n, 3),
    "root": nth_root,
    "reciprocal": _reciprocal,
    "negative": lambda n: -n,
    "difference": _difference,
    "quotient": _quotient,
}
