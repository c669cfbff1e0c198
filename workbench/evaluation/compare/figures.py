"""Figures over the runs of an arm, or of two arms paired by seed and problem, each with its interval.

Intervals: 95 %, by resampling seeds, then problems, which all seeds share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import BadInput
from workbench.evaluation.compare.record import Counts, Many, RunRecord
from workbench.evaluation.comparison import WIDTH, Curve, Table, paired_gain, rollouts_to, smoothed, table_ratio
from workbench.evaluation.intervals import CENTRAL, hierarchical_interval, pass_at_k
from workbench.types import Interval

Runs = Sequence[RunRecord]
Measure = Callable[[Counts], Sequence[int]]
RESAMPLES = 2000


def solved(counts: Counts) -> Sequence[int]:
    """Right answers."""
    return counts.solved


def shares(counts: Sequence[Counts], measure: Measure = solved) -> list[list[float]]:
    """Seeds by problems: the share of each problem's samples. Raises `BadInput` where problems differ."""
    if len({(c.problems, c.samples) for c in counts}) > 1:
        raise BadInput("The runs were measured on different problems; compare runs of one plan.")
    return [[n / c.samples for n in measure(c)] for c in counts]


def paired(ours: Runs, theirs: Runs) -> tuple[list[RunRecord], list[RunRecord]]:
    """The runs of the seeds that both have. Raises `BadInput` if there are none."""
    by_seed = {run.seed: run for run in theirs}
    a = [run for run in ours if run.seed in by_seed]
    if not a:
        raise BadInput("there are no finished runs of the same seeds")
    return a, [by_seed[run.seed] for run in a]


def split_table(runs: Runs, split: str, measure: Measure = solved) -> list[list[float]]:
    """A measure at the end, seeds by problems. Raises `BadInput` where the split was not measured."""
    if any(split not in run.ending.splits for run in runs):
        raise BadInput(f"{split} was not measured at the end")
    return shares([run.ending.splits[split] for run in runs], measure)


def final_share(runs: Runs, split: str, measure: Measure = solved) -> Interval:
    """A measure at the end."""
    return hierarchical_interval(split_table(runs, split, measure))


def final_gain(ours: Runs, theirs: Runs, split: str, measure: Measure = solved) -> Interval:
    """Ours minus theirs at the end, paired."""
    a, b = paired(ours, theirs)
    return paired_gain(split_table(a, split, measure), split_table(b, split, measure))


def final_ratio(ours: Runs, theirs: Runs, split: str, measure: Measure) -> Interval:
    """Ours over theirs at the end, paired."""
    a, b = paired(ours, theirs)
    return table_ratio(split_table(a, split, measure), split_table(b, split, measure))


# Curves


def curve_of(run: RunRecord, measure: Measure = solved) -> Curve:
    """A run's share on `dev` over the rollouts it had used."""
    points = run.curve
    return Curve(tuple(p.charges.rollouts for p in points), tuple(p.counts.share(measure(p.counts)) for p in points))


def mean_curve(runs: Runs, measure: Measure = solved, resamples: int = 400) -> list[tuple[float, Interval]]:
    """At each evaluation the mean rollouts used and the share over the seeds that got so far."""
    length = max(len(run.curve) for run in runs)
    points = []
    for at in range(length):
        here = [run.curve[at] for run in runs if at < len(run.curve)]
        table = shares([p.counts for p in here], measure)
        rollouts = float(np.mean([p.charges.rollouts for p in here]))
        points.append((rollouts, hierarchical_interval(table, resamples=resamples)))
    return points


def budget(*arms: Runs) -> int:
    """The rollouts of a full run: what a seed that never reaches the target counts as."""
    return max(run.curve[-1].charges.rollouts for runs in arms for run in runs)


def dev_target(runs: Runs) -> float:
    """The mean of the last three evaluations, over seeds."""
    return float(np.mean([smoothed(curve_of(run).values)[-1] for run in runs]))


def reach(runs: Runs, target: float, full: int) -> list[float]:
    """Rollouts to the target, seed by seed."""
    return [rollouts_to(curve_of(run), target, full) for run in runs]


def rollouts_ratio(ours: Runs, theirs: Runs, setter: Runs, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Mean rollouts to the target, ours over theirs. `setter`: the runs whose plateau is the target.

    Each resample draws seeds and `dev` problems anew for all three and sets its own target.
    """
    a, b = paired(ours, theirs)
    a, c = paired(a, setter)
    a, b = paired(a, b)
    full = budget(a, b, c)
    tables = [[_dev(run) for run in runs] for runs in (a, b, c)]
    count, problems = len(a), tables[0][0].shape[1]
    random = np.random.default_rng(seed)
    everything = _ratio(tables, (a, b), range(count), np.arange(problems), full)
    drawn = [
        _ratio(tables, (a, b), random.integers(count, size=count), random.integers(problems, size=problems), full)
        for _ in range(resamples)
    ]
    if not np.isfinite(everything):
        raise BadInput("the other arm is at the target before any training; set another target")
    low, high = np.percentile(drawn, CENTRAL, method="nearest")
    return Interval(everything, float(low), float(high))


def _dev(run: RunRecord) -> NDArray[np.float64]:
    """Evaluations by problems."""
    return np.asarray(shares([p.counts for p in run.curve]), dtype=np.float64)


def _ratio(tables: Sequence[Any], runs: tuple[Runs, Runs], seeds: Any, problems: Any, full: int) -> float:
    means = [[table[i][:, problems].mean(axis=1) for i in seeds] for table in tables]
    target = float(np.mean([smoothed(values)[-1] for values in means[2]]))
    totals = []
    for own, values in zip(runs, means[:2], strict=True):
        curves = [
            Curve(tuple(p.charges.rollouts for p in own[i].curve), tuple(v))
            for i, v in zip(seeds, values, strict=True)
        ]
        totals.append(sum(rollouts_to(curve, target, full) for curve in curves))
    if not totals[1]:
        return float("inf") if totals[0] else 1.0
    return totals[0] / totals[1]


def end_over_best(runs: Runs, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """The mean of the last three evaluations over the best mean of three, both over seeds."""
    pairs = []
    for run in runs:
        means = smoothed(curve_of(run).values)[WIDTH - 1 :]
        if not means:
            raise BadInput(f"a curve of {len(run.curve)} evaluations has no mean of {WIDTH}")
        pairs.append((means[-1], max(means)))
    table = np.asarray(pairs, dtype=np.float64)
    if not table[:, 1].all():
        raise BadInput("the best mean of three is 0")
    random = np.random.default_rng(seed)
    drawn = [table[random.integers(len(table), size=len(table))].sum(axis=0) for _ in range(resamples)]
    low, high = np.percentile([end / best for end, best in drawn], CENTRAL)
    end, best = table.sum(axis=0)
    return Interval(float(end / best), float(low), float(high))


# Many samples


def many_of(runs: Runs) -> list[Many]:
    """What was counted of many samples. Raises `BadInput` where that was not measured."""
    found = [run.ending.many for run in runs if run.ending.many is not None]
    if len(found) < len(runs):
        raise BadInput("pass@k was not measured at the end")
    return found


def pass_table(many: Sequence[Many], k: int) -> Table:
    """pass@k, seeds by problems. Raises `BadInput` for fewer than k samples."""
    return [[pass_at_k(m.samples, n, k) for n in m.solved] for m in many]


def pass_gain(runs: Runs, base: RunRecord, k: int = 16) -> Interval:
    """pass@k minus that of the untrained model, paired by problem."""
    before = many_of([base])
    return paired_gain(pass_table(many_of(runs), k), pass_table(before * len(runs), k))


def second_path(runs: Runs, base: RunRecord) -> Interval:
    """The share of right solutions by the path that was rarer at the start, over its share then. Over seeds."""
    start = many_of([base])[0]
    rarer_first = start.first_path < start.second_path
    total = start.first_path + start.second_path
    before = min(start.first_path, start.second_path) / total if total else 0.0
    if not before:
        raise BadInput("the untrained model's right solutions show one path only")
    kept = []
    for many in many_of(runs):
        rarer = many.first_path if rarer_first else many.second_path
        kept.append([rarer / max(1, many.first_path + many.second_path) / before])
    return hierarchical_interval(kept)


def memory_at_inference(runs: Runs) -> Interval:
    """What is solved without memory over what is solved with memory in the prompt, on the same problems."""
    pairs = [(r.ending.without_memory, r.ending.with_memory) for r in runs]
    without, with_it = [a for a, _ in pairs if a is not None], [b for _, b in pairs if b is not None]
    if len(without) < len(runs) or len(with_it) < len(runs):
        raise BadInput("memory in the prompt was not measured")
    return table_ratio(shares(without), shares(with_it))


def health_share(runs: Runs, name: str, from_epoch: float = 1.0) -> Interval:
    """The mean of a health metric over the evaluations after so many epochs, over seeds."""
    means = []
    for run in runs:
        values = [p.health[name] for p in run.curve if name in p.health and p.epoch >= from_epoch]
        if not values:
            raise BadInput(f"the loop did not report {name}")
        means.append([float(np.mean(values))])
    return hierarchical_interval(means)


def ratio_of_sums(tops: Sequence[float], bottoms: Sequence[float], seed: int = 0) -> Interval:
    """The ratio of two sums over the same seeds, resampled over seeds."""
    table = np.asarray([tops, bottoms], dtype=np.float64)
    if not table[1].sum():
        raise BadInput("a ratio to a sum of 0 is undefined")
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        top, bottom = table[:, random.integers(table.shape[1], size=table.shape[1])].sum(axis=1)
        drawn.append(top / bottom if bottom else np.inf)
    low, high = np.percentile(drawn, CENTRAL, method="nearest")
    top, bottom = table.sum(axis=1)
    return Interval(float(top / bottom), float(low), float(high))
