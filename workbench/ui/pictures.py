"""Figures of problems and groups of rollouts, shared by notebooks and app: from records to plotly figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from statistics import fmean
from typing import Any

import plotly.graph_objects as go

from workbench.evaluation.intervals import pass_at_k
from workbench.types import Group, Judgement, Problem, Verdict
from workbench.ui.palette import BLUE, GREEN, GREY, LOOKS, SERIES, VERMILION, themed

BLUES = [[0.0, "#e8f1f8"], [1.0, BLUE]]


def skill_map(problems: Sequence[Problem]) -> Any:
    """Mean number of solution steps by skill and level, as a heat map. Problems without a level are left out."""
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
    """Where each split stands: size of its largest numbers against how many operations it composes.

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
    """Axis ranges with room for the texts beside the points."""
    for axis, update in (("x", figure.update_xaxes), ("y", figure.update_yaxes)):
        values = [value for trace in figure.data for value in trace[axis]]
        low, high = min(values), max(values)
        room = share * ((high - low) or 1)
        update(range=[low - room, high + room])
    return figure


def spread(group: Group) -> Any:
    """A group's rollouts, one a row: each step a square in the colour of its judgement, the answer at the end."""
    rows = sorted(group.members, key=lambda m: (not m.verdict.answer_correct, len(m.verdict.steps)))
    return verdict_rows([(f"rollout {m.rollout.index}", m.verdict) for m in rows])


def verdict_rows(rows: Sequence[tuple[str, Verdict]]) -> Any:
    """Verdicts on solutions, one a row: a square a step, and at the end whether the final answer is right."""
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
        x=x, y=y, mode="markers+text" if sign else "markers", text=[sign] * len(x), textfont={"color": "#ffffff"},
        name=name, hovertext=hover, hoverinfo="text", marker=marker, showlegend=bool(x),
    )  # fmt: skip


def pass_curve(groups: Sequence[Group], name: str = "all") -> Any:
    """The chance that one of k samples has the right answer, for k up to the samples of a problem."""
    count = min(len(group.members) for group in groups)
    chances = [fmean(pass_at_k(len(g.members), g.solved, k) for g in groups) for k in range(1, count + 1)]
    figure = themed(go.Figure(go.Scatter(x=list(range(1, count + 1)), y=chances, mode="lines+markers", name=name)))
    figure.update_layout(title="pass@k: one of k samples is right", height=340, showlegend=False)
    figure.update_xaxes(title="samples, k", dtick=1)
    figure.update_yaxes(title="chance", range=[0, 1], tickformat=".0%")
    return figure


def solved_by_skill(groups: Sequence[Group]) -> Any:
    """The share of right samples by skill, the lowest first: the lower bars are where there is most to learn."""
    shares: dict[str, list[float]] = {}
    for group in groups:
        shares.setdefault(group.problem.skill, []).append(group.solved / len(group.members))
    ordered = sorted((fmean(values), skill) for skill, values in shares.items())
    figure = themed(go.Figure(go.Bar(
        x=[share for share, _ in ordered], y=[skill for _, skill in ordered], orientation="h",
        marker={"color": BLUE}, name="solve rate",
    )))  # fmt: skip
    figure.update_layout(title="Solve rate by skill", height=120 + 18 * len(ordered), showlegend=False)
    figure.update_layout(margin={"l": 120}, hovermode="closest")
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure
