"""The first step that goes astray, from the signals of all steps.

A teacher reads step by step and stops at the first wrong one. So each step has a chance of being wrong given that
all before it were right (a logistic sum of its signals), and the chance that it is the *first* wrong one is that
times the chance that the reader came so far. The weights are a logistic regression on teachers' marks
(eth-lre/verify-then-generate, CC BY 4.0; its development part).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.verification.reference.signals import Signal

WEIGHTS: dict[Signal, float] = {
    Signal.FINAL: 1.52,
    Signal.FIRST_OFF: 1.32,
    Signal.SAME_OPERANDS: 1.07,
    Signal.UNIT_DIFFERS: 0.91,
    Signal.FIRST_REGROUPED: 0.82,
    Signal.SUSPECT: 0.60,
    Signal.ROLE_DIFFERS: 0.56,
    Signal.FIRST_NEAR: 0.52,
    Signal.REUSED: 0.24,
    Signal.EQUATION: 0.18,
    Signal.DEAD_ON: -0.12,
    Signal.UNIT_FITS: -0.28,
    Signal.BEFORE_DEAD_END: -0.34,
    Signal.JUST_AFTER: -0.47,
    Signal.FIRST_NEW: -0.55,
    Signal.STRANDED: -0.61,
    Signal.BEFORE: -0.62,
    Signal.NO_NUMBER: -0.64,
    Signal.OPENING: -0.84,
    Signal.LEADS_ON: -1.00,
    Signal.ROLE_FITS: -1.11,
}
BIAS = -0.23
PATIENCE = 0.2
"""Of two steps with nearly the same chance the later one is taken: what goes wrong later was right before."""
SURE = 0.8
"""In the development data one step in a hundred before the marked one reaches this, and none of right solutions."""


def hazard(signals: set[Signal]) -> float:
    """The chance that a step is wrong, given that all steps before it are right."""
    return 1 / (1 + math.exp(-BIAS - sum(WEIGHTS.get(s, 0.0) for s in signals)))


def first_wrong(signals: Sequence[set[Signal]]) -> tuple[int, float]:
    """The likeliest first wrong step of a solution that ends wrong, and its share of all chances."""
    chances: list[float] = []
    so_far = 1.0
    for found in signals:
        risk = hazard(found)
        chances.append(so_far * risk)
        so_far *= 1 - risk
    best = max(range(len(chances)), key=lambda i: chances[i] * math.exp(PATIENCE * i))
    return best, chances[best] / sum(chances)


def surely_wrong(signals: Sequence[set[Signal]], off: frozenset[int]) -> tuple[int, float] | None:
    """In a solution that has not ended yet: the first step off every path that is wrong whatever comes later."""
    for i, found in enumerate(signals):
        if i in off and (risk := hazard(found)) >= SURE:
            return i, risk
    return None
