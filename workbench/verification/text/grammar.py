"""Tokens to a bounded syntax tree, by a hand-written Pratt parser.

Every limit is checked before the work it bounds, so hostile text costs no more than its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Number as Number
from workbench.verification.text.tokens import Token as Token
from workbench.verification.text.tokens import Unreadable as Unreadable
from workbench.verification.text.tokens import mixed_number, number
from workbench.verification.text.tokens import tokenize as tokenize
from workbench.verification.text.tokens import word_set as word_set

T = TypeVar("T")

MAX_CHARS = 400
MAX_TOKENS = 160
MAX_DEPTH = 24
MAX_EXPONENT = 12


@dataclass_transform(frozen_default=True)
def _node(cls: type[T]) -> type[T]:
    """A node of the tree: never changed once made, which here only the type checker enforces.

    The search for malrules makes thousands of nodes, and a frozen dataclass costs three times as much to make.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@_node
class Num:
    """A number as written."""

    value: Number


@_node
class Var:
    """A letter."""

    name: str


@_node
class Neg:
    """Unary minus."""

    arg: Node


@_node
class Pct:
    """A percentage of one hundred."""

    arg: Node


@_node
class Root:
    """A square root."""

    arg: Node


@_node
class BinaryOperation:
    """One of + - * / ^."""

    op: str
    left: Node
    right: Node


@_node
class Function:
    """A function of numbers, such as a factorial or a remainder."""

    name: str
    args: tuple[Node, ...]


Node = Num | Var | Neg | Pct | Root | Function | BinaryOperation

BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 30}
_UNARY = 25
_FUNCTIONS = frozenset("fghP")
_FACTORS = frozenset((kinds.OPEN, kinds.VAR, kinds.FRAC, kinds.ROOT, kinds.FUNC))
"""What multiplies without a sign."""


ARGUMENTS = {
    **dict.fromkeys(("abs", "floor", "ceil", "factorial", "sqrt", "cbrt", "reciprocal", "negative", "digit"), 1),
    **dict.fromkeys(("gcd", "lcm", "max", "min", "mod", "binom", "root", "difference", "quotient", "base"), 2),
}
"""How many arguments each function has."""


class _Parser:
    """A Pratt parser over the tokens of one expression."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.count = len(tokens)
        if self.count > MAX_TOKENS:
            raise Unreadable("too long")
        self.at = 0
        self.depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < self.count else None

    def parse(self, binding: int) -> Node:
        """Return an expression whose operators all bind tighter than `binding`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too deep")
        left = self.prefix()
        tokens = self.tokens
        while self.at < self.count:
            token = tokens[self.at]
            kind = token.kind
            if kind is kinds.CLOSE:
                break
            if kind is kinds.PCT:
                self.at += 1
                left = Pct(left)
                continue
            signed = kind is kinds.OP
            if signed and token.text == "!":
                self.at += 1
                left = Function("factorial", (left,))
                continue
            op = token.text if signed else "*"
            power = BINDING.get(op, 0)
            if power <= binding:
                if power == 0:
                    raise Unreadable(f"unexpected {token.text!r}")
                break
            if signed:
                self.at += 1
            elif kind not in _FACTORS and not (kind is kinds.NUM and tokens[self.at - 1].text == "!"):
                raise Unreadable(f"unexpected {token.text!r}")
            left = BinaryOperation(op, left, self.parse(power - 1 if op == "^" else power))
        self.depth -= 1
        return left

    def prefix(self) -> Node:
        """Return one operand with the signs before it."""
        if self.at >= self.count:
            raise Unreadable("nothing to read")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind is kinds.NUM:
            return Num(number(token.text))
        if token.kind is kinds.VAR:
            return self.letter(token)
        match token.kind:
            case kinds.MIXED:
                return Num(mixed_number(token.text))
            case kinds.OPEN:
                return self.group()
            case kinds.FRAC:
                return BinaryOperation("/", self.argument(), self.argument())
            case kinds.ROOT:
                return Root(self.argument())
            case kinds.FUNC:
                return Function(token.text, tuple(self.argument() for _ in range(ARGUMENTS[token.text])))
            case kinds.BOX:
                return self.prefix()
            case kinds.OP if token.text == "-":
                return Neg(self.parse(_UNARY))
            case kinds.OP if token.text == "+":
                return self.parse(_UNARY)
        raise Unreadable(f"unexpected {token.text!r}")

    def letter(self, token: Token) -> Node:
        """Return a variable; `f(` is a function, which the grammar does not have."""
        if token.text in _FUNCTIONS:
            following = self.peek()
            if following and following.kind is kinds.OPEN and not following.spaced:
                raise Unreadable("a function")
        return Var(token.text)

    def group(self) -> Node:
        """Return what stands in brackets; the opening bracket has been read."""
        inner = self.parse(0)
        token = self.peek()
        if token is None or token.kind is not kinds.CLOSE:
            raise Unreadable("bracket not closed")
        self.at += 1
        return inner

    def argument(self) -> Node:
        """Return one argument of a fraction or a root."""
        token = self.peek()
        if token is None or token.kind not in kinds.ARGUMENT:
            raise Unreadable("an argument is missing")
        self.at += 1
        if token.kind is kinds.OPEN:
            return self.group()
        return Var(token.text) if token.kind is kinds.VAR else Num(number(token.text))


def parse_tokens(tokens: Sequence[Token]) -> Node:
    """Return the tree of an expression's tokens. Raise `Unreadable`."""
    if len(tokens) == 1:  # half of all sides are one number or letter
        (token,) = tokens
        if token.kind is kinds.VAR:
            return Var(token.text)
        if token.kind is kinds.NUM:
            return Num(number(token.text))
    parser = _Parser(tokens)
    node = parser.parse(0)
    if parser.at != len(tokens):
        raise Unreadable("something is left over")
    return node


def parse(text: str) -> Node:
    """Return the tree of one expression. Raise `Unreadable`."""
    if len(text) > MAX_CHARS:
        raise Unreadable("too long")
    return parse_tokens([t for t in tokenize(text) if t.kind not in (kinds.MONEY, kinds.BREAK)])


def walk(node: Node) -> Iterator[Node]:
    """Yield the nodes of a tree, each before its parts."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        if type(node) is BinaryOperation:
            waiting += (node.right, node.left)
        elif type(node) is Function:
            waiting += reversed(node.args)
        elif not isinstance(node, (Num, Var, BinaryOperation, Function)):
            waiting.append(node.arg)


def has_letter(node: Node) -> bool:
    """Return whether a letter stands in a tree."""
    return any(type(part) is Var for part in walk(node))


def has_function(node: Node) -> bool:
    """Return whether a function of numbers stands in a tree."""
    return any(type(part) is Function for part in walk(node))
