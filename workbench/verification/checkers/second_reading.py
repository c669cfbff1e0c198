"""Whether a second reading of a line agrees before it is called wrong: faults of reading are none of reasoning.

Three looks at each side of the line, all of them at a few points: the text by another reader, the tree by another
evaluator than exact algebra, and the tree written out and read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from workbench.verification.exact.polynomials import Poly, rational
from workbench.verification.lines import quantities
from workbench.verification.lines.claims import Claim, ClaimSide, Line, read_line
from workbench.verification.lines.findings import Context, Finding
from workbench.verification.lines.pairs import Fit
from workbench.verification.malrules.trees import write
from workbench.verification.text import kinds
from workbench.verification.text.grammar import (
    BinaryOperation,
    Neg,
    Node,
    Num,
    Number,
    Pct,
    Unreadable,
    Var,
    parse,
)
from workbench.verification.text.second_reader import second_value, to_power

CHECKED = frozenset(("arithmetic", "equivalence"))
"""The checkers whose disproofs are read twice."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_POINTS = tuple(
    {letter: start + step * i for i, letter in enumerate(_LETTERS)}
    for start, step in ((2, 3), (Fraction(101, 4), -7))
)

_MOST_PLACES = 6
"""Places at which a line is read as two formulas."""

Point = Mapping[str, Number]


def misread(context: Context, finding: Finding) -> str | None:
    """Return why the line may have been read wrongly; None where nothing speaks against the reading."""
    if finding.checker not in CHECKED:
        return None
    before = context.earlier[-1:] if finding.checker == "equivalence" else ()
    for line in (context.line, *before):
        for claim in line.claims:
            for side in claim.whole:
                if _is_plain(side):
                    continue
                text = _shown(line.text, claim, side)
                points = len(_POINTS) if side.letters else 1
                if not (_text_agrees(text, side.node, points) and _tree_agrees(side.node, points)):
                    return f"Two readings of `{text}` differ, so the step stays undecided."
    if finding.checker == "arithmetic" and (_all_hold(context.line) or _holds_apart(context.line)):
        return "Another reading finds every calculation of the line right, so the step stays undecided."
    return None


def _is_plain(side: ClaimSide) -> bool:
    """Whether a side is one whole number in digits or one letter, which no two readers take differently."""
    if len(side.tokens) != 1:
        return False
    (token,) = side.tokens
    return (token.kind is kinds.NUM and token.text.isdecimal() and token.text.isascii()) or (
        token.kind is kinds.VAR and token.text in _LETTERS
    )


def _shown(text: str, claim: Claim, side: ClaimSide) -> str:
    """What the other reader is given of a side: its text, without units, which it would take for letters."""
    raw = text[side.start : side.end]
    if not claim.units or side.letters or not any(c.isalpha() for c in raw):
        return raw
    return " ".join(side.words)


def _text_agrees(text: str, node: Node, points: int) -> bool:
    """Whether the other reader, where it understands the text, finds what the tree is worth."""
    for point in _POINTS[:points]:
        read, worked = second_value(text, point), evaluated(node, point)
        if read is not None and worked is not None and read != worked:
            return False
    return True


@lru_cache(maxsize=4096)
def _tree_agrees(node: Node, points: int) -> bool:
    """Whether exact algebra, and the tree written out and read again, are worth what the tree is."""
    try:
        again, exact = parse(write(node)), rational(node)
    except (Unreadable, RecursionError):
        return True
    same = again == node
    for point in _POINTS[:points]:
        worked = evaluated(node, point)
        if worked is None:
            continue
        bottom = _at(exact[1], point)
        if (not same and evaluated(again, point) not in (None, worked)) or (
            bottom and _at(exact[0], point) != worked * bottom
        ):
            return False
    return True


def _at(poly: Poly, point: Point) -> Number:
    total: Number = 0
    for letters, number in poly.items():
        term = number
        for letter in letters:
            term *= point[letter]
        total += term
    return total


def evaluated(node: Node, point: Point) -> Number | None:
    """Return what a tree is worth with numbers for its letters; None for roots, and where it has no value."""
    if type(node) is Num:
        return node.value
    if type(node) is BinaryOperation:
        return _worked(node.op, evaluated(node.left, point), evaluated(node.right, point))
    if type(node) is Var:
        return point.get(node.name)
    if type(node) is Neg:
        inner = evaluated(node.arg, point)
        return -inner if inner is not None else None
    if type(node) is Pct:
        inner = evaluated(node.arg, point)
        return Fraction(inner, 100) if inner is not None else None
    return None


def _worked(op: str, a: Number | None, b: Number | None) -> Number | None:
    if a is None or b is None:
        return None
    if op in "+-":
        return a + b if op == "+" else a - b
    if op == "*":
        return a * b
    if op == "/":
        return Fraction(a, b) if b else None
    return to_power(a, b)


def _all_hold(line: Line) -> bool:
    """Whether the other reader finds all sides of each claim equal."""
    return bool(line.claims) and not line.notes and all(_holds(line.text, claim) for claim in line.claims)


_SIDE_BY_SIDE = re.compile(r"(?<=[0-9)}])[ ]+(?=[(\\√])")


def _holds_apart(line: Line) -> bool:
    """`3^2 = 9 (-2)^2 = 4` may be two formulas: whether both hold."""
    if line.text.count("=") < 2:
        return False
    for match in list(_SIDE_BY_SIDE.finditer(line.text))[:_MOST_PLACES]:
        apart = read_line(f"{line.text[: match.start()]}; {line.text[match.end() :]}")
        if len(apart.claims) > len(line.claims) and not apart.unread and _all_hold(apart):
            return True
    return False


def _holds(text: str, claim: Claim) -> bool:
    if claim.letters or set(claim.relations) != {"="} or len(claim.whole) != len(claim.parts):
        return False
    if claim.units and any(quantities.fit(claim, i) is not Fit.NUMBERS for i in range(len(claim.relations))):
        return False
    worths = {second_value(text[side.start : side.end], {}) for side in claim.whole}
    return len(worths) == 1 and None not in worths
