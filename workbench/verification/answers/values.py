"""A final answer read as mathematics: statements about letters, or values with their units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from workbench.verification.algebra.relations import Statement, statements
from workbench.verification.answers.text import boxed
from workbench.verification.reading import boundaries, scan
from workbench.verification.reading.claims import Line, Part, make_part, read_line
from workbench.verification.reading.grammar import MAX_CHARS, Token, Unreadable, tokenize, word_set
from workbench.verification.reading.measures import singular


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer as read: statements about letters, or values with what joins and follows them."""

    line: Line
    statements: tuple[Statement, ...] = ()
    values: tuple[Part, ...] = ()
    ordered: bool = True
    units: frozenset[str] = frozenset()
    bracketed: bool = False


_FILLER = word_set("a an the is are of in per each and or about only exactly there answer total ")


@lru_cache(maxsize=4096)
def read_answer(text: str) -> Answer | None:
    """The answer in a text, or None where it is beyond the grammar."""
    if len(text) > MAX_CHARS:
        return None
    cleaned = text.strip()
    cleaned = cleaned if cleaned.endswith("...") else cleaned.rstrip(".").strip()
    cleaned = boxed(cleaned) or cleaned
    line = read_line(cleaned)
    tokens = tokenize(cleaned)
    if any(t.kind == "bad" and t.text not in "'’`_" for t in tokens) or line.unreadable:
        return None
    if line.claims:
        return _stated(line) if _covered(line, tokens) else None
    if line.expression is not None and not any(t.text == ":" for t in tokens):
        return Answer(line, values=(line.expression,), units=frozenset(_unit_words(tokens)))
    return _listed(line, tokens)


def _covered(line: Line, tokens: tuple[Token, ...]) -> bool:
    """Whether every number of the answer stands in one of its claims."""
    spans = {t.start for c in line.claims for p in c.whole for t in p.tokens}
    return all(t.start in spans for t in tokens if t.kind in ("num", "mixed"))


def _stated(line: Line) -> Answer | None:
    found = statements(line)
    if found:
        return Answer(line, statements=found)
    if len(line.claims) == 1:
        return Answer(line, values=line.claims[0].whole[-1:])
    return None


def _listed(line: Line, tokens: tuple[Token, ...]) -> Answer | None:
    """Values with unit words between them, such as `15 apples` or `2, -3`."""
    values: list[Part] = []
    words: set[str] = set()
    ordered, at = True, 0
    bracketed = len(tokens) > 2 and tokens[0].kind == "open" and tokens[-1].kind == "close"
    if bracketed and any(t.text == "," for t in tokens):
        tokens = tokens[1:-1]
    else:
        bracketed = False
    while at < len(tokens):
        token = tokens[at]
        run = scan.chain(tokens, at) if boundaries.begins(tokens, at) or _lone_letter(tokens, at) else None
        if run is not None:
            try:
                values.append(make_part(run.parts[0]))
            except Unreadable:
                return None
            words.update(singular(u.word) for u in run.units)
            at = run.end
            continue
        if token.kind in ("op", "rel", "pct", "close", "open", "num"):
            return None
        ordered &= token.text.lower() not in ("or", "and")
        words.update(_unit_words((token,)))
        at += 1
    return Answer(line, values=tuple(values), ordered=ordered, units=frozenset(words), bracketed=bracketed)


def _lone_letter(tokens: tuple[Token, ...], i: int) -> bool:
    """A letter that stands as a value of its own, behind a comma or at the start."""
    token = tokens[i]
    return token.kind == "var" and token.text not in "aAI" and (i == 0 or tokens[i - 1].kind in ("sep", "op"))


def _unit_words(tokens: tuple[Token, ...]) -> set[str]:
    """The unit words among tokens, without plural endings and filler."""
    found = set()
    for token in tokens:
        if token.kind in ("word", "var", "unit", "money") and token.text.lower() not in _FILLER:
            text = token.text.lstrip("\\")
            if token.kind == "unit":
                text = text.rpartition("{")[2].rstrip("}").strip()
            found.add(singular(text))
    return found
