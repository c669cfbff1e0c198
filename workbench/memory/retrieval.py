"""Retrieval: the exact problem first, then patterns of its skill, then insights of similar problems, under a budget.

Items of other problems are ordered by three rankings fused into one: likeness of words, likeness of embeddings, and
how often their problem went better rather than worse after they were read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.memory.sentences import Bm25, tokens
from workbench.types import UNKNOWN_SKILL, Level, MemoryItem, Problem, Writer

FUSION_DEPTH = 60
"""The constant of reciprocal rank fusion: the larger, the less a first place counts (Cormack et al., 2009)."""

Vector = np.ndarray[tuple[int], np.dtype[np.float32]]
Embed = Callable[[Sequence[str]], Sequence[Sequence[float] | Vector]]
"""Texts to vectors of one length; near vectors for texts that are alike."""


@dataclass(frozen=True)
class Recalled:
    """What memory holds for a problem, within the budget."""

    items: tuple[MemoryItem, ...] = ()
    experience: MemoryItem | None = None
    """The problem's own verified solution, from an earlier round or this one."""

    def texts(self, level: Level) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.text for item in self.items if item.level is level))


@dataclass(frozen=True)
class Library:
    """Texts of problems and their embeddings, by problem id: what retrieval compares problems by.

    A problem without an embedding is compared by its words alone.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    vectors: Mapping[str, Vector] = field(default_factory=dict)


def library(problems: Iterable[Problem], embed: Embed | None = None) -> Library:
    """Return the library of these problems; `embed` is called once.

    The mean is taken off every vector: what all texts share would hide how they differ.
    """
    texts = {p.id: p.text for p in problems}
    if embed is None or not texts:
        return Library(texts)
    rows = np.stack([np.asarray(vector, np.float32) for vector in embed(list(texts.values()))])
    rows = rows - rows.mean(0)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return Library(texts, dict(zip(texts, rows.astype(np.float32), strict=True)))


def recall(
    problem: Problem,
    live: Iterable[MemoryItem],
    budget: int,
    max_items: int,
    count: Callable[[str], int],
    known: Library = Library(),
) -> Recalled:
    """Return the items that fit a problem best: its own insights, then patterns of its skill, then similar problems'.

    `budget` is in tokens of all texts together, as `count` counts them.
    """
    own, patterns, others, experience = [], [], [], None
    for item in live:
        mine = item.problem_id == problem.id
        if item.level is Level.EXPERIENCE:
            experience = item if mine else experience
        elif mine:
            own.append(item)
        elif item.level is Level.PATTERN:
            patterns += [item] if item.skill == problem.skill != UNKNOWN_SKILL else []
        elif (
            item.skill == problem.skill and item.writer is not Writer.DIAGNOSIS
        ):  # a diagnosis states facts of one problem
            others.append(item)
    ranked = [*sorted(own, key=_record), *sorted(patterns, key=_record), *similar_first(problem, others, known)]
    return Recalled(_within(ranked, budget, max_items, count), experience)


def _within(
    ranked: Sequence[MemoryItem], budget: int, max_items: int, count: Callable[[str], int]
) -> tuple[MemoryItem, ...]:
    """Return the first of these items that fit, no text twice."""
    chosen: list[MemoryItem] = []
    texts: set[str] = set()
    for item in ranked:
        if len(chosen) == max_items:
            break
        if item.text in texts or (cost := count(item.text)) > budget:
            continue
        chosen.append(item)
        texts.add(item.text)
        budget -= cost
    return tuple(chosen)


def _record(item: MemoryItem) -> tuple[int, int, str]:
    """Return a key, smaller is better: how often its problem went worse rather than better afterwards, then age."""
    return item.hurt - item.helped, -item.written_round, item.id


def similar_first(problem: Problem, items: Sequence[MemoryItem], known: Library) -> list[MemoryItem]:
    """Return items of other problems, the most similar first; of an unknown skill only those that share words."""
    if not items:
        return []
    own = tokens(problem.text)
    documents = [tokens(f"{known.texts.get(i.problem_id or '', '')} {i.text}") for i in items]
    rankings = [ranks(Bm25.of(documents).scores(own)), ranks([float(i.helped - i.hurt) for i in items])]
    mine = known.vectors.get(problem.id)
    theirs = [known.vectors.get(i.problem_id or "") for i in items]
    if mine is not None and any(v is not None for v in theirs):
        rankings.append(ranks([-1.0 if v is None else float(mine @ v) for v in theirs]))
    fused = fuse(rankings)
    # Every problem has numbers and signs: sharing them is no likeness.
    words = {token for token in own if token.isalpha()}
    kept = [k for k in range(len(items)) if problem.skill != UNKNOWN_SKILL or words & set(documents[k])]
    return [items[k] for k in sorted(kept, key=lambda k: (-fused[k], -items[k].written_round, items[k].id))]


def ranks(scores: Sequence[float]) -> list[int]:
    """Return the place of each score; the highest has place 1, and equal scores share the better place."""
    order = sorted(scores, reverse=True)
    place: dict[float, int] = {}
    for at, score in enumerate(order, start=1):
        place.setdefault(score, at)
    return [place[score] for score in scores]


def fuse(rankings: Sequence[Sequence[int]]) -> list[float]:
    """Return for each item the sum of 1 / (60 + its place) over the rankings (reciprocal rank fusion)."""
    # Summed exactly: the same places in another order must be a tie.
    return [math.fsum(1 / (FUSION_DEPTH + place) for place in places) for places in zip(*rankings, strict=True)]
