"""The shipped splits: JSONL files of what the generators make from seed 0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workbench import resources
from workbench.errors import BadInput, WorkbenchError
from workbench.files import make_folder
from workbench.problems.catalogue import SPLITS, Split, make_split
from workbench.problems.readers import read_problems, write_problems
from workbench.types import Problem

if TYPE_CHECKING:
    from workbench.store import Store

T = TypeVar("T")
FOLDER = resources.PROBLEMS
SHIPPED = tuple(name for name in SPLITS if name != "train-large")
"""The splits that have a file. The large one is made when it is asked for."""


def evenly(items: Sequence[T], count: int | None) -> list[T]:
    """Return at most `count` items, spread over all: splits stand by skill and level, so this keeps the balance."""
    if count is None or count >= len(items):
        return list(items)
    return [items[i * len(items) // count] for i in range(count)]


def split_named(name: str) -> Split:
    """Return a split by its name. Raise `BadInput` with the nearest name."""
    if name not in SPLITS:
        nearest = get_close_matches(name, SPLITS, n=1, cutoff=0)[0]
        raise BadInput(f"There is no split {name!r}; the nearest is {nearest!r}.")
    return SPLITS[name]


def write_splits(folder: Path, names: Iterable[str] = SHIPPED, seed: int = 0) -> list[Path]:
    """Make splits and write each into `folder` as NAME.jsonl; returns the files."""
    splits = [split_named(name) for name in names]
    make_folder(folder)
    paths = [folder / f"{split.name}.jsonl" for split in splits]
    for split, path in zip(splits, paths, strict=True):
        write_problems(path, make_split(split, seed))
    return paths


def practised(path: str | None = None, difficulty: int | None = None) -> list[Problem]:
    """Return what a run trains on: a file's problems or the train split, perhaps of one difficulty alone.

    Raise `BadInput` where none is left.
    """
    every = load_split("train") if path is None else read_problems(Path(path))
    return of_difficulty(every, difficulty, "train" if path is None else path)


def of_difficulty(problems: Sequence[Problem], difficulty: int | None, where: str) -> list[Problem]:
    """Return the problems of one difficulty; all for None. Raise `BadInput` where none is left."""
    chosen = [p for p in problems if difficulty in (None, p.difficulty)]
    if not chosen:
        there = ", ".join(str(d) for d in sorted({p.difficulty for p in problems}))
        raise BadInput(f"{where} has no problem of difficulty {difficulty}; it has {there}.")
    return chosen


def load_split(name: str) -> list[Problem]:
    """Return the problems of a split at seed 0, from its file or, where there is none, from the generators."""
    split = split_named(name)
    path = FOLDER / f"{name}.jsonl"
    return read_problems(path) if path.is_file() else make_split(split)


def problems_of(store: Store, run: str) -> dict[str, Problem]:
    """Return a run's problems by id: as recorded, else from the file that its configuration names.

    Empty where that file is gone: rollouts are then shown without their problem's words. Raise `BadInput`
    for an unknown run.
    """
    if recorded := store.runs.problems(run):
        return recorded
    try:
        path = json.loads(store.runs.info(run).config)["problems"]["path"]
        found = load_split("train") if path is None else read_problems(Path(path))
    except (WorkbenchError, ValueError, KeyError, TypeError):
        return {}
    return {p.id: p for p in found}
