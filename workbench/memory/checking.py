"""Checking reflections against the verdicts: what contradicts the evidence is dropped, and the reason is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from random import Random

from workbench.domains import domain_of
from workbench.memory.sentences import Match, malrules_by_skill, nearest
from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, draw, write_solution
from workbench.problems.work import Work
from workbench.types import Group, Judged, Level, Reflection
from workbench.verification import Verifier
from workbench.verification.domain import Domain

_EXAMPLES = 40
"""Solutions by each method and level: more show hardly a new shape."""
_DIGITS = re.compile(r"\d+(?:[./]\d+)?")

Shape = tuple[str, ...]


def method_of(skill: str, lines: Sequence[str]) -> int | None:
    """Return the method that a right solution follows, as its skill numbers them; None where it cannot be told."""
    if skill not in BY_NAME:
        return None
    found = _methods(skill).get(_shape(lines), frozenset())
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=64)
def _methods(skill: str) -> dict[Shape, frozenset[int]]:
    """Return the methods that show each shape, from solutions that the skill's generator writes."""
    known, rng = BY_NAME[skill], Random(skill)
    shapes: dict[Shape, frozenset[int]] = {}
    for level in DIFFICULTIES * _EXAMPLES:
        params = draw(known, level, rng, "fit")
        written = {
            path: tuple(write_solution(known, params, Work(path=path)).lines) for path in range(known.paths(params))
        }
        for path, lines in written.items():
            if len(written) > 1 and list(written.values()).count(lines) == 1:
                shape = _shape(lines)
                shapes[shape] = shapes.get(shape, frozenset()) | {path}
    return shapes


def _shape(lines: Sequence[str]) -> Shape:
    """Return the lines with every number as 0 and every letter as x, without the answer."""
    body = [line for line in lines if not line.startswith("Answer")]
    return tuple(re.sub(r"\b[a-z]\b", "x", _DIGITS.sub("0", line)) for line in body)


# What the verdicts say of a reflection.


class Drop(StrEnum):
    """Why a reply or a reflection is not believed."""

    FORM = "form"
    """Cut off, or not in the form that was asked for."""
    GARBLED = "garbled"
    """The writer itself found its words unlikely."""
    SKILL = "skill"
    """It is about another skill."""
    MALRULE = "malrule"
    """It is about a mistake that the verdicts do not show."""
    METHOD = "method"
    """It names another method than the verified solution's."""
    VALUE = "value"
    """A number in it is wrong or comes from nowhere."""


@dataclass(frozen=True)
class Checked:
    """A reflection with what was found: kept, or dropped for a reason."""

    reflection: Reflection
    drop: Drop | None = None


def check(reflection: Reflection, group: Group) -> Checked:
    """Check a lesson or strategy about a group against the group's verdicts.

    A lesson that is kept carries the malrule it is about, and as evidence the rollouts that show it. Calculations in
    it are judged by the domain's own checkers, whatever version the run uses: they are proved or they are not.
    """
    domain = domain_of(group.problem)
    match = nearest(reflection.text, domain)
    if domain.contradicts(reflection.text, group, Verifier(domain).verify):
        return Checked(reflection, Drop.VALUE)
    if match.skills and not _fits(group.problem.skill, match):
        return Checked(reflection, Drop.SKILL)
    if reflection.level is Level.STRATEGY:
        return Checked(reflection, _strategy(reflection, match, group))
    return _lesson(reflection, match, group)


def check_pattern(reflection: Reflection, domain: Domain) -> Checked:
    """Check a pattern against the skill whose insights it pools."""
    match = nearest(reflection.text, domain)
    wrong = bool(match.skills) and reflection.skill not in match.skills
    return Checked(reflection, Drop.SKILL if wrong else None)


def _fits(skill: str, match: Match) -> bool:
    """Return whether a sentence may be said of a skill; anything may be said of one that is not in the catalogue."""
    return skill not in malrules_by_skill() or skill in match.skills


def _strategy(reflection: Reflection, match: Match, group: Group) -> Drop | None:
    if not match.methods:
        return None
    shown = [m for m in group.members if m.rollout.id in reflection.evidence and m.verdict.process_correct]
    followed = {method_of(group.problem.skill, _lines(m)) for m in shown} - {None}
    return Drop.METHOD if followed and not followed & match.methods else None


def _lesson(reflection: Reflection, match: Match, group: Group) -> Checked:
    if not match.malrules:
        return Checked(reflection)
    showing = _showing(group, match.malrules)
    if not showing:
        return Checked(reflection, Drop.MALRULE)
    ids, malrule = [m.rollout.id for m, _ in showing], showing[0][1]
    return Checked(replace(reflection, evidence=tuple(ids[:4]), malrule=malrule))


def _showing(group: Group, malrules: frozenset[str]) -> list[tuple[Judged, str]]:
    """Return the members whose mistake is one of these malrules, each with the malrule.

    If a step was proved wrong, only its malrule counts. Otherwise malrules that explain the final answer count;
    possible ones only if none does, and only if no member shows one for certain.
    """
    certain, possible = [], []
    for member in group.members:
        sure, maybe = mistakes(group, member)
        if found := sorted(sure & malrules):
            certain.append((member, found[0]))
        elif not sure and (found := sorted(maybe & malrules)):
            possible.append((member, found[0]))
    return certain or possible


def mistakes(group: Group, member: Judged) -> tuple[frozenset[str], frozenset[str]]:
    """Return the malrules that a member's mistake is known to be, under any of their names, and those it may be."""
    verdict, domain = member.verdict, domain_of(group.problem)
    alike = domain.lessons.alike
    if verdict.located_error is not None:
        named = verdict.steps[verdict.located_error].malrule
        return (alike(named) if named is not None else frozenset()), frozenset()
    if verdict.answer_correct:
        return frozenset(), frozenset()
    invited = malrules_by_skill().get(group.problem.skill, frozenset())
    found = domain.explain(group.problem, _lines(member), invited)
    certain, possible = (frozenset[str]().union(*map(alike, names)) for names in (found.certain, found.possible))
    return certain, possible


def _lines(member: Judged) -> Sequence[str]:
    return [step.text for step in member.verdict.steps]
