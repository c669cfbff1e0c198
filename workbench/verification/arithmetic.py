"""The checker of computation: claims without letters must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from workbench.types import Diagnosis, Evidence, Judgement
from workbench.verification import edits, repair, rewrites
from workbench.verification.claims import Claim, Part
from workbench.verification.findings import Context, Finding
from workbench.verification.grammar import Number, Unreadable, word_set
from workbench.verification.polynomials import magnitude, value
from workbench.verification.relations import show

_SCALES = word_set(
    "dozen dozens hundred hundreds thousand thousands million millions billion pair pairs percent k "
    "squared cubed score scores half quarter quarters third thirds degrees "
)
_DIMENSIONS = (
    "second seconds sec minute minutes min mins hour hours hr hrs day days week weeks month months year",
    "inch inches foot feet ft yard yards mile miles mm cm m km meter meters metre metres",
    "gram grams g kg kilogram kilograms ounce ounces oz pound pounds lb lbs ton tons",
    "ml l liter liters litre litres gallon gallons quart quarts pint pints cup cups tablespoons teaspoons",
    "cent cents dollar dollars penny pennies nickel nickels dime dimes $ ¢",
)
_DIMENSION = {word: i for i, words in enumerate(_DIMENSIONS) for word in words.split()}


@dataclass(frozen=True)
class Arithmetic:
    """Every `a = b` without letters must hold: exactly, or in prose to the digits shown."""

    name: str = "arithmetic"

    def __call__(self, context: Context) -> Finding | None:
        """Incorrect for the first claim that fails, correct if any claim holds."""
        held = None
        for claim in context.line.claims:
            finding = _check(context, claim)
            if finding is not None and finding.judgement is Judgement.INCORRECT:
                return finding
            held = held or finding
        return held


def _check(context: Context, claim: Claim) -> Finding | None:
    parts = [p if p is not None else context.carry for p in claim.parts]
    decided = False
    for i, relation in enumerate(claim.relations):
        left, right = parts[i], parts[i + 1]
        if left is None or right is None or left.letters or right.letters:
            continue
        holds = _holds(left, relation, right, claim, context.line.about)
        if holds is False:
            return _wrong(context, claim, left, right, i + 1)
        decided |= holds is True
    if not decided:
        return None
    return Finding(Judgement.CORRECT, Diagnosis.VALID, "arithmetic", "The calculation is right.")


def _holds(left: Part, relation: str, right: Part, claim: Claim, about: bool) -> bool | None:
    """Whether a relation between numbers holds; None where prose leaves it open."""
    try:
        a, b = left.value, right.value
    except Unreadable:
        return None
    if relation not in ("=", "~"):
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[relation]
    if a == b:
        return True
    about = about or relation == "~"
    if not claim.letters and (rounds(a, right, about) or rounds(b, left, about)):
        return True
    if _reads_as_percent(left, right):
        return True
    if about and magnitude(a - b) < max(1, magnitude(a) / 20):
        return None
    return None if claim.loose or _converts(claim) or _mixes_percent(left) else False


def rounds(exact: Number, shown: Part, about: bool = False) -> bool:
    """Whether a bare decimal is the exact value rounded to the digits it shows."""
    if not shown.bare:
        return False
    text = next(t.text for t in shown.tokens if t.kind in ("num", "mixed", "var"))
    places = len(text.rpartition(".")[2]) if "." in text else 0
    if not places and not about:
        return False
    unit = Fraction(1, 10 ** (places + (2 if shown.percent else 0)))
    return magnitude(exact - shown.value) * 2 <= unit


def _reads_as_percent(left: Part, right: Part) -> bool:
    """`10 / 50 * 100 = 20%` and `20% + 30% = 50`: the sign stands for the unit, not for a hundredth."""
    adds_only = not any(t.kind == "op" and t.text in "*/" for t in left.tokens)
    if not (right.percent or (left.percent and adds_only)):
        return False
    try:
        return value(left.node, percent=False) == value(right.node, percent=False)
    except Unreadable:
        return False


def _mixes_percent(part: Part) -> bool:
    """`100 + 10%`: pupils mean ten percent of the hundred."""
    signs = sum(t.kind == "pct" for t in part.tokens)
    return 0 < signs < sum(t.kind in ("num", "mixed") for t in part.tokens) and any(
        t.kind == "op" and t.text in "+-" for t in part.tokens
    )


def _converts(claim: Claim) -> bool:
    """Whether the units may explain why the bare numbers disagree, as in `2 hours = 120 minutes`."""
    if _SCALES.intersection(claim.units):
        return True
    seen: dict[int, set[str]] = {}
    for unit in claim.units:
        if unit in _DIMENSION:
            seen.setdefault(_DIMENSION[unit], set()).add(unit.rstrip("s"))
    return any(len(words) > 1 for words in seen.values()) and not _plain_money(seen)


def _plain_money(seen: dict[int, set[str]]) -> bool:
    """`$` and `dollars` are one unit."""
    return all(len(words) == 1 or words == {"$", "dollar"} for words in seen.values())


def _wrong(context: Context, claim: Claim, left: Part, right: Part, index: int) -> Finding:
    exact = left.value
    said = right if right.bare or not left.bare else left
    other = left if said is right else right
    text = context.line.text
    shown = text[other.start : other.end] if claim.parts[index - 1] is not None else "the line before"
    sentence = f"{shown} is {show(other.value)}, not {show(said.value)}."
    if is_value(left) and is_value(right):
        sentence = f"{shown} is not {text[right.start : right.end]}."
    return Finding(
        Judgement.INCORRECT,
        Diagnosis.NOT_EQUIVALENT,
        "arithmetic",
        sentence,
        (Evidence("value", sentence),),
        _safe_repair(text, claim, index, exact),
    )


def is_value(part: Part) -> bool:
    """A number, signed, possibly a fraction of two numbers, a percentage or in brackets."""
    kinds = [t.kind if t.kind != "op" or t.text in "/" else "sign" for t in part.tokens]
    core = [k for k in kinds if k not in ("sign", "pct")]
    signs = [i for i, k in enumerate(kinds) if k == "sign"]
    return core in (["num"], ["mixed"], ["num", "op", "num"]) and signs in ([], [0])


def _safe_repair(text: str, claim: Claim, index: int, exact: Number) -> str | None:
    try:
        return _repair(text, claim, index, exact)
    except Unreadable:
        return None


def _repair(text: str, claim: Claim, index: int, exact: Number) -> str | None:
    right, left = claim.parts[index], claim.parts[index - 1]
    if right is None:
        return None
    if is_value(right):
        fixed = _replace_value(text, claim, index, right, exact)
        return fixed or _replace_copies(text, claim, index, right, exact)
    if left is not None and is_value(left):
        return _replace_value(text, claim, index - 1, left, right.value)

    def accept(changed: Claim) -> bool:
        return _consistent(changed.parts)

    def measure(changed: Claim) -> dict[str, Number]:
        part = changed.parts[index]
        return {"": part.value - exact} if part is not None else {}

    before = (left,) if left is not None else ()
    only = Claim((left, right, *claim.parts[index + 1 :]), claim.relations[index - 1 :])
    if rewrites.wrong_order(left, right) and index == len(claim.parts) - 1:
        ordered = rewrites.one_operation(text, left, right)
        if ordered is not None:
            return ordered
    return repair.find(
        text,
        _frozen_left(only),
        lambda c: accept(_thaw(c, left)),
        _shift(measure, index),
        before,
        copies=False,
    )


def _frozen_left(claim: Claim) -> Claim:
    """The claim with its first part out of reach of edits."""
    return Claim((None, *claim.parts[1:]), claim.relations)


def _thaw(claim: Claim, left: Part | None) -> Claim:
    return Claim((left, *claim.parts[1:]), claim.relations)


def _shift(measure: repair.Measure, index: int) -> repair.Measure:
    """The measure for a claim whose parts before `index - 1` were cut off."""
    return lambda claim: measure(Claim(((None,) * (index - 1)) + claim.parts, claim.relations))


def _consistent(parts: Sequence[Part | None]) -> bool:
    values = [p.value for p in parts if p is not None and not p.letters]
    return all(v == values[0] for v in values)


def _write(claim: Claim, part: Part, text: str, exact: Number) -> str | None:
    """The exact value as the part writes its own; over its denominator only where the other side has it."""
    raw = text[part.start : part.end].lstrip("-+−( ").rstrip("%) ")
    others = [p for p in claim.whole if p is not part]
    bottom = raw.rpartition("/")[2]
    keep = any(is_value(p) for p in others) or any(t.text == bottom for p in others for t in p.tokens)
    return repair.write_number(exact, raw, part.percent, keep)


def _replace_value(text: str, claim: Claim, index: int, part: Part, exact: Number) -> str | None:
    """The wrong value replaced in its own notation, if that makes the whole chain hold."""
    written = _write(claim, part, text, exact)
    if written is None:
        return None
    rest = [p for i, p in enumerate(claim.parts) if i != index and p is not None and not p.letters]
    if any(p.value != exact for p in rest):
        return None
    last = part.tokens[-1]
    end = last.start if last.kind == "pct" else part.end
    return edits.apply(text, edits.Edit(part.start, end, written))


def _replace_copies(text: str, claim: Claim, index: int, part: Part, exact: Number) -> str | None:
    """`9 + 6 = 16 = 16`: the same wrong value copied along the chain is one mistake."""
    fixed = text
    for later in reversed(claim.parts[index:]):
        if later is None or later.letters:
            return None
        if later.value == exact:
            continue
        written = _write(claim, later, text, exact)
        if later.value != part.value or not is_value(later) or written is None:
            return None
        fixed = edits.apply(fixed, edits.Edit(later.start, later.end, written))
    return fixed
