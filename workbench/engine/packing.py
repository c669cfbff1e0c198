"""Sequences that begin alike, laid out as trees: what they share is read once.

A tree is a row of tokens in which each sees its own ancestors only, at its depth. Rollouts of one problem share the
question and often their first steps, so a group of eight takes a half to a tenth of the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

CAPACITY = 512
"""Tokens in a row, about: attention costs their square. More where one sequence alone has more."""


@dataclass(frozen=True)
class Packed:
    """Trees in rows, for one forward pass."""

    ids: torch.Tensor
    """[rows, width]."""
    positions: torch.Tensor
    """[rows, width]: the depth of each token in its sequence."""
    sees: torch.Tensor
    """[rows, 1, width, width]: whether a token (third) attends to another (fourth)."""
    paths: tuple[tuple[int, ...], ...]
    """For each sequence the places of its tokens in `ids`, flattened."""

    @property
    def tokens(self) -> int:
        """Places in all rows, padding counted."""
        return self.ids.numel()


@dataclass
class _TreeRow:
    """Trees side by side; a path holds the places of one sequence's tokens within the row."""

    ids: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    paths: dict[int, list[int]] = field(default_factory=dict)


def pack(sequences: Sequence[Sequence[int]]) -> Packed:
    """Lay out sequences of token ids, none empty, as trees in rows of `CAPACITY` tokens."""
    capacity = max(CAPACITY, *map(len, sequences))
    rows = _fill(_trees(sequences, capacity), capacity)
    width = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    positions = torch.zeros(len(rows), width, dtype=torch.long)
    sees = torch.eye(width, dtype=torch.bool).repeat(len(rows), 1, 1)
    paths: list[tuple[int, ...]] = [()] * len(sequences)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = torch.tensor(row.ids)
        positions[at, : len(row.ids)] = torch.tensor(row.depths)
        for index, path in row.paths.items():
            places = torch.tensor(path)
            sees[at, places[:, None], places] |= torch.ones(len(path), len(path), dtype=torch.bool).tril()
            paths[index] = tuple(at * width + place for place in path)
    return Packed(ids, positions, sees[:, None], tuple(paths))


def _trees(sequences: Sequence[Sequence[int]], capacity: int) -> list[_TreeRow]:
    """Sorted, a sequence shares most with the one before it: it branches off there, or starts another tree."""
    trees: list[_TreeRow] = []
    before: Sequence[int] = ()
    path: list[int] = []
    for index in sorted(range(len(sequences)), key=lambda i: tuple(sequences[i])):
        sequence = sequences[index]
        shared = common_start(before, sequence)
        if not trees or not shared or len(trees[-1].ids) + len(sequence) - shared > capacity:
            trees.append(_TreeRow())
            shared = 0
        tree = trees[-1]
        start = len(tree.ids)
        tree.ids += sequence[shared:]
        tree.depths += range(shared, len(sequence))
        path = [*path[:shared], *range(start, len(tree.ids))]
        tree.paths[index] = path
        before = sequence
    return trees


def common_start(a: Sequence[object], b: Sequence[object]) -> int:
    """How many leading items two sequences have in common."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


def _fill(trees: Sequence[_TreeRow], capacity: int) -> list[_TreeRow]:
    """Trees put side by side, the largest first, each into the emptiest row, so that rows need little padding."""
    rows = [_TreeRow() for _ in range(-(-sum(len(tree.ids) for tree in trees) // capacity))]
    for tree in sorted(trees, key=lambda t: -len(t.ids)):
        row = min(rows, key=lambda r: len(r.ids))
        start = len(row.ids)
        row.ids += tree.ids
        row.depths += tree.depths
        row.paths |= {index: [start + place for place in path] for index, path in tree.paths.items()}
    return rows
