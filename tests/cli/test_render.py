"""Tables and steps as people see them in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.cli.render import plain, print_cases, print_gains, print_metrics, print_runs
from workbench.judging.cases import CaseTally
from workbench.types import Estimate, Judgement

FIGURE = {"value": 0.453, "low": 0.4, "high": 0.51}
GAIN = {"value": 0.369, "low": 0.315, "high": 0.423}
LONG = "a-name-of-a-run-that-somebody-made-as-long-as-a-name-of-a-run-is-allowed-to-be"


def gains(name: str) -> None:
    solve = {"before": FIGURE, "after": FIGURE, "gain": GAIN}
    print_gains("title", {name: {"solve_rate": solve, "process_rate": {"before": FIGURE, "after": FIGURE}}})


TABLES: dict[str, Callable[[], None]] = {
    "gains": lambda: gains("numbers"),
    "gains of a long file": lambda: gains("my-problems-of-the-last-school-year.jsonl"),
    "runs": lambda: print_runs(
        [{"name": LONG, "method": "pmd", "status": "interrupted", "rounds": 413, "dev_solve_rate": 0.7}]
    ),
    "metrics": lambda: print_metrics("title", {"right_for_wrong_reasons": Estimate(**FIGURE), "pass_at_16": None}),
    "cases": lambda: print_cases("title", [CaseTally("reference", Judgement.INCORRECT, 100, 2, 0)]),
}


@pytest.mark.parametrize("name", TABLES)
def test_no_table_is_cut_off_at_80_columns(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"}.items():
        monkeypatch.setenv(variable, value)
    TABLES[name]()
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_the_table_of_gains_stands_in_one_line_a_split(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"}.items():
        monkeypatch.setenv(variable, value)
    gains("numbers")
    assert "numbers   45.3 [40, 51]   45.3 [40, 51]   +36.9 [+31.5, +42.3]    45.3 → 45.3" in capsys.readouterr().out


def test_text_that_steers_a_terminal_is_shown_plain() -> None:
    assert plain("a\x1b[31mb\x07c\nd") == "a [31mb c d"
