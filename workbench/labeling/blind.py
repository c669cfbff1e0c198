"""Ambiguous steps to be read blind: the problem, its answer and the lines, and nothing that the verifier said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest
from random import Random
from typing import Any

from workbench.labeling.candidates import Candidate, candidates_of
from workbench.labeling.queue import by_diversity
from workbench.labeling.reliability import is_ambiguous
from workbench.types import Group, LabelItem


def ambiguous_steps(
    groups: Sequence[Group], source: str, count: int, seed: int = 0
) -> list[tuple[LabelItem, tuple[str, ...]]]:
    """At most `count` ambiguous steps with the whole solution of each, in turn from every skill.

    Within a skill the most different come first. What a judge may not touch is left out.
    """
    judged = [member for group in groups for member in group.members]
    whole = {m.rollout.id: tuple(s.text for s in m.verdict.steps) for m in judged}
    found = candidates_of(judged, {g.problem.id: g.problem for g in groups}, source)
    open_ = [c for c in found if is_ambiguous(c.verdict, c.says)]
    chosen = _in_turn(open_, seed)[:count]
    Random(seed).shuffle(chosen)
    return [(c.item, whole.get(c.item.rollout_id or "", c.item.lines)) for c in chosen]


def _in_turn(candidates: Iterable[Candidate], seed: int) -> list[Candidate]:
    """One of each skill after the other, each skill's most different first."""
    by_skill: dict[str, list[Candidate]] = {}
    for one in candidates:
        by_skill.setdefault(one.item.problem.skill, []).append(one)
    for own in by_skill.values():
        Random(seed).shuffle(own)
    turns = zip_longest(*(by_diversity(by_skill[skill]) for skill in sorted(by_skill)))
    return [one for one in chain.from_iterable(turns) if one is not None]


def blind_row(item: LabelItem, whole: Sequence[str]) -> Mapping[str, Any]:
    """One step in PRM800K's shape with an empty rating, to be filled in: 1, 0 or -1, with labeler and reason.

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
