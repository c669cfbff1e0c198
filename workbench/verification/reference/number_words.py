"""Numbers in words among the tokens of a line: `twenty-four`, `one hundred and fifteen`, `twice`, `half`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from workbench.verification.reading.grammar import Number, Token
from workbench.verification.reading.words import NUMBERS

_LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_OTHER: dict[str, Number] = {
    "twice": 2,
    "double": 2,
    "doubled": 2,
    "doubles": 2,
    "both": 2,
    "couple": 2,
    "pair": 2,
    "pairs": 2,
    "triple": 3,
    "tripled": 3,
    "thrice": 3,
    "dozen": 12,
    "dozens": 12,
    "half": Fraction(1, 2),
    "third": Fraction(1, 3),
    "thirds": Fraction(1, 3),
    "quarter": Fraction(1, 4),
    "quarters": Fraction(1, 4),
    "fourth": Fraction(1, 4),
    "fourths": Fraction(1, 4),
}
_JOINS = ("-", "and")


def number_in_words(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """The number whose words begin at token i, and where they end."""
    word = tokens[i].text.lower()
    if word in _OTHER:
        return _OTHER[word], i + 1
    if word not in NUMBERS and word not in _LARGE:
        return None
    total, group, end = 0, 0, i
    while (value := _at(tokens, end)) is not None:
        if value >= 1000:
            total, group = total + max(group, 1) * value, 0
        elif value == 100:
            group = max(group, 1) * 100
        elif group % 100 == 0 or (group % 10 == 0 and group % 100 >= 20 and value < 10):
            group += value
        else:
            break
        end += 1
        if end + 1 < len(tokens) and tokens[end].text.lower() in _JOINS and _joins(tokens, end, group):
            end += 1
    return total + group, end


def _at(tokens: Sequence[Token], i: int) -> int | None:
    word = tokens[i].text.lower() if i < len(tokens) else ""
    return NUMBERS.get(word) or _LARGE.get(word) or (0 if word == "zero" else None)


def _joins(tokens: Sequence[Token], i: int, group: int) -> bool:
    """Whether `-` or `and` goes on with the same number: `two hundred and six`, not `two and six`."""
    following = _at(tokens, i + 1)
    if following is None or following >= 100:
        return False
    if tokens[i].text == "-":
        return not tokens[i].spaced and group % 10 == 0 and group % 100 >= 20 and following < 10
    return group >= 100 and group % 100 == 0


__all__ = ["number_in_words"]
