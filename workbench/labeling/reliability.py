"""Exact bounds on shares: what so many labels can prove, and below how many nothing can be proved."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from workbench.errors import BadInput
from workbench.labeling.candidates import LOW_CONFIDENCE, disagreement
from workbench.types import Diagnosis, Estimate, Judgement, Mark, Scope, StepVerdict
from workbench.verification.lines.findings import Finding

RISK = 0.05
"""The chance that a bound is wrong which is put up with, over all the thresholds that are tried together."""


def lower_bound(right: int, n: int, risk: float = RISK) -> float:
    """The share that is reached or passed with a chance of 1 - risk, from `right` of n (Clopper and Pearson).

    One-sided and exact for independent trials. 0 for n = 0.
    """
    if not 0 <= right <= n or not 0 < risk < 1:
        raise BadInput(f"{right} right of {n} at a risk of {risk} has no bound; it needs 0 <= right <= n.")
    return _beta_quantile(risk, right, n - right + 1) if right else 0.0


def share_interval(right: int, n: int) -> Estimate:
    """A share with its exact 95 % interval, for independent trials; 0 to 1 where nothing was tried."""
    if n == 0:
        return Estimate(0.0, 0.0, 1.0)
    high = 1.0 - lower_bound(n - right, n, RISK / 2)
    return Estimate(right / n, lower_bound(right, n, RISK / 2), high)


def fewest_decisions(target: float, risk: float = RISK) -> int:
    """How many decisions, every one of them right, it takes for the lower bound to reach the target."""
    if not 0 < target < 1:
        raise BadInput(f"A precision of {target} cannot be certified; give a target between 0 and 1.")
    return math.ceil(math.log(risk) / math.log(target) - 1e-9)


def posterior(right: int, wrong: int) -> Estimate:
    """The mean of the Beta(1 + right, 1 + wrong) posterior of a share with its central 95 %."""
    a, b = 1 + right, 1 + wrong
    return Estimate(a / (a + b), _beta_quantile(0.025, a, b), _beta_quantile(0.975, a, b))


@lru_cache(maxsize=4096)
def _beta_quantile(q: float, a: int, b: int) -> float:
    from scipy.special import betaincinv  # takes a third of a second, so not before it is needed

    return float(betaincinv(a, b, q))


# How reliable each checker and each of its rules is, from labels; and the malrules that people bear out or not.


PROOFS = frozenset({"value", "counterexample", "roots"})
"""Kinds of evidence that prove a step wrong by exact arithmetic or a counterexample."""
UNRELIABLE = 0.5
"""A rule whose reliability is below this, up to the end of its interval, is withdrawn; above, confirmed."""


class Standing(StrEnum):
    """What the labels say of a rule."""

    CONFIRMED = "confirmed"
    OPEN = "open"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Reliability:
    """How often a rule's judgements were borne out."""

    checker: str
    rule: str
    """The malrule's name, else the diagnosis."""
    judgement: Judgement
    right: int
    wrong: int

    @property
    def interval(self) -> Estimate:
        """Beta(1 + right, 1 + wrong): mean and central 95 %."""
        return posterior(self.right, self.wrong)

    @property
    def standing(self) -> Standing:
        if self.interval.high < UNRELIABLE:
            return Standing.WITHDRAWN
        return Standing.CONFIRMED if self.interval.low > UNRELIABLE else Standing.OPEN


def is_settled(step: StepVerdict) -> bool:
    """What no label may change: an `incorrect` that is proved, and a `correct` at scope `meaning`."""
    if step.judgement is Judgement.INCORRECT:
        return step.confidence >= 1 or any(e.kind in PROOFS for e in step.evidence)
    return step.judgement is Judgement.CORRECT and step.scope is Scope.MEANING


def is_ambiguous(step: StepVerdict, says: Iterable[Finding] = ()) -> bool:
    """Whether a judge may have a say: unknown, of low confidence, or checkers that disagree, and not settled."""
    if is_settled(step):
        return False
    undecided = step.judgement is Judgement.UNKNOWN
    return undecided or step.confidence < LOW_CONFIDENCE or disagreement(step, tuple(says)) > 0


def rule_of(step: StepVerdict) -> tuple[str, str, Judgement]:
    """Checker, rule and judgement that a decided step is counted under."""
    return step.checker, step.malrule or step.diagnosis.value, step.judgement


def reliabilities(labelled: Iterable[tuple[StepVerdict, Mark, str | None]]) -> tuple[Reliability, ...]:
    """Each rule's record from steps with a person's mark and, where one was named, the malrule.

    A malrule is borne out where the step is wrong and nobody named another one.
    """
    counts: dict[tuple[str, str, Judgement], list[int]] = {}
    for step, mark, named in labelled:
        if step.judgement is Judgement.UNKNOWN or mark is Mark.CANT_TELL:
            continue
        held = mark.value == step.judgement.value
        if step.malrule is not None and named is not None:
            held = held and named == step.malrule
        counts.setdefault(rule_of(step), [0, 0])[0 if held else 1] += 1
    return tuple(Reliability(*key, *counts[key]) for key in sorted(counts))


def weighed(step: StepVerdict, known: dict[tuple[str, str, Judgement], Reliability]) -> StepVerdict:
    """A decided step with what is known of its rule.

    A withdrawn malrule loses its name, the step stays as wrong as it was. A judgement that is no proof gets the
    rule's reliability as its confidence, and where the rule is withdrawn it becomes unknown.
    """
    found = known.get(rule_of(step)) if step.judgement is not Judgement.UNKNOWN else None
    if found is None:
        return step
    withdrawn = found.standing is Standing.WITHDRAWN
    if withdrawn and step.malrule is not None:
        step = replace(step, malrule=None, diagnosis=Diagnosis.NOT_EQUIVALENT)
        return step
    if is_settled(step) or step.confidence >= 1:
        return step
    if withdrawn:
        reason = "People found this kind of verdict wrong more often than right, so it is left open."
        return replace(
            step, judgement=Judgement.UNKNOWN, diagnosis=Diagnosis.UNDECIDED, confidence=0.0, reason=reason
        )
    return replace(step, confidence=min(round(found.interval.value, 3), 0.99))
