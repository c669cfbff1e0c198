"""What training a model takes: memory by part from its numbers, and the pace at which this machine samples."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.engine.policy import Policy
from workbench.engine.sampling import rollout_seed, sample
from workbench.types import Problem

MOMENTS = 2
"""Running means that AdamW keeps for each trained number, in float32 like the gradient."""
FULL, HALF = 4, 2
"""Bytes of a number in float32, and in bfloat16."""


@dataclass(frozen=True)
class Need:
    """Bytes of memory by part. What a forward pass keeps for the backward pass comes on top, a few GiB at most."""

    policy: int
    teacher: int
    gradients: int
    optimizer: int

    @property
    def total(self) -> int:
        return self.policy + self.teacher + self.gradients + self.optimizer


def memory_need(parameters: int, lora_parameters: int = 0) -> Need:
    """The memory that training takes with AdamW, whole in float32, or adapters over a model in bfloat16.

    The teacher is the moving average, a second copy of the policy; where `training.teacher` is `frozen` or `live`
    there is one more. `lora_parameters`: numbers in the adapters; 0 trains the whole model.
    """
    if not lora_parameters:
        size = FULL * parameters
        return Need(size, size, size, MOMENTS * size)
    policy = HALF * parameters + FULL * lora_parameters
    return Need(policy, policy, FULL * lora_parameters, MOMENTS * FULL * lora_parameters)


def trained_parameters(policy: Policy) -> int:
    """How many numbers of a policy are trained."""
    return sum(p.numel() for p in policy.model.parameters() if p.requires_grad)


def sampling_pace(policy: Policy, problems: Sequence[Problem], samples: int = 8, max_tokens: int = 160) -> float:
    """Tokens a second that this machine samples, measured on rollouts of these problems."""
    prompts = [policy.problem_ids(problem.text) for problem in problems]
    seeds = [[rollout_seed("pace", problem.id, k) for k in range(samples)] for problem in problems]
    started = time.perf_counter()
    made = sample(policy, prompts, seeds, max_tokens)
    return sum(len(one.ids) for group in made for one in group) / (time.perf_counter() - started)
