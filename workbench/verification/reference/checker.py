"""The checker that holds a word problem's solution against a worked one, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement, Knowledge, Scope
from workbench.verification.lines.findings import Context, Finding
from workbench.verification.lines.relations import show
from workbench.verification.reference.alignment import Alignment, align, on_the_way
from workbench.verification.reference.mending import repaired_step
from workbench.verification.reference.reading import LineReading, close
from workbench.verification.reference.signals import PlacedComputation, Signal
from workbench.verification.reference.worked import QuantityPlace
from workbench.verification.text.grammar import Number

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
        aligned = align(problem.text, problem.solution, problem.answer, context.solution, problem.alternates)
        if aligned is None:
            return None
        at = len(context.earlier)
        red = any(v.judgement is Judgement.INCORRECT for v in context.verdicts)
        if aligned.astray == at and not red:
            return _astray(aligned, context, at)
        if aligned.astray is not None and at > aligned.astray:
            return None
        return _on_path(aligned, at)


def _on_path(aligned: Alignment, at: int) -> Finding | None:
    """Right in meaning: a quantity of the worked solution in its part, or of another way that ends right."""
    if at >= len(aligned.course.steps):
        return _right(Diagnosis.EXPECTED, "This is the answer to the problem.") if aligned.right else None
    place = on_the_way(aligned, at)
    signals = aligned.course.signals[at]
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
