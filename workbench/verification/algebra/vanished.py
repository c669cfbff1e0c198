"""Lines in which the unknown has vanished: true whatever the letter is, so the line before is lost."""

from __future__ import annotations

from workbench.verification.algebra.relations import Roots, StatedRelation, Statement
from workbench.verification.reading.claims import Claim, ClaimSide
from workbench.verification.reading.grammar import BinaryOperation, Neg, Node, Num, letters


def loses_letter(claim: Claim, before: Statement) -> bool:
    """Whether a claim that holds for every value stands in place of the equation before.

    It says nothing, as `5 = 5` does, or keeps one side as it was: a calculation beside the equation is left alone.
    """
    pair = _pair(before)
    left, right = claim.parts[0], claim.parts[-1]
    if pair is None or claim.relations != ("=",) or left is None or right is None:
        return False
    if _words(left) == _words(right):
        return True
    for old, kept, was, now in (
        (pair.left, left, pair.right, right),
        (pair.right, right, pair.left, left),
    ):
        if _words(old) == _words(kept) and _words(was) != _words(now) and _vanishes(kept, was, now):
            return True
    return False


def _pair(before: Statement) -> StatedRelation | None:
    """The equation of a statement that is true for some values and false for others."""
    if len(before.alternatives) != 1 or len(before.alternatives[0]) != 1:
        return None
    pair = before.alternatives[0][0]
    solutions = before.solutions
    if pair.relation != "=" or not isinstance(solutions, Roots) or len(solutions.poly) < 2:
        return None
    return pair


def _vanishes(kept: ClaimSide, was: ClaimSide, now: ClaimSide) -> bool:
    if kept.letters:
        return len(kept.tokens) == 1 and not was.letters and bool(now.letters)
    if now.letters or not was.letters:
        return False
    same = _words(kept) == _words(now)
    return same or (kept.bare and not _covers(was.node, now.node, in_sum=False))


def _covers(was: Node, now: Node, in_sum: bool) -> bool:
    """`15 + 5` for `3x + 5`: one term or bracket covered by the number that it must be."""
    if isinstance(was, BinaryOperation) and isinstance(now, BinaryOperation) and was.op == now.op:
        adds = was.op in "+-"
        if was.left == now.left:
            return _covers(was.right, now.right, False)
        if was.right == now.right:
            return _covers(was.left, now.left, adds)
    if isinstance(was, Neg) and isinstance(now, Neg):
        return _covers(was.arg, now.arg, in_sum)
    number = isinstance(now, Num) or (isinstance(now, Neg) and isinstance(now.arg, Num))
    part_of_sum = in_sum and isinstance(was, BinaryOperation) and was.op in "+-"
    return number and bool(letters(was)) and not part_of_sum


def _words(part: ClaimSide) -> list[str]:
    return [t.text for t in part.tokens]
