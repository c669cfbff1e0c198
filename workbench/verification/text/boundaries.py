"""Where a chain may begin and end, so that nothing around it changes what it means."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import division, kinds
from workbench.verification.text.remarks import is_item, is_note
from workbench.verification.text.tokens import STOP, Token, is_word_op, word_set
from workbench.verification.text.words import NUMBERS

_HAZARDS = word_set(
    "twice half double triple third thirds quarter quarters fifth tenth sqrt sin cos tan log ln max "
    "min gcd lcm abs floor mod root squared cubed choose "
)
"""Words that change what the number behind them means."""

_SUMS = word_set(
    "total cost profit loss balance amount distance speed weight rate maximum minimum excess increase decrease value "
    "price average length height area perimeter volume income salary combined remainder rest result score"
)
"""Nouns before `of` that name what the number behind it is."""

_DIVIDES = word_set("divide divided dividing divides multiply multiplied multiplying multiplies times")
_MOVES = word_set("add added adding adds subtract subtracted subtracting subtracts take taking takes took")
_COUNTED = word_set(
    "day week month year group house box class grade level chapter section trip step part team shelf row "
    "page room question problem line number"
)
_FEW = word_set("each every per a an one last next first")
BENIGN = frozenset("'’‘`#&•_\"∴∵✓✔□■∎") | {"\\checkmark", "\\square", "\\blacksquare", "\\Box", "\\qed"}
_COMMANDS = word_set("simplify solve calculate compute evaluate expand factor factorise factorize")
_CONNECTS = word_set("so then thus hence therefore")
_BLANKS = frozenset("_□")
"""Where a number is to be filled in."""
_NEAR = 4
_BEGINS = frozenset((kinds.NUM, kinds.MIXED, kinds.OPEN, kinds.FRAC, kinds.ROOT, kinds.FUNC, kinds.MONEY, kinds.BOX))


def begins(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a chain may begin at token i."""
    token = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if token.kind in _BEGINS:
        return True
    if following is None or token.kind is kinds.WORD:
        return False
    if token.kind is kinds.OP:
        return (
            token.text in "-+" and not is_word_op(token) and following.kind not in (kinds.WORD, kinds.SEP, kinds.BAD)
        )
    if token.kind is kinds.VAR:
        if following.kind is kinds.WORD:  # `x equals 4`
            return following.text in ("is", "equals") and token.text not in "aAI"
        return following.kind in (kinds.OP, kinds.REL, kinds.FRAC) or (
            following.kind in kinds.ARGUMENT and (not following.spaced or _is_remark_behind(tokens, i + 1))
        )
    return False


def _is_remark_behind(tokens: Sequence[Token], i: int) -> bool:
    """`x (Al's part) + 30 = 90`: a bracket of words says what the letter is."""
    if tokens[i].kind is not kinds.OPEN or i + 1 >= len(tokens) or tokens[i + 1].kind is not kinds.WORD:
        return False
    close = next((k for k in range(i + 2, min(i + 8, len(tokens))) if tokens[k].kind is not kinds.WORD), i)
    signs = (kinds.OP, kinds.REL)
    return tokens[close].kind is kinds.CLOSE and close + 1 < len(tokens) and tokens[close + 1].kind in signs


_LEADS = word_set(
    "of in with after before above below over under from to by when dividing rounding squaring between for"
)
"""Words behind which a number is only a part of what is said."""
_VALUES = _SUMS - word_set("average increase decrease excess maximum minimum rest remainder remaining") | word_set(
    "fee tax tip discount interest deposit bill payment fraction expression calculation sale purchase side"
)
"""What names a value before `of` or `for` and does not change it."""
_FUNCTIONS = word_set(
    "sum product quotient difference square cube root reciprocal "
    "inverse digit digits remainder ceiling floor conjugate opposite negative factorial "
    "log logarithm sine cosine tangent factor factors multiple multiples divisor divisors median mode average mean "
    "half third quarter rise increase decrease reduction percentage percent complement square successor predecessor"
)
"""Nouns before `of` that make another value of the number behind it."""


def changes(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the words before a calculation at token i may make another value of it.

    Then `is` behind the calculation claims nothing: `a rise of 25% of 60 is 75`, `the digits of 2^10 are four`.
    """
    before = tokens[i - 1] if i else None
    if before is not None and before.text in ("and", ",") and i > 1 and _counts(tokens[i - 2]):
        return True  # `the sum of 3 and 4 times 2 is 14`
    if before is None or before.kind is not kinds.WORD or before.text.lower() not in _LEADS:
        return False
    noun = tokens[i - 2] if i > 1 else None
    return noun is None or noun.text.lower() not in _VALUES


def clean(tokens: Sequence[Token], i: int, end: int) -> bool:
    """Return whether nothing before or after the tokens from i to `end` changes what they mean."""
    return clean_before(tokens, i, end) and clean_after(tokens, end)


def clean_before(tokens: Sequence[Token], i: int, end: int) -> bool:
    """Return whether the tokens from i to `end` really begin there."""
    if i == 0:
        return True
    before, glued = tokens[i - 1], not tokens[i].spaced
    match before.kind:
        case kinds.BREAK:
            return _clean_break(tokens, i, end)
        case kinds.BAD:
            blank = before.text in _BLANKS and tokens[i].kind is kinds.OP  # `__ + 5 = 12`
            if before.text in "∴∵":
                return True
            return before.text in BENIGN and not blank and not (i > 1 and tokens[i - 2].kind is kinds.NUM)
        case kinds.WORD:
            if (glued and tokens[i].kind is kinds.NUM) or (before.text in ("an", "the") and _is_size(tokens, i)):
                return False
            return _clean_word(tokens, i)
        case kinds.UNIT:
            return tokens[i].kind is not kinds.OP
        case kinds.SEP:
            return _clean_mark(tokens, i, glued)
        case kinds.OPEN:
            return end < len(tokens) and (tokens[end].kind is kinds.CLOSE or _in_remark(tokens, i - 1, end))
        case kinds.OP:
            return i == 1 and before.text not in "^/"  # a bullet, but `^3√27 = 3`
        case kinds.CLOSE:
            if tokens[i].kind is kinds.OP:  # `x (Al's part) + 30 = 90`: the tail of a sum
                return not (tokens[i].text == "+" or (i + 1 < len(tokens) and tokens[i + 1].spaced))
            return tokens[i].kind is not kinds.NUM or _holds_words(tokens, i - 1) or is_item(tokens, i - 3)
    if before.text in "aA" and _is_size(tokens, i):
        return False
    if before.kind is kinds.VAR:
        if tokens[i].kind is kinds.OPEN and before.text not in "aAI":  # the tail of `f (x) = 3`
            return False
        return not glued and not (before.text in "xX" and i > 1 and tokens[i - 2].kind not in (kinds.SEP, kinds.REL))
    return before.kind not in (kinds.FRAC, kinds.NUM, kinds.MIXED, kinds.PCT, kinds.ROOT)


def _is_size(tokens: Sequence[Token], i: int) -> bool:
    """`a 3 x 5 beam`: a size, not a product."""
    shape = [t.kind for t in tokens[i : i + 4] if t.kind is not kinds.BREAK]
    times = len(shape) == 4 and tokens[i + 1].text in "xX×*"
    return times and shape[0] is kinds.NUM is shape[2] and shape[3] is kinds.WORD


def _holds_words(tokens: Sequence[Token], close: int) -> bool:
    """Whether the bracket that closes at a token holds words: a remark, and no factor."""
    depth = 0
    for at in range(close, -1, -1):
        depth += (tokens[at].kind is kinds.CLOSE) - (tokens[at].kind is kinds.OPEN)
        if tokens[at].kind in kinds.WORDS:
            return True
        if depth == 0:
            break
    return False


def _clean_break(tokens: Sequence[Token], i: int, end: int) -> bool:
    """Whether a formula behind a delimiter or a line's end stands on its own."""
    first = i
    while first and tokens[first - 1].kind is kinds.BREAK:
        first -= 1
    if not first:
        return True
    between = {t.text for t in tokens[first:i]}
    sign = tokens[i].kind is kinds.OP
    if "row" in between or "item" in between:  # `&\\quad + 5` goes on with the row above
        return not sign or ("gap" not in between and tokens[i].text != "+")
    if "gap" in between:
        return not sign
    before = tokens[first - 1]
    if any(t.kind is kinds.BREAK for t in tokens[i:end]):  # `half of \\(12\\) = 6` is prose
        shown = [t for t in tokens[:end] if t.kind is not kinds.BREAK]
        at = sum(t.kind is not kinds.BREAK for t in tokens[:i])
        return clean_before([*shown, *tokens[end : end + 2]], at, len(shown))
    if tokens[i - 1].text == "close":
        return before.kind in (kinds.SEP, kinds.WORD)
    glued = not tokens[first].spaced and before.kind in kinds.OPERAND_ENDS
    return before.kind not in (kinds.OP, kinds.BAD, kinds.FRAC, kinds.ROOT) and not glued


def _clean_word(tokens: Sequence[Token], i: int) -> bool:
    """Whether the words before token i leave the number there as it is."""
    word = tokens[i - 1].text.lower()
    if word in _HAZARDS:  # `half 12 = 6`, `sqrt 16 = 4`
        return False
    if tokens[i].kind is kinds.OP and tokens[i].spaced and tokens[i + 1].spaced:  # `profit - 5 = 12`
        return word in _COMMANDS  # `Simplify - 5 x + 2 x.`
    if _is_remark(tokens, i):
        return False
    near = list(tokens[max(0, i - 1 - _NEAR) : i - 1])
    while any(t.kind in (kinds.SEP, kinds.BREAK) for t in near):
        near.pop(0)
    words = {t.text.lower() for t in near}
    last = near[-1].text.lower() if near else ""
    if word == "and" and near and _counts(near[-1]) and words & _FUNCTIONS:
        return False  # `the sum of 3 and 4 times 2 = 14`
    if word == "of" and last in _FUNCTIONS:  # `the square of 3 + 4 = 49`
        return False
    if word in ("of", "than") and not (last in _SUMS and not words & {"x", "times"}):
        # `3 groups of 4 = 12`, `5 more than 3 = 8`, but `a total of 4 + 5 = 9`
        return not any(_counts(t) for t in near) and not words & _QUANTITIES
    if word == "by":  # `divide by 4 = 3`, `48 by 4 = 12`
        return not words & _DIVIDES and not (near and _counts(near[-1]))
    if word in ("from", "to"):  # `subtract 5 from 12 = 7`
        return not words & _MOVES
    if word in ("the", "his", "her", "their") and last in ("from", "to") and any(_counts(t) for t in near):
        return False  # `adds 20 + 10 cards to the 29 + 24 cards = 83`
    if word in _COUNTED and tokens[i].kind is kinds.NUM and near and last not in _FEW:  # `in week 3 = 12`
        return False
    return not _in_word_sum(tokens, i) and not (word.rstrip("s") in _COUNTED and _is_range(tokens, i))


def _clean_mark(tokens: Sequence[Token], i: int, glued: bool) -> bool:
    """6:00, 16,0000 and 14, 400: the number at i is the tail of a longer one; not so the letter of x=2,x=3."""
    if i == 1:
        return True
    before = tokens[i - 2]
    if before.kind is kinds.OP:
        return False
    if tokens[i - 1].text == ":" and i > 2 and tokens[i - 3].kind is kinds.WORD and tokens[i - 3].text[0].isupper():
        return True
    if division.is_colon(tokens[i - 1]) and tokens[i - 1].start - before.end == 1 and before.kind in kinds.NUMERIC:
        return division.labels(tokens, i - 1)  # `2 : 3 : 4 = 4 : 6 : 8`
    thousands = tokens[i - 1].text == "," and before.kind is kinds.NUM and len(tokens[i].text) == 3
    tail = glued and tokens[i].kind is not kinds.VAR
    return not (before.kind is kinds.NUM and (tail or thousands))


_QUANTITIES = _HAZARDS | NUMBERS.keys() | word_set("halves fourth fourths fifths sixth eighth")


def _in_remark(tokens: Sequence[Token], i: int, end: int) -> bool:
    """`(9 + 6 = 15, so write down 5)`: a bracket of prose that opens at token i, with words behind the formula."""
    behind = tokens[end]
    before = tokens[i - 1] if i else None
    apart = before is None or (tokens[i].spaced and before.kind in (kinds.WORD, kinds.SEP, kinds.BREAK))
    return apart and (behind.kind is kinds.SEP or (behind.kind is kinds.WORD and behind.text.lower() in STOP))


def _is_remark(tokens: Sequence[Token], i: int) -> bool:
    """`3 packs (12 each) = 36`: a number in brackets behind words explains them."""
    if tokens[i].kind is not kinds.OPEN:
        return False
    inside: list[Token] = []
    for at in range(i + 1, min(len(tokens), i + 8)):
        if tokens[at].kind is kinds.CLOSE:
            behind = tokens[at + 1].kind if at + 1 < len(tokens) else ""
            return behind not in (kinds.OPEN, kinds.OP, kinds.VAR) and not any(t.kind is kinds.OP for t in inside)
        inside.append(tokens[at])
    return False


def _counts(token: Token) -> bool:
    return token.kind in (kinds.NUM, kinds.MIXED, kinds.PCT, kinds.CLOSE)


def _in_word_sum(tokens: Sequence[Token], i: int) -> bool:
    """`adults + Shonda (1) + 2 = 20`: the chain is the tail of a sum with words in it."""
    at = i - 1
    while at >= 0 and i - at <= _NEAR and tokens[at].kind in (kinds.WORD, kinds.VAR):
        if tokens[at].text.lower() in _CONNECTS:  # `8m = 96 - so m = 12`
            return False
        if tokens[at].text in "xX" and at and _counts(tokens[at - 1]) and tokens[at].spaced:
            return True
        at -= 1
    if at < 1 or tokens[at].kind is not kinds.OP or not (tokens[at].spaced or tokens[at + 1].spaced):
        return False
    if is_word_op(tokens[at]):
        return tokens[at - 1].kind is kinds.WORD
    return tokens[at].text in "+*/" or tokens[at - 1].kind in (kinds.NUM, kinds.CLOSE, kinds.PCT)


def _is_range(tokens: Sequence[Token], i: int) -> bool:
    """`Weeks 1-2 = 96`: a label, not a difference."""
    three = tokens[i : i + 3]
    shape = [t.kind for t in three] == [kinds.NUM, kinds.OP, kinds.NUM] and three[1].text == "-"
    if not shape or three[1].spaced or three[2].spaced:
        return False
    first, second = three[0].text, three[2].text
    return first.isdigit() and second.isdigit() and int(first[:9]) < int(second[:9])


def clean_after(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a chain really ends before token i, rather than running into something unreadable."""
    if i >= len(tokens):
        return True
    after = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    match after.kind:
        case kinds.BREAK:
            return _ends_at_break(tokens, i)
        case kinds.BAD:
            return after.text in BENIGN
        case kinds.OP:
            return _ends_at_sign(after, following)
        case kinds.OPEN:
            return following is not None and following.kind is not kinds.BAD and is_note(tokens, i)
        case kinds.NUM:  # 6 12-packs
            return [t.kind for t in tokens[i + 1 : i + 3]] == [kinds.OP, kinds.WORD] and not tokens[i + 1].spaced
        case kinds.VAR if after.text in "xX" and after.spaced:  # `6 x width`
            return following is None or following.kind not in kinds.WORDS
        case kinds.VAR if tokens[i - 1].kind in kinds.OPERAND_ENDS and after.text not in "aAI":  # a factor, not read
            return following is not None and following.kind in kinds.WORDS
    if after.text == "," and following is not None and following.kind is kinds.NUM and not following.spaced:
        return after.spaced or not _has_comma(tokens, i)
    if after.text == ":" and following is not None and following.kind is kinds.NUM and not following.spaced:
        return False
    if after.text == "and" and following is not None and following.kind in (kinds.OPEN, kinds.MONEY):
        return [t.text for t in tokens[i + 3 : i + 4]] != ["/"]
    if after.text in ("R", "r", "remainder") and following is not None and following.kind is kinds.NUM:
        return False
    return after.kind not in (kinds.MIXED, kinds.FRAC, kinds.ROOT, kinds.FUNC)


def _has_comma(tokens: Sequence[Token], i: int) -> bool:
    """Whether the comma at token i is in a number, as in `100 / 8 = 12,5`, and parts no values: `x = 2,3`."""
    if tokens[i - 1].kind is not kinds.NUM or [t.text for t in tokens[i + 2 : i + 3]] == [","]:
        return False
    named = i > 2 and tokens[i - 2].kind is kinds.REL and tokens[i - 3].kind is kinds.VAR
    return not (named and (i == 3 or tokens[i - 4].kind is not kinds.OP))


_POINTS = word_set("the as his her their its my our your what a an that how of number")


def _ends_at_sign(after: Token, following: Token | None) -> bool:
    """Whether a sign behind a chain is punctuation or part of a word, and not the way to an operand in words."""
    if following is None or following.kind is kinds.SEP:
        return not after.spaced or after.worded or after.text not in "+*/"  # `20 = 4 * ?`
    if following.kind is not kinds.WORD:
        return False
    word = following.text.lower()
    if is_word_op(after):  # `he runs 6 / 2 = 3 times a week`, but `12 = 2 times the width`
        return after.text == "*" and word not in _POINTS
    if after.text == "-":  # `a 20-year plan`, `= 7 - so he has 7`, but `= 7 - width`
        return not (after.spaced and following.spaced) or word in STOP
    return after.text == "/" and not after.spaced


def _ends_at_break(tokens: Sequence[Token], i: int) -> bool:
    at = i
    while at < len(tokens) and tokens[at].kind is kinds.BREAK:
        at += 1
    if at == len(tokens):
        return True
    between = {t.text for t in tokens[i:at]}
    token = tokens[at]
    if between & {"row", "gap", "item"}:  # `= 12 + 2 \\\\ &\\quad + 6`
        return token.kind is not kinds.OP or ("gap" not in between and token.text == "-") or "item" in between
    if tokens[at - 1].text == "open":
        return True
    dots = token.text == "…" or [t.text for t in tokens[at : at + 2]] == [".", "."]
    if dots and "." in tokens[i - 1].text:  # `$0.142$...`
        return False
    if token.kind is kinds.OP:
        return _ends_at_sign(token, tokens[at + 1] if at + 1 < len(tokens) else None)
    return token.spaced or token.kind in (kinds.SEP, kinds.CLOSE, kinds.WORD, kinds.ARROW)


_FARTHEST = 24


def next_relation(tokens: Sequence[Token], i: int) -> int | None:
    """Return where the formula that goes on unread at token i has its next relation; None where it has no more."""
    depth = 0
    for at in range(i, min(len(tokens), i + _FARTHEST)):
        token = tokens[at]
        depth += (token.kind is kinds.OPEN) - (token.kind is kinds.CLOSE)
        if depth < 0 or token.kind in (kinds.SEP, kinds.ARROW, kinds.BREAK):
            return None
        if token.kind is kinds.WORD and token.text.lower() in STOP:
            return None
        if token.kind is kinds.REL and depth == 0:
            return at
    return None
