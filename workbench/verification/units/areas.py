"""Sides of an area or a volume that are joined by `by`: `7 ft by 4 ft = 28 square feet`."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Token
from workbench.verification.units.measures import Dimension, measure


def multiplied(tokens: list[Token]) -> list[Token]:
    """Return the tokens with `by` as a product where that is said to be an area or a volume.

    A size alone, as in `a 7 ft by 4 ft board costs $28`, is no calculation.
    """
    for i, token in enumerate(tokens):
        if token.text != "by" or i < 2 or not _is_length(tokens, i - 2):
            continue
        end, sides = i, 1
        while end < len(tokens) and tokens[end].text == "by" and _is_length(tokens, end + 1):
            end, sides = end + 3, sides + 1
        if sides > 1 and _is_told(tokens, end, sides):
            times = token._replace(kind=kinds.OP, text="*")
            return [times if t.text == "by" and i <= at < end else t for at, t in enumerate(tokens)]
    return tokens


def _is_told(tokens: Sequence[Token], i: int, sides: int) -> bool:
    """Whether `= 28 square feet` stands at token i, in the power of as many sides."""
    relation, *behind = tokens[i : i + 3] or (None,)
    if relation is None or relation.kind is not kinds.REL or len(behind) != 2 or behind[1].kind not in kinds.WORDS:
        return False
    return _dimension(behind[1].text) == (("L", sides),)


def _is_length(tokens: Sequence[Token], i: int) -> bool:
    """Whether a number and a unit of length stand at token i."""
    if i + 1 >= len(tokens) or tokens[i].kind not in kinds.NUMERIC or tokens[i + 1].kind not in kinds.WORDS:
        return False
    return _dimension(tokens[i + 1].text) == (("L", 1),)


def _dimension(word: str) -> Dimension:
    found = measure(word)
    return found.dimension if found is not None else ()
