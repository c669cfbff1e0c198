"""Every row of the routing table, and the weights that follow from it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.methods.routing import (
    Route,
    Routed,
    group_advantages,
    question_weight,
    reward,
    route,
    route_group,
    step_weights,
    token_advantages,
    token_steps,
)
from workbench.verification.text.steps import split

RIGHT_FOR_WRONG_REASONS = "3x = 20 + 5\n3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5"
WRONG_MEANING = "6 - 4 = 2\nAnswer: 2"


@pytest.mark.parametrize(
    ("text", "problem", "expected", "error"),
    [
        (RIGHT, LINEAR, Route.REINFORCE, None),
        (SIGN_KEPT, LINEAR, Route.DISTIL_STEP, 0),
        (LATE, LINEAR, Route.DISTIL_STEP, 2),
        (RIGHT_FOR_WRONG_REASONS, LINEAR, Route.DISTIL_STEP, 0),
        (WRONG_MEANING, STORY, Route.DISTIL_WHOLE, None),
        ("I do not know.", STORY, Route.DISTIL_WHOLE, None),
        ("", STORY, Route.DISTIL_WHOLE, None),
    ],
)
def test_each_case_takes_its_route(text, problem, expected, error):
    verdict = group([text], problem).members[0].verdict
    assert route(verdict) is expected
    assert verdict.located_error == error


def test_a_right_answer_for_wrong_reasons_earns_nothing():
    assert reward(group([RIGHT_FOR_WRONG_REASONS]).members[0].verdict) == 0
    assert reward(group([RIGHT]).members[0].verdict) == 1


def test_the_group_gives_advantages_and_the_questions_weight():
    routed = route_group(group([RIGHT, SIGN_KEPT, SIGN_KEPT, SIGN_KEPT]))
    assert [r.advantage for r in routed] == pytest.approx([math.sqrt(3), *[-1 / math.sqrt(3)] * 3])
    assert {r.weight for r in routed} == {math.sqrt((2 / 6) * (4 / 6))}


@pytest.mark.parametrize(
    ("route_taken", "error", "weights"),
    [
        (Route.REINFORCE, None, [0, 0, 0, 0, 0]),
        (Route.DISTIL_STEP, 1, [0, 0, 1 / 2, 1 / 2, 0]),
        (Route.DISTIL_STEP, 2, [0, 0, 0, 0, 1]),
        (Route.DISTIL_WHOLE, None, [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 3]),
    ],
)
def test_step_weights_by_hand(route_taken, error, weights):
    routed = Routed(route_taken, error, 0.0, 0.5)
    assert step_weights([0, 0, 1, 1, 2], routed) == pytest.approx(weights)


def test_where_a_solution_diverges_is_known_the_rest_is_left_alone():
    routed = Routed(Route.DISTIL_WHOLE, None, 0.0, 0.5)
    assert step_weights([0, 0, 1, 1, 2], routed, diverging=1) == pytest.approx([0, 0, 1 / 6, 1 / 6, 0])


@pytest.mark.parametrize(
    ("error", "advantage", "advantages"),
    [
        (None, 1.5, [1.5, 1.5, 1.5]),
        (None, -1.5, [-1.5, -1.5, -1.5]),
        (1, -1.5, [0, -1.5, 0]),  # verified before it, off the path after it
        (1, 1.5, [0, 0, 0]),  # no positive advantage with a proved error
    ],
)
def test_token_advantages_by_hand(error, advantage, advantages):
    route_taken = Route.REINFORCE if error is None else Route.DISTIL_STEP
    assert token_advantages([0, 1, 2], Routed(route_taken, error, advantage, 0.5)) == advantages


def test_tokens_know_their_step():
    text = "a = 1\nbb\nc"
    assert token_steps(["a", " =", " 1", "\n", "bb", "\n", "c", ""], split(text)) == [0, 0, 0, 0, 1, 1, 2, 2]
    assert token_steps([], split("")) == []
    assert token_steps(["\n", "a"], split("\na")) == [0, 0]


@given(st.lists(st.sampled_from(["x = 1", "so", "y = 2 + 3"]), min_size=1, max_size=6))
def test_every_character_as_a_token_finds_its_own_line(lines):
    text = "\n".join(lines)
    owners = token_steps(list(text), split(text))
    expected = [i for i, line in enumerate(lines) for _ in range(len(line) + 1)][: len(text)]
    assert owners == expected


def test_splitting_a_step_does_not_pay():
    """Min-form credit: more lines, each right, earn what fewer earn."""
    padded = "3x = 20 - 5\n3x = 15\n3x = 15\n3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5"
    plain, long = group([RIGHT, padded]).members
    assert reward(plain.verdict) == reward(long.verdict) == 1


@pytest.mark.parametrize(
    ("rewards", "advantages"),
    [
        ([1, 0], [1, -1]),
        ([1, 1, 0, 0], [1, 1, -1, -1]),
        ([1, 0, 0, 0], [math.sqrt(3), *[-1 / math.sqrt(3)] * 3]),
        ([0, 0, 0], [0, 0, 0]),
        ([1, 1], [0, 0]),
    ],
)
def test_group_advantages(rewards, advantages):
    assert group_advantages(rewards) == pytest.approx(advantages)


@pytest.mark.parametrize(
    ("solved", "count", "weight"),
    [(0, 8, math.sqrt(0.1 * 0.9)), (8, 8, math.sqrt(0.9 * 0.1)), (4, 8, 0.5), (1, 2, 0.5)],
)
def test_question_weight(solved, count, weight):
    assert question_weight(solved, count) == pytest.approx(weight)
