"""Exact bounds on shares: what so many labels can prove, and below how many nothing can be proved."""

from __future__ import annotations

import math
from functools import lru_cache

from workbench.errors import BadInput
from workbench.types import Estimate

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
