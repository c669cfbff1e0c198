"""Models of other kinds than the tutor."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM, CohereConfig, Gemma2Config, GraniteConfig, MistralConfig, Qwen2Config

from workbench.config import ModelSettings
from workbench.engine.network import wrap
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Exchange
from workbench.errors import BadInput

SMALL = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "initializer_range": 0.5,
    "pad_token_id": 0,
    "bos_token_id": None,
    "eos_token_id": 1,
}


@pytest.fixture(scope="module")
def tutor(tiny_tutor) -> Policy:
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def policy_of(tutor: Policy, kind: type, **settings: object) -> Policy:
    """A random model of this kind, with the tutor's tokenizer."""
    torch.manual_seed(0)
    config = kind(vocab_size=len(tutor.tokenizer), **SMALL | settings)
    return replace(tutor, network=wrap(AutoModelForCausalLM.from_config(config).eval()))


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (Gemma2Config, {"final_logit_softcapping": 5.0}),
        (GraniteConfig, {"logits_scaling": 8.0}),
        (CohereConfig, {"logit_scale": 0.25}),
    ],
)
def test_logits_are_those_that_are_sampled_by(tutor, kind, settings):
    policy = policy_of(tutor, kind, **settings)
    ids = policy.encode("Solve 3x + 5 = 20.")
    with torch.no_grad():
        wanted = policy.network.model(torch.tensor([ids])).logits[0, :-1]
        found = policy.network.logits(policy.network.hidden([Exchange(ids[:1], ids[1:])]))
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_a_model_with_unknown_logits_is_refused(tutor):
    policy = policy_of(tutor, CohereConfig, logit_scale=0.25)
    policy.network.model.logit_scale = 0.5  # not what its settings say
    policy = replace(policy, network=wrap(policy.network.model))
    with pytest.raises(BadInput, match="choose a model of another kind"):
        policy.logprobs([Exchange([1], [2, 3])])
    assert policy.sample([[1, 2]], [[0]], 3)[0][0].ids


@pytest.mark.parametrize(
    ("kind", "settings", "packs"),
    [
        (MistralConfig, {"sliding_window": 8}, False),
        (MistralConfig, {"sliding_window": None}, True),
        (Qwen2Config, {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1}, False),
        (Qwen2Config, {"sliding_window": 8}, True),
    ],
)
def test_sliding_windows_are_not_read_in_trees(tutor, kind, settings, packs):
    policy = policy_of(tutor, kind, **settings)
    assert policy.network.packs is packs
    prompt = policy.encode("Solve 3x + 5 = 20, then read the rest of it.")
    sequences = [Exchange(prompt, policy.encode(text)) for text in ("3x = 15", "3x = 25", "x")]
    with torch.no_grad():
        together = policy.network.hidden(sequences)
        alone = torch.cat([policy.network.hidden([one]) for one in sequences])
    torch.testing.assert_close(together, alone, atol=1e-3, rtol=1e-3)
