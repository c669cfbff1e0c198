"""The numbers of a text and its calculations `a op b = c`, for all who only want to know what was computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from workbench.verification.lines.claims import MAX_LINE, Claim, ClaimSide, expressions_in, read_line
from workbench.verification.text import kinds
from workbench.verification.text.tokens import Number, Token, token_value, tokenize


class Calculation(NamedTuple):
    """One operation on two numbers, as written."""

    left: Number
    sign: str
    """`+`, `-`, `*` or `/`, however the line writes it."""
    right: Number
    result: Number | None
    """What stands behind the equals sign; None where the operation is only a part of a side, or no number follows."""
    alone: bool
    """Whether the line says this and nothing else, as `12 - 3 = 9` does."""


def numbers(text: str, fractions: bool = False) -> tuple[Number, ...]:
    """Return the numbers that a text writes in digits, in their order and without sign.

    `3/4` counts as two numbers, since it may be a division; as one with `fractions`.
    """
    return tuple(_numbers(tokenize(text[:MAX_LINE]), fractions))


def _numbers(tokens: Sequence[Token], fractions: bool) -> Iterator[Number]:
    at = 0
    while at < len(tokens):
        read = (_fraction(tokens, at) if fractions else None) or _plain(tokens, at)
        if read is not None:
            yield read[0]
        at = read[1] if read is not None else at + 1


@lru_cache(maxsize=4096)
def calculations(text: str) -> tuple[Calculation, ...]:
    """Return the operations on two numbers in a line, in their order; one for each side of an equals sign.

    In `2 * 3 + 4 = 10` that is `2 * 3`, without a result. Between the numbers, units and the signs of money and of
    percent are skipped.
    """
    line = read_line(text)
    if not line.claims:
        sides = (line.expression,) if line.expression is not None else expressions_in(text)
        return tuple(found for side in sides if (found := _calculation(side, None, text)) is not None)
    return tuple(found for claim in line.claims for found in _in_claim(claim, text))


def _in_claim(claim: Claim, text: str) -> Iterator[Calculation]:
    """The calculations in a chain. In `1/2 + 1/3 = 5/6` the result is a number, not a division."""
    result = None
    for i, side in enumerate(claim.parts):
        if side is None or side is result:
            continue
        equal = i < len(claim.relations) and claim.relations[i] == "="
        after = claim.parts[i + 1] if equal else None
        found = _calculation(side, after, text)
        if found is not None:
            result = after if found.result is not None else None
            yield found


def _calculation(side: ClaimSide, after: ClaimSide | None, text: str) -> Calculation | None:
    """The first operation of a side on two numbers."""
    for at in range(len(side.tokens)):
        read = _operation(side.tokens, at)
        if read is None:
            continue
        left, sign, right, end = read
        result = _whole(after) if after is not None and at == 0 and end == len(side.tokens) else None
        alone = result is not None and after is not None and _fills(text, side, after)
        return Calculation(left, sign, right, result, alone)
    return None


def _fills(text: str, left: ClaimSide, right: ClaimSide) -> bool:
    """Whether the two sides are all of a text, with nothing between their numbers and signs."""
    between = [t.kind for t in tokenize(text) if t.kind is not kinds.BREAK]
    return (
        len(between) == len(left.tokens) + 1 + len(right.tokens)
        and kinds.PCT not in between
        and not text[: left.start].strip()
        and not text[right.end :].strip()
    )


def _whole(side: ClaimSide) -> Number | None:
    """The number that is all of a side."""
    read = next((r for r in _operands(side.tokens, 0) if r[1] == len(side.tokens)), None)
    return read[0] if read is not None else None


def _operation(tokens: Sequence[Token], i: int) -> tuple[Number, str, Number, int] | None:
    """The operation that begins at token i, and where it ends; `1/2 + 1/3` is a sum, `6/2` is a division."""
    for left, at in _operands(tokens, i):
        sign = tokens[at].text if at < len(tokens) and tokens[at].kind is kinds.OP else ""
        if sign in ("+", "-", "*", "/"):
            for right, end in _operands(tokens, at + 1):
                return left, sign, right, end
    return None


def _operands(tokens: Sequence[Token], i: int) -> Iterator[tuple[Number, int]]:
    """The readings of a signed number at token i, the longest first, each with where it ends."""
    at, signs = i, 1
    opened = at < len(tokens) and tokens[at].kind is kinds.OPEN
    at += opened
    if at < len(tokens) and tokens[at].kind is kinds.OP and tokens[at].text in "+-":
        signs = -1 if tokens[at].text == "-" else 1
        at += 1
    for read in (_fraction(tokens, at), _plain(tokens, at)):
        if read is None:
            continue
        worth, end = read
        if end < len(tokens) and tokens[end].kind is kinds.PCT:
            end += 1
        if opened:
            if end >= len(tokens) or tokens[end].kind is not kinds.CLOSE:
                continue
            end += 1
        yield signs * worth, end


def _plain(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """One number token."""
    worth = token_value(tokens[i]) if i < len(tokens) else None
    return (worth, i + 1) if worth is not None else None


def _fraction(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """`3/4` without white space, or LaTeX's fraction of two numbers."""
    latex = i < len(tokens) and tokens[i].kind is kinds.FRAC
    top = _argument(tokens, i + 1) if latex else _plain(tokens, i)
    if top is None:
        return None
    at = top[1]
    if latex:
        bottom = _argument(tokens, at)
    else:
        slash = (
            at + 1 < len(tokens) and tokens[at].text == "/" and not tokens[at].spaced and not tokens[at + 1].spaced
        )
        bottom = _plain(tokens, at + 1) if slash else None
    if bottom is None or bottom[0] == 0:
        return None
    return Fraction(top[0]) / bottom[0], bottom[1]


def _argument(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """A number as LaTeX's argument, in braces or a single digit."""
    if i < len(tokens) and tokens[i].kind is kinds.OPEN:
        inner = _plain(tokens, i + 1)
        closed = inner is not None and inner[1] < len(tokens) and tokens[inner[1]].kind is kinds.CLOSE
        return (inner[0], inner[1] + 1) if inner is not None and closed else None
    return _plain(tokens, i)
