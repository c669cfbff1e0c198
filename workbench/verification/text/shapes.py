"""What tokens and the part of a chain that is at hand look like: shares, ranges, units, letters, wordings."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_TOKENS, Token
from workbench.verification.text.tokens import is_word_op

_MULTIPLIED = frozenset("abcknmtpqrsuvwxyz")
"""Letters that stand for numbers before a bracket."""
_INEQUALITIES: dict[tuple[str, ...], str] = {
    ("is", "less", "than"): "<",
    ("is", "greater", "than"): ">",
    ("is", "at", "most"): "<=",
    ("is", "at", "least"): ">=",
}


def token_at(tokens: Sequence[Token], i: int) -> Token | None:
    """Return token i; None outside the line."""
    return tokens[i] if 0 <= i < len(tokens) else None


def is_calculation(part: Sequence[Token]) -> bool:
    """Return whether the bracket that has just closed holds an operator."""
    depth = 0
    for token in reversed(part):
        depth += (token.kind is kinds.CLOSE) - (token.kind is kinds.OPEN)
        if token.kind is kinds.OP and token.text in "/*+-":
            return True
        if depth == 0:
            break
    return False


def is_signed(tokens: Sequence[Token], i: int) -> bool:
    """`8 times -2`: a minus that stands at its number; `5 times - 2 times` subtracts."""
    number = token_at(tokens, i + 1)
    return tokens[i].text == "-" and number is not None and not number.spaced


def names(tokens: Sequence[Token], letter: str) -> bool:
    """`2 x (x + 3)`: an x that is a term elsewhere in the line is no times sign here."""
    for at, token in enumerate(tokens):
        if token.text == letter:
            following = token_at(tokens, at + 1)
            if following is None or following.kind in (kinds.OP, kinds.REL, kinds.CLOSE):
                return True
    return False


def into_bracket(tokens: Sequence[Token], i: int) -> bool:
    """`2 n(n + 1)` multiplies, but `2 f(3)` and `2 m(long)` do not."""
    opening, inside = token_at(tokens, i + 1), token_at(tokens, i + 2)
    if opening is None or opening.kind is not kinds.OPEN or tokens[i].text not in _MULTIPLIED:
        return False
    spaced = opening.spaced and inside is not None and inside.kind is kinds.NUM
    return not spaced and inside is not None and inside.kind in (kinds.NUM, kinds.VAR)


def is_letter(part: Sequence[Token], token: Token, following: Token | None) -> bool:
    """Return whether `a` is no article: a sign follows, or the part has the letter already: `2 a + 3 a`."""
    if following is not None and following.kind is kinds.OP:
        return True
    return any(t.kind is kinds.VAR and t.text == token.text for t in part)


def is_range(part: Sequence[Token]) -> bool:
    """Return whether the part at hand is a range, as in `45-54 year-old males`."""
    if [t.kind for t in part] != [kinds.NUM, kinds.OP, kinds.NUM] or part[1].text != "-":
        return False
    first, second = part[0].text, part[2].text
    glued = not (part[1].spaced or part[2].spaced) and first.isdigit() and second.isdigit()
    return glued and int(first[:9]) < int(second[:9])


def inequality(tokens: Sequence[Token], i: int) -> str | None:
    """Return the relation that `is less than` and its like say of a number or a letter."""
    words = tuple(t.text.lower() for t in tokens[i : i + 3])
    behind = token_at(tokens, i + 3)
    stated = behind is not None and behind.kind in (kinds.NUM, kinds.VAR, kinds.OP, kinds.OPEN)
    return _INEQUALITIES.get(words) if stated else None


def computes(part: Sequence[Token]) -> bool:
    """Return whether the part at hand has an operator, so that `is` can mean equals."""
    return any(t.kind in (kinds.OP, kinds.PCT, kinds.ROOT, kinds.FUNC) for t in part)


def is_share(part: Sequence[Token]) -> bool:
    """Return whether the part at hand is a bare fraction or percentage, which prose takes of something."""
    last = [t for t in part if t.kind not in (kinds.OPEN, kinds.CLOSE)]
    shape = [t.kind for t in last]
    return shape in ([kinds.MIXED], [kinds.NUM, kinds.PCT], [kinds.FRAC, kinds.NUM, kinds.NUM]) or (
        shape == [kinds.NUM, kinds.OP, kinds.NUM] and last[1].text == "/" and not last[2].spaced
    )


def is_unit(tokens: Sequence[Token], i: int, token: Token, begun: bool) -> bool:
    """Return whether token i goes on a run of unit words; `per` may be written as a slash."""
    if token.kind in kinds.WORDS:
        return True
    following = token_at(tokens, i + 1)
    if token.text == "/":
        return following is not None and following.kind is kinds.WORD and (begun or not token.spaced)
    if is_word_op(token):
        return following is not None and following.kind in (kinds.OP, kinds.REL, kinds.CLOSE, kinds.WORD)
    stated = following is not None and following.kind in (kinds.REL, kinds.OP)  # `= 15 giving n = 5`
    return token.kind is kinds.VAR and begun and token.text not in "xX" and not stated


def times_after_unit(tokens: Sequence[Token], i: int) -> bool:
    """`3 boxes x 4` multiplies."""
    token, following = tokens[i], token_at(tokens, i + 1)
    return (
        token.text in ("x", "X")
        and following is not None
        and following.kind in (kinds.NUM, kinds.MONEY, kinds.OPEN, kinds.MIXED)
    )


def names_value(tokens: Sequence[Token], part: Sequence[Token], i: int) -> bool:
    """`x is 4.`, but not `x is 4 more than y`: a letter, and a number with nothing behind it."""
    shape = [t.kind for t in part]
    if shape not in (
        [kinds.VAR],
        [kinds.NUM, kinds.VAR],
        [kinds.OP, kinds.VAR],
        [kinds.OP, kinds.NUM, kinds.VAR],
    ):
        return False
    token = token_at(tokens, i)
    at = i + 1 if token is not None and token.text == "-" else i
    number, behind, second = token_at(tokens, at), token_at(tokens, at + 1), token_at(tokens, at + 2)
    if number is None or number.kind not in kinds.NUMERIC:
        return False
    if behind is None or behind.kind is kinds.BREAK or behind.text in (".", ",", "or", "and"):
        return True
    if behind.text == "divided":
        return True
    return behind.kind is kinds.OP and second is not None and second.kind is not kinds.WORD


def argument(tokens: Sequence[Token], i: int) -> int | None:
    """Return where an argument that begins at token i ends: a number, a letter, or a whole bracket."""
    token = token_at(tokens, i)
    if token is None or token.kind not in kinds.ARGUMENT:
        return None
    if token.kind is not kinds.OPEN:
        return i + 1
    depth = 0
    for at in range(i, min(len(tokens), i + MAX_TOKENS)):
        kind = tokens[at].kind
        depth += (kind is kinds.OPEN) - (kind is kinds.CLOSE)
        if depth == 0:
            return at + 1
    return None
