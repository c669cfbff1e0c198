"""A second, strict reader of one formula, which shares nothing with the first: text to a value by recursive descent.

It reads less than the first and says nothing where it stops understanding. Where both read a text and get other
values, one of them is mistaken, and the line is no proof.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

MAX_CHARS = 200
MAX_DEPTH = 16
MAX_POWER = 12
MAX_BITS = 2048
_TOKEN = re.compile(
    r"\s*(?:(?P<mixed>\d{1,9} \d{1,9}/\d{1,9}(?![\d./]))"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,30}(?:\.\d{1,30})?)"
    r"|(?P<frac>\\[dt]?frac(?=\{))|(?P<op>\*\*|[-+*/^×·÷−–]|\\(?:times|cdot|div)(?![A-Za-z]))"
    r"|(?P<letter>[A-Za-z](?![A-Za-z]))|(?P<open>(?:\\left)?[(\[])|(?P<close>(?:\\right)?[)\]])"
    r"|(?P<brace>\{)|(?P<unbrace>\})|(?P<percent>\\?%)|(?P<squared>[²³]))"
)
_TIMES = re.compile(r"[\dA-Za-z)]\s+[xX]\s+[\dA-Za-z(]")
"""An x that may be a times sign."""
_SIGNS = {r"\times": "*", r"\cdot": "*", "×": "*", "·": "*", r"\div": "/", "÷": "/", "−": "-", "–": "-", "**": "^"}
_BEHIND_NUMBER = frozenset(("letter", "open", "frac"))
_SUPERSCRIPT = {"²": 2, "³": 3}


Number = int | Fraction
"""Whole numbers stay whole, which is quicker."""


def to_power(base: Number, exponent: Number) -> Number | None:
    """Return a power with a small whole exponent; None beyond the bounds, and for 0 to a negative power."""
    if exponent.denominator != 1 or not -MAX_POWER <= exponent <= MAX_POWER or (exponent < 0 and not base):
        return None
    power = int(exponent)
    bits = base.numerator.bit_length() + base.denominator.bit_length()
    if bits * abs(power) > MAX_BITS:
        return None
    return base**power if power >= 0 else Fraction(base) ** power


class _Stopped(Exception):
    """The reader does not understand the text, or the value is out of bounds."""


@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    """The tokens of a text, which is read at several points. Raise `_Stopped`."""
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _Stopped
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tuple(found)


class _Reader:
    def __init__(self, text: str, point: Mapping[str, Number]) -> None:
        self.tokens = (*_tokens(text), ("end", ""))
        self.point = point
        self.depth = 0
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at]

    def sign(self) -> str:
        """Return the operator that comes next, if one does."""
        kind, text = self.tokens[self.at]
        return _SIGNS.get(text, text) if kind == "op" else ""

    def take(self, kind: str) -> str:
        found, text = self.peek()
        if found != kind:
            raise _Stopped
        self.at += 1
        return text

    def sum(self) -> Number:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Stopped
        total = self.product()
        while (sign := self.sign()) in ("+", "-"):
            self.at += 1
            term = self.product()
            total = total + term if sign == "+" else total - term
        self.depth -= 1
        return total

    def product(self) -> Number:
        total = self.signed()
        divided = False
        while True:
            sign, (kind, _) = self.sign(), self.peek()
            if sign in ("*", "/"):
                self.at += 1
                other = self.signed()
                if sign == "/" and (divided or not other):  # 1/2 ÷ 1/4 is read in two ways too
                    raise _Stopped
                total = total * other if sign == "*" else Fraction(total, other)
                divided = divided or sign == "/"
            elif kind in _BEHIND_NUMBER and not divided:  # 6/2(3) means two things to two readers
                total *= self.power()
            else:
                return total

    def signed(self) -> Number:
        if self.sign() in ("+", "-"):
            minus = self.sign() == "-"
            self.at += 1
            if self.sign() in ("+", "-"):  # +-3 is two numbers to some
                raise _Stopped
            value = self.power()
            return -value if minus else value
        return self.power()

    def power(self) -> Number:
        base = self.operand()
        kind, text = self.peek()
        if kind == "squared":
            self.at += 1
            return base ** _SUPERSCRIPT[text]
        if self.sign() == "^":
            self.at += 1
            exponent = self.group() if self.peek()[0] == "brace" else self.signed()
            raised = to_power(base, exponent)
            if raised is None:
                raise _Stopped
            base = raised
        return base

    def group(self) -> Number:
        self.take("brace")
        value = self.sum()
        self.take("unbrace")
        return value

    def operand(self) -> Number:
        kind, text = self.peek()
        self.at += 1
        if kind == "number":
            value: Number = int(text) if text.isdigit() else Fraction(text.replace(",", ""))
            mixed = self.peek()[0] == "frac"
            value = self.mixed(value) if mixed else value
        elif kind == "mixed":
            whole, _, part = text.partition(" ")
            value = self.proper(Fraction(whole), Fraction(part) if int(part.partition("/")[2]) else Fraction(1))
        elif kind == "letter" and text in self.point:
            value = self.point[text]
        elif kind == "open":
            value = self.sum()
            self.take("close")
        elif kind == "frac":
            top, bottom = self.group(), self.group()
            if not bottom:
                raise _Stopped
            value = Fraction(top, bottom)
        else:
            raise _Stopped
        if self.peek()[0] == "percent":
            self.at += 1
            value = Fraction(value, 100)
        return value

    def mixed(self, whole: Number) -> Number:
        """Return the mixed number that a whole number and a fraction behind it are."""
        self.at += 1
        top, bottom = self.group(), self.group()
        if not bottom:
            raise _Stopped
        return self.proper(whole, Fraction(top, bottom))

    @staticmethod
    def proper(whole: Number, part: Number) -> Number:
        if whole.denominator != 1 or not 0 < part < 1:
            raise _Stopped
        return whole + part


def second_value(text: str, point: Mapping[str, Number]) -> Number | None:
    """Return what a formula is worth with numbers for its letters; None where this reader does not understand it."""
    if len(text) > MAX_CHARS or _TIMES.search(text):
        return None
    try:
        reader = _Reader(text, point)
        value = reader.sum()
    except _Stopped:
        return None
    return value if reader.at == len(reader.tokens) - 1 else None
