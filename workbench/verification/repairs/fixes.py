"""Which single edit each kind of wrong line needs: the tests and residuals behind `repair.find`."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.exact import polynomials
from workbench.verification.exact.polynomials import (
    Poly,
    difference,
    divide_numbers,
    evaluate,
    magnitude,
    numerator,
    poly_letters,
    rational,
)
from workbench.verification.exact.univariate import rational_roots
from workbench.verification.lines.claims import Claim, ClaimSide, Line
from workbench.verification.lines.relations import Roots, Solutions, StatedRelation, Statement, compare
from workbench.verification.malrules.equations import Sides, marked, right_moves
from workbench.verification.malrules.trees import residue
from workbench.verification.repairs import edits, repair, rewrites
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Node, Number, Unreadable


def _statement(claim: Claim) -> Statement | None:
    """The statement of a claim that has a single relation or is an inequality chain."""
    if len(claim.whole) != len(claim.parts):
        return None
    return Statement((tuple(StatedRelation(a, r, b) for a, r, b in claim.pairs()),))


def _claim_of(line: Line, statement: Statement) -> Claim | None:
    """The claim that a statement was read from."""
    sides = {statement.first.left, statement.first.right}
    return next((claim for claim in line.claims if sides <= set(claim.parts)), None)


def for_statement(line: Line, statement: Statement, before: Statement) -> str | None:
    """Return the wrong equation or inequality with one edit that gives it the solutions of the line before."""
    target = before.solutions
    if target is None:
        return None
    assigned = isinstance(target, Roots) and bool(statement.assignments)
    ready = all(_simple(part) for _, part in statement.assignments)
    if isinstance(target, Roots) and assigned and (ready or len(statement.alternatives) > 1):
        fixed = _assign_roots(line, statement, target)
        if fixed is not None:
            return fixed
    claim = _claim_of(line, statement)
    if claim is None or len(statement.alternatives) != 1 or (len(claim.parts) > 2 and "=" in claim.relations):
        return None
    sides = [side for p in before.pairs for side in (p.left, p.right)]

    fixed = _one_side_corrected(line, claim, before, sides) or repair.find(
        line.text, claim, lambda c: _same_solutions(c, target), lambda c: _cross(c, before), sides
    )
    if fixed is None and isinstance(target, Roots) and assigned:
        return _assign_roots(line, statement, target)
    if fixed is None and isinstance(target, Roots) and len(target.poly) == 2:
        fixed = _gathered(line, claim, before)
    if fixed is None and isinstance(target, Roots):
        product = statement.first.left
        return rewrites.brackets(line.text, product, before.first.difference[0])
    return fixed


def _gathered(line: Line, claim: Claim, before: Statement) -> str | None:
    pair = before.first
    (left, below), (right, under) = pair.left.rational, pair.right.rational
    if claim.relations != ("=",) or len(before.alternatives) != 1 or below.keys() != {""} or under.keys() != {""}:
        return None
    return rewrites.gathered(line.text, claim, numerator(left, below), numerator(right, under))


def _one_side_corrected(line: Line, claim: Claim, before: Statement, sides: Sequence[ClaimSide]) -> str | None:
    """The line with one side corrected, where the other is as a right move leaves it."""
    pair = before.first
    left, right = claim.parts[0], claim.parts[-1]
    if claim.relations != ("=",) or pair.relation != "=" or left is None or right is None:
        return None
    old = Sides(pair.left.node, pair.right.node)
    ends = residue(left.node), residue(right.node)
    for goal, one, other in (marked(old), *right_moves(old)):
        for here, first, second in ((goal, one, other), (goal.turned, other, one)):
            if ends[0] is not None and first == ends[0]:
                fixed = _side(line, claim, 1, here.right, sides)
            elif ends[1] is not None and second == ends[1]:
                fixed = _side(line, claim, 0, here.left, sides)
            else:
                continue
            if fixed is not None:
                return fixed
    return None


def _side(line: Line, claim: Claim, index: int, goal: Node, sides: Sequence[ClaimSide]) -> str | None:
    """One side of an equation with the edit that makes it equal to what it should be."""
    wanted, mark = rational(goal), residue(goal)

    def accept(changed: Claim) -> bool:
        part = changed.parts[index]
        found = residue(part.node) if part is not None else None
        return (found is None or mark is None or found == mark) and not gap(changed)

    def gap(changed: Claim) -> Poly:
        part = changed.parts[index]
        other = changed.parts[1 - index]
        if part is None or other is not claim.parts[1 - index]:
            raise Unreadable("the other side")
        top, bottom = difference(part.rational, wanted)
        return numerator(top, bottom) if len(bottom) == 1 else top

    fixed = repair.find(line.text, claim, accept, gap, sides)
    wrong = claim.parts[index]
    if fixed is None and wrong is not None and not any(wanted[1].keys() - {""}):
        fixed = rewrites.missing_term(line.text, wrong, numerator(*wanted))
    return fixed


def _same_solutions(claim: Claim, target: Solutions) -> bool:
    statement = _statement(claim)
    if statement is None or not _may_hold(statement, target):
        return False
    found = statement.solutions
    return found is not None and found.letter == target.letter and compare(target, found) is None


def _may_hold(statement: Statement, target: Solutions) -> bool:
    """Whether an equation vanishes at a single root that it must have; a quick test, True where it does not apply."""
    row = statement.equation
    if not isinstance(target, Roots) or len(target.poly) != 2 or row is None:
        return True
    at = {target.letter: divide_numbers(-target.poly[0], target.poly[1])}
    return poly_letters(row) <= at.keys() and evaluate(row, at) == 0


def _cross(claim: Claim, before: Statement) -> repair.Residual:
    """Zero exactly where the claim's polynomial is a multiple of that of the line before."""
    statement = _statement(claim)
    if statement is None:
        return {}
    target, found = before.first.difference[0], statement.first.difference[0]
    if not target:
        return found
    pivot = max(target, key=len)
    return {
        m: target.get(m, 0) * found.get(pivot, 0) - target[pivot] * found.get(m, 0)
        for m in target.keys() | found.keys()
    }


def _assign_roots(line: Line, statement: Statement, target: Roots) -> str | None:
    """`x = 2 or x = 4` with the values that are no roots replaced, and lost roots added."""
    roots = list(rational_roots(target.poly))
    if not roots or len(roots) != len(target.poly) - 1:
        return None
    assigned = statement.assignments
    if len(assigned) > len(roots) or any(letter != target.letter for letter, _ in assigned):
        return None
    values = [part.value for _, part in assigned]
    missing = sorted((r for r in roots if r not in values), key=_plain)
    if any(not part.is_number for _, part in assigned):
        return None
    changes: list[edits.Edit] = []
    for _, part in assigned:
        if part.value not in roots:
            written = _written(missing.pop(0), part, line.text)
            changes.append(edits.Edit(part.start, part.end, written))
    text = line.text
    if missing:
        last = max(part.end for _, part in assigned)
        added = "".join(f" or {target.letter} = {r}" for r in missing)
        changes.append(edits.Edit(last, last, added))
    for edit in sorted(changes, reverse=True):
        text = edits.apply(text, edit)
    return text


def _plain(root: Number) -> tuple[bool, Number]:
    return root < 0, magnitude(root)


def _simple(part: ClaimSide) -> bool:
    """A value that was already worked out, so that a value may stand in its place."""
    return all(t.kind in kinds.NUMERIC or t.text == "-" for t in part.tokens)


def _written(value: Number, part: ClaimSide, text: str) -> str:
    raw = text[part.start : part.end].lstrip("-+ ")
    if "." in raw:
        exact = repair.decimal(value)
        if exact is not None:
            return exact
    over = repair.write_number(value, raw) if "/" in raw and value.denominator > 1 else None
    return over or str(value)


def for_system(line: Line, statement: Statement, basis: dict[str, Poly], sides: Sequence[ClaimSide]) -> str | None:
    """Return a wrong equation of a system with one edit that makes it follow from the system."""
    claim = _claim_of(line, statement)
    if claim is None or len(claim.parts) != 2:
        return None

    def linear(changed: Claim) -> Poly:
        found = _statement(changed)
        row = found.equation if found is not None else None
        return row if row is not None and polynomials.is_linear(row) else {}

    def accept(changed: Claim) -> bool:
        row = linear(changed)
        return bool(row) and polynomials.implied(row, basis)

    def measure(changed: Claim) -> repair.Residual:
        return polynomials.remainder(linear(changed), basis)

    return repair.find(line.text, claim, accept, measure, sides)


def for_expression(line: Line, target: ClaimSide, wrong: ClaimSide) -> str | None:
    """Return a wrong expression with one edit that makes it equal to the one before."""
    claim = Claim((None, wrong), ("=",))

    def gap(changed: Claim) -> Poly:
        part = changed.parts[1]
        if part is None:
            raise Unreadable("nothing to compare")
        return numerator(difference(part.rational, target.rational)[0], part.rational[1])

    letters = bool(wrong.letters)
    fixed = repair.find(line.text, claim, lambda c: not gap(c), gap, (target,), letters)
    wanted = numerator(*target.rational)
    if fixed is None and letters:
        fixed = rewrites.missing_term(line.text, wrong, wanted)
    if fixed is None and letters:
        fixed = rewrites.brackets(line.text, wrong, target.rational[0])
    if fixed is None:
        fixed = rewrites.fraction_tops(line.text, target, wrong)
    if fixed is None and letters and len(target.rational[1]) == 1:
        fixed = rewrites.expanded(line.text, wrong, wanted)
    return fixed
