"""Rows of a file of labels, in three shapes, each checked field by field.

| shape | known by |
|---|---|
| PRM800K: a solution with ratings of its steps | `label` |
| a marked solution, as in `data/labels/rollouts.jsonl` | `first_error`, `steps` |
| one label on an item of the queue | `item`, `rating` |

Every function raises `ValueError` that names the field; the reader of the file adds its name and the line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from workbench.domains import domain_of
from workbench.files import shown, what_was_wrong
from workbench.labeling.candidates import item_id
from workbench.store.labels import utc_now
from workbench.types import UNKNOWN_SKILL, Label, LabelItem, Mark, Problem, content_id, from_json

MARKS = {1: Mark.CORRECT, 0: Mark.CANT_TELL, -1: Mark.INCORRECT}
SOURCE = "import"
Row = Mapping[str, Any]
Kind = type[str] | type[list[Any]] | type[dict[str, Any]]


@dataclass(frozen=True)
class Read:
    """One label as read."""

    item: LabelItem
    label: Label
    field: str
    """Its place in the row."""
    alone: bool = False
    """Whether it is a row of its own. A second one like it is then a mistake; solutions may share first steps."""
    row: int = 0
    """The row that it stands in, counted from 1."""


def read_row(row: Row, known: Mapping[str, LabelItem]) -> list[Read]:
    """Return the labels in one row. Raise `ValueError` that names the field."""
    if type(row.get("label")) is int and "steps" in row:
        raise ValueError(
            f"`label` is {row['label']}, as in ProcessBench; call it `first_error`, and name an `annotator`"
        )
    if "label" in row and not isinstance(row["label"], dict):
        raise ValueError(
            f"`label` is {shown(row['label'])}; as in PRM800K it is an object with `steps`; "
            "a solution with its first error has `steps`, `first_error` and `annotator`"
        )
    if "label" in row:
        return list(_prm800k(row, known))
    if "first_error" in row:
        return list(_marked_solution(row, known))
    if "rating" in row:
        return [_single(row, known)]
    raise ValueError(
        f"none of the fields `label`, `first_error` and `rating` among {shown(sorted(row))}; "
        "a row is a solution as in PRM800K, a marked solution, or one item with its rating"
    )


# PRM800K


@dataclass(frozen=True)
class _Reading:
    """What holds for all labels of one PRM800K row."""

    annotator: str
    at: str
    problem: Problem
    source: str
    rollout: str | None
    known: Mapping[str, LabelItem]


def _prm800k(row: Row, known: Mapping[str, LabelItem]) -> Iterator[Read]:
    annotator = _annotator(row, "labeler")
    at = _time(row.get("timestamp"), "timestamp")
    extra = _optional(row, "workbench", dict, "workbench") or {}
    problem = _problem(row, extra)
    source = _optional(extra, "source", str, "workbench.source") or SOURCE
    rollout = _optional(extra, "rollout_id", str, "workbench.rollout_id")
    reading = _Reading(annotator, at, problem, source, rollout, known)
    steps = _need(_need(row, "label", dict, "label"), "steps", list, "label.steps")
    before: list[str] | None = []
    for place, step in enumerate(steps):
        name = f"label.steps[{place}]"
        if not isinstance(step, dict):
            raise ValueError(f"`{name}` is {shown(step)}; it must be an object with `completions`")
        if before is None:
            raise ValueError(f"`{name}` comes after a step that chose no completion; nothing can follow that")
        completions = _optional(step, "completions", list, f"{name}.completions") or []
        human = _human(step, name)
        for index, completion in enumerate(completions):
            corrected = human if len(completions) == 1 else None
            read = _completion(completion, f"{name}.completions[{index}]", before, reading, corrected)
            if read is not None:
                yield read
        before = _go_on(step, name, completions, human, before)


def _completion(row: Any, field: str, before: Sequence[str], reading: _Reading, corrected: str | None) -> Read | None:
    """Return the label on one completion; None where it was not rated."""
    if not isinstance(row, dict):
        raise ValueError(f"`{field}` is {shown(row)}; it must be an object with `text` and `rating`")
    text = _words(row, "text", f"{field}.text")
    mark = _mark(row, field)
    if mark is None:
        return None
    extra = _optional(row, "workbench", dict, f"{field}.workbench") or {}
    item = _item(reading.problem, (*before, text), extra.get("item"), reading.known, f"{field}.workbench.item")
    if item.id not in reading.known:
        item = replace(item, source=reading.source, rollout_id=reading.rollout)
    label = Label(
        item.id,
        reading.annotator,
        mark,
        _time(extra["at"], f"{field}.workbench.at") if extra.get("at") is not None else reading.at,
        _optional(extra, "reason", str, f"{field}.workbench.reason") or "",
        _malrule(extra, f"{field}.workbench.malrule", reading.problem),
        corrected,
    )
    return Read(item, label, field)


def _mark(row: Row, field: str) -> Mark | None:
    rating = row.get("rating")
    flagged = row.get("flagged")
    if flagged not in (None, True, False):
        raise ValueError(f"`{field}.flagged` is {shown(flagged)}; it must be true, false or null")
    if rating is None:
        return Mark.CANT_TELL if flagged else None
    mark = _rated(rating, f"{field}.rating")
    return Mark.CANT_TELL if flagged else mark


def _rated(rating: Any, field: str) -> Mark:
    if type(rating) is not int or rating not in MARKS:
        raise ValueError(f"`{field}` is {shown(rating)}; a rating is 1 (correct), 0 (can't tell) or -1 (incorrect)")
    return MARKS[rating]


def _human(step: Row, name: str) -> str | None:
    human = step.get("human_completion")
    if human is None:
        return None
    if not isinstance(human, dict):
        raise ValueError(f"`{name}.human_completion` is {shown(human)}; it must be an object with `text`, or null")
    return _words(human, "text", f"{name}.human_completion.text")


def _go_on(
    step: Row, name: str, completions: Sequence[Row], human: str | None, before: Sequence[str]
) -> list[str] | None:
    """Return the lines before the next step; None where the solution ends here."""
    chosen = step.get("chosen_completion")
    if chosen is None:
        return [*before, human] if human is not None else None
    if type(chosen) is not int or not 0 <= chosen < len(completions):
        raise ValueError(
            f"`{name}.chosen_completion` is {shown(chosen)}; there are {len(completions)} completions, counted from 0"
        )
    return [*before, str(completions[chosen]["text"])]


def _problem(row: Row, extra: Row) -> Problem:
    question = _need(row, "question", dict, "question")
    text = _words(question, "problem", "question.problem")
    answer = _optional(question, "ground_truth_answer", str, "question.ground_truth_answer")
    if extra.get("problem") is None:
        return Problem(content_id(text, answer), text, answer)
    try:
        problem = from_json(Problem, json.dumps(extra["problem"]))
    except ValidationError as error:
        raise ValueError(f"`workbench.problem`: {what_was_wrong(error)}") from error
    if problem.text != text:
        raise ValueError(f"`question.problem` is {shown(text)}, but `workbench.problem` {shown(problem.text)}")
    return problem


# The other shapes


def _marked_solution(row: Row, known: Mapping[str, LabelItem]) -> Iterator[Read]:
    """Yield a label for each step up to the first error: correct before it, incorrect there."""
    text = _words(row, "problem", "problem")
    steps = _need(row, "steps", list, "steps")
    if not steps or not all(isinstance(step, str) and step.strip() for step in steps):
        raise ValueError(f"`steps` is {shown(steps)}; it must be a list of lines")
    first = row["first_error"]
    if type(first) is not int or not -1 <= first < len(steps):
        raise ValueError(
            f"`first_error` is {shown(first)}; it must be -1 for none, or 0 to {len(steps) - 1}, counted from 0"
        )
    annotator = _annotator(row, "annotator")
    answer = _optional(row, "answer", str, "answer")
    skill = _optional(row, "skill", str, "skill") or UNKNOWN_SKILL
    problem = Problem(content_id(text, answer), text, answer, skill)
    reason = _optional(row, "reason", str, "reason") or ""
    at = _time(row.get("timestamp"), "timestamp")
    for place in range(len(steps) if first == -1 else first + 1):
        item = _item(problem, steps[: place + 1], None, known, f"steps[{place}]")
        wrong = place == first
        mark = Mark.INCORRECT if wrong else Mark.CORRECT
        yield Read(item, Label(item.id, annotator, mark, at, reason if wrong else ""), f"steps[{place}]")


def _single(row: Row, known: Mapping[str, LabelItem]) -> Read:
    key = _words(row, "item", "item")
    if key not in known:
        raise ValueError(f"`item` is {shown(key)}, which is not in the queue; take the ids from there")
    corrected = _optional(row, "corrected", str, "corrected")
    label = Label(
        key,
        _annotator(row, "labeler"),
        _rated(row["rating"], "rating"),
        _time(row.get("timestamp"), "timestamp"),
        _optional(row, "reason", str, "reason") or "",
        _malrule(row, "malrule", known[key].problem),
        corrected,
    )
    return Read(known[key], label, "rating", alone=True)


# Fields


def _item(problem: Problem, lines: Sequence[str], key: Any, known: Mapping[str, LabelItem], field: str) -> LabelItem:
    own = item_id(problem.text, lines)
    if key is not None and key != own and (key not in known or known[key].lines != tuple(lines)):
        raise ValueError(
            f"`{field}` is {shown(key)}, which is neither in the queue nor the id of this step ({own}); "
            "correct it or leave it out"
        )
    found = known.get(key if key is not None else own)
    return found if found is not None else LabelItem(own, problem, tuple(lines), SOURCE)


def _annotator(row: Row, name: str) -> str:
    return _words(row, name, name).strip()


def _malrule(row: Row, field: str, problem: Problem) -> str | None:
    name: str | None = _optional(row, "malrule", str, field)
    malrules = domain_of(problem).malrules
    if name is not None and name not in malrules:
        near = get_close_matches(name, malrules, n=1, cutoff=0)
        said = f"; the nearest is {near[0]!r}" if near else ""
        raise ValueError(f"`{field}` is {shown(name)}, which is no malrule{said}")
    return name


def _time(value: Any, field: str) -> str:
    """Return an ISO time with its offset: UTC where it names none, the present where there is no time."""
    if value is None:
        return utc_now()
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`{field}` is {shown(value)}; write a time as 2026-01-31T12:00:00+00:00") from error
    return str(value) if parsed.tzinfo else parsed.replace(tzinfo=UTC).isoformat()


def _need(row: Row, name: str, kind: Kind, field: str) -> Any:
    if row.get(name) is None:
        raise ValueError(f"`{field}` is missing")
    return _optional(row, name, kind, field)


def _optional(row: Row, name: str, kind: Kind, field: str) -> Any:
    value = row.get(name)
    if value is not None and not isinstance(value, kind):
        wanted = "text" if kind is str else "a list" if kind is list else "an object"
        raise ValueError(f"`{field}` is {shown(value)}; it must be {wanted}")
    return value


def _words(row: Row, name: str, field: str) -> str:
    value = _need(row, name, str, field)
    if not value.strip():
        raise ValueError(f"`{field}` is {shown(value)}, which says nothing")
    return str(value)
