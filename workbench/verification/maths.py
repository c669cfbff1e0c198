"""School mathematics as a domain: equations, expressions and stories in numbers."""

from __future__ import annotations

from dataclasses import replace

from workbench.types import Judgement, Problem, Scope
from workbench.verification.answers import answer_in, final_answer, grade
from workbench.verification.checkers.arithmetic import Arithmetic
from workbench.verification.checkers.equivalence import Equivalence
from workbench.verification.checkers.final import Candidates, FinalAnswer, other_unit
from workbench.verification.checkers.grounding import Grounding
from workbench.verification.contradictions import contradicts
from workbench.verification.domain import Domain, Lessons, StepContext
from workbench.verification.lines.claims import Line, read_line
from workbench.verification.lines.findings import Context, Finding, StepChecker, read_problem
from workbench.verification.malrules.catalogue import CATALOGUE, LESSONS
from workbench.verification.malrules.lessons import ALSO_ABOUT, PATTERNS, SAME_LINE, STRATEGIES
from workbench.verification.reference import Reference
from workbench.verification.repairs.counterfactual import counterfactual_repair, explain
from workbench.verification.repairs.repair import adds_nothing
from workbench.verification.repairs.rewrites import hints, name_arithmetic
from workbench.verification.symbolic.checker import Symbolic
from workbench.verification.text import kinds
from workbench.verification.text.steps import split, without_margin

CHECKERS: tuple[StepChecker, ...] = (
    Arithmetic(),
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
    "quantity": 0.8,
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
        read_line(step.step),
        answer_in(step.step) is not None,
    )


def without_note(context: Context) -> Context | None:
    """Return the step without its note in the margin: `3x + 5 = 20 (-5)` says what is done next."""
    bare = without_margin(context.step) if context.reading.solves and not context.is_answer else None
    return replace(context, line=read_line(bare)) if bare is not None else None


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


def unreadable(context: Context) -> str | None:
    """Return that a line could not be read, if so."""
    return "The line could not be read as mathematics." if context.line.unreadable else None


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
    name_mistake=name_arithmetic,
    carries=uses_wrong_result,
    read_again=without_note,
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
