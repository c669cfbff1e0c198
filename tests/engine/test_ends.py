"""Which tokens end a reply, and which of them is taught: models and tokenizers disagree about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, Qwen2Config

from tests.records import LINEAR, RIGHT
from workbench.config import ModelSettings
from workbench.engine.network import wrap
from workbench.engine.policy import Policy, load_policy
from workbench.methods.sft import sft_signals
from workbench.types import Group

SMALL = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
}


def model_folder(tutor: Path, folder: Path, kind: type, ends: object, own: str | None, pad: str | None) -> Path:
    """A random model with these end tokens, whose tokenizer has this one and this padding."""
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tutor)
    tokenizer.eos_token, tokenizer.pad_token = own, pad
    model = AutoModelForCausalLM.from_config(
        kind(vocab_size=len(tokenizer), pad_token_id=None, bos_token_id=None, eos_token_id=ends, **SMALL)
    )
    model.generation_config.eos_token_id = ends
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def names(tiny_tutor) -> dict[int, str]:
    tokenizer = AutoTokenizer.from_pretrained(tiny_tutor)
    return {i: tokenizer.convert_ids_to_tokens(i) for i in range(8)}


@pytest.mark.parametrize("kind", [LlamaConfig, Qwen2Config])
@pytest.mark.parametrize(
    ("ends", "own", "all_ends", "taught"),
    [
        ([5, 6], 6, {5, 6}, 6),  # Qwen's chat models: a turn's end and a text's
        ([5, 6], 7, {5, 6, 7}, 5),  # the tokenizer names one that the model does not know as an end
        (5, 5, {5}, 5),
        (None, 6, {6}, 6),
        ([5, 6], None, {5, 6}, 5),
        (None, None, set(), None),
    ],
)
def test_the_ends_of_a_reply(tiny_tutor, tmp_path, names, kind, ends, own, all_ends, taught):
    folder = model_folder(tiny_tutor, tmp_path, kind, ends, names.get(own), None)
    policy = load_policy(ModelSettings(path=str(folder), device="cpu"), trainable=True)
    assert policy.end_ids == all_ends
    assert policy.end_id == taught
    group = Group(replace(LINEAR, solution=tuple(RIGHT.split("\n"))), ())
    (target,) = sft_signals(policy, group).targets
    solution = policy.encode(RIGHT)
    assert target.exchange.reply == (*solution, *([] if taught is None else [taught]))
    # Sampling goes on to the limit where nothing ends a reply.
    replies = policy.sample([policy.encode("x = 3")], [[1, 2, 3]], 4)[0]
    assert all(len(r.ids) == 4 or r.ids[-1] in all_ends for r in replies)


def test_padding_is_the_tokenizers_own_else_its_end(tiny_tutor, tmp_path, names):
    def pad(own: int | None, padding: int | None) -> int | None:
        folder = tmp_path / f"{own}-{padding}"
        model_folder(tiny_tutor, folder, LlamaConfig, 5, names.get(own), names.get(padding))
        return load_policy(ModelSettings(path=str(folder), device="cpu")).for_trainer()[1].pad_token_id

    assert pad(own=5, padding=4) == 4
    assert pad(own=5, padding=None) == 5
    assert pad(own=None, padding=None) is None


def test_a_saved_policy_is_loaded_as_it_was(tiny_tutor, tmp_path):
    policy = load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"), trainable=True)
    policy.save(tmp_path / "model")
    again = load_policy(ModelSettings(path=str(tmp_path / "model"), device="cpu"))
    assert not again.instruction
    prompt = policy.problem_ids(LINEAR.text)
    assert again.sample([prompt], [[7]], 8) == policy.sample([prompt], [[7]], 8)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model"]


def test_adapters_are_saved_merged_and_the_policy_keeps_them(tiny_tutor, tmp_path):
    policy: Policy = load_policy(ModelSettings(path=str(tiny_tutor), device="cpu", lora_rank=2), trainable=True)
    with torch.no_grad():
        for name, p in policy.network.model.named_parameters():
            if "lora_B" in name:
                p.fill_(0.01)
    prompt, trained = policy.problem_ids(LINEAR.text), policy.parameter_count(trained=True)
    before = policy.sample([prompt], [[7]], 8)
    policy.save(tmp_path / "model")
    assert policy.sample([prompt], [[7]], 8) == before
    assert policy.parameter_count(trained=True) == trained
    again = load_policy(ModelSettings(path=str(tmp_path / "model"), device="cpu"))
    assert again.sample([prompt], [[7]], 8)[0][0].ids == before[0][0].ids


def test_the_cache_is_named_as_the_model_takes_it(tiny_tutor):
    policy = load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))

    class Older(type(policy.network.model)):
        """As models took it before transformers 5.24."""

        def forward(self, *args, past_key_values=None, **inputs):
            return super().forward(*args, cache=past_key_values, **inputs)

    prompt = policy.problem_ids(LINEAR.text)
    wanted = policy.sample([prompt], [[7]], 8)
    assert policy.network.cache_name == "cache"
    older = policy.frozen_copy().network.model
    older.__class__ = Older
    renamed = wrap(older)
    assert renamed.cache_name == "past_key_values"
    assert replace(policy, network=renamed).sample([prompt], [[7]], 8) == wanted
