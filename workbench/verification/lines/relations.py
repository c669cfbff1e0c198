"""What a line states about its letters, and how the solutions of two statements differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from workbench.types import EvidenceKind
from workbench.verification.domain import lazy
from workbench.verification.exact import univariate as uni
from workbench.verification.exact.polynomials import Poly, Rational, constant, difference, divide_numbers, magnitude
from workbench.verification.lines.claims import Claim, ClaimSide, Line
from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_EXPONENT, Number, Unreadable

FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""The direction turned, and with or without equality."""


@dataclass(frozen=True)
class Roots:
    """The real roots of a squarefree monic polynomial; () stands for every number, (1,) for none."""

    letter: str
    poly: uni.Coefficients


@dataclass(frozen=True)
class Interval:
    """The numbers between two bounds; None is no bound."""

    letter: str
    low: Number | None = None
    low_closed: bool = False
    high: Number | None = None
    high_closed: bool = False

    def holds(self, x: Number) -> bool:
        above = self.low is None or x > self.low or (self.low_closed and x == self.low)
        below = self.high is None or x < self.high or (self.high_closed and x == self.high)
        return above and below

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and not (self.low_closed and self.high_closed))


Solutions = Roots | Interval


@dataclass(frozen=True, eq=False)
class StatedRelation:
    """One relation between two expressions."""

    left: ClaimSide
    relation: str
    right: ClaimSide

    @lazy
    def difference(self) -> Rational:
        return difference(self.left.rational, self.right.rational)

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
            return _solutions(self)
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
    groups: list[list[tuple[StatedRelation, ...]]] = []
    joins = ("then", *line.joins)
    for claim, join in zip(line.claims, joins, strict=False):
        for number, pairs in enumerate(_pairs(claim, carry)):
            if not any(p.left.letters or p.right.letters for p in pairs):
                continue
            if number == 0 and groups and _joins(join, groups[-1][-1], pairs):
                groups[-1].append(pairs)
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


def _solutions(statement: Statement) -> Solutions | None:
    if len(statement.letters) != 1:
        return None
    (letter,) = statement.letters
    if all(len(a) == 1 and a[0].relation == "=" for a in statement.alternatives):
        return Roots(letter, _union([_roots(a[0]) for a in statement.alternatives]))
    return _interval(letter, statement.alternatives[0]) if len(statement.alternatives) == 1 else None


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


def _union(polys: Sequence[uni.Coefficients]) -> uni.Coefficients:
    if len(polys) == 1:
        return polys[0]
    if any(p == () for p in polys):
        return ()
    total: uni.Coefficients = (1,)
    for poly in polys:
        product: list[Number] = [0] * (len(total) + len(poly) - 1)
        for i, a in enumerate(total):
            for j, b in enumerate(poly):
                product[i + j] += a * b
        total = tuple(product)
    if len(total) > 25:
        raise Unreadable("too many alternatives")
    return uni.squarefree(total)


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


@dataclass(frozen=True)
class Difference:
    """How a line's solutions differ from those of the line before."""

    kind: EvidenceKind
    text: str


def show(number: Number) -> str:
    """Return a number as a pupil would write it: whole, a short decimal, or a fraction."""
    if number.denominator == 1:
        return str(number.numerator)
    if 10_000 % number.denominator == 0:
        whole, part = divmod(abs(number.numerator) * (10_000 // number.denominator), 10_000)
        return f"{'-' * (number < 0)}{whole}.{part:04d}".rstrip("0")
    return f"{number.numerator}/{number.denominator}"


def cut(exact: Number, shown: ClaimSide) -> bool:
    """Return whether a bare decimal is the exact value rounded or cut off at the digits it shows."""
    text = next((t.text for t in shown.tokens if t.kind is kinds.NUM), "")
    if not shown.bare or "." not in text or shown.percent:
        return False
    unit = Fraction(1, 10 ** len(text.rpartition(".")[2]))
    return magnitude(exact - shown.value) < unit


def compare(before: Solutions, after: Solutions) -> Difference | None:
    """Return None where both have the same real solutions, else a sentence that shows the difference."""
    if before == after or before.letter != after.letter:
        return None
    if isinstance(before, Roots) and isinstance(after, Roots):
        return _compare_roots(before, after)
    return _compare_sets(before, after)


def _compare_roots(before: Roots, after: Roots) -> Difference | None:
    x = before.letter
    if before.poly == ():
        return Difference(EvidenceKind.COUNTEREXAMPLE, f"Every {x} fits the line before, but not this line.")
    if after.poly == ():
        return Difference(EvidenceKind.COUNTEREXAMPLE, f"Every {x} fits this line, but not the line before.")
    shared = uni.common(before.poly, after.poly)
    lost, gained = uni.divide(before.poly, shared)[0], uni.divide(after.poly, shared)[0]
    if uni.real_roots(lost) == 0 and uni.real_roots(gained) == 0:
        return None
    lost_text = " and ".join(f"{x} = {show(r)}" for r in uni.rational_roots(lost)) or "some roots"
    gained_text = " and ".join(f"{x} = {show(r)}" for r in uni.rational_roots(gained)) or "some roots"
    if len(before.poly) > 2 or len(after.poly) > 2:
        pieces = [f"loses {lost_text}"] if uni.real_roots(lost) else []
        pieces += [f"gains {gained_text}"] if uni.real_roots(gained) else []
        return Difference(EvidenceKind.ROOTS, f"This line {' and '.join(pieces)}. {_direction(lost, gained)}")
    if not uni.real_roots(gained):
        return Difference(EvidenceKind.COUNTEREXAMPLE, f"{lost_text} fits the line before, but not this line.")
    rest = f"; the line before is true for {lost_text}" if uni.real_roots(lost) else ""
    return Difference(EvidenceKind.COUNTEREXAMPLE, f"{gained_text} fits this line, but not the line before{rest}.")


def _direction(lost: uni.Coefficients, gained: uni.Coefficients) -> str:
    """Which of the two lines follows from the other."""
    if not uni.real_roots(gained):
        return "The line before follows from this line, but not this line from the line before."
    if not uni.real_roots(lost):
        return "This line follows from the line before, but not the line before from this line."
    return "Neither line follows from the other."


def contains(solutions: Solutions, x: Number) -> bool:
    """Return whether a number is a solution."""
    return solutions.holds(x) if isinstance(solutions, Interval) else uni.at(solutions.poly, x) == 0


def _compare_sets(before: Solutions, after: Solutions) -> Difference | None:
    """Where one is an interval: look for a number that only one of them has."""
    if isinstance(before, Interval) and isinstance(after, Interval) and before.empty and after.empty:
        return None
    bounds = [uni.rational_roots(s.poly) if isinstance(s, Roots) else (s.low, s.high) for s in (before, after)]
    ordered: list[Number] = sorted({0, *(b for pair in bounds for b in pair if b is not None)})
    between = [Fraction(a + b) / 2 for a, b in pairwise(ordered)]
    for x in [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]:
        if contains(before, x) != contains(after, x):
            where = ("the line before", "this line") if contains(before, x) else ("this line", "the line before")
            text = f"{before.letter} = {show(x)} fits {where[0]}, but not {where[1]}."
            return Difference(EvidenceKind.COUNTEREXAMPLE, text)
    return None
