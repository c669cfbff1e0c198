"""The one edit that puts a wrong line right, in the line's own form and size.

Edits are tried on tokens, cheapest first: a sign, the direction of an inequality, times against divide,
then a number by the value that works. The first edit that the caller's test accepts wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from workbench.verification.exact.polynomials import divide_numbers, magnitude, tidy
from workbench.verification.lines.claims import Claim, ClaimSide, read_line
from workbench.verification.repairs.edits import Edit, apply, moves, with_part
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Token, Unreadable, tokenize

Residual = Mapping[str, Number]
"""Numbers that are all zero exactly where the line is right."""


Accept = Callable[[Claim], bool]
Measure = Callable[[Claim], Residual]

_MAX_TOKENS = 60


def write_number(value: Number, like: str, percent: bool = False, keep: bool = True) -> str | None:
    """Return a value in the notation of `like`: decimal, separators, fraction. None where it cannot be."""
    if percent:
        value = tidy(Fraction(value * 100))
    if value.denominator == 1 and "/" not in like:
        return f"{value.numerator:,}" if "," in like else str(value.numerator)
    if "/" in like:
        return _write_fraction(value, like, keep)
    return decimal(value) or f"{value.numerator}/{value.denominator}"


def decimal(value: Number, places: int = 6) -> str | None:
    """Return an exact decimal of at most `places` digits behind the point, else None."""
    scaled = value * 10**places
    if scaled.denominator != 1:
        return None
    digits = f"{abs(int(scaled)):0{places + 1}d}"
    whole, rest = digits[:-places], digits[-places:].rstrip("0")
    return ("-" if value < 0 else "") + whole + (f".{rest}" if rest else "")


def _write_fraction(value: Number, like: str, keep: bool) -> str | None:
    """As a fraction, over the old denominator if `keep` and that works; a mixed number stays mixed."""
    whole, space, rest = like.rpartition(" ")
    written = rest.rpartition("/")[2].strip("() ")
    bottom = int(written) if written.isdecimal() and written.isascii() and int(written) else value.denominator
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
    before: Sequence[ClaimSide] = (),
    copies: bool = True,
) -> str | None:
    """Return the line with the first single edit that `accept` takes.

    `before` are the sides of the line before: what was copied from them is changed last, and with
    `copies=False` not at all.
    """
    if sum(len(p.tokens) for p in claim.whole) > _MAX_TOKENS:
        return None
    for changed, edit in moves(text, claim):
        if _passes(changed, accept):
            return apply(text, edit)
    return _number_edit(text, claim, accept, measure, before, copies) if measure else None


def _passes(claim: Claim | None, accept: Accept) -> bool:
    try:
        return claim is not None and accept(claim)
    except Unreadable:
        return False


_BARE_ARGUMENT = re.compile(r"\\[cdt]?frac[ ]?\d?[ ]?$")

Spot = tuple[int, int]
"""Which part, and which token in it."""


def _number_edit(
    text: str, claim: Claim, accept: Accept, measure: Measure, before: Sequence[ClaimSide], copies: bool
) -> str | None:
    """One number replaced by the value that works: whole results first, numbers that are new first."""
    spots = sorted(_spots(claim), key=lambda s: (*_familiar(claim, s, before), -s[0], -s[1]))
    later: str | None = None
    for spot in spots:
        if not copies and _familiar(claim, spot, before)[1] == 2:
            continue
        value = _solve(claim, spot, measure)
        if value is None or (value.denominator != 1 and not _may_be_broken(claim, spot, before)):
            continue
        if _BARE_ARGUMENT.search(text, 0, _token(claim, spot).start) and value not in range(10):
            continue  # `\\frac25` takes no more than a digit
        fixed = _write_at(text, claim, spot, value, accept)
        if fixed is None or _reads_oddly(fixed, text, before):
            continue
        if value.denominator == 1 or "." in _token(claim, spot).text:
            return fixed
        later = later or fixed
    return later


def _reads_oddly(fixed: str, text: str, before: Sequence[ClaimSide]) -> bool:
    """Whether an edit brings in what nobody writes: `/1`, `^1`, or a fraction above one of new numbers."""
    earlier = [t for part in before for t in part.tokens]
    old = _oddities(tokenize(text)) | _oddities(earlier)
    numbers = {t.text for t in earlier}
    return any(odd.isdisjoint(numbers) for odd in _oddities(tokenize(fixed)) - old)


def _oddities(tokens: Sequence[Token]) -> set[frozenset[str]]:
    """The signs and numbers of each `/1`, each `^1` and each fraction of whole numbers above one."""
    found: set[frozenset[str]] = set()
    for top, sign, bottom in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if sign.text in ("/", "^") and bottom.text == "1":
            found.add(frozenset((sign.text + "1",)))
        elif sign.text == "/" and top.text.isdecimal() and bottom.text.isdecimal():
            found |= {frozenset((top.text, bottom.text))} if int(top.text) > int(bottom.text) else set()
    return found


def adds_nothing(text: str, before: str | None) -> bool:
    """Return whether a line only says `A = A`, or copies the line before."""
    sides = [
        [[text[t.start : t.end] for t in part.tokens] for part in claim.parts if part is not None]
        for claim in read_line(text).claims
    ]
    if sides and all(len(rows) > 1 and all(row == rows[0] for row in rows) for rows in sides):
        return True
    return before is not None and [t.text for t in tokenize(text)] == [t.text for t in tokenize(before)]


def _may_be_broken(claim: Claim, spot: Spot, before: Sequence[ClaimSide]) -> bool:
    """Whether a fraction suits a line: opposite a lone letter, or where the lines have broken numbers already."""
    others = [p for i, p in enumerate(claim.parts) if p is not None and i != spot[0] and p.letters]
    if not claim.letters or (others and all(len(p.tokens) == 1 for p in others)):
        return True
    tokens = [t for p in (*claim.whole, *before) for t in p.tokens]
    return any(t.text == "/" or t.kind in (kinds.FRAC, kinds.MIXED) or "." in t.text for t in tokens)


def _spots(claim: Claim) -> list[Spot]:
    return [
        (index, at)
        for index, part in enumerate(claim.parts)
        if part is not None
        for at, token in enumerate(part.tokens)
        if token.kind is kinds.NUM or _no_coefficient(part.tokens, at)
    ]


def _no_coefficient(tokens: Sequence[Token], at: int) -> bool:
    """A letter at the start of its term, which stands for one times itself."""
    before = tokens[at - 1] if at else None
    return tokens[at].kind is kinds.VAR and (before is None or (before.kind is kinds.OP and before.text in "+-"))


def _familiar(claim: Claim, spot: Spot, before: Sequence[ClaimSide]) -> tuple[bool, int]:
    """Whether it stands as in the line before; 0 for a new number, 1 a letter, 2 a copied number."""
    part, token = claim.parts[spot[0]], _token(claim, spot)
    if part is None or not before:
        return False, int(token.kind is kinds.VAR)
    rows = [[t.text for t in side.tokens] for side in before]
    own = [t.text for t in part.tokens]
    row = rows[spot[0]] if len(rows) == len(claim.parts) else rows[0] if len(rows) == 1 else []
    head, tail = spot[1] + 1, len(own) - spot[1]
    kept = own in rows or own[:head] == row[:head] or own[-tail:] == row[-tail:]
    return kept, 1 if token.kind is kinds.VAR else 2 * any(token.text in r for r in rows)


def _part(claim: Claim, spot: Spot) -> ClaimSide:
    part = claim.parts[spot[0]]
    assert part is not None
    return part


def _token(claim: Claim, spot: Spot) -> Token:
    return _part(claim, spot).tokens[spot[1]]


def _write_at(text: str, claim: Claim, spot: Spot, value: Number, accept: Accept) -> str | None:
    """The line with a number replaced, where the result still reads well and is accepted."""
    part = _part(claim, spot)
    tokens, at = part.tokens, spot[1]
    token = tokens[at]
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    written = write_number(abs_value := magnitude(value), token.text)
    fraction = "/" in (before.text if before else "", after.text if after else "")
    alone = part.bare or (decimal(abs_value) == written and not fraction)
    if written is None or not (value.denominator == 1 or alone):
        return None
    if token.kind is kinds.VAR:
        return _insert_coefficient(text, claim, spot, value, accept)
    fresh = _tokens_of(abs_value, written, token)
    if value >= 0:
        edit, changed = Edit(token.start, token.end, written), (*tokens[:at], *fresh, *tokens[at + 1 :])
    elif before is not None and before.kind is kinds.OP and before.text in "+-":
        unary = at == 1 or tokens[at - 2].kind not in kinds.OPERAND_ENDS
        sign = "" if unary and before.text == "-" else "+" if before.text == "-" else "-"
        gap = "" if not sign else text[before.end : token.start]
        flipped = (before._replace(text=sign),) if sign else ()
        edit = Edit(before.start, token.end, sign + gap + written)
        changed = (*tokens[: at - 1], *flipped, *fresh, *tokens[at + 1 :])
    elif before is None or before.kind is kinds.OPEN:
        minus = token._replace(kind=kinds.OP, text="-")
        edit = Edit(token.start, token.end, f"-{written}")
        changed = (*tokens[:at], minus, *fresh, *tokens[at + 1 :])
    else:
        return None
    return apply(text, edit) if _passes(with_part(claim, spot[0], changed), accept) else None


def _insert_coefficient(text: str, claim: Claim, spot: Spot, value: Number, accept: Accept) -> str | None:
    """`x` made `2x`."""
    part = _part(claim, spot)
    token = part.tokens[spot[1]]
    if value.denominator != 1 or value < 2:
        return None
    fresh = Token(kinds.NUM, str(value), token.start, token.start, token.spaced)
    changed = with_part(claim, spot[0], (*part.tokens[: spot[1]], fresh, *part.tokens[spot[1] :]))
    edit = Edit(token.start, token.start, str(value))
    return apply(text, edit) if _passes(changed, accept) else None


def _tokens_of(value: Number, written: str, like: Token) -> tuple[Token, ...]:
    """The tokens that a written value of 0 or more reads as."""
    top, slash, bottom = written.partition("/")
    rest = (like._replace(kind=kinds.OP, text="/"), like._replace(text=bottom)) if slash else ()
    return (like._replace(text=top), *rest)


def _solve(claim: Claim, spot: Spot, measure: Measure) -> Number | None:
    """The number at `spot` for which the residual vanishes, where it is affine in it or in its inverse."""
    part = _part(claim, spot)
    samples: list[Residual] = []
    for trial in ("1", "2", "3"):
        old = part.tokens[spot[1]]
        token = old._replace(kind=kinds.NUM, text=trial)
        kept = (old,) if old.kind is kinds.VAR else ()
        tokens = (*part.tokens[: spot[1]], token, *kept, *part.tokens[spot[1] + 1 :])
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
