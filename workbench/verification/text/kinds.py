"""Tokens, their kinds, and the sets of kinds that several modules ask for.

Import the module and write `kinds.OP`: Python 3.11 takes five times as long for `Kind.OP`, and comparing kinds is
much of what the verifier does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table written as running text."""
    return frozenset(text.split())


class Kind(StrEnum):
    """What a token is; the names are those of the groups in the tokenizer's pattern."""

    NUM = "num"
    MIXED = "mixed"
    """`2 1/2`."""
    VAR = "var"
    WORD = "word"
    UNIT = "unit"
    OP = "op"
    REL = "rel"
    OPEN = "open"
    CLOSE = "close"
    FRAC = "frac"
    """LaTeX's fraction, before its two arguments."""
    ROOT = "root"
    FUNC = "func"
    """A function of numbers by its name, before its arguments in brackets."""
    PCT = "pct"
    MONEY = "money"
    BOX = "box"
    ARROW = "arrow"
    SEP = "sep"
    BREAK = "break"
    """Where a formula ends: its delimiter, or the end of a line or of a row of aligned equations."""
    BAD = "bad"
    """Outside the grammar."""


NUM, MIXED, VAR, WORD, UNIT, OP, REL, OPEN, CLOSE, FRAC, ROOT, FUNC, PCT, MONEY, BOX, ARROW, SEP, BREAK, BAD = Kind

NUMERIC = frozenset((NUM, MIXED))
WORDS = frozenset((WORD, UNIT))
ARGUMENT = frozenset((OPEN, NUM, VAR))
"""How an argument of a fraction or a root may begin."""
OPERAND_ENDS = frozenset((NUM, MIXED, VAR, CLOSE, PCT))
"""How an operand may end."""


class Token(NamedTuple):
    """One token; `text` is normalised, the span points into the raw line."""

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool
    """White space stands before it."""
    worded: bool = False
    """An operator written as a word, such as `times`."""
