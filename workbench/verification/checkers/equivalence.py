"""The checker of line to line: equations, inequalities, systems and expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement
from workbench.verification.answers.text import working_and_answer
from workbench.verification.checkers.cases import drops_by_remark, is_begun, is_condition, why_still_right
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
from workbench.verification.checkers.one_root import names_root
from workbench.verification.checkers.systems import check_system, follows_from_lines, is_true
from workbench.verification.checkers.vacuous import really_same, shows_none
from workbench.verification.exact import univariate as uni
from workbench.verification.exact.univariate import rational_roots
from workbench.verification.lines.claims import read_line
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.known import (
    KnownStatement,
    differs,
    goes_on,
    is_bound,
    only_gains_poles,
    only_poles,
    poles,
    put_in,
)
from workbench.verification.lines.readings import rounds
from workbench.verification.lines.relations import (
    Difference,
    Interval,
    Roots,
    Statement,
    compare,
    cut,
    show,
)
from workbench.verification.lines.roles import (
    Role,
    concludes,
    follows,
    rejects,
    role,
    understood,
)
from workbench.verification.malrules import search
from workbench.verification.repairs import fixes
from workbench.verification.repairs.rewrites import named
from workbench.verification.symbolic.equations import leaves_out
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Unreadable

_NAME = "equivalence"
_TOLD = 0.9
"""In a problem told in words even neighbouring lines may bring a new fact."""
_WORDY = 0.85
"""A line with words that are not known to leave a formula as it is."""
_QUANTITY = re.compile(r"[0-9]|\b(?:two|three|four|five|six|seven|eight|nine|ten|half|twice|dozen)\b", re.I)


@dataclass(frozen=True)
class Equivalence:
    """What a line states must follow from what stands before it."""

    name: str = _NAME

    def __call__(self, context: Context) -> Finding | None:
        """Incorrect for the first statement that fails, correct if any holds."""
        if context.is_answer:
            return self._before_answer(context)
        found = self._found(context)
        if found is None or found.judgement is not Judgement.INCORRECT:
            return found
        if supposes(context, context.line.text):
            return None
        # A repair is made in the text that was read, and that is not the line's own where it was written out.
        return found if context.stating is context.line else replace(found, repair=None)

    def _before_answer(self, context: Context) -> Finding | None:
        """Judge the working of a step that ends with the answer, where lines or sentences part the two."""
        working, answer = working_and_answer(context.step)
        if not working:
            return None
        found = self(replace(context, line=read_line(working), is_answer=False))
        if found is None or found.judgement is not Judgement.INCORRECT:
            return None
        return replace(found, repair=found.repair + answer if found.repair is not None else None)

    def _found(self, context: Context) -> Finding | None:
        held = check_expression(context)
        if held is not None and held.judgement is Judgement.INCORRECT:
            return held
        thread = context.thread
        known = list(thread.known)
        for claim in context.line.claims:
            sides = claim.whole
            if len(sides) == 2 == len(claim.parts) and not claim.letters and shows_none(context, *sides):
                return correct(_NAME, "It shows that the line before has no solution.")
        lost = _lost_letter(context, known)
        if lost is not None:
            return lost
        for stated in context.stated:
            statement = put_in(stated, thread.definitions)
            try:
                finding = _judge(context, statement, known)
            except Unreadable:
                finding = None
            if finding is not None and finding.judgement is Judgement.INCORRECT:
                return finding
            held = held or finding
            if not identity(statement):
                main = role(context.stating, statement) is Role.NEXT and (
                    finding is not None or goes_on(context.reading, known, statement)
                )
                main = main or (finding is not None and _is_again(known, statement))
                known.append(KnownStatement(statement, len(context.earlier), finding is not None, main))
        return held


def _is_again(known: Sequence[KnownStatement], statement: Statement) -> bool:
    """Whether a statement repeats an earlier one, in other words or not: `3r = 48 dividing by 3 gives r = 16`."""
    before = next((k.statement for k in reversed(known) if k.main), None)
    return before is not None and before.equation is not None and before.equation == statement.equation


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
    if not context.reading.pure:
        return None
    if not loses_letter(context.line.claims[0], before):
        return None
    (letter,) = before.letters
    text = f"Every {letter} fits this line, but not the line before."
    finding = incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)
    return named(finding, search.claim(before, context.line.claims[0]))


def _judge(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    reading = context.reading
    if reading.given and statement.letters <= reading.given.keys():
        return _at_given(context, statement, reading.given)
    checked = check_identity(context, statement, known)
    if checked is not None:
        return checked
    beside = reading.expression is not None and not reading.statements
    if not known or (beside and reading.pure):
        return None
    letters = reading.letters or statement.letters
    found = (_single if len(letters) == 1 else check_system)(context, statement, known)
    if found is None and not reading.pure:
        found = follows_from_lines(context, statement, known)
    # Beside an expression to work on an equation may be about anything.
    return None if beside and found is not None and found.judgement is Judgement.INCORRECT else found


def _at_given(context: Context, statement: Statement, values: Mapping[str, Number]) -> Finding | None:
    """Where the problem gives the letters' values, what a line states must be true of them."""
    true = is_true(statement, values)
    if true is None:
        return None
    shown = ", ".join(f"{letter} = {show(values[letter])}" for letter in sorted(statement.letters))
    if true:
        return correct(_NAME, f"It is true for {shown}.")
    if not context.reading.pure or not _may_fail(context, statement):
        return None
    return incorrect(_NAME, f"The line is not true for {shown}.", EvidenceKind.COUNTEREXAMPLE)


def _may_fail(context: Context, statement: Statement) -> bool:
    """Whether a statement can be wrong at all: it is not supposed, and not said of one case or one root."""
    if role(context.stating, statement) is not Role.NEXT:
        return False
    thread = context.thread
    if not thread.in_case or concludes(context.stating, statement):
        return True
    ends = len(context.solution) == len(context.earlier) + 1
    return thread.closed and ends and statement.solved and understood(context.stating, statement)


def _single(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """One letter: the solutions must be those of the line before."""
    after = statement.solutions
    relevant = [k for k in known if k.statement.letters == statement.letters and k.statement.solutions is not None]
    if after is None or not relevant or (statement.assignments and leaves_out(context, after.letter)):
        return None
    before = next((k for k in reversed(relevant) if k.main), relevant[0])
    assert before.statement.solutions is not None
    reading = context.reading
    story = not reading.pure and bool(_QUANTITY.search(context.problem.text))
    if story and is_rounded(before.statement, statement):  # `x = 16.67` after `3x = 50`
        return correct(_NAME, "It is rounded to the digits shown.")
    if story and chooses(statement, [k.statement for k in relevant]):  # `n = 6` after `n >= 5.5`
        return None
    difference = differs(reading, before.statement.solutions, after, statement.solved)
    if difference is None:
        return _same(context, statement, before, relevant)
    reason = why_still_right(context, statement, after, relevant, before)
    if reason is not None:
        return correct(_NAME, reason)
    if role(context.stating, statement) is Role.ONE_ROOT:
        return names_root(context, statement, before)
    if not _may_fail(context, statement) or not _comparable(before.statement, statement):
        return None
    if only_gains_poles(relevant, before.statement.solutions, after) and (
        _is_rejected(context)
        or (len(context.solution) > len(context.earlier) + 1 and not only_poles(relevant, after))
    ):
        return None  # `x = 2, but then the denominator is zero`; of `x = 3 or x = -3` one may yet be left out
    last = relevant[-1]
    in_part = not last.main and last.line == len(context.earlier) and is_bound(last.statement) == is_bound(statement)
    if in_part or is_begun(relevant, after):
        return None  # work on a case or a part
    if "|" in context.problem.text and is_condition(before.statement, after, True):
        return None  # `x < 4` after |2x - 3| < 5: the other condition may come next
    if drops_by_remark(context.stating, statement, before.statement):
        return None  # `x = 5 (since x > 0)`
    beyond = (statement.equation is None or is_bound(before.statement)) and leaves_out(context, after.letter)
    if beyond and "|" not in context.problem.text:
        return None  # a domain before the equation
    if reading.pure:
        return _not_equivalent(context, statement, before.statement, difference)
    return _in_words(context, statement, before, difference)


def _comparable(before: Statement, after: Statement) -> bool:
    """Whether a line may take the place of another: a bound beside an equation, or an end of an interval, may not."""
    if is_bound(after) == is_bound(before):
        return True
    solutions = before.solutions
    return isinstance(solutions, Interval) or (isinstance(solutions, Roots) and len(solutions.poly) == 2)


def _in_words(
    context: Context, statement: Statement, before: KnownStatement, difference: Difference
) -> Finding | None:
    """In a problem told in words a line may be a new fact, and a root may be left out for what it means.

    A difference is a mistake only between neighbours that rewrite each other: where a malrule makes the line, or
    the line itself says that it follows.
    """
    if before.line < len(context.earlier) - 1:
        return None
    if difference.kind == EvidenceKind.ROOTS and not (_is_zero(before.statement) and _is_zero(statement)):
        return None
    if _new_fact(context, statement, before) or not understood(context.stating, statement):
        return None
    finding = _not_equivalent(context, statement, before.statement, difference)
    rounded = finding.diagnosis is Diagnosis.ROUNDED
    if finding.malrule is None and not rounded and not follows(context.stating, statement):
        return None
    return replace(finding, confidence=_TOLD)


def _is_zero(statement: Statement) -> bool:
    """`x^2 - 5x + 6 = 0` and `(x - 2)(x - 3) = 0`: rewritten, not solved."""
    pair = statement.only
    if pair is None or pair.relation != "=" or statement.assignments:
        return False
    zero = any(side.bare and not side.letters and side.value == 0 for side in (pair.left, pair.right))
    solutions = statement.solutions
    return zero and isinstance(solutions, Roots) and len(solutions.poly) > 2


def _same(
    context: Context, statement: Statement, previous: KnownStatement, relevant: Sequence[KnownStatement]
) -> Finding | None:
    """A line with the same solutions: right, unless its words claim something else, or it keeps what is forbidden."""
    before = previous.statement
    real = really_same(before, statement) if previous.trusted else True
    if isinstance(real, Difference):
        fails = context.reading.pure and _may_fail(context, statement)
        return incorrect(_NAME, real.text, real.kind) if fails else None
    forbidden = _forbidden(context, statement, relevant)
    if isinstance(forbidden, Finding):
        return forbidden
    if forbidden or not real:
        return None
    adjacent = previous.line == len(context.earlier) - 1
    pairs = (before.first, statement.first)
    wrong = mismatch(context.line, *pairs) if adjacent and previous.trusted else None
    if wrong is not None:
        evidence = tuple(Evidence(EvidenceKind.CLAIM, text) for text in (wrong.claimed, wrong.done))
        reason = f"{wrong.claimed} {wrong.done}"
        return Finding(Judgement.INCORRECT, Diagnosis.WRONG_RULE, _NAME, reason, evidence, wrong.repair)
    earlier = [k.statement for k in relevant if k is not previous]
    how, reason = how_right(before, statement, earlier), "It has the same solutions as the line before."
    found = correct(_NAME, reason, not previous.trusted, how)
    return replace(found, evidence=notes(context.line, before, statement))


def _is_rejected(context: Context) -> bool:
    """Whether this line or a later one throws a value out."""
    return any(rejects(text) for text in context.solution[len(context.earlier) :])


def _forbidden(context: Context, statement: Statement, relevant: Sequence[KnownStatement]) -> Finding | bool:
    """Whether the last line gives values that the problem rules out; a finding where a divisor would be zero."""
    values = [part.known for _, part in statement.assignments]
    if not values or None in values or not context.reading.pure:
        return False
    (letter,) = statement.letters
    rest = context.solution[len(context.earlier) + 1 :]
    if _is_rejected(context):
        return False
    for old in relevant:
        zero = next((v for v in values if v is not None and uni.at(poles(old.statement), v) == 0), None)
        if old.trusted and zero is not None:
            if any(v is not None and uni.at(poles(old.statement), v) != 0 for v in values):
                return True  # `x = 3 or x = -3` after clearing x - 3: the answer may yet leave one out
            text = f"{letter} = {show(zero)} makes a divisor zero."
            return incorrect(_NAME, text, EvidenceKind.DOMAIN) if _may_fail(context, statement) else True
    condition = context.reading.condition(letter)
    if condition is None or rest:
        return False
    allowed = Statement(statement.alternatives, condition).solutions
    own = statement.solutions
    return allowed is not None and own is not None and compare(allowed, own) is not None


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


def _not_equivalent(context: Context, statement: Statement, before: Statement, difference: Difference) -> Finding:
    diagnosis = Diagnosis.NOT_EQUIVALENT
    text = difference.text
    condition = context.reading.condition(next(iter(statement.letters)))
    before = before if condition is None else Statement(before.alternatives, condition)
    exact = before.solutions
    assigned = statement.assignments
    if isinstance(exact, Roots) and len(exact.poly) == 2 and len(assigned) == 1:
        root = rational_roots(exact.poly)[0]
        if rounds(root, assigned[0][1]) or cut(root, assigned[0][1]):
            diagnosis, text = Diagnosis.ROUNDED, f"{exact.letter} is exactly {show(root)}; the line rounds it."
    finding = incorrect(_NAME, text, difference.kind, fixes.for_statement(context.line, statement, before), diagnosis)
    if not understood(context.stating, statement):
        finding = replace(finding, confidence=_WORDY)
    # Under a condition a root is lost or kept for another reason than any malrule names.
    names = diagnosis is Diagnosis.NOT_EQUIVALENT and condition is None
    return named(finding, search.statement(before, statement)) if names else finding
