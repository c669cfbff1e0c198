"""Figures of a comparison, from the runs of a plan: each function gives one plotly figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.evaluation.compare import figures
from workbench.evaluation.compare.figures import Measure, Runs
from workbench.evaluation.compare.report import many
from workbench.evaluation.compare.summary import PlanRuns, figure, top_malrules
from workbench.ui.palette import BROWN, GREY, METHOD_COLOURS, SERIES, themed

Figure = dict[str, Any]
HEALTH = ("entropy", "mean_tokens", "cut_off_share", "unknown_share", "teacher_coverage", "memory_hits")
"""The health metrics that are drawn, as far as the loop reports them."""
MOST_BANDS = 8
"""Arms beyond which the bands of a curve hide each other."""


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for every arm: a method's own where it has one, else one that no method here has, if any is left."""
    arms = list(names)
    taken = {METHOD_COLOURS.get(name) for name in arms}
    rest = cycle([c for c in (*SERIES, GREY, BROWN) if c not in taken] or SERIES)
    return {name: METHOD_COLOURS.get(name) or next(rest) for name in arms}


def learning_curves(runs: PlanRuns, measure: Measure = figures.solved, title: str = "Solve rate on dev") -> Any:
    """A measure on `dev` over the rollouts used, intervals over seeds, then problems; lines alone of many arms."""
    made = go.Figure()
    for name, colour in colours(runs.arms).items():
        points = figures.mean_curve(runs.arms[name], measure)
        _curve(made, name, [x for x, _ in points], [i for _, i in points], colour, len(runs.arms) <= MOST_BANDS)
    made.update_layout(title=title, xaxis_title="rollouts", yaxis_title="share", yaxis_tickformat=".0%")
    return _legend_below(made)


def _legend_below(made: Any, space: float = 0.2) -> Any:
    """The figure in the project's look, its legend under it: several rows of names would cover the title."""
    return themed(made).update_layout(legend={"y": -space, "yanchor": "top"}, margin={"b": 104})


def _curve(made: Any, name: str, x: Sequence[float], intervals: Sequence[Any], colour: str, band: bool) -> None:
    """A line, with its interval as a band of the same colour where wanted."""
    edge = [i.high for i in intervals] + [i.low for i in reversed(intervals)]
    if band:
        made.add_scatter(
            x=[*x, *reversed(x)], y=edge, mode="lines", fill="toself", fillcolor=colour, opacity=0.15,
            line={"width": 0}, hoverinfo="skip", showlegend=False, legendgroup=name,
        )  # fmt: skip
    made.add_scatter(
        x=list(x), y=[i.value for i in intervals], name=name, mode="lines+markers", legendgroup=name,
        line={"color": colour}, marker={"size": 5},
    )  # fmt: skip


def rollouts_to_target(runs: PlanRuns) -> Any:
    """Rollouts that each arm needs to reach the target; a seed that never does counts as the full budget."""
    setter = runs.arms.get(runs.plan.target or "")
    made = go.Figure()
    if setter:
        target, full = figures.dev_target(setter), figures.budget(*runs.arms.values())
        figs = {n: figure(lambda r=r: figures.rollouts_to_target(r, setter, full)) for n, r in runs.arms.items()}  # type: ignore[misc]
        _bars(made, figs, colours(runs.arms))
        made.update_layout(title=f"Rollouts to reach {target:.1%} on dev, where {runs.plan.target} ends")
    made.update_layout(yaxis_title="rollouts", showlegend=False)
    return themed(made)


def _bars(made: Any, figs: Mapping[str, Figure], colour: Mapping[str, str], group: str | None = None) -> None:
    known = {name: f for name, f in figs.items() if None not in (f["value"], f["low"], f["high"])}
    made.add_bar(
        x=list(known), y=[f["value"] for f in known.values()], name=group,
        marker_color=[colour.get(name, GREY) for name in known],
        error_y={
            "array": [f["high"] - f["value"] for f in known.values()],
            "arrayminus": [f["value"] - f["low"] for f in known.values()],
        },
    )  # fmt: skip


def splits(runs: PlanRuns) -> Any:
    """Solve rate at the end on every split, arm by arm, the untrained model beside them."""
    made, wanted = go.Figure(), list(runs.plan.measures.final.splits)
    arms = {**({"base": [runs.base]} if runs.base else {}), **runs.arms}
    for name, colour in colours(arms).items():
        figs = {s: figure(lambda s=s, r=arms[name]: figures.final_share(r, s)) for s in wanted}  # type: ignore[misc]
        _bars(made, figs, dict.fromkeys(wanted, colour), name)
        made.data[-1].marker.color = colour
    made.update_layout(title="Solve rate at the end", barmode="group", yaxis_tickformat=".0%")
    return _legend_below(made)


def pass_at_k(runs: PlanRuns) -> Any:
    """pass@k, drawn through, and maj@k, dotted, of every arm and of the untrained model."""
    made, sizes = go.Figure(), set[int]()
    arms = {**({"base": [runs.base]} if runs.base else {}), **runs.arms}
    for name, colour in colours(arms).items():
        for kind, dash in (("pass_at", "solid"), ("majority_at", "dot")):
            found = many(arms[name])[kind]
            sizes |= {int(k) for k in found}
            made.add_scatter(
                x=[int(k) for k in found], y=[f["value"] for f in found.values()], name=name,
                legendgroup=name, showlegend=kind == "pass_at", line={"color": colour, "dash": dash},
            )  # fmt: skip
    made.update_layout(title="pass@k, drawn through, and maj@k, dotted, on test", yaxis_tickformat=".0%")
    made.update_xaxes(title="k", type="log", tickvals=sorted(sizes))
    return _legend_below(made)


def process(runs: PlanRuns) -> Any:
    """Process rate over rollouts."""
    return learning_curves(runs, lambda c: c.process, "Process rate on dev")


def wrong_reasons(runs: PlanRuns) -> Any:
    """Right-for-wrong-reasons over rollouts, judged as in training."""
    made = learning_curves(runs, lambda c: c.wrong_reasons, "Right for wrong reasons on dev")
    return made.update_yaxes(tickformat=".1%")


def health(runs: PlanRuns, names: Sequence[str] = HEALTH) -> Any:
    """Health metrics over rounds, the mean over seeds."""
    made = make_subplots(rows=-(-len(names) // 2), cols=2, subplot_titles=[n.replace("_", " ") for n in names])
    for name, colour in colours(runs.arms).items():
        for place, metric in enumerate(names):
            x, y = _series(runs.arms[name], metric)
            made.add_scatter(
                x=x, y=y, name=name, legendgroup=name, showlegend=place == 0, line={"color": colour},
                row=place // 2 + 1, col=place % 2 + 1,
            )  # fmt: skip
    made.update_layout(title="Health over rounds", height=240 * (-(-len(names) // 2)) + 120)
    return _legend_below(made, 0.07)


def _series(runs: Runs, metric: str) -> tuple[list[int], list[float]]:
    values: dict[int, list[float]] = {}
    for run in runs:
        for point in run.curve:
            if metric in point.health:
                values.setdefault(point.round, []).append(point.health[metric])
    return list(values), [sum(v) / len(v) for v in values.values()]


def stage_times(runs: PlanRuns) -> Any:
    """Seconds of a round by stage, stacked, the mean over seeds."""
    made = go.Figure()
    stages = sorted({s for own in runs.arms.values() for run in own for s in run.charges.seconds})
    for stage in stages:
        means = [_per_round(own, stage) for own in runs.arms.values()]
        made.add_bar(x=list(runs.arms), y=means, name=stage)
    made.update_layout(title="Seconds of a round by stage", barmode="stack", yaxis_title="seconds")
    return _legend_below(made, 0.35)


def _per_round(runs: Runs, stage: str) -> float:
    return sum(run.charges.seconds.get(stage, 0.0) / max(1, run.rounds) for run in runs) / len(runs)


def ablations(runs: PlanRuns, split: str = "test") -> Any:
    """What each arm loses against ours on a split, paired by seed and problem."""
    made, names = go.Figure(), [name for name in runs.arms if name != runs.plan.ours]
    figs = {
        name: figure(lambda own=runs.arms[name]: figures.final_gain(own, runs.ours, split))  # type: ignore[misc]
        for name in names
    }
    _bars(made, figs, colours(names))
    made.add_hline(y=0, line={"color": GREY, "width": 1})
    made.update_layout(
        title=f"Solve rate on {split} beside {runs.plan.ours}, paired", yaxis_tickformat="+.1%", showlegend=False
    )
    return themed(made).update_layout(xaxis_tickangle=-40, margin={"b": 120})


def malrules(runs: PlanRuns) -> Any:
    """The malrules most frequent at the start, and how often they are the first error over rounds."""
    made = go.Figure()
    for row in top_malrules(runs):
        series = row["share"]
        made.add_scatter(x=[p["round"] for p in series], y=[p["share"] for p in series], name=row["malrule"])
    made.update_layout(
        title=f"First errors of {runs.plan.ours} on dev by malrule", xaxis_title="round", yaxis_tickformat=".1%"
    )
    return _legend_below(made)


def all_figures(runs: PlanRuns) -> list[Any]:
    """Every figure that the finished runs of a plan allow."""
    if not runs.arms:
        return []
    made = [learning_curves(runs)]
    if runs.arms.get(runs.plan.target or ""):
        made.append(rollouts_to_target(runs))
    if runs.plan.measures.final.splits:
        made.append(splits(runs))
    if runs.plan.measures.final.many:
        made.append(pass_at_k(runs))
    made += [process(runs), wrong_reasons(runs), health(runs), stage_times(runs), malrules(runs)]
    if runs.ours and len(runs.arms) > 1 and runs.plan.measures.final.splits:
        made.append(ablations(runs))
    return made
