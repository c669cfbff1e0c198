"""Signal coverage: of the rollouts that went wrong, those where reading the context changes the teacher's mind."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import torch

from workbench.config import TrainingSettings
from workbench.engine.losses import divergence
from workbench.engine.policy import Policy, logits_of, reply_hidden, reply_logprobs
from workbench.engine.protocol import Exchange, TrainingRow
from workbench.engine.update import update
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


# What an insight is worth to the teacher: how much likelier verified steps become when it reads it.


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


# Looking inside: what a policy expects at each token of a reply, and what one update changes of that.


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


# Embeddings from the policy itself: the mean hidden state of a problem's tokens. No second model is needed.


AT_ONCE = 64


def embedder(policy: Policy) -> Callable[[Sequence[str]], list[Vector]]:
    """Texts to the policy's mean last hidden state over their tokens: float32 of the model's width."""

    @torch.inference_mode()
    def embed(texts: Sequence[str]) -> list[Vector]:
        prompts = [policy.problem_ids(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(prompts[i]))
        found: dict[int, Vector] = {}
        for start in range(0, len(order), AT_ONCE):
            part = order[start : start + AT_ONCE]
            # The first token predicts the second: each prompt is read as the reply to its first token.
            exchanges = [Exchange(prompts[i][:1], prompts[i][1:]) for i in part]
            states = reply_hidden(policy, exchanges).float().cpu()
            rows = torch.split(states, [len(e.reply) for e in exchanges])
            found.update(zip(part, (row.mean(0).numpy() for row in rows), strict=True))
        return [found[i] for i in range(len(texts))]

    return embed
