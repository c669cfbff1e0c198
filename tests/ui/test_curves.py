"""The points of the curves, by hand."""

from __future__ import annotations

import pytest
from markupsafe import escape

from workbench.metrics import METRICS
from workbench.types import Estimate, Round
from workbench.ui.curves import (
    HEALTH,
    averaged,
    curves_figure,
    evaluated,
    health_figure,
    plain_label,
    rollouts_before,
    stages,
    stages_figure,
)
from workbench.ui.tabs.progress import meanings_html

DEV = Estimate(0.5, 0.4, 0.6)
ROUNDS = [
    Round(0, 0.0, {"rollouts": 8, "solve_share": 0.25}, {"update": 2.0, "sample": 1.0}, {"solve_rate": DEV}),
    Round(1, 0.1, {"rollouts": 8, "solve_share": 0.75}, {"update": 1.0, "sample": 3.0}),
    Round(2, 0.2, {"rollouts": 4, "solve_share": 0.5}, {"verify": 0.1}, {"solve_rate": DEV}),
]


def test_a_round_is_evaluated_before_its_rollouts() -> None:
    assert rollouts_before(ROUNDS) == [0, 8, 16]
    assert [(p.rollouts, p.round, p.value) for p in evaluated(ROUNDS, "solve_rate")] == [(0, 0, DEV), (16, 2, DEV)]
    assert evaluated(ROUNDS, "process_rate") == []


def test_rollouts_are_averaged_over_windows() -> None:
    first, second = averaged(ROUNDS, "solve_share", window=2)
    assert (first.rollouts, first.round) == (8, 1)
    # Two rounds, 0.25 and 0.75: standard deviation 0.3536, over the root of two 0.25.
    assert first.value.value == 0.5
    assert first.value.high == pytest.approx(0.5 + 1.96 * 0.25)
    assert second.rollouts == 18
    assert second.value == Estimate(0.5, 0.5, 0.5)
    assert averaged(ROUNDS, "absent") == []


def test_stages_come_by_their_time() -> None:
    assert stages(ROUNDS) == ["sample", "update", "verify"]


def test_many_rounds_share_a_bar() -> None:
    rounds = [Round(k, 0.0, {}, {"update": float(k)}) for k in range(81)]
    figure = stages_figure(rounds)
    assert len(figure.data[0].x) == 27
    assert figure.data[0].y[1] == 4.0  # rounds 3, 4 and 5


def test_figures_of_nothing_say_so() -> None:
    for figure in (curves_figure({}), curves_figure({"a": []}), health_figure({}), stages_figure([])):
        assert "No round" in figure.to_json()


def test_several_runs_have_a_colour_each() -> None:
    figure = curves_figure({"a": ROUNDS, "b": ROUNDS})
    colours = {trace.line.color for trace in figure.data if trace.mode == "lines+markers"}
    assert len(colours) == 2


def test_no_tag_is_left_in_a_label() -> None:
    figure = curves_figure({'<a href="javascript:alert(1)">x</a>': ROUNDS})
    assert "<a" not in str([trace.name for trace in figure.data])
    assert plain_label("a" * 99) == "a" * 59 + "…"
    assert plain_label("<b>&") == "&lt;b&gt;&amp;"


def test_every_figure_of_health_is_explained() -> None:
    made = meanings_html()
    for name in HEALTH:
        assert escape(METRICS[name].meaning) in made
