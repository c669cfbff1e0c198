"""Lines whose real solutions agree only because there are none, or because every number is one."""

from __future__ import annotations

from workbench.types import EvidenceKind
from workbench.verification.exact import univariate as uni
from workbench.verification.exact.polynomials import (
    Poly,
    Rational,
    constant,
    difference,
    numerator,
    proportional,
    same,
)
from workbench.verification.lines.claims import ClaimSide, read_line
from workbench.verification.lines.findings import Context
from workbench.verification.lines.relations import Difference, StatedRelation, Statement
from workbench.verification.text.grammar import Number

_SHORT = 200
"""A problem that is nothing but a false equation is short."""


def really_same(before: Statement, after: Statement) -> Difference | bool:
    """Return True where equal solutions show that a line is right, a difference where it is wrong, else False.

    `x^2 = -5` has as few real roots as `x^2 + 4 = 0`, and does not follow from it.
    """
    old, new = before.only, after.only
    if old is None or new is None or old.relation != "=" or new.relation != "=":
        return True
    rows = before.equation, after.equation
    if rows[0] is None or rows[1] is None:
        return True
    if any(len(m) for m in rows[0]) and proportional(rows[0], rows[1]):
        return True
    first, second = uni.coefficients(rows[0]), uni.coefficients(rows[1])
    if len(first) > 2 and len(second) > 2:
        return _same_factors(first, second)
    if len(first) > 1 or len(second) > 1:
        return len(first) > 1 and len(second) > 1
    return _same_sides(old, new, rows[0], rows[1])


def shows_none(context: Context, left: ClaimSide, right: ClaimSide) -> bool:
    """Return whether a false line shows that the one before has no root: `10 = 3` after 5x + 10 = 5x + 3."""
    if left.letters or right.letters or not context.reading.pure:
        return False
    main = next((k for k in reversed(context.thread.known) if k.main), None)
    row = main.statement.equation if main is not None and main.trusted else None
    missed = constant(row) if row is not None else None
    if not missed or left.known is None or right.known is None:
        return False
    return left.known - right.known in (missed, -missed)


def repeats_false(context: Context, left: ClaimSide, right: ClaimSide) -> bool:
    """Return whether a false line says again what the problem says: `4 = 7` in "Solve 4 = 7." is no mistake."""
    missed = _gap(left, right)
    if missed is None:
        return False
    given = [c.whole for c in read_line(context.problem.text[:_SHORT]).claims if c.relations == ("=",)]
    return any(len(sides) == 2 and _gap(*sides) in (missed, -missed) for sides in given)


def _gap(left: ClaimSide, right: ClaimSide) -> Number | None:
    """By how much two numbers differ."""
    if left.letters or right.letters or left.known is None or right.known is None:
        return None
    return left.known - right.known


def _same_factors(first: uni.Coefficients, second: uni.Coefficients) -> Difference | bool:
    """Whether one polynomial only drops or gains factors without real roots; both at once is no right move."""
    first, second = uni.squarefree(first), uni.squarefree(second)
    shared = uni.common(first, second)
    if len(shared) == min(len(first), len(second)):
        return True
    if len(second) > len(first):
        return False
    text = "The factor without real roots is another one than in the line before."
    if len(shared) == 1:
        text = "Neither line has a real root, but this line does not follow from the line before."
    return Difference(EvidenceKind.ROOTS, text)


def _same_sides(old: StatedRelation, new: StatedRelation, was: Poly, now: Poly) -> Difference | bool:
    """Both lines are true for no number, or for every one: what is done on one side must be done on the other."""
    sides_of = [numerator(*side.rational) for side in (old.left, old.right, new.left, new.right)]
    if was and all(constant(side) is not None for side in sides_of):
        return True  # `0x = 10` and `0x = 6`: as false the one as the other
    for left, right in ((new.left, new.right), (new.right, new.left)):
        sides = left.rational, right.rational
        if _added(old, sides) or _scaled(old, sides):
            return True
    kept = [a for a in (old.left, old.right) for b in (new.left, new.right) if same(a.rational, b.rational)]
    if kept and was != now:
        return Difference(EvidenceKind.COUNTEREXAMPLE, "One side has changed, and the other has not.")
    return False if was else _identity(old, new)


def _added(old: StatedRelation, sides: tuple[Rational, Rational]) -> bool:
    """Whether the same was added to both sides."""
    return bool(difference(old.left.rational, old.right.rational)[0]) and same(
        difference(sides[0], old.left.rational), difference(sides[1], old.right.rational)
    )


def _scaled(old: StatedRelation, sides: tuple[Rational, Rational]) -> bool:
    """Whether both sides were multiplied by one number."""
    lefts = numerator(*sides[0]), numerator(*old.left.rational)
    rights = numerator(*sides[1]), numerator(*old.right.rational)
    if not (proportional(*lefts) and proportional(*rights)) or not lefts[1]:
        return False
    key = next(iter(lefts[1]))
    other = next(iter(rights[1]), key)
    return lefts[0].get(key, 0) * rights[1].get(other, 0) == rights[0].get(other, 0) * lefts[1].get(key, 0)


def _identity(old: StatedRelation, new: StatedRelation) -> Difference | bool:
    """An identity may be scaled or lose whole terms, as in `6 = 6` after `2x + 6 = 2x + 6`; else it is another."""
    was, now = numerator(*old.left.rational), numerator(*new.left.rational)
    if proportional(was, now) or not now or all(was.get(m) == c for m, c in now.items()):
        return True
    if not any(now.keys() - {""}) or len(now) < len(was):
        return True  # a number beside itself
    return Difference(EvidenceKind.COUNTEREXAMPLE, "Both lines are true for every number, but the sides are others.")
