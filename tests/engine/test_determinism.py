"""The same update twice, with two threads, moves the weights to the same bits."""

from __future__ import annotations

import pytest
import torch

from workbench.config import ModelSettings, TrainingSettings
from workbench.engine.learner import learner
from workbench.engine.policy import load_policy
from workbench.engine.protocol import Exchange, LossSettings, TrainingRow, rollout_seed
from workbench.problems.splits import load_split

LOSSES = LossSettings(distill_weight=0.5, policy_gradient_weight=1.0)


@pytest.fixture
def _two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def rows_of(policy) -> list[TrainingRow]:
    """Many rollouts of few problems: they share their prompts, and so the places of the packed trees."""
    prompts = [policy.problem_ids(p.text) for p in load_split("train")[:3]]
    seeds = [[rollout_seed("bits", i, k) for k in range(16)] for i in range(len(prompts))]
    rows = []
    for prompt, made in zip(prompts, policy.sample(prompts, seeds, 60), strict=True):
        for k, one in enumerate(made):
            even = (1 / len(one.ids),) * len(one.ids)
            advantages = tuple(a * (-1) ** k for a in even)
            rows.append(TrainingRow(Exchange(tuple(prompt), one.ids), one.logprobs, advantages, even, tuple(prompt)))
    return rows


def trained(_: int) -> tuple[list[TrainingRow], list[dict[str, float]], list[torch.Tensor]]:
    policy = load_policy(ModelSettings(device="cpu"), trainable=True)
    rows = rows_of(policy)
    made = learner(policy, TrainingSettings())
    terms = [made.update(rows, [], LOSSES) for _ in range(2)]
    return rows, terms, [p.detach().clone() for p in policy.network.model.parameters()]


@pytest.mark.usefixtures("_two_threads")
def test_two_trainings_are_equal_to_the_last_bit():
    first, *others = map(trained, range(2))
    for other in others:
        assert other[0] == first[0]
        assert other[1] == first[1]
        assert all(torch.equal(a, b) for a, b in zip(first[2], other[2], strict=True))
