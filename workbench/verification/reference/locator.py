"""Which step is the first wrong one: a hazard for each step, and a rule that chooses.

A teacher reads step by step and stops at the first wrong one. So each step has a chance of being wrong given that all
before it were right (a logistic sum of its traits), and the chance that it is the *first* wrong one is that times the
chance that the reader came so far. To flag a right step is worse than to flag a wrong one late: it teaches a wrong
rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from workbench.verification.reference.traits import Traits
from workbench.verification.reference.weights import BIAS, SHIFT, SLOPE, WEIGHTS

TOO_EARLY = 0.4
"""What it costs to flag a step before the first wrong one, where to flag that one itself gains 1."""
SURE = 0.8
"""In a solution that has not ended yet, a step is flagged from this chance on."""


def hazard(traits: Traits, bias: float = BIAS, weights: Mapping[str, float] = WEIGHTS) -> float:
    """Return the chance that a step is wrong, given that all steps before it are right."""
    score = bias + sum(weights.get(name, 0.0) * value for name, value in traits.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def chances(steps: Sequence[Traits], bias: float = BIAS, weights: Mapping[str, float] = WEIGHTS) -> list[float]:
    """Return, for each step of a solution that ends wrong, the chance that it is the first wrong one."""
    found: list[float] = []
    so_far = 1.0
    for traits in steps:
        risk = hazard(traits, bias, weights)
        found.append(so_far * risk)
        so_far *= 1 - risk
    total = sum(found)
    return [chance / total for chance in found]


def choose(found: Sequence[float]) -> int:
    """Return the step to flag, from each step's chance of being the first wrong one."""
    later = 1.0
    best, most = len(found) - 1, -math.inf
    for i, chance in enumerate(found):
        later -= chance
        if (gain := chance - TOO_EARLY * later) > most:
            best, most = i, gain
    return best


def log_odds(chance: float) -> float:
    """Return the log odds of a chance, bounded."""
    bounded = max(1e-6, min(1 - 1e-6, chance))
    return math.log(bounded / (1 - bounded))


def calibrated(chance: float, slope: float = SLOPE, shift: float = SHIFT) -> float:
    """Return how often a step flagged with this chance was the marked one (Platt 1999)."""
    return 1 / (1 + math.exp(-slope * log_odds(chance) - shift))


def first_wrong(steps: Sequence[Traits]) -> tuple[int, float]:
    """Return the step to flag in a solution that ends wrong, and how likely it is wrong if none before it is."""
    found = chances(steps)
    best = choose(found)
    return best, calibrated(found[best] / sum(found[best:]))


def surely_wrong(steps: Sequence[Traits], off: frozenset[int]) -> tuple[int, float] | None:
    """In a solution that has not ended yet: the first step off every path that is wrong whatever comes later."""
    for i, traits in enumerate(steps):
        if i in off and (risk := hazard(traits)) >= SURE:
            return i, risk
    return None
