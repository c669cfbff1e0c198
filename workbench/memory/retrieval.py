"""Retrieval: the exact problem first, then the skill, under a token budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.types import UNKNOWN_SKILL, Level, MemoryItem, Problem


@dataclass(frozen=True)
class Recalled:
    """What memory has for a problem, within the budget."""

    items: tuple[MemoryItem, ...] = ()
    experience: MemoryItem | None = None
    """The problem's own verified solution, from an earlier round or this one."""

    def texts(self, level: Level) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.text for item in self.items if item.level is level))


def recall(
    problem: Problem, live: Iterable[MemoryItem], budget: int, max_items: int, count: Callable[[str], int]
) -> Recalled:
    """The items that fit a problem best: its own insights, then patterns and lessons of its skill.

    `budget`: tokens of all texts together, as `count` counts them.
    """
    ranked, experience = [], None
    for item in live:
        own = item.problem_id == problem.id
        if not own and (item.skill != problem.skill or not _general(item)):
            continue
        if item.level is Level.EXPERIENCE:
            experience = item if own else experience
        else:
            ranked.append((_rank(item, own), item))
    chosen: list[MemoryItem] = []
    texts: set[str] = set()
    for _, item in sorted(ranked, key=lambda pair: pair[0]):
        cost = count(item.text)
        if item.text in texts or cost > budget or len(chosen) == max_items:
            continue
        chosen.append(item)
        texts.add(item.text)
        budget -= cost
    return Recalled(tuple(chosen), experience)


def _general(item: MemoryItem) -> bool:
    """Whether an item may serve other problems: not where the skill is unknown, nor facts of one problem."""
    return item.skill != UNKNOWN_SKILL and item.writer != "diagnosis"


def _rank(item: MemoryItem, own: bool) -> tuple[int, int, int, str]:
    """Smaller is better: own insights, patterns, lessons of the skill; within each by record and freshness."""
    place = 0 if own else 1 if item.level is Level.PATTERN else 2
    return place, item.hurt - item.helped, -item.written_round, item.id
