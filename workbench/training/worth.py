"""What an insight is worth to the teacher: how much likelier verified steps become when it reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.prompts import NO_HELP, Help
from workbench.training.policy import Exchange, Policy, reply_logprobs
from workbench.types import Level, Rollout


@dataclass(frozen=True)
class InsightTrial:
    """An insight or pattern, and a verified solution of a problem that it may help with."""

    level: Level
    text: str
    problem: str
    """The problem's text."""
    rollout: Rollout


def raised_by(teacher: Policy, trials: Sequence[InsightTrial]) -> list[float]:
    """For each trial, nats a token by which reading the insight raises the verified solution's log-probability."""
    exchanges = [
        Exchange(teacher.problem_ids(t.problem, help), t.rollout.token_ids) for t in trials for help in _pair(t)
    ]
    means = [float(logprobs.mean()) for logprobs in reply_logprobs(teacher, exchanges)]
    return [read - alone for read, alone in zip(means[::2], means[1::2], strict=True)]


def _pair(trial: InsightTrial) -> tuple[Help, Help]:
    text = (trial.text,)
    kinds = {
        Level.LESSON: Help(lessons=text),
        Level.STRATEGY: Help(strategies=text),
        Level.PATTERN: Help(patterns=text),
    }
    return kinds[trial.level], NO_HELP
