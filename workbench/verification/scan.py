"""Finding chains `a = b < c` among the tokens of a line of prose.

A chain is read forward from an operand by a small state machine: operands and operators alternate,
unit words after a number are skipped where mathematics goes on behind them, and the longest run that ends
on an operand wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.verification.grammar import MAX_DEPTH, MAX_TOKENS, Token, word_set

HAZARDS = word_set(
    "of twice half double triple third thirds quarter quarters fifth tenth sqrt sin cos tan log ln max "
    "min gcd lcm abs floor mod root than by squared cubed choose "
)
"""Words that change what the number behind them means."""

_STOP = word_set(
    "and or so then because which that is are was were be has have had but if since while will would "
    "therefore thus hence equals when where we he she they it you let gives get gets got leaves makes "
    "means now first next also plus minus into from between to answer "
)
_BENIGN = frozenset("'’‘`#&•_\"")
_MAX_UNIT_WORDS = 5


@dataclass
class Run:
    """A chain as found: one list of tokens for each part, and the relations between them."""

    parts: list[list[Token]]
    relations: list[str]
    end: int
    """Index of the first token behind it."""
    units: list[str] = field(default_factory=list)


def is_word_op(token: Token) -> bool:
    """Whether an operator was written as a word, such as `times`."""
    return token.kind == "op" and token.end - token.start > 3


class _Chain:
    """The state machine; `good` is the last point at which the run was complete."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.parts: list[list[Token]] = [[]]
        self.relations: list[str] = []
        self.units: list[str] = []
        self.depth = 0
        self.good: tuple[int, int, int, int] | None = None

    def token(self, i: int) -> Token | None:
        return self.tokens[i] if 0 <= i < len(self.tokens) else None

    def take(self, token: Token) -> None:
        self.parts[-1].append(token)

    def run(self, i: int, need: bool = True) -> Run | None:
        """Read from token i. None where not even one operand can be read."""
        limit = i + 2 * MAX_TOKENS
        at: int | None = i
        while at is not None and at < len(self.tokens) and at < limit:
            step = self.operand(at) if need else self.operator(at)
            if step is None:
                break
            at, need = step
            if not need and self.depth == 0:
                self.good = (at, len(self.parts), len(self.parts[-1]), len(self.units))
        if self.good is None:
            return None
        end, parts, length, units = self.good
        kept = self.parts[:parts]
        kept[-1] = kept[-1][:length]
        return Run(kept, self.relations[: parts - 1], end, self.units[:units])

    def operand(self, i: int) -> tuple[int, bool] | None:
        """An operand is due at i: where to go on, and whether one is still due."""
        token = self.tokens[i]
        following = self.token(i + 1)
        match token.kind:
            case "money":
                return i + 1, True
            case "num" | "mixed":
                self.take(token)
                return i + 1, False
            case "var":
                if token.text in "aAI" and following and following.kind == "word" and following.spaced:
                    return None
                self.take(token)
                return i + 1, False
            case "open" if self.depth < MAX_DEPTH:
                self.depth += 1
                self.take(token)
                return i + 1, True
            case "op" if token.text in "+-±" and not is_word_op(token):
                if [t.kind for t in self.parts[-1][-3:]] == ["op"] * 3:
                    return None
                self.take(token)
                return i + 1, True
            case "frac":
                return self.fraction(i)
            case "box":
                return i + 1, True
        return None

    def fraction(self, i: int) -> tuple[int, bool] | None:
        """A LaTeX fraction with both its arguments."""
        at = i + 1
        for _ in range(2):
            end = self.argument(at)
            if end is None:
                return None
            at = end
        for token in self.tokens[i:at]:
            self.take(token)
        return at, False

    def argument(self, i: int) -> int | None:
        token = self.token(i)
        if token is None or token.kind not in ("open", "num", "var"):
            return None
        if token.kind != "open":
            return i + 1
        depth = 0
        for at in range(i, min(len(self.tokens), i + MAX_TOKENS)):
            kind = self.tokens[at].kind
            depth += (kind == "open") - (kind == "close")
            if depth == 0:
                return at + 1
        return None

    def operator(self, i: int) -> tuple[int, bool] | None:
        """An operand has just ended before i: where to go on, and whether another is due."""
        token, before = self.tokens[i], self.tokens[i - 1]
        match token.kind:
            case "rel" if self.depth == 0:
                self.relations.append(token.text)
                self.parts.append([])
                return i + 1, True
            case "op":
                self.take(token)
                return i + 1, True
            case "pct":
                self.take(token)
                return i + 1, False
            case "close" if self.depth > 0:
                self.depth -= 1
                self.take(token)
                return i + 1, False
            case "open" | "frac":
                return self.bracket(i, before)
            case "var":
                return self.letter(i, before)
            case "word" | "unit":
                return self.word(i)
            case "money":
                following = self.token(i + 1)
                return (i + 1, False) if following and following.kind in ("rel", "op", "close") else None
        return None

    def bracket(self, i: int, before: Token) -> tuple[int, bool] | None:
        """A bracket right behind an operand multiplies, unless it holds unit words."""
        following = self.token(i + 1)
        if self.tokens[i].kind == "open" and following and following.kind == "word" and self.tokens[i].spaced:
            return self.bracketed_unit(i)
        if self.tokens[i].kind == "frac":
            return self.fraction(i)
        if before.kind in ("num", "var", "close", "mixed"):
            return i, True
        return None

    def bracketed_unit(self, i: int) -> tuple[int, bool] | None:
        at = i + 1
        while (token := self.token(at)) and token.kind == "word" and at - i <= _MAX_UNIT_WORDS:
            self.units.append(token.text)
            at += 1
        closing = self.token(at)
        return (at + 1, False) if closing and closing.kind == "close" else None

    def letter(self, i: int, before: Token) -> tuple[int, bool] | None:
        """A letter behind an operand: times, a factor, or a unit."""
        token, following = self.tokens[i], self.token(i + 1)
        if token.text in "xX" and following is not None:
            number_next = following.kind in ("num", "money", "mixed", "frac")
            bracket_next = following.kind == "open" and following.spaced and token.spaced
            if (number_next or bracket_next) and before.kind != "var":
                self.take(token._replace(kind="op", text="*"))
                return i + 1, True
        if before.kind in ("num", "var", "close") and not token.spaced:
            self.take(token)
            return i + 1, False
        goes_on = following is None or following.kind in ("op", "rel", "close", "sep")
        if before.kind in ("num", "var", "close") and goes_on and token.text not in "aAI":
            self.take(token)
            return i + 1, False
        return self.word(i)

    def word(self, i: int) -> tuple[int, bool] | None:
        """Words behind an operand: an operator in words, or units that are skipped."""
        text, following = self.tokens[i].text.lower(), self.token(i + 1)
        if text in ("divided", "multiplied") and following and following.text == "by":
            self.take(self.tokens[i]._replace(kind="op", text="/" if text == "divided" else "*"))
            return i + 2, True
        if text in ("equals", "is") and self.depth == 0 and (text == "equals" or self.computes()):
            self.relations.append("=")
            self.parts.append([])
            return i + 1, True
        if text == "of":
            return self.part_of(i, following)
        return self.units_from(i)

    def computes(self) -> bool:
        """Whether the part at hand has an operator, so that `is` can mean equals."""
        return any(t.kind in ("op", "pct") for t in self.parts[-1])

    def part_of(self, i: int, following: Token | None) -> tuple[int, bool] | None:
        """`20% of 50` and `1/2 of 30` multiply; `5 of them` does not."""
        last = self.parts[-1]
        share = last[-1].kind in ("pct", "mixed") or (len(last) > 2 and last[-2].text == "/")
        if share and following and following.kind in ("num", "money", "open", "var"):
            self.take(self.tokens[i]._replace(kind="op", text="*"))
            return i + 1, True
        return self.units_from(i)

    def units_from(self, i: int) -> tuple[int, bool] | None:
        """Skip unit words from i if mathematics goes on behind them."""
        at = i
        words: list[str] = []
        while (token := self.token(at)) is not None and len(words) <= _MAX_UNIT_WORDS:
            following = self.token(at + 1)
            per = token.text == "/" and following is not None and following.kind == "word" and words
            letter = token.kind == "var" and bool(words) and token.text not in "xX"
            if not (token.kind in ("word", "unit") or per or letter) or token.text.lower() in _STOP:
                break
            words.append(token.text)
            at += 1
        token, following = self.token(at), self.token(at + 1)
        if not words or token is None:
            return None
        times = token.text in ("x", "X") and following is not None and following.kind in ("num", "money")
        closes = token.kind == "close" and self.depth > 0
        if token.kind not in ("op", "rel") and not times and not closes and token.text not in ("is", "equals"):
            return None
        self.units.extend(words)
        if times:
            self.take(token._replace(kind="op", text="*"))
            return at + 1, True
        return at, False


def chain(tokens: Sequence[Token], i: int, continued: bool = False) -> Run | None:
    """The longest chain that begins at token i; `continued` where token i is a leading relation."""
    machine = _Chain(tokens)
    if continued:
        machine.relations.append(tokens[i].text)
        machine.parts.append([])
        i += 1
    return machine.run(i)


def begins(tokens: Sequence[Token], i: int) -> bool:
    """Whether a chain may begin at token i."""
    token = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if token.kind in ("num", "mixed", "open", "frac", "money", "box"):
        return True
    if following is None:
        return False
    if token.kind == "op":
        return token.text in "-+" and not is_word_op(token) and following.kind not in ("word", "sep", "bad")
    if token.kind == "var":
        return following.kind in ("op", "rel", "frac") or (
            following.kind in ("open", "var", "num") and not following.spaced
        )
    return False


def clean_before(tokens: Sequence[Token], i: int, end: int) -> bool:
    """Whether nothing before token i changes what the chain from i to `end` means."""
    if i == 0:
        return True
    before, glued = tokens[i - 1], not tokens[i].spaced
    match before.kind:
        case "bad":
            return before.text in _BENIGN
        case "word":
            return before.text.lower() not in HAZARDS and not (glued and tokens[i].kind == "num")
        case "sep":
            # 6:00, 16,0000: the number at i is the tail of a longer one.
            return not (glued and i > 1 and tokens[i - 2].kind == "num")
        case "open":
            return end < len(tokens) and tokens[end].kind == "close"
        case "op":
            return i == 1
    return before.kind not in ("frac", "num", "pct") and not (before.kind == "var" and glued)


def clean_after(tokens: Sequence[Token], i: int) -> bool:
    """Whether the chain really ends before token i, rather than running into something unreadable."""
    if i >= len(tokens):
        return True
    after = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if after.kind == "bad":
        return after.text in _BENIGN
    if after.kind == "op":
        return following is None or is_word_op(after) or following.kind in ("word", "sep")
    if after.kind == "open":
        return following is not None and following.kind != "bad"
    return after.kind not in ("num", "mixed", "frac")
