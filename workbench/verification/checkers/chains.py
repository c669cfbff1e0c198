"""Chains of expressions with letters in a story: what no value of the letter makes equal, and values put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.types import EvidenceKind, Judgement
from workbench.verification.exact.polynomials import (
    ONE,
    Poly,
    constant,
    difference,
    divide_numbers,
    evaluate,
    magnitude,
)
from workbench.verification.lines import quantities
from workbench.verification.lines.claims import Claim, ClaimSide, Line
from workbench.verification.lines.findings import Context, Finding, incorrect
from workbench.verification.lines.readings import rounds
from workbench.verification.lines.relations import show
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Unreadable
from workbench.verification.text.tokens import or_none

_NAME = "arithmetic"
_PUT_IN = 0.95
"""A letter may have been given a new value in words."""


@dataclass(frozen=True)
class _Pair:
    """Two neighbouring sides of a chain, as polynomials over numbers."""

    left: ClaimSide
    right: ClaimSide
    first: Poly
    apart: Poly


def unlike(context: Context, claim: Claim, index: int, left: ClaimSide, right: ClaimSide) -> Finding | None:
    """Return that two expressions are never equal, or for zero alone, where they should be one quantity.

    `(x - 12 + 40) - 9 = x + 38 - 9 = x + 29`, and in a story `0.25(80x) + 0.1(100x) = 20x`.
    """
    if quantities.may_convert(claim) or not (left.letters and right.letters):
        return None
    pair = _pair(left, right)
    if pair is None:
        return None
    chain = _is_chain(context.line, claim)
    apart = constant(pair.apart)
    if apart and chain:
        return _finding(context, pair, f"the two differ by {show(magnitude(apart))}, whatever the letter is")
    if not _in_story(context) or apart is not None or len(left.letters | right.letters) != 1:
        return None
    (letter,) = left.letters
    if pair.apart.keys() != {letter}:  # zero is the only number that makes them equal
        return None
    multiples = pair.first.keys() == {letter} and _is_sum(left) and not _is_sum(right)
    if multiples:
        shown = [context.line.text[p.start : p.end] for p in (left, right)]
        text = f"{shown[0]} is {show(pair.first[letter])}{letter}, not {shown[1]}."
        return incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE)
    return _finding(context, pair, f"only {letter} = 0 makes them equal") if chain and _is_sum(left) else None


@or_none
def _pair(left: ClaimSide, right: ClaimSide) -> _Pair | None:
    sides = left.rational, right.rational
    if any(bottom != ONE for _, bottom in sides):
        return None
    return _Pair(left, right, sides[0][0], difference(*sides)[0])


def _in_story(context: Context) -> bool:
    return not context.reading.statements and context.reading.expression is None


def _is_chain(line: Line, claim: Claim) -> bool:
    """Whether the sides are one quantity worked on: three of them, or what a name or a line before is equal to."""
    if claim.relations.count("=") < len(claim.relations):
        return False
    first = claim.parts[0]
    return len(claim.relations) > 1 or first is None or line.text[: first.start].rstrip("\\([$ ").endswith("=")


def _finding(context: Context, pair: _Pair, why: str) -> Finding:
    shown = [context.line.text[p.start : p.end] for p in (pair.left, pair.right)]
    return incorrect(_NAME, f"{shown[0]} is not {shown[1]}: {why}.", EvidenceKind.COUNTEREXAMPLE)


def _is_sum(part: ClaimSide) -> bool:
    return any(t.kind is kinds.OP and t.text in "+-" for t in part.tokens[1:])


def put_in(context: Context, claim: Claim) -> Finding | None:
    """Return that values known before were put in wrongly: `A - B = 17 - 3 = 14` where B is -3."""
    if len(claim.relations) < 2 or claim.relations[0] != "=":
        return None
    first, second = claim.parts[:2]
    if first is None or second is None or not first.letters or second.letters or first.lone_letter or second.bare:
        return None
    if second.known is None or quantities.may_convert(claim):
        return None
    values = _values(context)
    if not first.letters <= values.keys():
        return None
    exact = _worth(first, values)
    if exact is None or exact == second.known or rounds(exact, second, about=True):
        return None
    shown = [context.line.text[p.start : p.end] for p in (first, second)]
    given = " and ".join(f"{k} = {show(values[k])}" for k in sorted(first.letters))
    text = f"With {given}, {shown[0]} is {show(exact)}, not {shown[1]}."
    return incorrect(_NAME, text, EvidenceKind.VALUE, confidence=_PUT_IN)


def _worth(side: ClaimSide, values: Mapping[str, Number]) -> Number | None:
    try:
        top, bottom = side.rational
        return divide_numbers(evaluate(top, values), evaluate(bottom, values))
    except Unreadable:
        return None


def _values(context: Context) -> dict[str, Number]:
    """The letters that the lines before gave one value each. A letter with two values is left out."""
    found: dict[str, set[Number]] = {}
    wrong: set[str] = set()
    for line, verdict in zip(context.earlier, context.verdicts, strict=False):
        for claim in line.claims:
            letter, worth = _assigned(line, claim)
            if letter is None:
                continue
            if worth is None or verdict.judgement is Judgement.INCORRECT or "or" in line.joins:
                wrong.add(letter)
            else:
                found.setdefault(letter, set()).add(worth)
    return {k: next(iter(v)) for k, v in found.items() if len(v) == 1 and k not in wrong}


def _assigned(line: Line, claim: Claim) -> tuple[str | None, Number | None]:
    """The letter on one end of a claim, and the number on the other; None for a number that is not known."""
    first, last = claim.parts[0], claim.parts[-1]
    if first is None or last is None or set(claim.relations) != {"="}:
        return None, None
    if not first.lone_letter:
        first, last = last, first
    if not first.lone_letter:
        return None, None
    try:
        return next(iter(first.letters)), last.value
    except Unreadable:
        return next(iter(first.letters)), None
