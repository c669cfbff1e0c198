"""Planted lessons: groups with a known mistake, each with a sentence that is right or wrong in a known way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from tests.records import rollout
from workbench.problems.catalogue import SKILLS, build, draw
from workbench.problems.practice import choose_path, write
from workbench.problems.work import Skill
from workbench.types import Group, Judged, Level, Reflection, Writer
from workbench.verification import Verifier
from workbench.verification.malrules.catalogue import LESSONS

WRONG_KINDS = ("skill", "malrule", "value")
_VERIFIER = Verifier()


@dataclass(frozen=True)
class Planted:
    """A sentence about a group; `wrong` says in what way, None for a right one."""

    group: Group
    malrule: str
    reflection: Reflection
    wrong: str | None


def planted(seed: int, count: int = 200) -> list[Planted]:
    """Half of them right: every wording in turn, some with values. Of the wrong ones a third each kind."""
    rng = Random(f"planted/{seed}")
    cases = [(skill, malrule) for skill in SKILLS for malrule in skill.malrules]
    rng.shuffle(cases)
    made: list[Planted] = []
    for skill, malrule in cycle(cases):
        if len(made) == count:
            break
        group = mistaken(skill, malrule, rng)
        if group is None:
            continue
        right = rng.choice([*LESSONS[malrule], *([_valued(group)] if rng.random() < 0.3 else [])])
        kind = WRONG_KINDS[len(made) // 2 % 3]
        made.append(Planted(group, malrule, _lesson(group, right), None))
        made.append(Planted(group, malrule, _lesson(group, _wrong(kind, skill, malrule, group, rng)), kind))
    return made


def mistaken(skill: Skill, malrule: str, rng: Random) -> Group | None:
    """A pupil's solution that one malrule spoils, often beside a right one, with the verifier's verdicts.

    None where no problem drawn invited the malrule, or where the mistake cancelled out: nothing is learned from it.
    """
    for _ in range(60):
        params = draw(skill, rng.choice((1, 2, 3)), rng, "dev")
        path = choose_path(skill, params, rng)
        trace = write(skill, params, rng, frozenset({malrule}), path, slips=False)
        if not trace.mistake:
            continue
        problem = build(skill, 1, params, rng.choice(skill.wording.trained))
        texts = ["\n".join(trace.lines)]
        if rng.random() < 0.5:
            texts.append("\n".join(problem.solution))
        made = [rollout(text, i, problem) for i, text in enumerate(texts)]
        members = tuple(Judged(r, _VERIFIER.verify(problem, r.text)) for r in made)
        if not members[0].verdict.process_correct:
            return Group(problem, members)
    return None


def _lesson(group: Group, text: str) -> Reflection:
    ids = tuple(m.rollout.id for m in group.members)
    return Reflection(group.problem.id, group.problem.skill, Level.LESSON, text, ids, writer=Writer.POLICY)


def _valued(group: Group) -> str:
    """A right sentence with numbers: what the evidence says, the repair, or the answer."""
    verdict = group.members[0].verdict
    if verdict.first_error is None:
        return f"The answer is {group.problem.answer}."
    step = verdict.steps[verdict.first_error]
    facts = [e.text for e in step.evidence if ", not " in e.text]
    if facts:
        return facts[0]
    return f"The step is {step.repair}." if step.repair else f"The answer is {group.problem.answer}."


def _wrong(kind: str, skill: Skill, malrule: str, group: Group, rng: Random) -> str:
    if kind == "value":
        return _spoilt(_valued(group), rng)
    same = set(skill.malrules)
    names = [m for m in LESSONS if (m in same and m != malrule if kind == "malrule" else m not in same)]
    return rng.choice(LESSONS[rng.choice(names)])


def _spoilt(text: str, rng: Random) -> str:
    """The sentence with its last number before a denial changed."""
    said, denial, rest = text.partition(", not ")
    places = list(re.finditer(r"\d+", said))
    if not places:
        return f"The answer is {rng.randint(300, 999)}."
    last = places[-1]
    value = str(int(last[0]) + rng.choice((-3, -2, -1, 1, 2, 3, 10)))
    return said[: last.start()] + value.replace("-", "") + said[last.end() :] + denial + rest


def by_kind(cases: list[Planted]) -> Iterator[tuple[str, list[Planted]]]:
    """The cases by the way in which they are wrong; the right ones as `right`."""
    for kind in (None, *WRONG_KINDS):
        yield kind or "right", [c for c in cases if c.wrong == kind]
