"""Routing: which training signal each rollout gives, decided from its verdict alone.

A rollout that is distilled also feels the policy gradient where it went wrong, by `failed_rollout_weight`. With
that and `sharpening` at 0 the signals are routed and never mixed.

| answer | steps | route |
|---|---|---|
| right | none incorrect | `reinforce`: group-relative policy gradient, and `sharpening` |
| wrong | one incorrect | `distil_step`: that step towards the teacher; what follows it is off the path and masked |
| right | one incorrect | `distil_step`; and no positive advantage from that step on |
| wrong | none incorrect, or only the end | `distil_whole`: the meaning is wrong somewhere; weight 1 / steps |
| wrong | some unknown | `distil_whole` as well: nothing is proved of any step |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.types import Group, Step, Verdict


class Route(StrEnum):
    """Where a rollout's training signal comes from."""

    REINFORCE = "reinforce"
    DISTIL_STEP = "distil_step"
    DISTIL_WHOLE = "distil_whole"


@dataclass(frozen=True)
class Routed:
    """The decision on one rollout."""

    route: Route
    error: int | None
    """Index of the first incorrect step, where that step is the mistake."""
    advantage: float
    """Group-relative, before the question's weight."""
    weight: float
    """The question's weight, sqrt(p (1 - p)), at most 1/2."""


def route(verdict: Verdict) -> Route:
    """Return the route of one verdict."""
    if verdict.located_error is not None:
        return Route.DISTIL_STEP
    return Route.REINFORCE if verdict.answer_correct else Route.DISTIL_WHOLE


def reward(verdict: Verdict) -> float:
    """Return 1 for a right answer with no step proved incorrect, else 0: min-form credit over the steps.

    The least of the steps' credits decides, so that splitting or padding steps cannot raise it (PURE).
    """
    return float(verdict.process_correct)


def group_advantages(rewards: Sequence[float]) -> list[float]:
    """Return advantages relative to the group: (r - mean) / standard deviation; all zero where all are equal.

    GRPO, Shao et al., arXiv 2402.03300, equation 3 with outcome rewards.
    """
    mean = sum(rewards) / len(rewards)
    spread = math.sqrt(sum((r - mean) ** 2 for r in rewards) / len(rewards))
    return [(r - mean) / spread if spread > 0 else 0.0 for r in rewards]


def question_weight(solved: int, count: int) -> float:
    """Return sqrt(p (1 - p)) with smoothed p = (k + 1) / (n + 2), so that a group all wrong keeps a weight.

    SC-SDPO, arXiv 2605.27765, smoothed.
    """
    p = (solved + 1) / (count + 2)
    return math.sqrt(p * (1 - p))


def route_group(group: Group) -> list[Routed]:
    """Return the decisions on all rollouts of a group."""
    verdicts = [member.verdict for member in group.members]
    advantages = group_advantages([reward(v) for v in verdicts])
    weight = question_weight(group.solved, len(verdicts))
    return [
        Routed(route(v), v.located_error, advantage, weight)
        for v, advantage in zip(verdicts, advantages, strict=True)
    ]


def token_steps(pieces: Sequence[str], steps: Sequence[Step]) -> list[int]:
    """Return the index of the step that each token belongs to; line ends belong to the step they close.

    `pieces`: the text of each token. `steps`: of the same text. Tokens after the last step, such as the end token,
    belong to it.
    """
    if not steps:
        return [0] * len(pieces)
    owner, at, current = [], 0, 0
    for piece in pieces:
        middle = at + len(piece.rstrip("\n")) / 2
        current = _step_at(steps, middle, current)
        owner.append(current)
        at += len(piece)
    return owner


def _step_at(steps: Sequence[Step], place: float, current: int) -> int:
    while current + 1 < len(steps) and place >= steps[current + 1].start:
        current += 1
    return current


def step_weights(steps: Sequence[int], routed: Routed, diverging: int | None = None) -> list[float]:
    """Return how much of the distillation loss falls on each token.

    distil_step: all on the first incorrect step. distil_whole: 1 / steps on every step, or, where a verified
    solution is known to share the lines before step `diverging`, 1 / steps on that step alone: what stands
    before it is verified, and what follows is off the path.
    """
    count = {s: steps.count(s) for s in set(steps)}
    if routed.route is Route.DISTIL_STEP:
        return [1 / count[s] if s == routed.error else 0.0 for s in steps]
    if routed.route is Route.DISTIL_WHOLE and diverging is not None:
        return [1 / (count[s] * len(count)) if s == diverging else 0.0 for s in steps]
    if routed.route is Route.DISTIL_WHOLE:
        return [1 / (count[s] * len(count)) for s in steps]
    return [0.0] * len(steps)


def token_advantages(steps: Sequence[int], routed: Routed, diverging: int | None = None) -> list[float]:
    """Return the policy-gradient advantage of each token, before the question's weight.

    A rollout that went wrong at no known step carries its advantage on every token. Else the first incorrect step,
    or the step `diverging` at which it leaves a verified solution, carries it alone, and only if it is negative:
    verified steps are left alone, what follows is off the path.
    """
    place = diverging if routed.error is None else routed.error
    if place is None:
        return [routed.advantage] * len(steps)
    return [min(0.0, routed.advantage) if s == place else 0.0 for s in steps]
