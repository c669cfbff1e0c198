"""Curves of a run against rollouts: what was measured on dev, with its intervals, and what rollouts in training did.

The functions that choose the points are plain; the figures draw them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.metrics import METRICS
from workbench.types import Estimate, Round
from workbench.ui.palette import SERIES, error_bars, faint, themed


@dataclass(frozen=True)
class Measure:
    """One measure: its name among the evaluations, and that of the same share of a round's rollouts."""

    name: str
    of_rollouts: str
    title: str


MEASURES = (
    Measure("solve_rate", "solve_share", "Solve rate"),
    Measure("process_rate", "process_share", "Process rate"),
    Measure("right_for_wrong_reasons", "wrong_reasons_share", "Right for wrong reasons"),
)
HEALTH = {name: metric.title for name, metric in METRICS.items() if metric.drawn}
"""The metrics of a run's health that are drawn, with their titles."""
WINDOW = 8
"""Rounds that a point of the rollouts' curve averages over."""
MOST_BARS = 40
"""Bars in the figure of stage times: rounds are put together beyond that."""
Z = 1.96


@dataclass(frozen=True)
class CurvePoint:
    """A measure after so many rollouts."""

    rollouts: int
    round: int
    value: Estimate


def rollouts_before(rounds: Sequence[Round]) -> list[int]:
    """Return how many rollouts had been made before each round."""
    total, before = 0, []
    for done in rounds:
        before.append(total)
        total += int(done.metrics.get("rollouts", 0))
    return before


def evaluated(rounds: Sequence[Round], name: str) -> list[CurvePoint]:
    """Return the evaluations of one measure. A round is evaluated before it trains."""
    pairs = zip(rounds, rollouts_before(rounds), strict=True)
    return [CurvePoint(before, r.index, r.evaluation[name]) for r, before in pairs if name in r.evaluation]


def averaged(rounds: Sequence[Round], name: str, window: int = WINDOW) -> list[CurvePoint]:
    """Return a share of the rollouts, averaged over consecutive windows of rounds, each at the window's middle.

    The interval is normal, from the spread of the window's rounds; of a single round it has no width.
    """
    rows = [
        (r, n, r.metrics[name]) for r, n in zip(rounds, rollouts_before(rounds), strict=True) if name in r.metrics
    ]
    points = []
    for start in range(0, len(rows), window):
        part = rows[start : start + window]
        values = [value for _, _, value in part]
        mean = fmean(values)
        half = Z * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
        last, before, _ = part[-1]
        middle = (part[0][1] + before + int(last.metrics.get("rollouts", 0))) // 2
        points.append(CurvePoint(middle, last.index, Estimate(mean, mean - half, mean + half)))
    return points


def curves_figure(runs: Mapping[str, Sequence[Round]]) -> go.Figure:
    """Draw the three measures side by side for some runs: dev with its interval, training rollouts dotted."""
    figure = make_subplots(1, len(MEASURES), subplot_titles=[m.title for m in MEASURES], horizontal_spacing=0.06)
    for k, (name, rounds) in enumerate(runs.items()):
        colour = SERIES[k % len(SERIES)]
        for column, measure in enumerate(MEASURES, start=1):
            for trace in _traces(name, rounds, measure, colour, legend=column == 1):
                figure.add_trace(trace, row=1, col=column)
    themed(figure)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.update_xaxes(title_text="rollouts")
    figure.update_layout(
        height=400, margin={"l": 48, "r": 12, "t": 40, "b": 96}, legend={"y": -0.22, "yanchor": "top"}
    )
    if not any(runs.values()):
        _say(figure, "No round is done yet.")
    return figure


def _traces(name: str, rounds: Sequence[Round], measure: Measure, colour: str, legend: bool) -> list[Any]:
    shown = plain_label(name)
    dev, own = evaluated(rounds, measure.name), averaged(rounds, measure.of_rollouts)
    x = [p.rollouts for p in dev]
    band = go.Scatter(
        x=[*x, *reversed(x)],
        y=[*(p.value.high for p in dev), *(p.value.low for p in reversed(dev))],
        mode="lines",
        fill="toself",
        fillcolor=faint(colour, 0.16),
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=shown,
    )
    line = go.Scatter(
        x=x,
        y=[p.value.value for p in dev],
        customdata=[(p.round, p.value.low, p.value.high) for p in dev],
        hovertemplate="%{y:.1%} [%{customdata[1]:.1%}, %{customdata[2]:.1%}], round %{customdata[0]}",
        mode="lines+markers",
        name=f"{shown}: dev, 95 % interval",
        legendgroup=shown,
        showlegend=legend,
        line={"color": colour, "width": 2},
    )
    rollouts = go.Scatter(
        x=[p.rollouts for p in own],
        y=[p.value.value for p in own],
        error_y=error_bars([p.value for p in own], color=faint(colour, 0.35), thickness=1, width=0),
        hovertemplate="%{y:.1%}",
        mode="lines" if len(own) > 1 else "markers",  # a line of one point cannot be seen
        name=f"{shown}: training rollouts",
        legendgroup=shown,
        showlegend=legend,
        line={"color": colour, "width": 1.3, "dash": "dot"},
    )
    return [band, line, rollouts] if dev else [rollouts]


def stages_figure(rounds: Sequence[Round]) -> go.Figure:
    """Draw the seconds of a round by stage, rounds put together where there are many."""
    figure = go.Figure()
    size = max(1, -(-len(rounds) // MOST_BARS))
    parts = [rounds[i : i + size] for i in range(0, len(rounds), size)]
    for k, stage in enumerate(stages(rounds)):
        y = [fmean(r.seconds.get(stage, 0.0) for r in part) for part in parts]
        colour = SERIES[k % len(SERIES)] if k < len(SERIES) else faint(SERIES[k % len(SERIES)], 0.5)
        figure.add_bar(
            x=[part[0].index for part in parts], y=y, name=stage, marker_color=colour, hovertemplate="%{y:.2f} s"
        )
    themed(figure)
    figure.update_layout(barmode="stack", height=320, bargap=0.12, title="Seconds a round, by stage")
    figure.update_xaxes(title_text="round")
    figure.update_layout(margin={"t": 48, "b": 84}, legend={"y": -0.24, "yanchor": "top", "traceorder": "normal"})
    if not rounds:
        _say(figure, "No round is done yet.")
    return figure


def stages(rounds: Sequence[Round]) -> list[str]:
    """Return the stages that took time, the longest in all first."""
    totals: dict[str, float] = {}
    for done in rounds:
        for name, seconds in done.seconds.items():
            totals[name] = totals.get(name, 0.0) + seconds
    return sorted(totals, key=lambda name: -totals[name])


def health_figure(runs: Mapping[str, Sequence[Round]]) -> go.Figure:
    """Draw small figures, one for each health metric that these runs have."""
    present = [n for n in HEALTH if any(n in r.metrics for rounds in runs.values() for r in rounds)]
    columns = 4
    lines = max(1, -(-len(present) // columns))
    titles = [HEALTH[n] for n in present]
    figure = make_subplots(lines, columns, subplot_titles=titles, vertical_spacing=0.5 / (lines + 1))
    for k, (name, rounds) in enumerate(runs.items()):
        before = rollouts_before(rounds)
        for place, metric in enumerate(present):
            points = [(n, r.metrics[metric]) for n, r in zip(before, rounds, strict=True) if metric in r.metrics]
            trace = go.Scatter(
                x=[n for n, _ in points],
                y=[v for _, v in points],
                mode="lines" if len(points) > 1 else "markers",
                name=plain_label(name),
                legendgroup=name,
                showlegend=place == 0,
                line={"color": SERIES[k % len(SERIES)], "width": 1.4},
                hovertemplate="%{y:.3~g}",
            )
            figure.add_trace(trace, row=1 + place // columns, col=1 + place % columns)
    themed(figure)
    figure.update_annotations(font_size=12)
    figure.update_yaxes(rangemode="tozero", nticks=4)
    figure.update_layout(height=60 + 190 * lines, margin={"l": 40, "r": 10, "t": 40, "b": 60})
    figure.update_layout(legend={"y": -32 / (190 * lines), "yanchor": "top"})
    if not present:
        _say(figure, "No round is done yet.")
    return figure


def plain_label(text: str, longest: int = 60) -> str:
    """Return a text as a label in a figure: plotly reads tags in labels, so none may be left in it."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _say(figure: go.Figure, text: str) -> None:
    figure.add_annotation(text=text, xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False, font_size=14)
