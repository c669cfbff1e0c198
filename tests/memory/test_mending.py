"""Mending: the one change of one line that gives the known answer."""

from __future__ import annotations

import pytest

from workbench.types import Problem
from workbench.verification import Verifier
from workbench.verification.domain import CounterfactualRepair
from workbench.verification.repairs.counterfactual import counterfactual_repair

SHARE = Problem("s", "Leo and Eva share 70 cups in the ratio 3:4. How many cups does Eva get?", "40")
PERCENT = Problem("p", "Work out 40% of 20 + 9.", "17")
FIVES = Problem("f", "Start with 2, 3, 7, 2 and 4.", "12")
PACKS = Problem("a", "Ana buys 3 bags. There are 12 apples in each, and 4 pears. How many apples?", "36")
BOX = Problem("b", "Leo has 10 cards. Leo buys 7 more. Leo gives away 11 of them. How many cards are there now?", "6")


@pytest.mark.parametrize(
    ("problem", "solution", "wanted"),
    [
        (SHARE, "3 + 4 = 7\n70 / 7 = 10\n10 * 3 = 30\nAnswer: 30", CounterfactualRepair(2, "10 * 4 = 40")),
        (PERCENT, "2 * 4 = 8\n8 + 8 = 16\nAnswer: 16", CounterfactualRepair(1, "8 + 9 = 17")),
        (BOX, "10 + 7 = 17\n17 + 11 = 28\nAnswer: 28", CounterfactualRepair(1, "17 - 11 = 6")),
        (BOX, "10 - 7 = 3\n3 + 11 = 14\nAnswer: 14", None),
        (PACKS, "12 x 4 = 48\nAnswer: 48", CounterfactualRepair(0, "12 x 3 = 36")),
        (PACKS, "12 × 4 = 48 apples\nAnswer: 48", CounterfactualRepair(0, "12 × 3 = 36 apples")),
        (BOX, "Answer: 28", None),
        (BOX, "10 + 7 = 18\n18 - 11 = 7\nAnswer: 7", None),
        (Problem("n", BOX.text, None), "10 + 7 = 17\n17 + 11 = 28\nAnswer: 28", None),
        (FIVES, "2 + 3 = 5\n7 - 2 = 5\n5 * 2 = 10\nAnswer: 10", None),
        (Problem("z", "Share 0 by 0.", "5"), "0 + 0 = 0\nAnswer: 0", None),
    ],
    ids=[
        "other share",
        "unused number",
        "sign",
        "two mistakes",
        "another times sign",
        "a unit",
        "no line",
        "a line is wrong",
        "no answer",
        "a later equal number",
        "zero",
    ],
)
def test_one_change_that_gives_the_known_answer(problem, solution, wanted):
    assert counterfactual_repair(problem, Verifier().verify(problem, solution).steps) == wanted
