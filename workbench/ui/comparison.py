"""Figures of a comparison, from the runs of a plan: each function gives one plotly figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go
from markupsafe import Markup
from plotly.subplots import make_subplots

from workbench import resources
from workbench.errors import BadInput
from workbench.evaluation.compare import figures
from workbench.evaluation.compare.figures import Measure, Runs
from workbench.evaluation.compare.plan import read_plan
from workbench.evaluation.compare.record import read_runs
from workbench.evaluation.compare.summary import Comparison, PlanRuns, collect, figure, many, top_malrules
from workbench.metrics import METRICS
from workbench.ui.audit import figure_html, report_page
from workbench.ui.pages import Column, TableCell, TableRow, caption, render, table_html, words
from workbench.ui.palette import BROWN, GREY, METHOD_COLOURS, SERIES, themed

Figure = dict[str, Any]
HEALTH = ("entropy", "mean_tokens", "cut_off_share", "unknown_share", "teacher_coverage", "memory_hits")
"""The health metrics that are drawn, as far as the loop reports them."""
MOST_BANDS = 8
"""Arms beyond which the bands of a curve hide each other."""


def colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour for every arm: a method's own where it has one, else one that no method here has."""
    arms = list(names)
    taken = {METHOD_COLOURS.get(name) for name in arms}
    rest = cycle([c for c in (*SERIES, GREY, BROWN) if c not in taken] or SERIES)
    return {name: METHOD_COLOURS.get(name) or next(rest) for name in arms}


def learning_curves(runs: PlanRuns, measure: Measure = figures.solved, title: str = "Solve rate on dev") -> Any:
    """Draw a measure on `dev` over the rollouts used, with bands (seeds, then problems) if arms are few."""
    made = go.Figure()
    for name, colour in colours(runs.arms).items():
        points = figures.mean_curve(runs.arms[name], measure)
        _curve(made, name, [x for x, _ in points], [i for _, i in points], colour, len(runs.arms) <= MOST_BANDS)
    made.update_layout(title=title, xaxis_title="rollouts", yaxis_title="share", yaxis_tickformat=".0%")
    return _legend_below(made)


def _legend_below(made: Any, space: float = 0.2) -> Any:
    """Return the figure in the project's look, its legend under it: several rows of names would cover the title."""
    return themed(made).update_layout(legend={"y": -space, "yanchor": "top"}, margin={"b": 104})


def _curve(made: Any, name: str, x: Sequence[float], intervals: Sequence[Any], colour: str, band: bool) -> None:
    """Draw a line, with its interval as a band of the same colour where wanted."""
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
    """Draw the rollouts that each arm needs to reach the target; a seed that never does counts as the full budget."""
    setter = runs.arms.get(runs.plan.target or "")
    made = go.Figure()
    if setter:
        target, full = figures.dev_target(setter), figures.budget(*runs.arms.values())
        figs = {n: figure(figures.rollouts_to_target, r, setter, full) for n, r in runs.arms.items()}
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
    """Draw the solve rate at the end on every split, arm by arm, the untrained model beside them."""
    made, wanted = go.Figure(), list(runs.plan.measures.final.splits)
    arms = {**({"base": [runs.base]} if runs.base else {}), **runs.arms}
    for name, colour in colours(arms).items():
        figs = {s: figure(figures.final_share, arms[name], s) for s in wanted}
        _bars(made, figs, dict.fromkeys(wanted, colour), name)
        made.data[-1].marker.color = colour
    made.update_layout(title="Solve rate at the end", barmode="group", yaxis_tickformat=".0%")
    return _legend_below(made)


def pass_at_k(runs: PlanRuns) -> Any:
    """Draw pass@k, drawn through, and maj@k, dotted, of every arm and of the untrained model."""
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
    """Draw the process rate over rollouts."""
    return learning_curves(runs, lambda c: c.process, "Process rate on dev")


def wrong_reasons(runs: PlanRuns) -> Any:
    """Draw right-for-wrong-reasons over rollouts, judged as in training."""
    made = learning_curves(runs, lambda c: c.wrong_reasons, "Right for wrong reasons on dev")
    return made.update_yaxes(tickformat=".1%")


def health(runs: PlanRuns, names: Sequence[str] = HEALTH) -> Any:
    """Draw health metrics over rounds, the mean over seeds."""
    made = make_subplots(rows=-(-len(names) // 2), cols=2, subplot_titles=[METRICS[name].title for name in names])
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
    """Draw the seconds of a round by stage, stacked, the mean over seeds."""
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
    """Draw what each arm loses against ours on a split, paired by seed and problem."""
    made, names = go.Figure(), [name for name in runs.arms if name != runs.plan.ours]
    figs = {name: figure(figures.final_gain, runs.arms[name], runs.ours, split) for name in names}
    _bars(made, figs, colours(names))
    made.add_hline(y=0, line={"color": GREY, "width": 1})
    made.update_layout(
        title=f"Solve rate on {split} beside {runs.plan.ours}, paired", yaxis_tickformat="+.1%", showlegend=False
    )
    return themed(made).update_layout(xaxis_tickangle=-40, margin={"b": 120})


def malrules(runs: PlanRuns) -> Any:
    """Draw the malrules most frequent at the start, and how often they are the first error over rounds."""
    made = go.Figure()
    for row in top_malrules(runs):
        series = row["share"]
        made.add_scatter(x=[p["round"] for p in series], y=[p["share"] for p in series], name=row["malrule"])
    made.update_layout(
        title=f"First errors of {runs.plan.ours} on dev by malrule", xaxis_title="round", yaxis_tickformat=".1%"
    )
    return _legend_below(made)


def all_figures(runs: PlanRuns) -> list[Any]:
    """Return every figure that the finished runs of a plan allow."""
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


# The HTML page of a comparison: the summary and every figure, in one file that loads nothing.


def page(comparison: Comparison, report: Mapping[str, Any]) -> Markup:
    """Return the whole page."""
    summary = summary_table(report["summary"], "summary")
    plans = [(runs.plan.name, _about(runs), map(figure_html, all_figures(runs))) for runs in comparison.plans]
    content = render("report.comparison", summary, plans, report.get("verifier_false_alarms"))
    return report_page(f"Comparison: {comparison.main.plan.name}", content)


def _about(runs: PlanRuns) -> str:
    done = sum(len(own) for own in runs.arms.values())
    words = f"{runs.plan.about} {done} finished runs of {runs.plan.rounds} rounds".strip()
    return f"{words}; {runs.missing} are missing." if runs.missing else f"{words}."


# The committed comparison of methods: its curves, and its summary as a table, where it ships.


COMPARISON = resources.RESULTS / "compare-tutor.json"
RUNS = COMPARISON.parent / "runs"
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "rollouts_ratio_grpo": "rollouts to grpo's level, times grpo's own",
        "rollouts_ratio_sdpo": "rollouts to that level, times sdpo's",
        "gain_grpo_test": "solve rate on test, more than grpo's",
        "gain_sdpo_test": "solve rate on test, more than sdpo's",
        "gain_grpo_numbers": "on larger numbers, more than grpo's",
        "gain_grpo_wording": "in sentences never trained on, more than grpo's",
        "gain_grpo_depth": "on longer compositions, more than grpo's",
        "rfwr_ratio_grpo": "right answers with a wrong step, times grpo's",
        "pass16_minus_base": "pass@16, more than the untrained model's",
        "round_cost_ratio_grpo": "seconds of a round, times grpo's",
        "verification_share": "share of a round spent on verification",
        "signal_coverage": "contexts that move the wrong step more than another's would",
        "signal_moved": "contexts that move the wrong step",
        "end_over_best": "solve rate at the end, times the best on the way",
        "gain_frozen_test": "solve rate, more than with frozen memory",
        "gain_shuffled_test": "solve rate, more than with another problem's memory",
        "gain_memory_off_test": "solve rate, more than without memory",
        "gain_outcome_credit_test": "solve rate, more than with credit for outcomes alone",
        "expiry_recovers": "share of what frozen memory loses that expiry brings back",
        "memory_at_inference": "solve rate without memory, times that with it in the prompt",
        "policy_minus_diagnosis_writer": "solve rate, more than with the writer made from diagnoses",
        "second_path_kept": "share of right solutions by the second path, times its start",
        "second_path_kept_grpo": "the same under grpo",
        "malrules_at_start": "most frequent first errors, share of solutions",
    }
)
"""What the keys of a summary mean."""
COLUMNS = (Column("figure"), Column("value", figures=True), Column("95 %, or why there is none"))


def committed_html(path: Path = COMPARISON) -> Markup | None:
    """Return the summary of a comparison's report; None where there is none that can be read."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    summary = report.get("summary") if isinstance(report, Mapping) else None
    if not isinstance(summary, Mapping):
        return None
    return summary_table(summary, "comparison") + caption(f"From data/results/{path.name}.")


def summary_table(summary: Mapping[str, Any], name: str) -> Markup:
    """Return the figures of a summary with their intervals as a table."""
    rows = [
        TableRow((words(NAMES.get(key, str(key).replace("_", " "))), *_cells(found)))
        for key, found in summary.items()
    ]
    return table_html(name, COLUMNS, rows, "The comparison has no summary.")


def committed_curves(folder: Path = RUNS) -> Any:
    """Draw the solve rate on `dev` of every method's finished runs; None where there are none to be read."""
    if not folder.is_dir():
        return None
    try:
        runs = collect(read_plan("main"), read_runs(folder), any_version=True)
    except BadInput:
        return None
    return learning_curves(runs) if runs.arms else None


def _cells(found: Any) -> tuple[TableCell, TableCell]:
    """Return a figure and its interval, or why there is none."""
    if isinstance(found, Mapping):
        value, low, high = (found.get(key) for key in ("value", "low", "high"))
        if not isinstance(value, int | float):
            return TableCell("–", -1.0), words(str(found.get("reason", "")))
        if "low" not in found and "high" not in found:
            return TableCell(_number(value), value), TableCell("", "")
        ends = (_number(end) if isinstance(end, int | float) else "no bound" for end in (low, high))
        return TableCell(_number(value), value), TableCell(" to ".join(ends), str(low))
    if isinstance(found, int | float):
        return TableCell(_number(found), found), TableCell("", "")
    if isinstance(found, Sequence) and not isinstance(found, str):
        return TableCell("", ""), words("; ".join(map(_over_rounds, found)))
    return TableCell("", ""), words(str(found))


def _over_rounds(found: Any) -> str:
    """Return a malrule with its share of solutions at the start and at the end."""
    try:
        shares = [point["share"] for point in found["share"]]
        return f"{found['malrule']} {shares[0]:.1%} to {shares[-1]:.1%}"
    except (TypeError, KeyError, IndexError, ValueError):
        return str(found)


def _number(value: Any) -> str:
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
