"""The ways in which prose lets two numbers agree: rounded, as a percentage, by white space, in thousands."""

from __future__ import annotations

from fractions import Fraction

from workbench.verification.exact.polynomials import magnitude, worth
from workbench.verification.lines.claims import ClaimSide, make_part
from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_CHARS
from workbench.verification.text.tokens import Number, Token, Unreadable


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
