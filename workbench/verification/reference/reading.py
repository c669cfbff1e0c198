"""The computations and quantities in a line of a word problem's solution, read as prose writes them.

More tolerant than `claims`: nothing is proved from what is read here, it is compared with a worked solution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import divide_numbers, magnitude, worth
from workbench.verification.lines.claims import ClaimSide, make_part
from workbench.verification.reference.tidy import tidy
from workbench.verification.text import boundaries, kinds, scan
from workbench.verification.text.grammar import (
    BinaryOperation,
    Neg,
    Node,
    Number,
    Token,
    Unreadable,
    tokenize,
    word_set,
)
from workbench.verification.text.tokens import token_value
from workbench.verification.text.words import number_in_words

MAX_LINE = 2000
_MAX_UNIT_WORDS = 6
_UNIT_LETTERS = "mglLhkKcsp"
_LEADS_IN = word_set("so get gets write have equation that then therefore thus becomes")
_MAX_LETTER = 12
_OPERATIVE = (kinds.OP, kinds.REL, kinds.FRAC)
_STOP = word_set(
    "and or so then because which that are was were be has have had but if since while will would therefore thus "
    "hence when where we he she they it you let gives gave get gets got leaves makes means now first next also into "
    "from between to answer for after before there as than more less"
)
_FILLER = word_set(
    "the a an of his her their its more less in per each other total new all left and for to is are on at from"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a line states it, with the word it counts where one follows."""

    value: Number
    unit: str
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Computation:
    """A chain `a + b = c`, or an expression that is only written down."""

    sides: tuple[ClaimSide, ...]
    whole: bool = True
    """Nothing unread stands before its first side."""
    valued: bool = False
    """Its line had letters, which were given values."""

    @lazy
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(s.letters for s in self.sides))

    @lazy
    def operations(self) -> tuple[Node, ...]:
        """The sides that compute something and hold no letter."""
        alone = len(self.sides) == 1
        return tuple(
            s.node
            for s in self.sides
            if not s.letters and isinstance(s.node, BinaryOperation) and not (alone and _is_fraction(s))
        )

    @lazy
    def false(self) -> bool:
        """Two sides are not equal, and no change of unit or to per cent makes them so."""
        if self.letters or not (self.valued or any(isinstance(s.node, BinaryOperation) for s in self.sides)):
            return False
        # `* 100 = 70` behind something unread says nothing of 100.
        skipped = not self.whole and not isinstance(self.sides[0].node, BinaryOperation)
        sides = [worth(s.node) for s in self.sides[skipped:]]
        return any(a is not None and b is not None and _apart(a, b) for a, b in pairwise(sides))

    @lazy
    def result(self) -> Number | None:
        """What the last side without letters is worth."""
        for side in reversed(self.sides):
            if not side.letters and (found := worth(side.node)) is not None:
                return found
        return None


@dataclass(frozen=True, eq=False)
class LineReading:
    """One line as read: its computations and every quantity it mentions."""

    text: str
    computations: tuple[Computation, ...]
    quantities: tuple[Quantity, ...]
    words: frozenset[str]
    moved: bool = False
    """Places in the text as read are not those in the text as written."""

    @lazy
    def values(self) -> frozenset[Number]:
        return frozenset(q.value for q in self.quantities)

    @lazy
    def units(self) -> dict[Number, set[str]]:
        """The words that each number of the line counts."""
        found: dict[Number, set[str]] = {}
        for quantity in self.quantities:
            if quantity.unit:
                found.setdefault(quantity.value, set()).add(quantity.unit)
        return found


_SCALES = frozenset((100, 60, 1000, 12, 7, 24, 3600, 365, 52, 1440, 5280, 10000))


def _apart(a: Number, b: Number) -> bool:
    if close(a, b) or close(b, a):
        return False
    if magnitude(a - b) < 1 and (a.denominator > 1 or b.denominator > 1):
        return False
    small, large = sorted((magnitude(a), magnitude(b)))
    return small == 0 or divide_numbers(large, small) not in _SCALES


def close(a: Number, b: Number) -> bool:
    """Return whether they are equal, or equal as far as a rounded decimal goes."""
    if a == b:
        return True
    return (a.denominator > 1 or b.denominator > 1) and magnitude(a - b) * 200 <= magnitude(b)


def leaves(node: Node) -> Iterator[Node]:
    """Yield the numbers of a tree; a percentage is one number."""
    if isinstance(node, BinaryOperation):
        yield from leaves(node.left)
        yield from leaves(node.right)
    elif isinstance(node, Neg):
        yield from leaves(node.arg)
    else:
        yield node


def _is_fraction(part: ClaimSide) -> bool:
    """`3/4` alone is a number and no computation."""
    node = part.node
    if not isinstance(node, BinaryOperation) or node.op != "/" or len(part.tokens) != 3:
        return False
    top, bottom = worth(node.left), worth(node.right)
    return top is not None and bottom is not None and 0 < top < bottom


_UNKNOWN = re.compile(r"\b(?:unknown variable|variable|value of) ([b-zB-Z])\b")


def unknown_letter(problem: str) -> str | None:
    """Return the letter that a word problem asks for, as in `What is the value of unknown variable x?`."""
    found = _UNKNOWN.search(problem[-400:])
    return found.group(1) if found else None


Letters = tuple[tuple[str, Number], ...]
"""Letters with the values that they must have."""


@lru_cache(maxsize=8192)
def read_statement(text: str, letters: Letters = ()) -> LineReading:
    """Return the computations and quantities of a line; nothing of a line beyond the bounds."""
    if len(text) > MAX_LINE:
        return LineReading(text[:MAX_LINE], (), (), frozenset())
    written = tidy(text)
    plain = raw = tokenize(written)
    for letter, value in letters:
        if any(t.text == letter for t in raw):
            raw = tuple(_valued(raw, letter, value))
    computes = any(t.kind in _OPERATIVE for t in raw) or " of " in written
    found = tuple(_computations(tuple(_plain(raw)), valued=raw is not plain)) if computes else ()
    moved = bool(letters) or len(written) != len(text)
    return LineReading(text, found, tuple(_quantities(raw)), frozenset(content_words(raw)), moved)


def _valued(tokens: Sequence[Token], letter: str, value: Number) -> Iterator[Token]:
    """The tokens with the value for the letter, where it is no sign for `times`."""
    if value < 0 or len(str(value)) > _MAX_LETTER:
        yield from tokens
        return
    kind = kinds.NUM if value.denominator == 1 else kinds.MIXED
    whole, part = divmod(value.numerator, value.denominator)
    shown = f"{whole} {part}/{value.denominator}" if part else str(whole)
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        operand = before is not None and (before.kind is kinds.NUM or (before.text == letter and token.spaced))
        between = operand and following is not None and following.kind is kinds.NUM
        if token.kind is not kinds.VAR or token.text != letter or between:
            yield token
            continue
        if before is not None and before.kind in (kinds.NUM, kinds.CLOSE) and not token.spaced:
            yield Token(kinds.OP, "*", token.start, token.start, False)
        yield token._replace(kind=kind, text=shown)


def content_words(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words that carry meaning, without plural endings."""
    for token in tokens:
        if token.kind is kinds.WORD and (word := token.text.lower()) not in _STOP and word not in _FILLER:
            yield stem(word)


def stem(word: str) -> str:
    """Return a word without its plural ending."""
    word = word.lower()
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _quantities(tokens: Sequence[Token]) -> Iterator[Quantity]:
    at = 0
    while at < len(tokens):
        found = _number(tokens, at)
        if found is None:
            at += 1
            continue
        value, end = found
        start, stop = tokens[at].start, tokens[end - 1].end
        if end < len(tokens) and tokens[end].kind is kinds.PCT:
            yield Quantity(value, "%", start, tokens[end].end)
        elif at and tokens[at - 1].kind is kinds.MONEY:
            yield Quantity(value, "dollar", start, stop)
        else:
            yield Quantity(value, _unit(tokens, end), start, stop)
        at = end


def _number(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """The number that begins at token i, and where it ends."""
    if (worth := token_value(tokens[i])) is not None:
        return worth, i + 1
    return number_in_words(tokens, i) if tokens[i].kind is kinds.WORD else None


def _unit(tokens: Sequence[Token], i: int) -> str:
    """The noun behind a number: the first of at most three words that says something."""
    for token in tokens[i : i + 3]:
        if token.kind not in kinds.WORDS or token.text.lower() in _STOP:
            return ""
        # LaTeX writes `\text{ eggs}`.
        word = token.text.rpartition("{")[2].strip("} ").lower()
        if word and word not in _FILLER:
            return stem(word)
    return ""


def _plain(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without units, money signs and other words between a number and what is done with it."""
    used = {
        t.text for i, t in enumerate(tokens) if t.kind is kinds.VAR and not (i and tokens[i - 1].kind is kinds.NUM)
    }
    at, size = 0, len(tokens)
    while at < size:
        token = tokens[at]
        before = tokens[at - 1] if at else None
        following = tokens[at + 1] if at + 1 < size else None
        behind_operand = before is not None and before.kind in kinds.OPERAND_ENDS | kinds.WORDS
        quoted = token.kind is kinds.BAD and token.text in "'’‘`&•_~"
        if token.kind is kinds.MONEY or quoted or (_unit_letter(tokens, at) and token.text not in used):
            at += 1
        elif token.text == "/" and following is not None and following.kind in kinds.WORDS and behind_operand:
            at += 2
        elif token.text == "of" and (scaled := _share_of(tokens, at)):
            yield token._replace(kind=kinds.OP, text="*")
            at = scaled
        elif token.text.lower() == "half" and following is not None and following.text == "of":
            yield token._replace(kind=kinds.NUM, text="0.5")
            at += 1
        elif token.text == "of" and before is not None and _is_share(tokens, at):
            yield token
            at += 1
        elif token.kind in kinds.WORDS and behind_operand and (end := _units_end(tokens, at)):
            at = end
        else:
            yield token
            at += 1


def _unit_letter(tokens: Sequence[Token], i: int) -> bool:
    """Whether a letter behind a number is a unit, as in `400 L` and `7km`."""
    return (
        i > 0 and tokens[i].kind is kinds.VAR and tokens[i].text in _UNIT_LETTERS and tokens[i - 1].kind is kinds.NUM
    )


def _is_share(tokens: Sequence[Token], i: int) -> bool:
    """Whether a share stands before token i: a percentage, a fraction or a half."""
    before = tokens[i - 1]
    fraction = i > 2 and tokens[i - 2].text == "/" and before.kind in (kinds.NUM, kinds.CLOSE)
    return before.kind is kinds.PCT or fraction or before.text.lower() == "half"


def _share_of(tokens: Sequence[Token], i: int) -> int | None:
    """Where the number begins that a share is taken of, as in `20% of the 50 pens`."""
    if not i or not _is_share(tokens, i):
        return None
    for at in range(i + 1, min(i + 4, len(tokens))):
        if tokens[at].kind in (kinds.NUM, kinds.MIXED, kinds.OPEN):
            return at
        if tokens[at].kind not in (kinds.WORD, kinds.MONEY):
            return None
    return None


def _units_end(tokens: Sequence[Token], i: int) -> int | None:
    """Where the words from i end, if an operator, a relation or a closing bracket stands there."""
    for at in range(i, min(i + _MAX_UNIT_WORDS, len(tokens))):
        token = tokens[at]
        if token.kind in (kinds.OP, kinds.REL, kinds.CLOSE):
            return at
        skipped = token.kind in (kinds.WORD, kinds.UNIT, kinds.BAD) or (
            token.kind is kinds.VAR and token.text not in "xX"
        )
        if token.kind is kinds.OPEN:
            closing = next((k for k in range(at, min(at + 6, len(tokens))) if tokens[k].kind is kinds.CLOSE), None)
            if closing is None or any(t.kind not in kinds.WORDS for t in tokens[at + 1 : closing]):
                return None
            return closing + 1
        if not skipped or token.text.lower() in _STOP or token.text.lower() in ("is", "equals"):
            return None
        if token.text in ("divided", "multiplied"):
            return None
    return None


def _computations(tokens: Sequence[Token], valued: bool) -> Iterator[Computation]:
    at = 0
    while at < len(tokens):
        run = scan.chain(tokens, at) if boundaries.begins(tokens, at) else None
        at += 1
        if run is None or (not run.relations and len(run.parts[0]) < 3):
            continue
        try:
            sides = tuple(make_part(part) for part in run.parts if part)
        except (Unreadable, RecursionError):
            continue
        before = tokens[at - 2] if at > 1 else None
        whole = before is None or before.kind is kinds.SEP or before.text.lower() in _LEADS_IN
        at = max(run.end, at)
        yield Computation(sides, whole, valued)
