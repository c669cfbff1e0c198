"""The checker of last resort: roots, trigonometry and logarithms, given to SymPy in a killable process."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from workbench.types import EvidenceKind
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.symbolic.functions import (
    HINT,
    Relation,
    Sentence,
    Tree,
    has_functions,
    letters,
    read_sentence,
)
from workbench.verification.symbolic.pool import Holds, Outcome, Pool, SameRoots

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
        """None where the line is outside its matter, or where SymPy cannot tell."""
        if context.is_answer or not _concerns(context):
            return None
        said = read_sentence(context.step)
        if said is None:
            return None
        if said.either or _solving(context):
            return _equations(context, said)
        return _claims(context, said)


def _concerns(context: Context) -> bool:
    """Whether the step or the one before it has functions: a search of the text, and no more."""
    if HINT.search(context.step[:_KEPT]):
        return True
    before = context.earlier[-1].text if context.earlier else context.problem.text
    return HINT.search(before[:_KEPT]) is not None


# Values and identities


def _claims(context: Context, said: Sentence) -> Finding | None:
    """Each relation must hold: between numbers, or for all values where the problem gives an expression."""
    relations = said.relations
    if said.expression is not None and (before := _expression_before(context)) is not None:
        relations = (Relation(before, "=", said.expression, ("the expression before", "this one")),)
    held = False
    for relation in relations:
        lettered = letters(relation.left) | letters(relation.right)
        if not (has_functions(relation.left) or has_functions(relation.right)) or relation.sign == "~":
            continue
        if lettered and _given(context) is None and said.expression is None:
            continue  # may be an equation, which need not hold for all values
        outcome = ask(Holds(relation.left, relation.sign, relation.right))
        if outcome is not None and outcome.holds is False:
            rounded = relation.sign == "=" and _rounds(relation)
            return None if rounded else incorrect(_NAME, outcome.witness, EvidenceKind.COUNTEREXAMPLE)
        held |= outcome is not None and outcome.holds is True
    carried = said.expression is not None and context.wrong_before
    return correct(_NAME, "Both sides are equal.", carried) if held else None


def _rounds(relation: Relation) -> bool:
    """`√2 = 1.41`: whether a decimal is meant to the digits it shows is not for this checker to say."""
    return any(_DECIMAL.fullmatch(side) for side in relation.shown)


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
    return said.relations[-1].right


# Equations


def _solving(context: Context) -> bool:
    """Whether the problem gives an equation in one letter."""
    return any(True for _ in _equations_before(context, context.problem.text.rstrip(".")))


def _equations_before(context: Context, text: str) -> Iterator[tuple[Tree, Tree]]:
    said = read_sentence(text)
    if said is None:
        return
    for r in said.relations:
        if r.sign == "=" and len(letters(r.left) | letters(r.right)) == 1:
            yield r.left, r.right


def _equations(context: Context, said: Sentence) -> Finding | None:
    """An equation must have the roots of the last one before it."""
    after = tuple((r.left, r.right) for r in said.relations if r.sign == "=")
    names = frozenset().union(*(letters(left) | letters(right) for left, right in after))
    if len(after) != len(said.relations) or len(names) != 1 or (len(after) > 1 and not said.either):
        return None
    (letter,) = names
    for text in (*(line.text for line in reversed(context.earlier)), context.problem.text.rstrip(".")):
        before = tuple(_equations_before(context, text))
        if before and letter in letters(before[0][0]) | letters(before[0][1]):
            break
    else:
        return None
    sides = [side for pair in (*before, *after) for side in pair]
    if not any(has_functions(side) for side in sides):
        return None
    outcome = ask(SameRoots(letter, before, after))
    if outcome is None or outcome.holds is None:
        return None
    if outcome.holds:
        return correct(_NAME, "It has the same solutions as the line before.", context.wrong_before)
    # In a word problem a root may be left out for what it means: no side of a triangle is negative.
    return incorrect(_NAME, outcome.witness, EvidenceKind.ROOTS) if _solving(context) else None


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
