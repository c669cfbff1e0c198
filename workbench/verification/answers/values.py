"""A final answer read as mathematics: statements about letters, or values with their units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.verification.answers.limits import is_limited
from workbench.verification.answers.text import boxed
from workbench.verification.lines import quantities
from workbench.verification.lines.claims import Claim, ClaimSide, Line, make_part, read_line
from workbench.verification.lines.pairs import Fit
from workbench.verification.lines.readings import is_percent_of, mixes_percent, reads_as_percent, rounds
from workbench.verification.lines.relations import Statement, statements
from workbench.verification.text import boundaries, kinds, scan
from workbench.verification.text.grammar import MAX_CHARS, Number, Token, Unreadable, tokenize, word_set
from workbench.verification.units.names import singular


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer as read: statements about letters, or values with what joins and follows them."""

    line: Line
    statements: tuple[Statement, ...] = ()
    values: tuple[ClaimSide, ...] = ()
    ordered: bool = True
    units: frozenset[str] = frozenset()
    bracketed: bool = False


_FILLER = word_set("a an the is are of in per each and or about only exactly there answer total ")
_UNIT_LETTERS = frozenset("hsgmlLdt")
"""Hours, seconds, grams, metres or minutes, litres, days, tonnes."""
_SPACED_SIGN = re.compile(r"^([-+−])\s+(?=[0-9])")
"""`- 5` as a whole answer."""


@lru_cache(maxsize=4096)
def read_answer(text: str) -> Answer | None:
    """Return the answer in a text, or None where it is beyond the grammar."""
    if len(text) > MAX_CHARS or is_limited(text):
        return None
    cleaned = text.strip()
    cleaned = cleaned if cleaned.endswith("...") else cleaned.rstrip(".").strip()
    cleaned = boxed(cleaned) or cleaned
    cleaned = _SPACED_SIGN.sub(r"\1", cleaned)
    line = read_line(cleaned)
    tokens = tuple(t for t in tokenize(cleaned) if t.kind is not kinds.BREAK)
    if any(t.kind is kinds.BAD and t.text not in "'’`_" for t in tokens) or line.unreadable:
        return None
    if line.claims:
        return _stated(line) if _covered(line, tokens) else None
    if line.expression is not None and not any(t.text == ":" for t in tokens):
        return Answer(line, values=(line.expression,), units=frozenset(_unit_words(tokens)))
    return _listed(line, tokens)


def without_unit_letter(answer: Answer) -> Answer:
    """`12 h`, `7055g`: a letter behind a lone number is read as its unit, another answer is left as it is."""
    tokens = answer.values[0].tokens if len(answer.values) == 1 else ()
    shape = [t.kind for t in tokens if t.kind is not kinds.OP or t.text not in "+-"]
    if shape not in ([kinds.NUM, kinds.VAR], [kinds.MIXED, kinds.VAR]) or tokens[-1].text not in _UNIT_LETTERS:
        return answer
    return replace(answer, values=(make_part(tokens[:-1]),), units=answer.units | {tokens[-1].text})


def single_values(statements: Sequence[Statement]) -> dict[str, Number] | None:
    """Return the value of each letter, where every statement gives one to one letter. Raise `Unreadable`."""
    found: dict[str, Number] = {}
    for statement in statements:
        if len(statement.assignments) != 1 or statement.assignments[0][0] in found:
            return None
        letter, part = statement.assignments[0]
        found[letter] = part.value
    return found


def _covered(line: Line, tokens: tuple[Token, ...]) -> bool:
    """Whether every number of the answer stands in one of its claims."""
    spans = {t.start for c in line.claims for p in c.whole for t in p.tokens}
    return all(t.start in spans for t in tokens if t.kind in kinds.NUMERIC)


def _stated(line: Line) -> Answer | None:
    found = statements(line)
    if found:
        return Answer(line, statements=found)
    if len(line.claims) == 1:
        claim = line.claims[0]
        return None if _is_false(claim, line.about) else Answer(line, values=claim.whole[-1:])
    return None


def _is_false(claim: Claim, about: bool) -> bool:
    """`1 = 5`: a chain of numbers that does not hold states no answer, whichever number it ends with."""
    return any(_fails(claim, index, about) for index in range(len(claim.relations)))


def _fails(claim: Claim, index: int, about: bool) -> bool:
    """Whether one relation of a chain is surely false: neither rounded nor made true by a unit."""
    left, right = claim.parts[index], claim.parts[index + 1]
    if left is None or right is None or left.letters or right.letters or claim.relations[index] != "=":
        return False
    a, b = left.known, right.known
    if a is None or b is None:
        return False
    if a == b or rounds(a, right, about) or rounds(b, left, about) or reads_as_percent(left, right, about):
        return False
    measured = quantities.fit(claim, index, about)
    if measured is not Fit.NUMBERS:
        return measured is Fit.DIFFERENT
    return not (quantities.may_convert(claim) or mixes_percent(left, b) or is_percent_of(left, right))


def _listed(line: Line, tokens: tuple[Token, ...]) -> Answer | None:
    """Values with unit words between them, such as `15 apples` or `2, -3`."""
    values: list[ClaimSide] = []
    words: set[str] = set()
    ordered, at = True, 0
    bracketed = len(tokens) > 2 and tokens[0].kind is kinds.OPEN and tokens[-1].kind is kinds.CLOSE
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
        if token.kind in (kinds.OP, kinds.REL, kinds.PCT, kinds.CLOSE, kinds.OPEN, kinds.NUM):
            return None
        ordered &= token.text.lower() not in ("or", "and")
        words.update(_unit_words((token,)))
        at += 1
    return Answer(line, values=tuple(values), ordered=ordered, units=frozenset(words), bracketed=bracketed)


def _lone_letter(tokens: tuple[Token, ...], i: int) -> bool:
    """A letter that stands as a value of its own, behind a comma or at the start."""
    token = tokens[i]
    return (
        token.kind is kinds.VAR
        and token.text not in "aAI"
        and (i == 0 or tokens[i - 1].kind in (kinds.SEP, kinds.OP))
    )


def _unit_words(tokens: tuple[Token, ...]) -> set[str]:
    """The unit words among tokens, without plural endings and filler."""
    found = set()
    for token in tokens:
        if token.kind in (kinds.WORD, kinds.VAR, kinds.UNIT, kinds.MONEY) and token.text.lower() not in _FILLER:
            text = token.text.lstrip("\\")
            if token.kind is kinds.UNIT:
                text = text.rpartition("{")[2].rstrip("}").strip()
            found.add(singular(text))
    return found
