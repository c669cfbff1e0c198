"""A whole solution against a worked one: does it end right, and where does it first go astray."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Judgement
from workbench.verification.answers import answer_in, grade
from workbench.verification.grammar import Number
from workbench.verification.reference.locate import first_wrong
from workbench.verification.reference.moves import Move
from workbench.verification.reference.reading import Statement, close, read_statement
from workbench.verification.reference.signals import Course, Signal, observe
from workbench.verification.reference.worked import Place, work_through

MAX_STEPS = 60
_BARE = 24
"""A step of at most so many characters that holds one number and computes nothing states the answer."""
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|so|hence|in total|altogether|in all|finally|the answer|in the end)\b", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Alignment:
    """What a worked solution says of another one."""

    course: Course
    right: bool
    """It ends with the known answer."""
    finished: bool
    """It states a final value."""
    astray: int | None
    """The first step that goes astray, where the solution ends wrong."""
    chance: float
    """How likely that is the step, among all."""

    def moves(self, step: int) -> tuple[Move, ...]:
        return tuple(m for m in self.course.moves if m.step == step)


@lru_cache(maxsize=256)
def align(problem: str, solution: tuple[str, ...], answer: str | None, steps: tuple[str, ...]) -> Alignment | None:
    """A solution against a worked one; None where the worked one computes nothing."""
    worked = work_through(problem, solution)
    if not worked.results or len(steps) > MAX_STEPS:
        return None
    read = [read_statement(step) for step in steps]
    stated, body = _conclusion(steps, read)
    known = _known(answer, worked.answer)
    final = stated if stated is not None else _last_value(read)
    right = known is not None and _ends_right(steps, read, known, answer, stated)
    finished = stated is not None or bool(_CONCLUDES.search(steps[-1]))
    course = observe(worked, problem, read[:body], final)
    course.signals += [{Signal.ANSWER} for _ in range(len(steps) - body)]
    astray, chance = None, 0.0
    if finished and not right and known is not None and final is not None:
        astray, chance = first_wrong(course.signals)
    return Alignment(course, right, finished, astray, chance)


def _conclusion(steps: tuple[str, ...], read: list[Statement]) -> tuple[Number | None, int]:
    """The final value where a last step does no more than state it, and how many steps come before that."""
    last = read[-1]
    if answer_in(steps[-1]) is not None or (len(steps[-1].strip()) <= _BARE and _states_only(last)):
        value = last.quantities[-1].value if last.quantities else None
        return value, len(steps) - (0 if last.computations else 1)
    return None, len(steps)


def _states_only(step: Statement) -> bool:
    return len(step.quantities) == 1 and not step.computations


def _last_value(read: list[Statement]) -> Number | None:
    for step in reversed(read):
        if step.computations and step.computations[-1].result is not None:
            return step.computations[-1].result
        if step.quantities:
            return step.quantities[-1].value
    return None


def _known(answer: str | None, last: Number | None) -> Number | None:
    """The known answer as a number."""
    if answer is not None:
        quantities = read_statement(answer).quantities
        if quantities:
            return quantities[-1].value
    return last


def _ends_right(
    steps: tuple[str, ...], read: list[Statement], known: Number, answer: str | None, stated: Number | None
) -> bool:
    """Whether a solution ends with the known answer; free prose only has to name it in its last step."""
    if stated is not None:
        said = answer_in(steps[-1])
        if answer is not None and said is not None and grade(answer, said) is Judgement.CORRECT:
            return True
        return any(close(v, known) for v in (stated, *read_statement(said or steps[-1]).values))
    last = read[-1]
    results = {c.result for c in last.computations if c.result is not None}
    return any(close(v, known) for v in {*last.values, *results})


def on_the_way(alignment: Alignment, step: int) -> Place | None:
    """The worst place of a step's computations; None where it computes nothing."""
    return min((m.place for m in alignment.moves(step)), default=None)
