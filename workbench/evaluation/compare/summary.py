"""The rows by which the method is judged, each a figure with its interval or the reason why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from workbench import resources
from workbench.errors import BadInput
from workbench.evaluation.compare import figures
from workbench.evaluation.compare.figures import Runs
from workbench.evaluation.compare.plan import BASE, Plan, arms_of, run_key, settings_key, trials
from workbench.evaluation.compare.record import Charges, Counts, Many, RunRecord
from workbench.judging.rows import NO_ERROR, read_solutions
from workbench.statistics import hierarchical_interval
from workbench.types import Estimate, Judgement, Knowledge
from workbench.verification import Verifier

UPDATES = 1000
"""Updates after which `end_over_best` is asked for."""
Figure = dict[str, Any]
"""`value`, `low` and `high`; all null, with a `reason`, where it cannot be computed."""


@dataclass(frozen=True)
class PlanRuns:
    """The finished runs of a plan."""

    plan: Plan
    arms: Mapping[str, Runs]
    """By arm, in the order of seeds; arms without a finished run are left out."""
    base: RunRecord | None
    missing: int
    """Runs that the plan has and that are not finished."""
    other_versions: int = 0
    """Runs that were made with another model, text, verifier or problems."""

    @property
    def ours(self) -> Runs:
        return self.arms.get(self.plan.ours, ())


@dataclass(frozen=True)
class Comparison:
    """Several plans' runs, the main one first, and what was measured beside them."""

    plans: Sequence[PlanRuns]
    bench: Mapping[str, Any] = field(default_factory=dict)
    """What `workbench bench round` wrote."""

    @property
    def main(self) -> PlanRuns:
        return self.plans[0]


def collect(plan: Plan, records: Sequence[RunRecord], any_version: bool = False) -> PlanRuns:
    """Return the runs of a plan among all that are finished; with `any_version` also those of other versions."""
    exact = {record.key: record for record in records}
    alike = {record.settings_key: record for record in records}
    arms: dict[str, list[RunRecord]] = {}
    base, missing, other = None, 0, 0
    for trial in trials(plan):
        found = exact.get(run_key(trial))
        if found is None and any_version:
            found = alike.get(settings_key(trial))
            other += found is not None
        if found is None:
            missing += 1
        elif trial.arm == BASE:
            base = found
        else:
            arms.setdefault(trial.arm, []).append(found)
    return PlanRuns(plan, arms, base, missing, other)


def figure(make: Callable[..., Estimate], *given: Any) -> Figure:
    """Return what `make` makes of the arguments as a figure for machines, or why there is none."""
    try:
        found = make(*given)
    except BadInput as error:
        return {"value": None, "low": None, "high": None, "reason": str(error).rstrip(".")}
    row: Figure = {name: getattr(found, name) for name in ("value", "low", "high")}
    if not all(map(isfinite, row.values())):
        # JSON has no infinity: a side that has no bound is null, and says why.
        row = {name: value if isfinite(value) else None for name, value in row.items()}
        row["reason"] = "the interval has no bound on a side: one seed alone, or some resamples divide by 0"
    return row


def summarise(comparison: Comparison) -> dict[str, Any]:
    """Return every row of the summary by its key."""
    main = comparison.main
    rows: dict[str, Any] = {}
    for other in ("grpo", "sdpo"):
        rows[f"rollouts_ratio_{other}"] = figure(_ratio_to, main, other)
    for other, split in (("grpo", "test"), ("sdpo", "test"), *(("grpo", s) for s in ("numbers", "wording", "depth"))):
        rows[f"gain_{other}_{split}"] = figure(_gain_over, main, other, split)
    rows["rfwr_ratio_grpo"] = figure(
        lambda: figures.final_ratio(main.ours, _arm(main, "grpo"), "test", _wrong_by_reference)
    )
    rows["pass16_minus_base"] = figure(lambda: figures.pass_gain(_some(main.ours), _base(main)))
    rows["round_cost_ratio_grpo"] = _of_bench(comparison.bench, "round_cost_ratio_grpo")
    rows["verification_share"] = _of_bench(comparison.bench, "verification_share")
    for name, counted in (("signal_coverage", "contexts_usable"), ("signal_moved", "contexts_moving")):
        rows[name] = figure(_signal_share, main, counted)
    rows["end_over_best"] = figure(lambda: figures.end_over_best(_long(comparison)))
    rows |= _memory_rows(comparison)
    rows["second_path_kept"] = figure(lambda: figures.second_path(_some(main.ours), _base(main)))
    rows["second_path_kept_grpo"] = figure(lambda: figures.second_path(_arm(main, "grpo"), _base(main)))
    rows["malrules_at_start"] = top_malrules(main)
    rows["seeds"] = len({run.seed for run in main.ours})
    return rows


def _gain_over(main: PlanRuns, other: str, split: str) -> Estimate:
    return figures.final_gain(main.ours, _arm(main, other), split)


def _signal_share(main: PlanRuns, counted: str) -> Estimate:
    return figures.signal_share(_some(main.ours), counted)


def _wrong_by_reference(counts: Counts) -> Sequence[int]:
    return counts.wrong_by_reference


def _memory_rows(comparison: Comparison) -> dict[str, Any]:
    def gain(name: str) -> Estimate:
        return figures.final_gain(*beside(comparison, name), "test")

    rows = {
        f"gain_{name}_test": figure(gain, name) for name in ("frozen", "shuffled", "memory_off", "outcome_credit")
    }
    rows["expiry_recovers"] = figure(expiry_recovers, comparison)
    rows["memory_at_inference"] = figure(lambda: figures.memory_at_inference(_some(comparison.main.ours)))
    rows["policy_minus_diagnosis_writer"] = figure(gain, "diagnosis_writer")
    return rows


def expiry_recovers(comparison: Comparison) -> Estimate:
    """Return (frozen with expiry - frozen) / (pmd - frozen) on `test`. Raise `BadInput` if no loss is clear."""
    ours, frozen = beside(comparison, "frozen")
    lost = figures.final_gain(ours, frozen, "test")
    if lost.low <= 0:
        raise BadInput("no loss found: pmd minus frozen is not clear of zero")
    _, expiring = beside(comparison, "frozen_expiry")
    c, a = figures.paired(ours, expiring)
    a, b = figures.paired(a, frozen)
    c, a = figures.paired(c, a)
    tops = [x - y for x, y in zip(_means(a), _means(b), strict=True)]
    bottoms = [x - y for x, y in zip(_means(c), _means(b), strict=True)]
    return figures.ratio_of_sums(tops, bottoms)


def _means(runs: Runs) -> list[float]:
    return [sum(row) / len(row) for row in figures.split_table(runs, "test")]


def beside(comparison: Comparison, name: str) -> tuple[Runs, Runs]:
    """Return our runs and those of a named arm, of the first plan that has both."""
    for runs in comparison.plans:
        if runs.ours and runs.arms.get(name):
            return runs.ours, runs.arms[name]
    raise BadInput(f"no plan has finished runs of the arm {name!r} beside ours")


def _ratio_to(main: PlanRuns, other: str) -> Estimate:
    target = main.plan.target
    if target is None:
        raise BadInput("the plan names no arm that sets the target")
    return figures.rollouts_ratio(_some(main.ours), _arm(main, other), _arm(main, target))


def _arm(runs: PlanRuns, name: str) -> Runs:
    if not runs.arms.get(name):
        raise BadInput(f"the plan {runs.plan.name!r} has no finished run of the arm {name!r}")
    return runs.arms[name]


def _some(runs: Runs) -> Runs:
    if not runs:
        raise BadInput("there is no finished run of ours")
    return runs


def _base(runs: PlanRuns) -> RunRecord:
    if runs.base is None:
        raise BadInput("the untrained model has not been measured")
    return runs.base


def _long(comparison: Comparison) -> Runs:
    """Our runs of at least a thousand updates."""
    for runs in comparison.plans:
        if runs.ours and all(updates(run) >= UPDATES or run.collapsed for run in runs.ours):
            return runs.ours
    raise BadInput(f"no plan has finished runs of ours with {UPDATES} updates")


def updates(run: RunRecord) -> int:
    """Return how many optimizer updates a run did."""
    training = run.config["training"]
    assert isinstance(training, dict)
    return run.rounds * int(training["updates_per_round"])


def _of_bench(bench: Mapping[str, Any], key: str) -> Figure:
    if key in bench:
        return dict(bench[key])
    return {"value": None, "low": None, "high": None, "reason": "run 'workbench bench round' on an idle machine"}


def top_malrules(runs: PlanRuns) -> list[dict[str, Any]]:
    """Return the three commonest first errors at the start, with their share of solutions over rounds."""
    if not runs.ours:
        return []
    start: Counter[str] = Counter()
    for run in runs.ours:
        start.update(run.curve[0].malrules)
    return [{"malrule": name, "share": malrule_shares(runs.ours, name)} for name, _ in start.most_common(3)]


def malrule_shares(runs: Runs, name: str) -> list[dict[str, float]]:
    """Return at each evaluation the share of `dev` solutions whose first error is this, over seeds."""
    length = min(len(run.curve) for run in runs)
    series = []
    for at in range(length):
        points = [run.curve[at] for run in runs]
        total = sum(p.counts.samples * len(p.counts.problems) for p in points)
        series.append({"round": points[0].round, "share": sum(p.malrules.get(name, 0) for p in points) / total})
    return series


# The report of a comparison: the summary, and for every arm its figures, as one JSON object.


LABELS = resources.LABELS
RATES: Mapping[str, figures.Measure] = {
    "solve_rate": figures.solved,
    "process_rate": lambda c: c.process,
    "right_for_wrong_reasons": lambda c: c.wrong_reasons,
}


def report(comparison: Comparison) -> dict[str, Any]:
    """Return everything for machines; the page is drawn from the runs themselves."""
    return {
        "summary": summarise(comparison),
        "verifier_false_alarms": false_alarms(),
        "plans": [plan_report(runs) for runs in comparison.plans],
    }


def plan_report(runs: PlanRuns) -> dict[str, Any]:
    """Return the arms of one plan."""
    first = next((run for arm in runs.arms.values() for run in arm), runs.base)
    target = _target(runs)
    return {
        "plan": runs.plan.name,
        "about": runs.plan.about,
        "rounds": runs.plan.rounds,
        "missing_runs": runs.missing,
        "runs_of_other_versions": runs.other_versions,
        "versions": first.versions if first else {},
        "code": sorted({run.code for arm in runs.arms.values() for run in arm}),
        "machines": sorted({run.machine for arm in runs.arms.values() for run in arm}),
        "target": target,
        "base": _ending([runs.base]) if runs.base else None,
        "arms": {name: arm_report(name, runs, target) for name in runs.arms},
    }


def _target(runs: PlanRuns) -> float | None:
    setter = runs.arms.get(runs.plan.target or "")
    return figures.dev_target(setter) if setter else None


def arm_report(name: str, runs: PlanRuns, target: float | None) -> dict[str, Any]:
    """Return what is told of one arm: what it reached, what it used, and how far ours is ahead of it."""
    own, plan = runs.arms[name], runs.plan
    ahead: dict[str, Any] = {}
    if name != plan.ours and runs.ours:
        ahead = {split: figure(figures.final_gain, runs.ours, own, split) for split in plan.measures.final.splits}
    reached = None
    if target is not None:
        setter, full = runs.arms[plan.target or ""], figures.budget(*runs.arms.values())
        reached = figure(figures.rollouts_to_target, own, setter, full)
    return {
        "settings": arms_of(plan)[name],
        "seeds": [run.seed for run in own],
        "collapsed": {str(run.seed): run.collapsed for run in own if run.collapsed},
        "updates": max(updates(run) for run in own),
        "rollouts_to_target": reached,
        "dev": figure(_mean_share, [run.curve[-1].counts for run in own]),
        "ours_minus_this": ahead,
        **_ending(own),
        "used": used([run.charges for run in own]),
        "keys": [run.key for run in own],
    }


def _ending(runs: Runs) -> dict[str, Any]:
    """What was measured at the end, with intervals."""
    splits = sorted({name for run in runs for name in run.ending.splits})
    found: dict[str, Any] = {
        split: {rate: figure(figures.final_share, runs, split, m) for rate, m in RATES.items()} for split in splits
    }
    for split in splits:
        found[split]["right_for_wrong_reasons_by_reference"] = figure(
            figures.final_share, runs, split, _wrong_by_reference
        )
        greedy = [run.ending.greedy.get(split) for run in runs]
        found[split]["greedy"] = _share(greedy)
    return {
        "final": found,
        "chosen_on_dev": {"test": _share([run.ending.chosen for run in runs])},
        "chosen_rounds": [run.ending.chosen_round for run in runs],
        **many(runs),
    }


def _mean_share(counts: Sequence[Counts]) -> Estimate:
    return hierarchical_interval(figures.shares(counts))


def _mean_pass(found: Sequence[Many], k: int) -> Estimate:
    return hierarchical_interval(figures.pass_table(found, k))


def _share(counts: Sequence[Counts | None]) -> dict[str, Any] | None:
    known = [c for c in counts if c is not None]
    if not known or len(known) < len(counts):
        return None
    return figure(_mean_share, known)


def many(runs: Runs) -> dict[str, Any]:
    """Return pass@k and maj@k by k."""
    try:
        found = figures.many_of(runs)
    except BadInput:
        return {"pass_at": {}, "majority_at": {}}
    sizes = list(found[0].majority)
    return {
        "pass_at": {k: figure(_mean_pass, found, int(k)) for k in sizes},
        "majority_at": {k: figure(hierarchical_interval, [m.majority[k] for m in found]) for k in sizes},
    }


def used(charges: Sequence[Charges]) -> dict[str, Any]:
    """Return what a run used, the mean over seeds; null where the loop does not count it."""

    def mean(values: Sequence[float | None]) -> float | None:
        known = [v for v in values if v is not None]
        return sum(known) / len(known) if len(known) == len(values) else None

    stages = sorted({stage for c in charges for stage in c.seconds})
    return {
        "rollouts": mean([c.rollouts for c in charges]),
        "sampled_tokens": mean([c.sampled_tokens for c in charges]),
        "teacher_tokens": mean([c.teacher_tokens for c in charges]),
        "writer_tokens": mean([c.writer_tokens for c in charges]),
        "verifier_seconds": mean([c.seconds.get("verify", 0.0) for c in charges]),
        "wall_seconds": mean([c.wall for c in charges]),
        "stage_seconds": {s: mean([c.seconds.get(s, 0.0) for c in charges]) for s in stages},
    }


def false_alarms() -> dict[str, Any] | None:
    """Return how many of the solutions that readers found right the verifier flags; None without the labels."""
    if not LABELS.is_file():
        return None
    verifier = Verifier()
    right = [row for row in read_solutions(LABELS) if row.first_error == NO_ERROR]
    verdicts = [verifier.verify(row.problem, row.steps, Knowledge.ANSWER) for row in right]
    flagged = sum(any(s.judgement is Judgement.INCORRECT for s in v.steps) for v in verdicts)
    return {"flagged": flagged, "right": len(right), "share": flagged / max(1, len(right))}
