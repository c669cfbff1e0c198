"""Text to tokens, by one bounded regular expression; and what a number token is worth."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, wraps
from typing import NamedTuple, ParamSpec, TypeVar

from workbench.verification.text import kinds, letters
from workbench.verification.text.blanks import may_part, parted
from workbench.verification.text.kinds import Token as Token
from workbench.verification.text.kinds import word_set as word_set
from workbench.verification.text.layout import block_end, layout
from workbench.verification.text.pattern import TOKEN

Number = int | Fraction

MAX_DIGITS = 40


class Unreadable(Exception):
    """The text is outside the grammar or its bounds. Becomes `unknown`, never reaches a user."""


P = ParamSpec("P")
T = TypeVar("T")


def or_none(work: Callable[P, T | None]) -> Callable[P, T | None]:
    """Make a function return None where it would raise `Unreadable`."""

    @wraps(work)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return work(*args, **kwargs)
        except Unreadable:
            return None

    return tried


_OPS = {"**": "^", "×": "*", "·": "*", "∙": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "±": "±"}
_OPS |= {"+-": "±", "+/-": "±", "+/−": "±"}
_OPS |= {r"\times": "*", r"\cdot": "*", r"\div": "/", r"\pm": "±", "negative ": "-", "Negative ": "-"}
_RELS = {"==": "=", "≤": "<=", "≥": ">=", "≈": "~", r"\approx": "~", r"\lt": "<", r"\gt": ">"}
_RELS |= {r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">="}
SPELLED = {kinds.OP: _OPS, kinds.REL: _RELS, kinds.OPEN: {"{": "(", "[": "("}, kinds.CLOSE: {"}": ")", "]": ")"}}
"""How signs are written otherwise."""
_LETTER_PRODUCT = re.compile(r"[xyz]{2,3}|ab|bc|ac|abc")
_WORD_OPS = {"plus": "+", "minus": "-", "times": "*"}
_KINDS = {kind.value: kind for kind in kinds.Kind}
_PLAIN = _KINDS.keys() - {kinds.OP, kinds.REL, kinds.OPEN, kinds.CLOSE, kinds.MIXED, kinds.UNIT}
"""Groups of the pattern that become a token as they are; a word may yet be a formula."""
_BREAKS = {"row": "row", "gap": "gap", "\\(": "open", "\\[": "open", "\\)": "close", "\\]": "close"}
_POWERS = {"squared": "2", "cubed": "3"}
_RAISED = frozenset((kinds.NUM, kinds.VAR, kinds.CLOSE))
_EITHER = frozenset(("∨", "\\vee", "\\lor"))
_WIDE = frozenset(("\\,", "\\;", "\\:", "\\ "))
_TABLES = frozenset(["matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "tabular"])
_CASES = frozenset(("cases", "array"))
_PERIOD = re.compile(r"([0-9]+\.[0-9]*)(?:\\[a-z]+\{|\()([0-9]+)[)}]")
_THOUSANDS = re.compile(r"\{,\}|,?[ ]?\\[!,][ ]?|[\u2009\u202f]")
_DOTS = re.compile(r"[ ]?(?:…|\\[lc]?dots)")
_GOES_ON = re.compile(r"(?P<first>[0-9]*\.[0-9]*?)(?P<period>[0-9]{1,6}?)(?P=period)+$")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅙": "1/6", "⅛": "1/8"}


@lru_cache(maxsize=1024)
def tokenize(text: str) -> tuple[Token, ...]:
    """Return the tokens of one line. Characters outside the grammar become `bad` tokens; nothing raises."""
    if EASY.fullmatch(text):
        plain = _easy(text)
        return parted(plain, text) if may_part(text) else plain
    tokens: list[Token] = []
    spaced = False
    skip = 0
    marks = layout(text) if "\n" in text or "$" in text else None
    for match in TOKEN.finditer(text, 0, len(text.rstrip())):
        group = match.lastgroup or "bad"
        start, end = match.span(group)
        if start < skip:
            continue
        spaced = spaced or start > match.start()
        if marks is not None:
            if start in marks.bullets:
                _break(tokens, "item", start, start)
                skip = marks.bullets[start]
                continue
            if spaced and "\n" in text[match.start() : start]:
                _break(tokens, "row", start, start)
            if start in marks.dollars:
                _break(tokens, marks.dollars[start], start, end)
                skip = end + (text[end : end + 1] == "$" and end not in marks.dollars)
                continue
        if group in _SPACES:
            skip = _space(tokens, group, match.group(group), text, start, end)
            spaced = spaced or group == "bold" or match.group(group)[:2] in _WIDE or text[start] in "<&~"
            continue
        raw = match.group(group)
        applied = tokens and tokens[-1].kind is kinds.FRAC
        if group in _PLAIN and not applied and not (group == "word" and _is_formula(raw)):
            tokens.append(Token(_KINDS[group], raw, start, end, spaced))
        else:
            _append(tokens, group, raw, start, end, spaced)
        spaced = False
    if any(t.kind is kinds.WORD and len(t.text) < 4 and letters.is_short(t.text) for t in tokens):
        tokens = letters.in_letters(tokens)
    if may_part(text):
        tokens = list(parted(tokens, text))
    return _with_fractions(tokens, text) if "÷" in text or "\\div" in text else tuple(tokens)


EASY = re.compile(
    r"(?:[0-9]+(?![ ]?[0-9])|[A-Za-z](?![A-Za-z'’])|[+*/^](?![*+/−-])|-(?![>])|[=<>](?![=<>+-])|[()]|[ ])+"
)
"""A formula of digits, single letters and plain signs alone, which most lines of exercises are."""
_EASY_TOKEN = re.compile(r"[ ]*(?:([0-9]+)|([A-Za-z])|([-+*/^])|([=<>])|(\()|(\)))")
_token = Token._make
"""A token from all its fields, in half the time that keywords and defaults take."""
_EASY_KINDS = (kinds.BAD, kinds.NUM, kinds.VAR, kinds.OP, kinds.REL, kinds.OPEN, kinds.CLOSE)


def _easy(text: str) -> tuple[Token, ...]:
    """The tokens of a formula in plain signs, by a pattern that costs a quarter of the full one."""
    tokens: list[Token] = []
    behind = 0
    for match in _EASY_TOKEN.finditer(text, 0, len(text.rstrip())):
        index = match.lastindex or 0
        start, end = match.span(index)
        tokens.append(_token((_EASY_KINDS[index], text[start:end], start, end, start > behind, False)))
        behind = end
    return tuple(tokens)


def slashed(tokens: Sequence[Token], i: int) -> int | None:
    """Return where a fraction such as `1/2` that begins at token i ends; None where it has blanks or goes on."""
    if [t.kind for t in tokens[i : i + 3]] != [kinds.NUM, kinds.OP, kinds.NUM] or tokens[i + 1].text != "/":
        return None
    behind = tokens[i + 3] if i + 3 < len(tokens) else None
    goes_on = behind is not None and not behind.spaced and behind.text in ("/", "^")
    return None if goes_on or tokens[i + 1].spaced or tokens[i + 2].spaced else i + 3


def in_brackets(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens between brackets that no one wrote, so that they take no room."""
    first, last = tokens[0], tokens[-1]
    opening = Token(kinds.OPEN, "(", first.start, first.start, first.spaced)
    return [opening, *tokens, Token(kinds.CLOSE, ")", last.end, last.end, False)]


def _with_fractions(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """`6 ÷ 1/2`: what is divided by is the half, for a bar without blanks holds tighter than the sign."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        found.append(tokens[at])
        divides = tokens[at].text == "/" and text[tokens[at].start : tokens[at].end] in ("÷", "\\div")
        at += 1
        if divides and at < len(tokens) and tokens[at].text in ("-", "+"):
            found.append(tokens[at])
            at += 1
        end = slashed(tokens, at) if divides else None
        if end is not None:
            found += in_brackets(tokens[at:end])
            at = end
    return tuple(found)


_SPACES = frozenset(("space", "bold", "delim", "gap", "row"))


def _break(tokens: list[Token], text: str, start: int, end: int) -> None:
    """Note that a formula begins or ends."""
    tokens.append(Token(kinds.BREAK, text, start, end, True))


def _space(tokens: list[Token], group: str, raw: str, text: str, start: int, end: int) -> int:
    """What stands between formulas, or within one without a meaning; returns where to read on."""
    if group in ("row", "gap"):
        _break(tokens, group, start, end)
    elif group == "delim":
        name = raw.partition("{")[2].partition("}")[0].rstrip("*")
        operand = bool(tokens) and tokens[-1].kind in (kinds.REL, kinds.OP, kinds.OPEN)
        if raw.startswith("\\begin") and (name in _TABLES or (name in _CASES and operand)):
            closed = block_end(text, raw.partition("{")[2].partition("}")[0], end)
            tokens.append(Token(kinds.BAD, raw, start, closed or end, True))
            return closed or end
        default = "open" if raw.startswith("\\begin") else "close" if raw.startswith("\\end") else "gap"
        _break(tokens, _BREAKS.get(raw, default), start, end)
    return end


def _is_formula(word: str) -> bool:
    """Whether a word is a product of letters, an operator or a power."""
    return word in _WORD_OPS or word in _POWERS or (len(word) < 4 and _LETTER_PRODUCT.fullmatch(word) is not None)


def _append(tokens: list[Token], group: str, raw: str, start: int, end: int, spaced: bool) -> None:
    """Add the token or tokens that one match stands for."""
    kind = _KINDS.get(group)
    if kind in SPELLED:
        tokens.append(Token(kind, SPELLED[kind].get(raw, raw), start, end, spaced))
    elif group == "sup":
        tokens.append(Token(kinds.OP, "^", start, start, False))
        tokens.append(Token(kinds.NUM, raw.translate(_SUPERSCRIPTS), start, end, False))
    elif raw in _POWERS and tokens and tokens[-1].kind in _RAISED:
        tokens.append(Token(kinds.OP, "^", start, start, False))
        tokens.append(Token(kinds.NUM, _POWERS[raw], start, end, False))
    elif group == "junction":
        tokens.append(Token(kinds.WORD, "or" if raw in _EITHER else "and", start, end, spaced))
    elif group == "other":
        tokens.append(Token(kinds.SEP, raw, start, end, spaced))
    elif group == "name":
        tokens.append(Token(kinds.VAR, letters.of_name(raw), start, end, spaced))
    elif group == "greek":
        tokens.append(Token(kinds.VAR, letters.GREEK[raw], start, end, spaced))
    elif group == "figures":
        tokens.append(Token(kinds.NUM, _figures(raw), start, end, spaced))
    elif group == "unread":
        tokens.append(Token(kinds.BAD, raw, start, end, spaced))
    elif kind is None:
        tokens.append(Token(kinds.UNIT, "°", start, end, spaced))
    elif kind is kinds.MIXED:
        tokens.append(Token(kind, _mixed_text(raw), start, end, spaced))
    elif kind is kinds.UNIT:
        _append_unit(tokens, raw, start, end, spaced)
    elif kind is kinds.NUM and len(raw) == 2 and tokens and tokens[-1].kind is kinds.FRAC and raw.isdigit():
        # LaTeX reads \\frac13 digit by digit.
        tokens.append(Token(kinds.NUM, raw[0], start, start + 1, spaced))
        tokens.append(Token(kinds.NUM, raw[1], start + 1, end, False))
    elif kind is kinds.WORD and _LETTER_PRODUCT.fullmatch(raw):
        tokens.extend(Token(kinds.VAR, c, start + i, start + i + 1, spaced and i == 0) for i, c in enumerate(raw))
    elif kind is kinds.WORD and raw in _WORD_OPS:
        tokens.append(Token(kinds.OP, _WORD_OPS[raw], start, end, spaced, True))
    else:
        tokens.append(Token(kind, raw, start, end, spaced))


def _mixed_text(raw: str) -> str:
    """A mixed number as `whole top/bottom`."""
    if raw[-1] in _VULGAR:
        return f"{raw[:-1] or '0'} {_VULGAR[raw[-1]]}"
    if "frac" in raw:
        whole, _, rest = raw.partition("\\")
        top, bottom = re.findall("[0-9]+" if "{" in rest else "[0-9]", rest)
        return f"{whole.strip()} {top}/{bottom}"
    return raw.replace(" and ", " ")


def _append_unit(tokens: list[Token], raw: str, start: int, end: int, spaced: bool) -> None:
    """Text inside LaTeX: a joining word such as `or` keeps its meaning, all else is a unit."""
    inner = raw.partition("{")[2].partition("}")[0].strip()
    kind = kinds.WORD if inner in ("or", "and", "of", "is") else kinds.UNIT
    if inner[-1:] in (",", ":") and raw.startswith(r"\text"):  # `\text{Next, } -3 + 5` subtracts from nothing
        tokens.append(Token(kinds.SEP, inner[-1], start, end, spaced))
        return
    if inner.rpartition(" ")[2].lower() in STOP and raw.startswith(r"\text"):  # `\text{So we get } -3x = 6`
        kind, inner = kinds.WORD, inner.rpartition(" ")[2].lower()
    tokens.append(Token(kind, inner if kind is kinds.WORD else raw, start, end, spaced))


def _figures(raw: str) -> str:
    """A number's digits in one spelling: `1,200` for `1{,}200`, `0.(4)` for LaTeX's bar, `0.33...` for its dots."""
    period = _PERIOD.fullmatch(raw)
    if period is not None:
        return f"{period[1]}({period[2]})"
    return _DOTS.sub("...", raw) if "." in raw and not raw[-1].isdigit() else _THOUSANDS.sub(",", raw)


def number(text: str) -> Number:
    """Return the exact value of a number token. Raise `Unreadable` beyond the digit limit."""
    if len(text) > MAX_DIGITS:
        raise Unreadable("too many digits")
    if text.isdigit():  # most are, and there is nothing else to look at
        return int(text)
    plain = text.replace(",", "").replace(" ", "")
    if plain[-1] in ").":
        return _repeating(plain)
    return Fraction(plain) if "." in plain else int(plain)


def _repeating(text: str) -> Number:
    """`0.1(6)` and `0.166...` as 1/6; `3.14...`, which repeats nothing, as far as it is written."""
    if text.endswith("..."):
        shown = text[:-3]
        found = _GOES_ON.fullmatch(shown)
        if found is None:
            return Fraction(shown)
        first, period = found["first"], found["period"]
    else:
        first, _, period = text[:-1].partition("(")
    scale = 10 ** len(first.partition(".")[2])
    start = Fraction(first + "0") if first.endswith(".") else Fraction(first)
    value = start + Fraction(int(period), (10 ** len(period) - 1) * scale)
    return value.numerator if value.denominator == 1 else value


def mixed_number(text: str) -> Number:
    """Return the exact value of a mixed number such as `2 1/2`. Raise `Unreadable` if it is none."""
    whole, _, fraction = text.partition(" ")
    top, _, bottom = fraction.partition("/")
    if not 0 < int(top) < int(bottom):
        raise Unreadable("not a mixed number")
    return int(whole) + Fraction(int(top), int(bottom))


def token_value(token: Token) -> Number | None:
    """Return the exact value of a number token; None for any other, and beyond the limits."""
    try:
        if token.kind is kinds.NUM:
            return number(token.text)
        return mixed_number(token.text) if token.kind is kinds.MIXED else None
    except Unreadable:
        return None


# A chain of mathematics as found in prose, and the words that matter to finding one.


STOP = word_set(
    "and or so then because which that is are was were be has have had but if since while will would "
    "therefore thus hence equals when where we he she they it you let gives get gets got leaves makes "
    "giving yielding yields yield implying implies imply meaning mean with hence namely where whence such that "
    "consequently obtain obtaining means now first next also plus minus into from between to answer iff "
)
COMPARES = word_set("more less fewer greater larger smaller older younger times half twice not")
"""Words that make `is 2 more than` something else than a value."""

MAX_UNIT_WORDS = 5


class Unit(NamedTuple):
    """A unit word, and which number of which part it belongs to."""

    word: str
    part: int
    number: int
    """Index of the number among the part's tokens."""


@dataclass
class TokenRun:
    """A chain as found: one list of tokens for each part, and the relations between them."""

    parts: list[list[Token]]
    relations: list[str]
    end: int
    """Index of the first token behind it."""
    units: list[Unit] = field(default_factory=list)


def is_word_op(token: Token) -> bool:
    """Return whether an operator was written as a word, such as `times`."""
    return token.worded
