"""Estimates and their 95 % intervals, from plain numbers: one seeded bootstrap for all of them.

The problem, not the sample, is what was drawn from a population, so the bootstrap resamples problems, and training
seeds before them where there are several. An interval from few problems is too narrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from workbench.errors import BadInput
from workbench.types import Estimate

Values = Mapping[str, Sequence[float]]
"""The values of each problem's samples, by problem id."""
Table = Sequence[Sequence[float]]
"""Values by seed, then by problem."""
Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]
"""How often each seed [resamples, seeds] and each problem [resamples, problems] was drawn -> [resamples]."""

CENTRAL = (2.5, 97.5)
"""Percentiles that hold 95 % between them."""
RESAMPLES = 2000
_CELLS = 1 << 20
"""Weights that exist at once: 8 MiB, however many problems there are."""
WIDTH = 3
"""Evaluations that are averaged before a curve is read."""


def bootstrap(statistic: Statistic, seeds: int, problems: int, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Return a statistic with its 95 % percentile bootstrap over seeds and problems.

    All seeds share their problems, so a resample draws the problems once for all the seeds that it drew (Owen 2007,
    "The pigeonhole bootstrap"): drawn anew for each seed, the interval would be too narrow. A resample is given as
    counts, so that a mean is a product of matrices and all resamples are computed together. Resamples in which the
    statistic is not a number are left out. The ends are values that some resample had: they may be infinite.
    """
    if resamples < 1:
        raise BadInput(f"resamples = {resamples}: a bootstrap needs at least one; 2000 is usual.")
    value = float(statistic(np.ones((1, seeds)), np.ones((1, problems)))[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.concatenate([statistic(*weights) for weights in _resampled(seeds, problems, seed, resamples)])
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, CENTRAL, method="nearest") if len(known) else (-np.inf, np.inf)
    return Estimate(value, float(low), float(high))


@lru_cache(maxsize=4)
def _resampled(seeds: int, problems: int, seed: int, resamples: int) -> tuple[tuple[Floats, Floats], ...]:
    """Return the counts of all resamples, in parts of bounded size."""
    random = np.random.default_rng(seed)
    size = max(1, _CELLS // max(seeds, problems))
    sizes = [min(size, resamples - start) for start in range(0, resamples, size)]
    return tuple((_counts(random, seeds, n), _counts(random, problems, n)) for n in sizes)


def _counts(random: np.random.Generator, kinds: int, resamples: int) -> Floats:
    """Return how often each of `kinds` is among as many draws with replacement: [resamples, kinds]."""
    if kinds == 1:
        return np.ones((resamples, 1))
    drawn = random.integers(kinds, size=(resamples, kinds)) + np.arange(resamples)[:, None] * kinds
    return np.bincount(drawn.ravel(), minlength=resamples * kinds).reshape(resamples, kinds).astype(np.float64)


def weighted_mean(table: Floats, seeds: Floats, problems: Floats) -> Floats:
    """Return the mean of a table [seeds, problems] in each resample: [resamples]."""
    mean: Floats = ((seeds @ table) * problems).sum(axis=1) / (seeds.sum(axis=1) * problems.sum(axis=1))
    return mean


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """Return the median of values [n] drawn as often as `weights` [resamples, n] says: [resamples]."""
    order = np.argsort(values)
    upto = np.cumsum(weights[:, order], axis=1)
    total = upto[:, -1:]
    lower, upper = ((upto > (total - 1) // 2).argmax(axis=1), (upto > total // 2).argmax(axis=1))
    middle: Floats = (values[order][lower] + values[order][upper]) / 2
    return middle


# Means, differences and ratios


def mean_interval(values_by_problem: Values, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Return the mean over problems of each problem's mean, with its interval over problems.

    The order of problems does not matter. Raises `BadInput` if there is none, or one without values.
    """
    return hierarchical_interval([_means(values_by_problem).tolist()], seed, resamples)


def paired_difference(before: Values, after: Values, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Return the mean over problems of after minus before, with its interval over problems.

    Raises `BadInput` unless both sides have the same problems.
    """
    if before.keys() != after.keys():
        odd = sorted(before.keys() ^ after.keys())[0]
        raise BadInput(f"Problem {odd!r} is on one side only; a paired difference needs the same problems.")
    return hierarchical_interval([(_means(after) - _means(before)).tolist()], seed, resamples)


def hierarchical_interval(values: Table, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Return the mean of a table, seeds by problems, with its interval over both.

    Raises `BadInput` unless every seed has the same number of problems, at least one.
    """
    if not values or not values[0] or len({len(row) for row in values}) > 1:
        raise BadInput(f"Rows of {[len(row) for row in values]} problems; every seed needs the same, one at least.")
    table: Floats = np.asarray(values, dtype=np.float64)
    return bootstrap(lambda s, p: weighted_mean(table, s, p), len(table), len(values[0]), seed, resamples)


def paired_gain(ours: Table, theirs: Table, seed: int = 0) -> Estimate:
    """Return the mean of ours minus theirs, paired by seed and problem, with its interval over both."""
    a, b = _same_shape(ours, theirs)
    return hierarchical_interval((a - b).tolist(), seed)


def table_ratio(ours: Table, theirs: Table, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Return the ratio of two tables' means with its interval. Raises `BadInput` for a ratio to a mean of 0."""
    a, b = _same_shape(ours, theirs)
    if not b.mean():
        raise BadInput("A ratio to a mean of 0 is undefined.")

    def ratio(seeds: Floats, problems: Floats) -> Floats:
        return ratio_or_infinity(weighted_mean(a, seeds, problems), weighted_mean(b, seeds, problems))

    return bootstrap(ratio, len(a), a.shape[1], seed, resamples)


def ratio_or_infinity(top: Floats, bottom: Floats) -> Floats:
    """Return top over bottom; infinity, never "not a number", where the bottom is 0."""
    found: Floats = np.where(bottom == 0, np.inf, top / np.where(bottom == 0, 1.0, bottom))
    return found


def _same_shape(ours: Table, theirs: Table) -> tuple[Floats, Floats]:
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2 or not a.size:
        raise BadInput(f"Tables of {a.shape} and {b.shape}; a paired comparison needs the same seeds and problems.")
    return a, b


def _means(values_by_problem: Values) -> Floats:
    """Return each problem's mean, in the order of the ids, so that the same values give the same interval."""
    if not values_by_problem:
        raise BadInput("There are no problems to average over; give at least one.")
    empty = [problem for problem, values in values_by_problem.items() if not len(values)]
    if empty:
        raise BadInput(f"Problem {empty[0]!r} has no values to average; leave it out or sample it.")
    means = [float(np.mean(values_by_problem[problem])) for problem in sorted(values_by_problem)]
    return np.asarray(means, dtype=np.float64)


# Several samples of one problem


def pass_at_k(n: int, c: int, k: int) -> float:
    """Return the chance that one of k samples is right, from c right ones of n: 1 - C(n-c, k) / C(n, k).

    Unbiased (Chen et al. 2021, arXiv 2107.03374). Raises `BadInput` unless 0 <= c <= n and 1 <= k <= n.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise BadInput(f"pass@{k} from {c} right of {n} is undefined; it needs 0 <= c <= n and 1 <= k <= n.")
    return 1.0 - prod((n - c - i) / (n - i) for i in range(k))


def majority_at_k(answers: Sequence[str | None], right: Sequence[bool], k: int) -> float:
    """Return whether the commonest of the first k answers is right, 0 or 1; a tie counts by its share of right ones.

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


# Curves


@dataclass(frozen=True)
class Curve:
    """A measure of one seed over the rollouts it has used, in the order of training."""

    rollouts: tuple[int, ...]
    values: tuple[float, ...]


def smoothed(values: Floats, width: int = WIDTH) -> Floats:
    """Return at each place of the last axis the mean of the last `width` values; of fewer at the start."""
    places = range(1, values.shape[-1] + 1)
    return np.stack([values[..., max(0, end - width) : end].mean(axis=-1) for end in places], axis=-1)


def rollouts_to(rollouts: Sequence[float], values: Floats, target: Floats, budget: float) -> Floats:
    """Return the rollouts after which smoothed curves are first at their targets, linear between evaluations.

    `values` is [curves, evaluations] and `target` [curves]. A curve that never gets there counts as the full budget.
    """
    at, means = np.asarray(rollouts, dtype=np.float64), smoothed(values)
    there = means >= target[:, None]
    first = there.argmax(axis=1)
    before, rows = np.maximum(first - 1, 0), np.arange(len(means))
    rise = means[rows, first] - means[rows, before]
    share = np.where(first == 0, 0.0, (target - means[rows, before]) / np.where(rise == 0, 1.0, rise))
    crossing: Floats = at[before] + share * (at[first] - at[before])
    return np.where(there.any(axis=1), crossing, budget)
