"""What follows from a computation: which later ones use it, and what they would give had it another value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.verification.exact.polynomials import compute, worth
from workbench.verification.reference.reading import close
from workbench.verification.reference.signals import Course, PlacedComputation, has
from workbench.verification.reference.worked import LITERAL, QuantityPlace
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Number, Unreadable

MAX_TRIED = 24
"""Other values at most that are tried for one computation."""


@dataclass(frozen=True)
class Consequences:
    """Facts on the computations of a solution, by their steps."""

    leading: frozenset[int]
    """The final value is made of a value of these."""
    introducing: frozenset[int]
    """These go off the path with numbers that were all right."""
    carrying: frozenset[int]
    """These only use a value that was off before."""
    mending: frozenset[int]
    """With a value of the worked solution instead of its own, the solution would end right."""


def consequences(course: Course, answer: Number | None) -> Consequences:
    """Return how the computations of a solution depend on each other; `answer` is the known one."""
    moves = course.moves
    leading: set[int] = set()
    needed: set[Number] = {course.final} if course.final is not None else set()
    for move in reversed(moves):
        if any(close(move.value, v) for v in needed):
            leading.add(move.step)
            needed |= move.operands
    introducing, carrying = _sources(course)
    mending = set[int]()
    if answer is not None and course.final is not None and not close(course.final, answer):
        for i, move in enumerate(moves):
            if move.place <= QuantityPlace.ANOTHER_WAY and not move.repeated and _mends(course, i, answer):
                mending.add(move.step)
    return Consequences(frozenset(leading), introducing, carrying, frozenset(mending))


def _sources(course: Course) -> tuple[frozenset[int], frozenset[int]]:
    off: set[Number] = set()
    introducing: set[int] = set()
    carrying: set[int] = set()
    for move in course.moves:
        if move.place > QuantityPlace.ONE_MOVE:
            continue
        clean = not any(has(off, v) for v in move.operands if v not in LITERAL)
        (introducing if clean else carrying).add(move.step)
        off.add(move.value)
    return frozenset(introducing), frozenset(carrying)


def _mends(course: Course, at: int, answer: Number) -> bool:
    """Whether another value for one computation makes all that follows come out at the answer."""
    old = course.moves[at].value
    if course.final is None or close(old, course.final):
        return False
    later = course.moves[at + 1 :]
    for value in sorted(course.worked.results)[:MAX_TRIED]:
        if close(value, answer) or close(value, old):
            continue
        end = _carried(later, {old: value}, course.final)
        if end is not None and close(end, answer):
            return True
    return False


def _carried(later: Sequence[PlacedComputation], changed: dict[Number, Number], final: Number) -> Number | None:
    """What the final value becomes, if it changes."""
    for move in later:
        if move.operands.isdisjoint(changed):
            continue
        try:
            value = revalued(move.node, changed)
        except (Unreadable, ZeroDivisionError):
            return None
        if value is not None and value != move.value:
            changed[move.value] = value
    return changed.get(final)


def revalued(node: Node, changed: Mapping[Number, Number]) -> Number | None:
    """Return what an expression is worth with other numbers for some of its own."""
    if isinstance(node, BinaryOperation):
        left, right = revalued(node.left, changed), revalued(node.right, changed)
        if left is None or right is None or node.op not in "+-*/" or (node.op == "/" and not right):
            return None
        return compute(node.op, left, right)
    if isinstance(node, Neg):
        value = revalued(node.arg, changed)
        return -value if value is not None else None
    value = worth(node)
    return changed.get(value, value) if value is not None else None
