"""A whole solution against a worked one: does it end right, and where does it first go astray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from workbench.verification.domain import lazy
from workbench.verification.reference.ending import Ending, answer_steps, concludes, ending, has_answer_word
from workbench.verification.reference.locator import first_wrong, surely_wrong
from workbench.verification.reference.reading import Letters, LineReading, close, read_statement, unknown_letter
from workbench.verification.reference.signals import SCALES, Course, PlacedComputation, Signal, has, observe, root
from workbench.verification.reference.traits import Traits, describe
from workbench.verification.reference.worked import QuantityPlace, Worked, work_through
from workbench.verification.text.grammar import Number

MAX_STEPS = 100
_UNCONVERTED = 0.6
"""How sure it is that an answer in another unit is the only error: a teacher may find it earlier."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """What a worked solution says of another one."""

    course: Course
    right: bool
    """It ends with the known answer."""
    astray: int | None
    """The first step that goes astray: of a solution that ends wrong, or nearly surely of one that goes on."""
    chance: float
    """How likely that is the step, among all."""

    def moves(self, step: int) -> tuple[PlacedComputation, ...]:
        return tuple(m for m in self.course.moves if m.step == step)


@dataclass(frozen=True, eq=False)
class Observed:
    """A solution next to a worked one, before anything is judged."""

    course: Course
    end: Ending
    ended: bool
    known: Number | None
    problem: str
    steps: tuple[str, ...]

    @lazy
    def traits(self) -> list[Traits]:
        """What the locator weighs of each step; a solution that ends right needs none."""
        answers = len(self.steps) - len(self.course.steps)
        return describe(self.course, self.problem, self.steps, answers, self.known)


@lru_cache(maxsize=256)
def align(
    problem: str,
    solution: tuple[str, ...],
    answer: str | None,
    steps: tuple[str, ...],
    others: tuple[tuple[str, ...], ...] = (),
) -> Alignment | None:
    """Return a solution against a worked one, and other right ones; None where there is nothing to compare."""
    seen = look(problem, solution, answer, steps, others)
    if seen is None:
        return None
    astray, chance = None, 0.0
    if seen.known is None or seen.end.right:
        pass
    elif seen.ended:
        astray, chance = _unconverted(seen) or first_wrong(seen.traits)
    elif (sure := surely_wrong(seen.traits, _off(seen.course))) is not None:
        astray, chance = sure
    return Alignment(seen.course, seen.end.right, astray, chance)


def look(
    problem: str,
    solution: tuple[str, ...],
    answer: str | None,
    steps: tuple[str, ...],
    others: tuple[tuple[str, ...], ...] = (),
) -> Observed | None:
    """Return what can be seen of a solution; None of one that is too long, or where the worked one has no number."""
    if not steps or len(steps) > MAX_STEPS:
        return None
    worked = work_through(problem, solution, others)
    known = (_last_number(answer) if answer is not None else None) or worked.answer
    asked = unknown_letter(problem)
    letters: Letters = ((asked, known),) if asked is not None and known is not None else ()
    if letters:
        worked = work_through(problem, solution, others, letters)
    if not worked.values and known is None:
        return None
    read = [read_statement(step, letters) for step in steps]
    end = ending(steps, read, known, answer)
    if not letters and known is not None and not end.right:
        own = _letters(worked, read, end.value, known)
        if own:
            read = [read_statement(step, own) for step in steps]
    answers = answer_steps(steps, read, end)
    course = observe(worked, problem, read[: len(steps) - answers], end.value, letters)
    course.signals += [{Signal.ANSWER} for _ in range(answers)]
    return Observed(course, end, _ended(course, end, steps[-1]), known, problem, steps)


def _letters(worked: Worked, read: Sequence[LineReading], final: Number | None, answer: Number) -> Letters:
    """The letters of a solution that ends wrong, with what they should be worth.

    A letter found to be what the solution ends with stands for the answer; one whose first equation holds for a
    quantity of the worked solution stands for that.
    """
    found: dict[str, Number] = {}
    last: dict[str, Number] = {}
    for line in read:
        for computation in line.computations:
            first = computation.sides[0]
            if len(first.letters) == 1 and len(first.tokens) == 1 and computation.result is not None:
                last[first.tokens[0].text] = computation.result
            for left, right in pairwise(computation.sides):
                value = root(left, right)
                if value is not None and value > 0:
                    (letter,) = left.letters | right.letters
                    if letter not in found and value in worked.results:
                        found[letter] = value
    found |= {letter: answer for letter, value in last.items() if final is not None and close(value, final)}
    return tuple(sorted(found.items()))


def _ended(course: Course, end: Ending, last: str) -> bool:
    """Whether a solution has ended, so far as its last step tells."""
    if end.marked or (end.stated and has_answer_word(last)):
        return True
    if end.value is None:
        return False
    off = not any(close(end.value, v) for v in course.worked.results)
    if off and (end.stated or not course.steps[-1].computations):
        return True
    if len(course.moves) < len(course.worked.results):
        return False
    if end.stated or concludes(last):
        return True
    at_end = [m for m in course.moves if m.step == len(course.steps) - 1]
    return bool(at_end) and at_end[-1].place <= QuantityPlace.SAME_VALUE


def _unconverted(seen: Observed) -> tuple[int, float] | None:
    """The step that states the answer in another unit, where all before it is right: 3840 seconds for 64 minutes."""
    end, known, course = seen.end.value, seen.known, seen.course
    if end is None or known is None or not any(known * s == end or end * s == known for s in SCALES):
        return None
    ways = {v * s for v in course.accepted | course.worked.wide_values for s in SCALES}
    strange = (m for m in course.moves if m.place <= QuantityPlace.SAME_VALUE and not has(ways, m.value))
    if next(strange, None) is not None or any(Signal.FALSE in found for found in course.signals):
        return None
    return len(course.steps) if len(course.signals) > len(course.steps) else len(course.steps) - 1, _UNCONVERTED


def _off(course: Course) -> frozenset[int]:
    """The steps whose value occurs on no way to the answer, or comes of the right numbers by the wrong operation."""
    return frozenset(
        m.step
        for m in course.moves
        if m.place <= QuantityPlace.NEARBY
        or (Signal.SAME_OPERANDS in course.signals[m.step] and m.value not in course.worked.values)
    )


def _last_number(text: str) -> Number | None:
    quantities = read_statement(text).quantities
    return quantities[-1].value if quantities else None


def on_the_way(alignment: Alignment, step: int) -> QuantityPlace | None:
    """Return the worst place of a step's computations; None where it computes nothing."""
    return min((m.place for m in alignment.moves(step)), default=None)
