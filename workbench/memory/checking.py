"""Checking reflections against the verdicts: what contradicts the evidence is dropped, and it is said why.

A sentence is dropped only for what is known. A lesson near a known sentence must be about a malrule that the verdicts
name, or that explains the known answer where no line is wrong; a strategy must not name another method than the
verified solution's; a number must be right. Of a sentence of the writer's own only the numbers are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.memory.explaining import explain
from workbench.memory.figures import contradicts
from workbench.memory.methods import method_of
from workbench.memory.wordings import Meaning, alike, invited, meaning
from workbench.types import Group, Judged, Level, Reflection


class Drop(StrEnum):
    """Why a reply or a reflection is not believed."""

    FORM = "form"
    """Cut off, or not in the form that was asked for."""
    GARBLED = "garbled"
    """The writer itself found its words unlikely."""
    SKILL = "skill"
    """It speaks of another skill."""
    MALRULE = "malrule"
    """It speaks of a mistake that the verdicts do not bear out."""
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
    """A lesson or strategy about a group, held against the group's verdicts.

    A lesson that is kept carries the malrule it is about, and as evidence the rollouts that show it.
    """
    said = meaning(reflection.text)
    if contradicts(reflection.text, group):
        return Checked(reflection, Drop.VALUE)
    if said.skills and not _fits(group.problem.skill, said):
        return Checked(reflection, Drop.SKILL)
    if reflection.level is Level.STRATEGY:
        return Checked(reflection, _strategy(reflection, said, group))
    return _lesson(reflection, said, group)


def check_pattern(reflection: Reflection) -> Checked:
    """A pattern, held against the skill whose insights it pools."""
    said = meaning(reflection.text)
    wrong = bool(said.skills) and reflection.skill not in said.skills
    return Checked(reflection, Drop.SKILL if wrong else None)


def _fits(skill: str, said: Meaning) -> bool:
    """Whether a sentence may be said of a skill; anything may be of one that is not in the catalogue."""
    return skill not in invited() or skill in said.skills


def _strategy(reflection: Reflection, said: Meaning, group: Group) -> Drop | None:
    if not said.methods:
        return None
    shown = [m for m in group.members if m.rollout.id in reflection.evidence and m.verdict.process_correct]
    followed = {method_of(group.problem.skill, _lines(m)) for m in shown} - {None}
    return Drop.METHOD if followed and not followed & said.methods else None


def _lesson(reflection: Reflection, said: Meaning, group: Group) -> Checked:
    if not said.malrules:
        return Checked(reflection)
    bearers = _bearers(group, said.malrules)
    if not bearers:
        return Checked(reflection, Drop.MALRULE)
    ids, malrule = [m.rollout.id for m, _ in bearers], bearers[0][1]
    return Checked(replace(reflection, evidence=tuple(ids[:4]), malrule=malrule))


def _bearers(group: Group, malrules: frozenset[str]) -> list[tuple[Judged, str]]:
    """Members whose mistake is one of these malrules, each with the one it is; the certain before the possible.

    Where a line is proved wrong its named malrule decides, and none named bears out nothing. Where none is, the
    answer decides, and what merely could be at work counts only if nothing explains the answer.
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
    """The malrules that a member's mistake is known to be, under any of their names, and those it may be."""
    verdict = member.verdict
    if verdict.first_error is not None:
        named = verdict.steps[verdict.first_error].malrule
        return (alike(named) if named is not None else frozenset()), frozenset()
    if verdict.answer_correct:
        return frozenset(), frozenset()
    found = explain(group.problem, _lines(member))
    return _all_alike(found.certain), _all_alike(found.possible)


def _all_alike(malrules: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(alike, malrules))


def _lines(member: Judged) -> Sequence[str]:
    return [step.text for step in member.verdict.steps]
