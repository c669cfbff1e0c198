"""Looks inside a policy: what it expects at each token of a reply, and how far a teacher is from that."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import torch

from workbench.engine.policy import Policy
from workbench.engine.protocol import Engine, Exchange, rollout_seed
from workbench.engine.update import DivergenceKind, divergence, entropy
from workbench.types import Problem


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


# What training a model takes: bytes by part from its numbers, and the pace at which this machine samples.


MOMENTS = 2
"""Running means that AdamW keeps for each trained number, in float32 like the gradient."""
FULL, HALF = 4, 2
"""Bytes of a number in float32, and in bfloat16."""


@dataclass(frozen=True)
class Need:
    """Bytes by part. What a forward pass keeps for the backward pass comes on top, a few GiB at most."""

    policy: int
    teacher: int
    gradients: int
    optimizer: int

    @property
    def total(self) -> int:
        return self.policy + self.teacher + self.gradients + self.optimizer


def memory_need(parameters: int, lora_parameters: int = 0) -> Need:
    """Return the bytes that training takes with AdamW, whole in float32, or adapters over a model in bfloat16.

    The teacher is the moving average, a second copy of the policy; a frozen teacher is one more.
    `lora_parameters`: numbers in the adapters; 0 trains the whole model.
    """
    if not lora_parameters:
        size = FULL * parameters
        return Need(size, size, size, MOMENTS * size)
    policy = HALF * parameters + FULL * lora_parameters
    return Need(policy, policy, FULL * lora_parameters, MOMENTS * FULL * lora_parameters)


def sampling_pace(policy: Engine, problems: Sequence[Problem], samples: int = 8, max_tokens: int = 160) -> float:
    """Return the tokens a second that this machine samples, measured on rollouts of these problems."""
    prompts = [policy.problem_ids(problem.text) for problem in problems]
    seeds = [[rollout_seed("pace", problem.id, k) for k in range(samples)] for problem in problems]
    started = time.perf_counter()
    made = policy.sample(prompts, seeds, max_tokens)
    return sum(len(one.ids) for group in made for one in group) / (time.perf_counter() - started)
