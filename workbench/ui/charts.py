"""Figures of rounds, measures, coverage and memory: from records and plain numbers to plotly figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from statistics import fmean
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from workbench.judging.cases import CaseTally
from workbench.judging.coverage import ENOUGH, Coverage
from workbench.statistics import pass_at_k
from workbench.types import Estimate, Group, Judgement, Problem, Round, Verdict
from workbench.ui.palette import (
    BLUE,
    BLUES,
    GREEN,
    GREY,
    LOOKS,
    ORANGE,
    SERIES,
    SKY,
    VERMILION,
    WHITE,
    error_bars,
    themed,
)

if TYPE_CHECKING:
    from workbench.engine.inspection import Need


def bars(shares: Mapping[str, float], title: str) -> Any:
    """Draw shares by name as lying bars."""
    figure = themed(
        go.Figure(go.Bar(x=list(shares.values()), y=list(shares), orientation="h", marker={"color": BLUE}))
    )
    figure.update_layout(title=title, height=120 + 30 * len(shares), showlegend=False, hovermode="closest")
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure.update_yaxes(autorange="reversed")


def bars_with_intervals(figures: Mapping[str, Estimate], title: str, zero: bool = False) -> Any:
    """Draw estimates by name as points with their 95 % intervals; with a line at 0 where they are gains."""
    values = list(figures.values())
    figure = themed(go.Figure(go.Scatter(
        x=[i.value for i in values], y=list(figures), mode="markers", marker={"size": 11, "color": BLUE},
        error_x=error_bars(values, color=BLUE, thickness=2),
    )))  # fmt: skip
    if zero:
        figure.add_shape(type="line", x0=0, x1=0, y0=-0.5, y1=len(values) - 0.5, line={"color": GREY, "width": 1})
    figure.update_layout(title=title, height=120 + 34 * len(values), showlegend=False, hovermode="closest")
    figure.update_layout(margin={"l": 170})
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(range=[len(values) - 0.5, -0.5])
    return figure


def tried(runs: Sequence[Mapping[str, Any]], title: str) -> Any:
    """Draw solve rates over rounds of attempts, each with `what` it was and its `curve`; the first is thick."""
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
    """Draw the share of right rollouts of each round, with the mean of the last five, and held-out checks."""
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
                error_y=error_bars([i for _, i in checks]),
            )
        )  # fmt: skip
    figure.update_layout(height=360)
    figure.update_xaxes(title="round", range=[-0.5, max(8, len(rounds)) - 0.5])
    figure.update_yaxes(title="share right", range=[0, 1], tickformat=".0%")
    return figure


def case_map(tallies: Sequence[CaseTally]) -> Any:
    """Draw the case table by area: how many cases hold, and how many are known failures."""
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
    """Draw where the training signal of each round's rollouts came from, as shares stacked to one."""
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
    """Draw the GiB that training takes, by part and model, stacked."""
    figure = themed(go.Figure())
    for part in ("policy", "teacher", "gradients", "optimizer"):
        x = [getattr(need, part) / 2**30 for need in needs.values()]
        figure.add_trace(go.Bar(x=x, y=list(needs), name=part, orientation="h"))
    figure.update_layout(barmode="stack", height=130 + 30 * len(needs), hovermode="closest", margin={"l": 170})
    figure.update_xaxes(title="GiB, activations not counted")
    return figure.update_yaxes(autorange="reversed")


def coverage_bars(found: Mapping[str, Coverage]) -> Any:
    """Draw what the verifier can do on data sets: steps decided, wrong rollouts located, the share that is enough."""
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
    """Draw the solve rate and process rate side by side by policy, each with its 95 % interval."""
    figure = themed(go.Figure())
    for name, colour in (("solve_rate", SKY), ("process_rate", BLUE)):
        given = [metrics[name] for metrics in found.values()]
        y = [i.value for i in given]
        figure.add_bar(
            x=list(found),
            y=y,
            name=name.replace("_", " "),
            marker_color=colour,
            error_y=error_bars(given, color=GREY),
        )
    figure.update_layout(barmode="group", height=360)
    return figure.update_yaxes(range=[0, 1], tickformat=".0%")


# Figures of problems and groups of rollouts, shared by notebooks and app: from records to plotly figures.


def skill_map(problems: Sequence[Problem]) -> Any:
    """Draw the mean number of solution steps by skill and level, as a heat map of problems that have a level."""
    cells: dict[tuple[str, int], list[int]] = {}
    for problem in problems:
        if problem.difficulty:
            cells.setdefault((problem.skill, problem.difficulty), []).append(len(problem.solution))
    skills = list(dict.fromkeys(skill for skill, _ in cells))
    levels = sorted({level for _, level in cells})
    means = [
        [fmean(cells[skill, level]) if (skill, level) in cells else None for skill in skills] for level in levels
    ]
    text = [["" if mean is None else f"{mean:.1f}" for mean in row] for row in means]
    names = [f"level {level}" for level in levels]
    figure = themed(go.Figure(go.Heatmap(x=skills, y=names, z=means, text=text, texttemplate="%{text}",
                                         colorscale=BLUES, showscale=False)))  # fmt: skip
    figure.update_layout(title="Steps of a worked solution", height=260, hovermode="closest")
    figure.update_xaxes(tickangle=-45)
    figure.update_layout(margin={"b": 96})
    return figure


def split_map(splits: Mapping[str, Sequence[Problem]]) -> Any:
    """Draw where each split stands: size of its largest numbers against how many operations it composes.

    The marks shrink from split to split, so that those in the same place stay visible as rings.
    """
    figure = themed(go.Figure())
    for k, (name, problems) in enumerate(splits.items()):
        digits = fmean(math.log10(1 + _largest(problem)) for problem in problems)
        depth = fmean(problem.depth for problem in problems)
        marker = {"size": max(9, 34 - 8 * k), "color": SERIES[k % len(SERIES)]}
        figure.add_trace(go.Scatter(x=[10**digits], y=[depth], mode="markers", name=name, marker=marker))
    figure.update_layout(title="What each split asks for", height=360, hovermode="closest", margin={"t": 72})
    figure.update_xaxes(title="largest number in a problem, geometric mean")
    figure.update_yaxes(title="operations composed, mean")
    return _padded(figure)


def _largest(problem: Problem) -> int:
    return max((abs(value) for _, value in problem.params if isinstance(value, int)), default=0)


def _padded(figure: Any, share: float = 0.25) -> Any:
    """Return the figure with room for the texts beside the points."""
    for axis, update in (("x", figure.update_xaxes), ("y", figure.update_yaxes)):
        values = [value for trace in figure.data for value in trace[axis]]
        low, high = min(values), max(values)
        room = share * ((high - low) or 1)
        update(range=[low - room, high + room])
    return figure


def spread(group: Group) -> Any:
    """Draw a group's rollouts, one a row: each step a square in its judgement's colour, the answer at the end."""
    rows = sorted(group.members, key=lambda m: (not m.verdict.answer_correct, len(m.verdict.steps)))
    return verdict_rows([(f"rollout {m.rollout.index}", m.verdict) for m in rows])


def verdict_rows(rows: Sequence[tuple[str, Verdict]]) -> Any:
    """Draw verdicts on solutions, one a row: a square a step, and at the end whether the final answer is right."""
    figure = themed(go.Figure())
    width = max((len(verdict.steps) for _, verdict in rows), default=0)
    for judgement, look in LOOKS.items():
        found = [
            (number + 1, row, step)
            for row, (_, verdict) in enumerate(rows)
            for number, step in enumerate(verdict.steps)
            if step.judgement is judgement
        ]
        hover = [f"{escape(step.text)}<br>{escape(step.reason)}" for _, _, step in found]
        marker = {"symbol": "square", "size": 20, "color": look.colour}
        x, y = [x for x, _, _ in found], [y for _, y, _ in found]
        figure.add_trace(_marks(x, y, hover, f"{look.word} step", marker, look.sign))
    ends = [
        (Judgement.CORRECT, "answer right", GREEN, "circle"),
        (Judgement.INCORRECT, "answer wrong", VERMILION, "x"),
        (Judgement.UNKNOWN, "answer not compared", GREY, "diamond"),
    ]
    for judgement, name, colour, symbol in ends:
        at = [row for row, (_, verdict) in enumerate(rows) if verdict.answer_judgement is judgement]
        hover = [escape(str(rows[row][1].answer)) for row in at]
        marker = {"symbol": symbol, "size": 13, "color": colour}
        figure.add_trace(_marks([width + 1.5] * len(at), at, hover, name, marker))
    figure.update_layout(height=150 + 30 * len(rows), hovermode="closest", margin={"t": 72})
    figure.update_layout(legend={"y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(title="step", tickvals=list(range(1, width + 1)), range=[0.4, width + 2.1])
    names = [name for name, _ in rows]
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=names, range=[len(rows) - 0.4, -0.6])
    return figure


def _marks(
    x: Sequence[float], y: Sequence[int], hover: Sequence[str], name: str, marker: Mapping[str, Any], sign: str = ""
) -> Any:
    return go.Scatter(
        x=x, y=y, mode="markers+text" if sign else "markers", text=[sign] * len(x), textfont={"color": WHITE},
        name=name, hovertext=hover, hoverinfo="text", marker=marker, showlegend=bool(x),
    )  # fmt: skip


def pass_curve(groups: Sequence[Group], name: str = "all") -> Any:
    """Draw the chance that one of k samples has the right answer, for k up to the samples of a problem."""
    count = min(len(group.members) for group in groups)
    chances = [fmean(pass_at_k(len(g.members), g.solved, k) for g in groups) for k in range(1, count + 1)]
    figure = themed(go.Figure(go.Scatter(x=list(range(1, count + 1)), y=chances, mode="lines+markers", name=name)))
    figure.update_layout(title="pass@k: one of k samples is right", height=340, showlegend=False)
    figure.update_xaxes(title="samples, k", dtick=1)
    figure.update_yaxes(title="chance", range=[0, 1], tickformat=".0%")
    return figure


def solved_by_skill(groups: Sequence[Group]) -> Any:
    """Draw the share of right samples by skill, the lowest at the bottom, where there is most to learn."""
    shares: dict[str, list[float]] = {}
    for group in groups:
        shares.setdefault(group.problem.skill, []).append(group.solved / len(group.members))
    means = {skill: fmean(values) for skill, values in shares.items()}
    ordered = {skill: means[skill] for skill in sorted(means, key=lambda skill: (-means[skill], skill))}
    figure = bars(ordered, "Solve rate by skill")
    return figure.update_layout(height=120 + 18 * len(ordered), margin={"l": 120})
