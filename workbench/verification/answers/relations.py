"""Equations and inequalities compared: multiples of each other, or solved by what the other side says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from workbench.verification.answers import regions
from workbench.verification.answers.equality import quotient, quotient_of
from workbench.verification.answers.grades import DIFFERENT, EQUAL, Grade, in_form, undecided, verdict
from workbench.verification.answers.kinds import Given, Numbers, Reading, Relation, Value, members
from workbench.verification.answers.rings import Poly, constant
from workbench.verification.answers.trees import Call, letters
from workbench.verification.exact import univariate


def as_relations(known: Reading, stated: Reading) -> Grade | None:
    """Return the grade of two equations in several letters, whichever letter they are solved for."""
    a, b = _as_relation(known), _as_relation(stated)
    if a is None or b is None or a.sign != b.sign:
        return None
    return _same_relation(a, b)


def _as_relation(reading: Reading) -> Relation | None:
    if isinstance(reading, Relation):
        return reading
    if (
        isinstance(reading, Given)
        and isinstance(reading.what, Value)
        and letters(reading.what.tree)
        and len(reading.name) == 1
    ):
        return Relation("=", reading.name, reading.what.tree)
    if isinstance(reading, Numbers) and len(reading.region) == 1 and reading.region[0].lettered:
        (piece,) = reading.region
        if piece.low is None and piece.high is not None:
            return Relation("≤" if piece.high_closed else "<", reading.letter, piece.high)
        if piece.high is None and piece.low is not None:
            return Relation("≤" if piece.low_closed else "<", piece.low, reading.letter)
    return None


def relations(known: Reading, stated: Reading) -> Grade:
    """Return the grade of two answers of which at least one is a relation."""
    found = as_relations(known, stated)
    if found is not None:
        return found
    solved, open_ = (known, stated) if isinstance(stated, Relation) else (stated, known)
    if not isinstance(open_, Relation) or isinstance(solved, Relation):
        return DIFFERENT
    equal = _solved_by(open_, solved)
    if equal and open_ is stated:
        return in_form("not solved")
    if equal is None and isinstance(solved, Value):
        return Grade(False, "One is a value, the other an equation or inequality.")
    return verdict(equal)


def _same_relation(a: Relation, b: Relation) -> Grade:
    """Whether the differences of the sides are multiples of each other, positive ones for an inequality."""
    first, second = difference(a), difference(b)
    if first is None or second is None:
        return undecided("The relations are beyond what can be compared exactly.")
    if first.keys() == second.keys() and first:
        pivot = next(iter(first))
        factor = second[pivot] / first[pivot]
        if all(second[m] == factor * first[m] for m in first) and (factor > 0 or a.sign == "="):
            return EQUAL
    linear = all(sum(k for _, k in m) <= 1 for m in (*first, *second))
    return DIFFERENT if linear else _same_roots(first, second)


def _same_roots(first: Poly, second: Poly) -> Grade:
    """Equations of a higher degree are the same only where one letter has the same roots, which is left open else."""
    return undecided("The relations are beyond what can be compared exactly.") if first != second else EQUAL


def difference(relation: Relation) -> Poly | None:
    """Return the polynomial that an equation sets to zero; for an inequality only where nothing is divided by."""
    read = quotient_of(Call("-", (relation.left, relation.right)))
    if read is None or (relation.sign != "=" and constant(read[1]) is None):
        return None
    return read[0]


def _solved_by(relation: Relation, solved: Reading) -> bool | None:
    """Whether an equation or inequality in one letter has just these solutions; None where that is not worked out."""
    poly = difference(relation)
    names = {a for m in poly or {} for a, _ in m}
    if poly is None or len(names) != 1 or not next(iter(names)).isalpha():
        return None
    dense = [Fraction(0)] * (1 + max((k for m in poly for _, k in m), default=0))
    for monomial, coefficient in poly.items():
        dense[sum(k for _, k in monomial)] = coefficient
    if relation.sign != "=":
        return _solves_bound(relation.sign, dense, solved)
    roots = univariate.squarefree(tuple(dense))
    values = [i.tree for i in members(solved) if isinstance(i, Value)]
    if isinstance(solved, Given):
        values = [solved.what.tree] if isinstance(solved.what, Value) else []
    if not values or any(letters(m) for m in values):
        return None
    if len(values) != univariate.real_roots(roots):
        return False
    numbers = [quotient(m) for m in values]
    if None in numbers:
        return None
    return all(v is not None and univariate.at(roots, v) == 0 for v in numbers)


def _solves_bound(sign: str, dense: Sequence[Fraction], solved: Reading) -> bool | None:
    if len(dense) != 2 or not isinstance(solved, Numbers):
        return None
    end = -dense[0] / dense[1]
    piece = regions.Piece(high=end, high_closed=sign == "≤") if dense[1] > 0 else regions.Piece(end, sign == "≤")
    return regions.equal((piece,), solved.region)
