"""Expressions as sums of terms and products of factors, for rules that rewrite them at one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Literal, NamedTuple

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import divide_numbers, rational, worth
from workbench.verification.lines.relations import show
from workbench.verification.text.grammar import (
    MAX_EXPONENT,
    BinaryOperation,
    Function,
    Neg,
    Node,
    Num,
    Number,
    Pct,
    Root,
    Var,
    has_letter,
    walk,
)
from workbench.verification.text.tokens import or_none

Kind = Literal["sum", "product", "power", ""]
"""What stands at a place of a tree; empty for a leaf or a sign."""


class Term(NamedTuple):
    """A term of a sum: the operator before it, and what stands behind it."""

    sign: int
    node: Node

    @property
    def signed(self) -> Node:
        return self.node if self.sign > 0 else negated(self.node)


class Factor(NamedTuple):
    """A factor of a product: exponent 1, or -1 for a divisor."""

    exponent: int
    node: Node


class Monomial(NamedTuple):
    """A number times letters, such as -3xx."""

    number: Number
    letters: str


def terms(node: Node) -> list[Term]:
    """Return the terms of a sum in order; brackets to the right of a sign stay whole."""
    if isinstance(node, BinaryOperation) and node.op in "+-":
        return [*terms(node.left), Term(1 if node.op == "+" else -1, node.right)]
    return [Term(1, node)]


def factors(node: Node) -> list[Factor]:
    """Return the factors of a product in order."""
    if isinstance(node, BinaryOperation) and node.op in "*/":
        return [*factors(node.left), Factor(1 if node.op == "*" else -1, node.right)]
    return [Factor(1, node)]


def number(value: Number) -> Node:
    """Return a number as a tree."""
    return Neg(Num(-value)) if value < 0 else Num(value)


def negated(node: Node) -> Node:
    """Return the tree with the other sign."""
    if isinstance(node, Neg):
        return node.arg
    if isinstance(node, BinaryOperation) and node.op in "*/":
        return BinaryOperation(node.op, negated(node.left), node.right)
    return Neg(node)


def sum_of(parts: Sequence[Term]) -> Node:
    """Return a tree from terms; zero where there is none."""
    if not parts:
        return Num(0)
    total = parts[0].signed
    for sign, node in parts[1:]:
        total = BinaryOperation("+" if sign > 0 else "-", total, node)
    return total


def product_of(parts: Sequence[Factor]) -> Node:
    """Return a tree from factors; one where there is none."""
    if not parts:
        return Num(1)
    first, *rest = parts
    total = first.node if first.exponent > 0 else BinaryOperation("/", Num(1), first.node)
    for exponent, node in rest:
        total = BinaryOperation("*" if exponent > 0 else "/", total, node)
    return total


def monomial_node(number_: Number, letters: str) -> Node:
    """`3x` as a tree."""
    if not letters:
        return number(number_)
    powers: list[Node] = []
    for letter in dict.fromkeys(letters):
        count = letters.count(letter)
        powers.append(Var(letter) if count == 1 else BinaryOperation("^", Var(letter), Num(count)))
    if number_ in (1, -1):
        first = powers[0] if number_ == 1 else Neg(powers[0])
        return product_of([Factor(1, p) for p in (first, *powers[1:])])
    return product_of([Factor(1, p) for p in (number(number_), *powers)])


@lru_cache(maxsize=8192)
@or_none
def monomial(node: Node) -> Monomial | None:
    """Return the number and the letters of a term; None where it is no single monomial."""
    top, bottom = rational(node)
    if len(bottom) != 1 or "" not in bottom or len(top) > 1:
        return None
    if not top:
        return Monomial(0, "")
    letters, coefficient = next(iter(top.items()))
    return Monomial(divide_numbers(coefficient, bottom[""]), letters)


constant = lru_cache(maxsize=8192)(worth)
"""The value of a tree without letters, else None."""


def is_sum(node: Node) -> bool:
    """Return whether a tree is a sum or difference."""
    return isinstance(node, BinaryOperation) and node.op in "+-"


@dataclass(frozen=True, eq=False)
class Spot:
    """A place in a tree: what stands there, and the whole tree with something else there."""

    node: Node
    put: Callable[[Node], Node] = lambda made: made

    @lazy
    def kind(self) -> Kind:
        if not isinstance(self.node, BinaryOperation):
            return ""
        return "sum" if self.node.op in "+-" else "product" if self.node.op in "*/" else "power"

    @lazy
    def terms(self) -> list[Term]:
        return terms(self.node)

    @lazy
    def factors(self) -> list[Factor]:
        return factors(self.node)

    @lazy
    def monomials(self) -> list[Monomial | None]:
        """Of each term, its sign included."""
        found = [monomial(t.node) for t in self.terms]
        return [m and Monomial(t.sign * m.number, m.letters) for t, m in zip(self.terms, found, strict=True)]

    @lazy
    def pairs(self) -> list[tuple[int, int, Monomial, Monomial]]:
        """Every two terms that are monomials, with their places."""
        found = [(i, m) for i, m in enumerate(self.monomials) if m is not None]
        return [(i, j, a, b) for (i, a), (j, b) in combinations(found, 2)]

    @lazy
    def numbers(self) -> list[Number | None]:
        """Of each factor, its value where it has no letters."""
        return [constant(f.node) for f in self.factors]

    @lazy
    def quotients(self) -> list[tuple[int, int, Number, Number]]:
        """Every number of a product with each divisor behind it, and their places."""
        return self._number_pairs(-1)

    @lazy
    def products(self) -> list[tuple[int, int, Number, Number]]:
        """Every number of a product with each factor behind it, and their places."""
        return self._number_pairs(1)

    def _number_pairs(self, second: int) -> list[tuple[int, int, Number, Number]]:
        found = [(i, n) for i, n in enumerate(self.numbers) if n is not None]
        return [
            (i, j, a, b)
            for (i, a), (j, b) in combinations(found, 2)
            if self.factors[i].exponent > 0 and self.factors[j].exponent == second
        ]


def spots(node: Node) -> Iterator[Spot]:
    """Yield every sum, product, power and leaf of a tree, the outermost first."""
    yield from _spots(node, lambda made: made)


def _spots(node: Node, put: Callable[[Node], Node]) -> Iterator[Spot]:
    yield Spot(node, put)
    if isinstance(node, Neg):
        yield from _spots(node.arg, lambda made: put(Neg(made)))
    elif isinstance(node, BinaryOperation) and node.op == "^":
        right = node.right
        yield from _spots(node.left, lambda made: put(BinaryOperation("^", made, right)))
    elif is_sum(node):
        parts = terms(node)
        for i, part in enumerate(parts):
            yield from _spots(part.node, lambda made, i=i: put(_put_term(parts, i, made)))  # type: ignore[misc]
    elif isinstance(node, BinaryOperation):
        pieces = factors(node)
        for k, piece in enumerate(pieces):
            yield from _spots(piece.node, lambda made, k=k: put(_put_factor(pieces, k, made)))  # type: ignore[misc]


def _put_term(parts: list[Term], at: int, made: Node) -> Node:
    return sum_of([*parts[:at], Term(parts[at].sign, made), *parts[at + 1 :]])


def _put_factor(parts: list[Factor], at: int, made: Node) -> Node:
    return product_of([*parts[:at], Factor(parts[at].exponent, made), *parts[at + 1 :]])


def put(node: Node, letter: str, made: Node) -> Node:
    """Return the tree with another tree in place of a letter."""
    match node:
        case Var(name) if name == letter:
            return made
        case Neg(arg):
            return Neg(put(arg, letter, made))
        case Root(arg):
            return Root(put(arg, letter, made))
        case BinaryOperation(op, left, right):
            return BinaryOperation(op, put(left, letter, made), put(right, letter, made))
    return node


def groups(node: Node) -> int:
    """Return how many sums stand in brackets."""
    count = 0
    for part in walk(node):
        if isinstance(part, BinaryOperation):
            count += is_sum(part.right) + (part.op not in "+-" and is_sum(part.left))
        elif not isinstance(part, (Num, Var, Function)):
            count += is_sum(part.arg)
    return count


def size(node: Node) -> int:
    """Return how many nodes a tree has."""
    return sum(1 for _ in walk(node))


def multiplies_sum(node: Node) -> bool:
    """Return whether a product has a sum as a factor somewhere."""
    return any(
        (part.op in "*^" and is_sum(part.left)) or (part.op == "*" and is_sum(part.right))
        for part in walk(node)
        if isinstance(part, BinaryOperation)
    )


# Trees as text, for sentences about them.


_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}


def write(node: Node, above: int = 0, right: bool = False, behind: bool = False) -> str:
    """Return a tree as text, with the brackets that it needs; `behind` an operator a sign needs them too."""
    match node:
        case Num(n):
            text = show(n)
            return f"({text})" if "/" in text and above >= 2 else text
        case Var(name):
            return name
        case Pct(arg):
            return f"{write(arg, 3)}%"
        case Root(arg):
            return f"√({write(arg)})"
        case Function(name, args):
            return f"{name}({', '.join(write(arg) for arg in args)})"
        case Neg(arg):
            text = f"-{write(arg, 2 if isinstance(arg, BinaryOperation) and arg.op in '+-' else 0)}"
            return f"({text})" if behind or above >= 3 else text
        case BinaryOperation(op, a, b):
            rank = _RANK[op]
            wrapped = rank < above or (rank == above and right and above < 3)
            left, other = write(a, rank, False, behind and not wrapped), write(b, rank, True, True)
            text = _joined(op, left, other, a, b)
            return f"({text})" if wrapped else text


def _joined(op: str, left: str, right: str, a: Node, b: Node) -> str:
    if op == "*" and (
        isinstance(b, Var) or right.startswith("(") or (isinstance(b, BinaryOperation) and b.op == "^")
    ):
        plain = right[:1].isalpha() or not (isinstance(a, Num | Neg) and not has_letter(b))
        if plain and not (right[:1].isdigit()):
            return f"{left}{right}"
    if op in "^/":
        return f"{left}{op}{right}"
    return f"{left} {op} {right}"


# Values of trees modulo a large prime: equal trees have equal residues, and comparing them is quick.


PRIME = (1 << 61) - 1


def inverse(x: int) -> int:
    """Return one over a residue that is not 0."""
    return pow(x, -1, PRIME)


@lru_cache(maxsize=4096)
def _residue_of(number_: Number) -> int | None:
    bottom = number_.denominator % PRIME
    return number_.numerator * inverse(bottom) % PRIME if bottom else None


def residue(node: Node) -> int | None:
    """Return the tree's value modulo a large prime, letters at fixed places: equal trees have equal residues.

    None where a divisor vanishes, an exponent is out of bounds, or there is a root.
    """
    if type(node) is Num:
        n = node.value
        return n if type(n) is int and 0 <= n < PRIME else _residue_of(n)
    if type(node) is BinaryOperation:
        op = node.op
        if op == "^":
            return _power(residue(node.left), constant(node.right))
        left, right = residue(node.left), residue(node.right)
        if left is None or right is None:
            return None
        if op == "+":
            return (left + right) % PRIME
        return (left - right) % PRIME if op == "-" else combined(op, left, right)
    if type(node) is Var:
        return (1_000_003 * ord(node.name[0]) * ord(node.name[0]) + 97) * 1_000_000_007 % PRIME
    if type(node) is Neg:
        inner = residue(node.arg)
        return None if inner is None else -inner % PRIME
    if type(node) is Pct:
        inner, hundredth = residue(node.arg), _residue_of(Fraction(1, 100))
        return None if inner is None or hundredth is None else inner * hundredth % PRIME
    return None


def _power(base: int | None, exponent: Number | None) -> int | None:
    if base is None or exponent is None or exponent.denominator != 1 or not -MAX_EXPONENT <= exponent <= MAX_EXPONENT:
        return None
    return None if exponent < 0 and not base else pow(base, int(exponent), PRIME)


def combined(op: str, left: int | None, right: int | None) -> int | None:
    """Return the residue of a sum, difference, product or quotient from those of its two sides."""
    if left is None or right is None:
        return None
    if op == "+":
        return (left + right) % PRIME
    if op == "-":
        return (left - right) % PRIME
    if op == "*":
        return left * right % PRIME
    return left * inverse(right) % PRIME if right else None
