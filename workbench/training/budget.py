"""What training a model takes: bytes by part from its numbers, and the pace at which this machine samples."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.engine.protocol import Engine, rollout_seed
from workbench.types import Problem

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
