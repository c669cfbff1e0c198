"""Looking inside: what a policy expects at each token of a reply, and what one update changes of that."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from workbench.config import TrainingSettings
from workbench.errors import BadInput
from workbench.training.losses import divergence
from workbench.training.policy import Exchange, Policy, logits_of, reply_hidden
from workbench.training.routing import token_steps
from workbench.training.signals import Signals
from workbench.training.update import update
from workbench.types import Group, Rollout


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
    """What a policy expects at each token of a reply, given the prompt and the tokens before it."""
    policy.model.eval()
    logits = logits_of(policy, reply_hidden(policy, [Exchange(prompt, reply)]))
    logprobs = torch.log_softmax(logits, -1)
    probabilities = logprobs.exp()
    entropies = -(probabilities * logprobs).sum(-1)
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
    """The three divergences between student and teacher at each token of a reply, in nats, by name."""
    taught = logits_of(teacher, reply_hidden(teacher, [Exchange(teacher_prompt, reply)]))
    own = logits_of(student, reply_hidden(student, [Exchange(prompt, reply)]))
    kinds = ("forward", "reverse", "jsd")
    return {kind: divergence(own, taught, kind).tolist() for kind in kinds}  # type: ignore[arg-type]


def updated(
    policy: Policy, teacher: Policy, signals: Signals, settings: TrainingSettings, times: int = 1
) -> tuple[Policy, list[dict[str, float]]]:
    """A copy of the policy after some updates on the same signals, and each update's terms.

    The policy itself stays as it is. It must have been loaded to be trained.
    """
    moved = Policy(copy.deepcopy(policy.model), policy.tokenizer, policy.instruction, policy.name)
    trained = [p for p in moved.model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=settings.learning_rate, betas=(0.9, 0.95))
    terms = [update(moved, teacher, optimizer, signals.rows, signals.targets, settings) for _ in range(times)]
    return moved, terms


def likelihood(policy: Policy, exchange: Exchange) -> float:
    """The probability that a policy answers the prompt with just this reply."""
    return math.prod(place.probability for place in expected(policy, exchange.prompt, exchange.reply, top=1))


def step_tokens(policy: Policy, rollout: Rollout, step: int) -> slice:
    """Where the tokens of a step lie among a rollout's tokens, its line end included."""
    owners = token_steps(policy.pieces(rollout.token_ids), rollout.text)
    return slice(owners.index(step), len(owners) - owners[::-1].index(step))


def clearest_lesson(policy: Policy, group: Group, signals: Signals) -> int:
    """The member that is taught, at a located error, the corrected step that the policy finds least likely.

    Raises `BadInput` where nobody in the group is taught one.
    """
    found = [
        index
        for index, (member, context) in enumerate(zip(group.members, signals.contexts, strict=True))
        if member.verdict.first_error is not None and context is not None and context.correction is not None
    ]
    if not found:
        raise BadInput(f"No rollout of problem {group.problem.id!r} has a corrected step; sample another group.")
    return min(found, key=lambda index: likelihood(policy, taught_target(signals, index)))


def taught_target(signals: Signals, index: int) -> Exchange:
    """The corrected step of the member with this index, after the tokens that it is to be written behind."""
    place = sum(context is not None and context.correction is not None for context in signals.contexts[:index])
    return signals.targets[place].exchange
