"""Import and export of labels in the format of PRM800K: one solution read by one labeler per line.

A rating is 1 for correct, -1 for incorrect and 0 for can't tell. PRM800K calls 0 neutral and flags what its labelers
could not judge: both are read as can't tell, for neither says that the step is right. What that format has no
place for (item, reason, malrule, time of each label) is under the key `workbench`, which other readers may ignore.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import BadInput
from workbench.files import json_line, json_object, read_jsonl, write_atomically
from workbench.labeling.overruled import ask_again
from workbench.labeling.rows import MARKS, Read, read_row
from workbench.store import Store, is_person
from workbench.types import Label, LabelItem, Mark, to_json

EXAMPLE = '{"labeler": ..., "question": {"problem": ...}, "label": {"steps": [...]}}'
RATINGS = {mark: rating for rating, mark in MARKS.items()}


@dataclass(frozen=True)
class Imported:
    """What a file brought."""

    new_labels: int
    repeated: int
    """Labels that the store had already."""
    new_items: int
    annotators: tuple[str, ...]
    cant_tell: int = 0
    """New labels that can't tell: in PRM800K a rating of 0 is neutral, and stands for that too."""
    asked_again: int = 0
    """Items on which a person contradicts a proof: somebody else is asked next."""


def read_labels(path: Path, known: Mapping[str, LabelItem]) -> tuple[list[Read], dict[str, LabelItem]]:
    """Return the labels of a file, and their items; `known` items are taken as they are.

    Raise `BadInput` that names the file, the line and the field for anything that is no label, for ids that
    are neither known nor of the row's own text, and for a step that one labeler marked twice in two ways.
    """
    numbers = iter(range(1, 10**9))
    seen: dict[tuple[str, str], Read] = {}
    rows: set[str] = set()
    items: dict[str, LabelItem] = {}

    def parse(line: str) -> None:
        place = next(numbers)
        row = json_object(line, EXAMPLE)
        key = json.dumps(row, sort_keys=True)
        if key in rows:
            raise ValueError("the whole row is on an earlier line too; delete one of them")
        rows.add(key)
        for read in (replace(read, row=place) for read in read_row(row, known)):
            items.setdefault(read.item.id, read.item)
            pair = (read.item.id, read.label.annotator)
            before = seen.setdefault(pair, read)
            if before is not read and (read.alone or not _same(before.label, read.label)):
                raise ValueError(
                    f"{read.field}: {read.label.annotator!r} marks this step here {_said(read.label)} and in row "
                    f"{before.row} {_said(before.label)}; keep one of them"
                )

    for _ in read_jsonl(path, parse):
        pass
    if not seen:
        raise BadInput(f"{path} holds no labels; write one row a line: {EXAMPLE}.")
    return list(seen.values()), items


def import_labels(store: Store, path: Path) -> Imported:
    """Import the labels of a file into the store, all or none. Raise `BadInput`, having written nothing."""
    known = {item.id: item for item in store.labels.items()}
    reads, items = read_labels(path, known)
    active = {(label.item_id, label.annotator): label for label in store.labels.active()}
    new: list[Label] = []
    for read in reads:
        label = read.label
        before = active.get((label.item_id, label.annotator))
        if before is None:
            new.append(label)
        elif not _same(before, label):
            raise BadInput(
                f"{path}, row {read.row}, {read.field}: {label.annotator!r} has marked item {label.item_id} "
                f"{_said(before)} already, here {_said(label)}; take one of them back "
                "first, or give the annotator another name where it was another reading."
            )
    fresh = [item for key, item in items.items() if key not in known]
    added = store.labels.save(new, path.name, fresh)
    unsure = sum(label.mark is Mark.CANT_TELL for label in new)
    names = tuple(sorted({read.label.annotator for read in reads}))
    return Imported(len(new), len(reads) - len(new), added, names, unsure, ask_again(store, new))


def _same(a: Label, b: Label) -> bool:
    return replace(a, at="", reason="") == replace(b, at="", reason="")


def _said(label: Label) -> str:
    return f"{label.mark.value if label.mark else 'nothing'!r}"


def export_labels(store: Store, path: Path | None, people_only: bool = False) -> str:
    """Return the active labels as JSONL, and write them to `path`, if one is given, whole or not at all."""
    items = {item.id: item for item in store.labels.items()}
    gold = {key for key, place in store.labels.places().items() if place.gold is not None}
    labels = [label for label in store.labels.active() if is_person(label.annotator) or not people_only]
    text = "".join(f"{json_line(row)}\n" for row in export_rows(items, labels, gold))
    if path is not None:
        write_atomically(path, text)
    return text


def export_rows(
    items: Mapping[str, LabelItem], labels: Iterable[Label], gold: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Return one row for each solution and labeler: items whose lines continue each other share a row."""
    by_labeler: dict[tuple[str, str], list[Label]] = {}
    for label in labels:
        problem = to_json(items[label.item_id].problem)
        by_labeler.setdefault((label.annotator, problem), []).append(label)
    known = frozenset(gold)
    return [
        _row(chain, items, known)
        for given in by_labeler.values()
        for chain in _chains(sorted(given, key=lambda one: len(items[one.item_id].lines)), items)
    ]


def _chains(labels: Sequence[Label], items: Mapping[str, LabelItem]) -> list[list[Label]]:
    """Return labels in chains: each item's lines begin with those of the item before it."""
    chains: list[list[Label]] = []
    for label in labels:
        item = items[label.item_id]
        for chain in chains:
            last = items[chain[-1].item_id]
            n = len(last.lines)
            same_place = (last.source, last.rollout_id) == (item.source, item.rollout_id)
            if n < len(item.lines) and item.lines[:n] == last.lines and same_place:
                chain.append(label)
                break
        else:
            chains.append([label])
    return chains


def _row(chain: Sequence[Label], items: Mapping[str, LabelItem], gold: frozenset[str]) -> dict[str, Any]:
    last = items[chain[-1].item_id]
    by_place = {len(items[label.item_id].lines) - 1: label for label in chain}
    problem = last.problem
    return {
        "labeler": chain[0].annotator,
        "timestamp": max(label.at for label in chain),
        "generation": None,
        "is_quality_control_question": any(label.item_id in gold for label in chain),
        "is_initial_screening_question": False,
        "question": {
            "problem": problem.text,
            "ground_truth_solution": "\n".join(problem.solution) or None,
            "ground_truth_answer": problem.answer,
            "pre_generated_steps": list(last.lines),
            "pre_generated_answer": None,
            "pre_generated_verifier_score": None,
        },
        "label": {
            "steps": [_step(line, by_place.get(at)) for at, line in enumerate(last.lines)],
            "total_time": None,
            "finish_reason": _finish(chain),
        },
        "workbench": {"problem": json.loads(to_json(problem)), "source": last.source, "rollout_id": last.rollout_id},
    }


def _finish(chain: Sequence[Label]) -> str:
    """Return how the reading ended, in PRM800K's words."""
    if any(label.mark is Mark.INCORRECT for label in chain):
        return "found_error"
    return "give_up" if chain[-1].mark is Mark.CANT_TELL else "solution"


def _step(line: str, label: Label | None) -> dict[str, Any]:
    rating = None if label is None or label.mark is None else RATINGS[label.mark]
    completion: dict[str, Any] = {"text": line, "rating": rating, "flagged": False}
    human = None
    if label is not None:
        extra = {"item": label.item_id, "at": label.at, "reason": label.reason, "malrule": label.malrule}
        completion["workbench"] = extra
        if label.corrected is not None:
            human = {
                "text": label.corrected,
                "rating": None,
                "source": "human",
                "flagged": False,
                "corrected_rating": None,
            }
    return {"completions": [completion], "human_completion": human, "chosen_completion": 0}
