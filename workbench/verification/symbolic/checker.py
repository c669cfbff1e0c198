"""The checker of roots, powers, logarithms, absolute values and trigonometry: by numbers first, by SymPy at last."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from workbench.types import EvidenceKind
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.symbolic import deciding, equations
from workbench.verification.symbolic.functions import (
    HINT,
    Calculation,
    Relation,
    Sentence,
    calculations_in,
    read_sentence,
)
from workbench.verification.symbolic.pool import Holds, Outcome, Pool, SameRoots
from workbench.verification.symbolic.trees import Call, Tree, has_functions, letters

MEMORY = 512 << 20
POOL = Pool("workbench.verification.symbolic.solving:serve", memory=MEMORY, size=2)
SECONDS = 20.0
"""Twenty times what the work limit takes on a slow machine."""
_NAME = "symbolic"
_KEPT = 4096
_DECIMAL = re.compile(r"[-−]?\d*\.\d+")


@dataclass(frozen=True)
class Symbolic:
    """What a line with roots or functions states must hold, or follow from the line before."""

    name: str = _NAME

    def __call__(self, context: Context) -> Finding | None:
        """None where the line is outside its matter, or where it cannot be told."""
        if not _concerns(context):
            return None
        if context.is_answer:
            return equations.check_answer(context)
        said = equations.read(context, context.step, _carried(context))
        found = None
        if said is not None:
            solving = equations.solving(context)
            states = bool(said.relations) and (len(said.alternatives) > 1 or solving is not None)
            found = equations.check(context, said, ask) if states else _claims(context, said)
        return found if found is not None else _calculations(context)


def _concerns(context: Context) -> bool:
    """Whether the step, the one before it or the problem has functions: a search of the text, and no more."""
    if HINT.search(context.step[:_KEPT]):
        return True
    if context.earlier and HINT.search(context.earlier[-1].text[:_KEPT]):
        return True
    return HINT.search(context.problem.text[:_KEPT]) is not None


# Values and identities


def _claims(context: Context, said: Sentence) -> Finding | None:
    """Each relation must hold: between numbers, or for all values where the problem gives an expression."""
    relations = said.relations
    given = _given(context)
    if said.expression is not None and (before := _expression_before(context)) is not None:
        if _is_piece(said.expression, before):
            return None
        relations = (Relation(before, "=", said.expression, ("the expression before", "this one")),)
    held = False
    for relation in relations:
        lettered = letters(relation.left) | letters(relation.right)
        if not (has_functions(relation.left) or has_functions(relation.right)) or relation.sign == "~":
            continue
        claimed = not lettered or given is not None or said.expression is not None
        outcome = _outcome(relation.left, relation.sign, relation.right)
        if outcome.holds is False and claimed:
            rounded = relation.sign == "=" and _rounds(relation)
            return None if rounded else incorrect(_NAME, outcome.witness, EvidenceKind.COUNTEREXAMPLE)
        held |= outcome.holds is True  # else it may be an equation, which need not hold for all values
    carried = said.expression is not None and context.wrong_before
    return correct(_NAME, "Both sides are equal.", carried) if held else None


def _outcome(left: Tree, sign: str, right: Tree) -> Outcome:
    """By numbers; SymPy is asked only where the numbers see no difference and do not prove that there is none."""
    outcome = _decided(left, sign, right)
    if outcome.holds is None and sign == "=" and equations.for_sympy(left) and equations.for_sympy(right):
        return ask(Holds(left, sign, right)) or outcome
    return outcome


@lru_cache(maxsize=4096)
def _decided(left: Tree, sign: str, right: Tree) -> Outcome:
    return deciding.holds(left, sign, right)


def _rounds(relation: Relation) -> bool:
    """`√2 = 1.41`: whether a decimal is meant to the digits it shows is not for this checker to say."""
    return any(_DECIMAL.fullmatch(side) for side in relation.shown)


def _is_piece(part: Tree, whole: Tree) -> bool:
    """Whether a bare expression is worth as much as a part of the one before: work on that part is no mistake."""
    if not isinstance(whole, Call):
        return False
    return any(
        isinstance(piece, Call) and _decided(piece, "=", part).holds is True
        for arg in whole.args
        for piece in _calls(arg)
    )


def _calls(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, Call):
        yield tree
        for arg in tree.args:
            yield from _calls(arg)


def _given(context: Context) -> Tree | None:
    """The expression that the problem gives."""
    said = read_sentence(context.problem.text.rstrip("."))
    return said.expression if said is not None else None


def _expression_before(context: Context) -> Tree | None:
    """The expression that a bare expression rewrites: of the line before, or the problem's."""
    given = _given(context)
    if given is None:
        return None
    last = context.earlier[-1].text if context.earlier else ""
    said = read_sentence(last)
    if said is None or not last:
        return given
    if said.expression is not None:
        return said.expression
    return said.relations[-1].right if said.relations else given


def _carried(context: Context) -> Tree | None:
    """What a leading equals sign goes on from."""
    return _expression_before(context) if context.step.lstrip(" $\\[(&").startswith("=") else None


def _calculations(context: Context) -> Finding | None:
    """The calculations between delimiters, whatever the words around them say."""
    held = False
    for calculation in calculations_in(context.step):
        if calculation.sign == "~" or not any(map(has_functions, (*calculation.left, *calculation.right))):
            continue
        outcome = _of_calculation(calculation)
        if outcome.holds is False:
            rounded = any(_DECIMAL.search(side) for side in calculation.shown) or context.line.about
            return None if rounded else incorrect(_NAME, outcome.witness, EvidenceKind.COUNTEREXAMPLE)
        held |= outcome.holds is True
    return correct(_NAME, "Both sides are equal.") if held else None


def _of_calculation(said: Calculation) -> Outcome:
    """Every value of each side must be one of the other: a plus-minus gives two."""
    last = Outcome(None)
    for some, others in ((said.left, said.right), (said.right, said.left)):
        for value in some:
            pairs = [(value, other) if some is said.left else (other, value) for other in others]
            outcomes = [_decided(one, said.sign, other) for one, other in pairs]
            if any(o.holds is True for o in outcomes):
                last = Outcome(True)
            elif any(o.holds is None for o in outcomes):
                return Outcome(None)
            else:
                return outcomes[0]
    return last


# Asking

_answers: OrderedDict[Holds | SameRoots, Outcome] = OrderedDict()
_lock = Lock()


def ask(question: Holds | SameRoots) -> Outcome | None:
    """From what is kept, or from the pool. None where the check was lost, which is not kept: it says nothing."""
    with _lock:
        if question in _answers:
            _answers.move_to_end(question)
            return _answers[question]
    outcome: Outcome | None = POOL.ask(question, SECONDS)
    if outcome is not None:
        with _lock:
            _answers[question] = outcome
            while len(_answers) > _KEPT:
                _answers.popitem(last=False)
    return outcome
