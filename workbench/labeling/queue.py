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
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, zip_longest
from random import Random

import numpy as np

from workbench.judging.coverage import Perturbation, twins
from workbench.labeling.candidates import Candidate, candidates_of, item_of, run_checkers
from workbench.store import QueuePlace, Store
from workbench.types import Judged, LabelItem, Mark, Problem
from workbench.verification import Verifier

CONTROL_SHARE, DOUBLE_SHARE, GOLD_SHARE = 0.1, 0.2, 0.05
SOLUTIONS = 1000
"""The number of a run's latest solutions that are considered; each takes about a millisecond."""
GOLD = "gold"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Queue = list[tuple[LabelItem, QueuePlace]]


def by_uncertainty(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort undecided steps first, then by falling uncertainty."""
    return sorted(candidates, key=lambda c: -c.uncertain)


def by_disagreement(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort the most even disagreement first."""
    return sorted(candidates, key=lambda c: -c.disagree)


def by_worth(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort what is worth most to training first."""
    return sorted(candidates, key=lambda c: -c.worth)


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

    Where there are too many, each order gives its first in turn. `double_share` of the items get two readers.
    """
    rng = Random(seed)
    control_ids = {c.item.id for c in rng.sample(candidates, min(len(candidates), round(control_share * count)))}
    ambiguous = [c for c in candidates if c.ambiguous and c.item.id not in control_ids]
    diverse = by_diversity(ambiguous)
    orders = (by_uncertainty(diverse), by_disagreement(diverse), diverse, by_worth(diverse))
    in_turn = {c.item.id: c for c in chain.from_iterable(zip_longest(*orders)) if c is not None}
    chosen = list(in_turn.values())[: count - len(control_ids)]
    kept = chosen + [c for c in candidates if c.item.id in control_ids]
    doubles = {c.item.id for c in rng.sample(kept, round(double_share * len(kept)))}
    rank = {c.item.id: i for i, c in enumerate(diverse)}
    # Items are stored in diverse order, so that equals of another order come up mixed.
    kept = sorted(kept, key=lambda c: rank.get(c.item.id, rng.randrange(len(kept))))
    return [
        (
            c.item,
            QueuePlace(
                c.uncertain,
                c.disagree,
                1 - rank[c.item.id] / len(rank) if c.item.id in rank else 0.0,
                c.worth,
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
