"""Lines that name one root among several: `The smaller root is x = 2`, `x = 2 works`."""

from __future__ import annotations

import re

from workbench.types import EvidenceKind
from workbench.verification.exact import univariate as uni
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.known import KnownStatement
from workbench.verification.lines.relations import Roots, Statement, show
from workbench.verification.lines.roles import opened, rejects
from workbench.verification.text.grammar import Number, word_set

_NAME = "equivalence"
_DENIES = re.compile(r"\b(?:not|n't|fails?|too|no|never|but|only|if|possible|potential|candidate)\b", re.IGNORECASE)
_ROOT = re.compile(r"\b(?:roots?|solutions?|zeros?)\b|\b(?:works?|satisf\w+|fits)\b", re.IGNORECASE)
_SMALLEST = word_set("smaller smallest lesser least")
_LARGEST = word_set("larger largest greater greatest bigger biggest")


def names_root(context: Context, statement: Statement, before: KnownStatement) -> Finding | None:
    """Return whether the one root that a line names is a root, and the one that its words say."""
    roots = before.statement.solutions
    assigned = statement.assignments
    if len(assigned) != 1 or not before.trusted or not isinstance(roots, Roots) or len(roots.poly) < 2:
        return None
    letter, value = assigned[0][0], assigned[0][1].known
    said = " ".join(opened(context.stating, statement))
    if value is None or rejects(said) or _DENIES.search(said):
        return None
    if uni.at(roots.poly, value) == 0 and _is_which(value, roots, said):
        return correct(_NAME, "It is one of the solutions.")
    if not context.reading.pure or not _ROOT.search(said) or context.thread.in_case:
        return None
    text = f"{letter} = {show(value)} is not that solution."
    if uni.at(roots.poly, value) != 0:
        text = f"{letter} = {show(value)} does not solve the line before."
    return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)


def _is_which(value: Number, roots: Roots, said: str) -> bool:
    """Whether a root is the smaller, the larger, the positive one, as the words say."""
    words = {w.lower() for w in re.findall(r"[A-Za-z]+", said)}
    known = uni.rational_roots(roots.poly)
    return not (
        (words & _SMALLEST and value != min(known))
        or (words & _LARGEST and value != max(known))
        or ("positive" in words and value <= 0)
        or ("negative" in words and value >= 0)
        or ("integer" in words and value.denominator != 1)
    )
