"""Measures of what a teacher reads: how far a rollout's context moves it, and how useful an insight is to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from workbench.engine.protocol import Engine, Exchange, TrainingRow
from workbench.memory.reflection import verified
from workbench.methods.method import Signals
from workbench.methods.routing import Route
from workbench.prompts import NO_HELP, Help
from workbench.types import UNKNOWN_SKILL, Group, Level, Reflection, Rollout

LEAST_MOVE = 0.1
"""Nats a token, on average, by which a context must move the taught step."""
MOST_ROWS = 48
MOST_INSIGHTS = 16
"""Insights of a round that are tried on the teacher at most."""


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
    """Return how many failed rollouts, and right ones with a wrong step, have a context that tells something.

    Measured is by how much reading it moves the log-probabilities of the taught step's tokens, on average. Another
    problem's corrected step can move them further than their own, which shares most of its tokens with the wrong one:
    so both counts are given. A rollout without a context has none. At most `MOST_ROWS` rollouts are tried, and none
    where all that have a context are of one problem: there is no other's to compare with.
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
    swapped = [rng.choice([other.help for other in taught if other.group != w.group]) for w in taught]

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


def _move(wrong: _Wrong, alone: Sequence[float], read: Sequence[float]) -> float:
    """Return the mean change of the tokens' log-probabilities, by the weights with which they are taught."""
    weights = wrong.row.distil
    changes = sum(abs(r - a) * w for r, a, w in zip(read, alone, weights, strict=True))
    return changes / sum(weights)


@dataclass(frozen=True)
class InsightTrial:
    """An insight or pattern, and a verified solution of a problem that it may help with."""

    level: Level
    text: str
    problem: str
    """The problem's text."""
    rollout: Rollout


def insight_utilities(teacher: Engine, trials: Sequence[InsightTrial]) -> list[float]:
    """Return, for each trial, the nats a token by which reading the insight makes the verified solution likelier."""
    exchanges = [
        Exchange(teacher.problem_ids(t.problem, shown), t.rollout.token_ids) for t in trials for shown in _pair(t)
    ]
    means = [sum(logprobs) / len(logprobs) for logprobs in teacher.logprobs(exchanges)]
    return [read - alone for read, alone in zip(means[::2], means[1::2], strict=True)]


def _pair(trial: InsightTrial) -> tuple[Help, Help]:
    text = (trial.text,)
    kinds = {
        Level.LESSON: Help(lessons=text),
        Level.STRATEGY: Help(strategies=text),
        Level.PATTERN: Help(patterns=text),
    }
    return kinds[trial.level], NO_HELP


def insight_utility(teacher: Engine, reflections: Sequence[Reflection], groups: Sequence[Group]) -> dict[str, float]:
    """Return how often and by how much new insights make a verified solution likelier for the teacher.

    Each is tried on a solution of its own group, else of another of its skill. Nothing is measured where none was
    verified.
    """
    proved = {group.problem.id: (group.problem, right[0].rollout) for group in groups if (right := verified(group))}
    of_skill = {problem.skill: pair for pair in proved.values() if (problem := pair[0]).skill != UNKNOWN_SKILL}
    trials: list[InsightTrial] = []
    for r in reflections[: 4 * MOST_INSIGHTS]:
        pair = proved.get(r.problem_id) or of_skill.get(r.skill)
        if pair is not None and len(trials) < MOST_INSIGHTS:
            trials.append(InsightTrial(r.level, r.text, pair[0].text, pair[1]))
    if not trials:
        return {}
    gains = insight_utilities(teacher, trials)
    return {"insight_raises": sum(g > 0 for g in gains) / len(gains), "insight_gain": sum(gains) / len(gains)}
