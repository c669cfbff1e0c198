"""Imagined pupils: what somebody with fixed beliefs, and now and then a slip, writes for a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from workbench.errors import BadInput
from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, Split, drawn, make
from workbench.problems.notation import Number
from workbench.problems.work import Mistake, Params, Skill, Work
from workbench.types import Problem

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
    """Return the malrules that a pupil holds. Cured ones are gone; `doubt` scales how firmly the others are held."""
    held = (m for m, strength in skill.malrules.items() if rng.random() < strength * doubt)
    return frozenset(m for m in held if m not in cured)


def write(skill: Skill, params: Params, rng: Random, beliefs: frozenset[str], path: int, slips: bool = True) -> Trace:
    """Return a pupil's solution under these beliefs by this path."""

    def slip(value: Number) -> Number:
        if not slips or rng.random() >= SLIP_RATE:
            return value
        return value + rng.choice((-10, -2, -1, 1, 2, 10))

    work = Work(beliefs=beliefs, path=path, slip=slip)
    skill.solve(work, params)
    return Trace(tuple(work.lines), path, beliefs, work.mistakes[0] if work.mistakes else None)


def choose_path(skill: Skill, params: Params, rng: Random) -> int:
    """Return the main path a little less than half the time, else one of the others, which fail more."""
    count = skill.paths(params)
    return 0 if count == 1 or rng.random() < 0.45 else rng.randrange(1, count)


# Targeted practice: new problems like those that failed, on which a given malrule would show.


PRACTICE = Split("practice", 0, "fit")
"""Drawn from the same part as training: no practice problem is one of a held-out split."""
TRIES = 400
"""Draws for one problem before a level is taken to have no more of the kind."""


@dataclass(frozen=True)
class Practice:
    """A targeted problem set, and in what way it is targeted."""

    problems: tuple[Problem, ...]
    how: str


def practice(
    skill: str, malrule: str | None, failed: Sequence[Problem], n: int, seed: int = 0, avoid: Iterable[Problem] = ()
) -> Practice:
    """Return `n` new problems of a skill, by level as those that failed.

    Where the generators know the malrule, every problem is one on which a pupil who holds it goes wrong. None is
    in `avoid`, nor made twice. A skill without a generator gives back the failed problems themselves. Raises
    `BadInput` if there is nothing to make a set from.
    """
    if not 1 <= n <= 5000:
        raise BadInput(f"{n} problems cannot be made; ask for 1 to 5000.")
    if skill not in BY_NAME:
        usable = [p for p in dict.fromkeys(failed) if p.answer is not None][:n]
        if not usable:
            raise BadInput(f"There is no generator for the skill {skill!r}, and none of its problems is at hand.")
        return Practice(tuple(usable), "the failed problems themselves: this skill has no generator")
    known = malrule if malrule in BY_NAME[skill].malrules else None
    taken = {drawn(p.skill, dict(p.params)) for p in avoid}
    made: list[Problem] = []
    levels = _by_level(failed, n)
    for level, count in sorted(levels.items()):
        made += _draw(skill, level, known, count, seed, taken)
    # A malrule may not show on every level: the others then give more.
    for level in sorted(DIFFICULTIES, key=lambda k: -levels.get(k, 0)):
        made += _draw(skill, level, known, n - len(made), seed + 1, taken)
    if not made:
        raise BadInput(f"No further problem of {skill!r} shows {malrule!r}; train on the failed ones.")
    how = f"on each a pupil with the malrule {known!r} goes wrong" if known else "of the same skill and levels"
    return Practice(tuple(made), how)


def _by_level(failed: Sequence[Problem], n: int) -> dict[int, int]:
    """How many problems of each level, in the proportion of the failed ones."""
    seen = Counter(p.difficulty for p in failed if p.difficulty in DIFFICULTIES) or Counter(DIFFICULTIES)
    total, order = sum(seen.values()), sorted(seen)
    edges = [round(n * sum(seen[k] for k in order[:i]) / total) for i in range(len(order) + 1)]
    return {level: high - low for level, low, high in zip(order, edges, edges[1:], strict=False)}


def _draw(skill: str, level: int, malrule: str | None, count: int, seed: int, taken: set[str]) -> list[Problem]:
    """New problems of one level; fewer than asked for where the level has no more. Adds them to `taken`."""
    made: list[Problem] = []
    i = failures = 0
    while len(made) < count and failures < TRIES:
        # The splits are drawn from seed 0: another seed gives other problems.
        problem = make(skill, level, 1_000_003 + seed, i, PRACTICE)
        key = drawn(skill, dict(problem.params))
        i += 1
        if key in taken or (malrule is not None and not shows(problem, malrule)):
            failures += 1
            continue
        failures = 0
        taken.add(key)
        made.append(problem)
    return made


def shows(problem: Problem, malrule: str) -> bool:
    """Return whether a pupil who holds just this malrule goes wrong by it on this problem, on some path."""
    skill, params = BY_NAME[problem.skill], dict(problem.params)
    for path in range(skill.paths(params)):
        mistake = write(skill, params, Random(0), frozenset({malrule}), path, slips=False).mistake
        if mistake is not None and mistake.malrule == malrule:
            return True
    return False
