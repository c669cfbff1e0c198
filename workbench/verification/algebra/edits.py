"""Single edits of a line's tokens that need no arithmetic: signs, operators, directions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from workbench.verification.reading.claims import Claim, make_part
from workbench.verification.reading.grammar import Token, Unreadable

_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
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
    """The text with the edit made."""
    return text[: edit.start] + edit.text + text[edit.end :]


def with_part(claim: Claim, index: int, tokens: Sequence[Token]) -> Claim | None:
    """The claim with one part's tokens replaced; None where they no longer parse."""
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


def ends_operand(token: Token) -> bool:
    """Whether an operand may end with this token."""
    return token.kind in ("num", "mixed", "var", "close", "pct")


TokenEdit = tuple[tuple[Token, ...], Edit]


def _sign_flips(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Plus for minus between operands, and unary minus dropped."""
    for i, token in enumerate(tokens):
        if token.kind != "op" or token.text not in "+-":
            continue
        if i and ends_operand(tokens[i - 1]):
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


def _swaps(text: str, tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Two numbers exchanged: `8 / 2` made `2 / 8`, `24 / 3 * 4` made `24 / 4 * 3`."""
    places = [i for i, t in enumerate(tokens) if t.kind == "num"]
    if len(places) > 6 or not any(t.kind == "op" and t.text in "/-" for t in tokens):
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
        if token.kind == "num" and tokens[i - 1].text == "^" and token.end > token.start:
            for size in map(str, range(2, 13)):
                if size != token.text:
                    changed = (*tokens[:i], token._replace(text=size), *tokens[i + 1 :])
                    yield changed, Edit(token.start, token.end, size)


def _other_operators(tokens: tuple[Token, ...]) -> Iterator[TokenEdit]:
    """Plus or minus where it should be times or divide, and the other way round."""
    for i, token in enumerate(tokens):
        if token.kind != "op" or token.text not in "+-*/" or not i or not ends_operand(tokens[i - 1]):
            continue
        if token.end > token.start:
            for other in "*/" if token.text in "+-" else "+-":
                changed = (*tokens[:i], token._replace(text=other), *tokens[i + 1 :])
                yield changed, Edit(token.start, token.end, other)


def _directions(text: str, claim: Claim) -> Iterator[tuple[Claim | None, Edit]]:
    for i, relation in enumerate(claim.relations):
        left, right = claim.parts[i], claim.parts[i + 1]
        if relation not in _FLIP or left is None or right is None:
            continue
        raw = text[left.end : right.start]
        sign = raw.strip()
        start = left.end + len(raw) - len(raw.lstrip())
        for other in (_FLIP[relation], _STRICT[relation]):
            if sign in _SPELLED[relation]:
                spelled = _SPELLED[other][min(_SPELLED[relation].index(sign), len(_SPELLED[other]) - 1)]
                relations = (*claim.relations[:i], other, *claim.relations[i + 1 :])
                yield Claim(claim.parts, relations), Edit(start, start + len(sign), spelled)
