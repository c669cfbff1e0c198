"""The checker of quantities from nowhere: a calculation's numbers must stand in the problem or be found before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from workbench.types import Diagnosis, EvidenceKind
from workbench.verification.lines.claims import MAX_LINE, Claim, Line
from workbench.verification.lines.findings import Context, Finding, incorrect
from workbench.verification.lines.relations import show
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Number, Token, tokenize
from workbench.verification.text.tokens import token_value
from workbench.verification.text.words import COUNTS, NUMBERS, SCALES, SHARES, TIMES
from workbench.verification.units.measures import factors
from workbench.verification.units.reading import measured

_SMALL = 12
"""Whole numbers up to this may have been counted from the words; decimals are often worked out in the head."""
_FACTS: frozenset[Number] = frozenset(
    {0, 1, 10, 14, 28, 29, 30, 31, 26, 32, 52, 64, 90, 100, 128, 180, 360, 365, 366, 1000, *factors()}
)
"""Well-known numbers: days of months, degrees, powers of ten, conversions."""
_COUNT_WORDS = COUNTS | SCALES
_WORDS = re.compile(r"[A-Za-z]{2,}")
_FEWEST_WORDS = 8
_FEWEST_NUMBERS = 2
_MAX_KNOWN = 40
_CONFIDENCE = 0.9


@dataclass(frozen=True)
class Grounding:
    """In a word problem every number of a calculation comes from the problem, a line before, or common knowledge."""

    name: str = "grounding"

    def __call__(self, context: Context) -> Finding | None:
        """Incorrect for a number that nothing explains; silent about all else."""
        if context.is_answer or not context.line.claims or not context.is_story:
            return None
        if not _has_story(context.problem.text[:MAX_LINE]):
            return None
        before: set[Number] | None = None
        here: set[Number] = set()
        for claim in context.line.claims:
            for token, worth in _operands(claim):
                if worth.denominator != 1 or worth <= _SMALL or worth in _FACTS or _stated(context.line, token):
                    continue
                before = _known(context) if before is None else before
                if not _explained(worth, before | here):
                    return _finding(show(worth))
            here |= _values(claim) | _between(claim)
        return None


@lru_cache(maxsize=1024)
def _has_story(text: str) -> bool:
    """Whether a text tells what is given: one number among words, as in `about 3 fields`, gives no data to go by."""
    return len(_WORDS.findall(text)) >= _FEWEST_WORDS and len(numbers_in(text)) >= _FEWEST_NUMBERS


def _finding(shown: str) -> Finding:
    text = f"{shown} is neither in the problem nor found in a line before."
    kind, diagnosis = EvidenceKind.QUANTITY, Diagnosis.UNGROUNDED
    return incorrect("grounding", text, kind, diagnosis=diagnosis, confidence=_CONFIDENCE)


def _operands(claim: Claim) -> Iterator[tuple[Token, Number]]:
    """The numbers of a claim's calculation, not of its results."""
    part = claim.parts[0]
    if part is None or part.bare or part.letters:
        return
    for token in part.tokens:
        if (worth := token_value(token)) is not None:
            yield token, worth


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> frozenset[Number]:
    """Return the numbers of a text, in digits and in words."""
    found: set[Number] = set()
    tokens = tokenize(text[:MAX_LINE])
    converted = measured(tokens)
    for token in tokens if converted is tokens else (*tokens, *converted):
        if token.kind in kinds.NUMERIC:
            worth = token_value(token)
            found |= {worth} if worth is not None else set()
        elif token.kind is kinds.WORD:
            for word in (token.text.lower(), *token.text.lower().split("-")):
                found |= _in_words(word)
    return frozenset(found)


def _in_words(word: str) -> set[Number]:
    if word in NUMBERS:
        return {NUMBERS[word]}
    if word in SHARES:
        return {SHARES[word], Fraction(1, SHARES[word])}
    if word in TIMES:
        return {int(TIMES[word])}
    return {_COUNT_WORDS[word]} if word in _COUNT_WORDS else set()


def _known(context: Context) -> set[Number]:
    """The numbers of the problem and of the lines before, with the values that those lines compute."""
    found = set(numbers_in(context.problem.text[:MAX_LINE]))
    for line in context.earlier:
        found |= numbers_in(line.text)
        for claim in line.claims:
            found |= _values(claim)
    return found


def _values(claim: Claim) -> set[Number]:
    """What the parts of a claim are worth."""
    return {part.known for part in claim.whole if part.known is not None}


def _between(claim: Claim) -> set[Number]:
    """The numbers of a calculation's later parts: 190 / 10 * 2 = 19 * 2 finds 19."""
    worths = (token_value(token) for part in claim.whole[1:] for token in part.tokens)
    return {worth for worth in worths if worth is not None}


def _stated(line: Line, token: Token) -> bool:
    """Whether the number also stands in the line's prose, as a fact that the line brings in."""
    return sum(t.text == token.text for t in tokenize(line.text)) > sum(
        t.text == token.text for c in line.claims for p in c.whole for t in p.tokens
    )


def _explained(worth: Number, known: Set[Number]) -> bool:
    """Whether one or two known numbers give this one by a step that is done in the head."""
    if worth in known:
        return True
    base = sorted(known)[:_MAX_KNOWN]
    if any(worth in _changes(a) for a in base):
        return True
    if any(worth in (a + b, a - b) or worth * 100 == a * b for a in base for b in base):
        return True
    return any(worth == a * b or (b and worth * b == a) for a in (*base, *factors()) for b in base)


def _changes(a: Number) -> tuple[Number, ...]:
    """What one number may be written as: in hundredths, its rest, its inverse, raised or cut by a percentage."""
    part = Fraction(a) / 100
    inverse: Number = 1 / Fraction(a) if a else 0
    return (part, a * 100, 1 - a, 1 + a, 100 - a, 100 + a, 1 + part, 1 - part, inverse, a * a)
