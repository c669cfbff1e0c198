"""Embeddings from the policy itself: the mean hidden state of a problem's tokens. No second model is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from workbench.memory.retrieval import Vector
from workbench.training.policy import Exchange, Policy, reply_hidden

AT_ONCE = 64


def embedder(policy: Policy) -> Callable[[Sequence[str]], list[Vector]]:
    """Texts to the policy's mean last hidden state over their tokens: float32 of the model's width."""

    @torch.inference_mode()
    def embed(texts: Sequence[str]) -> list[Vector]:
        prompts = [policy.problem_ids(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(prompts[i]))
        found: dict[int, Vector] = {}
        for start in range(0, len(order), AT_ONCE):
            part = order[start : start + AT_ONCE]
            # The first token predicts the second: each prompt is read as the reply to its first token.
            exchanges = [Exchange(prompts[i][:1], prompts[i][1:]) for i in part]
            states = reply_hidden(policy, exchanges).float().cpu()
            rows = torch.split(states, [len(e.reply) for e in exchanges])
            found.update(zip(part, (row.mean(0).numpy() for row in rows), strict=True))
        return [found[i] for i in range(len(texts))]

    return embed
