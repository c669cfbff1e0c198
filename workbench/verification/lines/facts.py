"""Facts that a problem tells in words about its letters: `x is twice y`, `the x-intercept`, `consecutive`.

They are read only to see that a right line follows. What is not read here may still be a fact, so a problem with
such words never makes a line wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from workbench.verification.exact.polynomials import Poly
from workbench.verification.lines.claims import read_line
from workbench.verification.lines.relations import Statement, statements

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNTS = {word: str(n) for n, word in enumerate(_WORDS)}
_COUNTS |= {"twice": "2", "double": "2", "thrice": "3", "triple": "3", "half": "1/2"}
_N = r"(\d{1,6}(?:\.\d{1,4})?|" + "|".join(_COUNTS) + ")"
_X = r"\\?\(?\$?([a-z])\$?\\?\)?"
_AS = r"(?:\s+as\s+(?:large|big|great|much|old|long|many)\s+as)?"
_TIMES = rf"(?:(twice|double|thrice|triple|half)(?:\s+of)?|{_N}\s+times){_AS}\s+"
_MULTIPLE = re.compile(rf"\b{_X} is {_TIMES}{_X}\b", re.IGNORECASE)
_MORE = re.compile(
    rf"\b{_X} is {_N} (?:(more|greater|larger|bigger|older|longer)|less|smaller|fewer|younger|shorter) than "
    rf"(?:{_TIMES})?{_X}\b",
    re.IGNORECASE,
)
_PAIR = re.compile(
    rf"\b(?:the )?(sum|difference|product|average|mean) of {_X} and {_X} (?:is|equals|=) \$?{_N}", re.IGNORECASE
)
_RATIO = re.compile(rf"\bratio of {_X} to {_X} (?:is|equals) \$?(\d{{1,4}})\s*(?:to|:)\s*(\d{{1,4}})", re.IGNORECASE)
_FOLLOW = re.compile(
    rf"\bconsecutive (?:(even|odd) )?(?:positive )?(?:whole |natural )?(?:integers|numbers) {_X} and {_X}\b"
    rf"|\b{_X} and {_X} (?:are consecutive(?: (even|odd))?|follow each other)",
    re.IGNORECASE,
)
_MOST = 2000
_INTERCEPT = re.compile(r"\b\$?([xy])\$?-?\s?(?:intercepts?|axis)\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def facts(text: str) -> tuple[Statement, ...]:
    """Return the equations that a problem's words state."""
    found = " ; ".join(_equations(text[:_MOST]))
    return statements(read_line(found)) if found else ()


def _equations(text: str) -> Iterator[str]:
    for m in _MULTIPLE.finditer(text):
        yield f"{m[1]} = {_count(m[2] or m[3])} * {m[4]}"
    for m in _MORE.finditer(text):
        times = f"{_count(m[4] or m[5])} * " if m[4] or m[5] else ""
        yield f"{m[1]} = {times}{m[6]} {'+' if m[3] else '-'} {_count(m[2])}"
    for m in _PAIR.finditer(text):
        sign = {"sum": "+", "difference": "-", "product": "*"}.get(m[1].lower())
        yield f"{m[2]} {sign} {m[3]} = {_count(m[4])}" if sign else f"{m[2]} + {m[3]} = 2 * {_count(m[4])}"
    for m in _RATIO.finditer(text):
        yield f"{m[4]} * {m[1]} = {m[3]} * {m[2]}"
    for m in _FOLLOW.finditer(text):
        low, high = m[2] or m[4], m[3] or m[5]
        if re.search(rf"\b{high}\s*<\s*{low}\b", text):
            low, high = high, low
        yield f"{high} = {low} + {2 if m[1] or m[6] else 1}"
    for m in _INTERCEPT.finditer(text):
        yield f"{'y' if m[1].lower() == 'x' else 'x'} = 0"


def _count(text: str) -> str:
    return _COUNTS.get(text.lower(), text)


def swapped(text: str, rows: Sequence[Poly]) -> Poly | None:
    """Return the equation of an inverse function: the problem's one equation with its two letters exchanged."""
    if len(rows) != 1 or "inverse" not in text:
        return None
    letters = sorted(set("".join(rows[0])))
    if len(letters) != 2:
        return None
    return {"".join(sorted(m.translate(str.maketrans(*_both(letters))))): c for m, c in rows[0].items()}


def _both(letters: Sequence[str]) -> tuple[str, str]:
    return "".join(letters), "".join(reversed(letters))
