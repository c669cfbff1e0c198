"""Exact bounds on shares, and how reliable each rule of the checkers is by the labels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from workbench.errors import BadInput
from workbench.labeling.candidates import LOW_CONFIDENCE, disagreement
from workbench.types import Diagnosis, Estimate, Judgement, Mark, Scope, StepVerdict
from workbench.verification.domain import Finding

RISK = 0.05
"""The accepted chance that a bound is wrong, over all thresholds tried together."""


def lower_bound(right: int, n: int, risk: float = RISK) -> float:
    """Return the lower bound of a share with confidence 1 - risk, from `right` of n (Clopper and Pearson).

    One-sided and exact for independent trials. 0 for n = 0.
    """
    if not 0 <= right <= n or not 0 < risk < 1:
        raise BadInput(f"{right} right of {n} at a risk of {risk} has no bound; it needs 0 <= right <= n.")
    return _beta_quantile(risk, right, n - right + 1) if right else 0.0


def share_interval(right: int, n: int) -> Estimate:
    """Return a share with its exact 95 % interval, for independent trials; 0 to 1 where nothing was tried."""
    if n == 0:
        return Estimate(0.0, 0.0, 1.0)
    high = 1.0 - lower_bound(n - right, n, RISK / 2)
    return Estimate(right / n, lower_bound(right, n, RISK / 2), high)


def fewest_decisions(target: float, risk: float = RISK) -> int:
    """Return how many decisions, all of them right, bring the lower bound to the target."""
    if not 0 < target < 1:
        raise BadInput(f"A precision of {target} cannot be certified; give a target between 0 and 1.")
    return math.ceil(math.log(risk) / math.log(target) - 1e-9)


def posterior(right: int, wrong: int) -> Estimate:
    """Return the mean of the Beta(1 + right, 1 + wrong) posterior of a share with its central 95 %."""
    a, b = 1 + right, 1 + wrong
    return Estimate(a / (a + b), _beta_quantile(0.025, a, b), _beta_quantile(0.975, a, b))


@lru_cache(maxsize=4096)
def _beta_quantile(q: float, a: int, b: int) -> float:
    from scipy.special import betaincinv  # takes a third of a second, so not before it is needed

    return float(betaincinv(a, b, q))


# How reliable each rule of each checker is


PROOFS = frozenset({"value", "counterexample", "roots"})
"""Kinds of evidence that prove a step wrong by exact arithmetic or a counterexample."""
UNRELIABLE = 0.5
"""A rule whose whole interval is below this is withdrawn; one whose whole interval is above is confirmed."""


class Standing(StrEnum):
    """What the labels say about a rule."""

    CONFIRMED = "confirmed"
    OPEN = "open"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Reliability:
    """How often the labels confirm a rule's judgements."""

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


def is_proved(step: StepVerdict) -> bool:
    """Return whether no label may change a step: a proved `incorrect`, or a `correct` at scope `meaning`."""
    if step.judgement is Judgement.INCORRECT:
        return step.confidence >= 1 or any(e.kind in PROOFS for e in step.evidence)
    return step.judgement is Judgement.CORRECT and step.scope is Scope.MEANING


def is_ambiguous(step: StepVerdict, findings: Iterable[Finding] = ()) -> bool:
    """Return whether a judge may decide a step.

    It may where the step is not proved, and is unknown, of low confidence, or the checkers disagree.
    """
    if is_proved(step):
        return False
    undecided = step.judgement is Judgement.UNKNOWN
    return undecided or step.confidence < LOW_CONFIDENCE or disagreement(step, tuple(findings)) > 0


def rule_of(step: StepVerdict) -> tuple[str, str, Judgement]:
    """Return the checker, rule and judgement that a decided step is counted under."""
    return step.checker, step.malrule or step.diagnosis.value, step.judgement


def reliabilities(labelled: Iterable[tuple[StepVerdict, Mark, str | None]]) -> tuple[Reliability, ...]:
    """Return each rule's record from steps with a person's mark and, where one was named, the malrule.

    A malrule is confirmed where the step is wrong and nobody named another one.
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
    """Return a decided step, weighed by the record of its rule.

    A withdrawn malrule loses its name; the step stays as wrong as it was. A judgement that is no proof gets the
    rule's reliability as its confidence; it becomes unknown where the rule is withdrawn.
    """
    found = known.get(rule_of(step)) if step.judgement is not Judgement.UNKNOWN else None
    if found is None:
        return step
    withdrawn = found.standing is Standing.WITHDRAWN
    if withdrawn and step.malrule is not None:
        return replace(step, malrule=None, diagnosis=Diagnosis.NOT_EQUIVALENT)
    if is_proved(step) or step.confidence >= 1:
        return step
    if withdrawn:
        reason = "People found this kind of verdict wrong more often than right, so the step stays undecided."
        return replace(
            step, judgement=Judgement.UNKNOWN, diagnosis=Diagnosis.UNDECIDED, confidence=0.0, reason=reason
        )
    return replace(step, confidence=min(round(found.interval.value, 3), 0.99))
