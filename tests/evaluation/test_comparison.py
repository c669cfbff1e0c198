"""Rollouts to a target, gains and ratios against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.evaluation.statistics import Curve, paired_gain, rollouts_to, smoothed, table_ratio

RISING = Curve((0, 100, 200, 300), (0.0, 0.3, 0.6, 0.9))


def test_smoothing_looks_back_and_not_ahead():
    assert smoothed(RISING.values) == pytest.approx([0.0, 0.15, 0.3, 0.6])


@pytest.mark.parametrize(
    ("target", "expected"),
    [(0.0, 0), (0.15, 100), (0.225, 150), (0.3, 200), (0.45, 250), (0.6, 300), (0.61, 1000)],
)
def test_the_crossing_is_linear_between_evaluations(target, expected):
    assert rollouts_to(RISING, target, budget=1000) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.floats(0, 1))
def test_a_crossing_lies_within_the_budget(values, target):
    curve = Curve(tuple(range(0, 100 * len(values), 100)), tuple(values))
    assert 0 <= rollouts_to(curve, target, budget=100 * len(values)) <= 100 * len(values)


def test_a_gain_is_paired_by_seed_and_problem():
    theirs = [[0.0, 1.0], [1.0, 0.0]]
    ours = [[0.5, 1.5], [1.5, 0.5]]
    found = paired_gain(ours, theirs)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_a_ratio_of_tables_is_of_their_means():
    assert table_ratio([[0.1, 0.3]], [[0.4, 0.4]]).value == pytest.approx(0.5)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: paired_gain([[1, 2]], [[1]]),
        lambda: table_ratio([[1]], [[0]]),
    ],
)
def test_what_cannot_be_compared_is_refused(broken):
    with pytest.raises(BadInput):
        broken()
