"""The checker of line to line: equations, inequalities, systems and expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement
from workbench.verification.answers.text import answer_in
from workbench.verification.checkers.expressions import check_expression, check_identity, identity
from workbench.verification.checkers.notes import (
    chooses,
    how_right,
    is_rounded,
    loses_letter,
    mismatch,
    notes,
    supposes,
)
from workbench.verification.exact import polynomials
from workbench.verification.exact.polynomials import Poly, poly_letters, proportional
from workbench.verification.exact.univariate import rational_roots
from workbench.verification.lines.claims import ClaimSide, read_line
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.readings import rounds
from workbench.verification.lines.relations import (
    Difference,
    Roots,
    Solutions,
    StatedRelation,
    Statement,
    compare,
    cut,
    show,
    statements,
)
from workbench.verification.malrules import search
from workbench.verification.repairs import fixes
from workbench.verification.repairs.rewrites import named
from workbench.verification.symbolic.equations import leaves_out
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Unreadable

_NAME = "equivalence"
_EQUATIONS = 4
"""Equations of one line that are put right together."""
_QUANTITY = re.compile(r"[0-9]|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|twice|dozen)\b", re.I)


@dataclass(frozen=True)
class KnownStatement:
    """A statement made earlier, in the problem (line -1) or in a line."""

    statement: Statement
    line: int
    trusted: bool


@dataclass(frozen=True)
class Equivalence:
    """What a line states must follow from what stands before it."""

    name: str = _NAME

    def __call__(self, context: Context) -> Finding | None:
        """Incorrect for the first statement that fails, correct if any holds."""
        if context.is_answer:
            return None
        found = self._found(context)
        wrong = found is not None and found.judgement is Judgement.INCORRECT
        return None if wrong and supposes(context, context.line.text) else found

    def _found(self, context: Context) -> Finding | None:
        held = check_expression(context)
        if held is not None and held.judgement is Judgement.INCORRECT:
            return held
        known = list(_known(context))
        lost = _lost_letter(context, known)
        if lost is not None:
            return lost
        for statement in statements(context.line, context.carry):
            try:
                finding = _judge(context, statement, known)
            except Unreadable:
                finding = None
            if finding is not None and finding.judgement is Judgement.INCORRECT:
                return finding
            held = held or finding
            if not identity(statement):
                known.append(KnownStatement(statement, len(context.earlier), finding is not None))
        return held


def _known(context: Context) -> Sequence[KnownStatement]:
    """Everything stated before this line, identities left out."""
    found = [KnownStatement(s, -1, True) for s in context.reading.statements]
    carry = context.reading.expression
    for i, line in enumerate(context.earlier):
        if supposes(context, line.text):
            continue
        wrong = context.verdicts[i].judgement is Judgement.INCORRECT or context.verdicts[i].carried
        for statement in statements(line, carry):
            if not identity(statement):
                found.append(KnownStatement(statement, i, not wrong))
        carry = line.last if line.cut else line.last or carry
    return found


def _lost_letter(context: Context, known: Sequence[KnownStatement]) -> Finding | None:
    """A line that is true for every value, in place of an equation that is not yet solved."""
    if len(context.line.claims) != 1 or not known or known[-1].line != len(context.earlier) - 1:
        return None
    if context.is_story and context.line.prose:
        # A calculation told in words is no replacement of the equation.
        return None
    before = known[-1].statement
    if any(all(part.bare for _, part in k.statement.assignments) for k in known if k.statement.assignments):
        return None
    if not loses_letter(context.line.claims[0], before):
        return None
    (letter,) = before.letters
    text = f"Every {letter} fits this line, but not the line before."
    finding = incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)
    return named(finding, search.claim(before, context.line.claims[0]))


def _judge(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    checked = check_identity(context, statement)
    if checked is not None:
        return checked
    if not known or (context.reading.expression is not None and not context.reading.statements):
        return None
    letters = context.reading.letters or statement.letters
    return (_single if len(letters) == 1 else _system)(context, statement, known)


def _single(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """One letter: the solutions must be those of the line before."""
    after = statement.solutions
    relevant = [k for k in known if k.statement.letters == statement.letters and k.statement.solutions is not None]
    if after is None or not relevant or (statement.assignments and leaves_out(context, after.letter)):
        return None
    previous = relevant[-1]
    assert previous.statement.solutions is not None
    word_problem = not context.reading.statements
    story = word_problem and bool(_QUANTITY.search(context.problem.text))
    if story and is_rounded(previous.statement, statement):  # `x = 16.67` after `3x = 50`
        return correct(_NAME, "It is rounded to the digits shown.")
    if story and chooses(statement, [k.statement for k in relevant]):  # `n = 6` after `n >= 5.5`
        return None
    difference = compare(previous.statement.solutions, after)
    if difference is None:
        return _same(context, statement, previous, [k.statement for k in relevant[:-1]])
    reason = _why_still_right(context, statement, after, relevant)
    if reason is not None:
        return correct(_NAME, reason)
    # In a story `x = 7` may be a new fact, and a root may be left out: no side of a triangle is negative.
    if word_problem and (_new_fact(context, statement, previous) or difference.kind == EvidenceKind.ROOTS):
        return None
    return _not_equivalent(context, statement, previous.statement, difference)


def _why_still_right(
    context: Context, statement: Statement, after: Solutions, relevant: Sequence[KnownStatement]
) -> str | None:
    """Why a line may stand although it has other solutions than the line before; None where nothing speaks for it."""
    case = "It is one of the cases."
    for earlier in relevant[:-1]:
        if earlier.trusted and earlier.statement.solutions is not None:
            if compare(earlier.statement.solutions, after) is None:  # back to `2x = 6` after a mistake
                return "It has the same solutions as an earlier line."
            if _is_case(earlier.statement, statement):
                return case
    # `x = 2`, and `x = 3` two lines on, after `(x - 2)(x - 3) = 0`
    if any(k.trusted and _is_listed_root(context, k.statement, statement) for k in relevant):
        return case
    previous = relevant[-1]
    return case if previous.trusted and _is_case(previous.statement, statement) else None


def _same(context: Context, statement: Statement, previous: KnownStatement, earlier: Sequence[Statement]) -> Finding:
    """A line with the same solutions: right, unless its words claim something else."""
    before = previous.statement
    adjacent = previous.line == len(context.earlier) - 1
    pairs = (before.first, statement.first)
    wrong = mismatch(context.line, *pairs) if adjacent and previous.trusted else None
    if wrong is not None:
        evidence = tuple(Evidence(EvidenceKind.CLAIM, text) for text in (wrong.claimed, wrong.done))
        reason = f"{wrong.claimed} {wrong.done}"
        return Finding(Judgement.INCORRECT, Diagnosis.WRONG_RULE, _NAME, reason, evidence, wrong.repair)
    how, reason = how_right(before, statement, earlier), "It has the same solutions as the line before."
    found = correct(_NAME, reason, not previous.trusted, how)
    return replace(found, evidence=notes(context.line, before, statement))


def _new_fact(context: Context, statement: Statement, previous: KnownStatement) -> bool:
    """In a word problem an equation may be a new fact, unless it can only go on from the line before."""
    if previous.line < len(context.earlier) - 1:
        return True
    if not _QUANTITY.search(context.problem.text):
        return False
    if _other_numbers(statement, previous.statement):
        return True
    before = previous.statement.assignments
    if not before:
        return False
    worked_out = all(part.bare for _, part in before)
    return worked_out or not all(part.bare for _, part in statement.assignments)


def _other_numbers(statement: Statement, before: Statement) -> bool:
    """Whether a value is worked out from a number that the line before does not have."""
    if not statement.assignments or any(part.bare for _, part in statement.assignments):
        return False
    own = {t.text for _, part in statement.assignments for t in part.tokens if t.kind in kinds.NUMERIC}
    return not own <= set(before.words)


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


def _not_equivalent(context: Context, statement: Statement, before: Statement, difference: Difference) -> Finding:
    diagnosis = Diagnosis.NOT_EQUIVALENT
    text = difference.text
    exact = before.solutions
    assigned = statement.assignments
    if isinstance(exact, Roots) and len(exact.poly) == 2 and len(assigned) == 1:
        root = rational_roots(exact.poly)[0]
        if rounds(root, assigned[0][1]) or cut(root, assigned[0][1]):
            diagnosis, text = Diagnosis.ROUNDED, f"{exact.letter} is exactly {show(root)}; the line rounds it."
    finding = incorrect(_NAME, text, difference.kind, fixes.for_statement(context.line, statement, before), diagnosis)
    return named(finding, search.statement(before, statement)) if diagnosis is Diagnosis.NOT_EQUIVALENT else finding


def _system(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """Several letters: the equation must follow from the system, exactly."""
    row = statement.equation
    if row is None:
        return None
    same = [k for k in known if k.statement.equation is not None and proportional(row, k.statement.equation)]
    if same:
        return correct(_NAME, "It says the same as an earlier line.", not any(k.trusted for k in same))
    rows = [(k, r) for k in known if (r := k.statement.equation) is not None and polynomials.is_linear(r)]
    basis = polynomials.echelon([r for k, r in rows if k.line < 0])
    if not polynomials.is_linear(row) or not rows or basis is None:
        return None
    if polynomials.implied(row, basis):
        return correct(_NAME, "It follows from the equations.")
    if _follows_from_two(row, [r for _, r in rows]):
        return correct(_NAME, "It follows from the lines before.", carried=any(not k.trusted for k, _ in rows))
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
