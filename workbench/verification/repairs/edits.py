"""Single edits of a line's tokens that need no arithmetic: signs, operators, directions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from math import gcd, isqrt
from typing import NamedTuple

from workbench.verification.answers.same_value import is_worked_out
from workbench.verification.exact.polynomials import Poly, difference, poly_letters, worth
from workbench.verification.exact.univariate import coefficients
from workbench.verification.lines.claims import Claim, Line, make_part
from workbench.verification.lines.findings import Context
from workbench.verification.lines.relations import FLIP, STRICT
from workbench.verification.text import kinds
from workbench.verification.text.grammar import BinaryOperation, Token, Unreadable

_SPELLED = {
    "<": ("<", r"\lt"),
    ">": (">", r"\gt"),
    "<=": ("<=", "≤", r"\leq", r"\le"),
    ">=": (">=", "≥", r"\geq", r"\ge"),
}
"""How the relations are written, in the same order on both sides."""


class Edit(NamedTuple):
    """A replacement in the line's text."""

    start: int
    end: int
    text: str


def apply(text: str, edit: Edit) -> str:
    """Return the text with the edit made."""
    return text[: edit.start] + edit.text + text[edit.end :]


def with_part(claim: Claim, index: int, tokens: Sequence[Token]) -> Claim | None:
    """Return the claim with one part's tokens replaced; None where they no longer parse."""
    try:
        parts = (*claim.parts[:index], make_part(tokens), *claim.parts[index + 1 :])
    except Unreadable:
        return None
    return Claim(parts, claim.relations, claim.loose, claim.units)


def moves(text: str, claim: Claim) -> Iterator[tuple[Claim | None, Edit]]:
    """Sign flips, times against divide, numbers exchanged, exponents, other operators, the direction."""

    def swaps(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
        return _swaps(text, tokens)

    for make in (_sign_flips, _sign_inserts, _times_divide, swaps, _exponents, _other_operators):
        for index in range(len(claim.parts) - 1, -1, -1):
            part = claim.parts[index]
            if part is not None:
                for tokens, edit in make(part.tokens):
                    yield with_part(claim, index, tokens), edit
    yield from _directions(text, claim)


TokenEdit = tuple[tuple[Token, ...], Edit]


def _other(tokens: tuple[Token, ...], i: int, text: str) -> TokenEdit:
    """The tokens with another text for the one at i."""
    token = tokens[i]
    return (*tokens[:i], token._replace(text=text), *tokens[i + 1 :]), Edit(token.start, token.end, text)


def _sign_flips(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Plus for minus between operands, and unary minus dropped."""
    for i, token in enumerate(tokens):
        if token.kind is not kinds.OP or token.text not in "+-":
            continue
        if i and tokens[i - 1].kind in kinds.OPERAND_ENDS:
            yield _other(tokens, i, "-" if token.text == "+" else "+")
        elif token.text == "-" and i + 1 < len(tokens):
            yield (*tokens[:i], *tokens[i + 1 :]), Edit(token.start, tokens[i + 1].start, "")


def _sign_inserts(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """A minus before a term that has none."""
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        opens = before is None or before.kind is kinds.OPEN or (before.kind is kinds.OP and before.text in "*/")
        if opens and token.kind in (kinds.NUM, kinds.VAR, kinds.OPEN, kinds.MIXED):
            sign = Token(kinds.OP, "-", token.start, token.start, False)
            yield (*tokens[:i], sign, *tokens[i:]), Edit(token.start, token.start, "-")


def _times_divide(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    for i, token in enumerate(tokens):
        if token.kind is kinds.OP and token.text in "*/" and token.end > token.start:
            yield _other(tokens, i, "/" if token.text == "*" else "*")


def _swaps(text: str, tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Two numbers exchanged: `8 / 2` made `2 / 8`, `24 / 3 * 4` made `24 / 4 * 3`."""
    places = [i for i, t in enumerate(tokens) if t.kind is kinds.NUM]
    if len(places) > 6 or not any(t.kind is kinds.OP and t.text in "/-" for t in tokens):
        return
    for i, j in combinations(places, 2):
        first, second = tokens[i], tokens[j]
        if first.text != second.text:
            changed = list(tokens)
            changed[i], changed[j] = first._replace(text=second.text), second._replace(text=first.text)
            between = text[first.end : second.start]
            yield tuple(changed), Edit(first.start, second.end, second.text + between + first.text)


def _exponents(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Another exponent from 2 on: nobody writes `x^1`."""
    for i in range(1, len(tokens)):
        token = tokens[i]
        if token.kind is kinds.NUM and tokens[i - 1].text == "^" and token.end > token.start:
            yield from (_other(tokens, i, size) for size in map(str, range(2, 13)) if size != token.text)


def _other_operators(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Plus or minus where it should be times or divide, and the other way round."""
    for i, token in enumerate(tokens):
        binary = i > 0 and token.kind is kinds.OP and tokens[i - 1].kind in kinds.OPERAND_ENDS
        if binary and token.text in "+-*/" and token.end > token.start:
            yield from (_other(tokens, i, other) for other in ("*/" if token.text in "+-" else "+-"))


def _directions(text: str, claim: Claim) -> Iterator[tuple[Claim | None, Edit]]:
    for i, relation in enumerate(claim.relations):
        left, right = claim.parts[i], claim.parts[i + 1]
        if relation not in FLIP or left is None or right is None:
            continue
        raw = text[left.end : right.start]
        sign = raw.strip()
        start = left.end + len(raw) - len(raw.lstrip())
        for other in (FLIP[relation], STRICT[relation]):
            if sign in _SPELLED[relation]:
                spelled = _SPELLED[other][min(_SPELLED[relation].index(sign), len(_SPELLED[other]) - 1)]
                relations = (*claim.relations[:i], other, *claim.relations[i + 1 :])
                yield Claim(claim.parts, relations), Edit(start, start + len(sign), spelled)


# Two numbers tried for the brackets of a quadratic: their product and their sum are put right together.


Numbers = tuple[int, int]
_PLAIN = (kinds.NUM, kinds.OP, kinds.OPEN, kinds.CLOSE)


class FactorPair(NamedTuple):
    """`-6 * (-4) = 24 and -6 + (-4) = -10`: the numbers, and the two claims in the order written."""

    numbers: Numbers
    claims: tuple[Claim, ...]


def factor_pair(line: Line) -> FactorPair | None:
    """Return the two numbers whose product and sum a line states; None for any other line."""
    if len(line.claims) != 2:
        return None
    found = [_operands(claim) for claim in line.claims]
    if found[0] is None or found[1] is None or found[0][1] == found[1][1]:
        return None
    numbers, other = found[0][0], found[1][0]
    return FactorPair(numbers, line.claims) if sorted(numbers) == sorted(other) else None


def _operands(claim: Claim) -> tuple[Numbers, str] | None:
    """The two whole numbers of `u * v = p` or `u + v = q`, with `*` or `+`."""
    parts = claim.whole
    if len(parts) != 2 or claim.relations != ("=",) or not isinstance(node := parts[0].node, BinaryOperation):
        return None
    if any(t.kind not in _PLAIN or t.text == "/" for t in parts[0].tokens):
        return None
    if node.op not in "+-*" or not all(is_worked_out(n) for n in (node.left, node.right, parts[1].node)):
        return None
    left, right = worth(node.left), worth(node.right)
    if left is None or right is None or left.denominator != 1 or right.denominator != 1:
        return None
    return (int(left), int(right) * (-1 if node.op == "-" else 1)), "*" if node.op == "*" else "+"


def quadratic(context: Context) -> Poly | None:
    """Return the latest quadratic in one letter before a line, as a polynomial that is zero at its roots."""
    target = context.reading.expression
    given = [s.equation for s in context.reading.statements] + [target.rational[0] if target is not None else None]
    earlier = (poly for line in reversed(context.earlier) for poly in _polys(line))
    return next((poly for poly in chain(earlier, given) if poly is not None and _is_quadratic(poly)), None)


def _polys(line: Line) -> list[Poly]:
    """What a line's equations bring to one side, and its last expressions."""
    ends = [claim.whole for claim in line.claims]
    try:
        found = [
            p for parts in ends for p in (difference(parts[0].rational, parts[-1].rational)[0], parts[-1].rational[0])
        ]
        return [*found, line.expression.rational[0]] if line.expression is not None else found
    except Unreadable:
        return []


def _is_quadratic(poly: Poly) -> bool:
    return len(poly_letters(poly)) == 1 and max(map(len, poly)) == 2


def right_factors(poly: Poly) -> Numbers | None:
    """Return the whole numbers that add up to the middle coefficient and multiply to the outer ones' product."""
    row = coefficients(poly)
    if any(n.denominator != 1 for n in row):
        return None
    common = gcd(*(int(n) for n in row)) * (1 if row[2] > 0 else -1)
    last, middle, first = (int(n) // common for n in row)
    square = middle * middle - 4 * first * last
    root = isqrt(max(0, square))
    return ((middle - root) // 2, (middle + root) // 2) if root * root == square else None


def repair_pair(text: str, pair: FactorPair, poly: Poly) -> str | None:
    """Return the line with the numbers that multiply and add up to the quadratic's; None if no whole numbers do."""
    found = right_factors(poly)
    if found is None:
        return None
    # The fewest numbers changed, and by the least.
    gaps = {new: [abs(a - b) for a, b in zip(pair.numbers, new, strict=True)] for new in (found, found[::-1])}
    ordered = min(gaps, key=lambda new: (sum(map(bool, gaps[new])), sum(gaps[new])))
    for claim in reversed(pair.claims):
        operands = _operands(claim)
        turned = operands is not None and operands[0] != pair.numbers
        text = _written(text, claim, ordered[::-1] if turned else ordered)
    return text


def _written(text: str, claim: Claim, numbers: Numbers) -> str:
    """One claim with other numbers, in its own signs and spaces."""
    left, right = claim.whole
    first, second = numbers
    between, adds, minus = _between(text, left.tokens, second)
    shown = (f"({first})" if left.tokens[0].kind is kinds.OPEN else str(first)) + between
    behind = -second if minus else second
    shown += f"({behind})" if behind < 0 or not between else str(behind)
    text = apply(text, Edit(right.start, right.end, str(first + second if adds else first * second)))
    return apply(text, Edit(left.start, left.end, shown))


def _between(text: str, tokens: Sequence[Token], second: int) -> tuple[str, bool, bool]:
    """What stands between two operands, whether it adds them, and whether it is a minus for a negative second."""
    ends = [i for i in range(1, len(tokens)) if tokens[i - 1].kind in kinds.OPERAND_ENDS]
    at = next((i for i in ends if tokens[i].kind is not kinds.CLOSE), 1)
    sign = tokens[at]
    if sign.kind is kinds.OPEN:
        return "", False, False
    minus = sign.text == "-" and second < 0
    written = ("-" if minus else "+") if sign.text in "+-" else text[sign.start : sign.end]
    return (
        text[tokens[at - 1].end : sign.start] + written + text[sign.end : tokens[at + 1].start],
        sign.text in "+-",
        minus,
    )
