"""What a round costs: ratios by hand, and the alternation on a tiny model."""

from __future__ import annotations

import pytest

from workbench.lab.rounds import RoundTimes, round_report, time_rounds
from workbench.problems.splits import load_split


def test_ratios_of_medians_and_the_share_of_verification():
    times = {
        "pmd": RoundTimes((3.0, 3.0, 9.0), {"sample": (2.0, 2.0, 2.0), "verify": (0.3, 0.3, 0.3)}),
        "grpo": RoundTimes((2.0, 2.0, 2.0), {"sample": (2.0, 2.0, 2.0)}),
    }
    found = round_report(times)
    assert found["seconds"] == {"pmd": 3.0, "grpo": 2.0}
    assert found["round_cost_ratio_grpo"]["value"] == 1.5
    assert found["round_cost_ratio_grpo"]["low"] == 1.5
    assert found["verification_share"]["value"] == pytest.approx(0.1)
    assert found["stages"]["pmd"]["sample"] == pytest.approx(6 / 15)


def test_the_first_pass_over_the_problems_is_not_counted(tiny_tutor):
    settings = {
        "model.path": str(tiny_tutor), "model.device": "cpu", "training.threads": 1,
        "sampling.problems_per_round": 2, "sampling.group_size": 2, "sampling.max_tokens": 8,
    }  # fmt: skip
    turns: list[int] = []
    found = time_rounds(["pmd", "grpo"], settings, 3, load_split("train")[:4], lambda: turns.append(1))
    assert len(turns) == 2 * (2 + 3)
    assert {method: len(own.total) for method, own in found.items()} == {"pmd": 3, "grpo": 3}
    assert "reflect" in found["pmd"].stages
    assert "reflect" not in found["grpo"].stages
