"""An answer's text in one notation: without what LaTeX and markdown put around it, each symbol one character."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.verification.answers.text import boxed
from workbench.verification.text.words import NUMBERS

_COMMANDS = "[dtc]?frac|sqrt|text|pi|cdot|times|left|right|boxed|infty|cup|pm|leq?|geq?|neq?|in|theta|alpha|circ"
_DOUBLED = re.compile(rf"\\\\(?=(?:{_COMMANDS})(?![a-zA-Z])|[{{}}])")
_INLINE = re.compile(r"\$(?=\S)([^$]{0,200}?\S)\$(?!\d)|\\[(\[]\s*(.{1,300}?)\s*\\[)\]]", re.DOTALL)
_THOUSAND = re.compile(r"(?<=[0-9])(?:,\\!|\{,\}|\\,)\s*(?=[0-9]{3}(?![0-9]))")
_DECIMAL = re.compile(r"(?<=[0-9])\{,\}(?=[0-9])")
_CHOOSE = re.compile(r"\{?\s*(\w{1,4})\s*\\choose\s*(\w{1,4})\s*\}?")
_WRAPPED = re.compile(
    r"\\(?:vec|hat|overrightarrow|overline(?=\{[A-Z]{2}\})|mathbf|mathrm|mathbb|boldsymbol|textbf|textit|mbox|text)\s*\{([^{}]{0,80})\}"
)
_NUMBER = re.compile(r"[-−]?[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?")
_SPACING = re.compile(r"\\[!,;: ]|\\(?:left|right|displaystyle|limits|big|Big)(?![a-zA-Z])|~|\\q?quad(?![a-zA-Z])")
ROW = "␤"
_SYMBOLS = (
    (re.compile(r"\\infty(?![a-zA-Z])|\binfinity\b|\binf\b|\boo\b"), "∞"),
    (re.compile(r"\\cup(?![a-zA-Z])|\bunion\b|\bU\b(?=\s*[(\[])"), "∪"),
    (re.compile(r"\\(?:in|isin)(?![a-zA-Z])"), "∈"),
    (re.compile(r"\\(?:emptyset|varnothing)(?![a-zA-Z])|\bempty set\b"), "∅"),
    (re.compile(r"\\pi(?![a-zA-Z])|\bpi\b"), "π"),
    (re.compile(r"\\(?:neq?|not=)(?![a-zA-Z])|!="), "≠"),
    (re.compile(r"\\(?:lbrace|\{)"), "{"),
    (re.compile(r"\\(?:rbrace|\})"), "}"),
    (re.compile(r"\\pm(?![a-zA-Z])|\+/-|(?<![0-9a-zA-Z)])\+-(?=\s?[0-9√\\a-z])"), "±"),
    (re.compile(r"\\l(?:eqslant|eq?)(?![a-zA-Z])|<="), "≤"),
    (re.compile(r"\\g(?:eqslant|eq?)(?![a-zA-Z])|>="), "≥"),
    (re.compile(r"\\lt(?![a-zA-Z])"), "<"),
    (re.compile(r"\\(?:setminus|backslash)(?![a-zA-Z])"), "∖"),
    (re.compile(r"\\gt(?![a-zA-Z])"), ">"),
    (re.compile(r"\\(?:approx|simeq)(?![a-zA-Z])"), "≈"),
    (re.compile(r"=="), "="),
    (re.compile(r"(?<=[0-9])(?:\s+x\s+|x)(?=10\s*\^)|(?<=[0-9])\s+x\s+(?=[0-9])"), "×"),
    (re.compile(r"\\langle(?![a-zA-Z])|⟨"), "("),
    (re.compile(r"\\rangle(?![a-zA-Z])|⟩"), ")"),
    (re.compile(r"\\\\"), ROW),
    (re.compile(r"\\(?:dots|ldots|cdots)(?![a-zA-Z])"), "…"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__"), r"\1\2"),
)
_HAS_SYMBOL = re.compile(r"[\\<>=!+⟨⟩*_]|inf|oo|union|U|empty|pi|[0-9]\s*x")
"""What any of the symbols has, which is quick to ask."""


@lru_cache(maxsize=2048)
def clean(text: str) -> str:
    """Return the text without dollars around formulas, spacing, bold marks and boxes, each symbol one character."""
    text = boxed(text) or text
    text = text.strip()
    if _NUMBER.fullmatch(text) is not None:
        return text
    if "\\" in text or "$" in text or "{" in text:
        text = _CHOOSE.sub(r"\\binom{\1}{\2}", text)
        text = _DECIMAL.sub(".", _THOUSAND.sub("", _DOUBLED.sub(r"\\", text)))
        text = _INLINE.sub(lambda m: f" {m.group(1) or m.group(2)} ", text)
    text = _WRAPPED.sub(lambda m: f" {m.group(1).strip()} ", text)
    if _HAS_SYMBOL.search(text):
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


def is_thousands(text: str, i: int) -> bool:
    """Return whether the comma at i stands in a number such as 1,200, with no space behind it."""
    return bool(text[i - 1 : i].isdigit() and re.match(r",\d{3}(?!\d)", text[i : i + 5]))
