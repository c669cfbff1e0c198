"""Looks inside a policy: what it expects at each token of a reply, and how far a teacher is from that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import torch

from workbench.engine.losses import DivergenceKind, divergence, entropy
from workbench.engine.policy import Policy
from workbench.engine.protocol import Exchange


@dataclass(frozen=True)
class Expected:
    """What a policy expected at one place of a reply, and what stood there."""

    piece: str
    """The text of the token that stood there."""
    probability: float
    entropy: float
    """Of the whole distribution, in nats."""
    likeliest: tuple[tuple[str, float], ...]
    """Pieces with their probabilities, the likeliest first."""


@torch.inference_mode()
def expected(policy: Policy, prompt: Sequence[int], reply: Sequence[int], top: int = 5) -> list[Expected]:
    """Return what a policy expects at each token of a reply, given the prompt and the tokens before it."""
    logits = _logits(policy, prompt, reply)
    probabilities, entropies = torch.softmax(logits, -1), entropy(logits)
    best = probabilities.topk(top, -1)
    return [
        Expected(
            policy.piece(token),
            float(probabilities[at, token]),
            float(entropies[at]),
            tuple((policy.piece(int(i)), float(p)) for p, i in zip(best.values[at], best.indices[at], strict=True)),
        )
        for at, token in enumerate(reply)
    ]


@torch.inference_mode()
def divergences(
    student: Policy, teacher: Policy, prompt: Sequence[int], teacher_prompt: Sequence[int], reply: Sequence[int]
) -> dict[str, list[float]]:
    """Return the three divergences between student and teacher at each token of a reply, in nats, by name."""
    own, taught = _logits(student, prompt, reply), _logits(teacher, teacher_prompt, reply)
    return {kind: divergence(own, taught, kind).tolist() for kind in get_args(DivergenceKind)}


def _logits(policy: Policy, prompt: Sequence[int], reply: Sequence[int]) -> torch.Tensor:
    return policy.network.logits(policy.network.hidden([Exchange(prompt, reply)]))


def likelihood(policy: Policy, exchange: Exchange) -> float:
    """Return the probability that a policy answers the prompt with this reply."""
    (logprobs,) = policy.logprobs([exchange])
    return math.exp(math.fsum(logprobs))
