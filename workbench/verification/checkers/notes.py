"""Notes on lines that hold: repeated roots, and and or, divisors that may be zero; and how right they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.types import Diagnosis, Evidence, EvidenceKind
from workbench.verification.exact import univariate as uni
from workbench.verification.exact.polynomials import Poly, constant
from workbench.verification.exact.univariate import rational_roots
from workbench.verification.lines.claims import Claim, ClaimSide, Line, make_part
from workbench.verification.lines.findings import Context
from workbench.verification.lines.readings import rounds
from workbench.verification.lines.relations import Interval, Roots, StatedRelation, Statement, compare, show
from workbench.verification.malrules.equations import Sides, denominators, divisors
from workbench.verification.malrules.trees import number, residue, terms, write
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Num, Unreadable, has_letter, tokenize


def notes(line: Line, before: Statement, after: Statement) -> tuple[Evidence, ...]:
    """Return what a pupil should know about a line that has the same solutions as the line before."""
    try:
        return (*_repeated(before, after), *_domain(before), *_and_or(line, after))
    except Unreadable:
        return ()


def _repeated(before: Statement, after: Statement) -> tuple[Evidence, ...]:
    """`x = 3` from `x^2 - 6x + 9 = 0`: the same roots with other multiplicity."""
    old, new = before.equation, after.equation
    if old is None or new is None or max(map(len, old), default=0) < 2 or max(map(len, new), default=0) != 1:
        return ()
    roots = after.solutions
    if not isinstance(roots, Roots) or len(roots.poly) != 2:
        return ()
    root = show(uni.rational_roots(roots.poly)[0])
    return (Evidence(EvidenceKind.ROOTS, f"{roots.letter} = {root} is a repeated root of the line before."),)


def _domain(before: Statement) -> tuple[Evidence, ...]:
    """The values for which a divisor of the line before is zero."""
    pair = before.first
    bottoms = [side.rational[1] for side in (pair.left, pair.right) if constant(side.rational[1]) is None]
    if not bottoms or len(before.letters) != 1:
        return ()
    (letter,) = before.letters
    zeros = {r for b in bottoms for r in uni.rational_roots(uni.squarefree(uni.coefficients(b)))}
    named = " or ".join(show(z) for z in sorted(zeros))
    return (
        (Evidence(EvidenceKind.DOMAIN, f"The line before divides by zero for {letter} = {named}."),) if named else ()
    )


def _and_or(line: Line, after: Statement) -> tuple[Evidence, ...]:
    """`x = 2 and x = 3` where one or the other is meant."""
    values = after.assignments
    if len(values) < 2 or "and" not in line.joins:
        return ()
    letter, first = values[0]
    said = line.text[first.start : first.end]
    return (
        Evidence(EvidenceKind.CLAIM, f"Write or, not and: {letter} cannot be {said} and another number at once."),
    )


def how_right(before: Statement, after: Statement, earlier: Sequence[Statement]) -> Diagnosis:
    """Return how a line with the same solutions moves the work on."""
    if after.words == before.words:
        return Diagnosis.SIMILAR
    if any(after.words == old.words for old in earlier):
        return Diagnosis.DETOUR
    if after.assignments and all(part.bare for _, part in after.assignments):
        return Diagnosis.EXPECTED
    old, new = before.only, after.only
    if old is None or new is None:
        return Diagnosis.VALID
    if old.left.words == new.right.words and old.right.words == new.left.words:
        return Diagnosis.SIMILAR
    try:
        if _bottoms(old) != _bottoms(new):
            return Diagnosis.EXPECTED if _bottoms(new) == [{"": 1}, {"": 1}] else Diagnosis.VALID
        gained = _terms(new) - _terms(old)
    except Unreadable:
        return Diagnosis.VALID
    if gained > 0:
        return Diagnosis.DETOUR
    shorter = len(after.words) < len(before.words)
    return Diagnosis.EXPECTED if gained < 0 or shorter or _same_sides(old, new) else Diagnosis.VALID


def _terms(pair: StatedRelation) -> int:
    """How many terms both sides have when worked out."""
    return len(pair.left.rational[0]) + len(pair.right.rational[0])


def _bottoms(pair: StatedRelation) -> list[Poly]:
    return [pair.left.rational[1], pair.right.rational[1]]


def _same_sides(old: StatedRelation, new: StatedRelation) -> bool:
    return old.left.rational == new.left.rational and old.right.rational == new.right.rational


# Lines in which the unknown has vanished: true whatever the letter is, so the line before is lost.


def loses_letter(claim: Claim, before: Statement) -> bool:
    """Return whether a claim that holds for every value stands in place of the equation before.

    It says nothing, as `5 = 5` does, or keeps one side as it was: a side calculation is left alone.
    """
    pair = _pair(before)
    left, right = claim.parts[0], claim.parts[-1]
    if pair is None or claim.relations != ("=",) or left is None or right is None:
        return False
    if left.words == right.words:
        return True
    for old, kept, was, now in ((pair.left, left, pair.right, right), (pair.right, right, pair.left, left)):
        if old.words == kept.words and was.words != now.words and _vanishes(kept, was, now):
            return True
    return False


def _pair(before: Statement) -> StatedRelation | None:
    """The equation of a statement that is true for some values and false for others."""
    pair, solutions = before.only, before.solutions
    if pair is None or pair.relation != "=" or not isinstance(solutions, Roots) or len(solutions.poly) < 2:
        return None
    return pair


def _vanishes(kept: ClaimSide, was: ClaimSide, now: ClaimSide) -> bool:
    if kept.letters:
        return len(kept.tokens) == 1 and not was.letters and bool(now.letters)
    if now.letters or not was.letters:
        return False
    same = kept.words == now.words
    return same or (kept.bare and not _covers(was.node, now.node, in_sum=False))


def _covers(was: Node, now: Node, in_sum: bool) -> bool:
    """`15 + 5` for `3x + 5`: one term or bracket covered by the number that it must be."""
    if isinstance(was, BinaryOperation) and isinstance(now, BinaryOperation) and was.op == now.op:
        adds = was.op in "+-"
        if was.left == now.left:
            return _covers(was.right, now.right, False)
        if was.right == now.right:
            return _covers(was.left, now.left, adds)
    if isinstance(was, Neg) and isinstance(now, Neg):
        return _covers(was.arg, now.arg, in_sum)
    number = isinstance(now, Num) or (isinstance(now, Neg) and isinstance(now.arg, Num))
    part_of_sum = in_sum and isinstance(was, BinaryOperation) and was.op in "+-"
    return number and has_letter(was) and not part_of_sum


# What is no claim about the solution: decimals for roots, choices in word problems, values tried out.


_SUPPOSES = re.compile(r"\s*(?:try(?:ing)?|suppose|guess|assume|if|when|let)\s+[a-z]\s*=", re.IGNORECASE)


def supposes(context: Context, text: str) -> bool:
    """`Try x = 4: 3*4 + 5 = 17`: a value tried out in an equation is no claim that it solves it."""
    return context.reading.solves and bool(_SUPPOSES.match(text))


def is_rounded(before: Statement, after: Statement) -> bool:
    """`x = 16.67` after `3x = 50`."""
    exact, assigned = before.solutions, after.assignments
    if not isinstance(exact, Roots) or len(exact.poly) != 2 or len(assigned) != 1:
        return False
    root = rational_roots(exact.poly)[0]
    return root != assigned[0][1].value and rounds(root, assigned[0][1])


def chooses(after: Statement, earlier: Sequence[Statement]) -> bool:
    """`Let n = 6` after `n = 5`, the least of `x >= 5`, or anything after a line that is never true."""
    known = [s.solutions for s in earlier if s.solutions is not None]
    stated = after.solutions
    if stated is None or not known or any(compare(k, stated) is None for k in known):
        return False
    if known[-1] == Roots(stated.letter, (1,)):
        return True
    picked = isinstance(known[-1], Interval) and isinstance(stated, Roots)
    return picked or (bool(after.assignments) and any(s.assignments for s in earlier))


# Claims in words against what was done: `divide both sides by 5` over a line that subtracts 5.


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
    made = old.each(operation.operator, operation.by)
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
