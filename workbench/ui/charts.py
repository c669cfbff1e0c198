"""Figures of rounds, measures, coverage and memory: from records and plain numbers to plotly figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from workbench.types import Estimate, Round, Verdict
from workbench.ui.palette import BLUE, GREEN, GREY, LOOKS, ORANGE, SERIES, SKY, VERMILION, themed
from workbench.verification.cases import CaseTally
from workbench.verification.coverage import ENOUGH, Coverage

if TYPE_CHECKING:
    # By name only: figures must not start the model libraries.
    from workbench.training.budget import Need


def bars(shares: Mapping[str, float], title: str) -> Any:
    """Shares by name as lying bars."""
    figure = themed(
        go.Figure(go.Bar(x=list(shares.values()), y=list(shares), orientation="h", marker={"color": BLUE}))
    )
    figure.update_layout(title=title, height=120 + 30 * len(shares), showlegend=False, hovermode="closest")
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure.update_yaxes(autorange="reversed")


def bars_with_intervals(figures: Mapping[str, Estimate], title: str, zero: bool = False) -> Any:
    """Figures by name as points with their 95 % intervals; with a line at 0 where they are gains."""
    values = list(figures.values())
    figure = themed(go.Figure(go.Scatter(
        x=[i.value for i in values], y=list(figures), mode="markers", marker={"size": 11, "color": BLUE},
        error_x={
            "type": "data", "symmetric": False, "array": [i.high - i.value for i in values],
            "arrayminus": [i.value - i.low for i in values], "color": BLUE, "thickness": 2,
        },
    )))  # fmt: skip
    if zero:
        figure.add_shape(type="line", x0=0, x1=0, y0=-0.5, y1=len(values) - 0.5, line={"color": GREY, "width": 1})
    figure.update_layout(title=title, height=120 + 34 * len(values), showlegend=False, hovermode="closest")
    figure.update_layout(margin={"l": 170})
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(range=[len(values) - 0.5, -0.5])
    return figure


def tried(runs: Sequence[Mapping[str, Any]], title: str) -> Any:
    """Solve rates over rounds of attempts, each with `what` it was and its `curve`; the first is thick."""
    figure = go.Figure()
    for at, run in enumerate(runs):
        rounds, rates = zip(*run["curve"], strict=True)
        again, colour = divmod(at, len(SERIES))
        line = {"color": SERIES[colour], "width": 1.5 if at else 4, "dash": "dot" if again else "solid"}
        figure.add_scatter(x=rounds, y=rates, name=run["what"], mode="lines", line=line)
    figure.update_layout(title=title, xaxis_title="rounds", height=480)
    figure.update_yaxes(tickformat=".0%")
    inside = {"orientation": "v", "x": 1, "xanchor": "right", "y": 0, "yanchor": "bottom"}
    return themed(figure).update_layout(legend=inside, hovermode="closest")


def growing_curve(rounds: Sequence[Round]) -> Any:
    """Share of the rollouts of each round that were right, with the mean of the last five, and held-out checks."""
    figure = themed(go.Figure())
    index, shares = [r.index for r in rounds], [r.metrics["solve_share"] for r in rounds]
    means = [fmean(shares[max(0, i - 4) : i + 1]) for i in range(len(shares))]
    figure.add_trace(go.Scatter(x=index, y=shares, mode="markers", name="rollouts of a round",
                                marker={"color": SKY, "size": 7}))  # fmt: skip
    figure.add_trace(go.Scatter(x=index, y=means, mode="lines", name="mean of five rounds", line={"color": BLUE}))
    checks = [(r.index, r.evaluation["solve_rate"]) for r in rounds if "solve_rate" in r.evaluation]
    if checks:
        figure.add_trace(
            go.Scatter(
                x=[at for at, _ in checks], y=[i.value for _, i in checks], mode="lines+markers", name="held out",
                marker={"color": ORANGE, "size": 9}, line={"color": ORANGE, "dash": "dot"},
                error_y={
                    "type": "data", "symmetric": False, "array": [i.high - i.value for _, i in checks],
                    "arrayminus": [i.value - i.low for _, i in checks],
                },
            )
        )  # fmt: skip
    figure.update_layout(height=360)
    figure.update_xaxes(title="round", range=[-0.5, max(8, len(rounds)) - 0.5])
    figure.update_yaxes(title="share right", range=[0, 1], tickformat=".0%")
    return figure


def case_map(tallies: Sequence[CaseTally]) -> Any:
    """The case table by area: how many cases hold, and how many are known failures."""
    areas = list(dict.fromkeys(t.area for t in tallies))
    figure = themed(go.Figure())
    holds = [sum(t.holds for t in tallies if t.area == area) for area in areas]
    failures = [sum(t.known_failures for t in tallies if t.area == area) for area in areas]
    figure.add_trace(
        go.Bar(x=holds, y=areas, orientation="h", name="the verifier says what is right", marker={"color": BLUE})
    )
    figure.add_trace(go.Bar(x=failures, y=areas, orientation="h", name="known failures", marker={"color": VERMILION}))
    figure.update_layout(barmode="stack", height=140 + 22 * len(areas), hovermode="closest", margin={"l": 110})
    figure.update_xaxes(title="cases")
    return figure.update_yaxes(autorange="reversed")


def routes_over_rounds(rounds: Sequence[Round]) -> Any:
    """Where the training signal of each round's rollouts came from, as shares stacked to one."""
    figure = themed(go.Figure())
    names = {
        "route_reinforce": "right: reinforced",
        "route_distil_step": "a step wrong: taught that step",
        "route_distil_whole": "nothing located: taught as a whole",
    }
    for (key, name), colour in zip(names.items(), (GREEN, VERMILION, GREY), strict=True):
        y = [r.metrics.get(key, 0.0) for r in rounds]
        figure.add_trace(go.Bar(x=[r.index for r in rounds], y=y, name=name, marker={"color": colour}))
    figure.update_layout(barmode="stack", height=340)
    figure.update_xaxes(title="round")
    return figure.update_yaxes(title="share of rollouts", range=[0, 1], tickformat=".0%")


def memory_bars(needs: Mapping[str, Need]) -> Any:
    """GiB that training takes, by part and model, stacked."""
    figure = themed(go.Figure())
    for part in ("policy", "teacher", "gradients", "optimizer"):
        x = [getattr(need, part) / 2**30 for need in needs.values()]
        figure.add_trace(go.Bar(x=x, y=list(needs), name=part, orientation="h"))
    figure.update_layout(barmode="stack", height=130 + 30 * len(needs), hovermode="closest", margin={"l": 170})
    figure.update_xaxes(title="GiB, activations not counted")
    return figure.update_yaxes(autorange="reversed")


def coverage_bars(found: Mapping[str, Coverage]) -> Any:
    """What the verifier can do on data sets: steps decided, wrong rollouts located, and the share that is enough."""
    figure = themed(go.Figure())
    names = list(found)
    for name, colour, values in (
        ("steps decided", SKY, [c.all.value for c in found.values()]),
        ("wrong rollouts with their step located", BLUE, [c.usable or 0.0 for c in found.values()]),
    ):
        figure.add_trace(go.Bar(x=names, y=values, name=name, marker={"color": colour}))
    line = {"color": VERMILION, "width": 2, "dash": "dash"}
    figure.add_shape(type="line", x0=-0.5, x1=len(names) - 0.5, y0=ENOUGH, y1=ENOUGH, line=line)
    figure.add_annotation(x=len(names) - 0.5, y=ENOUGH + 0.04, text="enough", showarrow=False, xanchor="right")
    figure.update_layout(barmode="group", height=360)
    return figure.update_yaxes(range=[0, 1.02], tickformat=".0%")


def rates(found: Mapping[str, Mapping[str, Estimate]]) -> Any:
    """Solve rate and process rate side by side by policy, each with its 95 % interval."""
    figure = themed(go.Figure())
    for name, colour in (("solve_rate", SKY), ("process_rate", BLUE)):
        given = [metrics[name] for metrics in found.values()]
        spread = {
            "type": "data", "symmetric": False, "array": [i.high - i.value for i in given],
            "arrayminus": [i.value - i.low for i in given], "color": GREY,
        }  # fmt: skip
        y = [i.value for i in given]
        bar = go.Bar(x=list(found), y=y, name=name.replace("_", " "), marker={"color": colour}, error_y=spread)
        figure.add_trace(bar)
    figure.update_layout(barmode="group", height=360)
    return figure.update_yaxes(range=[0, 1], tickformat=".0%")


def judgement_shares(verdicts: Mapping[str, Sequence[Verdict]]) -> Any:
    """The shares of correct, incorrect and unknown among all steps, by name, stacked to one."""
    figure = themed(go.Figure())
    for judgement, look in LOOKS.items():
        x = []
        for own in verdicts.values():
            steps = [step for verdict in own for step in verdict.steps]
            x.append(sum(step.judgement is judgement for step in steps) / max(1, len(steps)))
        bar = go.Bar(x=x, y=list(verdicts), name=f"{look.sign} {look.word}", orientation="h")
        figure.add_trace(bar.update(marker={"color": look.colour}))
    figure.update_layout(barmode="stack", height=170 + 34 * len(verdicts), hovermode="closest")
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"}, margin={"t": 72})
    figure.update_xaxes(title="share of all steps", range=[0, 1], tickformat=".0%")
    return figure.update_yaxes(autorange="reversed")
