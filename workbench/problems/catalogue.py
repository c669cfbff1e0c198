"""The catalogue of skills, and problems made from it: reproducible one by one, split by parameters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from workbench.errors import BadInput
from workbench.problems import arithmetic, equations, expressions, fractions, proportion, stories, systems
from workbench.problems.work import BASE, DEPTH, NUMBERS, Params, Skill, Work
from workbench.types import Problem, content_id

SKILLS: tuple[Skill, ...] = (
    arithmetic.SIGNED,
    arithmetic.ORDER,
    fractions.FRAC_ADD,
    fractions.FRAC_OF,
    arithmetic.DECIMAL,
    proportion.PERCENT,
    proportion.RATIO,
    proportion.RATE,
    proportion.UNITS,
    equations.LINEAR_ONE,
    equations.LINEAR_BOTH,
    equations.LINEAR_BRACKETS,
    equations.LINEAR_FRAC,
    equations.INEQUALITY,
    systems.SYSTEM,
    expressions.QUADRATIC,
    expressions.EXPAND,
    expressions.FACTOR,
    stories.WORD_SHORT,
    stories.WORD_LONG,
)
BY_NAME = {skill.name: skill for skill in SKILLS}
DIFFICULTIES = (1, 2, 3)
COSMETIC = frozenset({"x", "who", "thing", "n0", "n1", "n2"})
"""Names and letters: changing only these does not make other parameters."""


@dataclass(frozen=True)
class Split:
    """Which problems a split holds. `part` says which share of all parameters it draws from."""

    name: str
    size: int
    part: str
    kind: str = BASE
    held_out_frames: bool = False


SPLITS = {
    split.name: split
    for split in (
        Split("train", 480, "fit"),
        Split("train-large", 20_000, "fit"),
        Split("dev", 720, "dev"),
        Split("test", 1440, "test"),
        Split("numbers", 720, "test", NUMBERS),
        Split("numbers-dev", 360, "dev", NUMBERS),
        Split("wording", 720, "test", BASE, held_out_frames=True),
        Split("wording-dev", 360, "dev", BASE, held_out_frames=True),
        Split("depth", 720, "test", DEPTH),
        Split("depth-dev", 360, "dev", DEPTH),
    )
}


def part_of(skill: str, params: Params) -> str:
    """Return the part that parameters belong to, by their hash: `fit` (70 %), `dev` (12 %) or `test` (18 %).

    Every split and the training corpus draw only from their own part, so no parameters stand in two, not
    even under another letter or name.
    """
    bucket = int.from_bytes(hashlib.sha256(drawn(skill, params).encode()).digest()[:4], "big") % 100
    return "fit" if bucket < 70 else "dev" if bucket < 82 else "test"


def draw(skill: Skill, level: int, rng: Random, part: str, kind: str = BASE) -> Params:
    """Return parameters of a part, by drawing until they fall into it."""
    while True:
        params = skill.draw(rng, level, kind)
        if part_of(skill.name, params) == part:
            return params


def write_solution(skill: Skill, params: Params, work: Work | None = None) -> Work:
    """Return the worked solution, or with a `work` that holds beliefs what such a pupil writes."""
    work = work or Work()
    skill.solve(work, params)
    return work


def build(skill: Skill, level: int, params: Params, frame: str) -> Problem:
    """Return the problem of these parameters in this frame, with its solutions by every path."""
    solutions = [tuple(write_solution(skill, params, Work(path=k)).lines) for k in range(skill.paths(params))]
    ordered = tuple(sorted(params.items()))
    return Problem(
        id=content_id(skill.name, level, ordered, frame),
        text=skill.text(params, frame),
        answer=solutions[0][-1].removeprefix("Answer: "),
        skill=skill.name,
        difficulty=level,
        solution=solutions[0],
        alternates=tuple(dict.fromkeys(s for s in solutions[1:] if s != solutions[0])),
        frame=frame,
        depth=skill.depth(params),
        params=ordered,
        domain=skill.domain,
    )


def make(skill_name: str, level: int, seed: int, i: int, split: Split) -> Problem:
    """Return item `i` of a skill: the same for ever, from (skill, level, seed, i) and the split's rules alone."""
    if skill_name not in BY_NAME:
        raise BadInput(f"There is no skill {skill_name!r}; the skills are {', '.join(BY_NAME)}.")
    if level not in DIFFICULTIES:
        raise BadInput(f"Level {level} does not exist; levels are 1, 2 and 3.")
    skill = BY_NAME[skill_name]
    rng = Random(f"{skill_name}/{level}/{seed}/{i}")
    params = draw(skill, level, rng, split.part, split.kind)
    frames = skill.wording.held_out if split.held_out_frames else skill.wording.trained
    return build(skill, level, params, rng.choice(frames))


def drawn(skill: str, params: Mapping[str, int | str]) -> str:
    """Return what a problem is made of, as text: its parameters without names and letters."""
    kept = sorted((k, v) for k, v in params.items() if k not in COSMETIC or isinstance(v, int))
    return json.dumps([skill, kept], separators=(",", ":"))


def make_split(split: Split, seed: int = 0, size: int | None = None) -> list[Problem]:
    """Return all problems of a split, balanced over skill and level, no parameters twice while there are others."""
    cells = [(skill.name, level) for skill in SKILLS for level in DIFFICULTIES]
    total = split.size if size is None else size
    counts = [total // len(cells) + (c < total % len(cells)) for c in range(len(cells))]
    problems: list[Problem] = []
    seen: set[str] = set()
    for (name, level), count in zip(cells, counts, strict=True):
        problems.extend(_distinct(name, level, seed, split, count, seen))
    return problems


def _distinct(name: str, level: int, seed: int, split: Split, count: int, seen: set[str]) -> Iterator[Problem]:
    i = 0
    # A cell with few parameters runs dry in the large split: repeats are then allowed.
    while count and i < 100 * count + 2000:
        problem = make(name, level, seed, i, split)
        key = drawn(name, dict(problem.params))
        i += 1
        if key not in seen:
            seen.add(key)
            count -= 1
            yield problem
    yield from (make(name, level, seed, k, split) for k in range(i, i + count))
