"""Functions of numbers in their notation: `6!`, `|-5|`, `gcd(12, 18)`, `17 mod 5`, binomials, floors and roots.

Each becomes a function token with its arguments in brackets, as LaTeX's fraction has them. What holds a letter is
left as it is, and so stays unread here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Token, in_brackets

HINT = re.compile(
    r"[!|⌊⌈∛≡]|\\(?:[dt]?binom|choose|[lr]floor|lceil|lvert|[bp]?mod|equiv|operatorname|sqrt\[)|"
    r"\b(?:mod|gcd|lcm|hcf|max|min|cbrt)\b|[0-9]C[0-9]|\bC\(|[0-9]_\{?[0-9]|"
    r"[0-9]\W{0,9}(?:(?:with|and)? ?a? ?rem|\\(?:text|mathrm)\{ ?R|R\b)",
    re.IGNORECASE,
)
"""What a line must have before it is looked at."""
_QUICK = re.compile(
    r"[!|\\_]|[mM](?:[oO][dD]|[aA][xX]|[iI][nN])|[gG][cC][dD]|[lL][cC][mM]|[hH][cC][fF]|[cC](?:[0-9(]|[bB][rR][tT])|"
    r"[rR](?:[eE][mM]|\b)"
)
"""What stands in each of these in a text of plain signs, and is quicker to search for."""


def may_stand_in(text: str) -> bool:
    """Return whether a line may hold one of the notations."""
    if text.isascii() and _QUICK.search(text) is None:
        return False
    return HINT.search(text) is not None


ARITHMETIC = frozenset(
    (kinds.NUM, kinds.MIXED, kinds.OP, kinds.OPEN, kinds.CLOSE, kinds.FRAC, kinds.ROOT, kinds.PCT, kinds.FUNC)
)
_LONGEST = 40
_OF_MANY = {"gcd": "gcd", "hcf": "gcd", "lcm": "lcm", "max": "max", "min": "min"}
_PAIRS = {"⌊": ("⌋", "floor"), r"\lfloor": (r"\rfloor", "floor"), "⌈": ("⌉", "ceil"), r"\lceil": (r"\rceil", "ceil")}
_PAIRS |= {"|": ("|", "abs"), r"\lvert": (r"\rvert", "abs"), r"\vert": (r"\vert", "abs")}
_BINOMIALS = frozenset((r"\binom", r"\dbinom", r"\tbinom"))
_CONGRUENT = frozenset(("≡", r"\equiv", "="))
_MODULI = frozenset((r"\pmod", r"\mod", "mod"))

Found = tuple[list[Token], int]
"""The tokens that stand for a notation, and where it ends."""


def in_functions(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return the tokens with all notation of numbers as functions."""
    named = _factorials(_commands(tokens))
    found: list[Token] = []
    at = 0
    while at < len(named):
        read = _pair(named, at) or _binomial(named, at) or _of_many(named, at) or _root(named, at)
        read = read or _based(named, at) or _quotient(named, at)
        new, at = read or ([named[at]], at + 1)
        found += new
    return tuple(_congruences(_remainders(found)))


def function(name: str, first: Token, last: Token, *arguments: Sequence[Token]) -> list[Token]:
    """Return a function's token and its arguments in brackets; it stands where `first` begins and `last` ends."""
    made = [Token(kinds.FUNC, name, first.start, first.start, first.spaced)]
    for argument in arguments:
        made += in_brackets(argument)
    made[-1] = made[-1]._replace(start=last.end, end=last.end)
    return made


def _commands(tokens: Sequence[Token]) -> list[Token]:
    """A backslash and the word behind it as one token."""
    found: list[Token] = []
    for token in tokens:
        before = found[-1] if found else None
        if before is not None and before.text == "\\" and token.start == before.end and token.kind in kinds.WORDS:
            found[-1] = before._replace(text="\\" + token.text, end=token.end)
        else:
            found.append(token)
    return found


def is_plain(tokens: Sequence[Token]) -> bool:
    """Return whether tokens are a calculation in numbers, with each bracket closed."""
    depth = 0
    for token in tokens:
        if token.kind not in ARITHMETIC:
            return False
        depth += (token.kind is kinds.OPEN) - (token.kind is kinds.CLOSE)
        if depth < 0:
            return False
    return depth == 0 and bool(tokens) and tokens[-1].kind is not kinds.OP


def _factorials(tokens: list[Token]) -> list[Token]:
    """`6!` before a sign or a bracket. At the end of a formula it may be an exclamation: it is read as neither.

    `3 + 3 = 6!` and what follows no factorial cries out; `6! = 6 * 5!` does not.
    """
    found: list[Token] = []
    seen = False
    for i, token in enumerate(tokens):
        if token.text == "!" and i and not token.spaced and tokens[i - 1].kind in _FACTORIAL_OF:
            following = tokens[i + 1] if i + 1 < len(tokens) else None
            if following is not None and following.kind in _GOES_ON and following.text != "!":
                token, seen = token._replace(kind=kinds.OP), True
            elif seen:
                token = token._replace(kind=kinds.OP)
            else:
                token = token._replace(kind=kinds.BAD if _may_be_factorial(tokens, i) else kinds.SEP)
        found.append(token)
    return found


def _may_be_factorial(tokens: Sequence[Token], i: int) -> bool:
    """Whether the number before the mark at token i is a part of a calculation, or equal to another number alone."""
    if i < 2 or tokens[i - 2].kind is not kinds.REL:
        return i > 1 and tokens[i - 2].kind is kinds.OP
    return i > 2 and (i == 3 or tokens[i - 4].kind not in (kinds.OP, kinds.NUM, kinds.CLOSE))


_FACTORIAL_OF = frozenset((kinds.NUM, kinds.CLOSE))
_GOES_ON = frozenset((kinds.OP, kinds.REL, kinds.CLOSE, kinds.OPEN, kinds.NUM))


def _pair(tokens: Sequence[Token], i: int) -> Found | None:
    """`|3 - 8|`, `⌊7/2⌋` and the same in LaTeX."""
    pair = _PAIRS.get(tokens[i].text)
    if pair is None or tokens[i].kind is not kinds.BAD:
        return None
    closing, name = pair
    for at in range(i + 1, min(len(tokens), i + _LONGEST)):
        if tokens[at].text == closing:
            inner = tokens[i + 1 : at]
            return (function(name, tokens[i], tokens[at], inner), at + 1) if is_plain(inner) else None
    return None


def _binomial(tokens: Sequence[Token], i: int) -> Found | None:
    """`\\binom{5}{2}`, `\\binom52`, `C(5, 2)`, `5C2` and `{5 \\choose 2}`."""
    text = [t.text for t in tokens[i : i + 6]]
    if tokens[i].text in _BINOMIALS:
        if i + 1 < len(tokens) and tokens[i + 1].kind is kinds.NUM and len(tokens[i + 1].text) == 2:
            both = tokens[i + 1]
            digits = [both._replace(text=c) for c in both.text]
            return function("binom", tokens[i], both, digits[:1], digits[1:]), i + 2
        first = _argument(tokens, i + 1)
        second = _argument(tokens, first[1]) if first is not None else None
        if first is None or second is None:
            return None
        return function("binom", tokens[i], tokens[second[1] - 1], first[0], second[0]), second[1]
    called = text[:2] == ["C", "("] and text[3:6:2] == [",", ")"] and not tokens[i + 1].spaced
    if called and is_plain(tokens[i + 2 : i + 3]) and is_plain(tokens[i + 4 : i + 5]):
        return function("binom", tokens[i], tokens[i + 5], tokens[i + 2 : i + 3], tokens[i + 4 : i + 5]), i + 6
    three = tokens[i : i + 3]
    between = text[1:2] == ["C"] and not (three[1].spaced or three[-1].spaced)
    if between and [t.kind for t in three] == [kinds.NUM, kinds.VAR, kinds.NUM]:
        return function("binom", three[0], three[2], three[:1], three[2:]), i + 3
    if text[2:3] == [r"\choose"] and tokens[i].kind is kinds.OPEN and text[4:5] == [")"]:
        return function("binom", tokens[i], tokens[i + 4], tokens[i + 1 : i + 2], tokens[i + 3 : i + 4]), i + 5
    return None


def _argument(tokens: Sequence[Token], i: int) -> tuple[Sequence[Token], int] | None:
    """A calculation in brackets, or one number, and where it ends."""
    if i >= len(tokens):
        return None
    if tokens[i].kind is kinds.NUM:
        return tokens[i : i + 1], i + 1
    if tokens[i].kind is not kinds.OPEN:
        return None
    depth = 0
    for at in range(i, min(len(tokens), i + _LONGEST)):
        depth += (tokens[at].kind is kinds.OPEN) - (tokens[at].kind is kinds.CLOSE)
        if depth == 0:
            inner = tokens[i + 1 : at]
            return (inner, at + 1) if is_plain(inner) else None
    return None


def _of_many(tokens: Sequence[Token], i: int) -> Found | None:
    """`gcd(12, 18)` and `\\max(3, 5)`, of two numbers or more."""
    name = tokens[i].text.rpartition("{")[2].strip("\\} ").lower()
    at = i + 1
    if name == "operatorname" and [t.kind for t in tokens[i + 1 : i + 4]] == [kinds.OPEN, kinds.WORD, kinds.CLOSE]:
        name, at = tokens[i + 2].text.lower(), i + 4
    if name not in _OF_MANY or at >= len(tokens) or tokens[at].kind is not kinds.OPEN:
        return None
    arguments: list[list[Token]] = [[]]
    depth = 0
    for end in range(at, min(len(tokens), at + _LONGEST)):
        token = tokens[end]
        depth += (token.kind is kinds.OPEN) - (token.kind is kinds.CLOSE)
        if depth == 0:
            break
        if depth == 1 and token.text == ",":
            arguments.append([])
        elif end > at:
            arguments[-1].append(token)
    if depth or len(arguments) < 2 or not all(is_plain(a) for a in arguments):
        return None
    return nested(_OF_MANY[name], tokens[i], tokens[end], arguments), end + 1


def nested(name: str, first: Token, last: Token, arguments: Sequence[Sequence[Token]]) -> list[Token]:
    """Return a function of two numbers as one of many: gcd(a, b, c) is gcd(a, gcd(b, c))."""
    *rest, inner = [list(a) for a in arguments]
    for argument in reversed(rest):
        inner = function(name, first, last, argument, inner)
    return inner


def _root(tokens: Sequence[Token], i: int) -> Found | None:
    """`\\sqrt[3]{8}`, `∛8` and `cbrt(8)`: the root first, then which root."""
    at, index = i + 1, [Token(kinds.NUM, "3", tokens[i].start, tokens[i].start, False)]
    if tokens[i].text == r"\sqrt":
        degree = _argument(tokens, at)
        if degree is None:
            return None
        index, at = list(degree[0]), degree[1]
    elif tokens[i].text not in ("∛", "cbrt"):
        return None
    of = _argument(tokens, at)
    return (function("root", tokens[i], tokens[of[1] - 1], of[0], index), of[1]) if of is not None else None


def _based(tokens: Sequence[Token], i: int) -> Found | None:
    """`242_5` and `72_{10}`: digits in another base."""
    below = tokens[i + 1] if i + 1 < len(tokens) and tokens[i].text.isdigit() else None
    base = below.text.strip("_{} ") if below is not None and below.text[0] == "_" and not below.spaced else ""
    if below is None or not base.isdigit():
        return None
    number = below._replace(kind=kinds.NUM, text=base)
    return function("base", tokens[i], below, tokens[i : i + 1], [number]), i + 2


def _quotient(tokens: Sequence[Token], i: int) -> Found | None:
    """`355 / 6 = 58 R 5`: the right side as 58 + 5/6, where the remainder is smaller than the divisor."""
    three = tokens[i : i + 5]
    if [t.kind for t in three] != [kinds.NUM, kinds.OP, kinds.NUM, kinds.REL, kinds.NUM] or three[1].text != "/":
        return None
    if i and (tokens[i - 1].kind in ARITHMETIC or not all(t.text.isdigit() for t in three[::2])):
        return None
    at = _past(tokens, i + 5)
    words = [t.text.rpartition("{")[2].rstrip("} ").lower() for t in tokens[at : at + 5]]
    length = next((len(w) for w in _REMAINS if words[: len(w)] == w), 0)
    at = _past(tokens, at + length)
    rest = tokens[at] if length and at < len(tokens) else None
    if rest is None or not rest.text.isdigit() or not int(rest.text[:9]) < int(three[2].text[:9]):
        return None
    end = rest.end
    plus, over = (Token(kinds.OP, sign, end, end, False) for sign in "+/")
    return [*three[:4], *in_brackets([three[4], plus, rest, over, three[2]._replace(start=end, end=end)])], at + 1


_REMAINS = tuple(
    words.split()
    for words in (
        "with a remainder of",
        "and a remainder of",
        "with a remainder",
        "with remainder",
        "remainder of",
        "remainder",
        "rem",
        "r",
    )
)


def _past(tokens: Sequence[Token], i: int) -> int:
    """Where a formula's delimiters that begin at token i end."""
    while i < len(tokens) and tokens[i].kind is kinds.BREAK:
        i += 1
    return i


def _remainders(tokens: list[Token]) -> list[Token]:
    """`17 mod 5` and `2^{10} \\bmod 7`, where no sum stands before."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        of = _argument(tokens, at + 1) if token.text in ("mod", r"\bmod", r"\mod") else None
        if of is not None:
            start = _run_start(found, len(found))
            whole = found[start:]
            if is_plain(whole) and not any(t.kind is kinds.OP and t.text in "+-" for t in whole[1:]):
                found[start:] = function("mod", whole[0], tokens[of[1] - 1], whole, of[0])
                at = of[1]
                continue
        found.append(token)
        at += 1
    return found


def _run_start(tokens: Sequence[Token], end: int) -> int:
    """Where the calculation begins that ends before token `end`."""
    start = end
    while start > 0 and end - start < _LONGEST and tokens[start - 1].kind in ARITHMETIC:
        start -= 1
    return start


def _congruences(tokens: list[Token]) -> list[Token]:
    """`17 \\equiv 2 \\pmod 5` says that both leave the same remainder."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        modulus = _modulus(tokens, at)
        if modulus is not None:
            _take_modulus(found, *modulus)
            at = modulus[1]
        else:
            found.append(tokens[at])
            at += 1
    return found


def _modulus(tokens: Sequence[Token], i: int) -> tuple[Sequence[Token], int] | None:
    """The number behind `\\pmod` or in `(mod 5)`, and where that ends."""
    if tokens[i].text == r"\pmod":
        return _argument(tokens, i + 1)
    bracket = tokens[i].kind is kinds.OPEN and [t.text for t in tokens[i + 1 : i + 2]][:1] in (["mod"], [r"\mod"])
    if bracket and i + 3 < len(tokens) and tokens[i + 3].kind is kinds.CLOSE and is_plain(tokens[i + 2 : i + 3]):
        return tokens[i + 2 : i + 3], i + 4
    return None


def _take_modulus(found: list[Token], modulus: Sequence[Token], _end: int) -> None:
    """Put each side of the congruence that ends `found` into remainders; with letters, make its signs unreadable."""
    start = len(found)
    while start > 0 and (found[start - 1].kind in ARITHMETIC | {kinds.VAR} or found[start - 1].text in _CONGRUENT):
        start -= 1
    sides: list[list[Token]] = [[]]
    signs: list[Token] = []
    for token in found[start:]:
        if token.text in _CONGRUENT:
            signs.append(token)
            sides.append([])
        else:
            sides[-1].append(token)
    if not signs:
        return
    if not all(is_plain(side) for side in sides):
        found[start:] = [t._replace(kind=kinds.BAD) if t.text in _CONGRUENT else t for t in found[start:]]
        return
    made: list[Token] = []
    for i, side in enumerate(sides):
        end = side[-1].end
        by = [t._replace(start=end, end=end) for t in modulus]
        made += [signs[i - 1]._replace(kind=kinds.REL, text="=")] if i else []
        made += function("mod", side[0], side[-1], side, by)
    found[start:] = made
