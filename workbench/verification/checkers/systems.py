"""Several letters: a line must follow from the system, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from workbench.types import EvidenceKind
from workbench.verification.exact import polynomials
from workbench.verification.exact.polynomials import Poly, evaluate, poly_letters, proportional
from workbench.verification.exact.systems import grid, points, put_in, solved_for
from workbench.verification.lines.claims import ClaimSide, read_line
from workbench.verification.lines.facts import facts, swapped
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.known import KnownStatement
from workbench.verification.lines.relations import StatedRelation, Statement, show, statements
from workbench.verification.lines.roles import Role, role
from workbench.verification.malrules import search
from workbench.verification.repairs import fixes
from workbench.verification.repairs.rewrites import named
from workbench.verification.text.grammar import Number, Unreadable

_NAME = "equivalence"
_RECENT = 8
"""How many statements back a line may go on from."""
_EQUATIONS = 4
"""Equations of one line that are put right together."""


def is_true(statement: Statement, at: Mapping[str, Number]) -> bool | None:
    """Return whether a statement is true at given values; None where a letter has none or a divisor is zero."""
    if not statement.letters <= at.keys():
        return None
    try:
        return any(all(_holds(pair, at) for pair in one) for one in statement.alternatives)
    except Unreadable:
        return None


def _holds(pair: StatedRelation, at: Mapping[str, Number]) -> bool:
    top, bottom = pair.difference
    below = evaluate(bottom, at)
    if below == 0:
        raise Unreadable("division by zero")
    gap = evaluate(top, at) * below
    signs = {"=": gap == 0, "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0}
    if pair.relation not in signs:
        raise Unreadable("another relation")
    return signs[pair.relation]


def check_system(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """Return whether a line follows from the system: by elimination, or at each of its solutions."""
    found = _linear(context, statement, known)
    return found if found is not None else _by_points(context, statement, known)


def _by_points(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """Where substitution gives every solution of the problem's system, a line must be true at each."""
    reading = context.reading
    rows = [s.equation for s in reading.statements]
    given = [r for r in rows if r is not None]
    if not given or len(given) != len(rows) or not statement.letters <= reading.letters:
        return None
    if all(map(polynomials.is_linear, given)) and len(statement.alternatives) == 1 and len(statement.pairs) == 1:
        return None  # elimination has said what can be said
    may_fail = reading.pure and role(context.stating, statement) is Role.NEXT and not context.thread.in_case
    solutions = points(given, reading.letters) if not reading.conditions else None
    if solutions is None and _factors(statement, given):
        return correct(_NAME, "A product is zero where one of its factors is.")
    if solutions is None:
        return _loses_some(context, statement, given) if may_fail and not reading.conditions else None
    true = [is_true(statement, at) for at in solutions]
    if not solutions or None in true:
        return None
    extra = _surplus(statement, solutions)
    if extra is not None:
        return incorrect(_NAME, extra, EvidenceKind.COUNTEREXAMPLE) if may_fail else None
    if all(true):
        return correct(_NAME, "It is true for every solution of the equations.")
    if any(true) or not may_fail:
        return None
    values = ", ".join(f"{k} = {show(v)}" for k, v in sorted(solutions[0].items()))
    text = f"{values} solves the equations, but not this line."
    return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)


def _surplus(statement: Statement, solutions: Sequence[Mapping[str, Number]]) -> str | None:
    """What alternatives allow besides: `x = 4 or y = 7` for `x = 4 and y = 7`, or a wrong pair of values."""
    if len(statement.alternatives) < 2:
        return None
    for one in statement.alternatives:
        alone = Statement((one,))
        stated = {letter: part.known for p in one if p.assignment for letter, part in (p.assignment,)}
        if len(stated) == len(one) == len(solutions[0]) and None not in stated.values():
            if stated not in [dict(at) for at in solutions]:
                values = ", ".join(f"{k} = {show(v)}" for k, v in sorted(stated.items()) if v is not None)
                return f"{values} fits this line, but does not solve the equations."
        elif len({p.letters for p in map(_alone, statement.alternatives)}) > 1 and all(
            is_true(alone, at) for at in solutions
        ):
            return "Both must hold, not one or the other: write and."
    return None


def _factors(statement: Statement, rows: Sequence[Poly]) -> bool:
    """`a = b or a = -b` after `a^2 = b^2`: the alternatives multiply to the equation."""
    total: Poly = polynomials.ONE
    for one in statement.alternatives:
        if len(one) != 1 or one[0].relation != "=":
            return False
        total = polynomials.multiply(total, one[0].difference[0])
    return len(rows) == 1 and len(statement.alternatives) > 1 and proportional(total, rows[0])


def _alone(one: tuple[StatedRelation, ...]) -> Statement:
    return Statement((one,))


def _loses_some(context: Context, statement: Statement, rows: Sequence[Poly]) -> Finding | None:
    """`p = q` after `p^2 = q^2`: a small solution of the equations that does not fit the line."""
    pair = statement.only
    if pair is None or pair.relation != "=" or pair.assignment is not None or _is_zero(pair):
        return None
    letters = context.reading.letters
    for at in grid(letters):
        if all(evaluate(r, at) == 0 for r in rows) and is_true(statement, at) is False:
            values = ", ".join(f"{k} = {show(v)}" for k, v in at.items())
            text = f"{values} solves the equations, but not this line."
            return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)
    return None


def _is_zero(pair: StatedRelation) -> bool:
    """`p - q = 0` may be one factor set to zero."""
    return any(side.bare and not side.letters and side.value == 0 for side in (pair.left, pair.right))


def _linear(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """By elimination, where the system has linear equations."""
    row = statement.equation
    if row is None:
        return None
    same = [k for k in known if k.statement.equation is not None and proportional(row, k.statement.equation)]
    if same:
        return correct(_NAME, "It says the same as an earlier line.", not any(k.trusted for k in same))
    rows = [(k, r) for k in known if (r := k.statement.equation) is not None and polynomials.is_linear(r)]
    basis = polynomials.echelon([r for k, r in rows if k.line < 0])
    if not polynomials.is_linear(row) or basis is None:
        return None
    if polynomials.implied(row, basis):
        return correct(_NAME, "It follows from the equations.")
    if _follows_from_words(context, row):
        return correct(_NAME, "It follows from what the problem says.")
    if _follows_from_two(row, [r for _, r in rows]):
        return correct(_NAME, "It follows from the lines before.", carried=any(not k.trusted for k, _ in rows))
    if not context.reading.pure or role(context.stating, statement) is not Role.NEXT or context.thread.in_case:
        return None  # a fact told in words, or something supposed
    if any(k.line < 0 and not _is_linear(k.statement) for k in known):
        return None
    covered = poly_letters(row) <= context.reading.letters
    if not basis or not covered or len(basis) != len([k for k, _ in rows if k.line < 0]):
        return None
    pairs = [p for k in known[-4:] for p in k.statement.pairs]
    return _not_implied(context, statement, row, basis, pairs)


def _repaired_system(
    context: Context, statement: Statement, basis: dict[str, Poly], sides: Sequence[ClaimSide]
) -> str | None:
    """The line with every equation that does not follow put right, such as both of `x = 3, y = 7`."""
    text = fixes.for_system(context.line, statement, basis, sides)
    for _ in range(_EQUATIONS):
        if text is None:
            return None
        line = read_line(text)
        rows = [(s, s.equation) for s in statements(line, context.carry)]
        wrong = next(
            (s for s, row in rows if row and polynomials.is_linear(row) and not polynomials.implied(row, basis)), None
        )
        if wrong is None:
            return text
        text = fixes.for_system(line, wrong, basis, sides)
    return None


def follows_from_lines(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """In a problem told in words: whether an equation follows from the latest lines, one put into another."""
    row = statement.equation
    if row is None or not poly_letters(row):
        return None
    recent = [k for k in known[-_RECENT:] if k.main and k.statement.equation]
    rows = [r for k in recent if (r := k.statement.equation) is not None]
    if not (_follows_from_all(row, rows) or _is_put_in(row, rows)):
        return None
    return correct(
        _NAME,
        "It follows from the lines before.",
        carried=any(not k.trusted and k.line < len(context.earlier) for k in recent),
    )


def _follows_from_all(row: Poly, rows: Sequence[Poly]) -> bool:
    linear = [r for r in rows if polynomials.is_linear(r)]
    basis = polynomials.echelon(linear) if polynomials.is_linear(row) and linear else None
    return basis is not None and polynomials.implied(row, basis)


def _is_put_in(row: Poly, rows: Sequence[Poly]) -> bool:
    """`2y * y = 50` after `x = 2y` and `xy = 50`."""
    for single in rows:
        solved = solved_for(single)
        if solved is None:
            continue
        for other in rows:
            if other is not single and solved[0] in poly_letters(other) and proportional(put_in(other, *solved), row):
                return True
    return False


def _is_linear(statement: Statement) -> bool:
    row = statement.equation
    return row is not None and polynomials.is_linear(row)


def _follows_from_words(context: Context, row: Poly) -> bool:
    """Whether an equation follows from the problem's equations and the facts that its words state."""
    text = context.problem.text
    given = [r for s in context.reading.statements if (r := s.equation) is not None]
    inverse = swapped(text, given)
    told = [r for s in facts(text) if (r := s.equation) is not None]
    rows = [inverse] if inverse is not None else [*given, *told] if told else []
    basis = polynomials.echelon([r for r in rows if polynomials.is_linear(r)])
    return bool(basis) and basis is not None and polynomials.implied(row, basis)


def _follows_from_two(row: Poly, rows: Sequence[Poly]) -> bool:
    """Whether an equation follows from some two of the latest ones."""
    bases = (polynomials.echelon(pair) for pair in combinations(rows[-8:], 2))
    return any(basis is not None and polynomials.implied(row, basis) for basis in bases)


def _not_implied(
    context: Context, statement: Statement, row: Poly, basis: dict[str, Poly], earlier: Sequence[StatedRelation]
) -> Finding:
    fixed = polynomials.solution(basis)
    if poly_letters(row) <= fixed.keys():
        values = ", ".join(f"{k} = {show(v)}" for k, v in sorted(fixed.items()))
        text = f"{values} solves the equations, but not this line."
    else:
        text = "This line does not follow from the equations."
    sides = [side for p in earlier for side in (p.left, p.right)]
    repair = _repaired_system(context, statement, basis, sides)
    finding = incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE, repair)
    return named(finding, search.system(earlier, statement.first))
