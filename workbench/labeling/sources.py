"""Other sources of items to label: the shipped solutions, and steps for blind labelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from pathlib import Path
from random import Random
from typing import Any

from workbench import resources
from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl
from workbench.judging.rows import solution_row
from workbench.labeling.candidates import Candidate, candidates_of
from workbench.labeling.queue import GOLD_SHARE, Queue, build_queue, by_diversity, gold_items
from workbench.labeling.reliability import is_ambiguous
from workbench.problems.splits import load_split, problems_of
from workbench.store import Store
from workbench.types import UNKNOWN_SKILL, Group, Judged, LabelItem, Problem, Rollout, StopReason, content_id
from workbench.verification import Verifier

SHIPPED = resources.LABELS
SHIPPED_ITEMS = 50
SHIPPED_SOLUTIONS = 250
"""Verified at the first start of the app; takes about a second."""


def problems_of_run(store: Store, run: str) -> dict[str, Problem]:
    """Return the problems that a run was trained on, by id. Raise `BadInput` if their file is gone."""
    found = problems_of(store, run)
    if not found:
        raise BadInput(f"The problems of run {run!r} cannot be read; put back the file that it was trained on.")
    return found


def shipped_queue(count: int = SHIPPED_ITEMS, path: Path = SHIPPED, seed: int = 0) -> Queue:
    """Return items from the shipped tutor's own solutions, for an app without any run; none without the file."""
    if not path.is_file():
        return []
    rows = list(read_jsonl(path, _solution))
    Random(seed).shuffle(rows)
    verifier = Verifier()
    problems = {problem.id: problem for problem, _ in rows}
    judged = [_judged(problem, lines, verifier) for problem, lines in rows[:SHIPPED_SOLUTIONS]]
    queue = build_queue(candidates_of(judged, problems, path.name, verifier), count, seed)
    used = {item.problem.id for item, _ in queue}
    others = [problem for problem in load_split("dev") if problem.id not in used]
    return [*queue, *gold_items(others, round(GOLD_SHARE * len(queue)), seed)]


def _solution(line: str) -> tuple[Problem, tuple[str, ...]]:
    row = json_object(line, "a marked solution")
    read = solution_row(row, 0)
    return replace(read.problem, skill=str(row.get("skill", UNKNOWN_SKILL))), read.steps


def _judged(problem: Problem, lines: Sequence[str], verifier: Verifier) -> Judged:
    text = "\n".join(lines)
    rollout = Rollout(content_id(problem.id, text), problem.id, 0, 0, 0, text, (), (), StopReason.END, "shipped")
    return Judged(rollout, verifier.verify(problem, text))


# Ambiguous steps for blind labelling: the problem, its answer and the lines, without any verdict.


def ambiguous_steps(
    groups: Sequence[Group], source: str, count: int, seed: int = 0
) -> list[tuple[LabelItem, tuple[str, ...]]]:
    """Return at most `count` ambiguous steps with the whole solution of each, in turn from every skill.

    Within a skill the most different come first. Proved steps are left out.
    """
    judged = [member for group in groups for member in group.members]
    whole = {m.rollout.id: tuple(s.text for s in m.verdict.steps) for m in judged}
    found = candidates_of(judged, {g.problem.id: g.problem for g in groups}, source)
    open_ = [c for c in found if is_ambiguous(c.verdict, c.findings)]
    chosen = _in_turn(open_, seed)[:count]
    Random(seed).shuffle(chosen)
    return [(c.item, whole.get(c.item.rollout_id or "", c.item.lines)) for c in chosen]


def _in_turn(candidates: Iterable[Candidate], seed: int) -> list[Candidate]:
    """Return candidates of each skill in turn, each skill's most different first."""
    by_skill: dict[str, list[Candidate]] = {}
    for one in candidates:
        by_skill.setdefault(one.item.problem.skill, []).append(one)
    for own in by_skill.values():
        Random(seed).shuffle(own)
    turns = zip_longest(*(by_diversity(by_skill[skill]) for skill in sorted(by_skill)))
    return [one for one in chain.from_iterable(turns) if one is not None]


def blind_row(item: LabelItem, whole: Sequence[str]) -> Mapping[str, Any]:
    """Return one step in PRM800K's shape with an empty rating, to be filled in: 1, 0 or -1, with labeler and reason.

    `pre_generated_steps` holds the whole solution, which 'workbench refine' needs and a reader need not see.
    """
    steps: list[dict[str, Any]] = [
        {"completions": [{"text": line, "rating": None, "flagged": False}], "chosen_completion": 0}
        for line in item.lines
    ]
    steps[-1]["completions"][0]["workbench"] = {"item": item.id, "reason": ""}
    question = {
        "problem": item.problem.text,
        "ground_truth_answer": item.problem.answer,
        "pre_generated_steps": list(whole),
    }
    return {
        "labeler": None,
        "timestamp": None,
        "question": question,
        "label": {"steps": steps},
        "workbench": {"source": item.source, "rollout_id": item.rollout_id},
    }
