"""The refined verifier: the symbolic one, and on what it leaves open what labels have taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.errors import BadInput
from workbench.labeling.candidates import Heard, hear
from workbench.labeling.features import Hidden, View, features
from workbench.labeling.judge import Judge, Threshold
from workbench.labeling.reliability import Reliability, is_ambiguous, weighed
from workbench.labeling.versions import Version
from workbench.types import Diagnosis, Judgement, Knowledge, Problem, Scope, StepVerdict, Verdict
from workbench.verification import Verifier
from workbench.verification.rows import permitted

JUDGE = "judge"
"""What a decision by the learned judge names as its checker."""


@dataclass(frozen=True)
class RefinedVerifier(Verifier):
    """A verifier with a version made from labels. What is proved it never changes."""

    refinement: Version | None = None
    hidden: Hidden | None = None
    """The policy's hidden states, for a version whose judge reads them."""

    @property
    def version(self) -> str:
        """The refinement's hash; the symbolic version without one."""
        return self.refinement.hash if self.refinement is not None else self.symbolic.version

    @property
    def symbolic(self) -> Verifier:
        """The verifier that no label has changed."""
        return Verifier(self.checkers, self.last_resort)

    def verify(
        self, problem: Problem, solution: str | Sequence[str], knowledge: Knowledge = Knowledge.ANSWER
    ) -> Verdict:
        """The verdict on a solution, as `Verifier.verify` gives it, and open steps judged where that is certified."""
        heard = hear(problem, solution, self.symbolic, knowledge)
        return revise(heard, problem, self.refinement, self.hidden) if self.refinement is not None else heard.verdict


def refined(version: Version | None, base: Verifier | None = None) -> Verifier:
    """The verifier of a version; the symbolic one for None.

    Raises `BadInput` where the version was made for other symbolic verdicts than `base` gives.
    """
    verifier = base or Verifier()
    if version is None:
        return verifier
    if version.base != verifier.version:
        raise BadInput(
            f"The version {version.hash} refines the verifier {version.base}, and this is {verifier.version}: "
            "make it again with 'workbench refine', or go back with 'workbench verifiers revert'."
        )
    return RefinedVerifier(verifier.checkers, verifier.last_resort, version)


def revise(heard: Heard, problem: Problem, version: Version, hidden: Hidden | None = None) -> Verdict:
    """A symbolic verdict with what a version makes of each step.

    The judge decides nothing behind a step that is wrong: the labels it learned from end there.
    """
    verdict = heard.verdict
    rules = {(r.checker, r.rule, r.judgement): r for r in version.rules}
    judge = version.judges.get(verdict.knowledge)
    lines = tuple(step.text for step in verdict.steps)
    known = permitted(problem, verdict.knowledge)
    steps: list[StepVerdict] = []
    astray = False
    for at in range(len(lines)):
        made = _revised(View(known, lines, at, heard), rules, judge if not astray else None, hidden)
        astray = astray or made.judgement is Judgement.INCORRECT
        steps.append(made)
    return replace(verdict, steps=tuple(steps), verifier=version.hash)


def _revised(
    view: View,
    rules: dict[tuple[str, str, Judgement], Reliability],
    judge: Judge | None,
    hidden: Hidden | None,
) -> StepVerdict:
    step = weighed(view.said, rules)
    if judge is None or not judge.thresholds or not is_ambiguous(view.said, view.says):
        return step
    if judge.reads_hidden and hidden is None:
        return step
    threshold = judge.decide(judge.score(features(view, judge.groups, hidden)))
    return step if threshold is None else decided(step, threshold)


def decided(step: StepVerdict, threshold: Threshold) -> StepVerdict:
    """A step with the judge's decision: never a proof, so its confidence is the bound that was certified.

    Where the judge bears the checkers out, their diagnosis, evidence and repair stay.
    """
    confidence = min(round(threshold.bound, 3), 0.99)
    if step.judgement is threshold.judgement:
        return replace(step, confidence=confidence, checker=JUDGE)
    right = threshold.judgement is Judgement.CORRECT
    word = "right" if right else "wrong"
    return StepVerdict(
        step.text,
        threshold.judgement,
        Diagnosis.VALID if right else Diagnosis.NOT_EQUIVALENT,
        Scope.COMPUTATION,
        confidence,
        f"Of steps like this one, people find at least {confidence:.0%} {word}.",
        checker=JUDGE,
    )
