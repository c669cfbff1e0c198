"""The verifier: steps from text, each given to every checker, the findings made into one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.types import (
    Diagnosis,
    Evidence,
    Judgement,
    Knowledge,
    Problem,
    Scope,
    StepVerdict,
    Verdict,
    content_id,
)
from workbench.verification.answers import answer_in, final_answer, grade
from workbench.verification.checkers.arithmetic import Arithmetic
from workbench.verification.checkers.equivalence import Equivalence
from workbench.verification.checkers.final import Candidates, FinalAnswer, other_unit
from workbench.verification.checkers.grounding import Grounding
from workbench.verification.lazy import lazy
from workbench.verification.lines.claims import Line, read_line
from workbench.verification.lines.findings import Context, Finding, StepChecker, read_problem
from workbench.verification.reference import Reference
from workbench.verification.repairs.repair import says_nothing
from workbench.verification.repairs.rewrites import name_arithmetic
from workbench.verification.symbolic.checker import Symbolic
from workbench.verification.text.steps import split, without_margin

VERSION = "4"
DEFAULT: tuple[StepChecker, ...] = (
    Arithmetic(),
    Equivalence(),
    FinalAnswer(),
    Grounding(),
    Reference(),
    Candidates(),
)
LAST_RESORT = Symbolic()
MAX_STEPS = 100

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


@dataclass(frozen=True)
class Verifier:
    """Judges every step of a solution; extended by giving it more checkers."""

    checkers: tuple[StepChecker, ...] = DEFAULT
    last_resort: StepChecker | None = LAST_RESORT
    """Asked only where none of the checkers decides."""

    @lazy
    def version(self) -> str:
        """Content hash of the package's version and the checkers' names."""
        names = [c.name for c in self.checkers] + ([self.last_resort.name] if self.last_resort else [])
        return content_id("verification", VERSION, names)

    def verify(
        self, problem: Problem, solution: str | Sequence[str], knowledge: Knowledge = Knowledge.ANSWER
    ) -> Verdict:
        """The verdict on a solution, given as text or as a list of steps. Never raises on any text."""
        texts = tuple(step.text for step in split(solution))
        reading = read_problem(problem.text)
        lines: list[Line] = []
        verdicts: list[StepVerdict] = []
        for text in texts:
            if len(lines) < MAX_STEPS:
                line = read_line(text)
                context = Context(
                    problem,
                    reading,
                    text,
                    line,
                    tuple(lines),
                    tuple(verdicts),
                    knowledge,
                    answer_in(text) is not None,
                    texts,
                )
                read, verdict = self._read(context)
                verdicts.append(verdict)
                lines.append(read)
            else:
                verdicts.append(_unknown(text, Diagnosis.UNDECIDED, "The solution has too many steps."))
        answer = final_answer("\n".join(texts[-MAX_STEPS:]))
        return Verdict(tuple(verdicts), answer, _grade_answer(problem, answer, knowledge), self.version, knowledge)

    def _read(self, context: Context) -> tuple[Line, StepVerdict]:
        """A step as read, with its verdict: a note in the margin is left out where the step is right without."""
        verdict = self.judge(context)
        bare = without_margin(context.step) if context.reading.solves and not context.is_answer else None
        if bare is None or verdict.judgement is not Judgement.INCORRECT:
            return context.line, verdict
        line = read_line(bare)
        again = self.judge(replace(context, line=line))
        return (line, again) if again.judgement is Judgement.CORRECT else (context.line, verdict)

    def judge(self, context: Context) -> StepVerdict:
        """The verdict on one step, with a repair only where the repaired step is not wrong again."""
        verdict = self._judge(context)
        if verdict.repair is None or self._stands(context, verdict.repair):
            return verdict
        return replace(verdict, repair=None)

    def _stands(self, context: Context, repair: str) -> bool:
        """Whether a repair says something new and is not itself wrong in its place: learners are trained on it."""
        before = context.earlier[-1].text if context.earlier else None
        if says_nothing(repair, before):
            return False
        at = len(context.earlier)
        solution = (*context.solution[:at], repair, *context.solution[at + 1 :])
        line, is_answer = read_line(repair), answer_in(repair) is not None
        mended = replace(context, step=repair, line=line, is_answer=is_answer, solution=solution)
        return self._judge(mended).judgement is not Judgement.INCORRECT

    def _judge(self, context: Context) -> StepVerdict:
        """What the checkers find: here alone evidence becomes judgement, scope, diagnosis and confidence."""
        findings = [f for checker in self.checkers if (f := checker(context)) is not None]
        if self.last_resort is not None and all(f.judgement is Judgement.UNKNOWN for f in findings):
            last = self.last_resort(context)
            findings += [last] if last is not None else []
        best = _best(findings)
        doubts = [f for f in findings if f.judgement is Judgement.UNKNOWN]
        beside = tuple(e for f in doubts for e in f.evidence)
        if best is not None:
            best = name_arithmetic(context, best)
            carried = best.carried or (best.judgement is Judgement.CORRECT and _uses_wrong(context, best))
            return StepVerdict(
                context.step,
                best.judgement,
                best.diagnosis,
                best.scope,
                _confidence(best),
                best.reason,
                best.evidence + beside if best.scope is Scope.COMPUTATION else best.evidence,
                carried,
                best.checker,
                best.malrule,
                best.repair,
            )
        if doubts:
            first = doubts[0]
            return _unknown(context.step, first.diagnosis, first.reason, beside, first.confidence, first.checker)
        if context.line.unreadable:
            return _unknown(context.step, Diagnosis.UNREADABLE, "The line could not be read as mathematics.")
        return _unknown(context.step, Diagnosis.UNDECIDED, "Nothing in the line could be checked.")


def _best(findings: Sequence[Finding]) -> Finding | None:
    """What is certain before what is likely, a disproof before a proof, the wider scope before the narrower.

    So knowing more never changes a disproof by exact arithmetic or a counterexample, nor a proof at scope `meaning`,
    while a likely disproof from a worked solution does replace a proof that only the computation is right.
    """
    decided = [f for f in findings if f.judgement is not Judgement.UNKNOWN]
    return max(decided, key=_rank, default=None)


def _rank(finding: Finding) -> int:
    certain = _confidence(finding) >= 1
    if finding.judgement is Judgement.INCORRECT:
        return 4 if certain else 2
    if finding.scope is Scope.MEANING:
        return 3 if certain else 1
    return 0


def _confidence(finding: Finding) -> float:
    """A finding's own confidence, at most what its kinds of evidence bear."""
    return min([finding.confidence, *(CONFIDENCE.get(e.kind, 1.0) for e in finding.evidence)])


def _uses_wrong(context: Context, finding: Finding) -> bool:
    """Whether a calculation uses the result of a step that was wrong, or that itself was carried."""
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
    return frozenset(t.text for t in last.tokens if t.kind in ("num", "mixed"))


def _unknown(
    text: str,
    diagnosis: Diagnosis,
    reason: str,
    evidence: tuple[Evidence, ...] = (),
    confidence: float = 0.0,
    checker: str = "",
) -> StepVerdict:
    return StepVerdict(
        text,
        Judgement.UNKNOWN,
        diagnosis,
        reason=reason,
        evidence=evidence,
        confidence=confidence,
        checker=checker,
    )


def _grade_answer(problem: Problem, answer: str | None, knowledge: Knowledge) -> Judgement | None:
    """The final answer against the known one; None in `free` mode or where none is known."""
    if knowledge is Knowledge.FREE or problem.answer is None:
        return None
    if answer is None or other_unit(problem.text, answer) is not None:
        return Judgement.INCORRECT
    return grade(problem.answer, answer)


__all__ = ["DEFAULT", "VERSION", "Verifier"]
