"""The report of a comparison: the summary, and for every arm its figures, as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import BadInput
from workbench.evaluation.compare import figures
from workbench.evaluation.compare.figures import Runs
from workbench.evaluation.compare.plan import arms_of
from workbench.evaluation.compare.record import Charges, Counts
from workbench.evaluation.compare.summary import Comparison, PlanRuns, figure, summarise, updates
from workbench.evaluation.intervals import hierarchical_interval
from workbench.types import Judgement, Knowledge
from workbench.verification import Verifier
from workbench.verification.rows import NO_ERROR, read_solutions

LABELS = Path(__file__).parents[3] / "data" / "labels" / "rollouts.jsonl"
RATES: Mapping[str, figures.Measure] = {
    "solve_rate": figures.solved,
    "process_rate": lambda c: c.process,
    "right_for_wrong_reasons": lambda c: c.wrong_reasons,
}


def report(comparison: Comparison) -> dict[str, Any]:
    """Everything for machines; the page is drawn from the runs themselves."""
    return {
        "summary": summarise(comparison),
        "verifier_false_alarms": false_alarms(),
        "plans": [plan_report(runs) for runs in comparison.plans],
    }


def plan_report(runs: PlanRuns) -> dict[str, Any]:
    """The arms of one plan."""
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
    """One arm: what it reached, what it used, and how far ours is ahead of it."""
    own, plan = runs.arms[name], runs.plan
    ahead: dict[str, Any] = {}
    if name != plan.ours and runs.ours:
        ahead = {
            split: figure(lambda s=split: figures.final_gain(runs.ours, own, s))  # type: ignore[misc]
            for split in plan.measures.final.splits
        }
    reached = None
    if target is not None:
        setter, full = runs.arms[plan.target or ""], figures.budget(*runs.arms.values())
        reached = figure(lambda: figures.rollouts_to_target(own, setter, full))
    return {
        "settings": arms_of(plan)[name],
        "seeds": [run.seed for run in own],
        "collapsed": {str(run.seed): run.collapsed for run in own if run.collapsed},
        "updates": max(updates(run) for run in own),
        "rollouts_to_target": reached,
        "dev": figure(lambda: hierarchical_interval(figures.shares([run.curve[-1].counts for run in own]))),
        "ours_minus_this": ahead,
        **_ending(own),
        "used": used([run.charges for run in own]),
        "keys": [run.key for run in own],
    }


def _ending(runs: Runs) -> dict[str, Any]:
    """What was measured at the end, with intervals."""
    splits = sorted({name for run in runs for name in run.ending.splits})
    found: dict[str, Any] = {
        split: {rate: figure(lambda s=split, m=m: figures.final_share(runs, s, m)) for rate, m in RATES.items()}  # type: ignore[misc]
        for split in splits
    }
    for split in splits:
        found[split]["right_for_wrong_reasons_by_reference"] = figure(
            lambda s=split: figures.final_share(runs, s, lambda c: c.wrong_by_reference)  # type: ignore[misc]
        )
        greedy = [run.ending.greedy.get(split) for run in runs]
        found[split]["greedy"] = _share(greedy)
    return {
        "final": found,
        "chosen_on_dev": {"test": _share([run.ending.chosen for run in runs])},
        "chosen_rounds": [run.ending.chosen_round for run in runs],
        **many(runs),
    }


def _share(counts: Sequence[Counts | None]) -> dict[str, Any] | None:
    known = [c for c in counts if c is not None]
    if not known or len(known) < len(counts):
        return None
    return figure(lambda: hierarchical_interval(figures.shares(known)))


def many(runs: Runs) -> dict[str, Any]:
    """pass@k and maj@k by k."""
    try:
        found = figures.many_of(runs)
    except BadInput:
        return {"pass_at": {}, "majority_at": {}}
    sizes = list(found[0].majority)
    return {
        "pass_at": {k: figure(lambda k=k: hierarchical_interval(figures.pass_table(found, int(k)))) for k in sizes},  # type: ignore[misc]
        "majority_at": {k: figure(lambda k=k: hierarchical_interval([m.majority[k] for m in found])) for k in sizes},  # type: ignore[misc]
    }


def used(charges: Sequence[Charges]) -> dict[str, Any]:
    """What a run used, the mean over seeds; null where the loop does not count it."""

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


def false_alarms(path: Path = LABELS) -> dict[str, Any] | None:
    """How many solutions that readers found right the verifier flags, as in training; None without the labels."""
    if not path.is_file():
        return None
    verifier = Verifier()
    right = [row for row in read_solutions(path) if row.first_error == NO_ERROR]
    verdicts = [verifier.verify(row.problem, row.steps, Knowledge.ANSWER) for row in right]
    flagged = sum(any(s.judgement is Judgement.INCORRECT for s in v.steps) for v in verdicts)
    return {"flagged": flagged, "right": len(right), "share": flagged / max(1, len(right))}
