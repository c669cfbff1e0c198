"""What a line states about its letters, and how the solutions of two statements differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from workbench.verification.domain import lazy
from workbench.verification.exact import univariate as uni
from workbench.verification.exact.polynomials import (
    Poly,
    Rational,
    constant,
    difference,
    divide_numbers,
    magnitude,
    multiply,
    scale,
)
from workbench.verification.exact.regions import Sign
from workbench.verification.lines.claims import Claim, ClaimSide, Line, read_line
from workbench.verification.lines.solutions import Condition as Condition
from workbench.verification.lines.solutions import Difference as Difference
from workbench.verification.lines.solutions import Interval as Interval
from workbench.verification.lines.solutions import Region as Region
from workbench.verification.lines.solutions import Roots as Roots
from workbench.verification.lines.solutions import Solutions as Solutions
from workbench.verification.lines.solutions import clauses_of as clauses_of
from workbench.verification.lines.solutions import compare as compare
from workbench.verification.lines.solutions import show as show
from workbench.verification.lines.solutions import union as union
from workbench.verification.lines.solutions import within as within
from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_EXPONENT, Number, Unreadable

FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""The direction turned, and with or without equality."""


@dataclass(frozen=True, eq=False)
class StatedRelation:
    """One relation between two expressions."""

    left: ClaimSide
    relation: str
    right: ClaimSide

    @lazy
    def difference(self) -> Rational:
        """Left minus right. Raise `Unreadable` where pi stands in it, which is no letter to solve for."""
        found = difference(self.left.rational, self.right.rational)
        if any("π" in monomial for poly in found for monomial in poly):
            raise Unreadable("pi")
        return found

    @lazy
    def assignment(self) -> tuple[str, ClaimSide] | None:
        """The letter and its value in `x = 5` or `5 = x`."""
        for side, other in ((self.left, self.right), (self.right, self.left)):
            if self.relation == "=" and side.lone_letter and not other.letters:
                return next(iter(side.letters)), other
        return None


@dataclass(frozen=True, eq=False)
class Statement:
    """Alternatives joined by `or`; each is a conjunction of relations."""

    alternatives: tuple[tuple[StatedRelation, ...], ...]
    condition: Condition | None = None
    """What is asked of its letter besides; its solutions obey it."""

    @lazy
    def pairs(self) -> list[StatedRelation]:
        """The relations of all alternatives."""
        return [p for a in self.alternatives for p in a]

    @property
    def first(self) -> StatedRelation:
        return self.alternatives[0][0]

    @lazy
    def only(self) -> StatedRelation | None:
        """The relation of a statement that has no other."""
        return self.first if len(self.alternatives) == 1 == len(self.alternatives[0]) else None

    @property
    def solved(self) -> bool:
        """Whether each relation has a lone letter on one side."""
        return all(p.left.lone_letter or p.right.lone_letter for p in self.pairs)

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(p.left.letters | p.right.letters for p in self.pairs))

    @lazy
    def solutions(self) -> Solutions | None:
        """The solutions where the statement has one letter and they can be worked out."""
        try:
            found = _solutions(self)
            return found if found is None else within(found, self.condition)
        except Unreadable:
            return None

    @lazy
    def equation(self) -> Poly | None:
        """The polynomial that a single equation sets to zero."""
        try:
            return self.only.difference[0] if self.only is not None and self.only.relation == "=" else None
        except Unreadable:
            return None

    @lazy
    def assignments(self) -> tuple[tuple[str, ClaimSide], ...]:
        """Letter and value of each alternative where all are of the form `x = 5`, else nothing."""
        found = [a[0].assignment for a in self.alternatives if len(a) == 1]
        kept = tuple(f for f in found if f is not None)
        return kept if len(kept) == len(self.alternatives) else ()

    @lazy
    def words(self) -> tuple[str, ...]:
        """The tokens as written, to see whether two lines say the same."""
        return tuple(t.text for p in self.pairs for t in (*p.left.tokens, *p.right.tokens))


@lru_cache(maxsize=4096)
def statements(line: Line, carry: ClaimSide | None = None) -> tuple[Statement, ...]:
    """Return what a line states about letters, in order; `carry` stands before a leading `=`."""
    if ") or (" in line.text and (bracketed := _bracketed(line.text)) is not None:
        return (bracketed,)
    groups: list[list[tuple[StatedRelation, ...]]] = []
    joins = ("then", *line.joins)
    for claim, join in zip(line.claims, joins, strict=False):
        for number, pairs in enumerate(_pairs(claim, carry)):
            if not any(p.left.letters or p.right.letters for p in pairs):
                continue
            if number == 0 and groups and _joins(join, groups[-1][-1], pairs):
                groups[-1].append(pairs)
            elif number == 0 and groups and join == "and" and _both_bound(groups[-1][-1], pairs):
                groups[-1][-1] += pairs
            else:
                groups.append([pairs])
    return tuple(Statement(tuple(g)) for g in groups)


def _pairs(claim: Claim, carry: ClaimSide | None) -> list[tuple[StatedRelation, ...]]:
    """The claim's relations: an inequality chain is one conjunction, an equality chain many equations."""
    pairs = [StatedRelation(a, r, b) for a, r, b in claim.pairs(carry)]
    if any(r in FLIP for r in claim.relations):
        return [tuple(pairs)] if pairs else []
    return [(p,) for p in pairs]


def _joins(join: str, before: tuple[StatedRelation, ...], after: tuple[StatedRelation, ...]) -> bool:
    """Whether two claims are alternatives: joined by `or`, or two values listed for one letter."""
    if join == "or":
        return True
    if join != "and" or len(before) != 1 or len(after) != 1:
        return False
    first, second = before[0].assignment, after[0].assignment
    return first is not None and second is not None and first[0] == second[0]


def _bracketed(text: str) -> Statement | None:
    """`(x = 3 and y = 3) or (x = -3 and y = -3)`, and no more."""
    match = _BRACKETS.fullmatch(text)
    if match is None:
        return None
    alternatives: list[tuple[StatedRelation, ...]] = []
    at = match.start(1)
    for piece in match[1].split(") or ("):
        inner = read_line(" " * (at + 1) + piece.strip("()"))
        at += len(piece) + 6
        pairs = [p for claim in inner.claims for p in _pairs(claim, None)]
        if inner.unreadable or not pairs or "or" in inner.joins:
            return None
        alternatives.append(tuple(p for one in pairs for p in one))
    return Statement(tuple(alternatives))


_BRACKETS = re.compile(
    r"\s*(?:[a-z]+[,:]?\s){0,4}(\([^()]{3,80}\)(?: or \([^()]{3,80}\)){1,5})\s*\.?\s*", re.IGNORECASE
)


def _both_bound(before: tuple[StatedRelation, ...], after: tuple[StatedRelation, ...]) -> bool:
    """Whether `and` joins two conditions on one letter, as in `x > -2 and x < 2`: at least one is an inequality."""
    letters = frozenset().union(*(p.left.letters | p.right.letters for p in (*before, *after)))
    apart = all(any(p.left.letters or p.right.letters for p in pairs) for pairs in (before, after))
    if all(p.relation in FLIP for p in before) and not any(p.relation in FLIP for p in after):
        return False  # `Since x < 0, x = -6`
    return len(letters) == 1 and apart and any(p.relation in FLIP for p in (*before, *after))


def _solutions(statement: Statement) -> Solutions | None:
    if len(statement.letters) != 1:
        return None
    (letter,) = statement.letters
    if all(len(a) == 1 and a[0].relation == "=" for a in statement.alternatives):
        return Roots(letter, union([_roots(a[0]) for a in statement.alternatives]))
    interval = _interval(letter, statement.alternatives[0]) if len(statement.alternatives) == 1 else None
    return interval or Region(letter, tuple(tuple(s for p in a for s in _signs(p)) for a in statement.alternatives))


def _signs(pair: StatedRelation) -> tuple[Sign, ...]:
    """A relation as signs of polynomials; a divisor must not be zero."""
    if pair.relation != "=" and pair.relation not in FLIP:
        raise Unreadable("another relation")
    top, bottom = pair.difference
    if max(map(len, top), default=0) > MAX_EXPONENT:
        raise Unreadable("degree too high")
    divisor = constant(bottom)
    if divisor is not None:
        return ((uni.coefficients(scale(top, divisor)), pair.relation),)
    below = uni.coefficients(bottom)
    whole = top if pair.relation == "=" else multiply(top, bottom)
    return (uni.coefficients(whole), pair.relation), (below, "!=")


def _roots(pair: StatedRelation) -> uni.Coefficients:
    """The squarefree polynomial of an equation's real solutions, poles removed."""
    top, bottom = pair.difference
    if max(map(len, top), default=0) > MAX_EXPONENT:
        raise Unreadable("degree too high")
    poly = uni.squarefree(uni.coefficients(top))
    if constant(bottom) is None and len(poly) > 1:
        shared = uni.common(poly, uni.coefficients(bottom))
        poly = uni.divide(poly, shared)[0]
    if len(poly) > 2 and uni.real_roots(poly) == 0:
        return (1,)
    return poly


def _interval(letter: str, pairs: Sequence[StatedRelation]) -> Interval | None:
    low: Number | None = None
    high: Number | None = None
    low_closed = high_closed = False
    for pair in pairs:
        top, bottom = pair.difference
        divisor, line = constant(bottom), uni.coefficients(top)
        if divisor is None or len(line) != 2 or pair.relation not in FLIP:
            return None
        upward = (line[1] > 0) == (divisor > 0)
        relation = pair.relation if upward else FLIP[pair.relation]
        bound, closed = divide_numbers(-line[0], line[1]), "=" in relation
        if relation[0] == ">" and (low is None or bound > low or (bound == low and not closed)):
            low, low_closed = bound, closed
        if relation[0] == "<" and (high is None or bound < high or (bound == high and not closed)):
            high, high_closed = bound, closed
    return Interval(letter, low, low_closed, high, high_closed)


def cut(exact: Number, shown: ClaimSide) -> bool:
    """Return whether a bare decimal is the exact value rounded or cut off at the digits it shows."""
    text = next((t.text for t in shown.tokens if t.kind is kinds.NUM), "")
    if not shown.bare or "." not in text or shown.percent:
        return False
    unit = Fraction(1, 10 ** len(text.rpartition(".")[2]))
    return magnitude(exact - shown.value) < unit
