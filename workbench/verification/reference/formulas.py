"""Formulas over the numbers of a problem, each with a fingerprint by which equal formulas know each other.

Each number of the problem becomes a random element of a prime field, so that a value computed from other numbers, or
by other operations, is told apart although it happens to be equal; `3 * (a + b)` and `3 * a + 3 * b` are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.verification.algebra.polynomials import divide_numbers
from workbench.verification.reading.grammar import Number, Unreadable

PRIME = (1 << 61) - 1
LITERAL: frozenset[Number] = frozenset((0, 1, 2, 10, 60, 100, 1000))
"""Numbers that stand for themselves: a doubling is an addition, a percentage is a division."""
_MAX_TERMS = 12


def scramble(n: int) -> int:
    """A fixed pseudo-random element of the field for a whole number."""
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15
    n = (n ^ (n >> 27)) * 0x94D049BB133111EB
    return (n ^ (n >> 31)) % PRIME


def inverse(x: int) -> int:
    """One over an element that is not 0."""
    return pow(x, -1, PRIME)


def unsigned(x: int) -> int:
    """The same for a fingerprint and its negative: `9 - 5` and `5 - 9` are one difference."""
    return min(x, PRIME - x)


def operate(operator: str, a: int, b: int) -> int | None:
    """One operation on fingerprints; None for a division by 0."""
    match operator:
        case "+":
            return (a + b) % PRIME
        case "-":
            return (a - b) % PRIME
        case "*":
            return a * b % PRIME
        case "/":
            return a * inverse(b) % PRIME if b else None
    return None


@dataclass(frozen=True)
class Symbols:
    """Fingerprints of numbers: those of the problem are symbols, all others stand for themselves."""

    given: frozenset[Number]

    def __call__(self, value: Number) -> int:
        """The fingerprint of one number; 0.2 is 20 over 100 where the problem speaks of 20."""
        if value in self.given:
            return scramble(value.numerator * 1009 + value.denominator)
        if value.denominator == 1:
            return value.numerator % PRIME
        hundredfold = value * 100
        if hundredfold in self.given:
            return self(hundredfold.numerator) * inverse(100 * hundredfold.denominator) % PRIME
        return self(value.numerator) * inverse(self(value.denominator)) % PRIME


@dataclass(frozen=True, slots=True)
class Formula:
    """A number, or an operation on two formulas; `operator` is empty for a number."""

    operator: str
    left: Formula | None
    right: Formula | None
    value: Number
    print: int
    size: int
    """How many numbers it is made of."""


def number_formula(value: Number, symbols: Symbols) -> Formula:
    """A number as a formula."""
    return Formula("", None, None, value, symbols(value), 1)


def combine(operator: str, left: Formula, right: Formula) -> Formula | None:
    """An operation on two formulas; None where it has no value."""
    found = operate(operator, left.print, right.print)
    value = _apply(operator, left.value, right.value)
    if found is None or value is None:
        return None
    return Formula(operator, left, right, value, found, left.size + right.size)


def _apply(operator: str, a: Number, b: Number) -> Number | None:
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
    try:
        return divide_numbers(a, b)
    except Unreadable:
        return None


Signed = list[tuple[int, Formula]]
"""Summands with their signs, or factors with exponents 1 and -1."""


def terms(formula: Formula, sign: int = 1) -> Signed:
    """The summands of a formula."""
    if formula.operator in ("+", "-") and formula.left is not None and formula.right is not None:
        other = sign if formula.operator == "+" else -sign
        return terms(formula.left, sign) + terms(formula.right, other)
    return [(sign, formula)]


def factors(formula: Formula, exponent: int = 1) -> Signed:
    """The factors of a formula."""
    if formula.operator in ("*", "/") and formula.left is not None and formula.right is not None:
        other = exponent if formula.operator == "*" else -exponent
        return factors(formula.left, exponent) + factors(formula.right, other)
    return [(exponent, formula)]


def expanded(formula: Formula) -> list[tuple[int, Signed]]:
    """A formula multiplied out: signed products of factors."""
    left, right = formula.left, formula.right
    if left is None or right is None:
        return [(1, [(1, formula)])]
    a, b = expanded(left), expanded(right)
    if formula.operator in "+-":
        sign = 1 if formula.operator == "+" else -1
        return a + [(sign * s, f) for s, f in b]
    if formula.operator == "*" and len(a) * len(b) <= _MAX_TERMS:
        return [(s * u, f + g) for s, f in a for u, g in b]
    if formula.operator == "/" and len(b) == 1:
        sign, below = b[0]
        return [(s * sign, f + [(-e, x) for e, x in below]) for s, f in a]
    if formula.operator == "/":
        return [(s, [*f, (-1, right)]) for s, f in a]
    return [(1, [(1, formula)])]
