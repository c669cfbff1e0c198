"""Probes of the teacher and the policy: what a context changes, how useful an insight is, what an update moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import torch

from workbench.config import TrainingSettings
from workbench.engine.inspection import likelihood
from workbench.engine.learner import learner
from workbench.engine.policy import Policy
from workbench.engine.protocol import Engine, Exchange, LossSettings, TrainingRow
from workbench.errors import BadInput
from workbench.memory.retrieval import Vector
from workbench.methods.pmd import Signals
from workbench.methods.routing import Route, token_steps
from workbench.prompts import NO_HELP, Help
from workbench.types import Group, Level, Rollout

LEAST_MOVE = 0.1
"""Nats a token, on average, by which a context must move the taught step."""
MOST_ROWS = 48


@dataclass(frozen=True)
class SignalCoverage:
    """How many rollouts that went wrong were tried, and of how many the context tells something."""

    tried: int = 0
    moving: int = 0
    """Whose context moves the taught step by `LEAST_MOVE`."""
    usable: int = 0
    """Whose context does, and by more than another problem's context."""


@dataclass(frozen=True)
class _Wrong:
    """A rollout that went wrong, with what its teacher reads."""

    group: int
    row: TrainingRow
    help: Help | None


def signal_coverage(
    teacher: Engine, groups: Sequence[Group], signals: Sequence[Signals], seed: str
) -> SignalCoverage:
    """Of a round's failed rollouts, and right ones with a wrong step, how many have a context that tells something.

    What is measured is by how much reading it moves the log-probabilities of the taught step's tokens, on average.
    Another problem's corrected step can move them further than their own, which shares most of its tokens with the
    wrong one: so both counts are given. A rollout without a context has none. Tried on `MOST_ROWS` rollouts at most,
    and on none where all that have a context are of one problem: there is no other's to compare with.
    """
    wrong = [
        _Wrong(place, row, context.help if context is not None and any(row.distil) else None)
        for place, own in enumerate(signals)
        for row, route, context in zip(own.rows, own.routes, own.contexts, strict=True)
        if route is not Route.REINFORCE
    ]
    rng = Random(seed)
    tried = rng.sample(wrong, min(MOST_ROWS, len(wrong)))
    taught = [w for w in tried if w.help is not None]
    if not taught:
        return SignalCoverage(len(tried))
    if len({w.group for w in taught}) == 1:
        return SignalCoverage()
    swapped = [_of_another(w, taught, rng) for w in taught]

    def reading(helps: Sequence[Help | None]) -> list[list[float]]:
        texts = [groups[w.group].problem.text for w in taught]
        prompts = [
            teacher.problem_ids(t, h) if h else w.row.exchange.prompt
            for t, h, w in zip(texts, helps, taught, strict=True)
        ]
        return teacher.logprobs([Exchange(p, w.row.exchange.reply) for p, w in zip(prompts, taught, strict=True)])

    alone, own, other = (reading(helps) for helps in ([None] * len(taught), [w.help for w in taught], swapped))
    moves = [(_move(w, a, b), _move(w, a, c)) for w, a, b, c in zip(taught, alone, own, other, strict=True)]
    moved = [(mine, others) for mine, others in moves if mine >= LEAST_MOVE]
    return SignalCoverage(len(tried), len(moved), sum(mine > others for mine, others in moved))


def _of_another(wrong: _Wrong, taught: Sequence[_Wrong], rng: Random) -> Help | None:
    """The help of a rollout of another problem."""
    return rng.choice([w.help for w in taught if w.group != wrong.group])


def _move(wrong: _Wrong, alone: Sequence[float], read: Sequence[float]) -> float:
    """Mean change of the tokens' log-probabilities, by the weights with which they are taught."""
    weights = wrong.row.distil
    changes = (abs(after - before) for before, after in zip(alone, read, strict=True))
    return sum(change * weight for change, weight in zip(changes, weights, strict=True)) / sum(weights)


# The utility of an insight: how much likelier the teacher finds a verified solution when it reads it.


@dataclass(frozen=True)
class InsightTrial:
    """An insight or pattern, and a verified solution of a problem that it may help with."""

    level: Level
    text: str
    problem: str
    """The problem's text."""
    rollout: Rollout


def insight_utilities(teacher: Engine, trials: Sequence[InsightTrial]) -> list[float]:
    """Return for each trial the nats a token by which the insight raises the verified solution's log-probability."""
    exchanges = [
        Exchange(teacher.problem_ids(t.problem, help), t.rollout.token_ids) for t in trials for help in _pair(t)
    ]
    means = [float(torch.tensor(logprobs).mean()) for logprobs in teacher.logprobs(exchanges)]
    return [read - alone for read, alone in zip(means[::2], means[1::2], strict=True)]


def _pair(trial: InsightTrial) -> tuple[Help, Help]:
    text = (trial.text,)
    kinds = {
        Level.LESSON: Help(lessons=text),
        Level.STRATEGY: Help(strategies=text),
        Level.PATTERN: Help(patterns=text),
    }
    return kinds[trial.level], NO_HELP


# Probes of one update: what it changes, and where a group's clearest lesson is.


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


def step_tokens(policy: Engine, rollout: Rollout, step: int) -> slice:
    """Return where the tokens of a step lie among a rollout's tokens, its line end included."""
    owners = token_steps(policy.pieces(rollout.token_ids), rollout.text)
    return slice(owners.index(step), len(owners) - owners[::-1].index(step))


def clearest_lesson(policy: Policy, group: Group, signals: Signals) -> int:
    """Return the member that is taught, at a located error, the corrected step that the policy finds least likely.

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
    """Return the corrected step of the member with this index, after the tokens that it is to be written behind."""
    place = sum(context is not None and context.correction is not None for context in signals.contexts[:index])
    return signals.targets[place].exchange


def embedder(engine: Engine) -> Callable[[Sequence[str]], list[Vector]]:
    """Return what retrieval compares problems by: texts to the engine's embeddings."""
    return lambda texts: [np.asarray(vector, dtype=np.float32) for vector in engine.embed(texts)]
