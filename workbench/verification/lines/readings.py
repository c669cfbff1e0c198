"""The ways in which prose lets two numbers agree: rounded, as a percentage, by white space, in thousands."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

from workbench.verification.exact.polynomials import magnitude, worth
from workbench.verification.lines.claims import Claim, ClaimSide, make_part
from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_CHARS
from workbench.verification.text.tokens import Number, Token, Unreadable, in_brackets, or_none, slashed


def rounds(exact: Number, shown: ClaimSide, about: bool = False) -> bool:
    """Return whether a bare decimal is the exact value rounded to the digits it shows."""
    if not shown.bare:
        return False
    text = _digits(shown)
    if text.endswith("..."):
        places = len(text[:-3].rpartition(".")[2])
        tail: Number = (exact - shown.value) * 10 ** (places + (2 if shown.percent else 0))
        return 0 <= tail < 1 or (tail == 1 and text.endswith("9..."))  # 0.999... = 1
    places = len(text.rpartition(".")[2]) if "." in text else 0
    if not places and not about:
        return False
    unit: Number = Fraction(1, 10 ** (places + (2 if shown.percent else 0)))
    return magnitude(exact - shown.value) * 2 <= unit


def _digits(shown: ClaimSide) -> str:
    """A bare number as written, without its sign."""
    return next(t.text for t in shown.tokens if t.kind in (kinds.NUM, kinds.MIXED, kinds.VAR))


def needs_rounding(exact: Number, shown: ClaimSide, about: bool) -> bool:
    """Return whether the digits that a bare number shows cannot be all of the exact value's.

    `3.10 + 8.45 + 2.35 = 13.89` cannot be rounded: 13.90 has no more than two decimals. A whole number such as 80 may
    stand for 83 where the line says that it is no more than about.
    """
    if not shown.bare:
        return True
    text = _digits(shown)
    if text.endswith("...") or shown.percent:
        return True
    places = len(text.rpartition(".")[2]) if "." in text else 0
    if not places:
        return exact.denominator != 1 or (about and text.endswith("0"))
    return bool(10**places % exact.denominator)


def coarseness(shown: ClaimSide) -> Number:
    """Return how far a round number such as 80 may lie from what it stands for: half of its last place."""
    text = _digits(shown) if shown.bare else ""
    zeros = len(text) - len(text.rstrip("0"))
    return 10**zeros // 2 if text.isdigit() and 0 < zeros < len(text) else 0


_FINE = 3
"""From so many decimals on a number in a calculation may itself be rounded: (1.4142)^2 = 2."""


def cuts(exact: Number, left: ClaimSide, shown: ClaimSide) -> bool:
    """Return whether a decimal was cut off instead of rounded, or a whole number comes of rounded decimals."""
    if not shown.bare or not needs_rounding(exact, shown, False):
        return False
    text = _digits(shown)
    if shown.percent:  # 1/3 = 33%
        return "." not in text and magnitude(exact - shown.value) * 100 < 1 and (100 * exact).denominator != 1
    if "." in text:
        places = len(text.removesuffix("...").rpartition(".")[2])
        goes_on = bool(10 ** (places + 1) % exact.denominator)
        return goes_on and 0 <= (magnitude(exact) - magnitude(shown.value)) * 10**places < 1
    fine = [len(t.text.rpartition(".")[2]) for t in left.tokens if t.kind is kinds.NUM and "." in t.text]
    places = min(fine, default=0)
    return places >= _FINE and magnitude(exact - shown.value) * 10 ** (places - 1) < max(1, magnitude(exact))


def reads_as_percent(left: ClaimSide, right: ClaimSide, about: bool) -> bool:
    """`10 / 50 * 100 = 20%`: where a side was multiplied by a hundred, the sign behind the other is its unit."""
    texts = [t.text for t in left.tokens]
    hundred = "100" in texts and any(
        text == "100" and "*" in (texts[i - 1 : i] + texts[i + 1 : i + 2]) for i, text in enumerate(texts)
    )
    exact, plain, shown = left.known, worth(left.node, percent=False), worth(right.node, percent=False)
    if not (hundred and (right.percent or left.percent)) or plain is None or shown is None:
        return False
    values = {plain, exact} if exact is not None and right.percent else {plain}
    return any(v == shown or (_rounds_plain if right.percent else rounds)(v, right, about) for v in values)


def _rounds_plain(exact: Number, shown: ClaimSide, about: bool) -> bool:
    """Whether a percentage's number without its sign is the exact value to the digits it shows."""
    return rounds(Fraction(exact) / 100, shown, about) or (about and magnitude(exact - shown.value * 100) < 1)


def of_hundred(left: ClaimSide, right: ClaimSide) -> bool:
    """`100 - 60 = 40%`: a rest of the whole hundred."""
    if not right.percent or left.percent or left.words[0] != "100":
        return False
    adds = all(t.text in "+-" for t in left.tokens if t.kind is kinds.OP)
    return adds and left.known is not None and left.known == worth(right.node, percent=False)


def keeps_percent(left: ClaimSide, right: ClaimSide) -> bool:
    """`20% + 30% = 50` and `75 - 50 = 25%`: the sign was dropped or added as a unit, which may be meant so.

    Not where a decimal below one only got a sign, as in `1/4 = 0.25%`, and not between two bare numbers.
    """
    if left.percent == right.percent or (left.bare and right.bare):
        return False
    plain, shown = worth(left.node, percent=False), worth(right.node, percent=False)
    if plain is None or plain != shown:
        return False
    if right.percent:
        return magnitude(plain) > 1
    signs = sum(t.kind is kinds.PCT for t in left.tokens)
    products = any(t.kind is kinds.OP and t.text in "*/^" for t in left.tokens)
    return not products and signs == sum(t.kind in kinds.NUMERIC for t in left.tokens)


def names_a_share(exact: Number, right: ClaimSide) -> bool:
    """`3/3 - 2/3 = 1/3 of $150`: what stands before `of` is the result."""
    for i, token in enumerate(right.tokens):
        if token.text == "*" and token.end - token.start == len("of") and i:
            try:
                return make_part(right.tokens[:i]).value == exact
            except Unreadable:
                return False
    return False


def mixes_percent(left: ClaimSide, wanted: Number) -> bool:
    """Return whether `100 + 10%` comes to what pupils mean: the hundred with ten percent of it, not of one."""
    if len(left.tokens) < 4 or left.tokens[-1].kind is not kinds.PCT or left.tokens[-3].text not in "+-":
        return False
    try:
        base, part = make_part(left.tokens[:-3]), make_part(left.tokens[-2:])
    except Unreadable:
        return False
    if base.known is None or part.known is None or base.percent:
        return False
    return wanted == base.known * (1 + part.known if left.tokens[-3].text == "+" else 1 - part.known)


_LEAST = 5
"""Tokens of a division by a fraction."""


def tight(part: ClaimSide) -> ClaimSide | None:
    """`25 / 1/3` with the fraction kept together, as white space shows it; None where nothing reads so."""
    if len(part.tokens) < _LEAST:
        return None
    tokens: list[Token] = []
    for i, token in enumerate(part.tokens):
        end = slashed(part.tokens, i) if i and part.tokens[i - 1].text == "/" else None
        if end is not None and (part.tokens[i - 1].spaced or token.spaced):
            try:
                return make_part([*tokens, *in_brackets(part.tokens[i:end]), *part.tokens[end:]])
            except Unreadable:
                return None
        tokens.append(token)
    return None


def implied(part: ClaimSide) -> ClaimSide | None:
    """`8 ÷ 2(2 + 2)` with the product without a sign kept together; None where nothing reads so."""
    for i, token in enumerate(part.tokens[:-2]):
        number, opening = part.tokens[i + 1 : i + 3]
        bare = number.kind is kinds.NUM and number.start < number.end == opening.start < opening.end
        if token.text == "/" and bare and opening.kind is kinds.OPEN:
            end = _closing(part.tokens, i + 2)
            try:
                return make_part([*part.tokens[: i + 1], *in_brackets(part.tokens[i + 1 : end]), *part.tokens[end:]])
            except Unreadable:
                return None
    return None


def _closing(tokens: Sequence[Token], i: int) -> int:
    """Where the bracket that opens at token i ends."""
    depth = 0
    for at in range(i, len(tokens)):
        depth += (tokens[at].kind is kinds.OPEN) - (tokens[at].kind is kinds.CLOSE)
        if depth == 0:
            return at + 1
    return len(tokens)


_NOISE = 12


def is_noise(a: Number, b: Number, shown: ClaimSide) -> bool:
    """`0.1 + 0.2 = 0.30000000000000004`: what a program prints for a number that it keeps in binary."""
    places = len(_digits(shown).rpartition(".")[2]) if shown.bare else 0
    return places >= _NOISE and magnitude(a - b) * 10**_NOISE < max(1, magnitude(a))


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


def in_cents(claim: Claim, a: Number, b: Number) -> bool:
    """`100 * 0.75 = $0.75`: cents on one side, dollars on the other."""
    return "$" in claim.units and (a == 100 * b or b == 100 * a)


_PERIOD = re.compile(r"(\d*)\.(\d+)\((\d{1,12})\)")


def may_repeat(text: str, worth: Number) -> bool:
    """Return whether `0.8(3)`, which may be a product, is worth a number as a repeating decimal."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        return False
    whole, first, period = found.groups()
    start = Fraction(f"{whole or 0}.{first}")
    return start + Fraction(int(period), (10 ** len(period) - 1) * 10 ** len(first)) == worth


def may_be_floor(text: str, shown: Number, worth: Number) -> bool:
    """Return whether `[3.7] = 3` may mean the whole part, as older books write it."""
    return text.startswith("[") and text.endswith("]") and shown != worth and math.floor(shown) == worth


_WHOLE_MULTIPLES: dict[str, Number] = {"twice": 2, "double": 2, "triple": 3, "thrice": 3, "half": Fraction(1, 2)}


@or_none
def may_multiply_all(text: str, side: ClaimSide, worth: Number) -> bool | None:
    """Return whether `twice 3 + 4` is worth a number as twice the sum."""
    factor = _WHOLE_MULTIPLES.get(text.split(None, 1)[0].lower()) if text else None
    rest = [*side.tokens][2:]
    return factor is not None and len(rest) > 1 and factor * make_part(rest).value == worth


def is_clock(side: ClaimSide) -> bool:
    """`0900 - 0130`: numbers with a nought in front are times of the day, or codes."""
    return any(t.kind is kinds.NUM and len(t.text) > 2 and t.text[0] == "0" and t.text.isdigit() for t in side.tokens)


def passes_noon(claim: Claim, a: Number, b: Number) -> bool:
    """`10 am + 3 hours = 1 pm`: times of the day begin anew after twelve."""
    return a != b and (a - b) % 12 == 0 and not {"am", "pm"}.isdisjoint(claim.units)


def divides_twice(side: ClaimSide, wanted: Number) -> bool:
    """`14 / 1 / 4 = 56`: a fraction with blanks."""
    if [t.text for t in side.tokens[1::2]] != ["/", "/"] or side.tokens[2].end == side.tokens[3].start:
        return False
    try:
        share = make_part(side.tokens[2:])
        grouped = make_part([*side.tokens[:2], *in_brackets(share.tokens)])
    except Unreadable:
        return False
    return share.known is not None and share.known < 1 and grouped.known == wanted
