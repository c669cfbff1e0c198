"""The methods that pmd is compared with: each trains on what it may know, and on nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT
from tests.training.test_update import group_of
from workbench.config import ModelSettings
from workbench.engine.policy import load_policy
from workbench.evaluation.compare.plan import by_outcome
from workbench.memory.retrieval import Recalled
from workbench.methods.contexts import TeacherContext
from workbench.methods.grpo import GrpoSettings, grpo_signals
from workbench.methods.pmd import pmd_signals
from workbench.methods.rft import rft_signals
from workbench.methods.routing import Route, question_weight
from workbench.methods.sdpo import SdpoSettings, sdpo_signals
from workbench.methods.sft import sft_signals


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


@pytest.fixture(scope="module")
def mixed(policy):
    return group_of(policy, [RIGHT, SIGN_KEPT, LATE, RIGHT])


@pytest.fixture(scope="module")
def hopeless(policy):
    return group_of(policy, [SIGN_KEPT, "I do not know."])


def test_grpo_gives_each_token_the_rollouts_advantage_over_its_length(policy, mixed):
    rows = grpo_signals(policy, mixed).rows
    for row, advantage in zip(rows, (1, -1, -1, 1), strict=True):
        assert sum(row.advantages) == pytest.approx(advantage)
        assert not any(row.distil)
        assert row.teacher_prompt is None


def test_the_anchor_of_grpo_is_the_teacher_reading_the_problem_alone(policy, mixed):
    for row in grpo_signals(policy, mixed, GrpoSettings(anchor=0.1)).rows:
        assert sum(row.distil) == pytest.approx(0.1)
        assert row.teacher_prompt == row.exchange.prompt


def test_grpo_sharpens_right_rollouts_alone_by_the_questions_weight(policy):
    three = group_of(policy, [RIGHT, SIGN_KEPT, LATE])
    plain = grpo_signals(policy, three).rows
    rows = grpo_signals(policy, three, GrpoSettings(sharpening=8.0)).rows
    assert [row.advantages for row in rows] == [row.advantages for row in plain]
    # One of three solved: p = 2/5 smoothed, and twice sqrt(2/5 * 3/5) scales the weight.
    assert [sum(row.distil) for row in rows] == pytest.approx([2 * (6 / 25) ** 0.5 * 8, 0, 0])
    assert question_weight(1, 3) == pytest.approx((6 / 25) ** 0.5)
    assert [row.teacher_prompt == row.exchange.prompt for row in rows] == [True, False, False]


def test_a_distilled_teacher_weighs_what_the_settings_say():
    assert GrpoSettings(sharpening=8.0).losses.distill_weight == 1.0
    assert GrpoSettings().losses.teacher_temperature == 0.5
    published = SdpoSettings().losses
    assert (published.teacher_temperature, published.entropy_weighting, published.policy_gradient_weight) == (1, 0, 0)


def test_sdpo_reads_another_successful_sibling_and_never_the_attempt_itself(policy, mixed):
    rows = sdpo_signals(policy, mixed).rows
    assert all(sum(row.distil) == pytest.approx(1) for row in rows)
    for row in rows:
        read = policy.text(row.teacher_prompt or ())
        assert "Solved: Solve 3x + 5 = 20." in read
        assert "3x = 20 + 5" not in read


def test_a_lone_success_of_sdpo_gets_nothing_itself(policy):
    rows = sdpo_signals(policy, group_of(policy, [RIGHT, SIGN_KEPT])).rows
    assert [row.teacher_prompt is None for row in rows] == [True, False]


def test_an_all_fail_group_trains_sdpo_by_the_verifiers_words_alone(policy, hopeless):
    assert not any(any(row.distil) for row in sdpo_signals(policy, hopeless).rows)
    told, silent = sdpo_signals(policy, hopeless, SdpoSettings(feedback="verifier")).rows
    assert "Lesson: " in policy.text(told.teacher_prompt or ())
    assert silent.teacher_prompt is None


def test_a_known_solution_is_what_sdpo_reads(policy, hopeless):
    known = replace(hopeless, problem=replace(hopeless.problem, solution=tuple(RIGHT.split("\n"))))
    for row in sdpo_signals(policy, known).rows:
        assert "3x = 20 - 5" in policy.text(row.teacher_prompt or ())


def test_rft_learns_each_distinct_right_rollout_once(policy, mixed, hopeless):
    made = rft_signals(policy, mixed)
    assert [policy.text(t.exchange.reply) for t in made.targets] == [RIGHT]
    assert len(made.rows) == 4
    assert not rft_signals(policy, hopeless).targets


def test_sft_learns_the_worked_solution_and_not_the_rollouts(policy, hopeless):
    worked = replace(hopeless, problem=replace(LINEAR, solution=tuple(RIGHT.split("\n"))))
    (target,) = sft_signals(policy, worked).targets
    assert policy.text(target.exchange.reply) == RIGHT
    assert target.exchange.reply[-1] == policy.end_id


def test_outcome_credit_reads_no_verdict_on_a_step(policy, mixed):
    assert [m.verdict.first_error for m in by_outcome(mixed).members] == [None] * 4
    made = pmd_signals(policy, by_outcome(mixed), Recalled())
    assert list(made.routes) == [Route.REINFORCE, Route.DISTIL_WHOLE, Route.DISTIL_WHOLE, Route.REINFORCE]
    contexts = [c for c in made.contexts if isinstance(c, TeacherContext)]
    assert {c.source for c in contexts} == {"sibling"}
