"""Imagined pupils: what somebody with fixed beliefs, and now and then a slip, writes for a problem."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from workbench.problems.skill import Skill
from workbench.problems.work import Mistake, Number, Params, Work

SLIP_RATE = 0.006
"""Chance that one computed value is off without any belief behind it."""


@dataclass(frozen=True)
class Trace:
    """What a pupil wrote, and where it first went wrong."""

    lines: tuple[str, ...]
    path: int
    beliefs: frozenset[str]
    mistake: Mistake | None


def beliefs_of(skill: Skill, rng: Random, cured: frozenset[str] = frozenset(), doubt: float = 1.0) -> frozenset[str]:
    """Malrules that a pupil holds. Cured ones are gone; `doubt` scales how firmly the others are held."""
    held = (m for m, strength in skill.malrules.items() if rng.random() < strength * doubt)
    return frozenset(m for m in held if m not in cured)


def write(skill: Skill, params: Params, rng: Random, beliefs: frozenset[str], path: int, slips: bool = True) -> Trace:
    """A pupil's solution under these beliefs by this path."""

    def slip(value: Number) -> Number:
        if not slips or rng.random() >= SLIP_RATE:
            return value
        return value + rng.choice((-10, -2, -1, 1, 2, 10))

    work = Work(beliefs=beliefs, path=path, slip=slip)
    skill.solve(work, params)
    return Trace(tuple(work.lines), path, beliefs, work.mistakes[0] if work.mistakes else None)


def choose_path(skill: Skill, params: Params, rng: Random) -> int:
    """The main path a little less than half the time, else one of the others: they are longer and fail more."""
    count = skill.paths(params)
    return 0 if count == 1 or rng.random() < 0.45 else rng.randrange(1, count)
