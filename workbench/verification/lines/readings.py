"""The ways in which prose lets two numbers agree: rounded, as a percentage, by white space, in thousands."""

from __future__ import annotations

from fractions import Fraction

from workbench.verification.exact.polynomials import magnitude, tidy, worth
from workbench.verification.lines.claims import Claim, ClaimSide, make_part
from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_CHARS
from workbench.verification.text.tokens import Number, Token, Unit, Unreadable, number, word_set
from workbench.verification.text.words import CONVERSIONS


def rounds(exact: Number, shown: ClaimSide, about: bool = False) -> bool:
    """Return whether a bare decimal is the exact value rounded to the digits it shows."""
    if not shown.bare:
        return False
    text = next(t.text for t in shown.tokens if t.kind in (kinds.NUM, kinds.MIXED, kinds.VAR))
    if text.endswith("..."):
        places = len(text[:-3].rpartition(".")[2])
        tail: Number = (exact - shown.value) * 10 ** (places + (2 if shown.percent else 0))
        return 0 <= tail < 1
    places = len(text.rpartition(".")[2]) if "." in text else 0
    if not places and not about:
        return False
    unit: Number = Fraction(1, 10 ** (places + (2 if shown.percent else 0)))
    return magnitude(exact - shown.value) * 2 <= unit


def reads_as_percent(left: ClaimSide, right: ClaimSide, about: bool) -> bool:
    """`10 / 50 * 100 = 20%` and `20% + 30% = 50`: the sign stands for the unit, not for a hundredth."""
    adds_only = not any(t.kind is kinds.OP and t.text in "*/" for t in left.tokens)
    hundred = any(t.kind is kinds.PCT and left.tokens[i - 1].text == "100" for i, t in enumerate(left.tokens))
    if not (right.percent or (left.percent and (adds_only or hundred))):
        return False
    plain, shown = worth(left.node, percent=False), worth(right.node, percent=False)
    if plain is None or shown is None:
        return False
    return plain == shown or (hundred and (rounds(plain, right, about) or (about and magnitude(plain - shown) < 1)))


def names_a_share(exact: Number, right: ClaimSide) -> bool:
    """`3/3 - 2/3 = 1/3 of $150`: what stands before `of` is the result."""
    for i, token in enumerate(right.tokens):
        if token.text == "*" and token.end - token.start == len("of") and i:
            try:
                return make_part(right.tokens[:i]).value == exact
            except Unreadable:
                return False
    return False


def mixes_percent(part: ClaimSide) -> bool:
    """`100 + 10%`: pupils mean ten percent of the hundred."""
    signs = sum(t.kind is kinds.PCT for t in part.tokens)
    return 0 < signs < sum(t.kind in kinds.NUMERIC for t in part.tokens) and any(
        t.kind is kinds.OP and t.text in "+-" for t in part.tokens
    )


def reads_tight(part: ClaimSide, wanted: Number) -> bool:
    """`25 / 1/3`: white space shows that the fraction belongs together."""
    tokens: list[Token] = []
    for i, token in enumerate(part.tokens):
        three = part.tokens[i : i + 3]
        tight = [t.kind for t in three] == [kinds.NUM, kinds.OP, kinds.NUM] and three[1].text == "/"
        wide = i > 0 and part.tokens[i - 1].text == "/" and (part.tokens[i - 1].spaced or token.spaced)
        if wide and tight and not (three[1].spaced or three[2].spaced):
            open_, close = token._replace(kind=kinds.OPEN, text="("), token._replace(kind=kinds.CLOSE, text=")")
            try:
                return make_part([*tokens, open_, *three, close, *part.tokens[i + 3 :]]).known == wanted
            except Unreadable:
                return False
        tokens.append(token)
    return False


def is_percent_of(left: ClaimSide, right: ClaimSide) -> bool:
    """`1.2 x 100% = 120` and `7500/75% = 100`: the sign stands for the unit."""
    texts = [t.text for t in left.tokens]
    whole = any(t.kind is kinds.PCT and texts[i - 1] == "100" for i, t in enumerate(left.tokens))
    divided = any(t.kind is kinds.PCT and texts[i - 2 : i - 1] == ["/"] for i, t in enumerate(left.tokens))
    return (whole or divided) and right.known is not None and worth(left.node, percent=False) == right.known


def in_thousands(text: str, a: Number, b: Number) -> bool:
    """`5 * 3 = $15,000` where the line speaks of thousands."""
    words = {t.lower() for t in text[:MAX_CHARS].split()}
    factors = [factor for word, factor in (("thousand", 1000), ("million", 10**6)) if word in words]
    return any(b == a * factor or a == b * factor for factor in factors)


# Units of measure: which belong together, and claims read with their numbers in base units.


_LOOSE = word_set("percent squared cubed score scores half quarter quarters third thirds degrees")
"""Units whose size is a convention, or that change a number in another way."""
_WEEK = CONVERSIONS["week"][1]


def may_convert(claim: Claim) -> bool:
    """Return whether the units may explain why the bare numbers disagree, as in `2 hours = 120 minutes`."""
    kinds: dict[str, set[int]] = {}
    for unit in claim.units:
        if unit in _LOOSE:
            return True
        if unit in CONVERSIONS:
            kind, factor = CONVERSIONS[unit]
            kinds.setdefault(kind, set()).add(factor)
    return (
        "count" in kinds
        or any(len(factors) > 1 for factors in kinds.values())
        or {"time", "calendar"} <= kinds.keys()
    )


def _measured(claim: Claim, index: int) -> list[Unit]:
    return [u for u in claim.placed if u.part == index and u.word in CONVERSIONS]


def in_base(claim: Claim, index: int) -> ClaimSide | None:
    """Return one part of a claim with its numbers in base units; None where it has no unit that converts."""
    part, found = claim.parts[index], _measured(claim, index)
    if part is None or not found:
        return None
    tokens = list(part.tokens)
    seen: set[int] = set()
    try:
        return make_part(tokens) if all(_scale(tokens, unit, seen) for unit in found) else None
    except Unreadable:
        return None


def single(claim: Claim, index: int) -> tuple[str, int] | None:
    """Return the kind and factor of a part that is one number with one unit."""
    part = claim.parts[index]
    found = {CONVERSIONS[u.word] for u in _measured(claim, index)}
    return found.pop() if part is not None and part.bare and len(found) == 1 else None


def _scale(tokens: list[Token], unit: Unit, seen: set[int]) -> bool:
    """Replace a unit's number by its worth in base units; False where there is no such number."""
    if not 0 <= unit.number < len(tokens) or tokens[unit.number].kind is not kinds.NUM:
        return False
    at = unit.number
    if at > 1 and tokens[at - 1].text == "/" and tokens[at - 2].kind is kinds.NUM:
        at -= 2  # 1/2 hour
    kind, factor = CONVERSIONS[unit.word]
    if at in seen and kind != "count":
        return True
    seen.add(at)
    token = tokens[at]
    worth = tidy(Fraction(number(token.text)) * factor)
    tokens[at] = token._replace(text=_decimal(worth))
    return True


def _decimal(worth: Number) -> str:
    """A number with a finite decimal, written out. Raise `Unreadable` beyond six places."""
    scaled = worth * 10**6
    if scaled.denominator != 1 or scaled < 0:
        raise Unreadable("not a short decimal")
    whole, rest = divmod(scaled.numerator, 10**6)
    return f"{whole}.{rest:06d}" if rest else str(whole)


def same_quantity(claim: Claim, index: int) -> bool | None:
    """Return whether two neighbouring parts are one quantity in two units; None where the units do not tell."""
    left, right = in_base(claim, index), in_base(claim, index + 1)
    if left is None or right is None:
        return _scaled_count(claim, index, left, right)
    if left.known is None or right.known is None:
        return None
    return True if left.known == right.known else None if expected(claim, index) is None else False


def expected(claim: Claim, index: int) -> Number | None:
    """Return what the next part's number should be in its own unit, where both are single and convert."""
    first, second, part = single(claim, index), single(claim, index + 1), claim.parts[index]
    if first is None or second is None or part is None or first[0] != second[0] or first[1] == second[1]:
        return None
    if _LOOSE & set(claim.units) or _WEEK in (first[1], second[1]):
        return None  # a working week has five days
    return tidy(Fraction(part.value) * first[1] / second[1])


def word(claim: Claim, index: int) -> str:
    """Return the unit of a part."""
    return _measured(claim, index)[0].word


def written(claim: Claim, index: int, text: str) -> str:
    """Return a part with its unit, as a reader would write it."""
    part = claim.parts[index]
    return f"{text[part.start : part.end]} {word(claim, index)}" if part is not None else ""


def _scaled_count(claim: Claim, index: int, left: ClaimSide | None, right: ClaimSide | None) -> bool | None:
    """`2 dozen * 3 = 72`: only one side has a word for many."""
    at = index if left is not None else index + 1
    one, other = (left, claim.parts[index + 1]) if left is not None else (right, claim.parts[index])
    if one is None or other is None or any(CONVERSIONS[u.word][0] != "count" for u in _measured(claim, at)):
        return None
    return True if one.known is not None and one.known == other.known else None
