"""The computations of a solution, each with its place on the worked solution's graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import product

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import constant, difference, divide_numbers, worth
from workbench.verification.lines.claims import ClaimSide
from workbench.verification.malrules.trees import PRIME, combined
from workbench.verification.reference.reading import Computation, Letters, LineReading, close, leaves, read_statement
from workbench.verification.reference.worked import LITERAL, QuantityPlace, Worked, unsigned
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Number, Unreadable

MAX_MOVES = 200
MAX_READINGS = 6
"""A number may be a given one and an earlier result; at most this many readings of a formula are followed."""


@dataclass(frozen=True)
class PlacedComputation:
    """One computation in a solution."""

    step: int
    value: Number
    place: QuantityPlace
    operands: frozenset[Number]
    prints: frozenset[int]
    repeated: bool
    """An earlier step has computed this already."""
    node: Node
    used: bool = False
    """A later step uses its value."""
    leads_on: bool = False
    """A later step gets from it to a quantity that lies on the path."""


def moves(worked: Worked, steps: Sequence[LineReading]) -> tuple[PlacedComputation, ...]:
    """Return the computations of all steps in order."""
    known: dict[Number, set[int]] = {}
    seen: set[int] = set()
    found: list[PlacedComputation] = []
    for i, step in enumerate(steps):
        for computation in step.computations:
            move = _move(worked, known, seen, i, computation)
            if move is not None and len(found) < MAX_MOVES:
                found.append(move)
                known.setdefault(move.value, set()).update(sorted(move.prints)[:MAX_READINGS])
                seen |= {unsigned(x) for x in move.prints}
    return tuple(_with_uses(found))


def _move(
    worked: Worked, known: dict[Number, set[int]], seen: set[int], step: int, computation: Computation
) -> PlacedComputation | None:
    value, operations = computation.result, computation.operations
    if value is None or not operations:
        return None
    prints: set[int] = set()
    operands: set[Number] = set()
    for node in operations:
        prints |= readings(worked, known, node)
        operands.update(v for leaf in leaves(node) if (v := worth(leaf)) is not None)
    repeated = any(unsigned(x) in seen for x in prints)
    place = worked.place(prints, value)
    return PlacedComputation(step, value, place, frozenset(operands), frozenset(prints), repeated, operations[0])


def readings(worked: Worked, known: dict[Number, set[int]], node: Node) -> set[int]:
    """Return the fingerprints that an expression may have: a number is an earlier result, or one that was given."""
    if isinstance(node, BinaryOperation):
        if node.op not in "+-*/":
            return set()
        pairs = product(readings(worked, known, node.left), readings(worked, known, node.right))
        found = {x for a, b in pairs if (x := combined(node.op, a, b)) is not None}
        return set(sorted(found)[:MAX_READINGS])
    if isinstance(node, Neg):
        return {PRIME - x for x in readings(worked, known, node.arg)}
    value = worth(node)
    if value is None:
        return set()
    found = set(known.get(value, ()))
    if value in worked.given or not found:
        found.add(worked.symbols(value))
        if not known.get(value) and value not in worked.given and value in worked.results:
            found.update(formula.print for formula in worked.results[value])
    return found


def _with_uses(found: Sequence[PlacedComputation]) -> list[PlacedComputation]:
    """The moves, each with what later ones make of it; read backwards."""
    done: list[PlacedComputation] = []
    for move in reversed(found):
        users = [m for m in done if m.step > move.step or m is not move]
        users = [m for m in users if not m.repeated and any(close(move.value, v) for v in m.operands)]
        on = any(
            m.place is QuantityPlace.ON_PATH or (m.place is QuantityPlace.ANOTHER_WAY and m.leads_on) for m in users
        )
        done.append(replace(move, used=bool(users), leads_on=on))
    return done[::-1]


# What can be seen of each step of a solution, next to a worked one: the facts that a teacher weighs.


class Signal(StrEnum):
    """One fact about a step. `first` means that no earlier step shows it."""

    OPENING = "opening"
    """The first step of all."""
    NO_NUMBER = "no_number"
    """It names no quantity."""
    ANSWER = "answer"
    """It only repeats the final value."""
    FINAL = "final"
    """It computes the wrong value that the solution ends with."""
    LEADS_ON = "leads_on"
    """A later step gets from its value to a quantity of the worked solution."""
    DEAD_ON = "dead_on"
    """On the path, and nothing on the path comes of it."""
    STRANDED = "stranded"
    """The worked solution computes it too, but no later step uses it."""
    REUSED = "reused"
    """It uses a result that was used as often as in the worked solution already: counted twice."""
    FIRST_OFF = "first_off"
    """The first value that occurs on no way to the answer."""
    FIRST_NEAR = "first_near"
    """The first quantity that only resembles one on the path."""
    FIRST_REGROUPED = "first_regrouped"
    """The first quantity of another way to the answer."""
    FIRST_NEW = "first_new"
    """The first computed value that the worked solution does not mention."""
    SAME_OPERANDS = "same_operands"
    """It does something else with the operands of a worked computation."""
    FIRST_ROOT_OFF = "first_root_off"
    """The first equation whose solution the worked solution does not mention."""
    EQUATION = "equation"
    """It has letters in it."""
    STATES_OFF = "states_off"
    """It states a new value, without computing it, that the worked solution does not mention."""
    FIRST_STATES_OFF = "first_states_off"
    ROLE_FITS = "role_fits"
    """The worked line with the most similar words has the same value."""
    ROLE_DIFFERS = "role_differs"
    """The worked line with the most similar words has another value."""
    UNIT_FITS = "unit_fits"
    UNIT_DIFFERS = "unit_differs"
    """It counts something else than the problem and the worked solution do with this number."""
    PAST_ANSWER = "past_answer"
    """The first computation after the answer was reached."""
    FALSE = "false"
    """One of its calculations does not come out."""
    FIRST_FALSE = "first_false"
    BEFORE = "before"
    """Nothing suspicious has been seen up to here, and something comes later."""
    SUSPECT = "suspect"
    """The first suspicious step."""
    JUST_AFTER = "just_after"
    BEFORE_DEAD_END = "before_dead_end"
    """A later step is the first from which nothing on the path comes."""


SHARES = frozenset(Fraction(1, n) for n in (2, 3, 4, 5))
"""What `half of them` and `the third` are read as: no new values."""
SCALES = (60, 100, 1000, 12, 3600)
"""Between units of time, length and money."""
SUSPICIOUS = frozenset(
    {Signal.FIRST_OFF, Signal.FIRST_NEW, Signal.FIRST_ROOT_OFF, Signal.PAST_ANSWER, Signal.FIRST_STATES_OFF}
)
_ALIKE = 0.25
"""Two lines with this share of common words speak of the same thing."""


@dataclass(eq=False)
class Course:
    """A solution next to a worked one, as far as it has been read."""

    worked: Worked
    problem: LineReading
    steps: tuple[LineReading, ...]
    final: Number | None
    signals: list[set[Signal]] = field(default_factory=list)
    known: set[Number] = field(default_factory=set)
    seen: set[Signal] = field(default_factory=set)
    uses: dict[Number, int] = field(default_factory=dict)
    """In how many computations each number was an operand."""
    reached: bool = False
    """The answer has been found."""

    @lazy
    def moves(self) -> tuple[PlacedComputation, ...]:
        return moves(self.worked, self.steps)

    @lazy
    def accepted(self) -> set[Number]:
        """The values of the problem and of the worked solution."""
        return self.worked.values | self.problem.values

    @lazy
    def units(self) -> dict[Number, set[str]]:
        """What the problem and the worked solution count with each number."""
        found: dict[Number, set[str]] = {}
        for line in (*self.worked.lines, self.problem):
            for number, words in line.units.items():
                found.setdefault(number, set()).update(words)
        return found

    def closest(self, step: LineReading) -> LineReading | None:
        """The line of the worked solution that computes and has the most words in common with a step."""
        lines = [line for line in self.worked.lines if line.computations]
        return max(lines, key=lambda line: alike(step, line), default=None)

    def once(self, signals: set[Signal], signal: Signal) -> None:
        """Add a signal if no earlier step has it."""
        if signal not in self.seen:
            self.seen.add(signal)
            signals.add(signal)


def has(values: Iterable[Number], value: Number) -> bool:
    """Return whether a value is among others, up to rounding."""
    return any(close(value, v) for v in values)


def observe(
    worked: Worked, problem: str, steps: Sequence[LineReading], final: Number | None, letters: Letters = ()
) -> Course:
    """Return a solution with the signals of each of its steps."""
    read = read_statement(problem, letters)
    course = Course(worked, read, tuple(steps), final)
    course.known = set(read.values) | LITERAL | SHARES
    for i, step in enumerate(course.steps):
        every = [m for m in course.moves if m.step == i]
        course.signals.append(_of_step(course, i, step, every))
        _remember(course, step)
    _relate(course)
    return course


def _of_step(course: Course, i: int, step: LineReading, every: Sequence[PlacedComputation]) -> set[Signal]:
    found: set[Signal] = set()
    fresh = [m for m in every if not m.repeated]
    if i == 0:
        found.add(Signal.OPENING)
    if not step.quantities:
        found.add(Signal.NO_NUMBER)
    elif not every:
        _stated(course, step, found)
    for move in fresh:
        _moved(course, move, found)
    _equations(course, step, found)
    if any(c.false for c in step.computations):
        found.add(Signal.FALSE)
        course.once(found, Signal.FIRST_FALSE)
    if fresh:
        if course.reached:
            course.once(found, Signal.PAST_ANSWER)
        _roles(course, step, fresh, found)
    return found


def _stated(course: Course, step: LineReading, found: set[Signal]) -> None:
    """New values that a step states without computing them; what stands with a letter is judged by its root."""
    if any(c.letters for c in step.computations):
        return
    if any(v not in course.known and not _told(course, v) for v in step.values):
        found.add(Signal.STATES_OFF)
        course.once(found, Signal.FIRST_STATES_OFF)


def _told(course: Course, value: Number) -> bool:
    """Whether the problem or the worked solution has a value, or has it in another unit."""
    if has(course.accepted, value):
        return True
    return any(has(course.accepted, divide_numbers(value, s)) or has(course.accepted, value * s) for s in SCALES)


def _moved(course: Course, move: PlacedComputation, found: set[Signal]) -> None:
    final = course.final is not None and close(move.value, course.final) and not move.leads_on
    if move.leads_on:
        found.add(Signal.LEADS_ON)
    elif final:
        found.add(Signal.FINAL)
    elif move.place > QuantityPlace.SAME_VALUE:
        found.add(Signal.DEAD_ON)
    if move.place is QuantityPlace.ON_PATH and not move.used:
        found.add(Signal.STRANDED)
    if _used_up(course, move):
        found.add(Signal.REUSED)
    if not has(course.worked.values, move.value):
        course.once(found, Signal.FIRST_NEW)
    if move.place <= QuantityPlace.NEARBY:
        course.once(found, Signal.FIRST_OFF)
    elif move.place <= QuantityPlace.ONE_MOVE:
        course.once(found, Signal.FIRST_NEAR)
    elif move.place is QuantityPlace.ANOTHER_WAY:
        course.once(found, Signal.FIRST_REGROUPED)
    if (
        move.place <= QuantityPlace.ONE_MOVE
        and len(move.operands) > 1
        and move.operands in course.worked.operand_sets
    ):
        found.add(Signal.SAME_OPERANDS)


def _used_up(course: Course, move: PlacedComputation) -> bool:
    """Whether an operand is a result that was gone on from as often as the worked solution does."""
    results = move.operands - course.problem.values
    spent = any(course.uses.get(v, 0) >= max(1, course.worked.operand_counts.get(v, 1)) for v in results)
    for value in move.operands:
        course.uses[value] = course.uses.get(value, 0) + 1
    return spent


def _equations(course: Course, step: LineReading, found: set[Signal]) -> None:
    for computation in step.computations:
        if not computation.letters:
            continue
        found.add(Signal.EQUATION)
        for left, right in zip(computation.sides, computation.sides[1:], strict=False):
            value = root(left, right)
            on_a_way = value is None or has(course.accepted, value) or has(course.worked.wide_values, value)
            if not on_a_way:
                course.once(found, Signal.FIRST_ROOT_OFF)


def root(left: ClaimSide, right: ClaimSide) -> Number | None:
    """Return the solution of a linear equation in one letter."""
    if len(left.letters | right.letters) != 1:
        return None
    (letter,) = left.letters | right.letters
    try:
        top, bottom = difference(left.rational, right.rational)
    except Unreadable:
        return None
    if constant(bottom) is None or not top.keys() <= {letter, ""} or letter not in top:
        return None
    return divide_numbers(-top.get("", 0), top[letter])


def alike(step: LineReading, line: LineReading) -> float:
    """Share of common words."""
    return len(step.words & line.words) / (1 + len(step.words | line.words))


def _roles(course: Course, step: LineReading, fresh: Sequence[PlacedComputation], found: set[Signal]) -> None:
    """Whether a quantity plays the part, and counts what, the worked solution says."""
    values = {m.value for m in fresh}
    best = course.closest(step)
    if best is not None and alike(step, best) > _ALIKE:
        theirs = [c.result for c in best.computations if c.result is not None]
        fits = any(has(theirs, v) for v in values)
        found.add(Signal.ROLE_FITS if fits else Signal.ROLE_DIFFERS)
    everything = set().union(*course.units.values()) if course.units else set()
    for value, words in step.units.items():
        if value in values and value in course.units:
            if words & course.units[value]:
                found.add(Signal.UNIT_FITS)
            elif words & everything:
                found.add(Signal.UNIT_DIFFERS)


def _remember(course: Course, step: LineReading) -> None:
    answer = course.worked.answer
    if answer is not None and answer in step.values and answer not in course.problem.values:
        course.reached = True
    course.known |= step.values


def _relate(course: Course) -> None:
    """Where each step stands with respect to the first suspicious one."""
    suspects = [i for i, found in enumerate(course.signals) if found & SUSPICIOUS]
    first = suspects[0] if suspects else None
    dead = next((m.step for m in course.moves if _dead_end(m)), None)
    for i, found in enumerate(course.signals):
        if first is not None and i <= first + 1:
            found.add((Signal.BEFORE, Signal.SUSPECT, Signal.JUST_AFTER)[max(0, i - first + 1)])
        if dead is not None and i < dead:
            found.add(Signal.BEFORE_DEAD_END)


def _dead_end(move: PlacedComputation) -> bool:
    return not move.repeated and not move.leads_on and move.place <= QuantityPlace.ANOTHER_WAY
