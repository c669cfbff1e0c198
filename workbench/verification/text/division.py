"""Whether a colon divides, as in `24 : 6 + 2 = 6`, or stands behind a label, in a ratio or in a time of the day."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.tokens import STOP, Token, word_set

_ENDS = frozenset((kinds.NUM, kinds.MIXED, kinds.VAR, kinds.CLOSE))
_BEGINS = frozenset((kinds.NUM, kinds.MIXED, kinds.VAR, kinds.OPEN, kinds.FRAC, kinds.ROOT, kinds.FUNC))
_WITHIN = _ENDS | _BEGINS | {kinds.OP}
_LABELS = word_set(
    "step day week month year case part line row task question problem exercise example equation method stage phase "
    "level group round box item option answer note figure page team class room number no nr"
)
_COMMANDS = word_set("calculate compute evaluate simplify solve find consider divide result expression")
_REACH = 12


def is_colon(token: Token | None) -> bool:
    """Return whether a token is a colon that has not been read as a sign."""
    return token is not None and token.kind is kinds.SEP and token.text == ":"


def divides(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the colon at token i divides what stands before it."""
    if not 0 < i < len(tokens) - 1:
        return False
    before, colon, after = tokens[i - 1 : i + 2]
    if before.kind not in _ENDS or not _begins(tokens, i + 1) or colon.spaced != after.spaced:
        return False
    if colon.start - before.end > 1 or after.start - colon.end > 1:  # `\\(a = 2\\): \\[ 2^2 = 4 \\]`
        return False
    numbers = before.kind in kinds.NUMERIC and after.kind in kinds.NUMERIC
    if not colon.spaced and ((numbers and is_time(before, after)) or kinds.VAR in (before.kind, after.kind)):
        return False
    return not of_three(tokens, i) and not labels(tokens, i)


def _begins(tokens: Sequence[Token], i: int) -> bool:
    """Whether a divisor begins at token i."""
    signed = tokens[i].text in "-−" and i + 1 < len(tokens) and not tokens[i + 1].spaced
    return tokens[i].kind in _BEGINS or (signed and tokens[i + 1].kind in _BEGINS)


def is_time(before: Token, after: Token) -> bool:
    """Return whether two numbers with a colon between them are a time of the day: `6:00` and `12:30`."""
    return len(after.text) == 2 and len(before.text) <= 2


def of_three(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the formula around the colon at token i has another: `2 : 3 : 4`."""
    for way in (-1, 1):
        at = i + way
        while 0 <= at < len(tokens) and abs(at - i) <= _REACH and tokens[at].kind in _WITHIN:
            at += way
        if 0 <= at < len(tokens) and is_colon(tokens[at]):
            label = way < 0 and not tokens[at].spaced and tokens[at + 1].spaced  # `Question 5: 12 : 4 = 3`
            if not label:
                return True
    # `1 : 1000 = 5 cm : 50 m`
    return any(is_colon(t) and tokens[i + k].kind in kinds.WORDS for k, t in enumerate(tokens[i + 1 : i + _REACH]))


def labels(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the colon at token i ends a label: `Step 2 : 5 + 1 = 6`, `(3) : ...`, `A : ...`."""
    start = i
    while start > 0 and i - start <= _REACH and tokens[start - 1].kind in _WITHIN:
        start -= 1
    inside = [t for t in tokens[start:i] if t.kind not in (kinds.OPEN, kinds.CLOSE)]
    if len(inside) != 1:
        return False
    if len(inside) < i - start or (inside[0].kind is kinds.VAR and inside[0].text.isupper()):
        return True
    word = tokens[start - 1] if start else None
    if word is None or word.kind is not kinds.WORD:
        return False
    lower = word.text.lower()
    return lower.rstrip("s") in _LABELS or (word.text[0].isupper() and lower not in STOP | _COMMANDS)
