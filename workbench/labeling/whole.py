"""The whole solution that a labelled step was taken from: what the checkers say of a step may hang on how it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workbench.files import json_object, read_jsonl
from workbench.labeling.candidates import item_id
from workbench.labeling.exchange import EXAMPLE
from workbench.store import Store
from workbench.types import LabelItem
from workbench.verification.reading.steps import split

Lines = tuple[str, ...]


def whole_in_store(store: Store, items: Iterable[LabelItem]) -> dict[str, Lines]:
    """The solutions of items whose rollout the store has, by item."""
    found: dict[str, Lines] = {}
    by_run: dict[str, list[LabelItem]] = {}
    runs = set(store.run_names())
    for item in items:
        if item.rollout_id is not None and item.source in runs:
            by_run.setdefault(item.source, []).append(item)
    for run, own in by_run.items():
        texts = {r.id: r.text for r in store.rollouts(run)}
        for item in own:
            lines = tuple(step.text for step in split(texts.get(item.rollout_id or "", "")))
            if lines[: len(item.lines)] == item.lines:
                found[item.id] = lines
    return found


def whole_in_file(path: Path) -> dict[str, Lines]:
    """The solutions that stand whole in a file of labels, by item: `steps`, or PRM800K's `pre_generated_steps`.

    Raises `BadInput` for lines that are no JSON objects; what else is wrong with a row is not looked at here.
    """
    found: dict[str, Lines] = {}
    for text, lines in read_jsonl(path, lambda line: _solution(json_object(line, EXAMPLE))):
        found |= {key: lines for key in ids_along(text, lines) if len(lines) > len(found.get(key, ()))}
    return found


def ids_along(problem: str, lines: Lines) -> Iterator[str]:
    """The items of a solution's steps, first to last."""
    for end in range(1, len(lines) + 1):
        yield item_id(problem, lines[:end])


def _solution(row: dict[str, Any]) -> tuple[str, Lines]:
    question = row.get("question")
    holder = question if isinstance(question, dict) else row
    steps = holder.get("pre_generated_steps") or holder.get("steps") or []
    lines = tuple(s for s in steps if isinstance(s, str)) if isinstance(steps, list) else ()
    return str(holder.get("problem", "")), lines
