"""A chain of mathematics as found in prose, and the words that matter to finding one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.verification.reading.tokens import Token, word_set

STOP = word_set(
    "and or so then because which that is are was were be has have had but if since while will would "
    "therefore thus hence equals when where we he she they it you let gives get gets got leaves makes "
    "means now first next also plus minus into from between to answer "
)
COMPARES = word_set("more less fewer greater larger smaller older younger times half twice not")
"""Words that make `is 2 more than` something else than a value."""

MAX_UNIT_WORDS = 5


class Unit(NamedTuple):
    """A unit word, and which number of which part it belongs to."""

    word: str
    part: int
    number: int
    """Index of the number among the part's tokens."""


@dataclass
class Run:
    """A chain as found: one list of tokens for each part, and the relations between them."""

    parts: list[list[Token]]
    relations: list[str]
    end: int
    """Index of the first token behind it."""
    units: list[Unit] = field(default_factory=list)


def is_word_op(token: Token) -> bool:
    """Whether an operator was written as a word, such as `times`."""
    return token.kind == "op" and token.end - token.start > 3
