"""Text to tokens to a bounded syntax tree, by hand: a regex tokenizer and a Pratt parser.

Every limit is checked before the work it bounds, so hostile text costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

Number = int | Fraction

MAX_CHARS = 400
MAX_TOKENS = 160
MAX_DEPTH = 24
MAX_DIGITS = 40
MAX_EXPONENT = 12


def word_set(text: str) -> frozenset[str]:
    """The words of a table written as running text."""
    return frozenset(text.split())


class Unreadable(Exception):
    """The text is outside the grammar or its bounds. Becomes `unknown`, never reaches a user."""


class Token(NamedTuple):
    """One token; `text` is normalised, the span points into the raw line."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool
    """White space stands before it."""


@dataclass(frozen=True, slots=True)
class Num:
    """A number as written."""

    value: Number


@dataclass(frozen=True, slots=True)
class Var:
    """A letter."""

    name: str


@dataclass(frozen=True, slots=True)
class Neg:
    """Unary minus."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Pct:
    """A percentage of one hundred."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Bin:
    """One of + - * / ^."""

    op: str
    left: Node
    right: Node


Node = Num | Var | Neg | Pct | Bin

_TOKEN = re.compile(
    r"""(?P<bold>(?<![0-9A-Za-z)])\*\*(?=[^\s*])|(?<=\S)\*\*(?=[\s.,;:]|$))
    |(?P<space>[\s\u00a0]+|\\[,;!: ]|\\(?:left|right|displaystyle|quad|qquad)(?![a-zA-Z])|<<[^<>\n]{0,80}>>)
    |(?P<mixed>[0-9]{1,9}[ ][0-9]{1,9}/[0-9]{1,9}(?![0-9./]))
    |(?P<num>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<arrow>=>|->|→|⇒|⟹|\\(?:to|implies|Rightarrow|rightarrow)(?![a-zA-Z]))
    |(?P<rel><=|>=|==|[=<>≤≥≈]|\\(?:leq?|geq?|lt|gt|approx)(?![a-zA-Z]))
    |(?P<op>\*\*|[-+*/^×÷·−–±∙]|\\(?:times|cdot|div|pm)(?![a-zA-Z]))
    |(?P<frac>\\[dt]?frac(?![a-zA-Z]))
    |(?P<box>\\boxed(?![a-zA-Z]))
    |(?P<unit>\\(?:text|mathrm|mbox|textbf)\{[^{}]{0,60}\}|°)
    |(?P<open>[({\[])|(?P<close>[)}\]])
    |(?P<pct>\\?%|percent(?![a-z]))
    |(?P<money>\\?[$€£])
    |(?P<sup>[²³])
    |(?P<word>[A-Za-z]{2,}(?:['’][A-Za-z]+)*)
    |(?P<var>[A-Za-z])
    |(?P<sep>[,;:.?!"“”…—])
    |(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPS = {"**": "^", "×": "*", "·": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "±": "±"}
_OPS |= {r"\times": "*", r"\cdot": "*", r"\div": "/", r"\pm": "±"}
_RELS = {"==": "=", "≤": "<=", "≥": ">=", "≈": "~", r"\approx": "~", r"\lt": "<", r"\gt": ">"}
_RELS |= {r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">="}
_OPEN, _CLOSE = {"{": "(", "[": "("}, {"}": ")", "]": ")"}
_LETTER_PRODUCT = re.compile(r"[xyz]{2,3}|ab|bc|ac|abc")
_WORD_OPS = {"plus": "+", "minus": "-", "times": "*"}


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of one line. Characters outside the grammar become `bad` tokens; nothing raises."""
    tokens: list[Token] = []
    spaced = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        if kind == "space" or kind == "bold":
            spaced = True
            continue
        _append(tokens, kind, match.group(), match.start(), match.end(), spaced)
        spaced = False
    return tuple(tokens)


def _append(tokens: list[Token], kind: str, raw: str, start: int, end: int, spaced: bool) -> None:
    """Add the token or tokens that one match stands for."""
    if kind == "op":
        tokens.append(Token(kind, _OPS.get(raw, raw), start, end, spaced))
    elif kind == "rel":
        tokens.append(Token(kind, _RELS.get(raw, raw), start, end, spaced))
    elif kind == "open":
        tokens.append(Token(kind, _OPEN.get(raw, raw), start, end, spaced))
    elif kind == "close":
        tokens.append(Token(kind, _CLOSE.get(raw, raw), start, end, spaced))
    elif kind == "sup":
        tokens.append(Token("op", "^", start, start, False))
        tokens.append(Token("num", "2" if raw == "²" else "3", start, end, False))
    elif kind == "num" and len(raw) == 2 and tokens and tokens[-1].kind == "frac" and raw.isdigit():
        # LaTeX reads \\frac13 digit by digit.
        tokens.append(Token("num", raw[0], start, start + 1, spaced))
        tokens.append(Token("num", raw[1], start + 1, end, False))
    elif kind == "word" and _LETTER_PRODUCT.fullmatch(raw):
        tokens.extend(Token("var", c, start + i, start + i + 1, spaced and i == 0) for i, c in enumerate(raw))
    elif kind == "word" and raw in _WORD_OPS:
        tokens.append(Token("op", _WORD_OPS[raw], start, end, spaced))
    else:
        tokens.append(Token(kind, raw, start, end, spaced))


def number(text: str) -> Number:
    """The exact value of a number token. Raises `Unreadable` beyond the digit limit."""
    if len(text) > MAX_DIGITS:
        raise Unreadable("too many digits")
    plain = text.replace(",", "")
    return Fraction(plain) if "." in plain else int(plain)


def mixed_number(text: str) -> Number:
    """The exact value of a mixed number such as `2 1/2`. Raises `Unreadable` if it is none."""
    whole, _, fraction = text.partition(" ")
    top, _, bottom = fraction.partition("/")
    if not 0 < int(top) < int(bottom):
        raise Unreadable("not a mixed number")
    return int(whole) + Fraction(int(top), int(bottom))


_BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 30}
_UNARY = 25
_FUNCTIONS = frozenset("fghP")


class _Parser:
    """A Pratt parser over the tokens of one expression."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        if len(tokens) > MAX_TOKENS:
            raise Unreadable("too long")
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def parse(self, binding: int) -> Node:
        """An expression whose operators all bind tighter than `binding`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too deep")
        left = self.prefix()
        while (token := self.peek()) is not None and token.kind != "close":
            if token.kind == "pct":
                self.at += 1
                left = Pct(left)
                continue
            op = token.text if token.kind == "op" else "*"
            power = _BINDING.get(op, 0)
            if power <= binding:
                if power == 0:
                    raise Unreadable(f"unexpected {token.text!r}")
                break
            if token.kind == "op":
                self.at += 1
            elif token.kind not in ("open", "var", "frac"):
                raise Unreadable(f"unexpected {token.text!r}")
            left = Bin(op, left, self.parse(power - 1 if op == "^" else power))
        self.depth -= 1
        return left

    def prefix(self) -> Node:
        """One operand with the signs before it."""
        token = self.peek()
        if token is None:
            raise Unreadable("nothing to read")
        self.at += 1
        match token.kind:
            case "num":
                return Num(number(token.text))
            case "mixed":
                return Num(mixed_number(token.text))
            case "var":
                return self.letter(token)
            case "open":
                return self.group()
            case "frac":
                return Bin("/", self.argument(), self.argument())
            case "box":
                return self.prefix()
            case "op" if token.text == "-":
                return Neg(self.parse(_UNARY))
            case "op" if token.text == "+":
                return self.parse(_UNARY)
        raise Unreadable(f"unexpected {token.text!r}")

    def letter(self, token: Token) -> Node:
        """A variable; `f(` is a function, which the grammar does not have."""
        following = self.peek()
        if token.text in _FUNCTIONS and following and following.kind == "open" and not following.spaced:
            raise Unreadable("a function")
        return Var(token.text)

    def group(self) -> Node:
        """What stands in brackets; the opening bracket has been read."""
        inner = self.parse(0)
        token = self.peek()
        if token is None or token.kind != "close":
            raise Unreadable("bracket not closed")
        self.at += 1
        return inner

    def argument(self) -> Node:
        """One argument of a LaTeX fraction."""
        token = self.peek()
        if token is None or token.kind not in ("open", "num", "var"):
            raise Unreadable("fraction without its parts")
        self.at += 1
        if token.kind == "open":
            return self.group()
        return Var(token.text) if token.kind == "var" else Num(number(token.text))


def parse_tokens(tokens: Sequence[Token]) -> Node:
    """The tree of an expression's tokens. Raises `Unreadable`."""
    parser = _Parser(tokens)
    node = parser.parse(0)
    if parser.at != len(tokens):
        raise Unreadable("something is left over")
    return node


def parse(text: str) -> Node:
    """The tree of one expression. Raises `Unreadable`."""
    if len(text) > MAX_CHARS:
        raise Unreadable("too long")
    return parse_tokens([t for t in tokenize(text) if t.kind != "money"])


def letters(node: Node) -> frozenset[str]:
    """The letters that stand in a tree."""
    match node:
        case Var(name):
            return frozenset(name)
        case Neg(arg) | Pct(arg):
            return letters(arg)
        case Bin(_, left, right):
            return letters(left) | letters(right)
    return frozenset()
