"""The HTML page of a comparison: the summary and every figure, in one file that loads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from plotly.io import to_html

from workbench.evaluation.compare.summary import Comparison, PlanRuns
from workbench.ui.comparison import all_figures

_STYLE = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid rgba(128,128,128,0.3); }
td.n { text-align: right; }
"""


def page(comparison: Comparison, report: Mapping[str, Any]) -> str:
    """The whole page."""
    first = True
    parts = [f"<h1>Comparison: {escape(comparison.main.plan.name)}</h1>", _summary(report["summary"])]
    alarms = report.get("verifier_false_alarms")
    for runs in comparison.plans:
        parts.append(f"<h2>{escape(runs.plan.name)}</h2><p>{escape(_about(runs))}</p>")
        if alarms:
            right, flagged = alarms["right"], alarms["flagged"]
            parts.append(f"<p>Of {right} solutions that readers found right the verifier flags {flagged}.</p>")
        for made in all_figures(runs):
            parts.append(to_html(made, full_html=False, include_plotlyjs=first, config={"displaylogo": False}))
            first = False
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Comparison</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _about(runs: PlanRuns) -> str:
    done = sum(len(own) for own in runs.arms.values())
    words = f"{runs.plan.about} {done} finished runs of {runs.plan.rounds} rounds".strip()
    return f"{words}; {runs.missing} are missing." if runs.missing else f"{words}."


def _summary(summary: Mapping[str, Any]) -> str:
    rows = []
    for key, found in summary.items():
        if isinstance(found, Mapping):
            rows.append(f"<tr><td>{escape(key)}</td>{_cells(found)}</tr>")
        elif isinstance(found, int):
            rows.append(f'<tr><td>{escape(key)}</td><td class="n">{found}</td><td></td></tr>')
    return f"<table><tr><th>figure</th><th>value</th><th>95 %</th></tr>{''.join(rows)}</table>"


def _cells(found: Mapping[str, Any]) -> str:
    if found.get("value") is None:
        return f'<td class="n">–</td><td>{escape(str(found.get("reason", "")))}</td>'
    low, high = ("no bound" if found[key] is None else f"{found[key]:.4g}" for key in ("low", "high"))
    return f'<td class="n">{found["value"]:.4g}</td><td>{low} to {high}</td>'
