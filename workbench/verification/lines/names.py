"""Named results of one step: `Total = 12 + 30. Total = 43.` calls two numbers by one name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.verification.lines.claims import MAX_LINE, Claim, ClaimSide, make_part
from workbench.verification.text import boundaries, kinds, scan
from workbench.verification.text.tokens import STOP, Token, Unit, Unreadable, tokenize, word_set

_MOST_WORDS = 5
_FAR = 40
_MOST_CHARACTERS = 120
ARTICLES = word_set("the a an his her their its my our your")
_RESTS = word_set("left leftover leftovers remaining remainder rest")
_LEFT = re.compile(
    r"\b(?:so|thus|hence|therefore|then),?\s+(?:there\s+(?:is|are)\s+)?\$?(?P<n>\d+(?:\.\d+)?)"
    r"(?:\s+[a-z]+){0,2}\s+(?:(?:is|are)\s+)?(?:left|remain\w*)\b",
    re.IGNORECASE,
)
"""`So 50 are left`."""


@dataclass(frozen=True)
class _Named:
    """A name, the calculation or number behind its equals sign, and where that stands."""

    name: tuple[str, ...]
    side: ClaimSide
    units: tuple[Unit, ...]
    start: int
    end: int
    alone: bool
    """Nothing is equal to it in turn."""
    about: bool
    """It is only about equal."""


@lru_cache(maxsize=1024)
def repeated(text: str) -> tuple[Claim, ...]:
    """Return what a step claims by giving a calculation and then a number the same name."""
    signs = text.count("=") + text.count("≈") + text.count("\\approx")
    if len(text) > MAX_LINE or not signs:
        return ()
    found = list(_named(text)) if signs > 1 else []
    claims = [_claim(a, b) for i, a in enumerate(found) for b in found[i + 1 : i + 2] if _same(text, a, b)]
    left = _LEFT.search(text) if signs == 1 else None
    if left is not None:
        claims += _what_is_left(text, left)
    return tuple(claims)


_OPENING = 25
_WORD = re.compile(r"[A-Za-z]+")


@lru_cache(maxsize=1024)
def continued(before: str, text: str) -> tuple[ClaimSide, Claim] | None:
    """Return what a step claims that gives a number the name of the calculation with which the step before ends.

    The calculation stands first; the claim's own first side is left out, for it is not in this step.
    """
    if "=" not in text[:_MOST_CHARACTERS] or "=" not in before or max(len(before), len(text)) > MAX_LINE:
        return None
    last = next(iter(list(_named(before))[-1:]), None)
    first = next(_named(text), None) if last is not None and last.alone and not last.side.bare else None
    if last is None or first is None or first.name != last.name or last.side.letters or first.side.letters:
        return None
    tail, lead = before[last.end :], text[: first.start]
    if len(tail) > _OPENING or any(c.isdigit() for c in tail + lead):
        return None
    if {w.lower() for w in _WORD.findall(lead)} - STOP - ARTICLES - {*first.name, "text"}:
        return None
    if {u.word for u in (*last.units, *first.units)} - {"$"}:
        return None
    return last.side, Claim((None, first.side), ("=",))


@lru_cache(maxsize=1024)
def named_in(text: str) -> tuple[tuple[tuple[str, ...], ClaimSide, tuple[str, ...]], ...]:
    """Return the names of a step, the value at the end of what each is equal to, and its units."""
    found = {}
    for named in _named(text):
        if named.about or not named.name:
            continue
        found[named.name] = (named.name, named.side, tuple(u.word for u in named.units))
    return tuple(found.values())


def _named(text: str) -> Iterator[_Named]:
    """The names of a step with what each is equal to."""
    tokens = tokenize(text)
    for i, token in enumerate(tokens):
        if token.kind is not kinds.REL or token.text not in "=~" or i + 1 >= len(tokens):
            continue
        name = _name(tokens, i)
        run = scan.chain(tokens, i + 1) if name and boundaries.begins(tokens, i + 1) else None
        if run is None or not run.parts[0] or not boundaries.clean_after(tokens, run.end):
            continue
        try:
            side = make_part(run.parts[0])
        except Unreadable:
            continue
        units = tuple(u for u in run.units if u.part == 0)
        start = tokens[i - 1].start
        yield _Named(name, side, units, start, tokens[run.end - 1].end, not run.relations, token.text == "~")


def _name(tokens: Sequence[Token], i: int) -> tuple[str, ...]:
    """The words right before token i, without articles; nothing where a number or a sign stands among them."""
    words: list[str] = []
    at = i - 1
    if at >= 0 and tokens[at].kind is kinds.VAR and tokens[i].text == "~":
        apart = at == 0 or tokens[at - 1].kind in (kinds.SEP, kinds.BREAK, kinds.WORD)
        return (tokens[at].text,) if apart else ()
    while at >= 0 and i - at <= _MOST_WORDS + 1 and tokens[at].kind in kinds.WORDS:
        inner = tokens[at].text.rpartition("{")[2].rstrip("}").lower()
        if inner in STOP:
            break
        words = [*(w for w in inner.split() if w not in ARTICLES), *words]
        at -= 1
    bounded = at < 0 or tokens[at].kind in (kinds.SEP, kinds.BREAK, kinds.WORD)
    return tuple(words) if bounded else ()


def _same(text: str, first: _Named, second: _Named) -> bool:
    """Whether a number is called what a calculation was called right before, with no number between."""
    between = text[first.end : second.start]
    return (
        first.name == second.name
        and first.alone
        and second.alone
        and not first.side.bare
        and first.side.letters == second.side.letters
        and (second.side.bare or bool(second.side.letters))
        and len(between) <= _FAR
        and not any(c.isdigit() for c in between)
    )


def _claim(first: _Named, second: _Named) -> Claim:
    units = (*first.units, *(u._replace(part=1) for u in second.units))
    relation = "~" if first.about or second.about else "="
    return Claim((first.side, second.side), (relation,), units=tuple(u.word for u in units), placed=units)


def _what_is_left(text: str, left: re.Match[str]) -> Iterator[Claim]:
    """`Leftover = 90 - 30. So 50 are left.`"""
    for named in _named(text):
        numbers = any(c.isdigit() for c in text[named.end : left.start("n")])
        if not (_RESTS & set(named.name) and named.alone and named.end <= left.start() and not numbers):
            continue
        tokens = [t for t in tokenize(text) if t.start == left.start("n") and t.kind is kinds.NUM]
        if tokens and not named.side.bare and not named.side.letters and not named.units:
            yield Claim((named.side, make_part(tokens)), ("=",))
