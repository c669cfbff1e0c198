"""Two numbers tried for the brackets of a quadratic: their product and their sum are put right together."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, isqrt
from typing import NamedTuple

from workbench.verification.algebra import edits
from workbench.verification.algebra.forms import is_worked_out
from workbench.verification.algebra.polynomials import Poly, difference, poly_letters, value
from workbench.verification.algebra.univariate import coefficients
from workbench.verification.findings import Context
from workbench.verification.reading.claims import Claim, Line
from workbench.verification.reading.grammar import BinaryOperation, Token, Unreadable

Numbers = tuple[int, int]
_PLAIN = ("num", "op", "open", "close")


class Tried(NamedTuple):
    """`-6 * (-4) = 24 and -6 + (-4) = -10`: the numbers, and the two claims in the order written."""

    numbers: Numbers
    claims: tuple[Claim, ...]


def tried(line: Line) -> Tried | None:
    """The two numbers whose product and sum a line states; None for any other line."""
    if len(line.claims) != 2:
        return None
    found = [_operands(claim) for claim in line.claims]
    if found[0] is None or found[1] is None or found[0][1] == found[1][1]:
        return None
    numbers, other = found[0][0], found[1][0]
    return Tried(numbers, line.claims) if sorted(numbers) == sorted(other) else None


def _operands(claim: Claim) -> tuple[Numbers, str] | None:
    """The two whole numbers of `u * v = p` or `u + v = q`, with `*` or `+`."""
    parts = claim.whole
    if len(parts) != 2 or claim.relations != ("=",) or not isinstance(node := parts[0].node, BinaryOperation):
        return None
    if any(t.kind not in _PLAIN or t.text == "/" for t in parts[0].tokens):
        return None
    if node.op not in "+-*" or not all(is_worked_out(n) for n in (node.left, node.right, parts[1].node)):
        return None
    try:
        left, right = value(node.left), value(node.right)
    except Unreadable:
        return None
    if left.denominator != 1 or right.denominator != 1:
        return None
    return (int(left), int(right) * (-1 if node.op == "-" else 1)), "*" if node.op == "*" else "+"


def quadratic(context: Context) -> Poly | None:
    """The latest quadratic in one letter before a line, as a polynomial that is zero at its roots."""
    for line in reversed(context.earlier):
        for poly in _polys(line):
            if _is_quadratic(poly):
                return poly
    target = context.reading.expression
    given = [s.equation for s in context.reading.statements] + [target.rational[0] if target is not None else None]
    return next((poly for poly in given if poly is not None and _is_quadratic(poly)), None)


def _polys(line: Line) -> list[Poly]:
    """What a line's equations bring to one side, and its last expressions."""
    ends = [claim.whole for claim in line.claims]
    try:
        found = [
            p for parts in ends for p in (difference(parts[0].rational, parts[-1].rational)[0], parts[-1].rational[0])
        ]
        return [*found, line.expression.rational[0]] if line.expression is not None else found
    except Unreadable:
        return []


def _is_quadratic(poly: Poly) -> bool:
    return len(poly_letters(poly)) == 1 and max(map(len, poly)) == 2


def wanted(poly: Poly) -> Numbers | None:
    """The whole numbers that add up to the middle coefficient and multiply to the outer ones' product."""
    row = coefficients(poly)
    if any(n.denominator != 1 for n in row):
        return None
    common = gcd(*(int(n) for n in row)) * (1 if row[2] > 0 else -1)
    last, middle, first = (int(n) // common for n in row)
    square = middle * middle - 4 * first * last
    root = isqrt(max(0, square))
    return ((middle - root) // 2, (middle + root) // 2) if root * root == square else None


def mend(text: str, pair: Tried, poly: Poly) -> str | None:
    """The line with the numbers that multiply and add up to the quadratic's; None where no whole numbers do."""
    found = wanted(poly)
    if found is None:
        return None
    ordered = min((found, found[::-1]), key=lambda new: _change(pair.numbers, new))
    for claim in reversed(pair.claims):
        operands = _operands(claim)
        turned = operands is not None and operands[0] != pair.numbers
        text = _written(text, claim, ordered[::-1] if turned else ordered)
    return text


def _change(old: Numbers, new: Numbers) -> tuple[int, int]:
    """How many of two numbers change, and by how much."""
    return sum(a != b for a, b in zip(old, new, strict=True)), sum(abs(a - b) for a, b in zip(old, new, strict=True))


def _written(text: str, claim: Claim, numbers: Numbers) -> str:
    """One claim with other numbers, in its own signs and spaces."""
    left, right = claim.whole
    first, second = numbers
    between, adds, minus = _between(text, left.tokens, second)
    shown = (f"({first})" if left.tokens[0].kind == "open" else str(first)) + between
    behind = -second if minus else second
    shown += f"({behind})" if behind < 0 or not between else str(behind)
    text = edits.apply(text, edits.Edit(right.start, right.end, str(first + second if adds else first * second)))
    return edits.apply(text, edits.Edit(left.start, left.end, shown))


def _between(text: str, tokens: Sequence[Token], second: int) -> tuple[str, bool, bool]:
    """What stands between two operands, whether it adds them, and whether it is a minus for a negative second."""
    at = next(
        (i for i in range(1, len(tokens)) if edits.ends_operand(tokens[i - 1]) and tokens[i].kind != "close"), 1
    )
    sign = tokens[at]
    if sign.kind == "open":
        return "", False, False
    minus = sign.text == "-" and second < 0
    written = ("-" if minus else "+") if sign.text in "+-" else text[sign.start : sign.end]
    return (
        text[tokens[at - 1].end : sign.start] + written + text[sign.end : tokens[at + 1].start],
        sign.text in "+-",
        minus,
    )
