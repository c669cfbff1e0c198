"""The mathematical claims in one line: chains, alternatives, bare expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.verification.domain import lazy
from workbench.verification.lines.chains import Chain, Found, claims_at, make_claims
from workbench.verification.lines.plain import plain_chain
from workbench.verification.lines.sides import Claim as Claim
from workbench.verification.lines.sides import ClaimSide as ClaimSide
from workbench.verification.lines.sides import make_part as make_part
from workbench.verification.text import boundaries, kinds, notation, phrases, scan
from workbench.verification.text.division import divides
from workbench.verification.text.grammar import (
    MAX_CHARS,
    MAX_TOKENS,
    Token,
    Unreadable,
    tokenize,
)
from workbench.verification.text.tokens import EASY, or_none
from workbench.verification.text.words import in_digits
from workbench.verification.units.reading import measured

MAX_LINE = 2000

_LEAD = re.compile(
    r"\s*(?:[*•+]\s+|[-–]\s+(?=[a-z]{2}|[-−]|\\[(\[]|\$|\*\*|\\text)|(?:step|line)\s*\d{1,3}\s*[:.)]\s*|"
    r"\(\d{1,2}\)\s+(?![-+*/=^(]|[a-z]\b)|\[\d{1,2}\]\s+(?![-+*/=^(])|\((?:i{1,3}|iv|vi?)\)\s+(?![-+*/=^(])|[a-h]\)\s+(?![-+*/=^(])|\d{1,2}[.)]\s+(?![-+*/=^])){0,4}",
    re.IGNORECASE,
)
"""Bullets and labels. `- 3x = -6` begins with a minus, as SymPy writes it, and `(3) x = 12` with a factor."""
_DASH = re.compile(r"\s*[-–]\s+")
_ABOUT = re.compile(
    r"≈|\\approx|\b(?:about|around|approximately|approx|roughly|nearly|almost|round\w*|remain\w*|"
    r"leftover|left over)\b",
    re.I,
)
_EQUALS = frozenset(("is", "equals"))
_ENDS_VALUE = frozenset((".", ",", "or", "and"))
_PROSE = 4
_NEVER_FIRST = frozenset((kinds.WORD, kinds.SEP, kinds.CLOSE, kinds.PCT, kinds.REL))
_BAR = re.compile(r"(?<=[0-9A-Za-z)}\]])\s*\|{1,2}\s*[-+*/×÷:·]\s*\(?[-+]?\d{1,4}[a-z]?\)?\s*$")
"""What is done next, behind a bar: `3x + 5 = 20 | -5`."""
_NOTE = re.compile(r"<<([^<>\n]{1,80})>>")
_JOIN = {"or": "or", "and": "and", ",": "and", ", and": "and", "&": "and", ", or": "or", ";": "then"}


@dataclass(frozen=True, eq=False)
class Line:
    """What one line says."""

    text: str
    claims: tuple[Claim, ...] = ()
    joins: tuple[str, ...] = ()
    """Between neighbouring claims: `or`, `and` or `then`."""
    expression: ClaimSide | None = None
    """The line's expression where it has no relation."""
    about: bool = False
    """The line says that it rounds."""
    notes: tuple[Claim, ...] = ()
    """Calculator notes such as `<<48/2=24>>`."""
    unread: tuple[str, ...] = ()
    """The pieces beside formulas that were not read."""
    cut: bool = False
    """The last formula ends unread."""

    @property
    def unreadable(self) -> bool:
        """Whether something was not read and nothing was."""
        return bool(self.unread) and not self.claims

    @lazy
    def last(self) -> ClaimSide | None:
        """The side or the expression that it ends with; None where that was not read."""
        if self.cut:
            return None
        return self.claims[-1].whole[-1] if self.claims else self.expression

    @lazy
    def prose(self) -> bool:
        """Whether the line has several words as well as mathematics."""
        return sum(t.kind is kinds.WORD for t in tokenize(self.text[:MAX_LINE])) >= _PROSE

    @lazy
    def numbers(self) -> frozenset[str]:
        """The number tokens of the line, as written."""
        return frozenset(t.text for t in tokenize(self.text[:MAX_LINE]) if t.kind in kinds.NUMERIC)


def read_line(text: str, bulleted: bool = False) -> Line:
    """Return the claims of a line; a text beyond the bounds comes back as unreadable.

    `bulleted` says that a dash at its beginning is a bullet and no minus.
    """
    if len(text) > MAX_LINE:
        return Line(text[:MAX_CHARS], unread=("a line this long",), cut=True)
    return _read_line(text, bulleted)


@lru_cache(maxsize=4096)
def _read_line(text: str, bulleted: bool) -> Line:
    dash = _DASH.match(text) if bulleted else None
    lead = _LEAD.match(text, dash.end() if dash else 0)
    offset = lead.end() if lead else 0
    plain = EASY.fullmatch(text) is not None and not notation.may_stand_in(text)
    if plain and not offset:
        tokens = measured(tokenize(text))
        chain = plain_chain(tokens)
        if chain is not None and (line := _plain_line(text, *chain)) is not None:
            return line
    else:
        shown = _BAR.sub("", text) if "|" in text and text.count("|") < 3 else text
        tokens = _trimmed([t for t in tokenize(shown) if t.start >= offset])
        tokens = measured(tokens if plain else in_digits(_with_functions(text, tokens)))
    claims: list[Claim] = []
    joins: list[str] = []
    unread: list[str] = []
    cut = False
    behind = -1
    at = 0
    last = _last_relation(tokens)
    while at <= last:
        if tokens[at].kind in _NEVER_FIRST and at:
            at += 1
            continue
        found = claims_at(tokens, at, behind)
        end = found.end
        if found.unread:
            unread += [text[a:b] for a, b in found.unread]
            cut = True
        if found.claims:
            cut = found.cut
            for claim in found.claims:
                joins += [_join(tokens[behind:at])] if claims else []
                claims.append(claim)
            first = found.claims[0]
            if found.other is not None:
                claims.append(found.other)
                joins.append("or")
            for extra, extra_end in _shorthand(tokens, first, end):
                claims.append(extra)
                joins.append("or")
                end = extra_end
            behind = end
        at = end
    rest = [text[t.start : t.end] for t in tokens[at:] if t.kind is kinds.BAD and t.text not in boundaries.BENIGN]
    expression = None if claims or unread else _expression(tokens)
    return Line(
        text,
        tuple(claims),
        tuple(joins),
        expression,
        not plain and bool(_ABOUT.search(text)),
        tuple(_notes(text)) if "<<" in text else (),
        tuple(dict.fromkeys((*unread, *rest))),
        cut or bool(rest),
    )


@or_none
def _plain_line(text: str, parts: list[list[Token]], relations: list[str]) -> Line | None:
    """The line of one chain in plain signs."""
    return Line(text, (Claim(tuple(make_part(part) for part in parts), tuple(relations)),))


def _with_functions(text: str, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens with functions of numbers, in signs or in words, as formulas."""
    if notation.may_stand_in(text):
        tokens = notation.in_functions(tokens)
    return phrases.in_formulas(tokens) if phrases.JOINS.search(text) and phrases.HINT.search(text) else tokens


def _trimmed(tokens: list[Token]) -> tuple[Token, ...]:
    """The tokens without the delimiters around all of them."""
    while tokens and tokens[-1].kind is kinds.BREAK:
        tokens.pop()
    first = next((i for i, t in enumerate(tokens) if t.kind is not kinds.BREAK), 0)
    return tuple(tokens[first:])


def _last_relation(tokens: Sequence[Token]) -> int:
    """Where the last sign or word of equality stands, behind which no claim begins; -1 where there is none."""
    for i in range(len(tokens) - 1, -1, -1):
        if tokens[i].kind is kinds.REL or (tokens[i].kind is kinds.WORD and tokens[i].text.lower() in _EQUALS):
            return i
    return -1


def _notes(text: str) -> Iterator[Claim]:
    """The claims that a calculator wrote between double angle brackets."""
    for match in _NOTE.finditer(text):
        tokens = tuple(
            t._replace(start=t.start + match.start(1), end=t.end + match.start(1)) for t in tokenize(match.group(1))
        )
        run = scan.chain(tokens, 0) if tokens else None
        if run is not None and run.end == len(tokens) and run.relations:
            found = Found(run.end)
            yield from make_claims(tokens, 0, found, Chain(run.parts, run.relations, run.units), "+", [])


def _join(between: Sequence[Token]) -> str:
    words = [t.text.lower() for t in between if t.kind is not kinds.BREAK]
    return _JOIN.get(" ".join(words).replace(" ,", ","), "then")


def _shorthand(tokens: tuple[Token, ...], claim: Claim, i: int) -> list[tuple[Claim, int]]:
    """The further values of `x = 2 or -3`, each as a claim of its own."""
    first = claim.parts[0]
    if claim.relations != ("=",) or first is None or not first.lone_letter:
        return []
    found: list[tuple[Claim, int]] = []
    while (at := scan.over_breaks(tokens, i)[0]) < len(tokens) and tokens[at].text in ("or", "and", ","):
        value = scan.over_breaks(tokens, at + 1)[0]
        run = scan.chain(tokens, value) if value < len(tokens) else None
        if run is None or run.relations:
            break
        ends = scan.over_breaks(tokens, run.end)[0]
        if not {t.text for t in tokens[ends : ends + 1]} <= _ENDS_VALUE:
            break
        try:
            part = make_part(run.parts[0])
        except Unreadable:
            break
        if part.letters:
            break
        i = run.end
        found.append((Claim((first, part), ("=",)), i))
    return found


@or_none
def _expression(tokens: tuple[Token, ...]) -> ClaimSide | None:
    """The expression that fills a line, or what stands behind its last colon."""
    colons = [i for i, t in enumerate(tokens) if t.text == ":"]
    if colons and divides(tokens, colons[-1]):  # `24 : 6 + 2`
        run = scan.chain(tokens, 0)
        return make_part(run.parts[0]) if run is not None and run.end == len(tokens) and not run.relations else None
    body = list(tokens[colons[-1] + 1 :] if colons else tokens)
    while body and body[-1].kind is kinds.SEP:
        body.pop()
    body = [t for t in body if t.kind is not kinds.MONEY]
    if not body or len(body) > MAX_TOKENS or any(t.kind is kinds.VAR and t.text == "i" for t in body):
        return None
    try:
        return make_part(body)
    except (Unreadable, RecursionError):
        return None


def expressions_in(text: str) -> tuple[ClaimSide, ...]:
    """Return the expressions with an operator or a factor that stand in prose, for reading a problem's text."""
    tokens = _with_functions(text, tokenize(text[:MAX_LINE]))
    found: list[ClaimSide] = []
    at = 0
    while at < len(tokens):
        run = scan.chain(tokens, at) if boundaries.begins(tokens, at) else None
        at += 1
        if run is None or run.relations or len(run.parts[0]) < 2:
            continue
        if not boundaries.clean(tokens, at - 1, run.end):
            continue
        try:
            found.append(make_part(run.parts[0]))
        except (Unreadable, RecursionError):
            continue
        at = run.end
    return tuple(found)
