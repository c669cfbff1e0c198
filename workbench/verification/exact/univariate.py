"""Polynomials in one letter as coefficient tuples, lowest first, their roots; and exact sums of square roots."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import gcd, isqrt, lcm

from workbench.verification.exact.polynomials import (
    Poly,
    divide_numbers,
    magnitude,
    power_number,
    small_exponent,
    tidy,
    value,
)
from workbench.verification.text.grammar import (
    BinaryOperation,
    Function,
    Neg,
    Node,
    Num,
    Number,
    Pct,
    Root,
    Unreadable,
    walk,
)

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
    if not a or a[-1] == 1:
        return a
    last = a[-1]
    return tuple([divide_numbers(c, last) for c in a])


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


# Exact numbers with square roots: sums of rational multiples of roots of squarefree whole numbers.


Surd = Mapping[int, Number]
"""Coefficients by squarefree radicand; 1 stands for the rational part. Zero is empty."""

MAX_RADICAND = 10_000
MAX_ROOTS = 8
_DIGITS = 30


def has_root(node: Node) -> bool:
    """Return whether a square root stands in the tree."""
    return any(type(part) is Root for part in walk(node))


def surd(node: Node) -> Surd:
    """Return the exact value of a tree without letters. Raise `Unreadable` outside the form or its bounds."""
    match node:
        case Num(number):
            return _plain(number)
        case Neg(arg):
            return {n: -c for n, c in surd(arg).items()}
        case Pct(arg):
            return {n: divide_numbers(c, 100) for n, c in surd(arg).items()}
        case Root(arg):
            return _root(_rational(surd(arg)))
        case Function():
            return _plain(value(node))
        case BinaryOperation("^", left, right):
            return _power(surd(left), _rational(surd(right)))
        case BinaryOperation(op, left, right):
            return _combine(op, surd(left), surd(right))
    raise Unreadable("a letter")


def _plain(number: Number) -> Surd:
    return {1: number} if number else {}


def _rational(a: Surd) -> Number:
    if a.keys() - {1}:
        raise Unreadable("a root inside")
    return a.get(1, 0)


def _root(number: Number) -> Surd:
    """A root made simple: sqrt(a/b) = sqrt(ab) / b, squares taken out."""
    inside = number.numerator * number.denominator
    if number < 0 or inside > MAX_RADICAND**2:
        raise Unreadable("root out of bounds")
    if not inside:
        return {}
    whole = isqrt(inside)
    if whole * whole == inside:
        return {1: divide_numbers(whole, number.denominator)}
    if inside > MAX_RADICAND:
        raise Unreadable("root out of bounds")
    outer = next(d for d in range(whole, 0, -1) if inside % (d * d) == 0)
    return {inside // (outer * outer): divide_numbers(outer, number.denominator)}


def _multiply(a: Surd, b: Surd) -> Surd:
    total: dict[int, Number] = {}
    for m, c in a.items():
        for n, d in b.items():
            for radicand, factor in _root(m * n).items():
                total[radicand] = total.get(radicand, 0) + c * d * factor
    if len(total) > MAX_ROOTS:
        raise Unreadable("too many roots")
    return {n: tidy(c) for n, c in total.items() if c}


def _combine(op: str, a: Surd, b: Surd) -> Surd:
    if op == "*":
        return _multiply(a, b)
    if op == "/":
        return _multiply(a, _inverse(b))
    sign = 1 if op == "+" else -1
    total = {n: a.get(n, 0) + sign * b.get(n, 0) for n in a.keys() | b.keys()}
    return {n: c for n, c in total.items() if c}


def _inverse(a: Surd) -> Surd:
    """One over a number with at most two terms."""
    if not a or len(a) > 2:
        raise Unreadable("no simple inverse")
    if len(a) == 1:
        ((n, c),) = a.items()
        return {n: divide_numbers(1, c * n)}
    (n, c), (m, d) = a.items()
    norm = c * c * n - d * d * m
    return {n: divide_numbers(c, norm), m: divide_numbers(-d, norm)}


def _power(base: Surd, exponent: Number) -> Surd:
    if not base.keys() - {1}:
        return _plain(power_number(base.get(1, 0), exponent))
    n = small_exponent(exponent)
    result: Surd = {1: 1}
    for _ in range(abs(n)):
        result = _multiply(result, base)
        if any(c.numerator.bit_length() + c.denominator.bit_length() > 512 for c in result.values()):
            raise Unreadable("too large")
    return _inverse(result) if n < 0 else result


def approximate(a: Surd) -> Fraction:
    """Return the value to thirty decimal places."""
    scale = 10**_DIGITS
    return sum((Fraction(c) * Fraction(isqrt(n * scale * scale), scale) for n, c in a.items()), Fraction(0))


def compare(left: Surd, right: Surd) -> int:
    """Return -1, 0 or 1, exactly: equal only where every coefficient is."""
    if left == right:
        return 0
    return -1 if approximate(_combine("-", left, right)) < 0 else 1


def same_value(left: Node, right: Node) -> bool:
    """Return whether two trees with roots are exactly equal. Raise `Unreadable`."""
    return compare(surd(left), surd(right)) == 0


def distance(left: Node, right: Node) -> Number:
    """Return how far two values lie apart. Raise `Unreadable`."""
    return magnitude(approximate(_combine("-", surd(left), surd(right))))
