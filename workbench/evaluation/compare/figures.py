"""Figures over the runs of an arm, or of two arms paired by seed and problem, each with its interval.

Intervals: 95 %, by resampling seeds, then problems, which all seeds share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from workbench.errors import BadInput
from workbench.evaluation.compare.record import Counts, Many, RunRecord
from workbench.statistics import (
    WIDTH,
    Curve,
    Floats,
    Table,
    bootstrap,
    hierarchical_interval,
    paired_gain,
    pass_at_k,
    ratio_or_infinity,
    rollouts_to,
    smoothed,
    table_ratio,
)
from workbench.types import Estimate

Runs = Sequence[RunRecord]
Measure = Callable[[Counts], Sequence[int]]
TRIED = "contexts_tried"
"""The count of rollouts that went wrong whose contexts the loop tried."""


def solved(counts: Counts) -> Sequence[int]:
    """Return how many answers of each problem are right."""
    return counts.solved


def shares(counts: Sequence[Counts], measure: Measure = solved) -> Table:
    """Return the share of each problem's samples, seeds by problems. Raise `BadInput` where problems differ."""
    if len({(c.problems, c.samples) for c in counts}) > 1:
        raise BadInput("The runs were measured on different problems; compare runs of one plan.")
    return [[n / c.samples for n in measure(c)] for c in counts]


def paired(ours: Runs, theirs: Runs) -> tuple[list[RunRecord], list[RunRecord]]:
    """Return the runs of the seeds that both have. Raise `BadInput` if there are none."""
    by_seed = {run.seed: run for run in theirs}
    a = [run for run in ours if run.seed in by_seed]
    if not a:
        raise BadInput("there are no finished runs of the same seeds")
    return a, [by_seed[run.seed] for run in a]


def split_table(runs: Runs, split: str, measure: Measure = solved) -> Table:
    """Return a measure at the end, seeds by problems. Raise `BadInput` where the split was not measured."""
    if any(split not in run.ending.splits for run in runs):
        raise BadInput(f"{split} was not measured at the end")
    return shares([run.ending.splits[split] for run in runs], measure)


def final_share(runs: Runs, split: str, measure: Measure = solved) -> Estimate:
    """Return a measure at the end."""
    return hierarchical_interval(split_table(runs, split, measure))


def final_gain(ours: Runs, theirs: Runs, split: str, measure: Measure = solved) -> Estimate:
    """Return ours minus theirs at the end, paired."""
    return paired_gain(*_split_tables(ours, theirs, split, measure))


def final_ratio(ours: Runs, theirs: Runs, split: str, measure: Measure) -> Estimate:
    """Return ours over theirs at the end, paired."""
    return table_ratio(*_split_tables(ours, theirs, split, measure))


def _split_tables(ours: Runs, theirs: Runs, split: str, measure: Measure) -> tuple[Table, Table]:
    """Both arms' tables of the seeds that both have, on the same problems."""
    a, b = paired(ours, theirs)
    table = split_table([*a, *b], split, measure)
    return table[: len(a)], table[len(a) :]


# Curves


def curve_of(run: RunRecord) -> Curve:
    """Return a run's share solved on `dev` over the rollouts it had used."""
    points = run.curve
    return Curve(tuple(p.charges.rollouts for p in points), tuple(p.counts.share(p.counts.solved) for p in points))


def mean_curve(runs: Runs, measure: Measure) -> list[tuple[float, Estimate]]:
    """Return for each evaluation the mean rollouts used and the share over the seeds that got so far."""
    length = max(len(run.curve) for run in runs)
    points = []
    for at in range(length):
        here = [run.curve[at] for run in runs if at < len(run.curve)]
        table = shares([p.counts for p in here], measure)
        rollouts = float(np.mean([p.charges.rollouts for p in here]))
        points.append((rollouts, hierarchical_interval(table, resamples=400)))
    return points


def budget(*arms: Runs) -> int:
    """Return the rollouts of a full run: what a seed that never reaches the target counts as."""
    return max(run.curve[-1].charges.rollouts for runs in arms for run in runs)


def dev_target(runs: Runs) -> float:
    """Return the mean of the last three evaluations, over seeds."""
    return float(np.mean([smoothed(np.asarray(curve_of(run).values))[-1] for run in runs]))


def rollouts_to_target(runs: Runs, setter: Runs, full: int) -> Estimate:
    """Return the mean rollouts to the target. `setter`: the runs whose plateau is the target.

    Each resample draws seeds and `dev` problems anew for both and sets its own target.
    """
    a, b = paired(runs, setter)
    own, theirs = _dev_tables(a, b)

    def mean(seeds: Floats, problems: Floats) -> Floats:
        return _reached(a, own, _target(theirs, seeds, problems), seeds, problems, full)

    return bootstrap(mean, len(a), own[0].shape[-1])


def rollouts_ratio(ours: Runs, theirs: Runs, setter: Runs) -> Estimate:
    """Return the mean rollouts to the target, ours over theirs, resampled as in `rollouts_to_target`."""
    a, b = paired(ours, theirs)
    a, c = paired(a, setter)
    a, b = paired(a, b)
    full = budget(a, b, c)
    own, other, setting = _dev_tables(a, b, c)

    def ratio(seeds: Floats, problems: Floats) -> Floats:
        target = _target(setting, seeds, problems)
        top, bottom = (_reached(r, t, target, seeds, problems, full) for r, t in ((a, own), (b, other)))
        return np.where((top == 0) & (bottom == 0), 1.0, ratio_or_infinity(top, bottom))

    found = bootstrap(ratio, len(a), own[0].shape[-1])
    if not np.isfinite(found.value):
        raise BadInput("the other arm is at the target before any training; set another target")
    return found


def _dev_tables(*arms: Runs) -> list[list[Floats]]:
    """Of each arm, seed by seed, evaluations by problems; all on the same problems."""
    shares([run.curve[0].counts for runs in arms for run in runs])
    return [[np.asarray(shares([p.counts for p in run.curve]), dtype=np.float64) for run in runs] for runs in arms]


def _means(table: Floats, problems: Floats) -> Floats:
    """The curve of one seed in each resample: [resamples, evaluations]."""
    curve: Floats = (problems @ table.T) / problems.sum(axis=1, keepdims=True)
    return curve


def _target(setter: Sequence[Floats], seeds: Floats, problems: Floats) -> Floats:
    """The plateau of the arm that sets the target, the mean over the seeds drawn: [resamples]."""
    plateaus = np.stack([smoothed(_means(table, problems))[:, -1] for table in setter], axis=1)
    target: Floats = (seeds * plateaus).sum(axis=1) / seeds.sum(axis=1)
    return target


def _reached(
    runs: Runs, tables: Sequence[Floats], target: Floats, seeds: Floats, problems: Floats, full: int
) -> Floats:
    """Rollouts to the target, the mean over the seeds drawn: [resamples]."""
    used = [[p.charges.rollouts for p in run.curve] for run in runs]
    of_seed = [rollouts_to(u, _means(t, problems), target, full) for u, t in zip(used, tables, strict=True)]
    reached: Floats = (seeds * np.stack(of_seed, axis=1)).sum(axis=1) / seeds.sum(axis=1)
    return reached


def end_over_best(runs: Runs) -> Estimate:
    """Return the mean of the last three evaluations over the best mean of three, both summed over seeds."""
    if any(len(run.curve) < WIDTH for run in runs):
        raise BadInput(f"a curve of {min(len(run.curve) for run in runs)} evaluations has no mean of {WIDTH}")
    [tables] = _dev_tables(runs)

    def ratio(seeds: Floats, problems: Floats) -> Floats:
        means = [smoothed(_means(table, problems))[:, WIDTH - 1 :] for table in tables]
        last, best = np.stack([m[:, -1] for m in means], 1), np.stack([m.max(axis=1) for m in means], 1)
        bottom = (seeds * best).sum(axis=1)
        return np.where(bottom == 0, np.nan, (seeds * last).sum(axis=1) / np.where(bottom == 0, 1.0, bottom))

    found = bootstrap(ratio, len(tables), tables[0].shape[-1])
    if np.isnan(found.value):
        raise BadInput("the best mean of three is 0")
    return found


# Many samples


def many_of(runs: Runs) -> list[Many]:
    """Return what was counted of many samples. Raise `BadInput` where that was not measured."""
    found = [run.ending.many for run in runs if run.ending.many is not None]
    if len(found) < len(runs):
        raise BadInput("pass@k was not measured at the end")
    return found


def pass_table(many: Sequence[Many], k: int) -> Table:
    """Return pass@k, seeds by problems. Raise `BadInput` for fewer than k samples."""
    return [[pass_at_k(m.samples, n, k) for n in m.solved] for m in many]


def pass_gain(runs: Runs, base: RunRecord) -> Estimate:
    """Return pass@16 minus that of the untrained model, paired by problem."""
    before = many_of([base])
    return paired_gain(pass_table(many_of(runs), 16), pass_table(before * len(runs), 16))


def second_path(runs: Runs, base: RunRecord) -> Estimate:
    """Return the share of right solutions that go another way than the worked solution, over its share untrained."""
    many = [*many_of([base]), *many_of(runs)]
    if any(len(m.second_path) < len(m.problems) for m in many):
        raise BadInput("paths were not counted problem by problem")
    if len({m.problems for m in many}) > 1:
        raise BadInput("the paths of different problems were counted")
    # Row 0 is the untrained model, which every seed starts from.
    second = np.asarray([m.second_path for m in many], dtype=np.float64)
    right = np.asarray([m.solved for m in many], dtype=np.float64)

    def kept(seeds: Floats, problems: Floats) -> Floats:
        before = (problems @ second[0]) / np.maximum(1.0, problems @ right[0])
        ways, all_right = (((seeds @ table[1:]) * problems).sum(axis=1) for table in (second, right))
        return ratio_or_infinity(ways / np.maximum(1.0, all_right), before)

    found = bootstrap(kept, len(runs), second.shape[1])
    if not np.isfinite(found.value):
        raise BadInput("no right solution of the untrained model goes another way than the worked solution")
    return found


def memory_at_inference(runs: Runs) -> Estimate:
    """Return what is solved without memory over what is solved with memory in the prompt, on the same problems."""
    pairs = [(r.ending.without_memory, r.ending.with_memory) for r in runs]
    without, with_it = [a for a, _ in pairs if a is not None], [b for _, b in pairs if b is not None]
    if len(without) < len(runs) or len(with_it) < len(runs):
        raise BadInput("memory in the prompt was not measured")
    return table_ratio(shares(without), shares(with_it))


def signal_share(runs: Runs, name: str) -> Estimate:
    """Return the share of rollouts wrong after the first epoch whose context does what `name` counts."""
    found, tried = [], []
    for run in runs:
        points = [p for p in run.curve if p.epoch >= 1]
        if not points or any(TRIED not in p.health or name not in p.health for p in points):
            raise BadInput(f"the loop did not report {name}")
        # Evaluations are the same number of rounds apart: means of counts weigh each rollout alike.
        found.append(sum(p.health[name] for p in points))
        tried.append(sum(p.health[TRIED] for p in points))
    return ratio_of_sums(found, tried)


def ratio_of_sums(tops: Sequence[float], bottoms: Sequence[float]) -> Estimate:
    """Return the ratio of two sums over the same seeds, resampled over seeds; one seed alone bounds nothing."""
    table = np.asarray([tops, bottoms], dtype=np.float64)
    if not table[1].sum():
        raise BadInput("a ratio to a sum of 0 is undefined")
    if len(tops) == 1:
        return Estimate(float(table[0, 0] / table[1, 0]), -np.inf, np.inf)
    return bootstrap(lambda s, _: ratio_or_infinity(s @ table[0], s @ table[1]), len(tops), 1)
