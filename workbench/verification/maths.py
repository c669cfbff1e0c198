"""School mathematics as a domain: equations, expressions and stories in numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from workbench.types import Group, Judgement, Problem, Scope
from workbench.verification.answers import answer_in, final_answer, grade
from workbench.verification.checkers import second_reading
from workbench.verification.checkers.arithmetic import Arithmetic
from workbench.verification.checkers.definitions import Definitions
from workbench.verification.checkers.equivalence import Equivalence
from workbench.verification.checkers.final import Candidates, FinalAnswer, other_unit, says_answer
from workbench.verification.checkers.grounding import Grounding
from workbench.verification.domain import Domain, Lessons, StepContext, Verify
from workbench.verification.lines.calculations import numbers
from workbench.verification.lines.claims import Line, read_line
from workbench.verification.lines.findings import Context, Finding, StepChecker, read_problem
from workbench.verification.malrules.catalogue import ALSO_ABOUT, CATALOGUE, LESSONS, PATTERNS, SAME_LINE, STRATEGIES
from workbench.verification.reference import Reference
from workbench.verification.repairs.counterfactual import counterfactual_repair, explain
from workbench.verification.repairs.repair import adds_nothing
from workbench.verification.repairs.rewrites import hints, name_arithmetic
from workbench.verification.symbolic.checker import Symbolic
from workbench.verification.text import kinds
from workbench.verification.text.layout import bulleted
from workbench.verification.text.letters import is_name, spelled
from workbench.verification.text.steps import other_reading, split
from workbench.verification.text.tokens import tokenize

_OPERATION = re.compile(
    r"\b(?:(?P<divide>divid\w+(?: both sides| it| everything)? by)|(?P<times>(?:multipl\w+|times)(?: \w+){0,2} by)|"
    r"(?P<minus>subtract\w*|take(?: away)?)|(?P<plus>add))\s+(?P<n>-?\d+(?:\.\d+|/\d+)?)",
    re.IGNORECASE,
)
_SIGNS = {"divide": "/", "times": "*", "minus": "-", "plus": "+"}
_ANYWHERE = frozenset(map(Fraction, (2, 10, 100)))
"""Numbers that rules are made of: they need not stand in the problem."""
_SHOWN = 40
"""Characters of a piece of a line that was not read."""
_SCALES = frozenset({"10", "100", "1000"})
"""A rule may ask to divide by 100 where the solution wrote it otherwise."""


def contradicts(text: str, group: Group, verify: Verify) -> bool:
    """Return whether a number in a sentence is wrong, or known neither from the problem nor from a proof."""
    if not any(c.isdigit() for c in text):
        return False
    said, _, denied = text.partition(", not ")
    right, wrong = _known(group)
    if any(n not in right | _ANYWHERE for n in _numbers(said)):
        return True
    if any(n not in wrong or n in right for n in _numbers(denied) if denied):
        return True
    return _false_answer(said, group) or _false_claim(said, group, verify) or _foreign_operation(said, group)


def _numbers(text: str) -> set[int | Fraction]:
    return set(numbers(text, fractions=True))


def _right_lines(group: Group) -> Iterator[str]:
    """What is given or proved: the problem, its answer, steps judged correct before any error, repairs, values."""
    yield group.problem.text
    yield group.problem.answer or ""
    for member in group.members:
        verdict = member.verdict
        error = verdict.first_error
        for step in verdict.steps[:error]:
            if step.judgement is Judgement.CORRECT and (error is not None or verdict.answer_correct):
                yield step.text
        if error is not None:
            step = verdict.steps[error]
            yield step.repair or ""
            yield from (e.text.partition(", not ")[0] for e in step.evidence)


def _known(group: Group) -> tuple[set[int | Fraction], set[int | Fraction]]:
    """Numbers that are right for this problem, and numbers that stand only in a wrong line or after it."""
    right = set[int | Fraction]().union(*(_numbers(line) for line in _right_lines(group)))
    wrong: set[int | Fraction] = set()
    for member in group.members:
        error = member.verdict.first_error
        if error is not None:
            steps = member.verdict.steps[error:]
            wrong = wrong.union(*(_numbers(step.text) for step in steps))
            wrong = wrong.union(*(_numbers(e.text.partition(", not ")[2]) for e in steps[0].evidence))
    return right, wrong - right


def _false_answer(text: str, group: Group) -> bool:
    """Whether it states an answer that is not the known one."""
    stated = final_answer(text)
    known = group.problem.answer
    return stated is not None and known is not None and grade(known, stated) is Judgement.INCORRECT


def _false_claim(text: str, group: Group, verify: Verify) -> bool:
    """Whether the verifier proves a calculation or an equation in the sentence wrong."""
    claim = re.sub(r"\s+(?:is|gives|makes|equals)\s+(?=[-(]?[\da-z(])", " = ", text.rstrip(". "))
    if "=" not in claim:
        return False
    verdict = verify(group.problem, [claim])
    return any(step.judgement is Judgement.INCORRECT for step in verdict.steps)


def _foreign_operation(text: str, group: Group) -> bool:
    """Whether it asks for an operation with a number that no right line does."""
    lines = " ".join(_right_lines(group)).replace(" ", "").replace("(", "").replace(")", "")
    for match in _OPERATION.finditer(text):
        kind = next(name for name in _SIGNS if match[name])
        number, sign = match["n"], _SIGNS[kind]
        if number in _SCALES:
            continue
        shown = [rf"{re.escape(sign)}{re.escape(number)}(?![\d])"]
        if sign in "*+":
            shown.append(rf"(?<!\d){re.escape(number)}(?:{re.escape(sign)}|[a-z(])")
        if not any(re.search(pattern, lines) for pattern in shown):
            return True
    return False


CHECKERS: tuple[StepChecker, ...] = (
    Arithmetic(),
    Definitions(),
    Equivalence(),
    FinalAnswer(),
    Grounding(),
    Reference(),
    Candidates(),
)

CONFIDENCE = {
    "value": 1.0,
    "counterexample": 1.0,
    "roots": 1.0,
    "domain": 1.0,
    "answer": 1.0,
    "claim": 0.95,
    "unit": 0.9,
    "quantity": 0.95,
}
"""The most that evidence of a kind can be trusted: what is computed exactly is certain, what is aligned is not."""


def read(step: StepContext) -> Context:
    """Return a step with its line, and the problem's text, read as mathematics."""
    return Context(
        step.problem,
        step.solution,
        step.previous,
        step.verdicts,
        step.knowledge,
        read_problem(step.problem.text),
        read_line(step.step, step.step.startswith(("- ", "– ")) and bulleted(step.solution)),
        answer_in(step.step) is not None,
    )


_LEADS_MINUS = re.compile(
    r"(?:^|[:;]|\b(?:simplif\w+|calculate|compute|evaluate|expand|factor\w*|solve))\s*[$\\(\[]*\s?[-−–]",
    re.IGNORECASE,
)
"""A problem whose own formula begins with a minus."""


def read_again(context: Context) -> Context | None:
    """Return the step in its other reading, such as `3x + 5 = 20 (-5)` without the note of what is done next."""
    if context.is_answer:
        return None
    if context.step.startswith(("- ", "– ")) and bulleted(context.solution):
        # Where every line but the answer begins with a dash, none of them is a minus.
        every = all(step.startswith(("- ", "– ")) or answer_in(step) is not None for step in context.solution)
        return (
            None
            if every and not _LEADS_MINUS.search(context.problem.text)
            else replace(context, line=read_line(context.step))
        )
    other = other_reading(context.step)
    return replace(context, line=read_line(other)) if other is not None else None


def uses_wrong_result(context: Context, finding: Finding) -> bool:
    """Return whether a calculation uses the result of a step that was wrong, or that itself was carried."""
    if finding.scope is Scope.MEANING or finding.checker != "arithmetic":
        return False
    for line, verdict in zip(context.earlier, context.verdicts, strict=True):
        wrong = verdict.judgement is Judgement.INCORRECT or verdict.carried
        if wrong and line.claims and _result(line) & context.line.numbers:
            return True
    return False


def _result(line: Line) -> frozenset[str]:
    """The number tokens on the right of the last claim."""
    last = line.claims[-1].whole[-1]
    return frozenset(t.text for t in last.tokens if t.kind in kinds.NUMERIC)


def name_mistake(context: Context, finding: Finding) -> Finding:
    """Return a finding with its malrule named, and with the letters of several signs as the solution writes them."""
    found = name_arithmetic(context, finding)
    told = (found.reason, found.repair or "", *(e.text for e in found.evidence))
    text = "".join(told)
    if text.isascii() or not any(map(is_name, text)):
        return found
    spell = partial(_spelled, (context.step, *context.solution[: len(context.verdicts)], context.problem.text))
    evidence = tuple(replace(e, text=spell(e.text)) for e in found.evidence)
    repair = spell(found.repair) if found.repair is not None else None
    return replace(found, reason=spell(found.reason), evidence=evidence, repair=repair)


def _spelled(sources: Sequence[str], text: str) -> str:
    for source in sources:
        text = spelled(text, tokenize(source), source)
    return text


def unreadable(context: Context) -> str | None:
    """Return which pieces of a line could not be read, if any."""
    unread = context.line.unread
    shown = "`, `".join(" ".join(piece.split())[:_SHOWN] for piece in unread[:3])
    return f"Not read: `{shown}`." if unread else None


def misread(context: Context, finding: Finding) -> str | None:
    """Return why a line that is found wrong may be right: another reading of it, or the known answer itself."""
    if (why := second_reading.misread(context, finding)) is not None:
        return why
    certain = min([finding.confidence, *(CONFIDENCE.get(e.kind, 1.0) for e in finding.evidence)]) >= 1
    return "The line is the known answer, so the step stays undecided." if certain and says_answer(context) else None


def in_right_unit(problem: Problem, stated: str) -> bool:
    """Return whether an answer is not in a unit of another kind than the question asks for."""
    return other_unit(problem.text, stated) is None


def show(text: str) -> str:
    """Return a text as HTML with its formulas typeset."""
    # Imported here: judging needs no typesetting.
    from workbench.verification.display import typeset

    return typeset(text)


MATHS = Domain(
    name="maths",
    checkers=CHECKERS,
    last_resort=Symbolic(),
    split=split,
    read=read,
    answer=final_answer,
    grade=grade,
    can_answer=in_right_unit,
    confidence=CONFIDENCE,
    name_mistake=name_mistake,
    carries=uses_wrong_result,
    read_again=read_again,
    misread=misread,
    adds_nothing=adds_nothing,
    unreadable=unreadable,
    malrules=CATALOGUE,
    lessons=Lessons(
        mistakes={**LESSONS, **{name: (rule.rule,) for name, rule in CATALOGUE.items() if name not in LESSONS}},
        strategies=STRATEGIES,
        patterns=PATTERNS,
        same_line=SAME_LINE,
        also_about=ALSO_ABOUT,
    ),
    hints=hints,
    explain=explain,
    counterfactual_repair=counterfactual_repair,
    contradicts=contradicts,
    show=show,
)
