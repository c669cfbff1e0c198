"""How PMD uses its memory: the policy reflects on a round's groups, what holds is written, and a teacher reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

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
)
from workbench.memory.retrieval import Library, Recalled, recall
from workbench.memory.state import MemoryState, confirm, remember, remember_experience, solved_as_before
from workbench.settings import MemorySettings, ReflectionSettings
from workbench.types import UNKNOWN_SKILL, Group, Level, MemoryItem, Problem, Reflection, StopReason, Writer
from workbench.verification.domain import Domain

REPLY_TOKENS = 48


def write_memory(
    memory: MemoryState,
    policy: Engine,
    groups: Sequence[Group],
    settings: ReflectionSettings,
    at_round: int,
    version: str,
) -> tuple[MemoryState, ReflectionStats]:
    """Reflect on the groups, check what is said against their verdicts, and write it.

    `version`: of the policy. Every `pattern_every` rounds the insights of each skill are pooled into patterns.
    """
    stats = _reflect(memory, policy, groups, settings)
    for group in groups:
        share = group.solved / len(group.members)
        memory = confirm(memory, group, at_round)
        memory = remember_experience(memory, group, at_round, version)
        own = [r for r in stats.reflections if r.problem_id == group.problem.id]
        memory = remember(memory, own, at_round, version, share)
    if at_round % settings.pattern_every == settings.pattern_every - 1:
        pooled = _pool(policy, memory, settings, domain_of(groups[0].problem))
        memory = remember(memory, pooled.reflections, at_round, version, 0.0)
        stats = stats.with_patterns(pooled)
    return memory, stats


def _reflect(
    memory: MemoryState, policy: Engine, groups: Sequence[Group], settings: ReflectionSettings
) -> ReflectionStats:
    """Return what the writers say of the groups, checked against the verdicts.

    No strategy is asked for about a solution that is already in memory. It was asked for when that solution was first
    found, and an answer that was rejected then would almost always come back.
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


def _pool(policy: Engine, memory: MemoryState, settings: ReflectionSettings, domain: Domain) -> ReflectionStats:
    """Return the patterns pooled from the insights of each skill."""
    requests = _pattern_requests(memory)
    replies = _replies(policy, requests)
    about = partial(check_pattern, domain=domain)
    found = [_read(q, reply, settings, about) for q, reply in zip(requests, replies, strict=True)]
    return reflection_stats(found, tokens=sum(reply.tokens for reply in replies))


def _pattern_requests(memory: MemoryState) -> list[ReflectionRequest]:
    """Return one question for each skill with enough insights."""
    by_skill: dict[str, list[MemoryItem]] = {}
    for item in memory.live():
        if (
            item.level in (Level.LESSON, Level.STRATEGY)
            and item.writer is Writer.POLICY
            and item.skill != UNKNOWN_SKILL
        ):
            by_skill.setdefault(item.skill, []).append(item)
    return [
        ask_pattern(skill, sorted(items, key=lambda i: (-i.written_round, i.id))[:5])
        for skill, items in sorted(by_skill.items())
        if len(items) >= 2
    ]


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
    """Return the policy's greedy replies to reflection requests."""
    if not requests:
        return []
    forms = [f" Reply with one line: '{KINDS[r.level]}: ...'." if policy.instruction else "" for r in requests]
    prompts = [policy.message_ids(r.message + form) for r, form in zip(requests, forms, strict=True)]
    replies = policy.sample(prompts, [[0]] * len(prompts), REPLY_TOKENS, temperature=0)
    return [
        Reply(
            policy.text(r.ids),
            r.stop is StopReason.END,
            math.exp(sum(r.logprobs) / len(r.logprobs)),
            len(prompt) + len(r.ids),
        )
        for prompt, (r,) in zip(prompts, replies, strict=True)
    ]


def _read(
    request: ReflectionRequest, reply: Reply, settings: ReflectionSettings, judge: Callable[[Reflection], Checked]
) -> Checked | Drop:
    """Return the reflection in a reply as `judge` found it, or why there is none to judge."""
    found = read_reply(request, reply.text) if reply.ended else None
    if found is None:
        return Drop.FORM
    return judge(found) if reply.probability >= settings.min_probability else Drop.GARBLED


# What a teacher reads: a function of the problem, memory and this.


@dataclass(frozen=True)
class MemoryAccess:
    """What reading memory depends on beside the problem and memory itself."""

    settings: MemorySettings
    count: Callable[[str], int]
    """Tokens of a text."""
    library: Library = field(default_factory=Library)
    """What problems are compared by."""
    problems: Sequence[Problem] = ()
    """Those that memory was written from."""
    seed: str = ""

    @classmethod
    def of(
        cls, policy: Engine, settings: MemorySettings, library: Library, problems: Sequence[Problem], seed: str
    ) -> MemoryAccess:
        """Return the access of a policy, which counts tokens as it reads them."""
        return cls(settings, lambda text: len(policy.encode(text)), library, problems, seed)


ReadMemory = Callable[[Problem, MemoryState, MemoryAccess], Recalled]
"""What the teacher of a problem reads of memory."""


def read_memory(problem: Problem, memory: MemoryState, access: MemoryAccess) -> Recalled:
    """Return what memory has for a problem, within the budget."""
    return recalled(problem, memory.live(), access)


def recalled(problem: Problem, items: Sequence[MemoryItem], access: MemoryAccess) -> Recalled:
    """Return what these items have for a problem, within the budget; nothing without a budget."""
    limits = access.settings
    if limits.token_budget == 0:
        return Recalled()
    return recall(problem, items, limits.token_budget, limits.max_items, access.count, access.library)


def read_levels(*levels: Level) -> ReadMemory:
    """Return a reader of these levels alone."""

    def read(problem: Problem, memory: MemoryState, access: MemoryAccess) -> Recalled:
        return recalled(problem, [item for item in memory.live() if item.level in levels], access)

    return read


def read_shuffled(problem: Problem, memory: MemoryState, access: MemoryAccess) -> Recalled:
    """Return as many items and tokens, but about another problem: of another skill where there is any."""
    live = memory.live()
    found = recalled(problem, live, access)
    another = [p for p in access.problems if p.id != problem.id]
    strangers = [p for p in another if p.skill != problem.skill] or another
    if not strangers:
        return Recalled()
    stranger = Random(f"{access.seed}/{problem.id}").choice(strangers)
    budget = sum(access.count(item.text) for item in found.items)
    foreign = [item for item in live if item.problem_id != problem.id]
    return Recalled(recall(stranger, foreign, budget, len(found.items), access.count, access.library).items)
