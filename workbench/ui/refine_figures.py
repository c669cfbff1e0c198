"""What the Refine panel shows of a verifier version: tables as escaped HTML, and the reliability diagram."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from workbench.labeling.judge import Measured
from workbench.labeling.reliability import Reliability, Standing
from workbench.labeling.reverify import Changes
from workbench.labeling.versions import BUILTIN, Version, changed
from workbench.types import Estimate
from workbench.ui.palette import GREY, SERIES, themed

_MODES = {
    "free": "the problem alone",
    "answer": "the answer too (training)",
    "reference": "a worked solution too",
}
_WHY = {
    Standing.CONFIRMED: "people bear it out",
    Standing.WITHDRAWN: "people found it wrong more often than right",
    Standing.OPEN: "too few labels to say",
}
CHANGE_COLUMNS = ("problem", "step", "line", "before", "after", "who", "why")

__all__ = ["CHANGE_COLUMNS", "change_rows", "changes_html", "in_use_html", "reliability_diagram", "version_html"]


def in_use_html(name: str, version: Version | None) -> str:
    """Which version is in use, and what it changes."""
    said = changed(version) if version is not None else "the symbolic verifier, which no label has changed"
    return f"<p>In use: <b>{escape(name if name != BUILTIN else 'built-in')}</b> – {escape(said)}.</p>"


def version_html(version: Version) -> str:
    """Before and after with intervals, and what changed and why."""
    people, models = version.labels.get("people", 0), version.labels.get("models", 0)
    head = (
        f"<p>Version <code>{escape(version.hash)}</code> from {people} marks by people and {models} by models, "
        f"target {version.target:.0%}. Measured on labels that had no part in it.</p>"
    )
    rows = [
        (
            _MODES.get(mode.value, mode.value),
            str(trial.labels),
            "0 %",
            share(trial.report.share),
            _precision(trial.report),
            trial.note,
        )
        for mode, trial in version.trials.items()
    ]
    columns = ("known", "marked open steps", "decided before", "decided after", "precision", "why")
    return head + _table(columns, rows) + _rules_html(version.rules)


def _precision(report: Measured) -> str:
    return share(report.precision) if report.decided else "nothing decided"


def _rules_html(rules: Sequence[Reliability]) -> str:
    """The rules that the labels settle come first; those that stay open are counted."""
    told = [r for r in rules if r.standing is not Standing.OPEN]
    rows = [
        (r.checker or "none", r.rule, r.judgement.value, f"{r.right} of {r.right + r.wrong}", share(r.interval),
         r.standing.value, _WHY[r.standing])
        for r in sorted(told, key=lambda r: (r.standing is not Standing.WITHDRAWN, -r.right))
    ]  # fmt: skip
    columns = ("checker", "rule", "says", "borne out", "reliability", "standing", "why")
    rest = len(rules) - len(told)
    tail = f"<p>{rest} more rules have too few labels to say anything.</p>" if rest else ""
    return (_table(columns, rows) if rows else "") + tail


def reliability_diagram(version: Version | None) -> Any:
    """Score of the judge against the share that people found correct, on the part without a hand in it."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GREY, "dash": "dot"},
        name="as it should be",
        hoverinfo="skip",
    )
    trials = version.trials if version is not None else {}
    for colour, (mode, trial) in zip(SERIES, trials.items(), strict=False):
        bins = trial.report.bins
        if bins:
            figure.add_scatter(
                x=[b.expected for b in bins],
                y=[b.found.value for b in bins],
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [b.found.high - b.found.value for b in bins],
                    "arrayminus": [b.found.value - b.found.low for b in bins],
                },
                customdata=[b.count for b in bins],
                hovertemplate="%{y:.0%} of %{customdata} steps",
                mode="lines+markers",
                marker={"color": colour, "size": 9},
                line={"color": colour},
                name=_MODES.get(mode.value, mode.value),
            )
    if len(figure.data) == 1:
        figure.add_annotation(text="No step is decided by a judge.", x=0.5, y=0.15, showarrow=False)
    figure.update_layout(title="Is the judge as sure as it should be?", height=360)
    figure.update_xaxes(title="score: how likely correct", range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title="people found correct", range=[0, 1.02], tickformat=".0%")
    return themed(figure)


def changes_html(changes: Changes, stored: bool) -> str:
    """What becomes of a run's verdicts and rewards."""
    kinds = "".join(f"<li>{escape(kind)}: {count:,}</li>" for kind, count in changes.kinds.items())
    where = "The new verdicts are stored beside the old ones." if stored else "Nothing was stored."
    return (
        f"<p><b>{escape(changes.run)}</b>: {changes.steps_changed:,} of {changes.steps:,} steps and "
        f"{changes.rollouts_changed:,} of {changes.rollouts:,} rollouts change. Rewards: {changes.rewards_lost:,} "
        f"lost, {changes.rewards_won:,} won. First errors moved: {changes.first_errors_moved:,}. {where}</p>"
        f"<ul>{kinds}</ul>"
    )


def change_rows(changes: Changes, limit: int = 200) -> list[list[str | int]]:
    """Rows for the table of changed steps, each problem and step once."""
    return [
        [c.problem, c.step + 1, c.text, c.before, c.after, c.checker or "none", c.reason]
        for c in changes.examples[:limit]
    ]


def share(interval: Estimate) -> str:
    """A share with its interval in per cent."""
    return f"{interval.value:.1%} [{interval.low:.1%}, {interval.high:.1%}]"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="wb-scroll"><table class="wb-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
