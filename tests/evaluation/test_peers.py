"""Peers on the same pairs: what our decision alone says is what our verdict says."""

from __future__ import annotations

import pytest

from workbench.lab.speed import EquationPair, deciding, generated_pairs, ours, solveset
from workbench.verification import Verifier


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("3x + 5 = 20", "3x = 15", True),
        ("3x + 5 = 20", "3x = 25", False),
        ("x^2 = 4", "x = 2", False),
        ("x^2 = 4", "x = 2 or x = -2", True),
        ("x + y = 3", "y = 3 - x", None),
        ("no equation", "x = 1", None),
    ],
)
def test_decision_alone(before: str, after: str, same: bool | None):
    assert deciding()(EquationPair(before, after)) is same


def test_decision_verdict_and_peer_say_the_same_of_generated_pairs():
    decide, judge, peer = deciding(), ours(Verifier()), solveset()
    for pair in generated_pairs(40, 0):
        assert decide(pair) == judge(pair) == peer(pair), pair
