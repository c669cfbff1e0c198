"""Rollouts to a target, gains and ratios against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.statistics import (
    bootstrap,
    paired_gain,
    rollouts_to,
    smoothed,
    table_ratio,
    weighted_mean,
    weighted_median,
)

ROLLOUTS, RISING = (0, 100, 200, 300), np.array([0.0, 0.3, 0.6, 0.9])


def test_smoothing_looks_back_and_not_ahead():
    assert smoothed(RISING) == pytest.approx([0.0, 0.15, 0.3, 0.6])


@pytest.mark.parametrize(
    ("target", "expected"),
    [(0.0, 0), (0.15, 100), (0.225, 150), (0.3, 200), (0.45, 250), (0.6, 300), (0.61, 1000)],
)
def test_the_crossing_is_linear_between_evaluations(target, expected):
    found = rollouts_to(ROLLOUTS, RISING[None], np.array([target]), budget=1000)
    assert found.tolist() == pytest.approx([expected])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.floats(0, 1))
def test_a_crossing_lies_within_the_budget(values, target):
    used = range(0, 100 * len(values), 100)
    [found] = rollouts_to(used, np.array([values]), np.array([target]), budget=100 * len(values))
    assert 0 <= found <= 100 * len(values)


def test_each_curve_has_its_own_target():
    found = rollouts_to(ROLLOUTS, np.stack([RISING, RISING]), np.array([0.15, 2.0]), budget=1000)
    assert found.tolist() == pytest.approx([100, 1000])


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


def test_a_resampled_mean_is_the_mean_of_what_was_drawn():
    # Seed 0 twice and problem 1 three times out of [[1, 2, 3], [4, 5, 6]]: the mean of 2.
    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert weighted_mean(table, np.array([[2.0, 0.0]]), np.array([[0.0, 3.0, 0.0]])).tolist() == [2.0]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_a_weighted_median_is_the_median_of_what_was_drawn(values, random):
    weights = [random.randint(0, 3) for _ in values]
    weights[0] += 1
    drawn = [v for v, w in zip(values, weights, strict=True) for _ in range(w)]
    found = weighted_median(np.array(values, dtype=float), np.array([weights], dtype=float))
    assert found.tolist() == [np.median(drawn)]


def test_many_problems_are_drawn_in_parts_that_are_resamples_of_all():
    # A million problems make parts of one resample each; the mean of 0 and 1 stays near a half.
    table = np.arange(1 << 20) % 2.0
    found = bootstrap(lambda s, p: weighted_mean(table[None], s, p), 1, 1 << 20, resamples=4)
    assert found.value == 0.5
    assert 0.49 < found.low <= found.high < 0.51


def test_resamples_without_a_value_are_left_out():
    found = bootstrap(lambda _, p: np.where(p[:, 0] == 0, np.nan, p[:, 0]), 1, 2)
    assert (found.value, found.low, found.high) == (1, 1, 2)
