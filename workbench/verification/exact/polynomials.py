"""Exact polynomials and rational functions over the rationals, in up to three letters.

A polynomial maps monomials to coefficients; a monomial is its sorted letters ("" is the constant,
"xxy" is x^2 y). None of these dictionaries is ever changed once made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isqrt

from workbench.verification.exact.functions import apply, nth_root
from workbench.verification.text.grammar import (
    MAX_EXPONENT,
    BinaryOperation,
    Function,
    Neg,
    Node,
    Num,
    Number,
    Pct,
    Root,
    Unreadable,
    Var,
)

Poly = Mapping[str, Number]

ONE: Poly = {"": 1}
ZERO: Poly = {}

MAX_DEGREE = 24
MAX_TERMS = 200
MAX_BITS = 4096


def divide_numbers(a: Number, b: Number) -> Number:
    """Return the exact quotient, an int where it is one. Raise `Unreadable` for a division by zero."""
    if b == 1 and type(a) is int:
        return a
    if b == 0:
        raise Unreadable("division by zero")
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return a // b
    return tidy(Fraction(a, b))


def tidy(value: Number) -> Number:
    """Return the same number, as an int where it is one."""
    return value.numerator if value.denominator == 1 else value


def magnitude(value: Number) -> Number:
    """Return the absolute value: `abs` of a union is an object to the type checker."""
    return -value if value < 0 else value


def small_exponent(exponent: Number) -> int:
    """Return the exponent as an int from -12 to 12. Raise `Unreadable` beyond that."""
    if exponent.denominator != 1 or not -MAX_EXPONENT <= exponent <= MAX_EXPONENT:
        raise Unreadable("exponent out of bounds")
    return int(exponent)


def power_number(base: Number, exponent: Number) -> Number:
    """Return an exact power with a small whole exponent. Raise `Unreadable` beyond the bounds."""
    if exponent.denominator != 1:
        return power_number(nth_root(base, exponent.denominator), exponent.numerator)
    n = small_exponent(exponent)
    if (base.numerator.bit_length() + base.denominator.bit_length()) * abs(n) > MAX_BITS:
        raise Unreadable("too large")
    if n < 0:
        return divide_numbers(1, base ** (-n))
    return tidy(base**n)


def root_number(number: Number) -> Number:
    """Return the exact square root. Raise `Unreadable` where it is not rational."""
    if number < 0 or number.numerator.bit_length() + number.denominator.bit_length() > MAX_BITS:
        raise Unreadable("no square root")
    top, bottom = isqrt(number.numerator), isqrt(number.denominator)
    if top * top != number.numerator or bottom * bottom != number.denominator:
        raise Unreadable("not a square")
    return divide_numbers(top, bottom)


def compute(op: str, a: Number, b: Number) -> Number:
    """Return an exact sum, difference, product, quotient or power. Raise `Unreadable` where there is none."""
    if op == "+":
        return a + b
    if op == "-":
        return a - b
    if op == "*":
        return a * b
    return divide_numbers(a, b) if op == "/" else power_number(a, b)


def value(node: Node, percent: bool = True) -> Number:
    """Return what a tree without letters is worth; `percent=False` reads 20% as 20. Raise `Unreadable`."""
    if type(node) is Num:
        return node.value
    if type(node) is BinaryOperation:
        return compute(node.op, value(node.left, percent), value(node.right, percent))
    if type(node) is Neg:
        return -value(node.arg, percent)
    if type(node) is Pct:
        return divide_numbers(value(node.arg, percent), 100) if percent else value(node.arg, percent)
    if type(node) is Root:
        return root_number(value(node.arg, percent))
    if type(node) is Function:
        return apply(node.name, [value(arg, percent) for arg in node.args])
    raise Unreadable("a letter")


def worth(node: Node, percent: bool = True) -> Number | None:
    """Return what a tree without letters is worth; None where it has no exact value."""
    try:
        return value(node, percent)
    except Unreadable:
        return None


def add(a: Poly, b: Poly, sign: int = 1) -> Poly:
    """Return a + sign * b."""
    total = dict(a)
    for monomial, coefficient in b.items():
        old = total.get(monomial, 0)
        new = old + coefficient if sign == 1 else old - coefficient if sign == -1 else old + sign * coefficient
        if new:
            total[monomial] = new
        else:
            total.pop(monomial, None)
    return total


def scale(a: Poly, factor: Number) -> Poly:
    """Return factor * a."""
    if factor == 1:
        return a
    return {m: c * factor for m, c in a.items()} if factor else ZERO


def numerator(top: Poly, bottom: Poly) -> Poly:
    """Return a polynomial divided by the constant term of another."""
    return scale(top, divide_numbers(1, bottom.get("", 1)))


def multiply(a: Poly, b: Poly) -> Poly:
    """Return a * b. Raise `Unreadable` beyond the bounds."""
    if len(a) == 1 and "" in a:
        return scale(b, a[""])
    if len(b) == 1 and "" in b:
        return scale(a, b[""])
    total: dict[str, Number] = {}
    for m, c in a.items():
        for n, d in b.items():
            monomial = "".join(sorted(m + n))
            total[monomial] = total.get(monomial, 0) + c * d
    if len(total) > MAX_TERMS or any(len(m) > MAX_DEGREE for m in total):
        raise Unreadable("polynomial too large")
    return {m: c for m, c in total.items() if c}


def power(a: Poly, n: int) -> Poly:
    """Return a to the n, n from 0 to 12. Raise `Unreadable` beyond the bounds."""
    if constant(a) is not None:
        return {"": power_number(a.get("", 0), n)} if a else (ZERO if n else ONE)
    result = ONE
    for _ in range(n):
        result = multiply(result, a)
    return result


def constant(a: Poly) -> Number | None:
    """Return the polynomial's value where it has no letters, else None."""
    if not a:
        return 0
    return a[""] if len(a) == 1 and "" in a else None


Rational = tuple[Poly, Poly]
"""Numerator and denominator; the denominator is never the zero polynomial."""


def rational(node: Node) -> Rational:
    """Return a tree as a quotient of polynomials. Raise `Unreadable` beyond the bounds."""
    if type(node) is Num:
        return ({"": node.value} if node.value else ZERO), ONE
    if type(node) is Var:
        return {node.name: 1}, ONE
    if type(node) is BinaryOperation:
        if node.op == "^":
            return _raise(rational(node.left), value(node.right))
        return _combine(node.op, rational(node.left), rational(node.right))
    if type(node) is Neg:
        top, bottom = rational(node.arg)
        return scale(top, -1), bottom
    if type(node) is Pct:
        top, bottom = rational(node.arg)
        return scale(top, Fraction(1, 100)), bottom
    if type(node) is Root:
        number = root_number(value(node.arg))
        return ({"": number} if number else ZERO), ONE
    if type(node) is Function:
        number = value(node)
        return ({"": number} if number else ZERO), ONE
    raise Unreadable("unknown node")


def _combine(op: str, a: Rational, b: Rational) -> Rational:
    if op == "*":
        return multiply(a[0], b[0]), multiply(a[1], b[1])
    if op == "/":
        return _quotient(a, b)
    sign = 1 if op == "+" else -1
    if a[1] is b[1] or a[1] == b[1]:
        return add(a[0], b[0], sign), a[1]
    return add(multiply(a[0], b[1]), multiply(b[0], a[1]), sign), multiply(a[1], b[1])


def _quotient(a: Rational, b: Rational) -> Rational:
    if not b[0]:
        raise Unreadable("division by zero")
    divisor = constant(b[0])
    if divisor is not None:
        inverse = divide_numbers(1, divisor)
        return scale(multiply(a[0], b[1]), inverse), a[1]
    return multiply(a[0], b[1]), multiply(a[1], b[0])


def _raise(base: Rational, exponent: Number) -> Rational:
    n = small_exponent(exponent)
    if n < 0:
        base = _quotient((ONE, ONE), base)
    return power(base[0], abs(n)), power(base[1], abs(n))


def difference(a: Rational, b: Rational) -> Rational:
    """Return a - b."""
    return _combine("-", a, b)


def same(a: Rational, b: Rational) -> bool:
    """Return whether two rational functions are equal as functions."""
    if a[1] == b[1]:
        return a[0] == b[0]
    return multiply(a[0], b[1]) == multiply(b[0], a[1])


def evaluate(a: Poly, at: Mapping[str, Number]) -> Number:
    """Return the polynomial's value. Raise `Unreadable` for a letter without one, such as pi."""
    total: Number = 0
    for monomial, coefficient in a.items():
        term: Number = coefficient
        for letter in monomial:
            if letter not in at:
                raise Unreadable("a letter without a value")
            term = term * at[letter]
        total = total + term
    return total


def poly_letters(a: Poly) -> frozenset[str]:
    """Return the letters that a polynomial really depends on."""
    return frozenset("".join(a))


def proportional(a: Poly, b: Poly) -> bool:
    """Return whether a = c b for some number c other than 0."""
    if a.keys() != b.keys():
        return False
    if not a:
        return True
    pivot = next(iter(a))
    return all(a[m] * b[pivot] == b[m] * a[pivot] for m in a)


# Linear systems: which equations follow from which, by exact elimination.


def is_linear(row: Poly) -> bool:
    """Return whether no monomial has degree two or more."""
    return all(len(m) <= 1 for m in row)


def remainder(row: Poly, basis: dict[str, Poly]) -> Poly:
    """Return what is left of an equation after the system's are taken out; zero where it follows."""
    for letter, pivot in basis.items():
        if letter in row:
            row = add(row, scale(pivot, -row[letter]))
    return row


def echelon(rows: Iterable[Poly]) -> dict[str, Poly] | None:
    """Return reduced rows by pivot letter; None where the rows contradict each other."""
    basis: dict[str, Poly] = {}
    for row in rows:
        reduced = remainder(row, basis)
        letter = min((m for m in reduced if m), default=None)
        if letter is None:
            if reduced:
                return None
            continue
        pivot = scale(reduced, divide_numbers(1, reduced[letter]))
        basis = {k: add(r, scale(pivot, -r.get(letter, 0))) for k, r in basis.items()}
        basis[letter] = pivot
    return basis


def implied(row: Poly, basis: dict[str, Poly]) -> bool:
    """Return whether an equation follows from a consistent system."""
    return not remainder(row, basis)


def solution(basis: dict[str, Poly]) -> dict[str, Number]:
    """Return the letters that the system fixes, with their values."""
    return {k: -r.get("", 0) for k, r in basis.items() if set(r) <= {k, ""}}
