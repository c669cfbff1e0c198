"""Where items to label come from besides a run's verdicts: its problems, and the solutions that ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl
from workbench.labeling.candidates import candidates_of
from workbench.labeling.queue import GOLD_SHARE, Queue, build_queue, gold_items
from workbench.problems.of_run import problems_of
from workbench.problems.splits import load_split
from workbench.store import Store
from workbench.types import UNKNOWN_SKILL, Judged, Problem, Rollout, StopReason, content_id
from workbench.verification import Verifier
from workbench.verification.rows import solution_row

SHIPPED = Path(__file__).parents[2] / "data" / "labels" / "rollouts.jsonl"
SHIPPED_ITEMS = 50
SHIPPED_SOLUTIONS = 250
"""Looked through at the first start of the app: about a second."""


def problems_of_run(store: Store, run: str) -> dict[str, Problem]:
    """The problems that a run was trained on, by id. Raises `BadInput` if their file is gone."""
    found = problems_of(store, run)
    if not found:
        raise BadInput(f"The problems of run {run!r} cannot be read; put back the file that it was trained on.")
    return found


def shipped_queue(count: int = SHIPPED_ITEMS, path: Path = SHIPPED, seed: int = 0) -> Queue:
    """Items from the shipped tutor's own solutions, for an app without any run; none where the file is absent."""
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
