"""The form of an answer: worked out, factored, expanded. Equal value is not enough for a final answer."""

from __future__ import annotations

from math import gcd

from workbench.verification.algebra.polynomials import Poly, rational
from workbench.verification.reading.grammar import BinaryOperation, Neg, Node, Num, Pct, Var, letters


def is_worked_out(node: Node) -> bool:
    """A single number: signed, a percentage, or one fraction of two numbers."""
    match node:
        case Num():
            return True
        case Neg(arg) | Pct(arg):
            return is_worked_out(arg)
        case BinaryOperation("/", left, right):
            return _signed_number(left) and _signed_number(right)
    return False


def _signed_number(node: Node) -> bool:
    return isinstance(node, Num) or (isinstance(node, Neg) and isinstance(node.arg, Num))


def factors(node: Node) -> list[Node]:
    """The factors of a product, powers repeated, signs dropped."""
    match node:
        case Neg(arg):
            return factors(arg)
        case BinaryOperation("*", left, right):
            return factors(left) + factors(right)
        case BinaryOperation("^", left, Num(n)) if n.denominator == 1 and 0 < n <= 12:
            return factors(left) * int(n)
    return [node]


def terms(node: Node) -> list[Node]:
    """The terms of a sum, signs dropped."""
    match node:
        case Neg(arg):
            return terms(arg)
        case BinaryOperation("+" | "-", left, right):
            return terms(left) + terms(right)
    return [node]


def _is_sum(node: Node) -> bool:
    return isinstance(node, BinaryOperation) and node.op in "+-"


def brackets(node: Node) -> int:
    """How many factors of a product are sums; 0 where the tree is no such product."""
    if _is_sum(node):
        return 0
    return sum(_is_sum(f) for f in factors(node))


def has_brackets(node: Node) -> bool:
    """Whether any product in the tree has a sum as a factor."""
    return any(brackets(t) for t in terms(node))


def _collected(node: Node) -> bool:
    """One term for each monomial, one number in each term."""
    top, _ = rational(node)
    found = terms(node)
    numbers = [sum(not letters(f) for f in factors(t)) for t in found]
    split = any(any(isinstance(g, Var) for g in _unpowered(t)) and _twice(_unpowered(t)) for t in found)
    return len(found) == len(top) and all(n <= 1 for n in numbers) and not split


def _unpowered(node: Node) -> list[Node]:
    """The factors of a product with powers kept whole."""
    if isinstance(node, Neg):
        return _unpowered(node.arg)
    if isinstance(node, BinaryOperation) and node.op == "*":
        return _unpowered(node.left) + _unpowered(node.right)
    return [node]


def _twice(nodes: list[Node]) -> bool:
    names = [n.name for n in nodes if isinstance(n, Var)]
    return len(names) != len(set(names))


def _primitive(node: Node) -> bool:
    """Whether every bracket has letters, and no number or letter left in it to take out."""
    return all(_is_primitive(rational(f)[0]) for f in factors(node) if _is_sum(f))


def _is_primitive(poly: Poly) -> bool:
    """Whole coefficients without a common factor, and no letter common to all terms."""
    if not any(poly) or any(n.denominator != 1 for n in poly.values()):
        return False
    common = set.intersection(*(set(monomial) for monomial in poly))
    return not common and gcd(*(int(n) for n in poly.values())) == 1


def form_matches(gold: Node, stated: Node) -> bool:
    """Factored where the known answer is factored, expanded and collected where that is."""
    wanted = brackets(gold)
    if wanted:
        # Else the problem copied as `1(6x + 12)` would count as its factors.
        return brackets(stated) >= wanted and (_primitive(stated) or not _primitive(gold))
    if has_brackets(stated) and not has_brackets(gold):
        return False
    return not _collected(gold) or _collected(stated)
