"""Memory inside the loop: reflect on a round's groups, write, pool, retire; and recall for a teacher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from workbench.config import Config
from workbench.config import Memory as Settings
from workbench.memory.reflection import KINDS, Request, ask, ask_pattern, diagnose, read_reply
from workbench.memory.retrieval import Recalled, recall
from workbench.memory.state import MemoryState, remember, remember_experience, retire, visit
from workbench.training.policy import Policy
from workbench.training.sampling import sample
from workbench.types import UNKNOWN_SKILL, Group, Level, MemoryItem, Problem, Reflection, StopReason


@dataclass(frozen=True)
class When:
    """Where a round stands in its run."""

    round: int
    epoch_rounds: int
    """Rounds that one pass over the problems takes."""
    version: str
    """Of the policy that writes."""


def visited(memory: MemoryState, groups: Sequence[Group], round: int) -> MemoryState:
    """Memory once these groups have been practised: what their teachers read before is scored."""
    for group in groups:
        memory = visit(memory, group, round)
    return memory


def memorise(
    memory: MemoryState, policy: Policy, groups: Sequence[Group], config: Config, when: When
) -> tuple[MemoryState, float]:
    """Score, reflect, write, retire. Returns memory and how many insights and patterns were written."""
    memory = visited(memory, groups, when.round)
    written = 0
    if config.memory.mode == "transient":
        memory = replace(memory, items={})
    if config.memory.mode != "frozen" or when.round < when.epoch_rounds:
        memory, written = _write(memory, policy, groups, config, when)
    if config.memory.expiry_epochs is not None:
        memory = retire(memory, when.round, config.memory.expiry_epochs * when.epoch_rounds)
    return memory, float(written)


def _write(
    memory: MemoryState, policy: Policy, groups: Sequence[Group], config: Config, when: When
) -> tuple[MemoryState, int]:
    reflections = _reflect(policy, groups, config.reflection.writer)
    for group in groups:
        share = group.solved / len(group.members)
        memory = remember_experience(memory, group, when.round, when.version)
        own = [r for r in reflections if r.problem_id == group.problem.id]
        memory = remember(memory, own, when.round, when.version, share)
    pooled: list[Reflection] = []
    every = config.reflection.pattern_every
    if when.round % every == every - 1:
        requests = _pattern_requests(memory)
        pooled = [r for q, t in zip(requests, _replies(policy, requests), strict=True) if (r := read_reply(q, t))]
        memory = remember(memory, pooled, when.round, when.version, 0.0)
    return memory, len(reflections) + len(pooled)


def _reflect(policy: Policy, groups: Sequence[Group], writer: str) -> list[Reflection]:
    written: list[Reflection] = []
    if writer in ("diagnosis", "both"):
        written += [r for group in groups for r in diagnose(group)]
    if writer in ("policy", "both"):
        requests = [request for group in groups for request in ask(group)]
        replies = _replies(policy, requests)
        written += [r for q, t in zip(requests, replies, strict=True) if (r := read_reply(q, t))]
    return written


def _replies(policy: Policy, requests: Sequence[Request]) -> list[str]:
    """The policy's greedy replies to reflection requests."""
    if not requests:
        return []
    forms = [f" Reply with one line: '{KINDS[r.level]}: ...'." if policy.instruction else "" for r in requests]
    prompts = [policy.message_ids(r.message + form) for r, form in zip(requests, forms, strict=True)]
    replies = sample(policy, prompts, [[0]] * len(prompts), max_tokens=48, temperature=0)
    return [policy.text(r.ids) if r.stop is StopReason.END else "" for (r,) in replies]


def _pattern_requests(memory: MemoryState) -> list[Request]:
    """One question for each skill with enough insights."""
    by_skill: dict[str, list[MemoryItem]] = {}
    for item in memory.live():
        if item.level in (Level.LESSON, Level.STRATEGY) and item.writer == "policy" and item.skill != UNKNOWN_SKILL:
            by_skill.setdefault(item.skill, []).append(item)
    return [
        ask_pattern(skill, sorted(items, key=lambda i: (-i.written_round, i.id))[:5])
        for skill, items in sorted(by_skill.items())
        if len(items) >= 2
    ]


_LEVELS = {
    Level.EXPERIENCE: "experience",
    Level.STRATEGY: "insight",
    Level.LESSON: "insight",
    Level.PATTERN: "pattern",
}


def read_memory(
    problem: Problem,
    others: Sequence[Problem],
    memory: MemoryState,
    settings: Settings,
    count: Callable[[str], int],
    seed: str,
) -> Recalled:
    """What the teacher of a problem reads; in `shuffled` mode as much, but about one of the `others`."""
    if settings.token_budget == 0:
        return Recalled()
    live = [item for item in memory.live() if _LEVELS[item.level] in settings.levels]
    found = recall(problem, live, settings.token_budget, settings.max_items, count)
    strangers = [p for p in others if p.skill != problem.skill] if settings.mode == "shuffled" else []
    if not strangers:
        return found
    stranger = Random(f"{seed}/{problem.id}").choice(strangers)
    budget = sum(count(item.text) for item in found.items)
    return Recalled(recall(stranger, live, budget, len(found.items), count).items)
