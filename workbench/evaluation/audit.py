"""The audit of a run: which kinds of step fail first, by skill, diagnosis and malrule, over rounds.

Only first errors count: what follows a wrong step is off the path. A rollout with a wrong answer and no step
judged incorrect is `not_located`, or `misread` where two readings of a step differ: an error of reading and not of
reasoning. It is `overruled` where people withdrew the kind of verdict. Plain records in, plain records out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.types import UNKNOWN_SKILL, Diagnosis, Judged, MemoryItem, Problem, Verdict

NOT_LOCATED = "not_located"
"""The kind of a rollout whose answer is wrong while no step was found to be."""
MOST = 6
"""Kinds of failure whose trends are shown."""
EXAMPLES = 12
"""Rollouts of a cell that are kept to be opened."""


@dataclass(frozen=True)
class Failure:
    """One rollout that failed, by its first error."""

    rollout_id: str
    problem_id: str
    skill: str
    round: int
    diagnosis: str
    """Of the first step judged incorrect, else `not_located`, `misread` or `overruled`."""
    malrule: str | None = None
    right_answer: bool = False
    """Right for wrong reasons."""

    @property
    def kind(self) -> str:
        """Return the malrule where one is named, else the diagnosis."""
        return self.malrule or self.diagnosis


@dataclass(frozen=True)
class Audit:
    """All that failed in a run, and how much was tried."""

    failures: tuple[Failure, ...]
    tried: Mapping[tuple[str, int], int]
    """Rollouts by skill and round."""

    @property
    def rounds(self) -> list[int]:
        return sorted({round for _, round in self.tried})

    @property
    def skills(self) -> list[str]:
        return sorted({skill for skill, _ in self.tried})

    def count(self, skill: str | None = None, rounds: Iterable[int] | None = None) -> int:
        """Return the rollouts tried, of one skill and of some rounds, or of all."""
        wanted = None if rounds is None else set(rounds)
        return sum(n for (s, r), n in self.tried.items() if skill in (None, s) and (wanted is None or r in wanted))


@dataclass(frozen=True)
class Cell:
    """One kind of failure in one skill. Shares are of the skill's rollouts."""

    skill: str
    kind: str
    count: int
    share: float
    problems: int
    """How many problems it was seen on."""
    right_answers: int
    """How often the final answer was right all the same."""
    early: float | None
    """Share in the first third of the rounds; None where the skill was not tried there."""
    late: float | None
    """Share in the last third."""
    examples: tuple[str, ...]
    """Rollouts, the newest first."""


def audit(judged: Iterable[Judged], problems: Mapping[str, Problem]) -> Audit:
    """Return what failed among these rollouts. `problems` by id tell the skill; one that is missing has none."""
    found: list[Failure] = []
    tried: Counter[tuple[str, int]] = Counter()
    for member in judged:
        problem = problems.get(member.rollout.problem_id)
        skill = problem.skill if problem is not None else UNKNOWN_SKILL
        tried[skill, member.rollout.round] += 1
        if (failure := failure_of(member, skill)) is not None:
            found.append(failure)
    return Audit(tuple(found), dict(tried))


def failure_of(member: Judged, skill: str) -> Failure | None:
    """Return how a rollout failed; None where its answer is right and no step is incorrect."""
    rollout, verdict = member.rollout, member.verdict
    error = verdict.located_error
    if error is None and verdict.answer_correct:
        return None
    step = verdict.steps[error] if error is not None else None
    return Failure(
        rollout.id,
        rollout.problem_id,
        skill,
        rollout.round,
        step.diagnosis.value if step is not None else _not_found(verdict),
        step.malrule if step is not None else None,
        verdict.answer_correct,
    )


def _not_found(verdict: Verdict) -> str:
    """Why no step of a wrong solution was found to be wrong."""
    open_ = {step.diagnosis for step in verdict.steps}
    why = (reason.value for reason in (Diagnosis.MISREAD, Diagnosis.OVERRULED) if reason in open_)
    return next(why, NOT_LOCATED)


def by_kind(failure: Failure) -> str:
    """Return the malrule where one is named, else the diagnosis."""
    return failure.kind


def by_diagnosis(failure: Failure) -> str:
    """Return the diagnosis, whatever malrule is behind it."""
    return failure.diagnosis


def cells(found: Audit, key: Callable[[Failure], str] = by_kind) -> list[Cell]:
    """Return a cell for each skill and kind that occurred, the most frequent first."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure in found.failures:
        groups.setdefault((failure.skill, key(failure)), []).append(failure)
    early, late = thirds(found.rounds)
    made = [_cell(found, skill, kind, members, early, late) for (skill, kind), members in groups.items()]
    return sorted(made, key=lambda cell: (-cell.count, cell.skill, cell.kind))


def _cell(
    found: Audit, skill: str, kind: str, members: Sequence[Failure], early: Sequence[int], late: Sequence[int]
) -> Cell:
    newest = sorted(members, key=lambda f: -f.round)
    return Cell(
        skill,
        kind,
        len(members),
        len(members) / found.count(skill),
        len({f.problem_id for f in members}),
        sum(f.right_answer for f in members),
        _share(found, skill, members, early),
        _share(found, skill, members, late),
        tuple(f.rollout_id for f in newest[:EXAMPLES]),
    )


def _share(found: Audit, skill: str | None, members: Iterable[Failure], rounds: Sequence[int]) -> float | None:
    tried = found.count(skill, rounds)
    return sum(f.round in rounds for f in members) / tried if tried else None


def thirds(rounds: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the first and the last third of the rounds; of fewer than three, the first and the last."""
    size = max(1, len(rounds) // 3)
    return rounds[:size], rounds[-size:]


@dataclass(frozen=True)
class Trend:
    """How often one kind of failure occurred in stretches of rounds, as shares of all rollouts in them."""

    kind: str
    shares: tuple[float, ...]


def trends(
    found: Audit, stretches: int = 8, key: Callable[[Failure], str] = by_kind
) -> tuple[list[tuple[int, int]], list[Trend]]:
    """Return the stretches as first and last round, and the commonest kinds over these stretches."""
    spans = _spans(found.rounds, stretches)
    counts = Counter(key(f) for f in found.failures)
    made = []
    for kind, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]:
        members = [f for f in found.failures if key(f) == kind]
        shares = tuple(_share(found, None, members, span) or 0.0 for span in spans)
        made.append(Trend(kind, shares))
    return [(span[0], span[-1]) for span in spans], made


def _spans(rounds: Sequence[int], stretches: int) -> list[Sequence[int]]:
    """The rounds in consecutive parts whose lengths differ by one at most."""
    parts = min(stretches, len(rounds))
    edges = [round(k * len(rounds) / parts) for k in range(parts + 1)] if parts else [0]
    return [rounds[a:b] for a, b in pairwise(edges)]


def said_by_memory(
    memory: Iterable[MemoryItem], members: Iterable[Failure], skill: str, kind: str
) -> list[MemoryItem]:
    """Return what memory says about a cell: items written from its rollouts, or of its skill about its malrule.

    Live items first, the most used first; of those that say the same, only the first.
    """
    rollouts = {f.rollout_id for f in members}
    about = [
        item
        for item in memory
        if not rollouts.isdisjoint(item.evidence) or (item.skill == skill and item.malrule == kind)
    ]
    about.sort(key=lambda item: (item.retired is not None, -item.uses, -item.written_round, item.id))
    return list({(item.level, item.text): item for item in reversed(about)}.values())[::-1]


def failures_of(found: Audit, skill: str, kind: str, key: Callable[[Failure], str] = by_kind) -> list[Failure]:
    """Return the failures in one cell, newest first."""
    inside = [f for f in found.failures if f.skill == skill and key(f) == kind]
    return sorted(inside, key=lambda f: -f.round)
