"""Numbers in words: what they are worth, and as number tokens where they stand in a calculation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Number, Token, in_brackets, word_set

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: i for i, word in enumerate(_UNITS.split())}
_LARGE = {word: 10 * i for i, word in enumerate(_TENS.split(), start=2)}
NUMBERS = _SMALL | _LARGE | {f"{t}-{u}": _LARGE[t] + _SMALL[u] for t in _LARGE for u in _UNITS.split()[1:10]}
"""The values of number words up to ninety-nine."""

TIMES = {"twice": "2", "double": "2", "thrice": "3", "triple": "3"}
SHARES = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4}
SHARES |= {"fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10}
COUNTS = {"dozen": 12, "dozens": 12, "couple": 2, "pair": 2, "pairs": 2, "both": 2}
"""Words for how many there are."""
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_HALVES = word_set("half third thirds quarter quarters fourth fourths")
_WORTH: dict[str, Number] = {
    **COUNTS,
    **{word: int(times) for word, times in TIMES.items()},
    **{"doubled": 2, "doubles": 2, "tripled": 3},
    **{word: Fraction(1, SHARES[word]) for word in sorted(_HALVES)},
}
_JOINS = ("-", "and")
_AHEAD = word_set("billion dozen half third quarter quarters thirds halves and point tenths hundredths")
_POWERS = {"squared": "2", "cubed": "3"}
_TRIGGERS = frozenset((*TIMES, *SHARES, *NUMBERS, *SCALES, *_POWERS, "negative", "minus"))
_COMPUTES = word_set("equals divided multiplied plus minus times by squared cubed")
_BEGINS = word_set("is equals so then get gives")
"""Words behind which `minus` is a sign."""


def in_digits(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens with `twice 5`, `half of 48`, `eight times six` and `7 squared` as numbers and operators."""
    first = _first_trigger(tokens)
    if first is None:
        return tokens
    found = list(tokens[: max(0, first - 1)])
    at = len(found)
    while at < len(tokens):
        token = tokens[at]
        read = None
        if token.kind is kinds.WORD or token.kind is kinds.VAR:
            read = _share(tokens, at) or _multiple(tokens, at) or _number(tokens, at) or _power(found, tokens, at)
            read = read or _negative(tokens, at)
        elif token.worded and token.text == "-":
            read = _negative(tokens, at)
        new, at = read or ([token], at + 1)
        found += new
    return tuple(found)


def _first_trigger(tokens: Sequence[Token]) -> int | None:
    """Where the first word stands that may begin a number; what is neither a word nor a sign in words is none."""
    for i, token in enumerate(tokens):
        if (token.kind is kinds.WORD or token.worded) and _triggers(token):
            return i
    return None


def _triggers(token: Token) -> bool:
    if token.kind is not kinds.WORD:
        return token.worded and token.text == "-"
    return token.text.lower().rpartition("-")[2] in _TRIGGERS


def _power(found: Sequence[Token], tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """`7 squared` as 7^2."""
    exponent = _POWERS.get(tokens[i].text.lower())
    if exponent is None or not found or found[-1].kind not in (kinds.NUM, kinds.CLOSE):
        return None
    return [_sign("^", tokens[i]), tokens[i]._replace(kind=kinds.NUM, text=exponent)], i + 1


def _negative(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """`negative 5`, and `minus 5` where no number stands before."""
    token, before = tokens[i], tokens[i - 1] if i else None
    if i + 1 >= len(tokens) or token.text.lower() not in ("negative", "-"):
        return None
    first = tokens[i + 1]
    end = i + 2
    if first.kind is kinds.WORD and first.text.lower() in NUMBERS and (read := number_in_words(tokens, i + 1)):
        worth, end = read
        first = first._replace(kind=kinds.NUM, text=str(worth), end=tokens[end - 1].end)
    if first.kind not in kinds.NUMERIC:
        return None
    sign = token._replace(kind=kinds.OP, text="-", worded=False)
    if token.text != "-" or before is None:
        return in_brackets([sign, first]) if before is not None else [sign, first], end
    opens = before.kind in (kinds.SEP, kinds.BREAK, kinds.REL) or before.text.lower() in _BEGINS
    return ([sign, first], end) if opens else None


def _multiple(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """`twice 5` as 2 * 5."""
    factor = TIMES.get(tokens[i].text.lower())
    if factor is None or not _operand(tokens, i + 1):
        return None
    return [tokens[i]._replace(kind=kinds.NUM, text=factor), _times(tokens[i])], i + 1


def _share(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """`half of 48`, `a third of 30` and `two thirds of 30` as a fraction times a number."""
    count, at = "1", i
    first = tokens[i].text.lower()
    hyphened, _, part = first.rpartition("-")
    if not hyphened:
        part = first
        if (first == "a" or first in _SMALL) and i + 1 < len(tokens):
            count, at = str(_SMALL.get(first, 1)), i + 1
            part = tokens[at].text.lower()
    elif hyphened in _SMALL:
        count = str(_SMALL[hyphened])
    bottom = SHARES.get(part)
    behind = at + 1
    has_of = behind < len(tokens) and tokens[behind].text == "of"
    if bottom is None or not has_of or not _operand(tokens, behind + 1):
        return None
    if i and tokens[i - 1].text in ("and", "/", "-"):
        return None
    value = tokens[i]._replace(kind=kinds.MIXED, text=f"0 {count}/{bottom}", end=tokens[at].end)
    return [value, _times(tokens[at])], behind + 1


def _number(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """A number in words between operators, or at the end of a sentence behind `is`; any other stays as it is."""
    token = tokens[i]
    word = token.text.lower()
    if token.kind is not kinds.WORD or word not in NUMBERS:
        return None
    read = number_in_words(tokens, i)
    if read is None:
        return None
    worth, end = read
    decimals = _decimals(tokens, end)
    end += bool(decimals) + len(decimals)
    before = tokens[i - 1] if i else None
    after = tokens[end] if end < len(tokens) else None
    refused = (after is not None and after.text.lower() in _AHEAD) or (before is not None and before.text == "and")
    ends = before is not None and before.text == "is" and (after is None or after.kind in (kinds.SEP, kinds.BREAK))
    if refused or not (_computes(before) or _computes(after) or ends):
        return list(tokens[i:end]), end
    return [token._replace(kind=kinds.NUM, text=f"{worth}.{decimals}".rstrip("."), end=tokens[end - 1].end)], end


def _decimals(tokens: Sequence[Token], i: int) -> str:
    """The digits of `point two five`."""
    found = ""
    if i < len(tokens) and tokens[i].text == "point":
        for token in tokens[i + 1 : i + 7]:
            digit = _SMALL.get(token.text.lower(), 10)
            if digit > 9:
                break
            found += str(digit)
    return found


def _computes(token: Token | None) -> bool:
    """Whether a token is an operator, a relation, or a word for one."""
    if token is None:
        return False
    hyphen = token.text == "-" and not token.spaced
    return (token.kind in (kinds.OP, kinds.REL) and not hyphen) or token.text.lower() in _COMPUTES


def _operand(tokens: Sequence[Token], i: int) -> bool:
    return i < len(tokens) and tokens[i].kind in (kinds.NUM, kinds.MIXED, kinds.MONEY, kinds.OPEN)


def _times(token: Token) -> Token:
    return Token(kinds.OP, "*", token.end, token.end, False)


def _sign(text: str, token: Token) -> Token:
    return Token(kinds.OP, text, token.start, token.start, False)


def number_in_words(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """Return the number whose words begin at token i, and where they end."""
    word = tokens[i].text.lower()
    if word in _WORTH:
        return _WORTH[word], i + 1
    if word not in NUMBERS and word not in SCALES:
        return None
    total, group, end = 0, 0, i
    while (value := _at(tokens, end)) is not None:
        if value >= 1000:
            total, group = total + max(group, 1) * value, 0
        elif value == 100:
            group = max(group, 1) * 100
        elif group % 100 == 0 or (group % 10 == 0 and group % 100 >= 20 and value < 10):
            group += value
        else:
            break
        end += 1
        if end + 1 < len(tokens) and tokens[end].text.lower() in _JOINS and _joins(tokens, end, group):
            end += 1
    return total + group, end


def _at(tokens: Sequence[Token], i: int) -> int | None:
    word = tokens[i].text.lower() if i < len(tokens) else ""
    return NUMBERS.get(word) or SCALES.get(word) or (0 if word == "zero" else None)


def _joins(tokens: Sequence[Token], i: int, group: int) -> bool:
    """Whether `-` or `and` goes on with the same number: `two hundred and six`, not `two and six`."""
    following = _at(tokens, i + 1)
    if following is None or following >= 100:
        return False
    if tokens[i].text == "-":
        return not tokens[i].spaced and group % 10 == 0 and group % 100 >= 20 and following < 10
    return group >= 100 and group % 100 == 0
