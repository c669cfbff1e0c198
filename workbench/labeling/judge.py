"""The learned judge: a logistic score over named features, and the thresholds beyond which it may decide.

Applied without any library: a judge is a table of weights that a JSON file holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.labeling.features import HIDDEN, Features
from workbench.types import Estimate, Judgement


@dataclass(frozen=True)
class Threshold:
    """A score beyond which the judge may decide, and what the labels prove of its decisions there."""

    judgement: Judgement
    """`correct` for scores of at least `score`, `incorrect` for those of at most it."""
    score: float
    decided: int
    """Labelled steps beyond it, judged by a judge that had not seen them."""
    right: int
    bound: float
    """Lower bound of the precision, corrected for the thresholds tried."""


@dataclass(frozen=True)
class Judge:
    """A score for steps that the symbolic checkers leave open."""

    groups: tuple[str, ...]
    """The kinds of features that it reads."""
    bias: float
    weights: Mapping[str, float]
    thresholds: tuple[Threshold, ...] = ()
    """At most one for each judgement; none where nothing could be certified."""

    @property
    def reads_hidden(self) -> bool:
        """Whether it can be used only with the policy's hidden states."""
        return any(name.startswith(f"{HIDDEN}:") for name in self.weights)

    def score(self, features: Features) -> float:
        """How likely a person finds the step correct, 0 to 1."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def decide(self, score: float) -> Threshold | None:
        """The threshold that a score is beyond; None where the step stays as it is."""
        for threshold in self.thresholds:
            correct = threshold.judgement is Judgement.CORRECT
            if score >= threshold.score if correct else score <= threshold.score:
                return threshold
        return None


@dataclass(frozen=True)
class CalibrationBin:
    """One bin of a reliability diagram."""

    expected: float
    """Mean score."""
    found: Estimate
    """Share that people found correct."""
    count: int


@dataclass(frozen=True)
class Measured:
    """What a judge does on ambiguous steps that had no part in making it."""

    steps: int
    decided: int
    right: int
    share: Estimate
    precision: Estimate
    bins: tuple[CalibrationBin, ...] = ()


@dataclass(frozen=True)
class JudgeFit:
    """How a judge was made, and how it was measured."""

    labels: int
    """Ambiguous steps with a mark, all parts together."""
    problems: int
    tried: int
    """Thresholds tried; the bound is corrected for them."""
    fewest: int
    """Decisions without any error that it takes to certify the target at that many thresholds."""
    note: str
    """In a sentence: what may be decided, or why nothing may."""
    report: Measured
    """On the third part."""
