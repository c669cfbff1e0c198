"""What an insight is worth to the teacher: how much likelier verified steps become when it reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from workbench.prompts import NO_HELP, Help
from workbench.training.policy import Exchange, Policy, logits_of, reply_hidden
from workbench.types import Level, Rollout

AT_ONCE = 16


@dataclass(frozen=True)
class Trial:
    """An insight or pattern, and a verified solution of a problem that it may help with."""

    level: Level
    text: str
    problem: str
    """The problem's text."""
    rollout: Rollout


@torch.inference_mode()
def raised_by(teacher: Policy, trials: Sequence[Trial]) -> list[float]:
    """For each trial, nats a token by which reading the insight raises the verified solution's log-probability."""
    exchanges = [
        Exchange(teacher.problem_ids(t.problem, help), t.rollout.token_ids) for t in trials for help in _pair(t)
    ]
    means: list[float] = []
    for start in range(0, len(exchanges), AT_ONCE):
        means += _mean_logprobs(teacher, exchanges[start : start + AT_ONCE])
    return [read - alone for read, alone in zip(means[::2], means[1::2], strict=True)]


def _pair(trial: Trial) -> tuple[Help, Help]:
    text = (trial.text,)
    kinds = {
        Level.LESSON: Help(lessons=text),
        Level.STRATEGY: Help(strategies=text),
        Level.PATTERN: Help(patterns=text),
    }
    return kinds[trial.level], NO_HELP


def _mean_logprobs(policy: Policy, exchanges: Sequence[Exchange]) -> list[float]:
    """The mean log-probability of each reply's tokens."""
    hidden = reply_hidden(policy, exchanges)
    wanted = torch.tensor([token for e in exchanges for token in e.reply], device=hidden.device)
    logprobs = torch.log_softmax(logits_of(policy, hidden), -1).gather(-1, wanted[:, None]).squeeze(-1)
    return [float(part.mean()) for part in torch.split(logprobs, [len(e.reply) for e in exchanges])]
