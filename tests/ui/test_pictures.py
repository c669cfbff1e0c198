"""Figures hold the numbers they are made from, worked out by hand; model text in them is escaped."""

from __future__ import annotations

import math

import pytest

from workbench.engine.inspection import Expected, memory_need
from workbench.types import (
    Diagnosis,
    Estimate,
    Group,
    Judged,
    Judgement,
    Problem,
    Rollout,
    Round,
    StepVerdict,
    StopReason,
    Verdict,
)
from workbench.ui.charts import (
    bars_with_intervals,
    growing_curve,
    memory_bars,
    pass_curve,
    routes_over_rounds,
    skill_map,
    spread,
    tried,
)
from workbench.ui.token_pictures import candidates, chances, token_text, weights_over_rollout

RIGHT, WRONG = Judgement.CORRECT, Judgement.INCORRECT


def member(index: int, judgements: tuple[Judgement, ...], answer: Judgement, text: str = "x = 1") -> Judged:
    steps = tuple(StepVerdict(text, j, Diagnosis.VALID) for j in judgements)
    rollout = Rollout(f"r{index}", "p", 0, index, 0, text, (1,), (0.0,), StopReason.END, "v")
    return Judged(rollout, Verdict(steps, "1", answer, "v"))


def group(*rights: bool) -> Group:
    members = [member(i, (RIGHT,), RIGHT if r else WRONG) for i, r in enumerate(rights)]
    return Group(Problem("p", "?", "1"), tuple(members))


def test_the_pass_curve_is_the_mean_of_the_unbiased_estimates():
    curve = pass_curve([group(True, False, False), group(False, False, False)])
    assert [round(v, 6) for v in curve.data[0].y] == [round(v, 6) for v in (1 / 6, 1 / 3, 1 / 2)]


def test_the_skill_map_holds_mean_steps_and_gaps():
    made = [
        Problem("a", "?", "1", "s", 1, ("l", "m")),
        Problem("b", "?", "1", "s", 1, ("l",)),
        Problem("c", "?", "1", "t", 2, ("l",)),
        Problem("d", "?", "1", "u", 0, ("l",)),
    ]
    (heat,) = skill_map(made).data
    assert list(heat.x) == ["s", "t"]
    assert [list(row) for row in heat.z] == [[1.5, None], [None, 1.0]]


def test_a_spread_shows_right_rollouts_first_and_escapes_the_model():
    shown = spread(
        Group(Problem("p", "?", "1"), (member(0, (RIGHT, WRONG), WRONG, "<script>"), member(1, (RIGHT,), RIGHT)))
    )
    wrong = next(t for t in shown.data if t.name == "incorrect step")
    assert (list(wrong.x), list(wrong.y)) == ([2], [1])
    assert "<script>" not in str(wrong.hovertext)
    assert list(shown.layout.yaxis.ticktext) == ["rollout 1", "rollout 0"]


def test_token_text_is_escaped_and_stronger_where_expected():
    made = token_text(["<b>", "x\n"], [math.log(0.5), 0.0])
    assert "<b>" not in made
    assert "&lt;b&gt;" in made
    assert 'title="50.0%"' in made
    assert "--wb-strength: 36%" in made
    assert "--wb-strength: 60%" in made
    assert made.count("<br>") == 1


def test_candidates_and_chances_hold_probabilities():
    places = [Expected("3", 0.2, 0.5, (("4", 0.7), ("3", 0.2)))]
    made = candidates({"student": places, "teacher": places})
    heats = [t for t in made.data if t.type == "heatmap"]
    assert [[list(row) for row in heat.z] for heat in heats] == [[[0.7], [0.2]]] * 2
    dots = [t for t in made.data if t.type == "scatter"]
    assert [len(t.x) for t in dots] == [1, 1]
    assert list(chances({"student": places}).data[0].y) == [0.2]


def test_weights_have_a_band_for_each_step():
    verdict = Verdict(
        (StepVerdict("a", RIGHT, Diagnosis.VALID), StepVerdict("b", WRONG, Diagnosis.BUGGY)), None, None, "v"
    )
    made = weights_over_rollout(["a", "\n", "b"], [0, 0, 1], verdict, {"distillation": [0.0, 0.0, 1.0]})
    assert [(s.x0, s.x1, s.fillcolor) for s in made.layout.shapes] == [(-0.5, 1.5, "#009E73"), (1.5, 2.5, "#D55E00")]


def rounds(*shares: float) -> list[Round]:
    metrics = [{"solve_share": s, "route_reinforce": s, "route_distil_step": 1 - s} for s in shares]
    return [Round(i, 0.0, m, {"sample": 1.0}) for i, m in enumerate(metrics)]


def test_a_growing_curve_has_means_of_five():
    dots, line = growing_curve(rounds(0.0, 0.5, 1.0, 0.5, 0.5, 0.5)).data
    assert list(dots.y) == [0.0, 0.5, 1.0, 0.5, 0.5, 0.5]
    assert list(line.y) == [0.0, 0.25, 0.5, 0.5, 0.5, 0.6]
    assert len(growing_curve([]).data) == 2


def test_routes_are_stacked_to_one():
    made = routes_over_rounds(rounds(0.25, 1.0))
    assert [sum(ys) for ys in zip(*(t.y for t in made.data), strict=True)] == [1.0, 1.0]


def test_intervals_are_drawn_as_they_are():
    (trace,) = bars_with_intervals({"a": Estimate(0.5, 0.25, 1.0)}, "t").data
    assert (trace.x[0], trace.error_x.array[0], trace.error_x.arrayminus[0]) == (0.5, 0.5, 0.25)


def test_attempts_look_different_from_one_another():
    runs = [{"what": str(i), "curve": [[0, 0.5], [20, 0.6 + i / 100]]} for i in range(9)]
    lines = tried(runs, "t").data
    assert [line.name for line in lines] == [str(i) for i in range(9)]
    assert lines[8].y == pytest.approx((0.5, 0.68))
    assert len({(line.line.color, line.line.dash) for line in lines}) == 9
    assert [line.line.width for line in lines[:2]] == [4, 1.5]


def test_memory_is_five_numbers_a_weight_or_the_adapters():
    whole, lora = memory_need(1000), memory_need(1000, 10)
    assert whole.total == 5 * 4 * 1000
    assert (lora.policy, lora.teacher, lora.gradients, lora.optimizer) == (2040, 2040, 40, 80)
    assert len(memory_bars({"a": whole}).data) == 4
