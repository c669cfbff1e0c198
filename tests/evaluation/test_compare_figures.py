"""The figures of a comparison against values worked out by hand from synthetic runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.evaluation.runs import counts, many, run
from workbench.errors import BadInput
from workbench.evaluation.compare import figures
from workbench.evaluation.compare.plan import Plan
from workbench.evaluation.compare.record import Ending, RunRecord
from workbench.evaluation.compare.summary import Comparison, PlanRuns, figure, malrule_shares, report, summarise
from workbench.types import Estimate, from_json, to_json
from workbench.ui.comparison import all_figures, colours, page

# Shares on dev over rollouts 0, 100, 200, ...: two problems, four samples each.
SLOW = [(0, 0), (2, 2), (4, 4), (4, 4), (4, 4)]  # 0, 0.5, 1, 1, 1: means of three 0, 0.25, 0.5, 0.833, 1
FAST = [(0, 0), (4, 4), (4, 4), (4, 4), (4, 4)]  # means 0, 0.5, 0.667, 1, 1
NEVER = [(0, 0)] * 5


def plan(**changes) -> Plan:
    settings = {
        "name": "p",
        "rounds": 40,
        "seeds": (0, 1),
        "arms": {"pmd": {}, "grpo": {}, "frozen": {}, "frozen_expiry": {}},
        "measures": {
            "every": 10,
            "dev": {"problems": 2},
            "final": {"splits": {"test": {"problems": 2}}, "many": {"problems": 2, "samples": 16}},
        },
    }
    return Plan.model_validate({**settings, **changes})


def test_rollouts_to_the_target_as_a_ratio():
    ours, theirs = [run("pmd", 0, FAST)], [run("grpo", 0, SLOW)]
    # grpo's plateau is 1: reached at 300 by ours and at 400 by grpo. Both problems are alike: no spread.
    found = figures.rollouts_ratio(ours, theirs, theirs)
    assert (found.value, found.low, found.high) == pytest.approx((0.75, 0.75, 0.75))


def test_the_crossing_is_linear_and_a_seed_that_never_gets_there_counts_as_the_full_budget():
    half = [run("grpo", 0, [(0, 0), (2, 2), (2, 2), (2, 2), (2, 2)])]  # plateau 0.5
    assert figures.dev_target(half) == 0.5
    quarter = [run("grpo", s, [(0, 0), (1, 2), (1, 2), (1, 2), (1, 2)]) for s in (0, 1)]
    assert figures.dev_target(quarter) == 0.375
    # SLOW reaches 0.375 at 150, half-way between the means 0.25 and 0.5; the other seed never, which counts as 400.
    found = figures.rollouts_to_target([run("pmd", 0, SLOW), run("pmd", 1, NEVER)], quarter, 400)
    assert found.value == pytest.approx(275)
    # The easier problem alone sets 0.25, which SLOW reaches at 100.
    assert (found.low, found.high) == pytest.approx((100, 400))
    assert figures.budget(half) == 400
    both = [run("pmd", 0, SLOW), run("pmd", 1, NEVER)], [run("grpo", 0, SLOW), run("grpo", 1, SLOW)]
    # The target is 1: 400 and 400 (never) against 400 and 400.
    assert figures.rollouts_ratio(*both, both[1]).value == pytest.approx(1)


def test_a_ratio_to_nothing_says_so():
    flat = [run("grpo", 0, [(2, 2)] * 4)]
    with pytest.raises(BadInput, match="at the target before any training"):
        figures.rollouts_ratio([run("pmd", 0, NEVER[:4])], flat, flat)


def test_gains_are_paired_by_seed_and_problem():
    ours = [run("pmd", s, FAST, {"test": counts((4, 2))}) for s in (0, 1)]
    theirs = [run("grpo", s, FAST, {"test": counts((3, 1))}) for s in (1, 2)]
    # Seed 1 alone is shared; each problem gains a quarter.
    found = figures.final_gain(ours, theirs, "test")
    assert (found.value, found.low, found.high) == (0.25, 0.25, 0.25)
    with pytest.raises(BadInput, match="no finished runs of the same seeds"):
        figures.final_gain(ours[:1], theirs, "test")
    with pytest.raises(BadInput, match="depth was not measured"):
        figures.final_gain(ours, theirs, "depth")


def test_right_for_wrong_reasons_is_judged_by_reference():
    ours = [run("pmd", 0, FAST, {"test": counts((4, 4), wrong_by_reference=(1, 0), wrong_reasons=(4, 4))})]
    theirs = [run("grpo", 0, FAST, {"test": counts((4, 4), wrong_by_reference=(2, 2), wrong_reasons=(0, 0))})]
    found = figures.final_ratio(ours, theirs, "test", lambda c: c.wrong_by_reference)
    assert found.value == 0.25


def test_pass_at_16_beside_the_untrained_model():
    base = run("base", 0, NEVER[:1], ending=Ending(many=many((0, 16), (1, 0), (1, 0))))
    ours = [run("pmd", 0, FAST, ending=Ending(many=many((1, 0), (1, 0), (1, 0))))]
    # One right of 16 samples is a pass of 16: +1 on the first problem, -1 on the second.
    assert figures.pass_gain(ours, base).value == 0
    with pytest.raises(BadInput, match="pass@k was not measured"):
        figures.pass_gain([run("pmd", 0, FAST)], base)


def test_the_end_over_the_best_mean_of_three():
    fallen = [run("pmd", 0, [(0, 0), (4, 4), (4, 4), (4, 4), (2, 2), (2, 2), (2, 2)])]
    found = figures.end_over_best(fallen)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    with pytest.raises(BadInput, match="no mean of 3"):
        figures.end_over_best([run("pmd", 0, FAST[:2])])


def test_the_second_path_is_the_one_that_is_not_the_worked_solutions():
    def of(arm: str, *counted: tuple[int, int]) -> RunRecord:
        return run(arm, 0, FAST, ending=Ending(many=many(*counted)))

    # Of ten right solutions of each problem five go the second way untrained; of sixteen four after training.
    base = of("base", (10, 10), (1, 1), (5, 5))
    found = figures.second_path([of("pmd", (16, 16), (9, 9), (4, 4))], base)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    with pytest.raises(BadInput, match="not counted problem by problem"):
        figures.second_path([of("pmd", (16, 16), (), ())], base)
    with pytest.raises(BadInput, match="goes another way"):
        figures.second_path([base], of("base", (10, 10), (1, 1), (0, 0)))


def test_memory_at_inference():
    ending = Ending(with_memory=counts((4, 4)), without_memory=counts((4, 2)))
    assert figures.memory_at_inference([run("pmd", 0, FAST, ending=ending)]).value == 0.75


def test_every_rollout_that_went_wrong_weighs_alike_from_the_second_pass_on():
    made = run("pmd", 0, FAST)
    with pytest.raises(BadInput, match="did not report contexts_usable"):
        figures.signal_share([made], "contexts_usable")

    def of(seed: int, *told: tuple[int, int]) -> RunRecord:
        curve = [
            replace(p, health={"contexts_tried": float(n), "contexts_usable": float(k)})
            for p, (n, k) in zip(made.curve, told, strict=True)
        ]
        return replace(made, seed=seed, curve=tuple(curve))

    # Points before epoch 1 are left out: 2 of 10 and 2 of 2 make 4 of 12, not the mean of a fifth and one.
    runs = [of(s, (9, 9), (9, 9), (10, 2), (0, 0), (2, 2)) for s in (0, 1)]
    assert figures.signal_share(runs, "contexts_usable").value == pytest.approx(1 / 3)
    assert figure(lambda: figures.signal_share(runs[:1], "contexts_usable"))["low"] is None


def test_arms_measured_on_different_problems_are_not_compared():
    ours, theirs = ([run(arm, 0, FAST, {"test": counts((4, 2))})] for arm in ("pmd", "grpo"))
    other = replace(theirs[0].ending.splits["test"], problems=("x", "y"))
    renamed = [replace(theirs[0], ending=Ending(splits={"test": other}))]
    for made in (figures.final_gain, figures.final_ratio):
        with pytest.raises(BadInput, match="different problems"):
            made(ours, renamed, "test", figures.solved)


def finals(arm: str, *solved: tuple[int, int]) -> list[RunRecord]:
    return [run(arm, s, FAST, {"test": counts(n)}) for s, n in enumerate(solved)]


def compared(**arms: list[RunRecord]) -> Comparison:
    base = run("base", 0, NEVER[:1], {"test": counts((0, 0))}, ending=Ending(many=many((0, 0), (1, 0), (1, 0))))
    return Comparison(
        [PlanRuns(plan(), arms, base, 1)], {"round_cost_ratio_grpo": {"value": 1.2, "low": 1, "high": 2}}
    )


def test_expiry_recovers_a_share_of_what_frozen_memory_loses():
    found = summarise(
        compared(
            pmd=finals("pmd", (4, 4), (4, 4)),
            frozen=finals("frozen", (2, 2), (2, 2)),
            frozen_expiry=finals("frozen_expiry", (4, 2), (4, 4)),
        )
    )
    # Lost: a half in both seeds. Recovered: a quarter and a half.
    assert found["expiry_recovers"]["value"] == pytest.approx(0.75)
    assert found["gain_frozen_test"]["value"] == 0.5


def test_no_loss_no_recovery():
    found = summarise(compared(pmd=finals("pmd", (4, 2)), frozen=finals("frozen", (2, 4))))
    assert found["expiry_recovers"]["value"] is None
    assert "no loss found" in found["expiry_recovers"]["reason"]


def test_the_summary_has_every_key_that_was_asked_for():
    found = summarise(compared(pmd=finals("pmd", (4, 4), (4, 4)), grpo=finals("grpo", (2, 4), (2, 2))))
    asked = (
        *(f"rollouts_ratio_{o}" for o in ("grpo", "sdpo")),
        *("gain_grpo_test", "gain_sdpo_test", "gain_grpo_numbers", "gain_grpo_wording", "gain_grpo_depth"),
        *("rfwr_ratio_grpo", "pass16_minus_base", "round_cost_ratio_grpo", "verification_share"),
        *("signal_coverage", "end_over_best", "seeds"),
    )
    assert set(asked) <= found.keys()
    assert found["gain_grpo_test"]["value"] == pytest.approx((0.5 + 0 + 0.5 + 0.5) / 4)
    assert found["seeds"] == 2
    assert found["round_cost_ratio_grpo"]["value"] == 1.2
    for key in ("gain_sdpo_test", "verification_share", "end_over_best"):
        assert found[key]["value"] is None
        assert found[key]["reason"]


def test_the_malrules_at_the_start_with_their_share_over_rounds():
    runs = [run("pmd", 0, FAST[:3]), run("pmd", 1, FAST[:3])]
    # Two of eight solutions a seed at the start, one later, none at the end.
    shares = [p["share"] for p in malrule_shares(runs, "sign_kept")]
    assert shares == pytest.approx([2 / 8, 1 / 8, 0])


def test_a_side_without_a_bound_is_null_in_json():
    row = figure(lambda: Estimate(1.0, 0.5, float("inf")))
    assert json.loads(json.dumps(row, allow_nan=False))["high"] is None
    assert "no bound" in row["reason"]


def test_a_record_survives_its_file():
    made = run("pmd", 0, FAST, {"test": counts((4, 2))})
    assert from_json(RunRecord, to_json(made)) == made


def test_the_page_shows_every_figure_and_loads_nothing():
    comparison = compared(pmd=finals("pmd", (4, 4), (4, 4)), grpo=finals("grpo", (2, 4), (2, 2)))
    assert len(all_figures(comparison.main)) == 10
    found = report(comparison)
    json.dumps(found, allow_nan=False)
    html = page(comparison, found)
    assert "<script src=" not in html
    assert "<link" not in html
    assert html.count("Plotly.newPlot(") >= 10


def test_arms_of_one_method_are_told_apart_by_their_colours() -> None:
    names = ["pmd", "with_replay", "replay_without_affirmation", "sdpo", "sdpo_1e-4", "grpo", "rft"]
    assert len(set(colours(names).values())) == len(names)
    assert len(set(colours(["base", *names]).values())) == len(names) + 1
    assert colours(names)["pmd"] == colours(["pmd"])["pmd"]
