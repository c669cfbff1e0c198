"""Formulas in a row with nothing but blanks or a bar between them: `2x = 6   x = 3`, `7 + 8 = 15 15 - 6 = 9`."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.kinds import Token

_ENDS = frozenset((kinds.NUM, kinds.MIXED, kinds.VAR, kinds.CLOSE, kinds.PCT))
_BEGINS = frozenset((kinds.NUM, kinds.MIXED, kinds.VAR, kinds.OPEN, kinds.FRAC, kinds.ROOT, kinds.FUNC, kinds.MONEY))
_PARTS = frozenset((kinds.SEP, kinds.BREAK, kinds.ARROW, kinds.WORD))


def may_part(text: str) -> bool:
    """Return whether a text has two relations and room between formulas."""
    return text.count("=") > 1 and " " in text


def parted(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Return the tokens with a break wherever one formula ends and another begins without a sign between."""
    found: list[Token] = []
    depth = 0
    related = False
    relating = _relating(tokens)
    for i, token in enumerate(tokens):
        depth += (token.kind is kinds.OPEN) - (token.kind is kinds.CLOSE)
        if token.kind is kinds.REL and depth == 0:
            related = True
        elif token.kind in _PARTS:
            related = False
        outside = depth - (token.kind is kinds.OPEN) == 0
        if related and outside and i and tokens[i - 1].kind in _ENDS and relating[i]:
            if token.text == "|" and token.spaced and tokens[i + 1].spaced and text.count("|") == 1:
                found.append(_gap(token))
                related = False
                continue
            if token.text == "/" and token.spaced and _parts(tokens, i + 1, text, i - 1):
                found.append(_gap(token))  # `8m = 96 / m = 12`
                related = False
                continue
            if token.spaced and token.kind in _BEGINS and _parts(tokens, i, text, i - 1):
                found.append(_gap(token))
                related = False
        found.append(token)
    return tuple(found)


def _gap(token: Token) -> Token:
    return Token(kinds.BREAK, "gap", token.start, token.start, True)


def _relating(tokens: Sequence[Token]) -> list[bool]:
    """For each token whether the formula goes on with a relation behind it."""
    found = [False] * len(tokens)
    ahead = False
    for i in range(len(tokens) - 1, -1, -1):
        found[i] = ahead
        ahead = tokens[i].kind is kinds.REL or (ahead and tokens[i].kind not in _PARTS)
    return found


def _parts(tokens: Sequence[Token], i: int, text: str, last: int) -> bool:
    """Whether the operands at `last` and at token i belong to two formulas, and are no product."""
    if i + 1 >= len(tokens):
        return False
    before, token, after = tokens[last], tokens[i], tokens[i + 1]
    blank = text[before.end : token.start] if last == i - 1 else " "
    if blank.isspace() and (len(blank) > 1 or "\t" in blank):
        return "\n" not in blank
    if before.kind is not kinds.NUM or blank != " ":
        return False
    if token.kind is kinds.NUM and last == i - 1:  # no one writes a product so; `1 250` is a thousand
        grouped = len(token.text) == 3 and len(before.text) <= 3
        counted = after.kind is kinds.OP and i + 2 < len(tokens) and tokens[i + 2].kind is kinds.WORD
        return not grouped and not counted and after.kind in (kinds.OP, kinds.REL)
    signed = tokens[last - 1].kind is kinds.OP and tokens[last - 1].text == "-"
    alone = tokens[last - 1 - signed].kind is kinds.REL
    known = any(
        t.kind is kinds.VAR and t.text == token.text and not (at and t.spaced and tokens[at - 1].kind is kinds.NUM)
        for at, t in enumerate(tokens[:last])
    )  # not so in `50 g * 12 = 600 g = 0.6 kg`
    return token.kind is kinds.VAR and after.kind is kinds.REL and alone and known  # `4w = 52 w = 13`
