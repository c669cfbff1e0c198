"""Comparing methods over seeds: rollouts to a target, gains, ratios, each with its interval. Plain numbers only.

A table is seeds by problems; two methods' tables share seeds and problems, so that every difference is paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import BadInput
from workbench.evaluation.intervals import CENTRAL, hierarchical_interval
from workbench.types import Estimate

Table = Sequence[Sequence[float]]
"""Seeds by problems."""
WIDTH = 3
"""Evaluations that are averaged before a curve is read."""


@dataclass(frozen=True)
class Curve:
    """A measure of one seed over the rollouts it has used, in the order of training."""

    rollouts: tuple[int, ...]
    values: tuple[float, ...]


def smoothed(values: Sequence[float], width: int = WIDTH) -> list[float]:
    """At each place the mean of the last `width` values up to it; of fewer at the start."""
    return [float(np.mean(values[max(0, i - width + 1) : i + 1])) for i in range(len(values))]


def rollouts_to(curve: Curve, target: float, budget: int) -> float:
    """Rollouts after which the smoothed curve is first at the target, linear between evaluations.

    A curve that never gets there counts as the full budget.
    """
    means = smoothed(curve.values)
    for i, value in enumerate(means):
        if value < target:
            continue
        if i == 0:
            return float(curve.rollouts[0])
        share = (target - means[i - 1]) / (value - means[i - 1])
        return curve.rollouts[i - 1] + share * (curve.rollouts[i] - curve.rollouts[i - 1])
    return float(budget)


def paired_gain(ours: Table, theirs: Table, seed: int = 0) -> Estimate:
    """The mean of ours minus theirs, with a 95 % bootstrap over seeds, then problems."""
    a, b = _same_shape(ours, theirs)
    return hierarchical_interval((a - b).tolist(), seed)


def table_ratio(ours: Table, theirs: Table, seed: int = 0, resamples: int = 2000) -> Estimate:
    """The ratio of two tables' means, with a 95 % bootstrap over seeds, then problems."""
    return _ratio(*_same_shape(ours, theirs), seed, resamples)


def _same_shape(ours: Table, theirs: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2 or not a.size:
        raise BadInput(f"Tables of {a.shape} and {b.shape}; a paired comparison needs the same seeds and problems.")
    return a, b


def _ratio(a: NDArray[np.float64], b: NDArray[np.float64], seed: int, resamples: int) -> Estimate:
    if not b.mean():
        raise BadInput("A ratio to a mean of 0 is undefined.")
    random = np.random.default_rng(seed)
    seeds, problems = a.shape
    drawn = []
    for _ in range(resamples):
        chosen = np.ix_(random.integers(seeds, size=seeds), random.integers(problems, size=problems))
        bottom = b[chosen].mean()
        drawn.append(a[chosen].mean() / bottom if bottom else np.inf)
    low, high = np.percentile(drawn, CENTRAL, method="nearest")
    return Estimate(float(a.mean() / b.mean()), float(low), float(high))
