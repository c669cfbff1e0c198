"""Sets of real numbers as pieces between two ends, which may be surds, π or letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from workbench.verification.answers.equality import real_value, same
from workbench.verification.answers.trees import Tree, letters
from workbench.verification.text.grammar import Unreadable


@dataclass(frozen=True)
class Piece:
    """The numbers between two ends; None is no end."""

    low: Tree | None = None
    low_closed: bool = False
    high: Tree | None = None
    high_closed: bool = False

    @property
    def lettered(self) -> bool:
        """Whether an end has letters, so that the pieces have no order."""
        return any(end is not None and letters(end) for end in (self.low, self.high))


Region = tuple[Piece, ...]

ALL: Region = (Piece(),)


def order(a: Tree, b: Tree) -> int:
    """Return -1, 0 or 1. Raise `Unreadable` where two ends are too close to be told apart."""
    if same(a, b):
        return 0
    first, second = real_value(a), real_value(b)
    if abs(first - second) <= 1e-9 * max(1.0, abs(first), abs(second)):
        raise Unreadable("ends that cannot be told apart")
    return -1 if first < second else 1


def _low_first(a: Piece, b: Piece) -> int:
    if a.low is None or b.low is None:
        return (a.low is not None) - (b.low is not None)
    return order(a.low, b.low) or b.low_closed - a.low_closed


def united(pieces: Sequence[Piece]) -> Region:
    """Return the union: in order, with touching pieces made one. Raise `Unreadable`."""
    kept = [p for p in pieces if not _empty(p)]
    if any(p.lettered for p in kept):
        return tuple(kept)
    merged: list[Piece] = []
    for piece in sorted(kept, key=cmp_to_key(_low_first)):
        if merged and _touch(merged[-1], piece):
            merged[-1] = _longer(merged[-1], piece)
        else:
            merged.append(piece)
    return tuple(merged)


def _empty(piece: Piece) -> bool:
    if piece.low is None or piece.high is None or piece.lettered:
        return False
    side = order(piece.low, piece.high)
    return side > 0 or (side == 0 and not (piece.low_closed and piece.high_closed))


def _touch(left: Piece, right: Piece) -> bool:
    if left.high is None or right.low is None:
        return True
    side = order(right.low, left.high)
    return side < 0 or (side == 0 and (left.high_closed or right.low_closed))


def _longer(left: Piece, right: Piece) -> Piece:
    """The left piece with the later of the two upper ends."""
    if left.high is None or right.high is None:
        return Piece(left.low, left.low_closed, None, False)
    side = order(left.high, right.high)
    closed = (left.high_closed or right.high_closed) if side == 0 else (left if side > 0 else right).high_closed
    return Piece(left.low, left.low_closed, left.high if side >= 0 else right.high, closed)


def meet(a: Region, b: Region) -> Region:
    """Return what both have. Raise `Unreadable`."""
    return united([_overlap(p, q) for p in a for q in b])


def _overlap(a: Piece, b: Piece) -> Piece:
    """The numbers between the higher of the lower ends and the lower of the upper ends."""
    low, low_closed = _inner((a.low, a.low_closed), (b.low, b.low_closed), 1)
    high, high_closed = _inner((a.high, a.high_closed), (b.high, b.high_closed), -1)
    return Piece(low, low_closed, high, high_closed)


def _inner(a: tuple[Tree | None, bool], b: tuple[Tree | None, bool], direction: int) -> tuple[Tree | None, bool]:
    if a[0] is None or b[0] is None:
        return b if a[0] is None else a
    side = order(a[0], b[0]) * direction
    if side == 0:
        return a[0], a[1] and b[1]
    return a if side > 0 else b


def equal(a: Region, b: Region) -> bool | None:
    """Return whether two sets are the same; pieces with letters in any order."""
    if len(a) != len(b):
        return False
    if any(p.lettered for p in (*a, *b)):
        found = [[_same_piece(p, q) for q in b] for p in a]
        if all(any(x is True for x in row) for row in found):
            return True
        return False if any(all(x is False for x in row) for row in found) else None
    grades = [_same_piece(p, q) for p, q in zip(a, b, strict=True)]
    return False if False in grades else None if None in grades else True


def _same_piece(a: Piece, b: Piece) -> bool | None:
    if (a.low_closed, a.high_closed) != (b.low_closed, b.high_closed):
        return False
    ends = [_same_end(a.low, b.low), _same_end(a.high, b.high)]
    return False if False in ends else None if None in ends else True


def _same_end(a: Tree | None, b: Tree | None) -> bool | None:
    return a is b if a is None or b is None else same(a, b)
