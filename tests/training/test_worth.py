"""Embeddings and the utility of insights, on the shipped model, against values computed one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.records import LINEAR, STORY
from workbench.config import ModelSettings
from workbench.engine.policy import Policy, load_policy
from workbench.methods.measures import InsightTrial, insight_utilities
from workbench.prompts import Help
from workbench.types import Level, Rollout, StopReason


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ModelSettings(device="cpu"))


def alone(policy: Policy, prompt: list[int], reply: tuple[int, ...]) -> float:
    """The mean log-probability of a reply, token by token."""
    ids = torch.tensor([[*prompt, *reply]])
    with torch.inference_mode():
        logprobs = torch.log_softmax(policy.network.model(ids).logits[0].float(), -1)
    places = range(len(prompt) - 1, len(prompt) + len(reply) - 1)
    return float(sum(logprobs[at, token] for at, token in zip(places, reply, strict=True))) / len(reply)


def test_the_utility_of_an_insight_is_the_gain_in_mean_log_probability(policy):
    ids = (*policy.encode("3x = 20 - 5\n3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5"), policy.end_id)
    solved = Rollout("r", LINEAR.id, 0, 0, 0, policy.text(ids), ids, (0.0,) * len(ids), StopReason.END, "t@0")
    right = "A number that crosses the equals sign changes its sign."
    trials = [
        InsightTrial(Level.LESSON, right, LINEAR.text, solved),
        InsightTrial(Level.PATTERN, "long story: one event, one line", LINEAR.text, solved),
    ]
    plain = alone(policy, policy.problem_ids(LINEAR.text), ids)
    read = alone(policy, policy.problem_ids(LINEAR.text, Help(lessons=(right,))), ids)
    gains = insight_utilities(policy, trials)
    assert gains[0] == pytest.approx(read - plain, abs=1e-4)
    assert gains[0] > 0
    assert len(gains) == 2


def test_an_embedding_does_not_depend_on_what_is_embedded_beside_it(policy):
    short, long = LINEAR.text, STORY.text
    together, single = policy.embed([long, short]), policy.embed([short])
    assert len(together[1]) == len(single[0]) == policy.network.inner.config.hidden_size
    assert np.allclose(together[1], single[0], atol=1e-4)
    assert policy.embed([]) == []
