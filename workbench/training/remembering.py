"""Memory inside the loop: reflect on a round's groups, write, pool, retire; and recall for a teacher."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from workbench.config import Config
from workbench.config import MemorySettings as Settings
from workbench.config import ReflectionSettings as Writing
from workbench.domains import domain_of
from workbench.engine.protocol import Engine
from workbench.memory.checking import Checked, Drop, check, check_pattern
from workbench.memory.reflection import (
    KINDS,
    ReflectionRequest,
    ReflectionStats,
    ask,
    ask_pattern,
    diagnose,
    read_reply,
    reflection_stats,
    verified,
)
from workbench.memory.retrieval import Library, Recalled, recall
from workbench.memory.state import (
    MemoryState,
    confirm,
    remember,
    remember_experience,
    retire,
    solved_as_before,
    visit,
)
from workbench.training.probes import InsightTrial, insight_utilities
from workbench.types import UNKNOWN_SKILL, Group, Level, MemoryItem, Problem, Reflection, StopReason
from workbench.verification.domain import Domain

MEASURED = 16
"""Insights of a round that are tried on the teacher at most."""


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


def write_memory(
    memory: MemoryState,
    policy: Engine,
    groups: Sequence[Group],
    config: Config,
    when: When,
    teacher: Engine | None = None,
) -> tuple[MemoryState, dict[str, float]]:
    """Score, reflect, check, write, retire. Returns memory and what the round wrote, as counts by name.

    Every `reflection.measure_every` rounds it is also measured what new insights are worth to the `teacher`.
    """
    memory = visited(memory, groups, when.round)
    tally = ReflectionStats()
    if config.memory.mode == "transient":
        memory = replace(memory, items={}, corrections=())
    if writes(config.memory, when.round, when.epoch_rounds):
        memory, tally = _write(memory, policy, groups, config, when)
    measured: dict[str, float] = {}
    if teacher is not None and tally.reflections and when.round % config.reflection.measure_every == 0:
        measured = measure(teacher, tally.reflections, groups)
    if config.memory.expiry_epochs is not None:
        memory = retire(memory, when.round, config.memory.expiry_epochs * when.epoch_rounds)
    return memory, {**tally.metrics(), **measured}


def writes(settings: Settings, round: int, epoch_rounds: int) -> bool:
    """Whether memory is written in this round: frozen, it is in the first pass over the problems only."""
    return settings.mode != "frozen" or round < epoch_rounds


def _write(
    memory: MemoryState, policy: Engine, groups: Sequence[Group], config: Config, when: When
) -> tuple[MemoryState, ReflectionStats]:
    tally = _reflect(memory, policy, groups, config.reflection)
    for group in groups:
        share = group.solved / len(group.members)
        memory = confirm(memory, group, when.round)
        memory = remember_experience(memory, group, when.round, when.version)
        own = [r for r in tally.reflections if r.problem_id == group.problem.id]
        memory = remember(memory, own, when.round, when.version, share)
    every = config.reflection.pattern_every
    if when.round % every == every - 1:
        pooled = _pool(policy, memory, config.reflection, domain_of(groups[0].problem))
        memory = remember(memory, pooled.reflections, when.round, when.version, 0.0)
        tally = tally.with_patterns(pooled)
    return memory, tally


def _reflect(memory: MemoryState, policy: Engine, groups: Sequence[Group], settings: Writing) -> ReflectionStats:
    """What the writers say of the groups, held against the verdicts.

    About the very solution that memory holds no strategy is asked for: it was asked for when that was first found,
    and what was dropped then is nearly always written again.
    """
    written: list[Reflection] = []
    if settings.writer in ("diagnosis", "both"):
        written += [r for group in groups for r in diagnose(group)]
    if settings.writer == "diagnosis":
        return ReflectionStats(reflections=tuple(written))
    asked = [
        (group, request)
        for group in groups
        for request in ask(group)
        if request.level is not Level.STRATEGY or not solved_as_before(memory, group)
    ]
    replies = _replies(policy, [request for _, request in asked])
    found = [
        _read(q, reply, settings, partial(check, group=group))
        for (group, q), reply in zip(asked, replies, strict=True)
    ]
    return reflection_stats(found, written, sum(reply.tokens for reply in replies))


def _pool(policy: Engine, memory: MemoryState, settings: Writing, domain: Domain) -> ReflectionStats:
    """Patterns pooled from the insights of each skill."""
    requests = _pattern_requests(memory)
    replies = _replies(policy, requests)
    about = partial(check_pattern, domain=domain)
    found = [_read(q, reply, settings, about) for q, reply in zip(requests, replies, strict=True)]
    return reflection_stats(found, tokens=sum(reply.tokens for reply in replies))


def _read(
    request: ReflectionRequest, reply: Reply, settings: Writing, judge: Callable[[Reflection], Checked]
) -> Checked | Drop:
    """The reflection in a reply as `judge` found it, or why there is none to judge."""
    found = read_reply(request, reply.text) if reply.ended else None
    if found is None:
        return Drop.FORM
    return judge(found) if reply.probability >= settings.min_probability else Drop.GARBLED


@dataclass(frozen=True)
class Reply:
    """What the policy wrote when it was asked."""

    text: str
    ended: bool
    probability: float
    """Geometric mean over its tokens."""
    tokens: int
    """Read and written."""


def _replies(policy: Engine, requests: Sequence[ReflectionRequest]) -> list[Reply]:
    """The policy's greedy replies to reflection requests."""
    if not requests:
        return []
    forms = [f" Reply with one line: '{KINDS[r.level]}: ...'." if policy.instruction else "" for r in requests]
    prompts = [policy.message_ids(r.message + form) for r, form in zip(requests, forms, strict=True)]
    replies = policy.sample(prompts, [[0]] * len(prompts), max_tokens=48, temperature=0)
    return [
        Reply(
            policy.text(r.ids),
            r.stop is StopReason.END,
            math.exp(sum(r.logprobs) / len(r.logprobs)),
            len(prompt) + len(r.ids),
        )
        for prompt, (r,) in zip(prompts, replies, strict=True)
    ]


def measure(teacher: Engine, reflections: Sequence[Reflection], groups: Sequence[Group]) -> dict[str, float]:
    """What new insights are worth: how much likelier the teacher that reads one finds a verified solution.

    Tried on a solution of the insight's own group, else of another of its skill. Nothing where none was verified.
    """
    proved = {group.problem.id: (group.problem, right[0].rollout) for group in groups if (right := verified(group))}
    of_skill = {problem.skill: pair for pair in proved.values() if (problem := pair[0]).skill != UNKNOWN_SKILL}
    trials: list[InsightTrial] = []
    for r in reflections[: 4 * MEASURED]:
        pair = proved.get(r.problem_id) or of_skill.get(r.skill)
        if pair is not None and len(trials) < MEASURED:
            trials.append(InsightTrial(r.level, r.text, pair[0].text, pair[1]))
    if not trials:
        return {}
    gains = insight_utilities(teacher, trials)
    return {"insight_raises": sum(g > 0 for g in gains) / len(gains), "insight_gain": sum(gains) / len(gains)}


def _pattern_requests(memory: MemoryState) -> list[ReflectionRequest]:
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
    known: Library,
) -> Recalled:
    """What the teacher of a problem reads; in `shuffled` mode as many items, but about one of the `others`.

    That is one of another skill where there is any.
    `known`: what problems are compared by.
    """
    if settings.token_budget == 0:
        return Recalled()
    live = [item for item in memory.live() if _LEVELS[item.level] in settings.levels]
    found = recall(problem, live, settings.token_budget, settings.max_items, count, known)
    if settings.mode != "shuffled":
        return found
    another = [p for p in others if p.id != problem.id]
    strangers = [p for p in another if p.skill != problem.skill] or another
    if not strangers:
        return Recalled()
    stranger = Random(f"{seed}/{problem.id}").choice(strangers)
    budget = sum(count(item.text) for item in found.items)
    foreign = [item for item in live if item.problem_id != problem.id]
    return Recalled(recall(stranger, foreign, budget, len(found.items), count, known).items)
