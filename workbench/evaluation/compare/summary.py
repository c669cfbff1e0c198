"""The rows by which the method is judged, each a figure with its interval or the reason why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from workbench.errors import BadInput
from workbench.evaluation.compare import figures
from workbench.evaluation.compare.figures import Runs
from workbench.evaluation.compare.keys import run_key, settings_key
from workbench.evaluation.compare.plan import BASE, Plan, trials
from workbench.evaluation.compare.record import RunRecord
from workbench.types import Estimate

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
    """The runs of a plan among all that are finished; with `any_version` also those made with other versions."""
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


def figure(make: Callable[[], Estimate]) -> Figure:
    """A figure for machines, or why there is none."""
    try:
        found = make()
    except BadInput as error:
        return {"value": None, "low": None, "high": None, "reason": str(error).rstrip(".")}
    row: Figure = {name: getattr(found, name) for name in ("value", "low", "high")}
    if not all(map(isfinite, row.values())):
        # JSON has no infinity: a side that has no bound is null, and says why.
        row = {name: value if isfinite(value) else None for name, value in row.items()}
        row["reason"] = "the interval has no bound on a side: one seed alone, or some resamples divide by 0"
    return row


def summarise(comparison: Comparison) -> dict[str, Any]:
    """Every row of the summary by its key."""
    main = comparison.main
    rows: dict[str, Any] = {}
    for other in ("grpo", "sdpo"):
        rows[f"rollouts_ratio_{other}"] = figure(lambda o=other: _ratio_to(main, o))  # type: ignore[misc]
    for other, split in (("grpo", "test"), ("sdpo", "test"), *(("grpo", s) for s in ("numbers", "wording", "depth"))):
        rows[f"gain_{other}_{split}"] = figure(
            lambda o=other, s=split: figures.final_gain(main.ours, _arm(main, o), s)  # type: ignore[misc]
        )
    rows["rfwr_ratio_grpo"] = figure(
        lambda: figures.final_ratio(main.ours, _arm(main, "grpo"), "test", lambda c: c.wrong_by_reference)
    )
    rows["pass16_minus_base"] = figure(lambda: figures.pass_gain(_some(main.ours), _base(main)))
    rows["round_cost_ratio_grpo"] = _of_bench(comparison.bench, "round_cost_ratio_grpo")
    rows["verification_share"] = _of_bench(comparison.bench, "verification_share")
    for name, counted in (("signal_coverage", "contexts_usable"), ("signal_moved", "contexts_moving")):
        rows[name] = figure(lambda n=counted: figures.signal_share(_some(main.ours), n))  # type: ignore[misc]
    rows["end_over_best"] = figure(lambda: figures.end_over_best(_long(comparison)))
    rows |= _memory_rows(comparison)
    rows["second_path_kept"] = figure(lambda: figures.second_path(_some(main.ours), _base(main)))
    rows["second_path_kept_grpo"] = figure(lambda: figures.second_path(_arm(main, "grpo"), _base(main)))
    rows["malrules_at_start"] = top_malrules(main)
    rows["seeds"] = len({run.seed for run in main.ours})
    return rows


def _memory_rows(comparison: Comparison) -> dict[str, Any]:
    def gain(name: str) -> Figure:
        def make() -> Estimate:
            ours, theirs = beside(comparison, name)
            return figures.final_gain(ours, theirs, "test")

        return figure(make)

    rows = {f"gain_{name}_test": gain(name) for name in ("frozen", "shuffled", "memory_off", "outcome_credit")}
    rows["expiry_recovers"] = figure(lambda: expiry_recovers(comparison))
    rows["memory_at_inference"] = figure(lambda: figures.memory_at_inference(_some(comparison.main.ours)))
    rows["policy_minus_diagnosis_writer"] = gain("diagnosis_writer")
    return rows


def expiry_recovers(comparison: Comparison) -> Estimate:
    """(frozen with expiry - frozen) / (pmd - frozen) on `test`. `BadInput` where no loss is clear of zero."""
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
    """Our runs and those of a named arm, of the first plan that has both."""
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
    """Optimizer updates that a run did."""
    training = run.config["training"]
    assert isinstance(training, dict)
    return run.rounds * int(training["updates_per_round"])


def _of_bench(bench: Mapping[str, Any], key: str) -> Figure:
    if key in bench:
        return dict(bench[key])
    return {"value": None, "low": None, "high": None, "reason": "run 'workbench bench round' on an idle machine"}


def top_malrules(runs: PlanRuns, wanted: int = 3) -> list[dict[str, Any]]:
    """The malrules that are most often the first error at the start, with their share of solutions over rounds."""
    if not runs.ours:
        return []
    start: Counter[str] = Counter()
    for run in runs.ours:
        start.update(run.curve[0].malrules)
    return [{"malrule": name, "share": malrule_shares(runs.ours, name)} for name, _ in start.most_common(wanted)]


def malrule_shares(runs: Runs, name: str) -> list[dict[str, float]]:
    """At each evaluation the share of `dev` solutions whose first error is this, over seeds."""
    length = min(len(run.curve) for run in runs)
    series = []
    for at in range(length):
        points = [run.curve[at] for run in runs]
        total = sum(p.counts.samples * len(p.counts.problems) for p in points)
        series.append({"round": points[0].round, "share": sum(p.malrules.get(name, 0) for p in points) / total})
    return series
