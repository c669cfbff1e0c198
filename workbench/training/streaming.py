"""Sampling one reply token by token, the same tokens as `sampling.sample` gives for the seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from transformers import DynamicCache

from workbench.training.policy import Policy
from workbench.training.sampling import choose, uniforms


def stream(
    policy: Policy, prompt: Sequence[int], seed: int, max_tokens: int, temperature: float = 1.0
) -> Iterator[int]:
    """The ids of one reply as they are sampled, the end token included. Temperature 0 ignores the seed.

    Several streams of one policy may be read in turn or from several threads: each keeps its own cache.
    """
    # `inference_mode` is entered for each token and left before each yield: the caller's code is not ours.
    cache = DynamicCache(config=policy.model.config)
    numbers = uniforms([seed], max_tokens).to(policy.device)
    pending = list(prompt)
    for t in range(max_tokens):
        token = _next(policy, cache, pending, numbers[:, t], temperature)
        yield token
        if token in policy.end_ids:
            return
        pending = [token]


@torch.inference_mode()
def _next(policy: Policy, cache: DynamicCache, new: Sequence[int], number: torch.Tensor, temperature: float) -> int:
    ids = torch.tensor([list(new)], device=policy.device)
    out = policy.model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return int(choose(out.logits[:, -1].float(), number, temperature))


def text_of(policy: Policy, ids: Sequence[int]) -> str:
    """The text so far, without half a character at its end."""
    return policy.text(ids).rstrip("\ufffd")
