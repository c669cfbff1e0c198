"""Named values put in by later lines: after `Boys = 12`, `Girls = 15` it is no `Boys + Girls = 12 + 14`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from workbench.verification.lines.claims import MAX_LINE, ClaimSide, Line, make_part
from workbench.verification.lines.names import ARTICLES, named_in
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number
from workbench.verification.text.tokens import tokenize, word_set

_SIGN = re.compile(r"[ ](?:[-+*/×·−]|\\times|\\cdot)[ ]")
"""What a line must have before it is looked at."""
_NAME = r"(?:\\text\{)?([A-Za-z][A-Za-z']*(?:[ ][A-Za-z][A-Za-z']*){0,2})\}?"
_PUT_IN = re.compile(rf"(?:^|[.=;:,(\n]\s*){_NAME}[ ]([-+*/×·−]|\\times|\\cdot)[ ]{_NAME}\s*=\s*(?=[-−$\d(\\])")
_SIGNS = {"×": "*", "·": "*", "−": "-", r"\times": "*", r"\cdot": "*"}
_VAGUE = word_set("x total price cost rate")
"""Words that a solution uses for more than one thing, where they stand alone."""


@dataclass(frozen=True)
class PutIn:
    """An operation on two named values, and the side of the line that should be worth it."""

    names: tuple[str, str]
    values: tuple[Number, Number]
    exact: Number
    side: ClaimSide


def values_of(lines: Iterable[Line]) -> dict[tuple[str, ...], Number]:
    """Return the names that lines give one value each; a name with two is left out."""
    found: dict[tuple[str, ...], set[Number | None]] = {}
    for line in lines:
        if "=" not in line.text or len(line.text) > MAX_LINE:
            continue
        for name, side, units in named_in(line.text):
            plain = side.known is not None and not side.letters and not side.percent and not set(units) - {"$"}
            found.setdefault(name, set()).add(side.known if plain else None)
    single = {name: next(iter(worths)) for name, worths in found.items() if len(worths) == 1}
    return {name: worth for name, worth in single.items() if worth is not None and name[0] not in _VAGUE}


def put_in(earlier: Iterable[Line], line: Line) -> PutIn | None:
    """Return what a line makes of two names that lines before gave values."""
    if not _SIGN.search(line.text) or len(line.text) > MAX_LINE:
        return None
    match = _PUT_IN.search(line.text)
    if match is None:
        return None
    side = next((p for c in line.claims for p in c.whole if 0 <= p.start - match.end() < 4), None)
    side = side or _number(line.text, match.end())
    if side is None or side.known is None or side.letters or side.percent:
        return None
    return _worked(values_of(earlier), match, side)


def _number(text: str, start: int) -> ClaimSide | None:
    """The number that ends a chain of names: `Pupils = Boys + Girls = 27`."""
    behind = [t for t in tokenize(text) if t.start >= start and t.kind not in (kinds.MONEY, kinds.BREAK)][:2]
    if not behind or behind[0].kind is not kinds.NUM:
        return None
    ends = len(behind) == 1 or behind[1].kind in (kinds.SEP, kinds.WORD)
    return make_part(behind[:1]) if ends else None


def _worked(values: Mapping[tuple[str, ...], Number], match: re.Match[str], side: ClaimSide) -> PutIn | None:
    first, second = (values.get(_key(match[i])) for i in (1, 3))
    if first is None or second is None:
        return None
    match _SIGNS.get(match[2], match[2]):
        case "+":
            exact: Number = first + second
        case "-":
            exact = first - second
        case "*":
            exact = first * second
        case _:
            if not second:
                return None
            exact = Fraction(first) / second
    return PutIn((match[1], match[3]), (first, second), exact, side)


def _key(name: str) -> tuple[str, ...]:
    return tuple(w for w in name.lower().split() if w not in ARTICLES)
