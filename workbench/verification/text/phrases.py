"""Functions in words: `the square of 3 + 4 is 49`, `the remainder when 17 is divided by 5 is 2`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.notation import ARITHMETIC, function, is_plain, nested
from workbench.verification.text.tokens import STOP, Number, Token, in_brackets, word_set
from workbench.verification.text.words import NUMBERS, number_in_words

HINT = re.compile(
    r"\b(?:square|cube|root|half|third|quarter|double|triple|sum|product|difference|quotient|average|mean|reciprocal|"
    r"inverse|opposite|negative|value|digit|factorial|floor|ceiling|divisor|factor|multiple|gcd|gcf|hcf|lcm|remainder)"
    r"\s+(?:of|between|when|if|after|from)\b",
    re.IGNORECASE,
)
"""What a line must have before it is looked at."""
JOINS = re.compile(r"\s(?:of|between|when|if|after|from)\b", re.IGNORECASE)
"""What stands in all of these, and is quicker to search for."""

_POWERS = {"square": "2", "cube": "3"}
_SHARES = {"half": "1/2", "third": "1/3", "quarter": "1/4"}
_TIMES = {"double": "2", "triple": "3"}
_JOINED = {"sum": "+", "product": "*"}
_OF_ONE = {
    "absolute value": "abs",
    "factorial": "factorial",
    "floor": "floor",
    "ceiling": "ceil",
    "square root": "sqrt",
    "cube root": "cbrt",
    "reciprocal": "reciprocal",
    "multiplicative inverse": "reciprocal",
    "opposite": "negative",
    "negative": "negative",
    "additive inverse": "negative",
    "units digit": "digit",
    "unit digit": "digit",
    "ones digit": "digit",
    "last digit": "digit",
}
_OF_MANY = {
    "gcd": "gcd",
    "gcf": "gcd",
    "hcf": "gcd",
    "greatest common divisor": "gcd",
    "greatest common factor": "gcd",
    "highest common factor": "gcd",
    "lcm": "lcm",
    "least common multiple": "lcm",
    "lowest common multiple": "lcm",
}
_MEANS = word_set("average mean")
_LONGEST_NAME = 3
_PREPOSITIONS = word_set("of between when if after from")
_BEFORE = word_set("the a an its their")
_CHANGES = word_set("of than twice half double triple times minus plus thrice less more by squared")
"""Words before the name that make the whole something else: `twice the square of 3`."""
_EQUALS = word_set("is equals")
_REACH = 40


def in_formulas(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return the tokens with each function in words as a formula, where all of its numbers could be read."""
    found: list[Token] = []
    at = 0
    for i, token in enumerate(tokens):
        if i < at or token.kind is not kinds.WORD or token.text.lower() not in _PREPOSITIONS:
            continue
        read = _phrase(tokens, i)
        if read is None:
            continue
        start, made, end = read
        if start >= at:
            found += [*tokens[at:start], *made]
            at = end
    return (*found, *tokens[at:])


def _phrase(tokens: Sequence[Token], i: int) -> tuple[int, list[Token], int] | None:
    """The phrase whose preposition is token i: where it begins, its formula, and where it ends."""
    for length in range(_LONGEST_NAME, 0, -1):
        start = i - length
        if start < 0 or any(t.kind is not kinds.WORD for t in tokens[start:i]):
            continue
        name = " ".join(t.text.lower() for t in tokens[start:i])
        made = _formula(name, tokens, start, i)
        if made is not None:
            return (start, *made) if _stands_alone(tokens, start) else None
    return None


def _stands_alone(tokens: Sequence[Token], start: int) -> bool:
    """Whether nothing before the name changes what it is of."""
    at = start - 1
    article = at >= 0 and tokens[at].text.lower() in _BEFORE
    at -= article
    if at < 0:
        return True
    if tokens[at].text == "and" and at and tokens[at - 1].kind in ARITHMETIC:
        return False  # `the product of 5 and the sum of 3 and 4`
    if not article and tokens[at].kind is kinds.WORD and tokens[at].text.lower() not in STOP:
        return False  # `the digit sum of 99 + 1`
    return tokens[at].kind not in (kinds.OP, kinds.NUM, kinds.MIXED) and tokens[at].text.lower() not in _CHANGES


def _formula(name: str, tokens: Sequence[Token], start: int, i: int) -> tuple[list[Token], int] | None:
    """The formula for a name and its operands, and where they end."""
    operands, end = _operands(tokens, i + 1)
    if not operands or (tokens[i].text.lower() in ("if", "when", "after", "from") and name != "remainder"):
        return None
    first, last = tokens[start], operands[-1][-1]
    if len(operands) > 1 and any(t.worded or t.text == "^" for t in operands[-1]):
        return None  # `the sum of 3 and 4 times 2`
    if name == "remainder":
        return (function("mod", first, last, *operands), end) if len(operands) == 2 else None
    if len(operands) == 1:
        made = _of_one(name, first, operands[0], tokens[end].kind is kinds.WORD)
    elif name in _OF_MANY:
        made = nested(_OF_MANY[name], first, last, operands)
    elif name in ("difference", "quotient") and len(operands) == 2:
        made = function(name, first, last, *operands)
    else:
        made = _joined(name, first, operands)
    return (made, end) if made is not None else None


def _operands(tokens: Sequence[Token], i: int) -> tuple[list[list[Token]], int]:
    """The calculations from token i up to `is` or an equals sign, and where that stands; none if a word is unknown.

    They stand between commas, `and`, `divided by`, or `is divided by`.
    """
    operands: list[list[Token]] = [[]]
    at = i
    if at < len(tokens) and tokens[at].text == "dividing":
        at += 1
    depth = 0
    while at < len(tokens) and at - i < _REACH:
        token, words = tokens[at], [t.text.lower() for t in tokens[at : at + 3]]
        depth += (token.kind is kinds.OPEN) - (token.kind is kinds.CLOSE)
        if token.kind in ARITHMETIC:
            operands[-1].append(token)
            at += 1
        elif (read := _in_words(tokens, at)) is not None:
            worth, end = read
            operands[-1].append(token._replace(kind=kinds.NUM, text=str(worth), end=tokens[end - 1].end))
            at = end
        elif token.kind is kinds.MONEY:
            at += 1
        elif depth == 0 and operands[-1] and (step := _separator(words)):
            operands.append([])
            at += step
        else:
            break
    ends = at < len(tokens) and (tokens[at].text in ("=", "~") or tokens[at].text.lower() in _EQUALS)
    return (operands, at) if ends and all(is_plain(o) for o in operands) else ([], at)


def _in_words(tokens: Sequence[Token], i: int) -> tuple[Number, int] | None:
    """A whole number in words that begins at token i, and where it ends."""
    named = tokens[i].kind is kinds.WORD and tokens[i].text.lower() in NUMBERS
    return number_in_words(tokens, i) if named else None


def _separator(words: Sequence[str]) -> int:
    """How many words part two operands."""
    if words[:3] == ["is", "divided", "by"]:
        return 3
    if words[:2] in ([",", "and"], ["divided", "by"]):
        return 2
    return int(words[0] in (",", "and", "by"))


def _of_one(name: str, first: Token, operand: list[Token], worded: bool) -> list[Token] | None:
    """A function of one calculation."""
    if name in _POWERS:
        return [*_group(first, operand), *_signed("^", operand), _number(_POWERS[name], operand)]
    if name in _TIMES and worded:
        return [_leading(_TIMES[name], first), *_signed("*", operand, True), *in_brackets(operand)]
    share = name.rpartition(" ")[2]
    if share in _SHARES and worded and len(operand) > 1 and name in (share, f"a {share}", f"one {share}"):
        return [*_group(first, operand), *_signed("*", operand), _number(f"0 {_SHARES[share]}", operand, kinds.MIXED)]
    if name in _JOINED:
        # `the sum of 3 + 4`: the calculation is the sum
        whole = any(t.kind is kinds.OP and t.text == _JOINED[name] for t in operand[1:])
        return _group(first, operand) if whole else None
    return function(_OF_ONE[name], first, operand[-1], operand) if name in _OF_ONE else None


def _joined(name: str, first: Token, operands: Sequence[list[Token]]) -> list[Token] | None:
    """A sum, a product or a mean of several calculations."""
    sign = "+" if name.rpartition(" ")[2] in _MEANS else _JOINED.get(name)
    if sign is None:
        return None
    made = _group(first, operands[0])
    for operand in operands[1:]:
        made += [*_signed(sign, operand, True), *in_brackets(operand)]
    if name in _JOINED:
        return made
    count = _number(str(len(operands)), operands[-1])
    return [*_group(first, made), *_signed("/", operands[-1]), count]


def _group(first: Token, operand: Sequence[Token]) -> list[Token]:
    """An operand in brackets that begin where the words for it do."""
    made = in_brackets(operand)
    return [made[0]._replace(start=first.start, end=first.start, spaced=first.spaced), *made[1:]]


def _signed(sign: str, operand: Sequence[Token], ahead: bool = False) -> list[Token]:
    at = operand[0].start if ahead else operand[-1].end
    return [Token(kinds.OP, sign, at, at, False)]


def _number(text: str, operand: Sequence[Token], kind: kinds.Kind = kinds.NUM) -> Token:
    return Token(kind, text, operand[-1].end, operand[-1].end, False)


def _leading(text: str, first: Token) -> Token:
    return Token(kinds.NUM, text, first.start, first.start, first.spaced)
