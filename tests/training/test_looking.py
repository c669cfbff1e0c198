"""Looking inside a policy agrees with what sampling recorded, and an update moves what it should."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from workbench.config import ModelSettings
from workbench.engine.inspection import divergences, expected, likelihood
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Exchange, LossSettings, Target, TrainingRow
from workbench.errors import BadInput
from workbench.evaluation.evaluate import evaluate
from workbench.memory.retrieval import Recalled
from workbench.methods import Signals
from workbench.methods.pmd import pmd_signals
from workbench.problems.splits import load_split
from workbench.training.probes import clearest_lesson, step_tokens, updated
from workbench.verification import Verifier


@pytest.fixture(scope="module")
def policy(tiny_tutor: Path) -> Policy:
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"), trainable=True)


def test_expectations_are_those_of_sampling(policy: Policy):
    problem = load_split("dev")[0]
    rollout = evaluate(policy, [problem], Verifier(), samples=1, max_tokens=12).groups[0].members[0].rollout
    places = expected(policy, policy.problem_ids(problem.text), rollout.token_ids)
    assert [math.log(p.probability) for p in places] == pytest.approx(rollout.logprobs, abs=1e-4)
    assert all(len(p.likeliest) == 5 and p.likeliest[0][1] >= p.probability - 1e-7 for p in places)
    whole = likelihood(policy, Exchange(policy.problem_ids(problem.text), rollout.token_ids))
    assert math.log(whole) == pytest.approx(sum(rollout.logprobs), abs=1e-3)


def test_equal_readers_do_not_diverge(policy: Policy):
    ids = policy.encode("3x = 15")
    found = divergences(policy, policy, ids, ids, policy.encode("x = 5"))
    assert all(abs(v) < 1e-5 for values in found.values() for v in values)
    other = divergences(policy, policy, ids, policy.encode("A long story."), policy.encode("x = 5"))
    assert all(0 <= v <= math.log(2) + 1e-6 for v in other["jsd"])


def test_an_update_makes_the_target_likelier_and_leaves_the_policy(policy: Policy):
    target = Exchange(tuple(policy.encode("3x = 15\n")), tuple(policy.encode("x = 5")))
    idle = TrainingRow(
        target, (0.0,) * len(target.reply), (0.0,) * len(target.reply), (0.0,) * len(target.reply), None
    )
    before = likelihood(policy, target)
    losses = LossSettings(hard_target_weight=1.0)
    moved, terms = updated(
        policy, policy.frozen_copy(), Signals((idle,), (Target(target, 1.0),), (), ()), losses, 3, 1e-3
    )
    assert likelihood(moved, target) > before
    assert likelihood(policy, target) == before
    assert len(terms) == 3


def test_the_tokens_of_a_step_are_its_text(policy: Policy):
    problem = load_split("dev")[0]
    rollout = evaluate(policy, [problem], Verifier(), samples=1, max_tokens=12).groups[0].members[0].rollout
    lines = "3x = 15\nx = 5"
    made = type(rollout)("r", "p", 0, 0, 0, lines, tuple(policy.encode(lines)), (), rollout.stop, "v")
    assert policy.text(made.token_ids[step_tokens(policy, made, 1)]).strip() == "x = 5"


def test_a_group_without_a_lesson_is_refused(policy: Policy):
    group = evaluate(policy, [load_split("dev")[0]], Verifier(), samples=2, max_tokens=4).groups[0]
    with pytest.raises(BadInput, match=r"No rollout of problem"):
        clearest_lesson(policy, group, pmd_signals(policy, group, Recalled()))
