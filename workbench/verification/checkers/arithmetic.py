"""The checker of computation: claims without letters must hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from workbench.types import EvidenceKind
from workbench.verification.checkers.chains import put_in, unlike
from workbench.verification.checkers.grounding import numbers_in
from workbench.verification.exact import univariate
from workbench.verification.exact.polynomials import magnitude
from workbench.verification.lines import quantities
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.names import continued, repeated
from workbench.verification.lines.pairs import Fit, is_compound
from workbench.verification.lines.readings import (
    coarseness,
    cuts,
    divides_twice,
    in_cents,
    in_thousands,
    is_clock,
    is_percent_of,
    keeps_percent,
    mixes_percent,
    names_a_share,
    needs_rounding,
    of_hundred,
    reads_as_percent,
    rounds,
    tight,
)
from workbench.verification.lines.relations import show
from workbench.verification.repairs import edits, repair, rewrites
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Function, Number, Unreadable
from workbench.verification.text.tokens import or_none

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
        held: list[str] = []
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
        if not held:
            return None
        return correct("arithmetic", f"{held[0]} is right." if left_open else "The calculation is right.")


def _goes_on(context: Context) -> Finding | list[str]:
    """`Total = 42` after a step that ends `Total = 4 * 5 + 22`: not the number of that name, or what holds."""
    read = continued(context.earlier[-1].text, context.line.text) if context.earlier else None
    if read is None:
        return []
    before, claim = read
    right = claim.whole[0]
    holds = _holds(context, claim, 0, before, right)
    if holds is False and right.bare:
        found = _wrong(context, claim, before, right, 1)
        return replace(found, confidence=_NAMED)
    return [context.line.text[right.start : right.end]] if holds else []


class _Checked(NamedTuple):
    """The relations of a claim that hold, as written, and whether others were left open."""

    held: list[str]
    left_open: bool


def _check(context: Context, claim: Claim) -> Finding | _Checked | None:
    """The first mistake of a claim, or what of it holds; None where the line was only miswritten."""
    parts = [p if p is not None else context.carry for p in claim.parts]
    held: list[str] = []
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
            return _wrong(context, claim, *far)
        if holds is False and (_is_alternative(context, claim) or _miswritten(context, right)):
            return None
        if holds is False:
            return _wrong(context, claim, tight(left) or left, tight(right) or right, i + 1)
        left_open |= holds is None
        if holds and not _is_empty(context, claim, left, right):
            held.append(_shown(context.line.text, claim, i))
    return _Checked(held, left_open)


def _is_alternative(context: Context, claim: Claim) -> bool:
    """`0 = 3 or x = 4`: an alternative that nothing makes true is empty, if another stands beside it."""
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


_BOTH = frozenset(("±", "\\pm", "+-", "+/-", "+/−"))


def _names_both_roots(text: str, left: ClaimSide, right: ClaimSide) -> bool:
    """`√36 = ±6`: one number cannot be two."""
    if right.tokens[0].kind is not kinds.OP or right.known in (0, None):
        return False
    if text[: left.start].rstrip().endswith(tuple(_BOTH)):
        return False
    signs = [{text[t.start : t.end] for t in side.tokens if t.kind is kinds.OP} & _BOTH for side in (left, right)]
    return bool(signs[1]) and not signs[0]


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
    if a == b:
        return True
    about = about or relation == "~"
    bare = [(exact, shown) for exact, shown in ((a, right), (b, left)) if shown.bare]
    about = about and not _unwritten(right) and (not bare or any(needs_rounding(*pair, about=True) for pair in bare))
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
        or is_clock(left)
        or is_clock(right)
        or divides_twice(left, b)
    )


def _comes_out(context: Context, left: ClaimSide, right: ClaimSide) -> bool:
    """Whether nothing needs rounding: `0.6 + 0.25` in a problem that asks for just that has its digits all."""
    operators = {
        t.text for part in (left, right) for t in part.tokens if t.kind is not kinds.NUM and t.text not in "()"
    }
    return context.reading.expression is not None and not context.reading.statements and operators <= set("+-*")


def _holds_with_roots(left: ClaimSide, relation: str, right: ClaimSide, about: bool) -> bool | None:
    """The same for numbers with square roots; a decimal may stand for one to the digits it shows."""
    try:
        order = univariate.compare(univariate.surd(left.node), univariate.surd(right.node))
        exact = univariate.approximate(univariate.surd(left.node))
    except Unreadable:
        return None
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


def _wrong(context: Context, claim: Claim, left: ClaimSide, right: ClaimSide, index: int) -> Finding:
    text = context.line.text
    shown = text[left.start : left.end] if claim.parts[index - 1] is not None else "The line before"
    fixed = None
    relation = claim.relations[index - 1]
    rooted = univariate.has_root(left.node) or univariate.has_root(right.node)
    if relation not in ("=", "~"):
        # A root has no exact value to show: it is shown as it is written.
        values = (shown, text[right.start : right.end]) if rooted else (show(left.value), show(right.value))
        sentence = f"{values[0]} {relation} {values[1]} is not true."
        return incorrect("arithmetic", sentence, EvidenceKind.VALUE)
    differs = bool(claim.units) and quantities.fit(claim, index - 1) is Fit.DIFFERENT
    converted = quantities.expected(claim, index - 1) if differs or is_compound(right) else None
    if differs and converted is None:
        shown, unit = quantities.written(claim, index - 1, text), quantities.word(claim, index)
        return incorrect("arithmetic", f"{shown} is not measured in {unit}.", EvidenceKind.UNIT)
    if converted is not None:
        sentence, fixed = _in_units(text, claim, index, right, converted)
    elif rooted:
        sentence = f"{shown} is not {text[right.start : right.end]}."
    else:
        sentence = _sentence(text, left, right, shown)
        fixed = None if _unwritten(right) else _repair(text, claim, index, left.value)
    # One of the two claims put right alone would offer numbers that do not factor the quadratic.
    pair = edits.factor_pair(context.line)
    quadratic = edits.quadratic(context) if pair is not None else None
    if pair is not None and quadratic is not None:
        fixed = edits.repair_pair(text, pair, quadratic)
    return incorrect("arithmetic", sentence, EvidenceKind.VALUE, fixed)


def _unwritten(right: ClaimSide) -> bool:
    """`58 R 5` is read as a sum in brackets that no one wrote."""
    return right.tokens[0].kind is kinds.OPEN and right.tokens[0].start == right.tokens[0].end


def _in_units(text: str, claim: Claim, index: int, right: ClaimSide, exact: Number) -> tuple[str, str | None]:
    """What a part should be in its own unit, as a sentence and as a repair."""
    shown, unit = quantities.written(claim, index - 1, text), quantities.word(claim, index)
    mended = quantities.rewritten(right, text, exact) if is_compound(right) else None
    if mended is None:
        sentence = f"{shown} is {show(exact)} {unit}, not {show(right.value)} {unit}."
        return sentence, _repair(text, claim, index, exact)
    fixed = edits.apply(text, edits.Edit(right.start, right.end, mended))
    return f"{shown} is {mended} {unit}, not {text[right.start : right.end]} {unit}.", fixed


def _sentence(text: str, left: ClaimSide, right: ClaimSide, shown: str) -> str:
    if isinstance(left.node, Function) and isinstance(right.node, Function) and left.node.name == "mod":
        return f"{shown} and {text[right.start : right.end]} leave different remainders."
    if (left.is_number and right.is_number) or _unwritten(right):
        return f"{shown} is not {text[right.start : right.end]}."
    if right.bare or not left.bare:
        return f"{shown} is {show(left.value)}, not {show(right.value)}."
    return f"{text[right.start : right.end]} is {show(right.value)}, not {show(left.value)}."


@or_none
def _repair(text: str, claim: Claim, index: int, exact: Number) -> str | None:
    right, left = claim.parts[index], claim.parts[index - 1]
    if right is None or claim.relations[index - 1] not in ("=", "~"):
        return None
    if right.is_number:
        fixed = _replace_value(text, claim, index, right, exact)
        return fixed or _replace_copies(text, claim, index, right, exact)
    if left is not None and left.is_number:
        return _replace_value(text, claim, index - 1, left, right.value)

    def accept(changed: Claim) -> bool:
        values = [p.value for p in (left, *changed.whole) if p is not None and not p.letters]
        return all(v == values[0] for v in values)

    def measure(changed: Claim) -> dict[str, Number]:
        part = changed.parts[1]
        return {"": part.value - exact} if part is not None else {}

    before = (left,) if left is not None else ()
    # The left side is out of reach of edits.
    only = Claim((None, right, *claim.parts[index + 1 :]), claim.relations[index - 1 :])
    if rewrites.wrong_order(left, right) and index == len(claim.parts) - 1:
        ordered = rewrites.one_operation(text, left, right)
        if ordered is not None:
            return ordered
    return repair.find(text, only, accept, measure, before, copies=False)


def _write(claim: Claim, part: ClaimSide, text: str, exact: Number) -> str | None:
    """The exact value as the part writes its own; over its denominator only where the other side has it."""
    raw = text[part.start : part.end].lstrip("-+−( ").rstrip("%) ")
    others = [p for p in claim.whole if p is not part]
    bottom = raw.rpartition("/")[2]
    keep = any(p.is_number for p in others) or any(t.text == bottom for p in others for t in p.tokens)
    return repair.write_number(exact, raw, part.percent, keep)


def _replace_value(text: str, claim: Claim, index: int, part: ClaimSide, exact: Number) -> str | None:
    """The wrong value replaced in its own notation, if that makes the whole chain hold."""
    written = _write(claim, part, text, exact)
    if written is None:
        return None
    rest = [p for i, p in enumerate(claim.parts) if i != index and p is not None and not p.letters]
    if any(p.value != exact for p in rest):
        return None
    last = part.tokens[-1]
    end = last.start if last.kind is kinds.PCT else part.end
    return edits.apply(text, edits.Edit(part.start, end, written))


def _replace_copies(text: str, claim: Claim, index: int, part: ClaimSide, exact: Number) -> str | None:
    """`9 + 6 = 16 = 16`: the same wrong value copied along the chain is one mistake."""
    fixed = text
    for later in reversed(claim.parts[index:]):
        if later is None or later.letters:
            return None
        if later.value == exact:
            continue
        written = _write(claim, later, text, exact)
        if later.value != part.value or not later.is_number or written is None:
            return None
        fixed = edits.apply(fixed, edits.Edit(later.start, later.end, written))
    return fixed
