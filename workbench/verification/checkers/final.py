"""The checker of the answer line, and of lines that the known answer contradicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement, Knowledge, Scope
from workbench.verification.answers import Answer, answer_in, final_answer, grade, read_answer, stated_at
from workbench.verification.answers.same_value import form_matches, is_worked_out
from workbench.verification.answers.values import single_values, without_unit_letter
from workbench.verification.checkers.notes import supposes
from workbench.verification.exact import polynomials, univariate
from workbench.verification.exact.polynomials import evaluate, same
from workbench.verification.lines.claims import ClaimSide, Line, read_line
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.known import differs, poles
from workbench.verification.lines.relations import Statement, compare, show, statements
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number
from workbench.verification.text.tokens import or_none
from workbench.verification.units.asked import contradicts

_NAME = "answer"


@dataclass(frozen=True)
class FinalAnswer:
    """The answer line: right, a repeat, or neither. Elsewhere the known solution must fit.

    Where the known answer is not the stated one and no step before is wrong, the step that states it is.
    """

    name: str = _NAME

    def __call__(self, context: Context) -> Finding | None:
        """Correct at scope `meaning` only where the answer itself was checked."""
        if not context.is_answer:
            return _against_known(context) or _wrong_end(context)
        stated = answer_in(context.step)
        found = _check(context, stated, read_answer(stated)) if stated is not None else None
        return _wrong_end(context) if found is None or found.judgement is Judgement.UNKNOWN else found


_RIGHT = Finding(
    Judgement.CORRECT, Diagnosis.EXPECTED, _NAME, "This is the answer to the problem.", scope=Scope.MEANING
)


@or_none
def _check(context: Context, stated: str, read: Answer | None) -> Finding | None:
    known = _graded(context, stated)
    if other_unit(context.problem.text, stated) is not None:
        text = f"{stated} has another unit than the question asks for."
        return incorrect(_NAME, text, EvidenceKind.UNIT, diagnosis=Diagnosis.OFF_PATH)
    if known is Judgement.CORRECT:
        return _RIGHT
    repeats = read is not None and _repeats(context, read)
    equal = _equals_expression(context, read) if read is not None and not context.wrong_before else None
    if known is Judgement.INCORRECT:
        if repeats and _marked(context):
            return correct(_NAME, _REPEATS, True)
        return _no_answer(context, stated, _LIKELY if repeats and equal is not False else 1.0)
    if read is not None and (pole := _pole(context, read)) is not None:
        return incorrect(_NAME, f"{pole} makes a divisor zero.", EvidenceKind.DOMAIN, _repair(context, stated))
    solves = _solves(context, read) if read is not None else None
    if solves:
        return _RIGHT
    if equal is False:
        text = f"{stated} is not equal to the expression of the problem."
        return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)
    if repeats and not (solves is False and context.reading.conditions and not context.wrong_before):
        return correct(_NAME, _REPEATS, context.wrong_before)
    if equal:
        return correct(_NAME, "It is equal to the expression of the problem.")
    if solves is False:
        text = f"{stated} does not solve the problem and does not follow from the lines before."
        return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE, _repair(context, stated))
    return None


_REPEATS = "It repeats what the line before found."


def _graded(context: Context, stated: str) -> Judgement | None:
    """A stated answer against the known one, where that may be known."""
    gold = context.problem.answer
    return grade(gold, stated) if context.knowledge is not Knowledge.FREE and gold is not None else None


def _no_answer(context: Context, stated: str, confidence: float) -> Finding:
    """A matter of meaning, and only likely where the line repeats what was found before: the mistake lies there."""
    before = _last_text(context)
    text = f"{stated} is not the answer."
    if before and before != stated and not context.wrong_before:
        text = f"The lines before end with {before}, not {stated}, which is not the answer."
    found = incorrect(_NAME, text, EvidenceKind.ANSWER, _repair(context, stated), Diagnosis.OFF_PATH)
    return replace(found, scope=Scope.MEANING, confidence=confidence)


def _marked(context: Context) -> bool:
    """Whether a step before is wrong; one that only carries an error marks nothing."""
    return any(v.judgement is Judgement.INCORRECT for v in context.verdicts)


_LIKELY = 0.9
"""Of an answer told in a sentence, which may be cut in the wrong place."""


def _wrong_end(context: Context) -> Finding | None:
    """The step that states a wrong answer, where no step before is wrong: a wrong end never goes without a mark."""
    gold = context.problem.answer
    if context.knowledge is Knowledge.FREE or gold is None or _marked(context):
        return None
    found = _end(context.problem.text, gold, context.solution)
    if found is None or found[0] != len(context.earlier):
        return None
    text = f"The solution ends with {found[1]}, which is not the answer."
    return incorrect(_NAME, text, EvidenceKind.ANSWER, diagnosis=Diagnosis.OFF_PATH, confidence=_LIKELY)


@lru_cache(maxsize=256)
def _end(problem: str, gold: str, solution: tuple[str, ...]) -> tuple[int, str] | None:
    """Where a solution states its answer, if that is wrong."""
    found = stated_at(solution)
    if found is None or (grade(gold, found[1]) is not Judgement.INCORRECT and other_unit(problem, found[1]) is None):
        return None
    return found


def says_answer(context: Context) -> bool:
    """Return whether a line is nothing but the known answer.

    A known answer behind a calculation, in a box or at the end of a paragraph leaves what stands before it as it is.
    """
    if len(context.step) > _LONGEST_ANSWER or final_answer(context.step) is not None:
        return False
    claims = context.line.claims
    if any(len(claim.whole) > 1 and not any(side.lone_letter for side in claim.whole) for claim in claims):
        return False
    return "then" not in context.line.joins and _graded(context, context.step) is Judgement.CORRECT


_LONGEST_ANSWER = 120


@lru_cache(maxsize=1024)
def other_unit(problem: str, stated: str) -> str | None:
    """Return the unit of an answer, where the question asks for another kind of quantity."""
    read = read_answer(stated)
    return contradicts(problem, without_unit_letter(read).units) if read is not None else None


def _solves(context: Context, read: Answer) -> bool | None:
    """Whether an answer solves the problem's own equations or sum; None where the text does not decide."""
    reading = context.reading
    if reading.solves:
        return _solves_equations(context, read)
    target = reading.expression
    if target is None or target.letters or len(read.values) != 1 or read.statements:
        return None
    part = read.values[0]
    if part.letters or not is_worked_out(part.node) or part.percent:
        return None
    return True if part.value == target.value and not is_worked_out(target.node) else None


def _pole(context: Context, read: Answer) -> str | None:
    """A stated value for which a divisor of the problem's equation is zero."""
    reading = context.reading
    if not reading.solves or not reading.pure or len(reading.letters) != 1:
        return None
    (letter,) = reading.letters
    values = [part.known for s in read.statements if s.letters == {letter} for _, part in s.assignments]
    values += [part.known for part in read.values if not part.letters]
    for value in values:
        if value is not None and any(univariate.at(poles(s), value) == 0 for s in reading.statements):
            return f"{letter} = {show(value)}"
    return None


def _solves_equations(context: Context, read: Answer) -> bool | None:
    reading = context.reading
    if len(reading.letters) != 1:
        return _solves_system(context, read)
    wanted = reading.wanted
    found = read.statements[0] if len(read.statements) == 1 == len(reading.statements) else None
    if wanted is None or found is None or found.solutions is None or found.letters != reading.letters:
        return None
    condition = reading.condition(found.solutions.letter)
    given = reading.statements[0].solutions
    if condition is not None and condition.whole and condition.largest is None and given is not None:
        return _solved_form(found) and differs(reading, given, found.solutions) is None
    return _solved_form(found) and compare(wanted, found.solutions) is None


def _equals_expression(context: Context, read: Answer) -> bool | None:
    """Whether an answer with letters is equal to the expression to work on, written otherwise."""
    target, reading = context.reading.expression, context.reading
    if target is None or not target.letters or not reading.pure or reading.given or read.statements:
        return None
    if len(read.values) != 1 or read.values[0].letters - target.letters or not read.values[0].letters:
        return None
    equal = same(read.values[0].rational, target.rational)
    return None if equal and read.values[0].words == target.words else equal


def _solved_form(statement: Statement) -> bool:
    if statement.assignments:
        return all(is_worked_out(part.node) for _, part in statement.assignments)
    return statement.solved


def _solves_system(context: Context, read: Answer) -> bool | None:
    reading = context.reading
    rows = [s.equation for s in reading.statements if s.equation is not None]
    if len(rows) != len(reading.statements) or not all(polynomials.is_linear(r) for r in rows):
        return None
    basis = polynomials.echelon(rows)
    if basis is None or polynomials.solution(basis).keys() != reading.letters:
        return None
    values = single_values(read.statements)
    if values is None or values.keys() != reading.letters:
        return None
    return values == polynomials.solution(basis)


def _last_line(context: Context) -> Line | None:
    """The last earlier line that has a claim or an expression."""
    return next((line for line in reversed(context.earlier) if line.last is not None), None)


def _last_text(context: Context) -> str | None:
    line = _last_line(context)
    return line.text[line.last.start : line.last.end] if line is not None and line.last is not None else None


def _latest(context: Context) -> dict[str, Statement]:
    """The latest assignment of each letter."""
    said = (statement for line in context.earlier for statement in statements(line))
    return {letter: statement for statement in said for letter, _ in statement.assignments}


def _repeats(context: Context, read: Answer) -> bool:
    """Whether the answer says again what the lines before ended with."""
    line = _last_line(context)
    if read.statements:
        latest = _latest(context)
        if all(_said(s, latest) for s in read.statements):
            return True
        return line is not None and _same_as_line(read, line)
    part = line.last if line is not None else None
    return len(read.values) == 1 and part is not None and _same_part(read.values[0], part)


def _said(statement: Statement, latest: dict[str, Statement]) -> bool:
    """Whether the latest word on a letter is this one."""
    found = [latest.get(letter) for letter, _ in statement.assignments]
    if not found or found[0] is None or statement.solutions is None or found[0].solutions is None:
        return False
    return compare(found[0].solutions, statement.solutions) is None


def _same_as_line(read: Answer, line: Line) -> bool:
    last = statements(line)
    if last and len(read.statements) == 1:
        a, b = last[-1].solutions, read.statements[0].solutions
        return a is not None and b is not None and compare(a, b) is None and _solved_form(read.statements[0])
    assigned = read.statements[0].assignments
    return len(assigned) == 1 and line.last is not None and _same_part(assigned[0][1], line.last)


def _same_part(stated: ClaimSide, part: ClaimSide) -> bool:
    if stated.letters or part.letters:
        return same(stated.rational, part.rational) and form_matches(part.node, stated.node)
    return stated.value == part.value and (is_worked_out(stated.node) or not is_worked_out(part.node))


def _repair(context: Context, stated: str) -> str | None:
    """The answer line with what the last line found."""
    line = _last_line(context)
    found = _last_text(context)
    if line is None or found is None or not context.step.rstrip(". ").endswith(stated):
        return None
    said = statements(line)
    if said and said[-1].assignments and "=" in stated:
        read = read_answer(stated)
        letters = frozenset().union(*(s.letters for s in read.statements)) if read is not None else frozenset()
        if letters <= said[-1].letters:
            found = " or ".join(_shown(said[-1]))
        else:
            found = ", ".join(text for s in dict.fromkeys(_latest(context).values()) for text in _shown(s))
    at = context.step.rindex(stated)
    return context.step[:at] + found + context.step[at + len(stated) :]


def _shown(statement: Statement) -> list[str]:
    return [f"{letter} = {show(part.value)}" for letter, part in statement.assignments]


def _against_known(context: Context) -> Finding | None:
    """An equation in the problem's letters that the known solution does not satisfy is wrong."""
    gold = context.problem.answer
    if context.knowledge is Knowledge.FREE or gold is None or not context.reading.solves:
        return None
    if supposes(context, context.line.text):
        return None
    at = _known_values(gold, context.reading.letters)
    if at is None:
        return None
    for statement in statements(context.line, context.carry):
        row = statement.equation
        if row is None or not statement.letters <= at.keys() or context.wrong_before:
            continue
        if evaluate(row, at) != 0:
            values = ", ".join(f"{k} = {show(v)}" for k, v in at.items())
            text = f"The line is not true for {values}."
            return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)
    return None


@or_none
def _known_values(gold: str, letters: frozenset[str]) -> dict[str, Number] | None:
    """The single value of each letter in the known answer; None where it has several."""
    read = read_answer(gold)
    if read is None:
        return None
    if len(letters) == 1 and len(read.values) == 1 and not read.values[0].letters:
        return {next(iter(letters)): read.values[0].value}
    return single_values(read.statements) or None


# Answer mode for word problems: which steps lead to a final value that is wrong.


NAME = "candidates"
_CONFIDENCE = 0.2
"""A wrong solution has about five steps that lead to its end."""


@dataclass(frozen=True)
class Candidates:
    """The steps of a wrong solution from whose values its answer was computed."""

    name: str = NAME

    def __call__(self, context: Context) -> Finding | None:
        """Never a judgement: evidence of kind `answer` for the steps among which the mistake is."""
        gold = context.problem.answer
        if context.knowledge is Knowledge.FREE or gold is None or context.is_answer or not context.is_story:
            return None
        stated = answer_in(context.solution[-1]) if context.solution else None
        if stated is None or grade(gold, stated) is not Judgement.INCORRECT:
            return None
        if len(context.earlier) not in leading_to(context.solution, stated):
            return None
        text = f"The solution ends with {stated}, which is not the answer, and this step leads there."
        evidence = (Evidence(EvidenceKind.ANSWER, text),)
        return Finding(Judgement.UNKNOWN, Diagnosis.UNDECIDED, NAME, text, evidence, confidence=_CONFIDENCE)


@lru_cache(maxsize=256)
def leading_to(solution: tuple[str, ...], final: str) -> frozenset[int]:
    """Return the steps whose results go into the final value, read backwards."""
    needed = set(read_line(final).numbers)
    found: set[int] = set()
    for at in range(len(solution) - 2, -1, -1):
        line = read_line(solution[at])
        results = _results(line)
        if results & needed:
            found.add(at)
            needed |= line.numbers - results
    return frozenset(found)


def _results(line: Line) -> set[str]:
    """The numbers, as written, that the line's claims end with."""
    return {t.text for claim in line.claims for t in claim.whole[-1].tokens if t.kind in kinds.NUMERIC}
