"""Values of functions that the problem defines: `f(4) = 2(4) + 3 = 11` where f(x) = 2x + 3."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.types import EvidenceKind
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.symbolic import deciding
from workbench.verification.symbolic.definitions import Defined, definitions, uses_function
from workbench.verification.symbolic.functions import has_plus_minus
from workbench.verification.symbolic.parsing import FunctionToken, function_tokens, parse_function
from workbench.verification.symbolic.trees import Tree, letters
from workbench.verification.symbolic.values import Undefined, about, shown
from workbench.verification.text.grammar import Unreadable, word_set

_NAME = "definitions"
_MAX_STEP = 1200
_MAX_PROBLEM = 2000
_DECIMAL = re.compile(r"\d*\.\d+")
_HYPOTHESIS = re.compile(
    r"\b(?:if|suppose|assum\w*|would|not|instead|try|guess|wrong|approx\w*|about|round\w*)\b", re.I
)
_INTRODUCES = re.compile(r"\b(?:let|define)\b", re.I)
_ENDS = frozenset(("sep", "edge", "row", "word", "or"))
_BEFORE = word_set(
    "so then thus hence therefore we get have is means that since because also now and gives where evaluate find "
    "calculate compute substitute substituting obtain know see yields now first next finally value answer or as"
)
"""Words that may stand right before a formula without changing it: `twice f(4) = 22` is another matter."""
_AFTER = word_set("times plus minus over divided multiplied more less percent of mod squared cubed degrees")
"""Words right behind a formula that go on with it."""


@dataclass(frozen=True)
class Definitions:
    """What a line says of a defined function's values must follow from its formula."""

    name: str = _NAME

    def __call__(self, context: Context) -> Finding | None:
        """None where the line has no value of a function that is defined."""
        step = context.step
        if not uses_function(step) or len(step) > _MAX_STEP:
            return None
        defined = _defined(context)
        if not defined:
            return None
        held = False
        for left, right, texts in _pairs(step, defined):
            outcome = deciding.holds(left, "=", right)
            if outcome.holds is False:
                if _may_differ(left, right, texts, context):
                    return None
                return incorrect(_NAME, _reason(left, right, texts, outcome.witness), EvidenceKind.COUNTEREXAMPLE)
            held |= outcome.holds is True
        return correct(_NAME, "It follows from the definition.", context.wrong_before) if held else None


def _defined(context: Context) -> Defined:
    """The functions of the problem, and those that a line introduces by a name that the problem does not use."""
    problem = context.problem.text[:_MAX_PROBLEM]
    found = dict(definitions(problem))
    for text in (*(line.text for line in context.earlier), context.step):
        if _INTRODUCES.search(text) and uses_function(text):
            for name, definition in definitions(text[:_MAX_PROBLEM]).items():
                if name not in found and f"{name}(" not in problem.replace(" ", ""):
                    found[name] = definition
    return found


Pair = tuple[Tree, Tree, tuple[str, str]]


def _pairs(step: str, defined: Defined) -> Iterator[Pair]:
    """Neighbouring sides of the chains that use a defined function, each read as a whole."""
    tokens = function_tokens(step)
    start = 0
    for end in [*(i for i, t in enumerate(tokens) if t.kind in _ENDS), len(tokens)]:
        stretch = tokens[start:end]
        if _uses(stretch, defined) and _stands_alone(tokens, start, end):
            yield from _in_chain(step, stretch, defined)
        start = end + 1


def _uses(tokens: Sequence[FunctionToken], defined: Defined) -> bool:
    return any(t.text in defined and after.kind in ("open", "prime") for t, after in pairwise(tokens))


def _stands_alone(tokens: Sequence[FunctionToken], start: int, end: int) -> bool:
    before = tokens[start - 1] if start else None
    after = tokens[end] if end < len(tokens) else None
    if before is not None and before.kind == "word" and before.text.lower() not in _BEFORE:
        return False
    return after is None or after.text.lower() not in _AFTER


def _in_chain(step: str, stretch: Sequence[FunctionToken], defined: Defined) -> Iterator[Pair]:
    sides: list[list[FunctionToken]] = [[]]
    signs: list[str] = []
    for token in stretch:
        if token.kind == "rel":
            signs.append(token.text)
            sides.append([])
        else:
            sides[-1].append(token)
    read = [_tree(side, defined) for side in sides]
    for i, sign in enumerate(signs):
        left, right = read[i], read[i + 1]
        if sign != "=" or left is None or right is None:
            continue
        if _uses(sides[i], defined) or _uses(sides[i + 1], defined):
            one, other = (step[side[0].start : side[-1].end] for side in (sides[i], sides[i + 1]))
            yield left, right, (one, other)


def _tree(tokens: Sequence[FunctionToken], defined: Defined) -> Tree | None:
    if not tokens or has_plus_minus(tokens) or any(t.kind == "other" for t in tokens):
        return None
    try:
        return parse_function(tokens, defined)
    except (Unreadable, RecursionError):
        return None


def _may_differ(left: Tree, right: Tree, texts: tuple[str, str], context: Context) -> bool:
    """Whether two sides that differ need not be equal: an equation to be solved, a decimal, a supposition."""
    if _HYPOTHESIS.search(context.step) or any(_DECIMAL.search(t) for t in texts):
        return True
    return bool(letters(left) | letters(right))


def _reason(left: Tree, right: Tree, texts: tuple[str, str], witness: str) -> str:
    try:
        return f"{texts[0]} is {shown(about(left, {}))}, not {shown(about(right, {}))}."
    except Undefined:
        return witness


__all__ = ["Definitions"]
