"""The checker of computation: claims without letters must hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from workbench.types import EvidenceKind
from workbench.verification.checkers.chains import put_in, unlike
from workbench.verification.checkers.grounding import numbers_in
from workbench.verification.checkers.miscalculated import is_unwritten, wrong
from workbench.verification.checkers.vacuous import repeats_false, shows_none
from workbench.verification.exact import univariate
from workbench.verification.exact.polynomials import difference, magnitude
from workbench.verification.lines import named_values, quantities
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.names import continued, repeated
from workbench.verification.lines.pairs import Fit, is_compound
from workbench.verification.lines.readings import (
    coarseness,
    cuts,
    divides_twice,
    implied,
    in_cents,
    in_thousands,
    is_clock,
    is_noise,
    is_percent_of,
    keeps_percent,
    may_be_floor,
    may_multiply_all,
    may_repeat,
    mixes_percent,
    names_a_share,
    needs_rounding,
    of_hundred,
    passes_noon,
    reads_as_percent,
    rounds,
    tight,
)
from workbench.verification.lines.relations import show
from workbench.verification.lines.roles import is_denied
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Unreadable, has_function

_OTHER_NUMBERS = re.compile(r"\b(?:base|binary|octal|hexadecimal|modulo|mod|clock)\b", re.IGNORECASE)
"""Words of lines that calculate otherwise: `In base 2, 1 + 1 = 10`."""
_NAMED = 0.9
"""A name may stand for another number in the next step."""
_LONGEST = 80
"""The most of a claim that a reason shows."""


@dataclass(frozen=True)
class Arithmetic:
    """Every `a = b` without letters must hold: exactly, or in prose to the digits shown."""

    name: str = "arithmetic"

    def __call__(self, context: Context) -> Finding | None:
        """Incorrect for the first claim that fails, correct if any claim holds."""
        held: list[tuple[Claim, int]] = []
        left_open = bool(context.line.unread)
        for claim in (*context.line.claims, *context.line.notes, *repeated(context.line.text)):
            checked = _check(context, claim)
            if checked is None or isinstance(checked, Finding):
                return checked
            held += checked.held
            left_open |= checked.left_open
        named = _goes_on(context)
        if isinstance(named, Finding):
            return named
        held += named
        taken = _takes_named(context)
        if isinstance(taken, Finding):
            return taken
        if not held:
            return correct("arithmetic", taken) if taken else None
        shown = _shown(context.line.text, *held[0]) if left_open else "The calculation"
        return correct("arithmetic", f"{shown} is right.")


def _goes_on(context: Context) -> Finding | list[tuple[Claim, int]]:
    """`Total = 42` after a step that ends `Total = 4 * 5 + 22`: not the number of that name, or what holds."""
    read = continued(context.earlier[-1].text, context.line.text) if context.earlier else None
    if read is None:
        return []
    before, claim = read
    right = claim.whole[0]
    holds = _holds(context, claim, 0, before, right)
    if holds is False and right.bare:
        found = wrong(context, claim, before, right, 1)
        return replace(found, confidence=_NAMED)
    return [(claim, 0)] if holds else []


def _takes_named(context: Context) -> Finding | str | None:
    """`Boys + Girls = 12 + 14` after `Girls = 15`: another number than the name has, or a sentence that it holds."""
    right = [line for line, v in zip(context.earlier, context.verdicts, strict=False) if v.judgement != "incorrect"]
    read = named_values.put_in(right, context.line) if right and context.is_story else None
    if read is None:
        return None
    if read.exact == read.side.known or rounds(read.exact, read.side, about=True):
        return f"{show(read.exact)} is right."
    given = " and ".join(f"{name} = {show(v)}" for name, v in zip(read.names, read.values, strict=True))
    text = f"With {given} this is {show(read.exact)}, not {context.line.text[read.side.start : read.side.end]}."
    return incorrect("names", text, EvidenceKind.VALUE, confidence=_NAMED)


class _Checked(NamedTuple):
    """The relations of a claim that hold, by their place, and whether others were left open."""

    held: list[tuple[Claim, int]]
    left_open: bool


def _check(context: Context, claim: Claim) -> Finding | _Checked | None:
    """The first mistake of a claim, or what of it holds; None where the line was only miswritten."""
    parts = [p if p is not None else context.carry for p in claim.parts]
    held: list[tuple[Claim, int]] = []
    left_open = False
    if claim.letters and (found := put_in(context, claim)) is not None:
        return found
    for i, relation in enumerate(claim.relations):
        left, right = parts[i], parts[i + 1]
        if left is None or right is None:
            continue
        if left.letters or right.letters:
            if relation == "=" and (found := unlike(context, claim, i, left, right)) is not None:
                return found
            continue
        if relation == "=" and not claim.letters and _names_both_roots(context.line.text, left, right):
            return _both_roots(context.line.text, left, right)
        holds = _holds(context, claim, i, left, right)
        if holds is None and relation == "=" and (far := _beyond(context, claim, i)) is not None:
            return wrong(context, claim, *far)
        if holds is False and is_denied(context.line.text, left.start, right.end):
            left_open = True
            continue
        if holds is False and (_is_empty_line(context, claim, left, right) or _miswritten(context, right)):
            return None
        if holds is False:
            return wrong(context, claim, tight(left) or left, tight(right) or right, i + 1)
        left_open |= holds is None
        if holds and not _is_empty(context, claim, left, right):
            held.append((claim, i))
    return _Checked(held, left_open)


def _is_empty_line(context: Context, claim: Claim, left: ClaimSide, right: ClaimSide) -> bool:
    """Whether a false equation is no mistake: an empty alternative, or the proof that there is no solution."""
    return _is_alternative(context, claim) or shows_none(context, left, right) or repeats_false(context, left, right)


def _is_alternative(context: Context, claim: Claim) -> bool:
    """`0 = 3 or x = 4`: a false alternative adds no solutions, if there is another alternative."""
    line = context.line
    beside = "or" in line.joins and claim in line.claims and any(other.letters for other in line.claims)
    return beside and bool(context.reading.statements)


def _shown(text: str, claim: Claim, i: int) -> str:
    """A relation as written, for a sentence."""
    left, right = claim.parts[i], claim.parts[i + 1]
    start = left.start if left is not None else 0
    return " ".join(text[start : right.end if right is not None else None].split())[:_LONGEST]


def _beyond(context: Context, claim: Claim, i: int) -> tuple[ClaimSide, ClaimSide, int] | None:
    """Two sides that must be equal through one that has no exact value: `81 = 3^4 = (...)^{2/5} = 9^3`."""
    parts = claim.parts
    if i + 2 >= len(parts) or claim.relations[i + 1] != "=" or quantities.may_convert(claim):
        return None
    left, middle, right = parts[i : i + 3]
    if left is None or middle is None or right is None or left.letters or right.letters or middle.letters:
        return None
    if left.known is None or right.known is None or middle.known is not None or univariate.has_root(middle.node):
        return None
    between = Claim((left, right), ("=",))
    return (left, right, i + 2) if _holds(context, between, 0, left, right) is False else None


def _is_empty(context: Context, claim: Claim, left: ClaimSide, right: ClaimSide) -> bool:
    """`7 = 7` proves nothing, unless it ends a check: the number stands in the line before."""
    if claim.relations != ("=",) or left.words != right.words or not left.bare:
        return False
    if is_compound(left) != is_compound(right):
        return False  # `90 minutes = 1 hour 30 minutes`
    return not context.earlier or left.words[-1] not in context.earlier[-1].numbers


_OR_NEGATIVE = re.compile(r"\s*(?:,|or|and|, or|\\text\{\s*(?:or|and)\s*\})\s*[-−]\s?[0-9]")
_BOTH = frozenset(("±", "\\pm", "+-", "+/-", "+/−"))


def _names_both_roots(text: str, left: ClaimSide, right: ClaimSide) -> bool:
    """`√36 = ±6`: one number cannot be two."""
    if right.known in (0, None):
        return False
    if text[: left.start].rstrip().endswith(tuple(_BOTH)):
        return False
    if _OR_NEGATIVE.match(text, right.end) and univariate.has_root(left.node):
        return True  # `√100 = 10 or -10`
    signs = [{text[t.start : t.end] for t in side.tokens if t.kind is kinds.OP} & _BOTH for side in (left, right)]
    return right.tokens[0].kind is kinds.OP and bool(signs[1]) and not signs[0]


def _both_roots(text: str, left: ClaimSide, right: ClaimSide) -> Finding:
    shown = text[left.start : left.end]
    sentence = f"{shown} is one number, but {text[right.start : right.end]} are two."
    if univariate.has_root(left.node):
        sentence = (
            f"{shown} is not {text[right.start : right.end]}: the root sign means the root that is not negative."
        )
    return incorrect("arithmetic", sentence, EvidenceKind.VALUE)


def _holds(context: Context, claim: Claim, index: int, left: ClaimSide, right: ClaimSide) -> bool | None:
    """Whether a relation between numbers holds; None where prose leaves it open."""
    relation, about = claim.relations[index], context.line.about
    try:
        a, b = left.value, right.value
    except Unreadable:
        return _holds_with_roots(left, relation, right, about)
    if relation not in ("=", "~"):
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[relation]
    if claim.units:
        told = context.line.text, context.problem.text
        measured = quantities.fit(claim, index, about or relation == "~", *told)
        if measured is not Fit.NUMBERS:
            return {Fit.SAME: True, Fit.DIFFERENT: False}.get(measured)
    together = tight(left), tight(right)
    if together != (None, None):  # `6 / 1/2` is 12 as the blanks show it, but 3 from left to right
        if (together[0] or left).known == (together[1] or right).known:
            return True
        return None if a == b else False
    joined = implied(left) or implied(right)
    if joined is not None and joined.known not in (None, a if implied(left) is not None else b):
        return None if a == b or joined.known in (a, b) else False
    if a == b:
        return True
    about = about or relation == "~"
    bare = [(exact, shown) for exact, shown in ((a, right), (b, left)) if shown.bare]
    about = (
        about and not is_unwritten(right) and (not bare or any(needs_rounding(*pair, about=True) for pair in bare))
    )
    solved = claim.letters and context.reading.statements  # there `x = 1/3 = 0.33` is no exact solution
    rounded = not solved and (rounds(a, right, about) or rounds(b, left, about))
    if rounded and (about or not _comes_out(context, left, right)):
        return True
    if reads_as_percent(left, right, about) or reads_as_percent(right, left, about) or of_hundred(left, right):
        return True
    if about and magnitude(a - b) < max(1, magnitude(a) / 20, coarseness(right), coarseness(left)):
        return None
    return None if quantities.may_convert(claim, index) or _is_open(context, claim, left, right, a, b) else False


def _is_open(context: Context, claim: Claim, left: ClaimSide, right: ClaimSide, a: Number, b: Number) -> bool:
    """Whether two numbers that differ may still say the same in prose."""
    return (
        claim.loose
        or (
            _OTHER_NUMBERS.search(context.line.text) is not None
            and not any(has_function(p.node) for p in claim.whole)
        )
        or mixes_percent(left, b)
        or is_percent_of(left, right)
        or keeps_percent(left, right)
        or cuts(a, left, right)
        or cuts(b, right, left)
        or names_a_share(a, right)
        or _noted(context, a, right)
        or _is_share_of_given(context, left, right)
        or in_thousands(context.line.text, a, b)
        or in_cents(claim, a, b)
        or is_noise(a, b, right)
        or _reads_otherwise(context, left, right, a, b)
        or is_clock(left)
        or is_clock(right)
        or passes_noon(claim, a, b)
        or divides_twice(left, b)
    )


def _reads_otherwise(context: Context, left: ClaimSide, right: ClaimSide, a: Number, b: Number) -> bool:
    """Whether one side is written in a way that others read otherwise: `0.8(3)`, `[3.7]`, `twice 3 + 4`."""
    for side, own, worth in ((left, a, b), (right, b, a)):
        text = context.line.text[side.start : side.end]
        if may_repeat(text, worth) or may_be_floor(text, own, worth) or may_multiply_all(text, side, worth):
            return True
    return False


def _comes_out(context: Context, left: ClaimSide, right: ClaimSide) -> bool:
    """Whether nothing needs rounding: `0.6 + 0.25` in a problem that asks for just that has its digits all."""
    operators = {
        t.text for part in (left, right) for t in part.tokens if t.kind is not kinds.NUM and t.text not in "()"
    }
    return context.reading.expression is not None and not context.reading.statements and operators <= set("+-*")


def _holds_with_pi(left: ClaimSide, right: ClaimSide) -> bool | None:
    """The same for multiples of pi, which no fraction equals: `2π * 3 = 6π` compares as letters do."""
    try:
        tops = [side.rational[0] for side in (left, right)]
        if all(any("π" in monomial for monomial in top) for top in tops):
            return not difference(left.rational, right.rational)[0]
    except Unreadable:
        pass
    return None


def _holds_with_roots(left: ClaimSide, relation: str, right: ClaimSide, about: bool) -> bool | None:
    """The same for numbers with square roots; a decimal may stand for one to the digits it shows."""
    try:
        order = univariate.compare(univariate.surd(left.node), univariate.surd(right.node))
        exact = univariate.approximate(univariate.surd(left.node))
    except Unreadable:
        return _holds_with_pi(left, right) if relation == "=" else None
    if relation in ("=", "~"):
        close = univariate.distance(left.node, right.node) < 1
        return order == 0 or rounds(exact, right, about) or (None if about and close else False)
    return {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[relation]


def _is_share_of_given(context: Context, left: ClaimSide, right: ClaimSide) -> bool:
    """`30% = 72` where the problem speaks of 240: the sign stands for a share of it."""
    if not left.percent or right.percent or not (left.is_number and right.is_number):
        return False
    return any(left.value * given == right.value for given in numbers_in(context.problem.text))


def _miswritten(context: Context, right: ClaimSide) -> bool:
    """`8*3 = <<80*3=240>>240`: a note that holds confirms the result; what is written before it was a slip."""
    return any(
        n.whole[-1].known == right.known and n.whole[0].known == right.known
        for n in context.line.notes
        if not n.letters and len(n.whole) > 1
    )


def _noted(context: Context, exact: Number, right: ClaimSide) -> bool:
    """Whether a calculator note confirms the left side, so that the right side was misread."""
    return not right.bare and any(n.whole[-1].value == exact for n in context.line.notes if not n.letters)
