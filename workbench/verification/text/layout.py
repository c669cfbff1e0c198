"""Where the formulas of a text begin and end: dollar signs that delimit, line ends, bullets, whole environments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

_DOLLAR = re.compile(r"(?<!\\)\$\$?")
_LONGEST = 300
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{3,}")
_IN_TEXT = re.compile(r"\\(?:text|mathrm|mbox|textbf|operatorname)\{[^{}]*+\}")
_MATHS_WORDS = frozenset(["sqrt", "times", "and", "sin", "cos", "tan", "log", "plus", "minus", "mod", "gcd", "lcm"])
_DANGLES = frozenset("-+*/=<>,(")
_LINE = re.compile(r"\n[ \t]*+")
_BULLET = re.compile(
    r"(?:(?P<dash>[-–*•+])[ \t]+|(?:step|line)[ ]?\d{1,3}[ ]?[:.)][ \t]*|"
    r"(?:\d{1,2}[.)]|\([a-h0-9]\)|[a-h]\))[ \t]+(?![-+*/=^]))",
    re.IGNORECASE,
)
_NOT_MINUS = re.compile(r"[A-Za-z]{2,}|[-−]|\\[(\[]|\$|\*\*|\\text")
"""What does not stand behind a minus: a word, another minus, or a formula in delimiters."""
_PROSE = re.compile(r"[A-Za-z]{3,}|:\s*$")
_END = "\\end{%s}"
_LONGEST_BLOCK = 800


class Layout(NamedTuple):
    """What stands between the formulas of a text, by offset."""

    dollars: Mapping[int, str]
    """Dollar signs that open or close a formula."""
    bullets: Mapping[int, int]
    """Where a bullet or a list number begins, and where it ends."""


def layout(text: str) -> Layout:
    """Return the dollar signs of a text that delimit a formula, and the bullets of its lines."""
    dollars = dict(_dollars(text)) if "$" in text else {}
    return Layout(dollars, _bullets(text) if "\n" in text else {})


def _dollars(text: str) -> Iterator[tuple[int, str]]:
    """`$x = 5$` delimits, `$5` is money: a formula closes, not before a digit, and holds no running text."""
    marks = list(_DOLLAR.finditer(text))
    at = 0
    while at + 1 < len(marks):
        first, second = marks[at], marks[at + 1]
        body = text[first.end() : second.start()]
        double = len(first.group()) == 2 == len(second.group())
        if double or (len(first.group()) == 1 == len(second.group()) and _is_formula(text, first, second, body)):
            yield first.start(), "open"
            yield second.start(), "close"
            at += 2
        else:
            at += 1


def _is_formula(text: str, first: re.Match[str], second: re.Match[str], body: str) -> bool:
    bare = body.strip()
    if not bare or len(body) > _LONGEST or "\n\n" in body or bare[-1] in _DANGLES:
        return False
    if text[second.end() : second.end() + 1].isdigit() or bare[0] in ",;.)":
        return False
    spaced = body[0].isspace()
    if spaced and first.start() and text[first.start() - 1].isdigit():  # `5$ and 6$`
        return False
    words = [w for w in _WORD.findall(_IN_TEXT.sub("", body)) if w not in _MATHS_WORDS]
    return len(words) <= (0 if spaced or bare[0].isdigit() else 2)


def _bullets(text: str) -> dict[int, int]:
    """The bullets of a text of several lines.

    A dash before a number is a bullet in a list of them that prose announces, and a minus below another formula, as
    in `10 - 3x = 4`, `- 3x = -6`.
    """
    starts = [0, *(m.end() for m in _LINE.finditer(text))]
    found = [(at, m) for at in starts if (m := _BULLET.match(text, at))]
    dashes = [at for at, m in found if m["dash"] in ("-", "–")]
    announced = bool(dashes) and (dashes[0] == 0 or bool(_PROSE.search(_above(text, dashes[0]))))
    bullets: dict[int, int] = {}
    for at, match in found:
        if at in dashes and not _NOT_MINUS.match(text, match.end()):
            listed = len(dashes) > 1 or _above(text, at).endswith(":")
            if not (listed and announced):
                continue
        bullets[at] = match.end()
    return bullets


@lru_cache(maxsize=256)
def bulleted(lines: tuple[str, ...]) -> bool:
    """Return whether the lines that begin with a dash are a list, in which no other line is a bare formula.

    `10 - 3x = 4`, `- 3x = -6`, `- x = -2` is none: there the dash is a minus.
    """
    dashes = [line.startswith(("- ", "– ")) for line in lines]
    return (
        any(dashes)
        and len(lines) > 1
        and all(dash or _PROSE.search(line) for dash, line in zip(dashes, lines, strict=True))
    )


def _above(text: str, at: int) -> str:
    """The line above the one that begins at an offset."""
    lines = [line for line in text[:at].split("\n") if line.strip()]
    return lines[-1].rstrip() if lines else ""


def block_end(text: str, name: str, start: int) -> int | None:
    """Return where the environment that begins before `start` ends; None where it does not end."""
    closing = _END % name
    at = text.find(closing, start, start + _LONGEST_BLOCK)
    return at + len(closing) if at >= 0 else None
