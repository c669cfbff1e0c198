"""Intervals and estimators on plain numbers: seeded, and without any model or file.

Values come by problem: the problem, not the sample, is what was drawn from the population, so it is what
the bootstrap resamples. An interval from few problems, or from values that are all equal, is too narrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from workbench.errors import BadInput
from workbench.types import Estimate

Values = Mapping[str, Sequence[float]]
"""The values of each problem's samples, by problem id."""

Floats = NDArray[np.float64]

CENTRAL = (2.5, 97.5)
"""Percentiles that hold 95 % between them."""


def mean_interval(values_by_problem: Values, seed: int = 0, resamples: int = 2000) -> Estimate:
    """The mean over problems of each problem's mean, with a 95 % percentile bootstrap over problems.

    The order of problems does not matter. Raises `BadInput` if there is none, or one without values.
    """
    means = _means(values_by_problem)

    def draw(random: np.random.Generator) -> float:
        return float(means[random.integers(len(means), size=len(means))].mean())

    return _interval(float(means.mean()), draw, seed, resamples)


def paired_difference(before: Values, after: Values, seed: int = 0, resamples: int = 2000) -> Estimate:
    """The mean over problems of after minus before, with a 95 % bootstrap over problems.

    Raises `BadInput` unless both sides have the same problems.
    """
    if before.keys() != after.keys():
        odd = sorted(before.keys() ^ after.keys())[0]
        raise BadInput(f"Problem {odd!r} is on one side only; a paired difference needs the same problems.")
    differences = _means(after) - _means(before)
    by_problem = {str(i): [float(d)] for i, d in enumerate(differences)}
    return mean_interval(by_problem, seed, resamples)


def hierarchical_interval(values: Sequence[Sequence[float]], seed: int = 0, resamples: int = 2000) -> Estimate:
    """The mean of a table, seeds by problems, with a 95 % bootstrap over both.

    All seeds share their problems, so each resample draws the problems once for all the seeds it drew
    (Owen 2007, "The pigeonhole bootstrap"); drawing them anew for each seed would give too narrow an
    interval. Raises `BadInput` unless every seed has the same number of problems.
    """
    if not values or not values[0] or len({len(row) for row in values}) > 1:
        raise BadInput(f"Rows of {[len(row) for row in values]} problems; every seed needs the same, one at least.")
    table: Floats = np.asarray(values, dtype=np.float64)
    seeds, problems = table.shape

    def draw(random: np.random.Generator) -> float:
        rows = random.integers(seeds, size=seeds)
        columns = random.integers(problems, size=problems)
        return float(table[np.ix_(rows, columns)].mean())

    return _interval(float(table.mean()), draw, seed, resamples)


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that one of k samples is right, from c right ones of n: 1 - C(n-c, k) / C(n, k).

    Unbiased (Chen et al. 2021, arXiv 2107.03374). Raises `BadInput` unless 0 <= c <= n and 1 <= k <= n.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise BadInput(f"pass@{k} from {c} right of {n} is undefined; it needs 0 <= c <= n and 1 <= k <= n.")
    return 1.0 - prod((n - c - i) / (n - i) for i in range(k))


def majority_at_k(answers: Sequence[str | None], right: Sequence[bool], k: int) -> float:
    """Whether the commonest of the first k answers is right, 0 or 1; a tie counts by its share of right ones.

    Samples without an answer (None) do not vote; without a vote the result is 0. Answers must be in one
    form, so that equal ones are equal text. Raises `BadInput` if there are fewer than k.
    """
    if not 1 <= k <= len(answers) or len(right) != len(answers):
        raise BadInput(f"majority@{k} needs at least {k} answers, each with its mark; there are {len(answers)}.")
    votes = Counter(answer for answer in answers[:k] if answer is not None)
    if not votes:
        return 0.0
    most = max(votes.values())
    leaders = [answer for answer, count in votes.items() if count == most]
    return sum(right[answers.index(answer)] for answer in leaders) / len(leaders)


def _means(values_by_problem: Values) -> Floats:
    """Each problem's mean, in the order of the ids, so that the same values give the same interval."""
    if not values_by_problem:
        raise BadInput("There are no problems to average over; give at least one.")
    empty = [problem for problem, values in values_by_problem.items() if not len(values)]
    if empty:
        raise BadInput(f"Problem {empty[0]!r} has no values to average; leave it out or sample it.")
    means = [float(np.mean(values_by_problem[problem])) for problem in sorted(values_by_problem)]
    return np.asarray(means, dtype=np.float64)


def _interval(value: float, draw: Callable[[np.random.Generator], float], seed: int, resamples: int) -> Estimate:
    if resamples < 1:
        raise BadInput(f"resamples = {resamples}: a bootstrap needs at least one; 2000 is usual.")
    random = np.random.default_rng(seed)
    low, high = np.percentile([draw(random) for _ in range(resamples)], CENTRAL)
    return Estimate(value, float(low), float(high))


# Comparing methods over seeds: rollouts to a target, gains, ratios, each with its interval. Plain numbers only.


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
