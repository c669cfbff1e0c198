"""Corrected steps where no single edit will do: one operation of a sum, or the right pair of brackets."""

from __future__ import annotations

from collections import Counter

from workbench.verification import edits
from workbench.verification.claims import Part, make_part
from workbench.verification.edits import Edit
from workbench.verification.grammar import MAX_CHARS, Number, Token, Unreadable
from workbench.verification.polynomials import Poly, value
from workbench.verification.univariate import coefficients, monic, rational_roots

_RANK = {"^": 3, "*": 2, "/": 2, "+": 1, "-": 1}


def one_operation(text: str, left: Part | None, right: Part | None) -> str | None:
    """`9 + 6 * 6 = 15 * 6` made `9 + 6 * 6 = 9 + 36`: the left side with the operation that is due done."""
    if left is None or right is None or right.start < left.end or len(text) > MAX_CHARS:
        return None
    due = _due(left.tokens)
    if due is None:
        return None
    first, last = left.tokens[due], left.tokens[due + 2]
    try:
        part = make_part(left.tokens[due : due + 3])
        result = value(part.node)
    except Unreadable:
        return None
    if result.denominator != 1 or result < 0:
        return None
    if due and due + 3 < len(left.tokens) and left.tokens[due - 1].kind == "open":
        first, last = (
            (left.tokens[due - 1], left.tokens[due + 3]) if left.tokens[due + 3].kind == "close" else (first, last)
        )
    done = text[left.start : first.start] + str(result) + text[last.end : left.end]
    try:
        if value(make_part(_spliced(left.tokens, due, result)).node) != left.value:
            return None
    except Unreadable:
        return None
    return edits.apply(text, Edit(right.start, right.end, done))


def wrong_order(left: Part | None, right: Part) -> bool:
    """Whether the right side is the left with another operation done than the one that is due."""
    due = _due(left.tokens) if left is not None else None
    if left is None or due is None:
        return False
    done = Counter(_operators(left)) - Counter(_operators(right))
    return sum(done.values()) == 1 and left.tokens[due + 1].text not in done


def _operators(part: Part) -> list[str]:
    return [t.text for t in part.tokens if t.kind == "op"]


def _spliced(tokens: tuple[Token, ...], at: int, result: Number) -> tuple[Token, ...]:
    return (*tokens[:at], tokens[at]._replace(text=str(result)), *tokens[at + 3 :])


def _due(tokens: tuple[Token, ...]) -> int | None:
    """Where the first operation between two plain numbers stands that binds most tightly."""
    best: tuple[int, int] | None = None
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind != "op" or not 0 < i < len(tokens) - 1:
            continue
        plain = tokens[i - 1].kind == "num" and tokens[i + 1].kind == "num"
        rank = 10 * depth + _RANK.get(token.text, 0)
        if plain and (best is None or rank > -best[0]):
            best = (-rank, i - 1)
    return best[1] if best is not None else None


def brackets(text: str, wrong: Part, target: Poly) -> str | None:
    """`(x + 5)(x + 6)` with the numbers and signs that multiply out to the target, a number in front kept."""
    spots = _bracket_spots(wrong.tokens)
    try:
        wanted = monic(coefficients(target))
        roots = list(rational_roots(wanted))
    except Unreadable:
        return None
    if len(wanted) != 3 or len(spots) != 2:
        return None
    if len(roots) == 1:
        roots *= 2
    if len(roots) != 2 or any(r.denominator != 1 or r == 0 for r in roots):
        return None
    for sign, number in reversed(spots):
        keep = next((r for r in roots if str(abs(int(r))) == number.text), None)
        root = keep if keep is not None else sorted(roots)[0]
        roots.remove(root)
        gap = text[sign.end : number.start]
        written = ("-" if root > 0 else "+") + gap + str(abs(int(root)))
        text = edits.apply(text, Edit(sign.start, number.end, written))
    return text


def _bracket_spots(tokens: tuple[Token, ...]) -> list[tuple[Token, Token]]:
    """The sign and the number of each bracket of the form `(x + 5)`."""
    found = []
    for i in range(len(tokens) - 4):
        kinds = [t.kind for t in tokens[i : i + 5]]
        if kinds == ["open", "var", "op", "num", "close"] and tokens[i + 2].text in "+-":
            found.append((tokens[i + 2], tokens[i + 3]))
    return found
