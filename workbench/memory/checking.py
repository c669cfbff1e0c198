"""The numbers in a reflection: whether each calculation is true, each result known, each quantity from somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from random import Random

from workbench.memory.explaining import explain
from workbench.memory.sentences import Meaning, alike, invited, meaning
from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, draw, write_solution
from workbench.problems.work import Work
from workbench.types import Group, Judged, Judgement, Level, Reflection
from workbench.verification import Verifier, final_answer, grade

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+|/\d+)?(?![\w/])|(?<![\w.])\d+(?:\.\d+|/\d+)?(?=[a-z]\b)")
_OPERATION = re.compile(
    r"\b(?:(?P<divide>divid\w+(?: both sides| it| everything)? by)|(?P<times>(?:multipl\w+|times)(?: \w+){0,2} by)|"
    r"(?P<minus>subtract\w*|take(?: away)?)|(?P<plus>add))\s+(?P<n>-?\d+(?:\.\d+|/\d+)?)",
    re.IGNORECASE,
)
_SIGNS = {"divide": "/", "times": "*", "minus": "-", "plus": "+"}
_ANYWHERE = frozenset(map(Fraction, (2, 10, 100)))
"""Numbers that rules are made of: they need not stand in the problem."""
_SCALES = frozenset({"10", "100", "1000"})
"""A rule may ask to divide by 100 where the solution wrote it otherwise."""
_VERIFIER = Verifier()


def contradicts(text: str, group: Group) -> bool:
    """Whether a number in a sentence is wrong, or is known neither from the problem nor from what was proved."""
    if not any(c.isdigit() for c in text):
        return False
    said, _, denied = text.partition(", not ")
    right, wrong = _known(group)
    if any(n not in right | _ANYWHERE for n in _numbers(said)):
        return True
    if any(n not in wrong or n in right for n in _numbers(denied) if denied):
        return True
    return _false_answer(said, group) or _false_claim(said, group) or _foreign_operation(said, group)


def _numbers(text: str) -> set[Fraction]:
    found = set()
    for match in _NUMBER.finditer(text):
        try:
            found.add(Fraction(match[0]))
        except (ValueError, ZeroDivisionError):  # thousands of digits, or a zero below
            continue
    return found


def _right_lines(group: Group) -> Iterator[str]:
    """What is given or proved: the problem, its answer, steps judged correct before any error, repairs, values."""
    yield group.problem.text
    yield group.problem.answer or ""
    for member in group.members:
        verdict = member.verdict
        error = verdict.first_error
        for step in verdict.steps[:error]:
            if step.judgement is Judgement.CORRECT and (error is not None or verdict.answer_correct):
                yield step.text
        if error is not None:
            step = verdict.steps[error]
            yield step.repair or ""
            yield from (e.text.partition(", not ")[0] for e in step.evidence)


def _known(group: Group) -> tuple[set[Fraction], set[Fraction]]:
    """Numbers that are right for this problem, and numbers that stand only in a wrong line or after it."""
    right = set().union(*(_numbers(line) for line in _right_lines(group)))
    wrong: set[Fraction] = set()
    for member in group.members:
        error = member.verdict.first_error
        if error is not None:
            steps = member.verdict.steps[error:]
            wrong = wrong.union(*(_numbers(step.text) for step in steps))
            wrong = wrong.union(*(_numbers(e.text.partition(", not ")[2]) for e in steps[0].evidence))
    return right, wrong - right


def _false_answer(text: str, group: Group) -> bool:
    """Whether it states an answer that is not the known one."""
    stated = final_answer(text)
    known = group.problem.answer
    return stated is not None and known is not None and grade(known, stated) is Judgement.INCORRECT


def _false_claim(text: str, group: Group) -> bool:
    """Whether the verifier proves a calculation or an equation in the sentence wrong."""
    claim = re.sub(r"\s+(?:is|gives|makes|equals)\s+(?=[-(]?[\da-z(])", " = ", text.rstrip(". "))
    if "=" not in claim:
        return False
    verdict = _VERIFIER.verify(group.problem, [claim])
    return any(step.judgement is Judgement.INCORRECT for step in verdict.steps)


def _foreign_operation(text: str, group: Group) -> bool:
    """Whether it asks for an operation with a number that no right line does."""
    lines = " ".join(_right_lines(group)).replace(" ", "").replace("(", "").replace(")", "")
    for match in _OPERATION.finditer(text):
        kind = next(name for name in _SIGNS if match[name])
        number, sign = match["n"], _SIGNS[kind]
        if number in _SCALES:
            continue
        shown = [rf"{re.escape(sign)}{re.escape(number)}(?![\d])"]
        if sign in "*+":
            shown.append(rf"(?<!\d){re.escape(number)}(?:{re.escape(sign)}|[a-z(])")
        if not any(re.search(pattern, lines) for pattern in shown):
            return True
    return False


# Which of its skill's methods a solution follows, told by the shape of its lines.


_EXAMPLES = 40
"""Solutions by each method and level: more show hardly a new shape."""
_NUMBER_methods = re.compile(r"\d+(?:[./]\d+)?")

Shape = tuple[str, ...]


def method_of(skill: str, lines: Sequence[str]) -> int | None:
    """The method that a right solution follows, as its skill numbers them; None where it cannot be told."""
    if skill not in BY_NAME:
        return None
    found = _methods(skill).get(_shape(lines), frozenset())
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=64)
def _methods(skill: str) -> dict[Shape, frozenset[int]]:
    """The methods that show each shape."""
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
    """Lines without their numbers and signs of numbers, each letter `x`; the answer left out."""
    body = [line for line in lines if not line.startswith("Answer")]
    return tuple(re.sub(r"\b[a-z]\b", "x", _NUMBER_methods.sub("0", line)) for line in body)


# Checking reflections against the verdicts: what contradicts the evidence is dropped, and it is said why.


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
