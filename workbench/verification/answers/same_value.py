"""Whether two answers have the same value: exact numbers, surds, or expressions in the wanted form."""

from __future__ import annotations

from fractions import Fraction

from workbench.verification.algebra import surds
from workbench.verification.algebra.forms import form_matches, is_worked_out
from workbench.verification.algebra.polynomials import divide_numbers, power_number, same, value
from workbench.verification.reading.claims import ClaimSide
from workbench.verification.reading.grammar import BinaryOperation, Neg, Node, Num, Number, Pct, Root, Unreadable, Var
from workbench.verification.reading.measures import CONVERSIONS
from workbench.verification.reading.readings import rounds

_SCALE = 10**30
_POINTS: tuple[Number, ...] = (2, 3, 7, Fraction(5, 3), 11)


def same_value(known: ClaimSide, stated: ClaimSide) -> bool:
    """Equal, and worked out where the known value is."""
    rooted = surds.has_root(known.node) or surds.has_root(stated.node)
    if known.letters or stated.letters:
        if rooted:
            return known.letters == stated.letters and _agree(known.node, stated.node, sorted(known.letters))
        return same(known.rational, stated.rational) and form_matches(known.node, stated.node)
    if is_worked_out(known.node) and not (is_worked_out(stated.node) or _scientific(stated.node)):
        return False
    if rooted:
        return surds.same_value(known.node, stated.node)
    if any(t.text.endswith("...") for t in stated.tokens):
        return rounds(known.value, stated)
    return bool(_readings(known.node) & _readings(stated.node))


def same_measure(known: ClaimSide, unit: str, stated: ClaimSide, other: str) -> bool:
    """Whether two values are one quantity in two units."""
    return known.value * CONVERSIONS[unit][1] == stated.value * CONVERSIONS[other][1]


def _readings(node: Node) -> set[Number]:
    """A percentage may be meant as a hundredth or as a number of per cent."""
    return {value(node), value(node, percent=False)}


def _scientific(node: Node) -> bool:
    """`1.2 * 10^5`."""
    match node:
        case Neg(arg):
            return _scientific(arg)
        case BinaryOperation("*", Num(), BinaryOperation("^", Num(10), exponent)):
            return is_worked_out(exponent)
    return False


def _agree(known: Node, stated: Node, letters: list[str]) -> bool:
    """Whether two expressions with roots of letters agree to many digits wherever both are defined."""
    tried = 0
    for shift, point in enumerate(_POINTS):
        at = {letter: point + i + shift for i, letter in enumerate(letters)}
        try:
            a, b = _approximate(known, at), _approximate(stated, at)
        except Unreadable:
            continue
        if abs(a - b) * 10**20 > max(Fraction(1), abs(a)):
            return False
        tried += 1
    return tried > 2


def _approximate(node: Node, at: dict[str, Number]) -> Fraction:
    """The value at a point to thirty decimal places. Raises `Unreadable` where there is none."""
    match node:
        case Num(number):
            return Fraction(number)
        case Var(name):
            return Fraction(at[name])
        case Neg(arg):
            return -_approximate(arg, at)
        case Pct(arg):
            return _approximate(arg, at) / 100
        case Root(arg):
            return surds.root_of(_approximate(arg, at), _SCALE)
        case BinaryOperation("^", left, right):
            return Fraction(power_number(_approximate(left, at), value(right)))
        case BinaryOperation(op, left, right):
            return _operate(op, _approximate(left, at), _approximate(right, at))
    raise Unreadable("unknown node")


def _operate(op: str, a: Fraction, b: Fraction) -> Fraction:
    if op == "/":
        return Fraction(divide_numbers(a, b))
    return a * b if op == "*" else a + b if op == "+" else a - b
