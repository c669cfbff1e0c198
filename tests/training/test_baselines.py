"""The opponents in the loop: each trains on what it may know, and on nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from workbench.methods.baselines import grpo_signals, rft_signals, sdpo_signals, sft_signals

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT
from tests.training.test_update import group_of
from workbench.config import ModelSettings
from workbench.engine.policy import load_policy
from workbench.memory.retrieval import Recalled
from workbench.methods.contexts import TeacherContext
from workbench.methods.pmd import by_outcome, pmd_signals
from workbench.methods.routing import Route


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
    for row in grpo_signals(policy, mixed, anchor=0.1).rows:
        assert sum(row.distil) == pytest.approx(0.1)
        assert row.teacher_prompt == row.exchange.prompt


def test_sdpo_reads_another_successful_sibling_and_never_the_attempt_itself(policy, mixed):
    rows = sdpo_signals(policy, mixed, "siblings").rows
    assert all(sum(row.distil) == pytest.approx(1) for row in rows)
    for row in rows:
        read = policy.text(row.teacher_prompt or ())
        assert "Solved: Solve 3x + 5 = 20." in read
        assert "3x = 20 + 5" not in read


def test_a_lone_success_of_sdpo_gets_nothing_itself(policy):
    rows = sdpo_signals(policy, group_of(policy, [RIGHT, SIGN_KEPT]), "siblings").rows
    assert [row.teacher_prompt is None for row in rows] == [True, False]


def test_an_all_fail_group_trains_sdpo_by_the_verifiers_words_alone(policy, hopeless):
    assert not any(any(row.distil) for row in sdpo_signals(policy, hopeless, "siblings").rows)
    told, silent = sdpo_signals(policy, hopeless, "verifier").rows
    assert "Lesson: " in policy.text(told.teacher_prompt or ())
    assert silent.teacher_prompt is None


def test_a_known_solution_is_what_sdpo_reads(policy, hopeless):
    known = replace(hopeless, problem=replace(hopeless.problem, solution=tuple(RIGHT.split("\n"))))
    for row in sdpo_signals(policy, known, "siblings").rows:
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
