"""Numbers written in words, turned into number tokens where they stand in a calculation."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.reading.tokens import Token, word_set

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
_SCALES = word_set("hundred thousand million billion dozen half third quarter and")
_TRIGGERS = frozenset((*TIMES, *SHARES, *NUMBERS))
_COMPUTES = word_set("equals divided multiplied plus minus times by")


def in_digits(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens with `twice 5`, `half of 48` and `eight times six` as numbers and operators."""
    triggers = [
        i for i, t in enumerate(tokens) if t.kind == "word" and t.text.lower().rpartition("-")[2] in _TRIGGERS
    ]
    if not triggers:
        return tokens
    found = list(tokens[: max(0, triggers[0] - 1)])
    at = len(found)
    while at < len(tokens):
        if tokens[at].kind not in ("word", "var"):
            found.append(tokens[at])
            at += 1
            continue
        read = _share(tokens, at) or _multiple(tokens, at) or _number(tokens, at)
        if read is None:
            found.append(tokens[at])
            at += 1
            continue
        new, at = read
        found.extend(new)
    return tuple(found)


def _triggers(token: Token) -> bool:
    return token.kind == "word" and token.text.lower().rpartition("-")[2] in _TRIGGERS


def _multiple(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """`twice 5` as 2 * 5."""
    factor = TIMES.get(tokens[i].text.lower())
    if factor is None or not _operand(tokens, i + 1):
        return None
    return [tokens[i]._replace(kind="num", text=factor), _times(tokens[i])], i + 1


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
    value = tokens[i]._replace(kind="mixed", text=f"0 {count}/{bottom}", end=tokens[at].end)
    return [value, _times(tokens[at])], behind + 1


def _number(tokens: Sequence[Token], i: int) -> tuple[list[Token], int] | None:
    """A number word between operators."""
    token = tokens[i]
    worth = NUMBERS.get(token.text.lower()) if token.kind == "word" else None
    if worth is None:
        return None
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if (after is not None and after.text.lower() in _SCALES) or (before is not None and before.text == "and"):
        return None
    if not (_computes(before) or _computes(after)):
        return None
    return [token._replace(kind="num", text=str(worth))], i + 1


def _computes(token: Token | None) -> bool:
    """Whether a token is an operator, a relation, or a word for one."""
    if token is None:
        return False
    hyphen = token.text == "-" and not token.spaced
    return (token.kind in ("op", "rel") and not hyphen) or token.text.lower() in _COMPUTES


def _operand(tokens: Sequence[Token], i: int) -> bool:
    return i < len(tokens) and tokens[i].kind in ("num", "mixed", "money", "open")


def _times(token: Token) -> Token:
    return Token("op", "*", token.end, token.end, False)
