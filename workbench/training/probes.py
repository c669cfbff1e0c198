"""Probes of one update: what it changes in a policy, and which lesson of a group is the clearest."""

from __future__ import annotations

from dataclasses import replace

from workbench.config import TrainingSettings
from workbench.engine.inspection import likelihood
from workbench.engine.learner import learner
from workbench.engine.policy import Policy
from workbench.engine.protocol import Engine, Exchange, LossSettings
from workbench.errors import BadInput
from workbench.methods.method import Signals
from workbench.methods.routing import token_steps
from workbench.types import Group, Rollout
from workbench.verification.domain import Domain
from workbench.verification.maths import MATHS


def updated(
    policy: Policy,
    teacher: Policy,
    signals: Signals,
    losses: LossSettings,
    times: int = 1,
    learning_rate: float = 1e-4,
) -> tuple[Policy, list[dict[str, float]]]:
    """Return a copy of the policy after some updates on the same signals, and each update's losses.

    The policy itself stays as it is. It must have been loaded to be trained.
    """
    moved = replace(learner(policy.trainable_copy(), TrainingSettings(learning_rate=learning_rate)), teacher=teacher)
    terms = [moved.update(signals.rows, signals.targets, losses) for _ in range(times)]
    return moved.policy, terms


def step_tokens(policy: Engine, rollout: Rollout, step: int, domain: Domain = MATHS) -> slice:
    """Return where the tokens of a step lie among a rollout's tokens, its line end included."""
    owners = token_steps(policy.pieces(rollout.token_ids), domain.split(rollout.text))
    return slice(owners.index(step), len(owners) - owners[::-1].index(step))


def clearest_lesson(policy: Policy, group: Group, signals: Signals) -> int:
    """Return the member that is taught, at a located error, the corrected step that the policy finds least likely.

    Raises `BadInput` where nobody in the group is taught one.
    """
    found = [
        index
        for index, (member, context) in enumerate(zip(group.members, signals.contexts, strict=True))
        if member.verdict.located_error is not None and context is not None and context.correction is not None
    ]
    if not found:
        raise BadInput(f"No rollout of problem {group.problem.id!r} has a corrected step; sample another group.")
    return min(found, key=lambda index: likelihood(policy, taught_target(signals, index)))


def taught_target(signals: Signals, index: int) -> Exchange:
    """Return the corrected step of the member with this index, after the tokens that it is to be written behind."""
    place = sum(context is not None and context.correction is not None for context in signals.contexts[:index])
    return signals.targets[place].exchange
