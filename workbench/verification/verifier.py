"""The verifier: steps from text, each given to every checker, the findings made into one verdict.

It knows no subject: how text is split, read, graded and repaired is the domain's.
"""

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
from workbench.verification.domain import Domain, Finding, StepChecker, StepContext, lazy
from workbench.verification.maths import MATHS

VERSION = "5"
DEFAULT = MATHS.checkers
MAX_STEPS = 100


@dataclass(frozen=True, init=False)
class Verifier:
    """Judge every step of a solution. It is extended by more checkers, or by another domain."""

    domain: Domain

    def __init__(self, domain: Domain = MATHS, checkers: tuple[StepChecker, ...] | None = None) -> None:
        """Take a domain, and its own checkers where none are given."""
        made = domain if checkers is None else replace(domain, checkers=checkers)
        object.__setattr__(self, "domain", made)

    @lazy
    def version(self) -> str:
        """Content hash of the package's version, the checkers' names, and the domain's where it is not maths."""
        other = () if self.domain.name == MATHS.name else (self.domain.name,)
        return content_id("verification", VERSION, self.domain.asked, *other)

    def for_domain(self, domain: Domain) -> Verifier:
        """Return this verifier if it is of that domain, else the domain's own."""
        return self if domain.name == self.domain.name else Verifier(domain)

    def verify(
        self, problem: Problem, solution: str | Sequence[str], knowledge: Knowledge = Knowledge.ANSWER
    ) -> Verdict:
        """Return the verdict on a solution, given as text or as a list of steps. Never raises on any text."""
        texts = tuple(step.text for step in self.domain.split(solution))
        read: list[StepContext] = []
        verdicts: list[StepVerdict] = []
        for _ in texts[:MAX_STEPS]:
            context = self.domain.read(StepContext(problem, texts, tuple(read), tuple(verdicts), knowledge))
            context, verdict = self._read(context)
            read.append(context)
            verdicts.append(verdict)
        for text in texts[MAX_STEPS:]:
            verdicts.append(_unknown(text, Diagnosis.UNDECIDED, "The solution has too many steps."))
        answer = self.domain.answer("\n".join(texts[-MAX_STEPS:]))
        return Verdict(tuple(verdicts), answer, self._grade(problem, answer, knowledge), self.version, knowledge)

    def _read(self, context: StepContext) -> tuple[StepContext, StepVerdict]:
        """Return a step as read, with its verdict: by its other reading where only that one is right."""
        verdict = self.judge(context)
        other = self.domain.read_again(context) if verdict.judgement is Judgement.INCORRECT else None
        if other is None:
            return context, verdict
        again = self.judge(other)
        return (other, again) if again.judgement is Judgement.CORRECT else (context, verdict)

    def judge(self, context: StepContext) -> StepVerdict:
        """Return the verdict on one step, with a repair only where the repaired step is not wrong again."""
        verdict = self._judge(context)
        if verdict.repair is None or self._stands(context, verdict.repair):
            return verdict
        return replace(verdict, repair=None)

    def _stands(self, context: StepContext, repair: str) -> bool:
        """Return whether a repair says something new and is not itself wrong: learners are trained on it."""
        at = len(context.verdicts)
        if self.domain.adds_nothing(repair, context.solution[at - 1] if at else None):
            return False
        solution = (*context.solution[:at], repair, *context.solution[at + 1 :])
        repaired = StepContext(context.problem, solution, context.previous, context.verdicts, context.knowledge)
        return self._judge(self.domain.read(repaired)).judgement is not Judgement.INCORRECT

    def _judge(self, context: StepContext) -> StepVerdict:
        """Return what the checkers find, as one verdict: the best finding decides, doubts are told beside it."""
        domain = self.domain
        findings = [f for checker in domain.checkers if (f := checker(context)) is not None]
        if domain.last_resort is not None and all(f.judgement is Judgement.UNKNOWN for f in findings):
            last = domain.last_resort(context)
            findings += [last] if last is not None else []
        decided = [f for f in findings if f.judgement is not Judgement.UNKNOWN]
        doubts = [f for f in findings if f.judgement is Judgement.UNKNOWN]
        beside = tuple(e for f in doubts for e in f.evidence)
        if decided:
            best = max(decided, key=self._rank)
            if best.judgement is Judgement.INCORRECT and (why := domain.misread(context, best)) is not None:
                return _unknown(context.step, Diagnosis.MISREAD, why, beside, checker=best.checker)
            best = domain.name_mistake(context, best)
            carried = best.carried or (best.judgement is Judgement.CORRECT and domain.carries(context, best))
            return StepVerdict(
                context.step,
                best.judgement,
                best.diagnosis,
                best.scope,
                self._confidence(best),
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
        if (why := domain.unreadable(context)) is not None:
            return _unknown(context.step, Diagnosis.UNREADABLE, why)
        return _unknown(context.step, Diagnosis.UNDECIDED, "Nothing in the line could be checked.")

    def _rank(self, finding: Finding) -> int:
        """Return a finding's rank: the certain before the likely, disproofs before proofs, `meaning` before the rest.

        So knowing more never changes a disproof by exact arithmetic or a counterexample, nor a proof at scope
        `meaning`, while a likely disproof from a worked solution does replace a proof that only the computation is
        right.
        """
        certain = self._confidence(finding) >= 1
        if finding.judgement is Judgement.INCORRECT:
            return 4 if certain else 2
        if finding.scope is Scope.MEANING:
            return 3 if certain else 1
        return 0

    def _confidence(self, finding: Finding) -> float:
        """Return a finding's own confidence, at most what its kinds of evidence bear."""
        return min([finding.confidence, *(self.domain.confidence.get(e.kind, 1.0) for e in finding.evidence)])

    def _grade(self, problem: Problem, answer: str | None, knowledge: Knowledge) -> Judgement | None:
        """Return the final answer against the known one; None in `free` mode or where none is known."""
        if knowledge is Knowledge.FREE or problem.answer is None:
            return None
        if answer is None or not self.domain.can_answer(problem, answer):
            return Judgement.INCORRECT
        return self.domain.grade(problem.answer, answer)


def _unknown(
    text: str,
    diagnosis: Diagnosis,
    reason: str,
    evidence: tuple[Evidence, ...] = (),
    confidence: float = 0.0,
    checker: str = "",
) -> StepVerdict:
    return StepVerdict(
        text, Judgement.UNKNOWN, diagnosis, reason=reason, evidence=evidence, confidence=confidence, checker=checker
    )


__all__ = ["DEFAULT", "VERSION", "Verifier"]
