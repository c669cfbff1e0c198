"""The form of an answer: worked out, factored, expanded. Equal value is not enough for a final answer."""

from __future__ import annotations

from math import gcd

from workbench.verification.answers.trees import Call, Tree, letters
from workbench.verification.exact import univariate
from workbench.verification.exact.polynomials import Poly, magnitude, rational, same, value
from workbench.verification.lines.claims import ClaimSide
from workbench.verification.lines.readings import rounds
from workbench.verification.malrules.trees import is_sum
from workbench.verification.text.grammar import (
    BinaryOperation,
    Neg,
    Node,
    Num,
    Pct,
    Root,
    Unreadable,
    Var,
    has_letter,
)
from workbench.verification.units.measures import measure


def is_worked_out(node: Node) -> bool:
    """Return whether it is a single number: signed, a percentage, or one fraction of two numbers."""
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
    """Return the factors of a product, powers repeated, signs dropped."""
    match node:
        case Neg(arg):
            return factors(arg)
        case BinaryOperation("*", left, right):
            return factors(left) + factors(right)
        case BinaryOperation("^", left, Num(n)) if n.denominator == 1 and 0 < n <= 12:
            return factors(left) * int(n)
    return [node]


def terms(node: Node) -> list[Node]:
    """Return the terms of a sum, signs dropped."""
    match node:
        case Neg(arg):
            return terms(arg)
        case BinaryOperation("+" | "-", left, right):
            return terms(left) + terms(right)
    return [node]


def brackets(node: Node) -> int:
    """Return how many factors of a product are sums; 0 where the tree is no such product."""
    if is_sum(node):
        return 0
    return sum(is_sum(f) for f in factors(node))


def has_brackets(node: Node) -> bool:
    """Return whether any product in the tree has a sum as a factor."""
    return any(brackets(t) for t in terms(node))


def _collected(node: Node) -> bool:
    """One term for each monomial, one number in each term."""
    top, _ = rational(node)
    found = terms(node)
    numbers = [sum(not has_letter(f) for f in factors(t)) for t in found]
    split = any(_twice(_unpowered(t)) for t in found)
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
    return all(_is_primitive(rational(f)[0]) for f in factors(node) if is_sum(f))


def _is_primitive(poly: Poly) -> bool:
    """Whole coefficients without a common factor, and no letter common to all terms."""
    if not any(poly) or any(n.denominator != 1 for n in poly.values()):
        return False
    common = set.intersection(*(set(monomial) for monomial in poly))
    return not common and gcd(*(int(n) for n in poly.values())) == 1


def form_matches(gold: Node, stated: Node) -> bool:
    """Return whether it is factored where the known answer is factored, expanded and collected where that is."""
    wanted = brackets(gold)
    if wanted:
        # Else the problem copied as `1(6x + 12)` would count as its factors.
        return brackets(stated) >= wanted and (_primitive(stated) or not _primitive(gold))
    if has_brackets(stated) and not has_brackets(gold):
        return False
    return not _collected(gold) or _collected(stated)


# The form of a formula as the reader of answers has it, and values with units.


def form_differs(known: Tree, stated: Tree) -> str | None:
    """Return how a formula of the same value is not in the wanted form; None where it is."""
    if isinstance(known, Call) and known.name == "based":
        return None if isinstance(stated, Call) and stated.name == "based" else "in another form"
    wanted, found = node_of(known), node_of(stated)
    if not letters(known):
        if wanted is None or not is_worked_out(wanted):
            return None
        return None if found is not None and (is_worked_out(found) or _scientific(found)) else "not worked out"
    if wanted is None or found is None or not letters(stated):
        return None
    try:
        return None if form_matches(wanted, found) else "in another form"
    except Unreadable:
        return None


_OPERATIONS = {"+", "-", "*", "/", "^"}


def node_of(tree: Tree) -> Node | None:
    """Return a formula in the grammar of steps; None where that has no such thing."""
    if isinstance(tree, str):
        return Var(tree)
    if not isinstance(tree, Call):
        return Num(tree)
    parts = [node_of(a) for a in tree.args]
    nodes = [p for p in parts if p is not None]
    if len(nodes) != len(parts):
        return None
    match tree.name, nodes:
        case name, [left, right] if name in _OPERATIONS:
            return BinaryOperation(name, left, right)
        case "neg", [inner]:
            return Neg(inner)
        case "pct", [inner]:
            return Pct(inner)
        case "degree", [inner]:
            return inner
        case "root", [inner, Num(2)]:
            return Root(inner)
    return None


def same_value(known: ClaimSide, stated: ClaimSide) -> bool:
    """Return whether two values behind which units stand are equal, and worked out where the known one is."""
    if known.letters or stated.letters:
        return same(known.rational, stated.rational) and form_matches(known.node, stated.node)
    if is_worked_out(known.node) and not (is_worked_out(stated.node) or _scientific(stated.node)):
        return False
    if univariate.has_root(known.node) or univariate.has_root(stated.node):
        return univariate.same_value(known.node, stated.node)
    if any(t.text.endswith("...") for t in stated.tokens):
        return rounds(known.value, stated)
    return _same_number(known, stated)


def same_measure(known: ClaimSide, unit: str, stated: ClaimSide, other: str) -> bool:
    """Return whether two values are one quantity in two units."""
    first, second = measure(unit), measure(other)
    return first is not None and second is not None and known.value * first.size == stated.value * second.size


def _same_number(known: ClaimSide, stated: ClaimSide) -> bool:
    """Whether two numbers are equal; 20 may be said for 20%, but 0.1 is not 0.1%."""
    if known.value == stated.value:
        return True
    plain = value(known.node, percent=False)
    return known.percent != stated.percent and plain == value(stated.node, percent=False) and magnitude(plain) >= 1


def _scientific(node: Node) -> bool:
    """`1.2 * 10^5`."""
    match node:
        case Neg(arg):
            return _scientific(arg)
        case BinaryOperation("*", Num(), BinaryOperation("^", Num(10), exponent)):
            return is_worked_out(exponent)
    return False
