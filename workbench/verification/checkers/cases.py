"""Lines that may stand beside the line before: cases, parts, conditions, and roots named one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from workbench.verification.answers.text import answer_in
from workbench.verification.exact.univariate import common, rational_roots
from workbench.verification.lines.claims import Line, read_line
from workbench.verification.lines.findings import Context
from workbench.verification.lines.known import KnownStatement, only_gains_poles
from workbench.verification.lines.relations import Roots, Solutions, Statement, compare, statements
from workbench.verification.lines.roles import opened, parts_by_words
from workbench.verification.text.grammar import Number


def why_still_right(
    context: Context,
    statement: Statement,
    after: Solutions,
    relevant: Sequence[KnownStatement],
    before: KnownStatement,
) -> str | None:
    """Return why a line may stand with other solutions than the line before; None where nothing speaks for it."""
    case = "It is one of the cases."
    for earlier in relevant:
        if earlier is not before and earlier.trusted and earlier.statement.solutions is not None:
            if earlier.main and compare(earlier.statement.solutions, after) is None:
                return "It has the same solutions as an earlier line."  # back to `2x = 6` after a mistake
            if _is_case(earlier.statement, statement):
                return case
    # `x = 2`, and `x = 3` two lines on, after `(x - 2)(x - 3) = 0`
    if any(k.trusted and _is_listed_root(context, k.statement, statement) for k in relevant):
        return case
    if before.trusted and _is_case(before.statement, statement):
        return case
    begun = is_begun(relevant, after) or parts_by_words(context.stating, statement)
    begun = begun or (_is_copied(before.statement, statement) and bool(opened(context.stating, statement)[0].strip()))
    if before.trusted and is_condition(before.statement, after, begun):
        return "It is one of the conditions."
    solutions = before.statement.solutions
    if solutions is not None and before.trusted and only_gains_poles(relevant, solutions, after):
        return None if statement.assignments else "Both sides were multiplied by the divisor."
    return None


_REMARK = re.compile(
    r"[\s,;$\\)]{0,6}(?:\(|\b(?:since|because|as|given|for|where|with|taking|when)\b)[^.;\n]{0,60}?"
    r"(?:[<>≠≤≥]|\\[gl]eq?\b|\\neq?\b|\b(?:positive|negative|non-?negative|non-?zero|length|natural)\b)",
    re.IGNORECASE,
)


def drops_by_remark(line: Line, after: Statement, before: Statement) -> bool:
    """Return whether a line gives the reason for which it leaves out a root: `x = 5 (since x > 0)`."""
    whole, part = before.solutions, after.solutions
    if not isinstance(whole, Roots) or not isinstance(part, Roots) or not after.assignments:
        return False
    if not _REMARK.match(line.text, after.pairs[-1].right.end):
        return False
    return len(common(whole.poly, part.poly)) == len(part.poly) > 1


def _is_copied(before: Statement, after: Statement) -> bool:
    """Whether a relation is one of those of the line before as written: `Next, solve x - 3 < 5`."""
    only = after.only
    return only is not None and any(
        (p.left.words, p.relation, p.right.words) == (only.left.words, only.relation, only.right.words)
        for p in before.pairs
    )


def is_begun(relevant: Sequence[KnownStatement], after: Solutions) -> bool:
    """Return whether a case, a part or a value tried out has these solutions, so that the line goes on from it."""
    asides = (k.statement.solutions for k in relevant if not k.main)
    return any(s is not None and compare(s, after) is None for s in asides)


def is_condition(before: Statement, after: Solutions, by_words: bool) -> bool:
    """Return whether a line solves one of two conditions, as `x < 2` does after `2x + 1 < 5 and x + 3 > 2`."""
    if len(before.alternatives) != 1 or before.solved or len(before.alternatives[0]) < 2:
        return False
    pairs = before.alternatives[0]
    chained = not by_words and any(a.right is b.left for a, b in pairwise(pairs))
    parts = [Statement((pair,)) for pair in zip(pairs, strict=True)] if not chained else []
    return any(p.solutions is not None and compare(p.solutions, after) is None for p in parts)


def _is_case(before: Statement, after: Statement) -> bool:
    """`x - 2 = 0` after `(x - 2)(x - 3) = 0`: one factor set to zero is case work, not a lost root."""
    equation, whole, part = after.equation, before.solutions, after.solutions
    if equation is None or not isinstance(whole, Roots) or not isinstance(part, Roots):
        return False
    pair = after.first
    zero = any(side.bare and not side.letters and side.value == 0 for side in (pair.left, pair.right))
    if after.assignments or not zero or max(map(len, equation)) != 1 or len(whole.poly) <= 2:
        return False
    return set(rational_roots(part.poly)) <= set(rational_roots(whole.poly))


def _is_listed_root(context: Context, before: Statement, after: Statement) -> bool:
    """`x = 2` on a line of its own, where the solution's lines name every root one by one."""
    whole, own = before.solutions, _lone_root(after)
    if not isinstance(whole, Roots) or own is None:
        return False
    roots = set(rational_roots(whole.poly))
    if len(roots) < 2 or own not in roots:
        return False
    lines = (read_line(text) for text in context.solution if answer_in(text) is None)
    return roots <= {_lone_root(s) for line in lines for s in statements(line) if s.letters == after.letters}


def _lone_root(statement: Statement) -> Number | None:
    """The value that a statement gives its letter, where it gives it just one."""
    single = len(statement.alternatives) == 1 == len(statement.assignments)
    roots = rational_roots(statement.solutions.poly) if single and isinstance(statement.solutions, Roots) else ()
    return roots[0] if len(roots) == 1 else None
