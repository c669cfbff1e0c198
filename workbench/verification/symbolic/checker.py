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
from workbench.verification.symbolic import deciding, equations, told, worked
from workbench.verification.symbolic.functions import (
    HINT,
    Relation,
    Sentence,
    read_sentence,
)
from workbench.verification.symbolic.pool import Holds, Outcome, Pool
from workbench.verification.symbolic.trees import Call, Tree, has_functions, letters, number_of
from workbench.verification.symbolic.values import Undefined, about

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
        found = self._by_functions(context) if _concerns(context) else None
        return found if found is not None else worked.check(context)

    def _by_functions(self, context: Context) -> Finding | None:
        if context.is_answer:
            return equations.check_answer(context)
        said = equations.read(context, context.step, _carried(context))
        found = equations.check(context, said) if said is not None else None
        if said is not None and found is None and (len(said.alternatives) < 2 and not equations.solving(context)):
            found = _claims(context, said)
        return found if found is not None else _formulas(context)


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
    bare = said.expression is not None and not isinstance(said.expression, Call | str)
    given = _given(context)
    if said.expression is not None and (before := _expression_before(context)) is not None:
        if _is_piece(said.expression, before):
            return None
        relations = (Relation(before, "=", said.expression, ("the expression before", "this one")),)
    held = False
    for relation in relations:
        lettered = letters(relation.left) | letters(relation.right)
        plain = said.expression is None and not (has_functions(relation.left) or has_functions(relation.right))
        if plain or relation.sign == "~":
            continue
        claimed = not lettered or given is not None or said.expression is not None
        outcome = _outcome(relation.left, relation.sign, relation.right)
        if outcome.holds is False and bare:
            return None  # a bare number may be the value of a part
        if outcome.holds is False and claimed:
            rounded = relation.sign == "=" and _rounds(relation)
            return None if rounded else incorrect(_NAME, outcome.witness, EvidenceKind.COUNTEREXAMPLE)
        held |= outcome.holds is True  # else it may be an equation, which need not hold for all values
    carried = said.expression is not None and context.wrong_before
    return correct(_NAME, "Both sides are equal.", carried) if held else None


def _outcome(left: Tree, sign: str, right: Tree) -> Outcome:
    """By numbers; SymPy is asked only where the numbers see no difference and do not prove that there is none."""
    outcome = _decided(left, sign, right)
    lettered = letters(left) | letters(right)
    if outcome.holds is None and sign == "=" and lettered and all(map(_for_sympy, (left, right))):
        return ask(Holds(left, sign, right)) or outcome
    return outcome


def _for_sympy(tree: Tree) -> bool:
    """Whether SymPy may be given a tree: no exponents that have to be worked out, and no part without a value.

    Of √(-9) there is nothing to prove, and the first question costs the start of a process.
    """
    if not isinstance(tree, Call):
        return True
    if (tree.name == "^" and number_of(tree.args[1]) is None) or tree.name == "e":
        return False
    if not letters(tree):
        try:
            about(tree, {})
        except Undefined:
            return False
    return all(map(_for_sympy, tree.args))


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


# Formulas among words

_UNSURE = re.compile(
    r"\b(?:if|suppose|assum\w*|would|not|never|cannot|false|wrong|incorrect|contradict\w*|impossible|"
    r"approx\w*|about|round\w*|nearest|mod|modulo|base|try|guess|let)\b|"
    r"\\(?:p?mod|equiv|not|stackrel|overset)|∓|\\mp",
    re.I,
)
"""Words and signs beside which a false calculation may be no mistake."""


def _formulas(context: Context) -> Finding | None:
    """Formulas between delimiters: calculations must hold, identities and equations that follow are right."""
    step = context.step
    if "\\" not in step and "$" not in step:
        return None
    held = None
    for chain in told.chains_of(context, step):
        for i, sign in enumerate(chain.signs):
            left, right = chain.sides[i], chain.sides[i + 1]
            if not left.values or not right.values or sign == "~":
                continue
            if not any(map(has_functions, (*left.values, *right.values))):
                continue
            outcome = _of_sides(left.values, sign, right.values)
            lettered = any(map(letters, (*left.values, *right.values)))
            if outcome.holds is False and not lettered and not _UNSURE.search(step):
                rounded = any(_DECIMAL.search(side.text) for side in (left, right)) or context.line.about
                return None if rounded else incorrect(_NAME, outcome.witness, EvidenceKind.COUNTEREXAMPLE)
            if outcome.holds is True and held is None:
                held = f"{left.text.strip()} {sign} {right.text.strip()} holds{' for every value' * lettered}."
    if held is not None:
        return correct(_NAME, held)
    return told.follows(context) or told.keeps_value(context)


def _of_sides(left: tuple[Tree, ...], sign: str, right: tuple[Tree, ...]) -> Outcome:
    """Every value of each side must be one of the other: a plus-minus gives two."""
    last = Outcome(None)
    table = {(one, other): _decided(one, sign, other) for one in left for other in right}
    for rows in (
        [[table[one, other] for other in right] for one in left],
        [[table[one, other] for one in left] for other in right],
    ):
        for row in rows:
            if any(o.holds is True for o in row):
                last = Outcome(True)
            else:
                return Outcome(None) if any(o.holds is None for o in row) else row[0]
    return last


# Asking

_answers: OrderedDict[Holds, Outcome] = OrderedDict()
_lock = Lock()


def ask(question: Holds) -> Outcome | None:
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
