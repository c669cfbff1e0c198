"""Notes on lines that hold: repeated roots, and and or, divisors that may be zero; and how right they are."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.types import Diagnosis, Evidence
from workbench.verification.algebra import univariate as uni
from workbench.verification.algebra.polynomials import Poly, constant
from workbench.verification.algebra.relations import Roots, StatedRelation, Statement, show
from workbench.verification.reading.claims import Line
from workbench.verification.reading.grammar import Unreadable


def notes(line: Line, before: Statement, after: Statement) -> tuple[Evidence, ...]:
    """What a pupil should know about a line that has the same solutions as the line before."""
    try:
        return (*_repeated(before, after), *_domain(before), *_and_or(line, after))
    except Unreadable:
        return ()


def _repeated(before: Statement, after: Statement) -> tuple[Evidence, ...]:
    """`x = 3` from `x^2 - 6x + 9 = 0`: the same roots with other multiplicity."""
    old, new = before.equation, after.equation
    if old is None or new is None or max(map(len, old), default=0) < 2 or max(map(len, new), default=0) != 1:
        return ()
    roots = after.solutions
    if not isinstance(roots, Roots) or len(roots.poly) != 2:
        return ()
    root = show(uni.rational_roots(roots.poly)[0])
    return (Evidence("roots", f"{roots.letter} = {root} is a repeated root of the line before."),)


def _domain(before: Statement) -> tuple[Evidence, ...]:
    """The values for which a divisor of the line before is zero."""
    pair = before.alternatives[0][0]
    bottoms = [side.rational[1] for side in (pair.left, pair.right) if constant(side.rational[1]) is None]
    if not bottoms or len(before.letters) != 1:
        return ()
    (letter,) = before.letters
    zeros = {r for b in bottoms for r in uni.rational_roots(uni.squarefree(uni.coefficients(b)))}
    named = " or ".join(show(z) for z in sorted(zeros))
    return (Evidence("domain", f"The line before divides by zero for {letter} = {named}."),) if named else ()


def _and_or(line: Line, after: Statement) -> tuple[Evidence, ...]:
    """`x = 2 and x = 3` where one or the other is meant."""
    values = after.assignments
    if len(values) < 2 or "and" not in line.joins:
        return ()
    letter, first = values[0]
    said = line.text[first.start : first.end]
    return (Evidence("claim", f"Write or, not and: {letter} cannot be {said} and another number at once."),)


def how_right(before: Statement, after: Statement, earlier: Sequence[Statement]) -> Diagnosis:
    """How a line with the same solutions moves the work on."""
    if after.words == before.words:
        return Diagnosis.SIMILAR
    if any(after.words == old.words for old in earlier):
        return Diagnosis.DETOUR
    if after.assignments and all(part.bare for _, part in after.assignments):
        return Diagnosis.EXPECTED
    old, new = _only_pair(before), _only_pair(after)
    if old is None or new is None:
        return Diagnosis.VALID
    if [t.text for t in old.left.tokens] == [t.text for t in new.right.tokens] and [
        t.text for t in old.right.tokens
    ] == [t.text for t in new.left.tokens]:
        return Diagnosis.SIMILAR
    try:
        if _bottoms(old) != _bottoms(new):
            return Diagnosis.EXPECTED if _bottoms(new) == [{"": 1}, {"": 1}] else Diagnosis.VALID
        gained = _terms(new) - _terms(old)
    except Unreadable:
        return Diagnosis.VALID
    if gained > 0:
        return Diagnosis.DETOUR
    shorter = len(after.words) < len(before.words)
    return Diagnosis.EXPECTED if gained < 0 or shorter or _same_sides(old, new) else Diagnosis.VALID


def _only_pair(statement: Statement) -> StatedRelation | None:
    if len(statement.alternatives) != 1 or len(statement.alternatives[0]) != 1:
        return None
    return statement.alternatives[0][0]


def _terms(pair: StatedRelation) -> int:
    """How many terms both sides have when worked out."""
    return len(pair.left.rational[0]) + len(pair.right.rational[0])


def _bottoms(pair: StatedRelation) -> list[Poly]:
    return [pair.left.rational[1], pair.right.rational[1]]


def _same_sides(old: StatedRelation, new: StatedRelation) -> bool:
    return old.left.rational == new.left.rational and old.right.rational == new.right.rational
