"""The committed comparison of methods: its curves, and its summary as a table, where it ships."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbench.errors import BadInput
from workbench.evaluation.compare.plan import read_plan
from workbench.evaluation.compare.record import read_runs
from workbench.evaluation.compare.summary import collect
from workbench.ui.comparison import learning_curves
from workbench.ui.tables import Column, TableCell, TableRow, escaped, table_html, words

COMPARISON = Path(__file__).parents[2] / "data" / "results" / "compare-tutor.json"
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


def committed_html(path: Path = COMPARISON) -> str | None:
    """The summary of a comparison's report; None where there is none that can be read."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    summary = report.get("summary") if isinstance(report, Mapping) else None
    if not isinstance(summary, Mapping):
        return None
    rows = [
        TableRow((words(NAMES.get(name, str(name).replace("_", " "))), *_cells(found)))
        for name, found in summary.items()
    ]
    note = f'<p class="wb-note">From <code>data/results/{escaped(path.name)}</code>.</p>'
    return table_html("comparison", COLUMNS, rows, "The comparison has no summary.") + note


def committed_curves(folder: Path = RUNS) -> Any:
    """Solve rate on `dev` over rollouts, of every method's finished runs; None where there are none to be read."""
    if not folder.is_dir():
        return None
    try:
        runs = collect(read_plan("main"), read_runs(folder), any_version=True)
    except BadInput:
        return None
    return learning_curves(runs) if runs.arms else None


def _cells(found: Any) -> tuple[TableCell, TableCell]:
    """A figure and its interval, or why there is none."""
    if isinstance(found, Mapping):
        value, low, high = (found.get(key) for key in ("value", "low", "high"))
        if not isinstance(value, int | float):
            return TableCell("–", -1.0), words(str(found.get("reason", "")))
        ends = isinstance(low, int | float) and isinstance(high, int | float)
        return TableCell(_number(value), value), TableCell(
            f"{_number(low)} to {_number(high)}" if ends else "", str(low)
        )
    if isinstance(found, int | float):
        return TableCell(_number(found), found), TableCell("", "")
    if isinstance(found, Sequence) and not isinstance(found, str):
        return words("; ".join(map(_over_rounds, found))), TableCell("", "")
    return words(str(found)), TableCell("", "")


def _over_rounds(found: Any) -> str:
    """A malrule with its share of solutions at the start and at the end."""
    try:
        shares = [point["share"] for point in found["share"]]
        return f"{found['malrule']} {shares[0]:.1%} to {shares[-1]:.1%}"
    except (TypeError, KeyError, IndexError, ValueError):
        return str(found)


def _number(value: Any) -> str:
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
