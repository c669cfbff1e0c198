"""The ways in which prose lets two numbers agree: rounded, as a percentage, by white space, in thousands."""

from __future__ import annotations

from fractions import Fraction

from workbench.verification.algebra.polynomials import magnitude, value
from workbench.verification.reading.claims import ClaimSide, make_part
from workbench.verification.reading.grammar import MAX_CHARS, Number, Token, Unreadable


def rounds(exact: Number, shown: ClaimSide, about: bool = False) -> bool:
    """Whether a bare decimal is the exact value rounded to the digits it shows."""
    if not shown.bare:
        return False
    text = next(t.text for t in shown.tokens if t.kind in ("num", "mixed", "var"))
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
    adds_only = not any(t.kind == "op" and t.text in "*/" for t in left.tokens)
    hundred = any(t.kind == "pct" and left.tokens[i - 1].text == "100" for i, t in enumerate(left.tokens))
    if not (right.percent or (left.percent and (adds_only or hundred))):
        return False
    try:
        plain, shown = value(left.node, percent=False), value(right.node, percent=False)
    except Unreadable:
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
    signs = sum(t.kind == "pct" for t in part.tokens)
    return 0 < signs < sum(t.kind in ("num", "mixed") for t in part.tokens) and any(
        t.kind == "op" and t.text in "+-" for t in part.tokens
    )


def reads_tight(part: ClaimSide, wanted: Number) -> bool:
    """`25 / 1/3`: white space shows that the fraction belongs together."""
    tokens: list[Token] = []
    for i, token in enumerate(part.tokens):
        three = part.tokens[i : i + 3]
        tight = [t.kind for t in three] == ["num", "op", "num"] and three[1].text == "/"
        wide = i > 0 and part.tokens[i - 1].text == "/" and (part.tokens[i - 1].spaced or token.spaced)
        if wide and tight and not (three[1].spaced or three[2].spaced):
            open_, close = token._replace(kind="open", text="("), token._replace(kind="close", text=")")
            tokens.extend((open_, *three, close))
            rest = part.tokens[i + 3 :]
            try:
                return make_part([*tokens, *rest]).value == wanted
            except Unreadable:
                return False
        tokens.append(token)
    return False


def is_percent_of(left: ClaimSide, right: ClaimSide) -> bool:
    """`1.2 x 100% = 120` and `7500/75% = 100`: the sign stands for the unit."""
    texts = [t.text for t in left.tokens]
    whole = any(t.kind == "pct" and texts[i - 1] == "100" for i, t in enumerate(left.tokens))
    divided = any(t.kind == "pct" and texts[i - 2 : i - 1] == ["/"] for i, t in enumerate(left.tokens))
    try:
        return (whole or divided) and value(left.node, percent=False) == right.value
    except Unreadable:
        return False


def in_thousands(text: str, a: Number, b: Number) -> bool:
    """`5 * 3 = $15,000` where the line speaks of thousands."""
    words = {t.lower() for t in text[:MAX_CHARS].split()}
    return any(
        b == a * factor or a == b * factor
        for word, factor in (("thousand", 1000), ("million", 10**6))
        if word in words
    )
