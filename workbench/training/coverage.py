"""Signal coverage: of the rollouts that went wrong, those where reading the context changes the teacher's mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch

from workbench.prompts import Help
from workbench.training.policy import Exchange, Policy, reply_logprobs
from workbench.training.routing import Route
from workbench.training.signals import Signals, TrainingRow
from workbench.types import Group

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
    teacher: Policy, groups: Sequence[Group], signals: Sequence[Signals], seed: str
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

    def reading(helps: Sequence[Help | None]) -> list[torch.Tensor]:
        texts = [groups[w.group].problem.text for w in taught]
        prompts = [
            teacher.problem_ids(t, h) if h else w.row.exchange.prompt
            for t, h, w in zip(texts, helps, taught, strict=True)
        ]
        return reply_logprobs(
            teacher, [Exchange(p, w.row.exchange.reply) for p, w in zip(prompts, taught, strict=True)]
        )

    alone, own, other = (reading(helps) for helps in ([None] * len(taught), [w.help for w in taught], swapped))
    moves = [(_move(w, a, b), _move(w, a, c)) for w, a, b, c in zip(taught, alone, own, other, strict=True)]
    moved = [(mine, others) for mine, others in moves if mine >= LEAST_MOVE]
    return SignalCoverage(len(tried), len(moved), sum(mine > others for mine, others in moved))


def _of_another(wrong: _Wrong, taught: Sequence[_Wrong], rng: Random) -> Help | None:
    """The help of a rollout of another problem."""
    return rng.choice([w.help for w in taught if w.group != wrong.group])


def _move(wrong: _Wrong, alone: torch.Tensor, read: torch.Tensor) -> float:
    """Mean change of the tokens' log-probabilities, by the weights with which they are taught."""
    weights = torch.tensor(wrong.row.distil)
    return float(((read - alone).abs() * weights).sum() / weights.sum())
