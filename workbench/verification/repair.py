"""The one edit that puts a wrong line right, in the line's own form and size.

Edits are tried on tokens, cheapest first: a sign, the direction of an inequality, times against divide,
then a number by the value that works. The first edit that the caller's test accepts wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from workbench.verification.claims import Claim, make_part
from workbench.verification.grammar import Number, Token, Unreadable
from workbench.verification.polynomials import divide_numbers, tidy

Residual = Mapping[str, Number]
"""Numbers that are all zero exactly where the line is right."""


class Edit(NamedTuple):
    """A replacement in the line's text."""

    start: int
    end: int
    text: str


Accept = Callable[[Claim], bool]
Measure = Callable[[Claim], Residual]

_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "≤": "≥", "≥": "≤"}
_MAX_TOKENS = 60


def apply(text: str, edit: Edit) -> str:
    """The text with the edit made."""
    return text[: edit.start] + edit.text + text[edit.end :]


def write_number(value: Number, like: str, percent: bool = False, keep: bool = True) -> str | None:
    """A value in the notation of `like`: decimal, separators, fraction. None where it cannot be."""
    if percent:
        value = tidy(Fraction(value * 100))
    if value.denominator == 1 and "/" not in like:
        return f"{value.numerator:,}" if "," in like else str(value.numerator)
    if "/" in like:
        return _write_fraction(value, like, keep)
    return decimal(value) or f"{value.numerator}/{value.denominator}"


def decimal(value: Number, places: int = 6) -> str | None:
    """An exact decimal of at most `places` digits behind the point, else None."""
    scaled = value * 10**places
    if scaled.denominator != 1:
        return None
    digits = f"{abs(int(scaled)):0{places + 1}d}"
    whole, rest = digits[:-places], digits[-places:].rstrip("0")
    return ("-" if value < 0 else "") + whole + (f".{rest}" if rest else "")


def _write_fraction(value: Number, like: str, keep: bool) -> str | None:
    """As a fraction, over the old denominator if `keep` and that works; a mixed number stays mixed."""
    whole, space, rest = like.rpartition(" ")
    bottom = int(Fraction(rest.rpartition("/")[2] or "1"))
    over = bottom if keep and (value * bottom).denominator == 1 else value.denominator
    if space and whole and value > 1 and value.denominator > 1:
        units = value.numerator // value.denominator
        return f"{units} {tidy((value - units) * over)}/{over}"
    return str(value.numerator) if value.denominator == 1 else f"{tidy(value * over)}/{over}"


def find(
    text: str,
    claim: Claim,
    accept: Accept,
    measure: Measure | None = None,
    known: frozenset[str] = frozenset(),
) -> str | None:
    """The line with the first single edit that `accept` takes. `known` are numbers best left alone."""
    if sum(len(p.tokens) for p in claim.whole) > _MAX_TOKENS:
        return None
    for changed, edit in _moves(text, claim):
        if _passes(changed, accept):
            return apply(text, edit)
    return _number_edit(text, claim, accept, measure, known) if measure else None


def _passes(claim: Claim | None, accept: Accept) -> bool:
    try:
        return claim is not None and accept(claim)
    except Unreadable:
        return False


def with_part(claim: Claim, index: int, tokens: Sequence[Token]) -> Claim | None:
    """The claim with one part's tokens replaced; None where they no longer parse."""
    try:
        parts = (*claim.parts[:index], make_part(tokens), *claim.parts[index + 1 :])
    except Unreadable:
        return None
    return Claim(parts, claim.relations, claim.loose, claim.units)


def _moves(text: str, claim: Claim) -> Iterator[tuple[Claim | None, Edit]]:
    """Sign flips, then times against divide, then the inequality's direction."""
    for make in (_sign_flips, _sign_inserts, _times_divide):
        for index in range(len(claim.parts) - 1, -1, -1):
            part = claim.parts[index]
            if part is not None:
                for tokens, edit in make(part.tokens):
                    yield with_part(claim, index, tokens), edit
    yield from _directions(text, claim)


def _ends_operand(token: Token) -> bool:
    return token.kind in ("num", "mixed", "var", "close", "pct")


TokenEdit = tuple[tuple[Token, ...], Edit]


def _sign_flips(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Plus for minus between operands, and unary minus dropped."""
    for i, token in enumerate(tokens):
        if token.kind != "op" or token.text not in "+-":
            continue
        if i and _ends_operand(tokens[i - 1]):
            other = "-" if token.text == "+" else "+"
            yield (
                (*tokens[:i], token._replace(text=other), *tokens[i + 1 :]),
                Edit(token.start, token.end, other),
            )
        elif token.text == "-" and i + 1 < len(tokens):
            yield (*tokens[:i], *tokens[i + 1 :]), Edit(token.start, tokens[i + 1].start, "")


def _sign_inserts(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """A minus before a term that has none."""
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        opens = before is None or before.kind == "open" or (before.kind == "op" and before.text in "*/")
        if opens and token.kind in ("num", "var", "open", "mixed"):
            sign = Token("op", "-", token.start, token.start, False)
            yield (*tokens[:i], sign, *tokens[i:]), Edit(token.start, token.start, "-")


def _times_divide(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    for i, token in enumerate(tokens):
        if token.kind == "op" and token.text in "*/" and token.end > token.start:
            other = "/" if token.text == "*" else "*"
            changed = (*tokens[:i], token._replace(text=other), *tokens[i + 1 :])
            yield changed, Edit(token.start, token.end, other)


def _directions(text: str, claim: Claim) -> Iterator[tuple[Claim | None, Edit]]:
    for i, relation in enumerate(claim.relations):
        left, right = claim.parts[i], claim.parts[i + 1]
        if relation not in _FLIP or left is None or right is None:
            continue
        raw = text[left.end : right.start]
        sign = raw.strip()
        relations = (*claim.relations[:i], _FLIP[relation], *claim.relations[i + 1 :])
        start = left.end + len(raw) - len(raw.lstrip())
        if sign in _FLIP:
            yield Claim(claim.parts, relations), Edit(start, start + len(sign), _FLIP[sign])


def _number_edit(
    text: str, claim: Claim, accept: Accept, measure: Measure, known: frozenset[str]
) -> str | None:
    """One number replaced by the value that works: whole results first, unfamiliar numbers first."""
    spots = [
        (index, at)
        for index, part in enumerate(claim.parts)
        if part is not None
        for at, token in enumerate(part.tokens)
        if token.kind == "num"
    ]
    spots.sort(key=lambda s: (_token(claim, s).text in known, -s[0], -s[1]))
    later: list[str] = []
    for spot in spots:
        value = _solve(claim, spot, measure)
        fixed = value and _write_at(text, claim, spot, value, accept)
        if fixed and value is not None and (value.denominator == 1 or "." in _token(claim, spot).text):
            return fixed
        if fixed:
            later.append(fixed)
    return later[0] if later else None


def _token(claim: Claim, spot: tuple[int, int]) -> Token:
    part = claim.parts[spot[0]]
    assert part is not None
    return part.tokens[spot[1]]


def _write_at(text: str, claim: Claim, spot: tuple[int, int], value: Number, accept: Accept) -> str | None:
    """The line with a number replaced, where the result still reads well and is accepted."""
    part = claim.parts[spot[0]]
    assert part is not None
    token = part.tokens[spot[1]]
    before = part.tokens[spot[1] - 1] if spot[1] else None
    if value < 0 and before is not None and before.kind == "op":
        return None
    written = write_number(value, token.text)
    alone = part.bare or (value.denominator == 1) or decimal(value) == written
    if written is None or not alone:
        return None
    fresh = _tokens_of(value, written, token)
    changed = with_part(claim, spot[0], (*part.tokens[: spot[1]], *fresh, *part.tokens[spot[1] + 1 :]))
    return apply(text, Edit(token.start, token.end, written)) if _passes(changed, accept) else None


def _tokens_of(value: Number, written: str, like: Token) -> tuple[Token, ...]:
    """The tokens that the written value reads as."""
    sign = (like._replace(kind="op", text="-"),) if value < 0 else ()
    top, slash, bottom = written.lstrip("-").partition("/")
    rest = (like._replace(kind="op", text="/"), like._replace(text=bottom)) if slash else ()
    return (*sign, like._replace(text=top), *rest)


def _solve(claim: Claim, spot: tuple[int, int], measure: Measure) -> Number | None:
    """The number at `spot` for which the residual vanishes, where it is affine in it or in its inverse."""
    part = claim.parts[spot[0]]
    assert part is not None
    samples: list[Residual] = []
    for trial in ("1", "2", "3"):
        token = part.tokens[spot[1]]._replace(text=trial)
        tokens = (*part.tokens[: spot[1]], token, *part.tokens[spot[1] + 1 :])
        changed = with_part(claim, spot[0], tokens)
        try:
            samples.append(measure(changed) if changed is not None else {})
        except Unreadable:
            return None
    for key in sorted({k for s in samples for k in s}):
        one, two, three = (s.get(key, 0) for s in samples)
        if one != two:
            return _zero(one, two, three)
    return None


def _zero(one: Number, two: Number, three: Number) -> Number | None:
    """Where a function with these values at 1, 2, 3 is zero, if it is a + b t or a + b / t."""
    if three - two == two - one:
        return divide_numbers(two - 2 * one, two - one)
    b = 2 * (one - two)
    a = one - b
    if a and three * 3 == a * 3 + b:
        return divide_numbers(-b, a)
    return None
