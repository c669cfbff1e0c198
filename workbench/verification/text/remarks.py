"""Brackets beside formulas that are no factor: equation numbers, items of a list, remarks and notes."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.kinds import Token

_ROMAN = frozenset(("i", "ii", "iii", "iv", "v", "vi", "I", "II", "III", "IV", "V"))


def is_label(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a bracket is the number of an equation at its end: `x - y = 4 (2)`."""
    if not tokens[i].spaced or i + 1 >= len(tokens) or tokens[i + 1].spaced:
        return False
    end = i + 1
    while end < len(tokens) and end < i + 5 and tokens[end].kind is not kinds.CLOSE:
        end += 1
    inside = tokens[i + 1 : end]
    number = [t.kind for t in inside] == [kinds.NUM] and len(inside[0].text) < 3
    if not number and "".join(t.text for t in inside) not in _ROMAN:
        return False
    return end + 1 >= len(tokens) or tokens[end + 1].kind in (kinds.BREAK, kinds.SEP)


def is_item(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a bracket numbers what stands behind it: the second one of `(a) 5 + 9 = 14 (b) 14 - 4 = 10`."""
    shape = [t.kind for t in tokens[i : i + 4]]
    if shape != [kinds.OPEN, kinds.VAR, kinds.CLOSE, kinds.NUM] or tokens[i + 1].text not in "abcdefgh":
        return False
    return (i == 0 or tokens[i].spaced) and tokens[i + 3].spaced


def is_remark(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a bracket with a number and words explains the number before it: `= 3 (20 minutes) in all`."""
    if not tokens[i].spaced or i + 1 >= len(tokens) or tokens[i + 1].kind not in (kinds.NUM, kinds.MONEY):
        return False
    words = False
    for at in range(i + 2, min(i + 10, len(tokens))):
        kind = tokens[at].kind
        if kind is kinds.CLOSE:
            behind = tokens[at + 1].kind if at + 1 < len(tokens) else kinds.SEP
            return words and behind not in (kinds.OP, kinds.REL, kinds.OPEN)
        words |= kind in kinds.WORDS
        if kind not in (kinds.WORD, kinds.UNIT, kinds.NUM):
            return False
    return False


def is_note(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a bracket holds words, or what is done next: `= 3 (20 minutes)`, `= 15 (/3)`."""
    if not tokens[i].spaced:
        return False
    if [t.kind for t in tokens[i + 2 : i + 4]] == [kinds.NUM, kinds.CLOSE] and tokens[i + 1].text in "*/:+-":
        return True
    if is_label(tokens, i) or is_item(tokens, i):
        return True
    words = False
    for token in tokens[i + 1 : i + 12]:
        if token.kind is kinds.CLOSE:
            return words
        words |= token.kind in kinds.WORDS
        if token.kind in (kinds.OP, kinds.BAD) and not words:
            return False
    return words
