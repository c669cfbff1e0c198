"""Polynomials in one letter as coefficient tuples, lowest first: roots, and what two sets share."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import gcd, isqrt, lcm

from workbench.verification.exact.polynomials import Poly, divide_numbers, tidy
from workbench.verification.text.grammar import Number

Coefficients = tuple[Number, ...]
"""Trailing coefficient not 0; the empty tuple is the zero polynomial."""

_MAX_SEARCH = 20_000


def coefficients(poly: Poly) -> Coefficients:
    """Return the coefficients of a polynomial in at most one letter."""
    if not poly:
        return ()
    dense: list[Number] = [0] * (max(map(len, poly)) + 1)
    for monomial, coefficient in poly.items():
        dense[len(monomial)] = coefficient
    return tuple(dense)


def monic(a: Coefficients) -> Coefficients:
    """Return the same roots with leading coefficient 1."""
    return tuple(divide_numbers(c, a[-1]) for c in a) if a else a


def divide(a: Coefficients, b: Coefficients) -> tuple[Coefficients, Coefficients]:
    """Return quotient and remainder; b is not zero."""
    remainder = list(a)
    quotient: list[Number] = [0] * max(0, len(a) - len(b) + 1)
    for shift in range(len(a) - len(b), -1, -1):
        factor = divide_numbers(remainder[shift + len(b) - 1], b[-1])
        quotient[shift] = factor
        if factor:
            for i, c in enumerate(b):
                remainder[shift + i] -= factor * c
    while remainder and remainder[-1] == 0:
        remainder.pop()
    return tuple(quotient), tuple(remainder)


def common(a: Coefficients, b: Coefficients) -> Coefficients:
    """Return the monic greatest common divisor."""
    while b:
        a, b = b, monic(divide(a, b)[1])
    return monic(a)


def derivative(a: Coefficients) -> Coefficients:
    """Return the derivative."""
    return tuple(i * c for i, c in enumerate(a))[1:]


def squarefree(a: Coefficients) -> Coefficients:
    """Return the same roots, each once, with leading coefficient 1."""
    if len(a) <= 2:
        return monic(a)
    return monic(divide(a, common(a, derivative(a)))[0])


def at(a: Coefficients, x: Number) -> Number:
    """Return the value at x."""
    total: Number = 0
    for c in reversed(a):
        total = total * x + c
    return total


def real_roots(a: Coefficients) -> int:
    """Return how many real roots a squarefree polynomial has, by Sturm's theorem."""
    if len(a) <= 2:
        return max(0, len(a) - 1)
    chain = [a, derivative(a)]
    while len(chain[-1]) > 1:
        rest = divide(chain[-2], chain[-1])[1]
        if not rest:
            break
        chain.append(tuple(-c for c in rest))
    right = [p[-1] > 0 for p in chain]
    left = [(p[-1] > 0) == (len(p) % 2 == 1) for p in chain]
    return _changes(left) - _changes(right)


def _changes(signs: list[bool]) -> int:
    return sum(a != b for a, b in pairwise(signs))


def rational_roots(a: Coefficients) -> tuple[Number, ...]:
    """Return the rational roots of a squarefree polynomial, in order, where they are cheap to find."""
    if len(a) == 2:
        return (divide_numbers(-a[0], a[1]),)
    if len(a) == 3:
        return _quadratic_roots(a)
    return _searched_roots(a) if a else ()


def _quadratic_roots(a: Coefficients) -> tuple[Number, ...]:
    c, b, lead = a
    discriminant = Fraction(b * b - 4 * lead * c)
    if discriminant < 0:
        return ()
    top, bottom = isqrt(discriminant.numerator), isqrt(discriminant.denominator)
    if top * top != discriminant.numerator or bottom * bottom != discriminant.denominator:
        return ()
    root = Fraction(top, bottom)
    return tuple(sorted({divide_numbers(-b - root, 2 * lead), divide_numbers(-b + root, 2 * lead)}))


def _searched_roots(a: Coefficients) -> tuple[Number, ...]:
    """By the rational root theorem, for small coefficients only."""
    found: list[Number] = [0] if a[0] == 0 else []
    while a and a[0] == 0:
        a = a[1:]
    scale = lcm(*(c.denominator for c in a)) if a else 1
    whole = [int(c * scale) for c in a]
    shared = gcd(*whole) or 1
    first, last = abs(whole[0] // shared), abs(whole[-1] // shared)
    if first * last > _MAX_SEARCH:
        return tuple(found)
    tops = [d for d in range(1, first + 1) if first % d == 0] if first <= 400 else []
    bottoms = [d for d in range(1, last + 1) if last % d == 0] if last <= 400 else []
    tried = {tidy(Fraction(sign * t, b)) for t in tops for b in bottoms for sign in (1, -1)}
    return tuple(sorted([*found, *(x for x in tried if at(a, x) == 0)]))
