"""Letters that are written with more than one sign: products such as `2mn`, names such as `AB`, `x_1` and `m'`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

from workbench.verification.text import kinds
from workbench.verification.text.kinds import Token, word_set

_SMALL = re.compile(r"[a-z]{2,3}")
_NO_PRODUCT = word_set(
    "mm cm dm km mg kg ml cl dl oz lb lbs ft yd mi in hr hrs min sec gal pt qt mph kmh kph pm am th st nd rd usd eur "
    "sq cu tsp ton kms kgs cms gm gms qts yds amp ohm kwh "
    "ha kb mb gb tb hz kw mw ghz mhz pcs ea wk wks yr yrs mo dz bn tn cal deg rad pi sin cos tan log ln lim max gcd "
    "lcm exp mod abs det is of to or if so at by we as an be do go he it me my no on up us yes not and the one two "
    "six ten all any for was has had are but can who how why may get got let say saw set add sum too off out old new "
    "day her his its our she you top per age men box bus car cup dog cat pen ie eg vs cents via yet nor did now iff"
)
"""Short words that are no product of letters."""
_PER = frozenset(("per", "each", "every"))
_LARGE = re.compile(r"[A-Z]{2}|[A-D][xyzn]")
_NO_NAME = word_set("AM PM US UK TV ID OK NY LA GB MB KB KG CM MM ML II IV VI IX")
GREEK = {
    r"\pi": "π",
    r"\theta": "θ",
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\delta": "δ",
    r"\Delta": "Δ",
    r"\lambda": "λ",
    r"\mu": "μ",
    r"\rho": "ρ",
    r"\sigma": "σ",
    r"\tau": "τ",
    r"\phi": "φ",
    r"\varphi": "φ",
    r"\omega": "ω",
    r"\epsilon": "ε",
    r"\varepsilon": "ε",
}
_PRIVATE = 0xF0000
_ROOM = 65533
_BARE = re.compile(r"\\(?:text|mathrm|rm)|[{}\s]")


def of_name(raw: str) -> str:
    """Return one sign of the private area for a name: polynomials write their monomials with one sign a letter.

    The same name has the same sign everywhere, `x_1` and `x_{1}` too.
    """
    return chr(_PRIVATE + crc32(_BARE.sub("", raw).encode()) % _ROOM)


def is_name(letter: str) -> bool:
    """Return whether a letter stands for a name of several signs."""
    return letter >= "\U000f0000"


def spelled(text: str, tokens: Iterable[Token], source: str) -> str:
    """Return a text with the names of a source's tokens as they are written there."""
    for token in tokens:
        if token.kind is kinds.VAR and is_name(token.text):
            text = text.replace(token.text, source[token.start : token.end])
    return text


def is_short(word: str) -> bool:
    """Return whether a word may be a product of small letters, or the name of a segment."""
    if word.islower():
        return _SMALL.fullmatch(word) is not None and word not in _NO_PRODUCT
    return _LARGE.fullmatch(word) is not None and word not in _NO_NAME


def in_letters(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with words that are formulas as letters.

    `2mn` and `mx + b` are products behind a number, between delimiters, and where no words are. `AB = 12` names a
    segment, where its letters do not stand alone; `A^2 + 2AB` holds a product.
    """
    words = [t for t in tokens if t.kind is kinds.UNIT or (t.kind is kinds.WORD and not is_short(t.text))]
    bare = not words and any(t.kind in (kinds.OP, kinds.REL) for t in tokens)
    alone = {t.text for i, t in enumerate(tokens) if t.kind is kinds.VAR and _computes(tokens, i)}
    found: list[Token] = []
    known = _turned(tokens)
    inside = False
    for i, token in enumerate(tokens):
        if token.kind is kinds.BREAK and token.text in ("open", "close"):
            inside = token.text == "open"
        if token.kind is not kinds.WORD or len(token.text) > 3 or not is_short(token.text):
            found.append(token)
            continue
        glued = i > 0 and not token.spaced and tokens[i - 1].kind is kinds.NUM
        small = token.text.islower()
        counted = i > 0 and tokens[i - 1].kind is kinds.NUM  # `5 ppm`
        signed = not counted and _computes(tokens, i)
        if small and _counts(tokens, i):
            found.append(token)  # `3 kg per bag`
        elif small and (glued or inside or bare or signed or known.issuperset(token.text)):
            known.update(token.text)
            found += _one_by_one(token)
        elif not small and (inside or bare or _computes(tokens, i)):
            product = not alone.isdisjoint(token.text) or not token.text.isupper()
            found += _one_by_one(token) if product else [token._replace(kind=kinds.VAR, text=of_name(token.text))]
        else:
            found.append(token)
    return found


def _counts(tokens: Sequence[Token], i: int) -> bool:
    """Whether a word says of what there is so much each: `per bag`, and `kg/bag` where `bags` are counted."""
    if not i or tokens[i - 1].text in _PER:
        return i > 0
    return tokens[i - 1].text == "/" and any(t.text == f"{tokens[i].text}s" for t in tokens)


def _turned(tokens: Sequence[Token]) -> set[str]:
    """The letters of products that stand in two orders: `7 pq - 4 qp`."""
    short = {t.text for t in tokens if t.kind is kinds.WORD and len(t.text) == 2 and t.text.islower()}
    return {
        letter for word in short if word[0] != word[1] and word[::-1] in short and is_short(word) for letter in word
    }


def _computes(tokens: Sequence[Token], i: int) -> bool:
    """Whether an operator or a relation stands beside a token."""
    beside = (*tokens[max(i - 1, 0) : i], *tokens[i + 1 : i + 2])
    return any(t.kind in (kinds.OP, kinds.REL) for t in beside)


def _one_by_one(token: Token) -> list[Token]:
    """The letters of a word, each as a factor."""
    at = token.start
    return [Token(kinds.VAR, c, at + i, at + i + 1, token.spaced and i == 0) for i, c in enumerate(token.text)]
