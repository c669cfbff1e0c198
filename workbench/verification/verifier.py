"""The verifier: steps from text, each given to every checker, the findings made into one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.types import (
    Diagnosis,
    Judgement,
    Knowledge,
    Problem,
    Scope,
    StepVerdict,
    Verdict,
    content_id,
)
from workbench.verification.answers import answer_in, final_answer, grade
from workbench.verification.arithmetic import Arithmetic
from workbench.verification.claims import Line, read_line
from workbench.verification.equivalence import Equivalence
from workbench.verification.final import FinalAnswer
from workbench.verification.findings import Context, Finding, StepChecker, read_problem
from workbench.verification.lazy import lazy
from workbench.verification.malrules.naming import name_arithmetic
from workbench.verification.steps import split

VERSION = "1"
DEFAULT: tuple[StepChecker, ...] = (Arithmetic(), Equivalence(), FinalAnswer())
MAX_STEPS = 100


@dataclass(frozen=True)
class Verifier:
    """Judges every step of a solution; extended by giving it more checkers."""

    checkers: tuple[StepChecker, ...] = DEFAULT

    @lazy
    def version(self) -> str:
        """Content hash of the package's version and the checkers' names."""
        return content_id("verification", VERSION, [c.name for c in self.checkers])

    def verify(
        self, problem: Problem, solution: str | Sequence[str], knowledge: Knowledge = Knowledge.ANSWER
    ) -> Verdict:
        """The verdict on a solution, given as text or as a list of steps. Never raises on any text."""
        texts = [step.text for step in split(solution)]
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
                )
                verdicts.append(self.judge(context))
                lines.append(line)
            else:
                verdicts.append(_unknown(text, Diagnosis.UNDECIDED, "The solution has too many steps."))
        answer = final_answer("\n".join(texts[-MAX_STEPS:]))
        return Verdict(tuple(verdicts), answer, _grade_answer(problem, answer, knowledge), self.version, knowledge)

    def judge(self, context: Context) -> StepVerdict:
        """The verdict on one step: a disproof wins, then a proof, else it is unknown."""
        findings = [f for checker in self.checkers if (f := checker(context)) is not None]
        best = _best(findings)
        if best is not None:
            best = name_arithmetic(context, best)
            carried = best.carried or (best.judgement is Judgement.CORRECT and _uses_wrong(context, best))
            return StepVerdict(
                context.step,
                best.judgement,
                best.diagnosis,
                best.scope,
                best.confidence,
                best.reason,
                best.evidence,
                carried,
                best.checker,
                best.malrule,
                best.repair,
            )
        if context.line.unreadable:
            return _unknown(context.step, Diagnosis.UNREADABLE, "The line could not be read as mathematics.")
        return _unknown(context.step, Diagnosis.UNDECIDED, "Nothing in the line could be checked.")


def _best(findings: Sequence[Finding]) -> Finding | None:
    """An exact disproof, else the proof with the widest scope."""
    for finding in findings:
        if finding.judgement is Judgement.INCORRECT:
            return finding
    proofs = [f for f in findings if f.judgement is Judgement.CORRECT]
    return next((f for f in proofs if f.scope is Scope.MEANING), proofs[-1] if proofs else None)


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


def _unknown(text: str, diagnosis: Diagnosis, reason: str) -> StepVerdict:
    return StepVerdict(text, Judgement.UNKNOWN, diagnosis, reason=reason, confidence=0.0)


def _grade_answer(problem: Problem, answer: str | None, knowledge: Knowledge) -> Judgement | None:
    """The final answer against the known one; None in `free` mode or where none is known."""
    if knowledge is Knowledge.FREE or problem.answer is None:
        return None
    return grade(problem.answer, answer) if answer is not None else Judgement.INCORRECT


__all__ = ["DEFAULT", "VERSION", "Verifier"]
