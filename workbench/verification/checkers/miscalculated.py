"""What is said of a calculation that fails: what it comes to, and the line put right."""

from __future__ import annotations

from workbench.types import EvidenceKind
from workbench.verification.lines import quantities
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.findings import Context, Finding, incorrect
from workbench.verification.lines.pairs import Fit, is_compound
from workbench.verification.lines.readings import implied
from workbench.verification.lines.relations import show
from workbench.verification.repairs import edits, repair, rewrites
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Function, Number
from workbench.verification.text.tokens import or_none

_LONGEST_NUMBER = 40
"""The most signs of a number that a reason shows."""


def wrong(context: Context, claim: Claim, left: ClaimSide, right: ClaimSide, index: int) -> Finding:
    """Return that two sides of a claim are not equal; the second stands at `index`."""
    text = context.line.text
    shown = text[left.start : left.end] if claim.parts[index - 1] is not None else "The line before"
    fixed = None
    relation = claim.relations[index - 1]
    rooted = left.known is None or right.known is None  # a root, or pi
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
        fixed = None if is_unwritten(right) or implied(left) is not None else _repair(text, claim, index, left.value)
    # One of the two claims put right alone would offer numbers that do not factor the quadratic.
    pair = edits.factor_pair(context.line)
    quadratic = edits.quadratic(context) if pair is not None else None
    if pair is not None and quadratic is not None:
        fixed = edits.repair_pair(text, pair, quadratic)
    return incorrect("arithmetic", sentence, EvidenceKind.VALUE, fixed)


def is_unwritten(right: ClaimSide) -> bool:
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
    if (left.is_number and right.is_number) or is_unwritten(right):
        return f"{shown} is not {text[right.start : right.end]}."
    if max(len(show(left.value)), len(show(right.value))) > _LONGEST_NUMBER:
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
