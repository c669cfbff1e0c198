"""Claims in words against what was done: `divide both sides by 5` over a line that subtracts 5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from workbench.verification.lines.claims import Line, make_part
from workbench.verification.lines.relations import StatedRelation
from workbench.verification.malrules.equations import Sides, denominators, divisors
from workbench.verification.malrules.trees import number, residue, terms, write
from workbench.verification.text.grammar import BinaryOperation, Node, Unreadable, tokenize

_TERM = r"(-?\s*(?:\d+(?:\.\d+)?(?:\s*/\s*\d+)?\s*[a-z]?|[a-z]))(?![\w.])"
_SIDES = r"(?:both sides|each side|both|everything|every term|all terms|the equation|throughout|through)"
_SAID = re.compile(
    rf"\b(?:(?P<minus>subtract(?:ing|ed)?|tak(?:e|ing) away|took away)\s+{_TERM}\s+(?:from|on)\s+{_SIDES}"
    rf"|(?P<plus>add(?:ing|ed)?)\s+{_TERM}\s+(?:to|on)\s+{_SIDES}"
    rf"|(?P<over>divid(?:e|ing|ed))\s+(?:{_SIDES}\s+)?by\s+{_TERM}"
    rf"|(?P<times>multipl(?:y|ying|ied))\s+(?:{_SIDES}\s+)?by\s+{_TERM})",
    re.IGNORECASE,
)
_ANY = re.compile(
    r"\b(?:add|subtract|divid|multipl|tak(?:e|ing) away|took away|simplif|combin|expand|factor|cancel|then\b)",
    re.IGNORECASE,
)
_DONE = {
    "-": "{} was subtracted from both sides",
    "+": "{} was added to both sides",
    "/": "both sides were divided by {}",
    "*": "both sides were multiplied by {}",
}
_CLAIM = {
    "-": "subtract {} from both sides",
    "+": "add {} to both sides",
    "/": "divide both sides by {}",
    "*": "multiply both sides by {}",
}


class BothSidesOperation(NamedTuple):
    """Something done to both sides."""

    operator: str
    by: Node

    def on(self, sides: Sides) -> Sides:
        return Sides(
            BinaryOperation(self.operator, sides.left, self.by), BinaryOperation(self.operator, sides.right, self.by)
        )


def said(line: Line) -> BothSidesOperation | None:
    """Return the one operation that a line names before its only claim; None where there is none or more."""
    if len(line.claims) != 1 or not line.claims[0].whole:
        return None
    ahead = line.text[: line.claims[0].whole[0].start]
    match = _SAID.search(ahead) if len(ahead) > 8 else None
    if match is None or len(_ANY.findall(ahead)) != 1:
        return None
    kind = next(k for k in ("minus", "plus", "over", "times") if match.group(k))
    written = next(g for g in match.groups()[1:] if g is not None and g != match.group(kind))
    try:
        by = make_part(tokenize(written)).node
    except Unreadable:
        return None
    return BothSidesOperation({"minus": "-", "plus": "+", "over": "/", "times": "*"}[kind], by)


class Mismatch(NamedTuple):
    """What the words claim, what was done instead, and the line with the right words."""

    claimed: str
    done: str
    repair: str


def mismatch(line: Line, before: StatedRelation, after: StatedRelation) -> Mismatch | None:
    """Return the words of a line against what was done, where they certainly differ.

    Certain is only: the named operation gives another equation, and one other operation gives exactly this one.
    """
    claimed = said(line)
    if claimed is None or before.relation != "=" or after.relation != "=":
        return None
    old = Sides(before.left.node, before.right.node)
    target = (residue(after.left.node), residue(after.right.node))
    if None in target or _gives(claimed, old, target):
        return None
    for done in _single(old):
        if _gives(done, old, target):
            words = _CLAIM[claimed.operator].format(write(claimed.by))
            acts = _DONE[done.operator].format(write(done.by))
            return Mismatch(f"The words say to {words}.", f"In this line {acts}.", _reworded(line.text, done))
    return None


def _reworded(text: str, done: BothSidesOperation) -> str:
    """The line with the words for what was done."""
    match = _SAID.search(text)
    assert match is not None
    words = _CLAIM[done.operator].format(write(done.by))
    if match.group().split()[0].lower().endswith("ing"):
        verb, rest = words.split(" ", 1)
        words = f"{verb.removesuffix('e')}ing {rest}"
    words = words[0].upper() + words[1:] if match.group()[0].isupper() else words
    return text[: match.start()] + words + text[match.end() :]


def _gives(operation: BothSidesOperation, old: Sides, target: tuple[int | None, int | None]) -> bool:
    made = operation.on(old)
    ends = (residue(made.left), residue(made.right))
    return target in (ends, ends[::-1])


def _single(old: Sides) -> Iterator[BothSidesOperation]:
    """The operations that a pupil may have done instead."""
    for side in old:
        for term in terms(side):
            yield BothSidesOperation("-", term.node) if term.sign > 0 else BothSidesOperation("+", term.node)
    for value in divisors(old):
        yield BothSidesOperation("/", number(value))
        yield BothSidesOperation("/", number(-value))
    for value in denominators(old):
        yield BothSidesOperation("*", number(value))
