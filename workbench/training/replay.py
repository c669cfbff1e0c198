"""Replay: verified solutions from memory are learned again, most often those of problems seldom solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from workbench.memory.state import MemoryState
from workbench.training.policy import Exchange, Policy
from workbench.training.signals import Signals, Target
from workbench.types import Level, MemoryItem, Problem


def replayed(
    policy: Policy,
    signals: Sequence[Signals],
    memory: MemoryState,
    problems: Sequence[Problem],
    count: int,
    seed: str,
) -> list[Signals]:
    """The signals with `count` remembered solutions among their hard targets, spread over the groups.

    A solution is drawn with the share of its problem's rollouts that failed when it was last practised. Each of
    its lines weighs as much as one corrected step.
    """
    texts = {p.id: p.text for p in problems}
    chosen = [item for item in draw_solutions(memory, count, seed) if item.problem_id in texts]
    targets = [_target(policy, texts[item.problem_id or ""], item.text) for item in chosen]
    return [
        replace(own, targets=(*own.targets, *targets[place :: len(signals)])) for place, own in enumerate(signals)
    ]


def draw_solutions(memory: MemoryState, count: int, seed: str) -> list[MemoryItem]:
    """Remembered solutions without repetition, in proportion to the failures of their problems (Efraimidis 2006)."""
    held = [item for item in memory.live() if item.level is Level.EXPERIENCE and item.problem_id in memory.visits]
    rng = Random(seed)
    keyed = []
    for item in sorted(held, key=lambda i: i.id):
        failed = 1 - memory.visits[item.problem_id or ""].share
        if failed > 0:
            keyed.append((rng.random() ** (1 / failed), item))
    return [item for _, item in sorted(keyed, key=lambda pair: -pair[0])[:count]]


def _target(policy: Policy, text: str, solution: str) -> Target:
    reply = (*policy.encode(solution), policy.tokenizer.eos_token_id)
    return Target(Exchange(tuple(policy.problem_ids(text)), reply), float(solution.count("\n") + 1))
