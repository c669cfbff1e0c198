"""Sampling: each rollout from its own seed, the ids and log-probabilities exactly as the policy gave them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from workbench.config import ModelSettings
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Exchange, rollout_seed
from workbench.types import StopReason

TEXTS = ["Solve 3x + 5 = 20.", "Work out 7 - (-3) + 5.", "Expand 3(x + 4)."]


@pytest.fixture(scope="module")
def policy(tiny_tutor) -> Policy:
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def prompts(policy: Policy) -> list[list[int]]:
    return [policy.problem_ids(text) for text in TEXTS]


def seeds(count: int) -> list[list[int]]:
    return [[rollout_seed("test", i, k) for k in range(count)] for i in range(len(TEXTS))]


def test_a_rollout_depends_on_its_seed_alone_not_on_its_neighbours(policy):
    together = policy.sample(prompts(policy), seeds(3), max_tokens=12)
    for i, prompt in enumerate(prompts(policy)):
        for k in range(3):
            alone = policy.sample([prompt], [[seeds(3)[i][k]]], max_tokens=12)
            assert alone[0][0].ids == together[i][k].ids
            assert alone[0][0].logprobs == pytest.approx(together[i][k].logprobs, abs=1e-4)


def test_batches_change_nothing(policy):
    whole = policy.sample(prompts(policy), seeds(4), max_tokens=12)
    parts = policy.sample(prompts(policy), seeds(4), max_tokens=12, batch=4)
    assert [[s.ids for s in g] for g in whole] == [[s.ids for s in g] for g in parts]


def test_the_logprobs_are_those_of_the_policy(policy):
    made = policy.sample(prompts(policy), seeds(2), max_tokens=12)
    pairs = [(p, s) for p, group in zip(prompts(policy), made, strict=True) for s in group]
    with torch.no_grad():
        hidden = policy.network.hidden([Exchange(p, s.ids) for p, s in pairs])
        logprobs = torch.log_softmax(policy.network.logits(hidden), -1)
    ids = torch.tensor([t for _, s in pairs for t in s.ids])
    again = logprobs.gather(-1, ids[:, None]).squeeze(-1)
    assert again.tolist() == pytest.approx([p for _, s in pairs for p in s.logprobs], abs=1e-4)


def test_greedy_is_what_transformers_generates(policy):
    for prompt, (made,) in zip(
        prompts(policy), policy.sample(prompts(policy), [[0]] * 3, 12, temperature=0), strict=True
    ):
        ids = torch.tensor([prompt])
        generate = policy.network.model.generate
        out = generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=12)
        assert tuple(out[0, len(prompt) :].tolist()) == made.ids


def test_stop_reasons(policy):
    made = [s for group in policy.sample(prompts(policy), seeds(30), max_tokens=40) for s in group]
    for one in made:
        ended = one.ids[-1] in policy.end_ids
        assert one.stop is (StopReason.END if ended else StopReason.LENGTH)
        assert ended or len(one.ids) == 40
        assert not set(one.ids[:-1]) & policy.end_ids


def test_seeds_are_reproducible_and_differ():
    assert rollout_seed("a", 1) == rollout_seed("a", 1)
    assert len({rollout_seed("a", i) for i in range(1000)}) == 1000


@pytest.mark.parametrize("temperature", [0, 0.7, 1])
def test_a_stream_gives_the_tokens_of_the_sample(policy, temperature):
    for prompt, (seed,) in zip(prompts(policy), seeds(1), strict=True):
        whole = policy.sample([prompt], [[seed]], max_tokens=24, temperature=temperature)[0][0]
        assert tuple(policy.stream(prompt, seed, 24, temperature)) == whole.ids


def test_streams_that_are_read_in_turn_do_not_mix(policy):
    wanted = [tuple(policy.stream(p, s, 12)) for p, (s,) in zip(prompts(policy), seeds(1), strict=True)]
    streams = [policy.stream(p, s, 12) for p, (s,) in zip(prompts(policy), seeds(1), strict=True)]
    found: list[list[int]] = [[] for _ in streams]
    for _ in range(12):
        for i, one in enumerate(streams):
            found[i] += [token for token in [next(one, None)] if token is not None]
    assert [tuple(ids) for ids in found] == wanted


def test_a_stream_stops_at_the_end_token(policy):
    prompt, (seed,) = prompts(policy)[0], seeds(1)[0]
    first = next(policy.stream(prompt, seed, 5))
    ending = replace(policy)
    ending.__dict__["end_ids"] = frozenset({first})
    assert list(ending.stream(prompt, seed, 5)) == [first]


def test_what_rollouts_have_in_common_is_read_once(policy, monkeypatch):
    """Eight greedy rollouts of a prompt are one text; sampled ones are as many rows as there are rollouts at most."""
    rows: list[int] = []
    forward = policy.network.model.forward

    def watched(*args, **inputs):
        rows.append(len(inputs["input_ids"]))
        return forward(*args, **inputs)

    monkeypatch.setattr(policy.network.model, "forward", watched)
    policy.sample(prompts(policy), seeds(8), max_tokens=12, temperature=0)
    assert max(rows) == len(TEXTS)
    rows.clear()
    policy.sample(prompts(policy), seeds(8), max_tokens=12)
    assert rows[0] == len(TEXTS) < max(rows) <= 8 * len(TEXTS)
