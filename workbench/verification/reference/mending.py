"""The step that should stand in a wrong one's place, in the wrong step's own words and notation."""

from __future__ import annotations

from workbench.verification.exact.polynomials import worth
from workbench.verification.reference.alignment import Alignment
from workbench.verification.reference.reading import Computation, close
from workbench.verification.reference.signals import alike
from workbench.verification.repairs.repair import write_number
from workbench.verification.text import kinds
from workbench.verification.text.grammar import BinaryOperation, Number

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
    step = aligned.course.steps[at]
    found = [c for c in step.computations if len(c.sides) == 2 and not step.moved]
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
