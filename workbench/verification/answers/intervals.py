"""Sets of numbers written as intervals or inequalities, as sorted disjoint pieces."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.algebra.relations import Interval, Statement
from workbench.verification.answers.shapes import split
from workbench.verification.answers.values import read_answer
from workbench.verification.reading.grammar import Number, Unreadable

Bound = tuple[Number | None, bool]
"""A bound and whether it belongs to the set; None is no bound."""
Pieces = tuple[tuple[Bound, Bound], ...]


def from_pieces(texts: Sequence[str]) -> Pieces | None:
    """The union of intervals such as `[1, 3)`; None where an end is no rational number."""
    found = [_interval(t.strip()) for t in texts]
    kept = [piece for piece in found if piece is not None]
    return _joined(kept) if len(kept) == len(found) else None


def _interval(text: str) -> tuple[Bound, Bound] | None:
    ends = split(text[1:-1])
    if len(ends) != 2 or text[0] not in "([" or text[-1] not in ")]":
        return None
    low, high = _end(ends[0]), _end(ends[1])
    if low is None or high is None or low == ("∞",) or high == ("-∞",):
        return None
    return (
        (None, False) if low == ("-∞",) else (_number(low), text[0] == "["),
        (None, False) if high == ("∞",) else (_number(high), text[-1] == "]"),
    )


End = tuple[str] | tuple[str, Number]


def _end(text: str) -> End | None:
    plain = text.replace(" ", "").replace("+", "").replace("−", "-")
    if plain in ("∞", "-∞"):
        return (plain,)
    read = read_answer(text)
    if read is None or len(read.values) != 1 or read.values[0].letters:
        return None
    try:
        return ("", read.values[0].value)
    except Unreadable:
        return None


def _number(end: End) -> Number:
    return end[1] if len(end) == 2 else 0


def from_inequality(text: str) -> Pieces | None:
    """The numbers that `1 < x <= 3`, `x < 0 or x > 2` or `x ≠ 2` allows."""
    if "≠" in text:
        return _all_but(text)
    read = read_answer(text)
    if read is None or not read.statements:
        return None
    found: list[tuple[Bound, Bound]] = []
    for statement in read.statements:
        for pairs in statement.alternatives:
            solved = Statement((pairs,)).solutions
            if not isinstance(solved, Interval):
                return None
            found.append(((solved.low, solved.low_closed), (solved.high, solved.high_closed)))
    return _joined(found)


def _all_but(text: str) -> Pieces | None:
    end = _end(text.partition("≠")[2])
    if end is None or len(end) != 2:
        return None
    hole: Bound = (end[1], False)
    return (((None, False), hole), (hole, (None, False)))


def _joined(pieces: Sequence[tuple[Bound, Bound]]) -> Pieces:
    """Sorted, with touching pieces made one."""
    ordered = sorted(pieces, key=lambda p: (p[0][0] is not None, p[0][0] or 0, not p[0][1]))
    merged: list[tuple[Bound, Bound]] = []
    for low, high in ordered:
        if merged and _touch(merged[-1][1], low):
            merged[-1] = (merged[-1][0], _later(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _touch(end: Bound, start: Bound) -> bool:
    if end[0] is None or start[0] is None:
        return True
    return start[0] < end[0] or (start[0] == end[0] and (start[1] or end[1]))


def _later(a: Bound, b: Bound) -> Bound:
    if a[0] is None or b[0] is None:
        return (None, False)
    if a[0] == b[0]:
        return (a[0], a[1] or b[1])
    return a if a[0] > b[0] else b
