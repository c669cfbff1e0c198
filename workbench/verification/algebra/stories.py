"""What is no claim about the solution: decimals for roots, choices in word problems, values tried out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.verification.algebra.relations import Interval, Roots, Statement, compare
from workbench.verification.algebra.univariate import rational_roots
from workbench.verification.findings import Context
from workbench.verification.reading.readings import rounds

_SUPPOSES = re.compile(r"\s*(?:try(?:ing)?|suppose|guess|assume|if|when|let)\s+[a-z]\s*=", re.IGNORECASE)


def supposes(context: Context, text: str) -> bool:
    """`Try x = 4: 3*4 + 5 = 17`: a value tried out in an equation is no claim that it solves it."""
    return context.reading.solves and bool(_SUPPOSES.match(text))


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
