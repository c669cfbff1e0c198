"""The shape of an answer's text: a tuple, a set, intervals, a matrix, or a plain value; LaTeX cleaned first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from workbench.verification.answers.text import boxed
from workbench.verification.text.grammar import MAX_CHARS
from workbench.verification.text.words import NUMBERS

_MAX_ITEMS = 40
_DOUBLED = re.compile(r"\\\\(?=(?:[dt]?frac|sqrt|text|pi|cdot|times|left|right|boxed|infty|cup|pm)\b)")
_WRAPPED = re.compile(r"\\(?:mathbf|mathrm|mathbb|boldsymbol|textbf|textit|mbox|text)\s*\{([^{}]{0,80})\}")
_SPACING = re.compile(r"\\[!,;: ]|\\(?:left|right|displaystyle|limits|big|Big)(?![a-zA-Z])|~|\\q?quad(?![a-zA-Z])")
_ROW = "␤"
_SYMBOLS = (
    (re.compile(r"\\infty(?![a-zA-Z])|\binfinity\b|\binf\b|\boo\b"), "∞"),
    (re.compile(r"\\cup(?![a-zA-Z])|\bunion\b|\bU\b(?=\s*[(\[])"), "∪"),
    (re.compile(r"\\(?:in|isin)(?![a-zA-Z])"), "∈"),
    (re.compile(r"\\(?:emptyset|varnothing)(?![a-zA-Z])|\bempty set\b"), "∅"),
    (re.compile(r"\\pi(?![a-zA-Z])|\bpi\b"), "π"),
    (re.compile(r"\\(?:neq?|not=)(?![a-zA-Z])|!="), "≠"),
    (re.compile(r"\\(?:lbrace|\{)"), "{"),
    (re.compile(r"\\(?:rbrace|\})"), "}"),
    (re.compile(r"\\pm(?![a-zA-Z])|\+/-"), "±"),
    (re.compile(r"\\\\"), _ROW),
    (re.compile(r"\\(?:dots|ldots|cdots)(?![a-zA-Z])"), "…"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__"), r"\1\2"),
)
_MEMBER = re.compile(r"^\s*[a-zA-Z]\s*∈\s*")
_ALL_REALS = re.compile(r"^(?:all real(?:s| numbers)|R|ℝ|every (?:real )?number)$")
_MATRIX = re.compile(r"^\\begin\{([pbv]?matrix)\}(.*)\\end\{\1\}$", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class AnswerKind(StrEnum):
    """What an answer's brackets say."""

    PLAIN = "plain"
    TUPLE = "tuple"
    SET = "set"
    INTERVALS = "intervals"
    MATRIX = "matrix"


@dataclass(frozen=True)
class AnswerShape:
    """An answer cut at its outermost commas, or at its rows or unions."""

    kind: AnswerKind
    items: tuple[str, ...]
    """The members; for intervals each with its brackets, for a matrix all cells row by row."""
    width: int = 0
    """Cells in a row of a matrix."""


def clean(text: str) -> str:
    """Return the text without dollars around formulas, spacing, bold marks and boxes, each symbol one character."""
    text = boxed(text) or text
    text = _DOUBLED.sub(r"\\", text.strip())
    text = _WRAPPED.sub(lambda m: f" {m.group(1).strip()} ", text)
    for pattern, symbol in _SYMBOLS:
        text = pattern.sub(symbol, text)
    text = re.sub(r"\\[()\[\]]", " ", _SPACING.sub(" ", text))
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "$":
        text = text.strip("$")
    text = " ".join(text.split())
    return _written_out(text if text.endswith("...") else text.rstrip(".").strip())


_SQUARE = re.compile(
    r"(?<=[0-9} ])\s*\b([cmk]?m|in|ft|yd|mi|inches|feet|meters|units?)\s*(?:\^\s*\{?([23])\}?|([²³]))(?![0-9])"
)
_METRIC = {"m": "meters", "g": "grams", "L": "liters"}
_LARGE = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?) (thousand|million|billion)\b")
_ZEROS = {"thousand": 3, "million": 6, "billion": 9}


def _written_out(text: str) -> str:
    """Number words in digits, and units in words: `8 cm^2` is 8 square cm, `5 m` is 5 meters."""
    if (worth := NUMBERS.get(text.lower())) is not None:
        return str(worth)
    text = _LARGE.sub(lambda m: _shifted(m.group(1).replace(",", ""), _ZEROS[m.group(2)]), text)
    text = _SQUARE.sub(lambda m: f" {'square' if (m.group(2) or m.group(3)) in '2²' else 'cubic'} {m.group(1)}", text)
    return re.sub(r"(?<=[0-9]) ([mgL])$", lambda m: f" {_METRIC[m.group(1)]}", text)


def _shifted(digits: str, zeros: int) -> str:
    """A decimal with its point moved to the right."""
    whole, _, rest = digits.partition(".")
    moved = whole + rest[:zeros].ljust(zeros, "0")
    return moved + (f".{rest[zeros:]}" if rest[zeros:] else "")


def shape(text: str) -> AnswerShape:
    """Return the shape of a cleaned text."""
    if len(text) > MAX_CHARS:
        return AnswerShape(AnswerKind.PLAIN, (text,))
    if (matrix := _MATRIX.match(text)) is not None:
        return _matrix(matrix.group(2))
    body = _MEMBER.sub("", text)
    if _ALL_REALS.match(body):
        return AnswerShape(AnswerKind.INTERVALS, ("(-∞,∞)",))
    if body in ("∅", "{}", "{ }") or re.match(r"^no (?:real )?solutions?$", body):
        return AnswerShape(AnswerKind.SET, ())
    intervals = _intervals(body)
    if intervals is not None:
        return AnswerShape(AnswerKind.INTERVALS, intervals)
    if body.count("±") == 1 and "=" not in body:
        plus, minus = (re.sub(r"±\s*", sign, body).removeprefix("+") for sign in "+-")
        return AnswerShape(AnswerKind.SET, (plus, minus))
    if len(body) > 2 and body[0] in "({" and _closes_at(body) == len(body) - 1:
        items = split(body[1:-1])
        if body[0] == "{" and not body.startswith("{}"):
            return AnswerShape(AnswerKind.SET, items)
        if len(items) > 1:
            return AnswerShape(AnswerKind.TUPLE, items)
    return AnswerShape(AnswerKind.PLAIN, (text,))


def _intervals(body: str) -> tuple[str, ...] | None:
    """The intervals of a union; a lone `(1, 2)` is a tuple, since nothing shows that it is not."""
    pieces = tuple(p.strip() for p in body.split("∪"))
    for piece in pieces:
        if len(piece) < 3 or piece[0] not in "([" or piece[-1] not in ")]" or len(split(piece[1:-1])) != 2:
            return None
    plain = len(pieces) == 1 and "∞" not in body and (pieces[0][0], pieces[0][-1]) in (("(", ")"), ("[", "]"))
    return None if plain and pieces[0][0] == "(" else pieces


def _matrix(body: str) -> AnswerShape:
    rows = [r.split("&") for r in body.split(_ROW) if r.strip()]
    width = len(rows[0]) if rows else 0
    cells = tuple(c.strip() for r in rows for c in r)
    if not rows or any(len(r) != width for r in rows) or len(cells) > _MAX_ITEMS:
        return AnswerShape(AnswerKind.PLAIN, (body,))
    return AnswerShape(AnswerKind.MATRIX, cells, width)


def _closes_at(text: str) -> int:
    """Where the bracket that opens a text closes; -1 where it does not."""
    depth = 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return i if _CLOSING[text[0]] == char else -1
    return -1


def split(text: str) -> tuple[str, ...]:
    """Return the pieces between the outermost commas; a comma inside 1,200 does not count."""
    pieces, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char in ",;" and depth == 0 and not _thousands(text, i):
            pieces.append(text[start:i].strip())
            start = i + 1
    pieces.append(text[start:].strip())
    return tuple(pieces[:_MAX_ITEMS])


def _thousands(text: str, i: int) -> bool:
    """Whether the comma at i stands in a number such as 1,200, with no space behind it."""
    return bool(text[i - 1 : i].isdigit() and re.match(r",\d{3}(?!\d)", text[i : i + 5]))
