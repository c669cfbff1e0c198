"""The committed comparison of methods: its summary as a table, where it ships."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.ui.tables import Cell, Column, Row, escaped, table_html, words

COMPARISON = Path(__file__).parents[2] / "data" / "results" / "compare-tutor.json"
COLUMNS = (Column("figure"), Column("value", figures=True), Column("95 %, or why there is none"))


def committed_html(path: Path = COMPARISON) -> str | None:
    """The summary of a comparison's report; None where there is none that can be read."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    summary = report.get("summary") if isinstance(report, Mapping) else None
    if not isinstance(summary, Mapping):
        return None
    rows = [Row((words(str(name).replace("_", " ")), *_cells(found))) for name, found in summary.items()]
    note = f'<p class="wb-note">From <code>data/results/{escaped(path.name)}</code>.</p>'
    return table_html("comparison", COLUMNS, rows, "The comparison has no summary.") + note


def _cells(found: Any) -> tuple[Cell, Cell]:
    """A figure and its interval, or why there is none."""
    if isinstance(found, Mapping):
        value, low, high = (found.get(key) for key in ("value", "low", "high"))
        if not isinstance(value, int | float):
            return Cell("–", -1.0), words(str(found.get("reason", "")))
        ends = isinstance(low, int | float) and isinstance(high, int | float)
        return Cell(_number(value), value), Cell(f"{_number(low)} to {_number(high)}" if ends else "", str(low))
    if isinstance(found, int | float):
        return Cell(_number(found), found), Cell("", "")
    if isinstance(found, Sequence) and not isinstance(found, str):
        return words("; ".join(map(_over_rounds, found))), Cell("", "")
    return words(str(found)), Cell("", "")


def _over_rounds(found: Any) -> str:
    """A malrule with its share of solutions at the start and at the end."""
    try:
        shares = [point["share"] for point in found["share"]]
        return f"{found['malrule']} {shares[0]:.1%} to {shares[-1]:.1%}"
    except (TypeError, KeyError, IndexError, ValueError):
        return str(found)


def _number(value: Any) -> str:
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
