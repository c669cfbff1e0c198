"""Intervals and estimators against figures worked out by hand."""

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.statistics import (
    hierarchical_interval,
    majority_at_k,
    mean_interval,
    paired_difference,
    pass_at_k,
)
from workbench.types import Estimate

TABLES = st.dictionaries(
    st.text(max_size=3), st.lists(st.floats(0, 1), min_size=1, max_size=4), min_size=1, max_size=6
)


def test_the_mean_is_over_problems_and_not_over_samples() -> None:
    # Problem means 1 and 0.25; a mean over all five samples would be 2 / 5.
    assert mean_interval({"a": [1], "b": [0, 0, 0, 1]}).value == 0.625


def test_two_problems_give_the_interval_of_their_three_means() -> None:
    # Resampled means are 0, 0.5 and 1 with chances 1/4, 1/2 and 1/4: both tails exceed 2.5 %.
    assert mean_interval({"a": [0], "b": [1]}) == Estimate(0.5, 0.0, 1.0)


def test_a_hundred_problems_give_the_binomial_interval() -> None:
    # 95 % of Binomial(100, 0.5) lies within 40 to 60.
    interval = mean_interval({str(i): [i % 2] for i in range(100)}, resamples=4000)
    assert interval.value == 0.5
    assert interval.low == pytest.approx(0.40, abs=0.011)
    assert interval.high == pytest.approx(0.60, abs=0.011)


def test_equal_values_give_a_point() -> None:
    assert mean_interval({"a": [1, 1], "b": [1]}) == Estimate(1.0, 1.0, 1.0)


@given(TABLES, st.integers(0, 5))
def test_an_interval_is_reproducible_ordered_and_blind_to_the_order_of_problems(
    table: dict[str, list[float]], seed: int
) -> None:
    interval = mean_interval(table, seed, resamples=50)
    assert interval == mean_interval(dict(reversed(table.items())), seed, resamples=50)
    assert -1e-12 <= interval.low <= interval.high <= 1 + 1e-12


def test_pairing_takes_away_what_problems_differ_in() -> None:
    before = {str(i): [i / 40] for i in range(20)}
    after = {key: [value + 0.1] for key, (value,) in before.items()}
    paired = paired_difference(before, after)
    assert (paired.value, paired.low, paired.high) == pytest.approx((0.1, 0.1, 0.1))


def test_a_paired_difference_by_hand() -> None:
    # Differences 0.5, -0.5 and 1: mean 1/3, resampled means -0.5 to 1, both ends with chance 1/27 > 2.5 %.
    before, after = {"a": [0, 0], "b": [1], "c": [0]}, {"c": [1], "b": [0.5], "a": [1, 0]}
    interval = paired_difference(before, after)
    assert interval.value == pytest.approx(1 / 3)
    assert (interval.low, interval.high) == (-0.5, 1.0)


def test_a_problem_on_one_side_only_is_bad_input() -> None:
    with pytest.raises(BadInput, match="'b' is on one side only"):
        paired_difference({"a": [1]}, {"a": [1], "b": [1]})


def test_one_seed_gives_the_interval_over_problems_and_one_problem_that_over_seeds() -> None:
    assert hierarchical_interval([[0.0, 1.0]]) == Estimate(0.5, 0.0, 1.0)
    assert hierarchical_interval([[0.0], [1.0]]) == Estimate(0.5, 0.0, 1.0)


def test_seeds_that_differ_widen_the_interval() -> None:
    # Both tables have the problem means 0.5: over problems alone the interval is a point.
    alike = hierarchical_interval([[0.5] * 8, [0.5] * 8])
    apart = hierarchical_interval([[0.0] * 8, [1.0] * 8])
    assert alike == Estimate(0.5, 0.5, 0.5)
    assert apart == Estimate(0.5, 0.0, 1.0)


def test_more_seeds_of_the_same_problems_do_not_make_the_problems_more() -> None:
    row = [float(i % 2) for i in range(200)]
    once, often = hierarchical_interval([row]), hierarchical_interval([row] * 10)
    assert often.high - often.low == pytest.approx(once.high - once.low, abs=0.03)


@pytest.mark.parametrize("table", [[], [[]], [[1.0, 0.0], [1.0]]])
def test_a_ragged_or_empty_table_is_bad_input(table: list[list[float]]) -> None:
    with pytest.raises(BadInput):
        hierarchical_interval(table)


def test_nothing_to_average_is_bad_input() -> None:
    with pytest.raises(BadInput, match="no problems"):
        mean_interval({})
    with pytest.raises(BadInput, match="'b' has no values"):
        mean_interval({"a": [1], "b": []})
    with pytest.raises(BadInput, match="resamples"):
        mean_interval({"a": [1]}, resamples=0)


@pytest.mark.parametrize(
    ("n", "c", "k", "chance"),
    [
        (4, 1, 1, 0.25),
        (4, 1, 2, 0.5),  # 3 of the 6 pairs hold the right one
        (5, 2, 3, 0.9),  # 1 of the 10 triples misses both
        (4, 0, 4, 0.0),
        (4, 1, 4, 1.0),
        (200, 200, 1, 1.0),
    ],
)
def test_pass_at_k_by_hand(n: int, c: int, k: int, chance: float) -> None:
    assert pass_at_k(n, c, k) == pytest.approx(chance)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_published_formula(figures: tuple[int, int, int]) -> None:
    n, c, k = figures
    assert pass_at_k(n, c, k) == pytest.approx(1 - comb(n - c, k) / comb(n, k))


def test_pass_at_k_is_unbiased() -> None:
    marks = [1, 0, 0, 1, 0, 0]
    samples = list(combinations(marks, 3))
    assert pass_at_k(6, 2, 3) == pytest.approx(sum(any(s) for s in samples) / len(samples))


@pytest.mark.parametrize(("n", "c", "k"), [(4, 5, 1), (4, -1, 1), (4, 2, 0), (4, 2, 5)])
def test_pass_at_k_outside_its_range_is_bad_input(n: int, c: int, k: int) -> None:
    with pytest.raises(BadInput, match="is undefined"):
        pass_at_k(n, c, k)


@pytest.mark.parametrize(
    ("answers", "right", "k", "score"),
    [
        (["4", "4", "5"], [True, True, False], 3, 1.0),
        (["5", "5", "4"], [False, False, True], 3, 0.0),
        (["4", "5"], [True, False], 2, 0.5),
        (["4", "5", "6"], [False, True, False], 3, pytest.approx(1 / 3)),
        ([None, None, "4"], [False, False, True], 3, 1.0),
        ([None, "4"], [False, True], 1, 0.0),
        (["5", "4", "4"], [False, True, True], 1, 0.0),
    ],
)
def test_majority_by_hand(answers: list[str | None], right: list[bool], k: int, score: float) -> None:
    assert majority_at_k(answers, right, k) == score


def test_a_majority_of_too_few_is_bad_input() -> None:
    with pytest.raises(BadInput):
        majority_at_k(["4"], [True], 2)
    with pytest.raises(BadInput):
        majority_at_k(["4", "4"], [True], 2)
