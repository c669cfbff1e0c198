"""A claim and its sides: chains such as `a = b < c`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import Rational, rational, value, worth
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Node, Number, Token, parse_tokens
from workbench.verification.text.tokens import Unit


@dataclass(frozen=True, eq=False)
class ClaimSide:
    """One side of a claim."""

    tokens: tuple[Token, ...]
    node: Node

    @lazy
    def letters(self) -> frozenset[str]:
        """The letters that stand for a number not yet known; pi is known."""
        return frozenset([t.text for t in self.tokens if t.kind is kinds.VAR and t.text != "π"])

    @lazy
    def value(self) -> Number:
        """What it is worth. Raise `Unreadable` where it has no exact value."""
        return value(self.node)

    @lazy
    def known(self) -> Number | None:
        """What it is worth; None where it has no exact value."""
        return worth(self.node)

    @lazy
    def words(self) -> list[str]:
        return [t.text for t in self.tokens]

    @lazy
    def rational(self) -> Rational:
        return rational(self.node)

    @lazy
    def bare(self) -> bool:
        """A single number with no operator but its sign."""
        shape = [t.kind for t in self.tokens if not (t.kind is kinds.OP and t.text in "+-")]
        return len(shape) == 1 or (len(shape) == 2 and shape[1] is kinds.PCT)

    @lazy
    def is_number(self) -> bool:
        """One number, signed, possibly a fraction of two numbers, a percentage or in brackets."""
        shape = [t.kind if t.kind is not kinds.OP or t.text in "/" else "sign" for t in self.tokens]
        core = [k for k in shape if k not in ("sign", kinds.PCT)]
        signs = [i for i, k in enumerate(shape) if k == "sign"]
        return core in ([kinds.NUM], [kinds.MIXED], [kinds.NUM, kinds.OP, kinds.NUM]) and signs in ([], [0])

    @property
    def lone_letter(self) -> bool:
        return len(self.tokens) == 1 and bool(self.letters)

    @lazy
    def percent(self) -> bool:
        return any(t.kind is kinds.PCT for t in self.tokens)

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


@dataclass(frozen=True, eq=False)
class Claim:
    """A chain `a = b < c`; the first part is None where the line continues the line before."""

    parts: tuple[ClaimSide | None, ...]
    relations: tuple[str, ...]
    loose: bool = False
    """A bare number behind prose stands on the left, so the claim may be cut short."""
    units: tuple[str, ...] = ()
    placed: tuple[Unit, ...] = ()
    """The same units with the numbers that they belong to."""

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(p.letters for p in self.parts if p is not None))

    @lazy
    def whole(self) -> tuple[ClaimSide, ...]:
        """The parts that are written out."""
        return tuple(p for p in self.parts if p is not None)

    def pairs(self, carry: ClaimSide | None = None) -> list[tuple[ClaimSide, str, ClaimSide]]:
        """The neighbouring parts with their relation; `carry` stands in a part that is not written out."""
        parts = [p if p is not None else carry for p in self.parts]
        triples = zip(parts, self.relations, parts[1:], strict=False)
        return [(a, r, b) for a, r, b in triples if a is not None and b is not None]


def make_part(tokens: Sequence[Token]) -> ClaimSide:
    """Return a part from its tokens. Raise `Unreadable`."""
    return ClaimSide(tuple(tokens), parse_tokens(tokens))
