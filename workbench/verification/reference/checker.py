"""Reference mode: a solution is compared with a worked one, and the first step that goes astray is found.

A teacher reads step by step and stops at the first wrong one. So each step has a chance of being wrong given that
all before it were right (a logistic sum of its signals), and the chance that it is the *first* wrong one is that
times the chance that the reader came so far. The weights are a logistic regression on teachers' marks
(eth-lre/verify-then-generate, CC BY 4.0; its development part).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement, Knowledge, Scope
from workbench.verification.answers import final_answer, grade
from workbench.verification.exact.polynomials import worth
from workbench.verification.lines.findings import Context, Finding
from workbench.verification.lines.relations import show
from workbench.verification.reference.reading import Computation, LineReading, close, read_statement
from workbench.verification.reference.signals import Course, PlacedComputation, Signal, alike, observe
from workbench.verification.reference.worked import QuantityPlace, work_through
from workbench.verification.repairs.repair import write_number
from workbench.verification.text import kinds
from workbench.verification.text.grammar import BinaryOperation, Number

WEIGHTS: dict[Signal, float] = {
    Signal.FINAL: 1.52,
    Signal.FIRST_OFF: 1.32,
    Signal.SAME_OPERANDS: 1.07,
    Signal.UNIT_DIFFERS: 0.91,
    Signal.FIRST_REGROUPED: 0.82,
    Signal.SUSPECT: 0.60,
    Signal.ROLE_DIFFERS: 0.56,
    Signal.FIRST_NEAR: 0.52,
    Signal.REUSED: 0.24,
    Signal.EQUATION: 0.18,
    Signal.DEAD_ON: -0.12,
    Signal.UNIT_FITS: -0.28,
    Signal.BEFORE_DEAD_END: -0.34,
    Signal.JUST_AFTER: -0.47,
    Signal.FIRST_NEW: -0.55,
    Signal.STRANDED: -0.61,
    Signal.BEFORE: -0.62,
    Signal.NO_NUMBER: -0.64,
    Signal.OPENING: -0.84,
    Signal.LEADS_ON: -1.00,
    Signal.ROLE_FITS: -1.11,
}
BIAS = -0.23
PATIENCE = 0.2
"""Of two steps with nearly the same chance the later one is taken: what goes wrong later was right before."""
SURE = 0.8
"""In the development data one step in a hundred before the marked one reaches this, and none of right solutions."""


def hazard(signals: set[Signal]) -> float:
    """Return the chance that a step is wrong, given that all steps before it are right."""
    return 1 / (1 + math.exp(-BIAS - sum(WEIGHTS.get(s, 0.0) for s in signals)))


def first_wrong(signals: Sequence[set[Signal]]) -> tuple[int, float]:
    """Return the likeliest first wrong step of a solution that ends wrong, and its share of all chances."""
    chances: list[float] = []
    so_far = 1.0
    for found in signals:
        risk = hazard(found)
        chances.append(so_far * risk)
        so_far *= 1 - risk
    best = max(range(len(chances)), key=lambda i: chances[i] * math.exp(PATIENCE * i))
    return best, chances[best] / sum(chances)


def surely_wrong(signals: Sequence[set[Signal]], off: frozenset[int]) -> tuple[int, float] | None:
    """In a solution that has not ended yet: the first step off every path that is wrong whatever comes later."""
    for i, found in enumerate(signals):
        if i in off and (risk := hazard(found)) >= SURE:
            return i, risk
    return None


# A whole solution against a worked one: does it end right, and where does it first go astray.


MAX_STEPS = 60
_BARE = 24
"""A step of at most this many characters that holds one number and computes nothing states the answer."""
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|so|hence|in total|altogether|in all|finally|in the end)\b", re.IGNORECASE
)


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


@lru_cache(maxsize=256)
def align(problem: str, solution: tuple[str, ...], answer: str | None, steps: tuple[str, ...]) -> Alignment | None:
    """Return a solution against a worked one; None where the worked one computes nothing."""
    worked = work_through(problem, solution)
    if not worked.results or len(steps) > MAX_STEPS:
        return None
    read = [read_statement(step) for step in steps]
    said = _said(steps[-1], read[-1])
    body = len(steps) - (1 if said is not None and not read[-1].computations else 0)
    known = (_last_number(answer) if answer is not None else None) or worked.answer
    final = _last_number(said) if said is not None else _last_value(read)
    right = known is not None and _ends_right(read[-1], known, answer, said)
    course = observe(worked, problem, read[:body], final)
    concludes = bool(_CONCLUDES.search(steps[-1])) and len(course.moves) >= len(worked.results)
    course.signals += [{Signal.ANSWER} for _ in range(len(steps) - body)]
    astray, chance = None, 0.0
    if known is None or right:
        pass
    elif final is not None and (said is not None or concludes):
        astray, chance = first_wrong(course.signals)
    elif (sure := surely_wrong(course.signals, _off(course))) is not None:
        astray, chance = sure
    return Alignment(course, right, astray, chance)


def _off(course: Course) -> frozenset[int]:
    """The steps whose value occurs on no way to the answer, or comes of the right numbers by the wrong operation."""
    return frozenset(
        m.step
        for m in course.moves
        if m.place <= QuantityPlace.NEARBY
        or (Signal.SAME_OPERANDS in course.signals[m.step] and m.value not in course.worked.values)
    )


def _said(last: str, read: LineReading) -> str | None:
    """The answer as a last step states it: behind a marker, or as all that it says."""
    stated = final_answer(last)
    if stated is not None:
        return stated
    bare = len(last.strip()) <= _BARE and len(read.quantities) == 1 and not read.computations
    return last if bare else None


def _last_number(text: str) -> Number | None:
    quantities = read_statement(text).quantities
    return quantities[-1].value if quantities else None


def _last_value(read: list[LineReading]) -> Number | None:
    for step in reversed(read):
        if step.computations and step.computations[-1].result is not None:
            return step.computations[-1].result
        if step.quantities:
            return step.quantities[-1].value
    return None


def _ends_right(last: LineReading, known: Number, answer: str | None, said: str | None) -> bool:
    """Whether a solution ends with the known answer; prose has to compute it or to name it in its last step."""
    if said is not None:
        if answer is not None and grade(answer, said) is Judgement.CORRECT:
            return True
        return any(close(v, known) for v in read_statement(said).values)
    results = {c.result for c in last.computations if c.result is not None}
    return any(close(v, known) for v in results or last.values)


def on_the_way(alignment: Alignment, step: int) -> QuantityPlace | None:
    """Return the worst place of a step's computations; None where it computes nothing."""
    return min((m.place for m in alignment.moves(step)), default=None)


# The step that should stand in a wrong one's place, in the wrong step's own words and notation.


_ALIKE = 0.15
"""Unless both operands are the same, two steps must share at least this much of their words."""


def repaired_step(aligned: Alignment, text: str, at: int) -> str | None:
    """Return the step with the worked solution's computation for its own, if that is one move of the same size."""
    own = _own(aligned, at)
    if own is None:
        return None
    theirs = _theirs(aligned, at, own)
    if theirs is None:
        return None
    left, right = own.sides
    wanted = theirs.operations[0]
    value = worth(wanted)
    if not isinstance(wanted, BinaryOperation) or value is None:
        return None
    symbol = _symbol(text, own, wanted.op)
    a, b = worth(wanted.left), worth(wanted.right)
    if a is None or b is None or symbol is None:
        return None
    first, second, result = left.tokens[0], left.tokens[-1], right.tokens[-1]
    pieces = [(result, value), (second, b), (first, a)]
    for token, number in pieces:
        written = write_number(number, text[token.start : token.end])
        text = f"{text[: token.start]}{written}{text[token.end :]}"
        if token is second:
            operator = left.tokens[1]
            text = text[: operator.start] + symbol + text[operator.end :]
    return text


def _own(aligned: Alignment, at: int) -> Computation | None:
    """The step's one computation, where it is plain: two numbers, an operator and a result."""
    if at >= len(aligned.course.steps):
        return None
    found = [c for c in aligned.course.steps[at].computations if len(c.sides) == 2]
    if len(found) != 1 or len(aligned.course.steps[at].computations) != 1 or found[0].letters:
        return None
    left, right = found[0].sides
    plain = [t.kind for t in left.tokens] == [kinds.NUM, kinds.OP, kinds.NUM] and [t.kind for t in right.tokens] == [
        kinds.NUM
    ]
    return found[0] if plain and left.tokens[0].text[0].isdigit() else None


def _theirs(aligned: Alignment, at: int, own: Computation) -> Computation | None:
    """The worked computation that the step should have made: its operands are at hand, its value is not yet found."""
    course = aligned.course
    found: set[Number] = {m.value for m in course.moves if m.step < at}
    at_hand = found | course.problem.values
    operands = _operands(own)
    best: tuple[float, Computation] | None = None
    for line in course.worked.lines:
        for computation in line.computations:
            if len(computation.operations) != 1 or computation.result is None or computation.result in found:
                continue
            theirs = _operands(computation)
            node = computation.operations[0]
            simple = isinstance(node, BinaryOperation) and not any(
                isinstance(side, BinaryOperation) for side in (node.left, node.right)
            )
            given = all(v in at_hand or v not in course.worked.results for v in theirs)
            if not simple or not given or any(close(computation.result, m.value) for m in aligned.moves(at)):
                continue
            common = alike(course.steps[at], line)
            score = len(theirs & operands) + common
            # Words that speak of another thing would make the repaired step untrue.
            fits = common >= _ALIKE or (len(theirs & operands) == 2 and (common > 0 or not course.steps[at].words))
            if fits and (best is None or score > best[0]):
                best = score, computation
    return best[1] if best is not None else None


def _operands(computation: Computation) -> set[Number]:
    node = computation.operations[0] if computation.operations else None
    if not isinstance(node, BinaryOperation):
        return set()
    return {v for side in (node.left, node.right) if (v := worth(side)) is not None}


def _symbol(text: str, own: Computation, operator: str) -> str | None:
    """How the step writes an operator; its own sign where that is the one."""
    token = own.sides[0].tokens[1]
    if token.text == operator:
        return text[token.start : token.end]
    return {"+": "+", "-": "-", "*": "x" if "x" in text else "*", "/": "/"}.get(operator)


# The checker that holds a word problem's solution against a worked one.


NAME = "reference"
_ON_PATH = 0.94
"""Of the steps found right in meaning up to a marked one, this share comes before it (development data)."""
_DOUBTS = {Signal.ROLE_DIFFERS, Signal.UNIT_DIFFERS}


@dataclass(frozen=True)
class Reference:
    """In `reference` mode: a step is on the way to the answer, or the first that goes astray, or neither."""

    name: str = NAME

    def __call__(self, context: Context) -> Finding | None:
        """Correct at scope `meaning` for the worked solution's own quantities; incorrect for one step at most."""
        problem = context.problem
        if context.knowledge is not Knowledge.REFERENCE or not problem.solution or not context.is_story:
            return None
        aligned = align(problem.text, problem.solution, problem.answer, context.solution)
        if aligned is None:
            return None
        at = len(context.earlier)
        if aligned.astray == at and not context.wrong_before:
            return _astray(aligned, context, at)
        if aligned.astray is not None and at > aligned.astray:
            return None
        return _on_path(aligned, at)


def _on_path(aligned: Alignment, at: int) -> Finding | None:
    """Right in meaning: a quantity of the worked solution in its part, or of another way that ends right."""
    place = on_the_way(aligned, at)
    signals = aligned.course.signals[at] if at < len(aligned.course.signals) else set()
    doubtful = bool(signals & _DOUBTS) and Signal.LEADS_ON not in signals and not aligned.right
    if place is QuantityPlace.ON_PATH and not doubtful:
        return _right(Diagnosis.EXPECTED, "The worked solution finds this too.")
    if place is QuantityPlace.ANOTHER_WAY and aligned.right:
        return _right(Diagnosis.VALID, "This is another way to the same answer.")
    return None


def _right(diagnosis: Diagnosis, reason: str) -> Finding:
    return Finding(Judgement.CORRECT, diagnosis, NAME, reason, scope=Scope.MEANING, confidence=_ON_PATH)


def _astray(aligned: Alignment, context: Context, at: int) -> Finding:
    signals = aligned.course.signals[at]
    moves = aligned.moves(at)
    ungrounded = not moves and Signal.STATES_OFF in signals
    text = _explain(aligned, at, moves)
    return Finding(
        Judgement.INCORRECT,
        Diagnosis.UNGROUNDED if ungrounded else Diagnosis.OFF_PATH,
        NAME,
        text,
        (Evidence(EvidenceKind.QUANTITY, text),),
        repaired_step(aligned, context.step, at),
        scope=Scope.MEANING,
        confidence=round(aligned.chance, 2),
    )


def _explain(aligned: Alignment, at: int, moves: tuple[PlacedComputation, ...]) -> str:
    """A sentence that names the quantity that disagrees, and the one that was wanted."""
    course = aligned.course
    if at >= len(course.steps):
        return "This is not the answer to the problem, though the steps before are right."
    step = course.steps[at]
    wanted = _counterpart(aligned, step)
    if Signal.PAST_ANSWER in course.signals[at] and course.worked.answer is not None:
        return f"The answer {show(course.worked.answer)} was found before this step, which goes on from it."
    if not moves:
        off = [q for q in step.quantities if not any(close(q.value, v) for v in course.accepted)]
        if off:
            return (
                f"{show(off[0].value)} {off[0].unit}".strip()
                + " follows neither from the problem nor from the steps."
            )
        return "From this step on the solution no longer leads to the answer."
    move = min(moves, key=lambda m: m.place)
    unit = next(iter(sorted(step.units.get(move.value, ()))), "")
    found = f"{show(move.value)} {unit}".strip()
    if wanted is not None and not close(wanted[0], move.value):
        return f"Here {found} is found, where the problem leads to {show(wanted[0])} {wanted[1]}".rstrip() + "."
    return f"{found} is computed here, but it does not lead to the answer."


def _counterpart(aligned: Alignment, step: LineReading) -> tuple[Number, str] | None:
    best = aligned.course.closest(step)
    if best is None or best.computations[-1].result is None:
        return None
    value = best.computations[-1].result
    return value, next(iter(sorted(best.units.get(value, ()))), "")
