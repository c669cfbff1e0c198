"""What differs in a word problem: decimals stand for roots, and a new value may be a choice."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.algebra.relations import Interval, Roots, Statement, compare
from workbench.verification.algebra.univariate import rational_roots
from workbench.verification.reading.readings import rounds


def is_rounded(before: Statement, after: Statement) -> bool:
    """`x = 16.67` after `3x = 50`."""
    exact, assigned = before.solutions, after.assignments
    if not isinstance(exact, Roots) or len(exact.poly) != 2 or len(assigned) != 1:
        return False
    root = rational_roots(exact.poly)[0]
    return root != assigned[0][1].value and rounds(root, assigned[0][1])


def chooses(after: Statement, earlier: Sequence[Statement]) -> bool:
    """`Let n = 6` after `n = 5`, the least of `x >= 5`, or anything after a line that is never true."""
    known = [s.solutions for s in earlier if s.solutions is not None]
    stated = after.solutions
    if stated is None or not known or any(compare(k, stated) is None for k in known):
        return False
    if known[-1] == Roots(stated.letter, (1,)):
        return True
    picked = isinstance(known[-1], Interval) and isinstance(stated, Roots)
    return picked or (bool(after.assignments) and any(s.assignments for s in earlier))
