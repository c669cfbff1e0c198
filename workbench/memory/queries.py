"""Queries on a run's memory: lists in order, a random sample, totals over rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from workbench.errors import BadInput
from workbench.memory.checking import Drop
from workbench.store.memory import BY_PERSON
from workbench.types import Level, MemoryItem, Round

ORDER = (Level.PATTERN, Level.LESSON, Level.STRATEGY, Level.EXPERIENCE)
"""The shortest and most general first."""
INSIGHTS = frozenset({Level.LESSON, Level.STRATEGY})


def listed(
    items: Iterable[MemoryItem], skill: str | None, levels: Iterable[Level] | None, retired: bool
) -> list[MemoryItem]:
    """Return live or retired items of a skill and of some levels, the most used first; None stands for all."""
    wanted = frozenset(levels) if levels is not None else frozenset(Level)
    found = [
        item
        for item in items
        if (item.retired is not None) is retired and item.level in wanted and skill in (None, item.skill)
    ]
    return sorted(found, key=lambda i: (ORDER.index(i.level), -i.uses, i.hurt - i.helped, -i.written_round, i.id))


def named(items: Sequence[MemoryItem], start: str) -> MemoryItem:
    """Return the item whose id starts with `start`. Raise `BadInput` for none or several."""
    found = [item for item in items if item.id.startswith(start)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(f"{start!r} is the start of {len(found)} ids, {found[0].id!r} among them; give more digits.")
    raise BadInput(f"No memory item has an id that starts with {start!r}; ids are listed without --item.")


@dataclass(frozen=True)
class Sampled:
    """Live insights and patterns, drawn at random."""

    insights: tuple[MemoryItem, ...]
    patterns: tuple[MemoryItem, ...]


def sampled(items: Iterable[MemoryItem], insights: int, seed: int = 0) -> Sampled:
    """Draw live insights, and half as many patterns; all where there are fewer. The same seed draws the same."""
    live = sorted((i for i in items if i.retired is None), key=lambda i: i.id)
    rng = Random(f"sample/{seed}")

    def drawn(levels: frozenset[Level], count: int) -> tuple[MemoryItem, ...]:
        among = [i for i in live if i.level in levels]
        return tuple(rng.sample(among, min(count, len(among))))

    return Sampled(drawn(INSIGHTS, insights), drawn(frozenset({Level.PATTERN}), -(-insights // 2)))


@dataclass(frozen=True)
class Overview:
    """What a run's memory holds, and what became of everything that was written."""

    live: dict[Level, int]
    retired: dict[str, int]
    """Why, without the numbers: `hurt`, `by a person` and `expired`."""
    asked: int
    parsed: int
    kept: int
    dropped: dict[Drop, int]
    live_by_round: tuple[int, ...]
    raises: float | None
    """Mean share of new insights that made the teacher likelier to write verified steps; None if never measured."""


def _why(reason: str) -> str:
    return next((why for why in ("hurt", BY_PERSON) if reason.startswith(why)), "expired")


def overview(items: Sequence[MemoryItem], rounds: Sequence[Round]) -> Overview:
    """Count items as they are now, and sum over all rounds. A count that a round does not have is 0."""

    def total(name: str) -> int:
        return int(sum(r.metrics.get(name, 0.0) for r in rounds))

    live = Counter(i.level for i in items if i.retired is None)
    reasons = Counter(_why(i.retired) for i in items if i.retired is not None)
    measured = [r.metrics["insight_raises"] for r in rounds if "insight_raises" in r.metrics]
    return Overview(
        {level: live[level] for level in ORDER},
        dict(reasons),
        total("reflections_asked"),
        total("reflections_parsed"),
        total("insights_written"),
        {drop: total(f"dropped_{drop}") for drop in Drop},
        tuple(int(r.metrics.get("memory_live", 0.0)) for r in rounds),
        sum(measured) / len(measured) if measured else None,
    )
