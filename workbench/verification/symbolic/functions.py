"""Our own reading of roots, trigonometric functions and logarithms: lines that only SymPy can decide.

Every limit is checked before the work it bounds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from workbench.verification.exact.polynomials import magnitude
from workbench.verification.text import kinds
from workbench.verification.text.grammar import BINDING, MAX_DEPTH, MAX_EXPONENT, Number, Unreadable, word_set
from workbench.verification.text.tokens import SPELLED, number

MAX_NODES = 80
MAX_FACTORIAL = 20
MAX_TOWER = 24
"""The largest product of exponents that stand above each other."""

TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")
NAMES = (*TRIGONOMETRIC, "sqrt", "cbrt", "log", "ln", "exp", "abs")


class Call(NamedTuple):
    """An operation or a function, by name, with what it is of."""

    name: str
    args: tuple[Tree, ...]


Tree = Number | str | Call
"""A number, a letter, or a call."""


def check_bounds(tree: Tree) -> None:
    """Raise `Unreadable` where a tree would be too much work: nodes, exponents, towers, factorials."""
    if nodes(tree) > MAX_NODES:
        raise Unreadable("too many nodes")
    _check_growth(tree, 1)


def nodes(tree: Tree) -> int:
    """Return how many numbers, letters and calls a tree has."""
    return 1 + sum(nodes(a) for a in tree.args) if isinstance(tree, Call) else 1


def _check_growth(tree: Tree, tower: int) -> None:
    """Exponents multiply on the way down; what a result could grow to is bounded before it is worked out."""
    if not isinstance(tree, Call):
        return
    if tree.name == "factorial":
        (of,) = tree.args
        if not isinstance(of, int) or not 0 <= of <= MAX_FACTORIAL:
            raise Unreadable("factorial out of bounds")
    if tree.name == "exp" and nodes(tree) > 4:
        raise Unreadable("exponential out of bounds")
    if tree.name != "^":
        for arg in tree.args:
            _check_growth(arg, tower)
        return
    base, exponent = tree.args
    if letters(exponent):
        raise Unreadable("a letter in an exponent")
    size = exponent_size(exponent)
    if size > MAX_EXPONENT or size * tower > MAX_TOWER:
        raise Unreadable("exponent out of bounds")
    _check_growth(base, max(tower, tower * size))


def exponent_size(exponent: Tree) -> int:
    """Return the magnitude of an exponent, rounded up; only numbers, fractions and their negatives are exponents."""
    if isinstance(exponent, Call) and exponent.name == "neg":
        return exponent_size(exponent.args[0])
    if isinstance(exponent, Call) and exponent.name == "/":
        top, bottom = exponent.args
        if isinstance(top, int) and isinstance(bottom, int) and 0 < bottom <= MAX_EXPONENT:
            return ceil(Fraction(abs(top), bottom))
    if isinstance(exponent, Call | str):
        raise Unreadable("an exponent that has to be worked out")
    return ceil(magnitude(exponent))


def letters(tree: Tree) -> frozenset[str]:
    """Return the letters of a tree."""
    if isinstance(tree, Call):
        return frozenset().union(*(letters(a) for a in tree.args))
    return frozenset(tree) if isinstance(tree, str) else frozenset()


def has_functions(tree: Tree) -> bool:
    """Return whether anything in the tree is beyond polynomials and quotients."""
    if not isinstance(tree, Call):
        return False
    if tree.name == "^" and not isinstance(tree.args[1], int):
        return True
    return tree.name not in ("+", "-", "*", "/", "neg", "^") or any(has_functions(a) for a in tree.args)


MAX_TEXT = 400
HINT = re.compile(
    r"[√∛π]|\\?\b(?:sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|abs|pi)(?![a-z])|\||[0-9)]!|"
    r"\^\{?\(?[0-9]+/"
)
"""What a line must have before it is read at all."""


@dataclass(frozen=True)
class Relation:
    """One relation between two trees, with how its sides are written."""

    left: Tree
    sign: str
    right: Tree
    shown: tuple[str, str]


@dataclass(frozen=True)
class Sentence:
    """What a line says: alternatives where `either`, else several claims; or one bare expression."""

    relations: tuple[Relation, ...] = ()
    either: bool = False
    expression: Tree | None = None


_TOKEN = re.compile(
    r"""(?P<space>[\s$]+|\\[,;!: ()\[\]]|\\(?:left|right|displaystyle|quad|qquad)(?![a-zA-Z]))
    |(?P<num>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?)
    |(?P<frac>\\[dt]?frac(?![a-zA-Z]))
    |(?P<func>\\?(?:sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|abs)(?![a-zA-Z])|[√∛])
    |(?P<pi>\\?pi(?![a-zA-Z])|π)
    |(?P<or>\\text\{\ ?or\ ?\}|or(?![a-zA-Z]))
    |(?P<degree>\^?\{?\\circ\}?|°)
    |(?P<rel><=|>=|==|[=<>≤≥≈]|\\(?:leq?|geq?|lt|gt|approx)(?![a-zA-Z]))
    |(?P<op>\*\*|[-+*/^×÷·−–±]|\\(?:times|cdot|div|pm)(?![a-zA-Z]))
    |(?P<sup>[²³])|(?P<open>[({\[])|(?P<close>[)}\]])|(?P<bar>\|)|(?P<bang>!(?!=))|(?P<under>_)
    |(?P<word>[A-Za-z]{2,})|(?P<var>[A-Za-z])|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_BREAKS = ("word", "other", "or")
_PLAIN = word_set(
    "so then thus hence therefore we get have is means that since because also now and answer gives the a an of "
    "simplify simplifies solve evaluate calculate compute find rewrite expand work out write show prove rationalise "
    "rationalize equation expression identity value values exact simplest form real number numbers for all text"
)
"""Words that change nothing in the mathematics around them; a line with any other word is left alone."""


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def read_sentence(text: str) -> Sentence | None:
    """Return what a line says in roots and functions; None where it cannot be read or is beyond the bounds."""
    if len(text) > MAX_TEXT or (not text.isascii() and any(ord(c) > 0xFFFF for c in text)):
        return None
    try:
        return _sentence(text, _tokens(text, 1 + text.rfind(":")))
    except (Unreadable, RecursionError):
        return None


def _tokens(text: str, start: int) -> list[_Token]:
    """The tokens from `start` on: what stands before a colon is comment."""
    found = []
    for match in _TOKEN.finditer(text, start):
        kind, raw = match.lastgroup or "other", match.group()
        if kind == "space":
            continue
        if kind == "word" and set(raw) <= set("xyz") and len(raw) <= 3:
            found += [_Token("var", c, match.start() + i, match.start() + i + 1) for i, c in enumerate(raw)]
            continue
        raw = (SPELLED[kinds.Kind(kind)] if kind in ("op", "rel") else {}).get(raw, raw.lstrip("\\"))
        raw = {"√": "sqrt", "∛": "cbrt"}.get(raw, raw)
        found.append(_Token(kind, raw, match.start(), match.end()))
    return found


def _sentence(text: str, tokens: list[_Token]) -> Sentence | None:
    """The relations of the line's mathematical stretches, or the one stretch that is an expression."""
    if any(t.kind == "word" and t.text.lower() not in _PLAIN for t in tokens):
        return None
    stretches: list[list[_Token]] = [[]]
    either = False
    for token in tokens:
        if token.kind in _BREAKS:
            either |= token.kind == "or"
            stretches.append([])
        else:
            stretches[-1].append(token)
    written = [s for s in stretches if len(s) > 1 or (either and s)]
    bare = [s for s in written if all(t.kind != "rel" for t in s)]
    relations = [r for s in written if s not in bare for r in _chain(text, s)]
    if relations:
        if either and bare:  # `x = 2 or -2`
            relations += [Relation(r.left, r.sign, _parse(s), r.shown) for r in relations[:1] for s in bare]
        signs = any(t.text == "±" for t in tokens)
        return Sentence(tuple(relations), either or signs)
    return Sentence(expression=_parse(bare[0])) if len(bare) == 1 else None


def _chain(text: str, stretch: list[_Token]) -> list[Relation]:
    """The neighbouring relations of `a = b < c`; each sign of a plus-minus gives one of its own."""
    cuts = [i for i, t in enumerate(stretch) if t.kind == "rel"]
    starts, ends = [0, *(c + 1 for c in cuts)], [*cuts, len(stretch)]
    parts = [stretch[a:b] for a, b in zip(starts, ends, strict=True)]
    found = []
    for left, cut, right in zip(parts, cuts, parts[1:], strict=False):
        if not left or not right:
            continue
        shown = (text[left[0].start : left[-1].end], text[right[0].start : right[-1].end])
        for sign in "+-" if any(t.text == "±" for t in (*left, *right)) else "+":
            sides = [[t._replace(text=sign) if t.text == "±" else t for t in side] for side in (left, right)]
            found.append(Relation(_parse(sides[0]), stretch[cut].text, _parse(sides[1]), shown))
    return found


# Parsing

_SMALL = {"²": 2, "³": 3}
_BEGINS = ("num", "var", "open", "func", "frac", "pi")


def _parse(tokens: Sequence[_Token]) -> Tree:
    parser = _FunctionParser(tokens)
    tree = parser.expression(0)
    if parser.at != len(tokens):
        raise Unreadable("something is left over")
    check_bounds(tree)
    return tree


class _FunctionParser:
    """A Pratt parser over the tokens of one expression."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.tokens, self.at, self.depth, self.bars = tokens, 0, 0, 0

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "", 0, 0)

    def take(self, kind: str) -> bool:
        found = self.peek().kind == kind
        self.at += found
        return found

    def need(self, kind: str) -> None:
        if not self.take(kind):
            raise Unreadable(f"no {kind}")

    def expression(self, binding: int) -> Tree:
        """Return all operators that bind tighter than `binding`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too deep")
        left = self.postfix(self.operand())
        while True:
            token = self.peek()
            begins = token.kind in _BEGINS or (token.kind == "bar" and not self.bars)
            name = token.text if token.kind == "op" else "*" if begins else ""
            power = BINDING.get(name, 0)
            if power <= binding or (token.kind == "num" and not (isinstance(left, Call) and left.name in NAMES)):
                break
            self.at += token.kind == "op"
            right = self.expression(power - 1 if name == "^" else power)
            left = self.postfix(Call(name, (left, right)))
        self.depth -= 1
        return left

    def postfix(self, tree: Tree) -> Tree:
        """Return what stands behind an operand: a small exponent, a factorial, degrees."""
        while True:
            token = self.peek()
            if token.kind == "sup":
                tree = Call("^", (tree, _SMALL[token.text]))
            elif token.kind == "bang":
                tree = Call("factorial", (tree,))
            elif token.kind == "degree":
                tree = Call("/", (Call("*", (tree, Call("pi", ()))), 180))
            else:
                return tree
            self.at += 1

    def operand(self) -> Tree:
        token = self.peek()
        self.at += 1
        match token.kind:
            case "num":
                return number(token.text)
            case "var":
                return token.text
            case "pi":
                return Call("pi", ())
            case "open":
                return self.closing("close")
            case "bar":
                self.bars += 1
                inside = self.closing("bar")
                self.bars -= 1
                return Call("abs", (inside,))
            case "frac":
                return Call("/", (self.group(), self.group()))
            case "func":
                return self.function(token.text)
            case "op" if token.text in "+-":
                inner = self.expression(15)
                return inner if token.text == "+" else Call("neg", (inner,))
        raise Unreadable(f"unexpected {token.text!r}")

    def closing(self, kind: str) -> Tree:
        inner = self.expression(0)
        self.need(kind)
        return inner

    def group(self) -> Tree:
        """Return one argument of a LaTeX command: in braces, or a single sign."""
        token = self.peek()
        if token.kind == "num" and len(token.text) > 1:
            raise Unreadable("digits without braces")
        return self.operand()

    def function(self, name: str) -> Tree:
        """Return a function with its index or exponent and its argument."""
        index = power = None
        if name == "sqrt" and self.peek().text == "[":
            self.at += 1
            index = self.closing("close")
        if name == "log" and self.take("under"):
            index = self.group() if self.peek().kind != "num" else self.operand()
        if name in TRIGONOMETRIC and (self.peek().text == "^" or self.peek().kind == "sup"):
            power = self.exponent()
        argument = self.closing("close") if self.take("open") else self.argument(name)
        whole = (argument,) if index is None else (argument, index)
        call = Call("root" if index is not None and name == "sqrt" else name, whole)
        return call if power is None else Call("^", (call, power))

    def exponent(self) -> Tree:
        token = self.peek()
        self.at += 1
        if token.kind == "sup":
            return _SMALL[token.text]
        power = self.operand()
        if not isinstance(power, int) or power < 1:
            raise Unreadable("not a power of the function")  # sin^-1 is another function
        return power

    def argument(self, name: str) -> Tree:
        """Return an argument without brackets: one sign under a root, a product behind another function."""
        if self.peek().kind not in ("num", "var", "pi", "frac", "func"):
            raise Unreadable("a function of nothing")
        tree = self.postfix(self.operand())
        if self.peek().text == "^":
            raise Unreadable("unclear what the exponent belongs to")
        while name not in ("sqrt", "cbrt") and self.peek().kind in ("var", "pi"):
            tree = Call("*", (tree, self.postfix(self.operand())))
        return tree
