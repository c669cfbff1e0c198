"""The mathematical claims in one line: chains, alternatives, bare expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import Rational, rational, value, worth
from workbench.verification.lines.plain import plain_chain
from workbench.verification.text import boundaries, kinds, notation, phrases, scan
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
from workbench.verification.text.tokens import EASY, Unit, or_none
from workbench.verification.text.words import in_digits
from workbench.verification.units.reading import measured

MAX_LINE = 2000

_LEAD = re.compile(
    r"\s*(?:[*•+]\s+|[-–]\s+(?=[a-z]{2}|[-−]|\\[(\[]|\$|\*\*|\\text)|(?:step|line)\s*\d{1,3}\s*[:.)]\s*|"
    r"\(\d{1,2}\)\s+(?![-+*/=^(]|[a-z]\b)|\d{1,2}[.)]\s+(?![-+*/=^])){0,4}",
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
_MOST_GAPS = 6
"""Sides of a chain that may be unread."""
_NEVER_FIRST = frozenset((kinds.WORD, kinds.SEP, kinds.CLOSE, kinds.PCT, kinds.REL))
_BAR = re.compile(r"(?<=[0-9A-Za-z)}\]])\s*\|{1,2}\s*[-+*/×÷:·]\s*\(?[-+]?\d{1,4}[a-z]?\)?\s*$")
"""What is done next, behind a bar: `3x + 5 = 20 | -5`."""
_NOTE = re.compile(r"<<([^<>\n]{1,80})>>")
_JOIN = {"or": "or", "and": "and", ",": "and", ", and": "and", "&": "and", ", or": "or", ";": "then"}


@dataclass(frozen=True, eq=False)
class ClaimSide:
    """One side of a claim."""

    tokens: tuple[Token, ...]
    node: Node

    @lazy
    def letters(self) -> frozenset[str]:
        """The letters that stand for a number not yet known; pi is known."""
        return frozenset([t.text for t in self.tokens if t.kind is kinds.VAR and t.text != "π"])

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


def make_part(tokens: Sequence[Token]) -> ClaimSide:
    """Return a part from its tokens. Raise `Unreadable`."""
    return ClaimSide(tuple(tokens), parse_tokens(tokens))


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
    shown = _BAR.sub("", text) if "|" in text and text.count("|") < 3 else text
    tokens = _trimmed([t for t in tokenize(shown) if t.start >= offset])
    plain = EASY.fullmatch(text) is not None and "C" not in text  # else there is nothing to look for
    tokens = measured(tokens if plain else in_digits(_with_functions(text, tokens)))
    chain = plain_chain(tokens) if plain and not offset else None
    if chain is not None and (line := _plain_line(text, *chain)) is not None:
        return line
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
        found = _claims_at(tokens, at, behind)
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
    if notation.HINT.search(text):
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
            found = _Found(run.end)
            yield from _make_claims(tokens, 0, found, _Chain(run.parts, run.relations, run.units), "+", [])


@dataclass
class _Found:
    """What was read from one token on."""

    end: int
    """Where to go on."""
    claims: list[Claim] = field(default_factory=list)
    other: Claim | None = None
    """The claim with the other sign of a plus-minus."""
    unread: list[tuple[int, int]] = field(default_factory=list)
    """The spans that were not read."""
    cut: bool = False
    """The chain ends unread."""


def _claims_at(tokens: tuple[Token, ...], i: int, behind: int) -> _Found:
    """The claims of the chain that begins at token i.

    A side that is not wholly read drops out: `Rest = Tom's age - 3 = 11 - 3 = 8` claims `11 - 3 = 8`.
    """
    continued = i == 0 and tokens[0].kind is kinds.REL
    if not continued and not boundaries.begins(tokens, i):
        return _Found(i + 1, unread=_odd(tokens[i]))
    run = scan.chain(tokens, i, continued)
    if run is None:
        return _Found(i + 1)
    if not run.relations and not _goes_on(tokens, run.end):
        # No shorter start inside a run without relation can have one, save behind its last operand.
        return _Found(max(i + 1, run.end - 1 if run.end - i > 40 else i + 1))
    found = _Found(run.end)
    chain = _Chain([*run.parts], [*run.relations], [*run.units])
    if not continued and (_tail_of_mixed(tokens, i, behind) or not boundaries.clean_before(tokens, i, run.end)):
        chain.unread.add(0)
        found.unread.append((tokens[max(i - 1, 0)].start, chain.parts[0][-1].end))
    _go_on(tokens, chain, found)
    sign = any(t.text == "±" for part in chain.parts for t in part)
    found.claims = _make_claims(tokens, i, found, chain, "+", found.unread)
    if sign and len(found.claims) == 1:
        others = _make_claims(tokens, i, found, chain, "-", [])
        found.other = replace(others[0], loose=True) if others else None
    found.cut = len(chain.parts) - 1 in chain.unread
    return found


def _odd(token: Token) -> list[tuple[int, int]]:
    odd = token.kind is kinds.BAD and token.text not in boundaries.BENIGN
    return [(token.start, token.end)] if odd else []


@dataclass
class _Chain:
    """The sides of a chain as tokens, and which of them are not wholly read."""

    parts: list[list[Token]]
    relations: list[str]
    units: list[Unit]
    unread: set[int] = field(default_factory=set)


def _goes_on(tokens: tuple[Token, ...], end: int) -> bool:
    """Whether a side that is unread so far has a relation behind it."""
    return not boundaries.clean_after(tokens, end) and boundaries.next_relation(tokens, end) is not None


def _go_on(tokens: tuple[Token, ...], chain: _Chain, found: _Found) -> None:
    """Read on behind sides that cannot be read, as long as relations follow."""
    for _ in range(_MOST_GAPS):
        end = found.end
        opened = end < len(tokens) and tokens[end].kind is kinds.REL
        if opened:
            chain.relations.append(tokens[end].text)
            chain.parts.append([])
        elif boundaries.clean_after(tokens, end):
            return
        chain.unread.add(len(chain.parts) - 1)
        at = boundaries.next_relation(tokens, end + opened)
        stop = at if at is not None else min(end + 3, len(tokens))
        found.unread.append(
            (
                tokens[end + opened].start if end + opened < len(tokens) else tokens[-1].end,
                tokens[max(stop - 1, end)].end,
            )
        )
        more = scan.chain(tokens, at, continued=True) if at is not None else None
        if at is None or more is None:
            found.end = end + opened if at is None else at
            return
        shift = len(chain.parts) - 1
        chain.parts += more.parts[1:]
        chain.relations += more.relations
        chain.units += [u._replace(part=u.part + shift) for u in more.units]
        found.end = more.end


def _make_claims(
    tokens: tuple[Token, ...], i: int, found: _Found, chain: _Chain, sign: str, unread: list[tuple[int, int]]
) -> list[Claim]:
    """The claims that the sides of a chain make which were read: neighbours, or equal through what is between."""
    made: list[tuple[list[ClaimSide | None], list[str], list[int]]] = [([], [], [])]
    pending: str | None = None
    imaginary = _is_imaginary(chain.parts)
    for index, part in enumerate(chain.parts):
        if index:
            relation = chain.relations[index - 1]
            pending = relation if pending is None else _through(pending, relation)
        side: ClaimSide | None = None
        if index in chain.unread:
            continue
        if part:
            try:
                side = make_part([t._replace(text=sign) if t.text == "±" else t for t in part])
                if imaginary and "i" in side.letters:
                    raise Unreadable("a complex number")
            except (Unreadable, RecursionError):
                chain.unread.add(index)
                unread.append((part[0].start, part[-1].end))
                continue
        sides, relations, places = made[-1]
        if sides and not pending:
            sides, relations, places = [], [], []
            made.append((sides, relations, places))
        if sides and pending:
            relations.append(pending)
        sides.append(side)
        places.append(index)
        pending = None
    units = [*chain.units, *_last_unit(tokens, found.end, chain)]
    return [_make_claim(tokens, i, *one, units) for one in made if len(one[0]) > 1]


def _is_imaginary(parts: Sequence[Sequence[Token]]) -> bool:
    """Whether `i` is the imaginary unit, as in `z = 3 + 4i`; alone, as in `2i + 1 = 7`, it is a letter."""
    held = [[t.text for t in part] for part in parts]
    if not any("i" in part for part in held):
        return False
    letters = {t.text for part in parts for t in part if t.kind is kinds.VAR}
    powers = any(part[at : at + 2] == ["i", "^"] for part in held for at in range(len(part)))
    return letters != {"i"} or powers or all("i" in part for part in held if part)


def _through(first: str, second: str) -> str:
    """What two relations with a side between them say of the outer ones; empty where they say nothing."""
    if first == second or second == "=":
        return first
    if first == "=":
        return second
    return "<" if {first, second} == {"<", "<="} else ">" if {first, second} == {">", ">="} else ""


def _tail_of_mixed(tokens: tuple[Token, ...], i: int, behind: int) -> bool:
    """`12 * 1 and 1/4 = 15`: a fraction behind a number and `and`, where no claim has just ended."""
    return (
        1 < i != behind + 1
        and tokens[i - 1].text == "and"
        and tokens[i - 2].kind is kinds.NUM
        and [t.text for t in tokens[i + 1 : i + 2]] == ["/"]
    )


def _make_claim(
    tokens: tuple[Token, ...],
    i: int,
    sides: list[ClaimSide | None],
    relations: list[str],
    places: list[int],
    units: list[Unit],
) -> Claim:
    first = sides[0]
    before = tokens[i - 1] if i and places[0] == 0 else None
    behind_prose = before is not None and before.kind in (kinds.WORD, kinds.SEP, kinds.CLOSE)
    placed = [u._replace(part=places.index(u.part)) for u in units if u.part in places]
    loose = first is not None and first.bare and not first.letters and (bool(placed) or behind_prose)
    return Claim(tuple(sides), tuple(relations), loose, tuple(u.word for u in placed), tuple(placed))


def _last_unit(tokens: tuple[Token, ...], end: int, chain: _Chain) -> list[Unit]:
    """The unit word right behind a chain."""
    after = tokens[end] if end < len(tokens) else None
    if after is None or after.kind not in kinds.WORDS or after.text in _JOIN:
        return []
    return [Unit(after.text.lower(), len(chain.parts) - 1, len(chain.parts[-1]) - 1)]


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
