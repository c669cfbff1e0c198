"""The mathematical claims in one line: chains, alternatives, bare expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import Rational, rational, value, worth
from workbench.verification.text import boundaries, kinds, scan
from workbench.verification.text.division import divides
from workbench.verification.text.grammar import (
    MAX_CHARS,
    MAX_TOKENS,
    Node,
    Number,
    Token,
    Unreadable,
    parse_tokens,
    tokenize,
)
from workbench.verification.text.tokens import TokenRun, Unit, or_none
from workbench.verification.text.words import in_digits

MAX_LINE = 2000

_LEAD = re.compile(
    r"\s*(?:[-*•+]\s+|(?:step|line)\s*\d{1,3}\s*[:.)]\s*|"
    r"\(\d{1,2}\)\s+(?![-+*/=^])|\d{1,2}[.)]\s+(?![-+*/=^])){0,4}",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"≈|\\approx|\b(?:about|around|approximately|approx|roughly|nearly|almost|round\w*|remain\w*|"
    r"leftover|left over)\b",
    re.I,
)
_EQUALS = frozenset(("is", "equals"))
_ENDS_VALUE = frozenset((".", ",", "or", "and"))
_PROSE = 4
_NEVER_FIRST = frozenset((kinds.WORD, kinds.SEP, kinds.CLOSE, kinds.PCT, kinds.REL))
_NOTE = re.compile(r"<<([^<>\n]{1,80})>>")
_JOIN = {"or": "or", "and": "and", ",": "and", ", and": "and", "&": "and", ", or": "or", ";": "then"}


@dataclass(frozen=True, eq=False)
class ClaimSide:
    """One side of a claim."""

    tokens: tuple[Token, ...]
    node: Node

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset([t.text for t in self.tokens if t.kind is kinds.VAR])

    @lazy
    def value(self) -> Number:
        """What it is worth. Raise `Unreadable` where it has no exact value."""
        return value(self.node)

    @lazy
    def known(self) -> Number | None:
        """What it is worth; None where it has no exact value."""
        return worth(self.node)

    @lazy
    def words(self) -> list[str]:
        return [t.text for t in self.tokens]

    @lazy
    def rational(self) -> Rational:
        return rational(self.node)

    @lazy
    def bare(self) -> bool:
        """A single number with no operator but its sign."""
        shape = [t.kind for t in self.tokens if not (t.kind is kinds.OP and t.text in "+-")]
        return len(shape) == 1 or (len(shape) == 2 and shape[1] is kinds.PCT)

    @lazy
    def is_number(self) -> bool:
        """One number, signed, possibly a fraction of two numbers, a percentage or in brackets."""
        shape = [t.kind if t.kind is not kinds.OP or t.text in "/" else "sign" for t in self.tokens]
        core = [k for k in shape if k not in ("sign", kinds.PCT)]
        signs = [i for i, k in enumerate(shape) if k == "sign"]
        return core in ([kinds.NUM], [kinds.MIXED], [kinds.NUM, kinds.OP, kinds.NUM]) and signs in ([], [0])

    @property
    def lone_letter(self) -> bool:
        return len(self.tokens) == 1 and bool(self.letters)

    @lazy
    def percent(self) -> bool:
        return any(t.kind is kinds.PCT for t in self.tokens)

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


@dataclass(frozen=True, eq=False)
class Claim:
    """A chain `a = b < c`; the first part is None where the line continues the line before."""

    parts: tuple[ClaimSide | None, ...]
    relations: tuple[str, ...]
    loose: bool = False
    """A bare number behind prose stands on the left, so the claim may be cut short."""
    units: tuple[str, ...] = ()
    placed: tuple[Unit, ...] = ()
    """The same units with the numbers that they belong to."""

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(p.letters for p in self.parts if p is not None))

    @lazy
    def whole(self) -> tuple[ClaimSide, ...]:
        """The parts that are written out."""
        return tuple(p for p in self.parts if p is not None)

    def pairs(self, carry: ClaimSide | None = None) -> list[tuple[ClaimSide, str, ClaimSide]]:
        """The neighbouring parts with their relation; `carry` stands in a part that is not written out."""
        parts = [p if p is not None else carry for p in self.parts]
        triples = zip(parts, self.relations, parts[1:], strict=False)
        return [(a, r, b) for a, r, b in triples if a is not None and b is not None]


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
    unreadable: bool = False

    @lazy
    def last(self) -> ClaimSide | None:
        """The side or the expression that it ends with."""
        return self.claims[-1].whole[-1] if self.claims else self.expression

    @lazy
    def prose(self) -> bool:
        """Whether the line has several words as well as mathematics."""
        return sum(t.kind is kinds.WORD for t in tokenize(self.text[:MAX_LINE])) >= _PROSE

    @lazy
    def numbers(self) -> frozenset[str]:
        """The number tokens of the line, as written."""
        return frozenset(t.text for t in tokenize(self.text[:MAX_LINE]) if t.kind in kinds.NUMERIC)


def make_part(tokens: Sequence[Token]) -> ClaimSide:
    """Return a part from its tokens. Raise `Unreadable`."""
    return ClaimSide(tuple(tokens), parse_tokens(tokens))


def read_line(text: str) -> Line:
    """Return the claims of a line; a text beyond the bounds comes back as unreadable."""
    if len(text) > MAX_LINE:
        return Line(text[:MAX_CHARS], unreadable=True)
    return _read_line(text)


@lru_cache(maxsize=4096)
def _read_line(text: str) -> Line:
    lead = _LEAD.match(text)
    offset = lead.end() if lead else 0
    tokens = in_digits(tuple(t for t in tokenize(text) if t.start >= offset))
    claims: list[Claim] = []
    joins: list[str] = []
    unreadable = False
    behind = -1
    at = 0
    last = _last_relation(tokens)
    while at <= last:
        if tokens[at].kind in _NEVER_FIRST and at:
            at += 1
            continue
        found, dirty, end = _claim_at(tokens, at, behind)
        unreadable |= dirty
        if found is not None:
            if claims:
                joins.append(_join(tokens[behind:at]))
            claims.append(found)
            if any(t.text == "±" for t in tokens[at:end]):
                run = scan.chain(tokens, at)
                claims.append(replace(_make_claim(tokens, at, _signed(run, "-")), loose=True) if run else found)
                joins.append("or")
            for extra, extra_end in _shorthand(tokens, found, end):
                claims.append(extra)
                joins.append("or")
                end = extra_end
            behind = end
        at = end
    unreadable |= any(t.kind is kinds.BAD for t in tokens[at:])
    expression = None if claims else _expression(tokens)
    return Line(
        text,
        tuple(claims),
        tuple(joins),
        expression,
        bool(_ABOUT.search(text)),
        tuple(_notes(text)) if "<<" in text else (),
        unreadable and not claims,
    )


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
            try:
                yield _make_claim(tokens, 0, run)
            except (Unreadable, RecursionError):
                continue


def _claim_at(tokens: tuple[Token, ...], i: int, behind: int) -> tuple[Claim | None, bool, int]:
    """The claim that begins at token i, whether something there was unreadable, and where to go on."""
    continued = i == 0 and tokens[0].kind is kinds.REL
    if not continued and not boundaries.begins(tokens, i):
        return None, tokens[i].kind is kinds.BAD, i + 1
    run = scan.chain(tokens, i, continued)
    if run is None:
        return None, False, i + 1
    if not run.relations:
        # No shorter start inside a run without relation can have one, save behind its last operand.
        return None, False, max(i + 1, run.end - 1 if run.end - i > 40 else i + 1)
    if _tail_of_mixed(tokens, i, behind) or not boundaries.clean(tokens, i, run.end):
        return None, True, run.end
    try:
        claim = _make_claim(tokens, i, _signed(run, "+"))
    except (Unreadable, RecursionError):
        return None, True, run.end
    return claim, False, run.end


def _tail_of_mixed(tokens: tuple[Token, ...], i: int, behind: int) -> bool:
    """`12 * 1 and 1/4 = 15`: a fraction behind a number and `and`, where no claim has just ended."""
    return (
        1 < i != behind + 1
        and tokens[i - 1].text == "and"
        and tokens[i - 2].kind is kinds.NUM
        and [t.text for t in tokens[i + 1 : i + 2]] == ["/"]
    )


def _signed(run: TokenRun, sign: str) -> TokenRun:
    """The run with one of the two signs that a plus-minus stands for."""
    if not any(t.text == "±" for part in run.parts for t in part):
        return run
    parts = [[t._replace(text=sign) if t.text == "±" else t for t in part] for part in run.parts]
    return TokenRun(parts, run.relations, run.end, run.units)


def _make_claim(tokens: tuple[Token, ...], i: int, run: TokenRun) -> Claim:
    parts = tuple(make_part(p) if p else None for p in run.parts)
    first = parts[0]
    before = tokens[i - 1] if i else None
    behind_prose = before is not None and before.kind in (kinds.WORD, kinds.SEP, kinds.CLOSE)
    loose = first is not None and first.bare and not first.letters and (bool(run.units) or behind_prose)
    units = [*run.units, *_last_unit(tokens, run)]
    return Claim(parts, tuple(run.relations), loose, tuple(u.word for u in units), tuple(units))


def _last_unit(tokens: tuple[Token, ...], run: TokenRun) -> list[Unit]:
    """The unit word right behind a chain."""
    after = tokens[run.end] if run.end < len(tokens) else None
    if after is None or after.kind not in kinds.WORDS or after.text in _JOIN:
        return []
    return [Unit(after.text.lower(), len(run.parts) - 1, len(run.parts[-1]) - 1)]


def _join(between: Sequence[Token]) -> str:
    return _JOIN.get(" ".join(t.text.lower() for t in between).replace(" ,", ","), "then")


def _shorthand(tokens: tuple[Token, ...], claim: Claim, i: int) -> list[tuple[Claim, int]]:
    """The further values of `x = 2 or -3`, each as a claim of its own."""
    first = claim.parts[0]
    if claim.relations != ("=",) or first is None or not first.lone_letter:
        return []
    found: list[tuple[Claim, int]] = []
    while i < len(tokens) and tokens[i].text in ("or", "and", ","):
        run = scan.chain(tokens, i + 1) if i + 1 < len(tokens) else None
        if run is None or run.relations or not {t.text for t in tokens[run.end : run.end + 1]} <= _ENDS_VALUE:
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
    if not body or len(body) > MAX_TOKENS:
        return None
    try:
        return make_part(body)
    except (Unreadable, RecursionError):
        return None


def expressions_in(text: str) -> tuple[ClaimSide, ...]:
    """Return the expressions with an operator or a factor that stand in prose, for reading a problem's text."""
    tokens = tokenize(text[:MAX_LINE])
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
