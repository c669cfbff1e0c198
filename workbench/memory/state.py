"""The state of memory: items and visits, and the functions that write, count and retire them.

A state is a frozen record; every function returns a new one. `helped` and `hurt` count how often an item's problem
went better or worse at the visit after the item was read. That is what happened next, not what the item caused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from workbench.memory.checking import mistakes
from workbench.memory.reflection import verified
from workbench.types import Group, Level, MemoryItem, Reflection, Writer, content_id

CHANCE = 0.005
"""Chance below which a lead of worse over better retires an item: small, since it is tested at every visit."""

STALE = "written"
"""How the reason begins where an item expires because nothing confirmed it."""


@dataclass(frozen=True)
class Visit:
    """The last time that a problem was practised."""

    round: int
    share: float
    """Share of its rollouts that solved it."""
    used: tuple[str, ...] = ()
    """Items that its teacher read."""
    before: float | None = None
    """The share at the visit before this one; None at the first."""


@dataclass(frozen=True)
class MemoryState:
    """All of memory at the end of a round."""

    items: Mapping[str, MemoryItem] = field(default_factory=dict)
    visits: Mapping[str, Visit] = field(default_factory=dict)

    def live(self) -> list[MemoryItem]:
        return [item for item in self.items.values() if item.retired is None]


def remember_experience(state: MemoryState, group: Group, round: int, policy_version: str) -> MemoryState:
    """Keep the best verified solution of a problem, if the group has one.

    A newer solution replaces an older one, since it shows how today's policy writes; a person's text stays.
    """
    best = verified(group)[:1]
    if not best:
        return state
    problem, rollout = group.problem, best[0].rollout
    item = MemoryItem(
        id=content_id(Level.EXPERIENCE, problem.id),
        level=Level.EXPERIENCE,
        skill=problem.skill,
        problem_id=problem.id,
        text=rollout.text.strip(),
        evidence=(rollout.id,),
        policy_version=policy_version,
        written_round=round,
        solve_share=group.solved / len(group.members),
    )
    old = state.items.get(item.id)
    if old is not None:
        item = replace(item, uses=old.uses, helped=old.helped, hurt=old.hurt)
        item = replace(item, pinned=old.pinned, retired=old.retired)  # nothing but a person retires an experience
        if old.writer is Writer.PERSON:
            item = replace(item, text=old.text, writer=old.writer, evidence=old.evidence)
    return replace(state, items={**state.items, item.id: item})


def remember(
    state: MemoryState, reflections: Iterable[Reflection], round: int, policy_version: str, share: float
) -> MemoryState:
    """Turn reflections into items; a repetition about the same problem refreshes the old item.

    Two lessons of the policy about one malrule count as repetitions, however they are worded. An expired item lives
    again; one that did harm, or that a person retired, does not.
    """
    items = dict(state.items)
    spoken = {_about(item): item.id for item in state.live() if item.malrule is not None}
    for r in reflections:
        problem_id = None if r.level is Level.PATTERN else r.problem_id
        key = content_id(r.level, r.skill, problem_id, r.text)
        if r.malrule is not None and r.writer is Writer.POLICY:
            key = spoken.setdefault((r.level, problem_id, r.malrule, r.writer), key)
        old = items.get(key)
        text = old.text if old is not None else r.text
        fresh = MemoryItem(
            key, r.level, r.skill, problem_id, text, r.evidence, policy_version, round, share, r.malrule, r.writer
        )
        if old is not None:
            evidence = tuple(dict.fromkeys((*old.evidence, *r.evidence)))[-8:]
            fresh = replace(fresh, evidence=evidence, uses=old.uses, helped=old.helped, hurt=old.hurt)
            fresh = replace(fresh, confirmed_round=old.confirmed_round, pinned=old.pinned, retired=_for_good(old))
        items[key] = fresh
    return replace(state, items=items)


def _for_good(item: MemoryItem) -> str | None:
    """Return why an item stays retired though it is written again: it did harm, or a person decided so."""
    return None if item.retired is None or item.retired.startswith(STALE) else item.retired


def _about(item: MemoryItem) -> tuple[Level, str | None, str | None, str]:
    return item.level, item.problem_id, item.malrule, item.writer


def confirm(state: MemoryState, group: Group, round: int) -> MemoryState:
    """Confirm a problem's insights that this group's verdicts show again, so that they do not expire.

    These are lessons whose mistake was made again, and strategies where the remembered solution was found again.
    """
    shown = frozenset[str]().union(*(mistakes(group, member)[0] for member in group.members))
    again = solved_as_before(state, group)
    items = dict(state.items)
    for key, item in state.items.items():
        if item.problem_id != group.problem.id or item.retired is not None:
            continue
        if item.malrule in shown or (again and item.level is Level.STRATEGY):
            items[key] = replace(item, confirmed_round=round)
    return replace(state, items=items)


def solved_as_before(state: MemoryState, group: Group) -> bool:
    """Return whether the best verified solution of a group is the remembered one."""
    known = state.items.get(content_id(Level.EXPERIENCE, group.problem.id))
    best = verified(group)[:1]
    return known is not None and bool(best) and known.text == best[0].rollout.text.strip()


def visit(state: MemoryState, group: Group, round: int) -> MemoryState:
    """Record that a problem was practised, and whether it went better or worse after its items were read.

    The comparison is with the visit before they were read. The visit at which they were read had failures (else there
    was nothing to teach), so chance alone would make the next one look better.
    """
    share = group.solved / len(group.members)
    items = dict(state.items)
    last = state.visits.get(group.problem.id)
    if last is not None and last.round < round and last.before not in (None, share):
        for key in last.used:
            if key in items:
                better = share > (last.before or 0.0)
                items[key] = replace(
                    items[key], helped=items[key].helped + better, hurt=items[key].hurt + (not better)
                )
    visits = {**state.visits, group.problem.id: Visit(round, share, before=None if last is None else last.share)}
    return replace(state, items=items, visits=visits)


def note_use(state: MemoryState, problem_id: str, used: Iterable[str]) -> MemoryState:
    """Record which items the teacher of a problem read in this round."""
    ids = tuple(dict.fromkeys(used))
    items = dict(state.items)
    for key in ids:
        items[key] = replace(items[key], uses=items[key].uses + 1)
    visits = dict(state.visits)
    visits[problem_id] = replace(visits[problem_id], used=ids)
    return replace(state, items=items, visits=visits)


def retire(state: MemoryState, round: int, expiry_rounds: int) -> MemoryState:
    """Retire what is stale or does harm; every retirement has its reason."""
    items = dict(state.items)
    for key, item in state.items.items():
        if item.retired is not None or item.pinned or item.level is Level.EXPERIENCE:
            continue
        age = round - max(item.written_round, item.confirmed_round or 0)
        if _harms(item):
            items[key] = replace(item, retired=f"hurt {item.hurt} times, helped {item.helped}")
        elif age > expiry_rounds:
            items[key] = replace(item, retired=f"{STALE} or confirmed {age} rounds ago and not confirmed since")
    return replace(state, items=items)


def _harms(item: MemoryItem) -> bool:
    """Return whether an item's problem went worse more often than chance allows, by the sign test.

    Solve shares of a few rollouts go up and down by themselves: a fixed lead would retire every item in the end.
    """
    trials = item.helped + item.hurt
    tail = sum(math.comb(trials, k) for k in range(item.hurt, trials + 1))
    return tail * 0.5**trials <= CHANCE
