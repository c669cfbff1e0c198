"""Values of trees modulo a large prime: equal trees have equal residues, and comparing them is quick."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from workbench.verification.malrules.trees import constant
from workbench.verification.reading.grammar import MAX_EXPONENT, BinaryOperation, Neg, Node, Num, Number, Pct, Var

_PRIME = (1 << 61) - 1


@lru_cache(maxsize=4096)
def _residue_of(number_: Number) -> int | None:
    bottom = number_.denominator % _PRIME
    return number_.numerator * pow(bottom, -1, _PRIME) % _PRIME if bottom else None


def residue(node: Node) -> int | None:
    """The tree's value modulo a large prime, letters at fixed places: equal trees have equal residues.

    None where a divisor vanishes, an exponent is out of bounds, or there is a root.
    """
    if type(node) is Num:
        n = node.value
        return n if type(n) is int and 0 <= n < _PRIME else _residue_of(n)
    if type(node) is BinaryOperation:
        if node.op == "^":
            return _power(residue(node.left), constant(node.right))
        return combined(node.op, residue(node.left), residue(node.right))
    if type(node) is Var:
        return (1_000_003 * ord(node.name[0]) * ord(node.name[0]) + 97) * 1_000_000_007 % _PRIME
    if type(node) is Neg:
        inner = residue(node.arg)
        return None if inner is None else -inner % _PRIME
    if type(node) is Pct:
        inner, hundredth = residue(node.arg), _residue_of(Fraction(1, 100))
        return None if inner is None or hundredth is None else inner * hundredth % _PRIME
    return None


def _power(base: int | None, exponent: Number | None) -> int | None:
    if base is None or exponent is None or exponent.denominator != 1 or not -MAX_EXPONENT <= exponent <= MAX_EXPONENT:
        return None
    return None if exponent < 0 and not base else pow(base, int(exponent), _PRIME)


def combined(op: str, left: int | None, right: int | None) -> int | None:
    """The residue of a sum, difference, product or quotient from those of its two sides."""
    if left is None or right is None:
        return None
    if op == "+":
        return (left + right) % _PRIME
    if op == "-":
        return (left - right) % _PRIME
    if op == "*":
        return left * right % _PRIME
    if not right:
        return None
    return left * pow(right, -1, _PRIME) % _PRIME


def opposite(found: int) -> int:
    """The residue with the other sign."""
    return -found % _PRIME
