"""Finding chains `a = b < c` among the tokens of a line of prose.

A chain is read forward from an operand by a small state machine: operands and operators alternate,
unit words after a number are skipped where mathematics goes on behind them, and the longest run that ends
on an operand wins.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import boundaries, kinds
from workbench.verification.text.division import divides
from workbench.verification.text.grammar import ARGUMENTS, MAX_DEPTH, MAX_TOKENS, Token
from workbench.verification.text.remarks import is_item, is_label, is_remark
from workbench.verification.text.shapes import (
    argument,
    computes,
    inequality,
    into_bracket,
    is_calculation,
    is_letter,
    is_range,
    is_share,
    is_signed,
    is_unit,
    names,
    names_value,
    times_after_unit,
)
from workbench.verification.text.tokens import (
    COMPARES,
    MAX_UNIT_WORDS,
    STOP,
    TokenRun,
    Unit,
    in_brackets,
    is_word_op,
    slashed,
)

_ENDS_FACTOR = frozenset((kinds.OP, kinds.REL, kinds.CLOSE, kinds.SEP, kinds.BREAK, kinds.ARROW))
_FACTORS = (kinds.NUM, kinds.MIXED, kinds.VAR, kinds.CLOSE)
"""What a letter right behind multiplies: `2 1/2 x` is (2 1/2)x."""

_ENDS_LINE = frozenset(("row", "gap", "item"))
_WITHIN = frozenset(("open", "close"))


def over_breaks(tokens: Sequence[Token], i: int) -> tuple[int, frozenset[str]]:
    """Return where the breaks that begin at token i are passed, and what they are."""
    at = i
    while at < len(tokens) and tokens[at].kind is kinds.BREAK:
        at += 1
    return at, frozenset(t.text for t in tokens[i:at])


class _Chain:
    """The state machine; `good` is the last point at which the run was complete."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.parts: list[list[Token]] = [[]]
        self.relations: list[str] = []
        self.units: list[Unit] = []
        self.depth = 0
        self.ratio = False
        self.start = 0
        self.good: tuple[int, int, int, int] | None = None

    def token(self, i: int) -> Token | None:
        return self.tokens[i] if 0 <= i < len(self.tokens) else None

    def take(self, token: Token) -> None:
        self.parts[-1].append(token)

    def relate(self, sign: str) -> None:
        """Begin the next part."""
        self.relations.append(sign)
        self.parts.append([])

    def unit(self, word: str, ahead: int = 0) -> None:
        """Note a unit of the number just read, or of the next one."""
        at = len(self.parts) - 1
        self.units.append(Unit(word.lower(), at, len(self.parts[-1]) - 1 + ahead))

    def run(self, i: int, need: bool = True) -> TokenRun | None:
        """Read from token i. None where not even one operand can be read."""
        limit = i + 2 * MAX_TOKENS
        self.start = i
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
        return TokenRun(kept, self.relations[: parts - 1], end, self.units[:units])

    def operand(self, i: int) -> tuple[int, bool] | None:
        """Return an operand is due at i: where to go on, and whether one is still due."""
        token = self.tokens[i]
        following = self.token(i + 1)
        match token.kind:
            case kinds.MONEY:
                self.unit("$", 1)
                return i + 1, True
            case kinds.NUM | kinds.MIXED:
                self.take(token)
                return i + 1, False
            case kinds.VAR:
                if token.text in "aAI" and following and following.kind is kinds.WORD and following.spaced:
                    return None
                self.take(token)
                return i + 1, False
            case kinds.OPEN if self.depth < MAX_DEPTH:
                self.depth += 1
                self.take(token)
                return i + 1, True
            case kinds.OP if token.text in "+-±" and not is_word_op(token):
                if [t.kind for t in self.parts[-1][-3:]] == [kinds.OP] * 3:
                    return None
                self.take(token)
                return i + 1, True
            case kinds.FRAC | kinds.ROOT | kinds.FUNC:
                return self.applied(i)
            case kinds.BOX:
                return i + 1, True
            case kinds.BREAK:
                return self.into(i)
        return None

    def into(self, i: int) -> tuple[int, bool] | None:
        """`= \\(42\\)`: a sign outside the delimiters has its operand within them."""
        at, between = over_breaks(self.tokens, i)
        signed = i > 0 and self.tokens[i - 1].kind in (kinds.REL, kinds.OP)
        return (at, True) if signed and between <= _WITHIN and at < len(self.tokens) else None

    def across(self, i: int) -> tuple[int, bool] | None:
        """A formula goes on behind its end only with a relation, or with an operator outside the delimiters."""
        at, between = over_breaks(self.tokens, i)
        token = self.token(at)
        if token is None:
            return None
        if self.depth > 0:
            return (at, False) if not between & _ENDS_LINE and token.kind in (kinds.OP, kinds.CLOSE) else None
        if token.kind is kinds.REL:
            return at, False
        outside = self.tokens[at - 1].text == "close" and not between & _ENDS_LINE
        if outside and token.kind in kinds.WORDS:  # `\\(3\\) apples + \\(4\\) apples`
            sums = computes(self.parts[-1]) and not self.relations
            step = self.units_from(at)
            behind = self.token(step[0]) if step is not None else None
            on = behind is not None and (behind.kind is kinds.OP or (behind.kind is kinds.REL and sums))
            return step if on else None
        behind = self.token(at + 1)
        if token.kind is kinds.OP and outside and behind is not None and behind.kind is not kinds.WORD:
            return at, False
        return None

    def applied(self, i: int) -> tuple[int, bool] | None:
        """Return a LaTeX fraction with both its arguments, or a root with its one."""
        at = i + 1
        for _ in range(2 if self.tokens[i].kind is kinds.FRAC else ARGUMENTS.get(self.tokens[i].text, 1)):
            end = argument(self.tokens, at)
            if end is None:
                return None
            at = end
        for j in range(i, at):
            token = self.tokens[j]
            if token.kind in kinds.WORDS and self.tokens[j - 1].kind in kinds.OPERAND_ENDS:
                self.unit(token.text)  # \\frac{720^\\circ}{6}
            else:
                self.take(token)
        return at, False

    def operator(self, i: int) -> tuple[int, bool] | None:
        """Return an operand has just ended before i: where to go on, and whether another is due."""
        token, before = self.tokens[i], self.tokens[i - 1]
        if token.kind is kinds.WORD:  # most of prose, and the last of many cases below
            return self.word(i)
        match token.kind:
            case kinds.REL if self.depth == 0:
                self.relate(token.text)
                return i + 1, True
            case kinds.OP if token.text == "!":
                self.take(token)
                return i + 1, False
            case kinds.NUM if before.text == "!" and before.kind is kinds.OP:
                return i, True  # `2! 3!`
            case kinds.OP:
                return self.sign(i, token)
            case kinds.SEP if token.text == "," and self.depth == 0 and (behind := self.equals(i)):
                self.relate("=")
                return behind, True
            case kinds.SEP if token.text == ":" and (self.is_ratio(i) or divides(self.tokens, i)):
                return self.divide(token, i + 1)
            case kinds.PCT:
                self.take(token)
                return i + 1, False
            case kinds.CLOSE if self.depth > 0:
                self.depth -= 1
                self.take(token)
                return i + 1, False
            case kinds.OPEN | kinds.FRAC | kinds.ROOT | kinds.FUNC:
                return self.bracket(i, before)
            case kinds.VAR:
                return self.letter(i, before)
            case kinds.UNIT:
                return self.word(i)
            case kinds.BREAK:
                return self.across(i)
            case kinds.NUM if before.kind is kinds.CLOSE and is_calculation(self.parts[-1]):
                self.take(Token(kinds.OP, "*", token.start, token.start, False))  # `(1/4) 60`
                return i, True
            case kinds.MONEY:
                following = self.token(i + 1)
                self.unit("$")
                return (i + 1, False) if following and following.kind in (kinds.REL, kinds.OP, kinds.CLOSE) else None
        return None

    def sign(self, i: int, token: Token) -> tuple[int, bool] | None:
        """Return an operator behind an operand; `$6/day` and `3 times * $5` have units that look like one."""
        following = self.token(i + 1)
        if following is not None:
            rate = token.text == "/" and following.kind is kinds.WORD and not (token.spaced or following.spaced)
            counted = is_word_op(token) and following.kind in (kinds.OP, kinds.REL, kinds.CLOSE)
            if rate or (counted and not is_signed(self.tokens, i + 1)):
                return self.units_from(i)
        self.take(token)
        return i + 1, True

    def divide(self, sign: Token, i: int) -> tuple[int, bool]:
        """Divide by what stands at i; in `6 : 1/2` that is the half."""
        self.take(sign._replace(kind=kinds.OP, text="/"))
        end = slashed(self.tokens, i)
        if end is None:
            return i, True
        for token in in_brackets(self.tokens[i:end]):
            self.take(token)
        return end, False

    def is_ratio(self, i: int) -> bool:
        """`3:4` is a ratio; `6:00` and `12:30` are times of the day."""
        before, after = self.token(i - 1), self.token(i + 1)
        if before is None or after is None or before.kind is not kinds.NUM or after.kind is not kinds.NUM:
            return False
        if len(self.parts[-1]) != 1 or after.spaced or self.tokens[i].spaced:
            return False
        behind = self.token(i + 2)
        ends = (
            behind is None
            or behind.kind not in (kinds.OP, kinds.OPEN, kinds.MIXED, kinds.VAR)
            or (behind.spaced and behind.kind is not kinds.OP)
        )
        self.ratio = ends and (self.ratio or not (len(after.text) == 2 and len(before.text) <= 2))
        return self.ratio

    def bracket(self, i: int, before: Token) -> tuple[int, bool] | None:
        """Return a bracket right behind an operand multiplies, unless it holds unit words."""
        following = self.token(i + 1)
        opens = self.tokens[i].kind is kinds.OPEN
        if opens and ((self.relations and self.depth == 0 and is_label(self.tokens, i)) or is_remark(self.tokens, i)):
            return None
        if opens and self.relations and is_item(self.tokens, i):
            return None
        if opens and following and following.kind in kinds.WORDS and self.tokens[i].spaced:
            return self.bracketed_unit(i)
        if self.tokens[i].kind in (kinds.FRAC, kinds.ROOT, kinds.FUNC):
            return self.applied(i)
        if before.kind in (kinds.NUM, kinds.VAR, kinds.CLOSE, kinds.MIXED):
            return i, True
        return None

    def bracketed_unit(self, i: int) -> tuple[int, bool] | None:
        at = i + 1
        while (token := self.token(at)) and token.kind in kinds.WORDS and at - i <= MAX_UNIT_WORDS:
            self.unit(token.text)
            at += 1
        closing = self.token(at)
        return (at + 1, False) if closing and closing.kind is kinds.CLOSE else None

    def letter(self, i: int, before: Token) -> tuple[int, bool] | None:
        """Return a letter behind an operand: times, a factor, or a unit."""
        token, following = self.tokens[i], self.token(i + 1)
        if token.text in "xX" and following is not None:
            number_next = following.kind in (kinds.NUM, kinds.MONEY, kinds.MIXED, kinds.FRAC)
            bracket_next = following.kind in (kinds.OPEN, kinds.VAR) and following.spaced and token.spaced
            other_letter = before.kind is kinds.VAR and (
                before.text in "xX" or not (token.spaced and following.spaced)
            )
            if (number_next or (bracket_next and not names(self.tokens, token.text))) and not other_letter:
                self.take(token._replace(kind=kinds.OP, text="*"))
                return i + 1, True
        if before.kind in _FACTORS and not token.spaced:
            self.take(token)
            return i + 1, False
        goes_on = following is None or following.kind in _ENDS_FACTOR
        goes_on = goes_on or (before.kind is kinds.NUM and into_bracket(self.tokens, i))
        no_article = token.text not in "aAI" or is_letter(self.parts[-1], token, following)
        if before.kind in _FACTORS and goes_on and no_article:
            self.take(token)
            return i + 1, False
        return self.word(i)

    def word(self, i: int) -> tuple[int, bool] | None:
        """Words behind an operand: an operator in words, or units that are skipped."""
        text, following = self.tokens[i].text.lower(), self.token(i + 1)
        if text in ("divided", "multiplied") and following and following.text == "by":
            if text == "divided":
                return self.divide(self.tokens[i], i + 2)
            self.take(self.tokens[i]._replace(kind=kinds.OP, text="*"))
            return i + 2, True
        if self.depth == 0 and (behind := self.equals(i)):
            self.relate("=")
            return behind, True
        if text == "is" and self.depth == 0 and (relation := inequality(self.tokens, i)):
            self.relate(relation)
            return i + 3, True
        if text == "of":
            return self.part_of(i, following)
        return None if is_range(self.parts[-1]) else self.units_from(i)

    def equals(self, i: int) -> int | None:
        """Behind a wording of equality that begins at i: `equals`, `is equal to`, or `is` behind a calculation."""
        words = [t.text.lower() for t in self.tokens[i : i + 6]]
        if not words:
            return None
        if words[0] == ",":
            return self.equals(i + 1) if words[1:3] == ["which", "is"] else None
        if words[0] == "which":
            return self.equals(i + 1)
        if words[0] in ("is", "equals") and boundaries.changes(self.tokens, self.start):
            return None
        if words[:3] == ["is", "equal", "to"]:
            return None if is_share(self.parts[-1]) else i + 3
        if words[0] == "equals":
            return i + 1
        if words[0] == "is" and names_value(self.tokens, self.parts[-1], i + 1):
            return i + 1
        part = self.parts[-1]
        means = words[0] == "is" and computes(part) and not is_share(part) and not COMPARES.intersection(words[1:])
        return i + 1 if means else None

    def part_of(self, i: int, following: Token | None) -> tuple[int, bool] | None:
        """`20% of 50` and `1/2 of 30` multiply; `5 of them` does not."""
        last = self.parts[-1]
        share = (
            last[-1].kind in (kinds.PCT, kinds.MIXED) or (len(last) > 2 and last[-2].text == "/") or is_share(last)
        )
        if share and following and following.kind in (kinds.NUM, kinds.MONEY, kinds.OPEN, kinds.VAR):
            self.take(self.tokens[i]._replace(kind=kinds.OP, text="*"))
            return i + 1, True
        return None if share else self.units_from(i)

    def units_from(self, i: int) -> tuple[int, bool] | None:
        """Skip unit words from i if mathematics goes on behind them."""
        at = i
        words: list[str] = []
        while (token := self.token(at)) is not None and len(words) <= MAX_UNIT_WORDS:
            if not is_unit(self.tokens, at, token, bool(words)) or token.text.lower() in STOP:
                break
            words.append(token.text)
            at += 1
        token = self.token(at)
        if not words or token is None:
            return None
        times = times_after_unit(self.tokens, at)
        closes = token.kind is kinds.CLOSE and self.depth > 0
        equals = self.depth == 0 and token.text in ("is", "equals", "which", ",") and self.equals(at) is not None
        equals = equals and not is_share(self.parts[-1])
        if token.kind not in (kinds.OP, kinds.REL) and not times and not closes and not equals:
            return None
        for word in words:
            self.unit(word)
        if times:
            self.take(token._replace(kind=kinds.OP, text="*"))
            return at + 1, True
        return at, False


def chain(tokens: Sequence[Token], i: int, continued: bool = False) -> TokenRun | None:
    """Return the longest chain that begins at token i; `continued` where token i is a leading relation."""
    machine = _Chain(tokens)
    if continued:
        machine.relate(tokens[i].text)
        i += 1
    return machine.run(i)
