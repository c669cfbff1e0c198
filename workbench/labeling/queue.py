"""The queue: which ambiguous steps people label, in which order, with a random slice, gold items and doubles.

The orders are functions of candidates and nothing else:

| order | first comes |
|---|---|
| `uncertain` | what no checker decided, then what was decided with the least confidence |
| `disagree` | where as many checkers say right as say wrong |
| `diverse` | what is least like all that came before it, by its words and signs with numbers blanked |
| `worth` | what would change the training signal most: chance of an error x share of the signal x question weight |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from workbench import resources
from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl
from workbench.judging.coverage import Perturbation, twins
from workbench.judging.rows import solution_row
from workbench.labeling.candidates import Candidate, candidates_of, item_of, run_checkers
from workbench.labeling.reliability import is_ambiguous
from workbench.problems.splits import load_split, problems_of
from workbench.store import Order, QueuePlace, Store
from workbench.types import UNKNOWN_SKILL, Group, Judged, LabelItem, Mark, Problem, Rollout, StopReason, content_id
from workbench.verification import Verifier

CONTROL_SHARE, DOUBLE_SHARE, GOLD_SHARE = 0.1, 0.2, 0.05
PROOF_SHARE = 0.05
"""Steps that are proved wrong, drawn at random: only so can people contradict a proof."""
SOLUTIONS = 1000
"""The number of a run's latest solutions that are considered; each takes about a millisecond."""
GOLD = "gold"
SHIPPED = resources.LABELS
SHIPPED_ITEMS = 50
SHIPPED_SOLUTIONS = 250
"""Verified at the first start of the app; takes about a second."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Queue = list[tuple[LabelItem, QueuePlace]]


def by_score(candidates: Sequence[Candidate], order: Order) -> list[Candidate]:
    """Sort what comes first in an order first, by the score of that name."""
    return sorted(candidates, key=lambda c: -float(getattr(c, order.value)))


def by_diversity(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort so that each candidate is the one least like all before it (greedy max-min on TF-IDF).

    Starts with the first. Text without any letter or sign counts as like nothing.
    """
    if len(candidates) < 2:
        return list(candidates)
    # Imported here: it takes a second, and only filling a queue needs it.
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [_shape(c.item) for c in candidates]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), lowercase=True).fit_transform(texts)
    nearest = np.full(len(texts), -1.0)
    order: list[int] = []
    latest = 0
    for _ in texts:
        order.append(latest)
        # Cosine similarity: the vectors have length 1.
        nearest = np.maximum(nearest, (vectors @ vectors[latest].T).toarray().ravel())
        nearest[order] = np.inf
        latest = int(nearest.argmin())
    return [candidates[i] for i in order]


def _shape(item: LabelItem) -> str:
    """Return a step and its problem's skill with numbers blanked: the same move on other numbers is the same move."""
    return _NUMBER.sub("0", f"{item.problem.skill}: {item.step}")


def build_queue(
    candidates: Sequence[Candidate],
    count: int,
    seed: int = 0,
    control_share: float = CONTROL_SHARE,
    double_share: float = DOUBLE_SHARE,
) -> Queue:
    """Return at most `count` items with their places: ambiguous ones, and a random control slice of all candidates.

    A few steps that are proved wrong are among them, each at a random place. Where there are too many, each order
    gives its first in turn. `double_share` of the items get two readers.
    """
    rng = Random(seed)
    control_ids = {c.item.id for c in rng.sample(candidates, min(len(candidates), round(control_share * count)))}
    ambiguous = [c for c in candidates if c.ambiguous and c.item.id not in control_ids]
    diverse = by_diversity(ambiguous)
    uncertain, disagree, worth = (
        by_score(diverse, order) for order in (Order.UNCERTAIN, Order.DISAGREE, Order.WORTH)
    )
    orders = (uncertain, disagree, diverse, worth)
    in_turn = {c.item.id: c for c in chain.from_iterable(zip_longest(*orders)) if c is not None}
    proved = [c for c in candidates if c.proved_wrong and c.item.id not in control_ids]
    proofs = rng.sample(proved, min(len(proved), round(PROOF_SHARE * count)))
    chance = {c.item.id: rng.random() for c in proofs}
    chosen = list(in_turn.values())[: count - len(control_ids) - len(proofs)]
    kept = chosen + proofs + [c for c in candidates if c.item.id in control_ids]
    doubles = {c.item.id for c in rng.sample(kept, round(double_share * len(kept)))}
    rank = {c.item.id: i for i, c in enumerate(diverse)}
    # Items are stored in diverse order, so that equals of another order come up mixed.
    kept = sorted(kept, key=lambda c: rank.get(c.item.id, rng.randrange(len(kept))))
    return [
        (
            c.item,
            QueuePlace(
                chance.get(c.item.id, c.uncertain),
                chance.get(c.item.id, c.disagree),
                1 - rank[c.item.id] / len(rank) if c.item.id in rank else chance.get(c.item.id, 0.0),
                chance.get(c.item.id, c.worth),
                c.item.id in control_ids,
                2 if c.item.id in doubles else 1,
            ),
        )
        for c in kept
    ]


def gold_items(problems: Sequence[Problem], count: int, seed: int = 0) -> Queue:
    """Return items whose mark is known by construction: lines of worked solutions, and twins with a slip in them.

    A twin counts only if the verifier disproves it with certainty, so that no gold mark is itself in doubt.
    """
    rng = Random(seed)
    pool = [p for p in problems if len(p.solution) > 1]
    rng.shuffle(pool)
    made: Queue = []
    for problem in pool:
        if len(made) >= count:
            break
        at = rng.randrange(len(problem.solution) - 1)
        lines = list(problem.solution[: at + 1])
        mark = Mark.CORRECT if len(made) % 2 == 0 else Mark.INCORRECT
        if mark is Mark.INCORRECT:
            wrong = twins(lines[-1], Perturbation.SLIP)
            if not wrong:
                continue
            lines[-1] = wrong[0]
            verdict = run_checkers(problem, lines).verdict
            step = verdict.steps[at] if verdict.first_error == at else None
            if step is None or step.confidence < 1:
                continue
        made.append((item_of(problem, lines, GOLD), QueuePlace(gold=mark)))
    return made


def fill_queue(
    store: Store,
    run: str,
    problems: Mapping[str, Problem],
    count: int = 200,
    *,
    seed: int = 0,
    control_share: float = CONTROL_SHARE,
    double_share: float = DOUBLE_SHARE,
    gold_share: float = GOLD_SHARE,
    verifier: Verifier | None = None,
    on_solution: Callable[[], None] = lambda: None,
) -> int:
    """Put ambiguous steps of a run's latest judged rollouts into the queue. Return how many items are new.

    `problems` by id are those that the run was given; rollouts of others are left out. Raise `BadInput` for an
    unknown run.
    """
    latest = latest_distinct(store.verdicts.judged(run), SOLUTIONS)
    found = candidates_of(latest, problems, run, verifier, on_solution)
    queue = build_queue(found, count, seed, control_share, double_share)
    used = {item.problem.id for item, _ in queue}
    gold = gold_items([p for p in problems.values() if p.id not in used], round(gold_share * len(queue)), seed)
    return add_queue(store, [*queue, *gold])


def add_queue(store: Store, queue: Queue) -> int:
    """Put items with their places into the store. Return how many are new."""
    return store.labels.add_items([item for item, _ in queue], {item.id: place for item, place in queue})


def latest_distinct(judged: Sequence[Judged], count: int) -> list[Judged]:
    """Return the latest rollouts with their verdicts, each text of a problem once."""
    seen: dict[tuple[str, str], Judged] = {}
    for member in reversed(judged):
        seen.setdefault((member.rollout.problem_id, member.rollout.text), member)
        if len(seen) >= count:
            break
    return list(reversed(seen.values()))


# Other sources of items: the shipped solutions, and steps for blind labelling.


def problems_of_run(store: Store, run: str) -> dict[str, Problem]:
    """Return the problems that a run was trained on, by id. Raise `BadInput` if their file is gone."""
    found = problems_of(store, run)
    if not found:
        raise BadInput(f"The problems of run {run!r} cannot be read; put back the file that it was trained on.")
    return found


def shipped_queue(path: Path = SHIPPED) -> Queue:
    """Return items from the shipped tutor's own solutions, for an app without any run; none without the file."""
    if not path.is_file():
        return []
    rows = list(read_jsonl(path, _solution))
    Random(0).shuffle(rows)
    verifier = Verifier()
    problems = {problem.id: problem for problem, _ in rows}
    judged = [_judged(problem, lines, verifier) for problem, lines in rows[:SHIPPED_SOLUTIONS]]
    queue = build_queue(candidates_of(judged, problems, path.name, verifier), SHIPPED_ITEMS)
    used = {item.problem.id for item, _ in queue}
    others = [problem for problem in load_split("dev") if problem.id not in used]
    return [*queue, *gold_items(others, round(GOLD_SHARE * len(queue)))]


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
