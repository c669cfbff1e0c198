"""The tokens of a formula in an answer, and what its numbers are worth."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from workbench.verification.answers.trees import Call, Tree
from workbench.verification.text.grammar import MAX_TOKENS, Number, Unreadable, word_set

FUNCTIONS = word_set("sin cos tan cot sec csc arcsin arccos arctan ln log lg exp abs sqrt cbrt floor ceil")
_GREEK = word_set("alpha beta gamma delta epsilon theta lambda mu rho sigma tau phi omega Delta Omega Phi ell")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<repeat>[0-9]*\.[0-9]*(?:\\overline\s*\{?[0-9]+\}?|\\(?:bar|dot)\s*\{[0-9]+\}|\([0-9]+\)|[0-9]\u0305)
        |[0-9]*\.[0-9]+\s?(?:\.\.\.|…))
    |(?P<mixed>[0-9]{1,9}(?:[ ](?:and[ ])?[0-9]{1,9}/[0-9]{1,9}(?![0-9./])
        |\s?\\[dtc]?frac\s*(?:\{[0-9]{1,9}\}\s*\{[0-9]{1,9}\}|[0-9]{2}(?![0-9])))|[0-9]{0,9}[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])
    |(?P<num>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?![0-9])|[0-9]+)
        (?:\.[0-9]+)?(?:[eE][-+−]?[0-9]{1,3}(?![0-9a-zA-Z]))?|\.[0-9]+)
    |(?P<frac>\\[dtc]?frac(?![a-zA-Z]))|(?P<binom>\\[dt]?binom(?![a-zA-Z]))
    |(?P<root>\\sqrt(?![a-zA-Z])|[³⁴]?√|∛)
    |(?P<degree>\^\s*\{?\s*\\circ\s*\}?|°|\\degree(?![a-zA-Z]))
    |(?P<op>\*\*|[-+*/^×÷·−–∙⋅]|\\(?:times|cdot|div)(?![a-zA-Z]))
    |(?P<bar>\\[lr]vert(?![a-zA-Z])|\\mid(?![a-zA-Z])|\|)
    |(?P<open>[({\[]|\\l(?:floor|ceil)(?![a-zA-Z]))|(?P<close>[)}\]]|\\r(?:floor|ceil)(?![a-zA-Z]))
    |(?P<pct>\\?%)|(?P<bang>!)|(?P<sup>[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<under>_)|(?P<sub>[₀-₉]+)|(?P<comma>,)
    |(?P<command>\\[A-Za-z]+)|(?P<word>[A-Za-z]{2,})|(?P<letter>[A-Za-zπθαβγδλμφωℓ∞])|(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPS = {"**": "^", "×": "*", "·": "*", "∙": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-"}
_OPS |= {r"\times": "*", r"\cdot": "*", r"\div": "/"}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉", "0123456789-0123456789")
_FIFTHS = "1/2 1/3 2/3 1/4 3/4 1/5 2/5 3/5 4/5 1/6 5/6 1/8 3/8 5/8 7/8"
_VULGAR = dict(zip("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞", _FIFTHS.split(" "), strict=True))
_NO_PRODUCT = word_set(
    "an am as at in is it of on or no to up us we be by do go he if me my so pm oz ft cm mm km kg mg ml mi yd lb hr "
    "and mph kmh lbs hrs yrs pts per rpm kph sqm min sec tsp Mr Dr vs"
)
_MAX_DIGITS = 60


class Token(NamedTuple):
    """One token with its kind."""

    kind: str
    text: str
    spaced: bool = False


def is_product(word: str) -> bool:
    """Return whether a short word is a product of letters, such as `mn` or `xyz`, and no word or unit."""
    if word in _NO_PRODUCT or len(word) > 3:
        return False
    return len(word) == 2 or set(word) == set("abc") or not set(word.lower()) & set("aeiou")


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a formula. Raise `Unreadable` for anything unknown."""
    found: list[Token] = []
    spaced = False
    for match in _TOKEN.finditer(text):
        kind, raw = match.lastgroup or "bad", match.group()
        if kind == "space":
            spaced = True
            continue
        if kind == "bad" or len(found) > MAX_TOKENS:
            raise Unreadable("an unknown sign")
        found += _spelled(kind, raw, spaced, bool(found) and found[-1].kind in ("frac", "binom"))
        spaced = False
    return found


def _spelled(kind: str, raw: str, spaced: bool, applied: bool) -> list[Token]:
    """The tokens that one match stands for."""
    if kind == "op":
        return [Token("op", _OPS.get(raw, raw), spaced)]
    if kind == "num" and applied and raw.isdigit() and len(raw) == 2:
        return [Token("num", raw[0]), Token("num", raw[1])]  # LaTeX reads \frac13 digit by digit.
    if kind == "command":
        return [_command(raw[1:], spaced)]
    if kind == "word":
        return _word(raw, spaced)
    if kind == "bar" and raw != "|":
        return [Token("bar", "|", spaced)]
    return [Token(kind, raw, spaced)]


def _command(name: str, spaced: bool) -> Token:
    name = {"lg": "log", "operatorname": "", "varepsilon": "epsilon", "varphi": "phi"}.get(name, name)
    if name in FUNCTIONS:
        return Token("func", name, spaced)
    if name in _GREEK or name in ("pi", "infty"):
        return Token("letter", {"pi": "π", "infty": "∞", "theta": "θ"}.get(name, name), spaced)
    raise Unreadable(f"an unknown command {name}")


def _word(raw: str, spaced: bool) -> list[Token]:
    if raw.lower() in FUNCTIONS:
        return [Token("func", raw.lower(), spaced)]
    if raw in ("pi", "theta"):
        return [Token("letter", {"pi": "π", "theta": "θ"}[raw], spaced)]
    if raw.endswith("pi") and len(raw) == 3:
        return [Token("letter", raw[0], spaced), Token("letter", "π")]
    if is_product(raw):
        return [Token("letter", c, spaced and i == 0) for i, c in enumerate(raw)]
    raise Unreadable(f"a word {raw}")


def number_of(text: str) -> Number:
    """Return what a number token is worth: digits, thousands, decimals, powers of ten. Raise `Unreadable`."""
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        return int(text)
    plain = re.sub(r"[,\s]", "", text).replace("−", "-")
    digits, _, exponent = plain.lower().partition("e")
    if len(digits) > _MAX_DIGITS or abs(int(exponent or "0")) > 99:
        raise Unreadable("too many digits")
    value = Fraction(digits) * Fraction(10) ** int(exponent or "0")
    return value.numerator if value.denominator == 1 else value


def repeating(text: str) -> Tree:
    """Return what `0.\\overline{3}`, `0.1(6)` or `0.333...` is worth; else the decimal that was cut off."""
    head, _, tail = text.partition(".")
    if match := re.fullmatch(r"([0-9]*)(?:\\overline\s*\{?|\\(?:bar|dot)\s*\{|\()([0-9]+)[})]?", tail):
        return _periodic(head, match.group(1), match.group(2))
    if tail.endswith("\u0305"):
        return _periodic(head, tail[:-2], tail[-2])
    digits = tail.replace("…", "").rstrip(". ")
    for length in range(1, len(digits) // 2 + 1):
        block = digits[-length:]
        times = 2 if length > 1 or len(digits) < 3 else 3
        if digits.endswith(block * times) or digits == block * 2:
            start = len(digits)
            while digits[start - length : start] == block and start >= length:
                start -= length
            return _periodic(head, digits[:start], block)
    return Call("cut", (number_of(f"{head or '0'}.{digits}"), len(digits)))


def _periodic(head: str, lead: str, block: str) -> Number:
    if len(head) + len(lead) + len(block) > _MAX_DIGITS:
        raise Unreadable("too many digits")
    shift = 10 ** len(lead)
    whole = Fraction(int((head or "0") + lead), shift)
    value = whole + Fraction(int(block), shift * (10 ** len(block) - 1))
    return value.numerator if value.denominator == 1 else value


def mixed(text: str) -> Number:
    """Return what a mixed number is worth. Raise `Unreadable`."""
    if text[-1] in _VULGAR:
        return int(text[:-1] or "0") + Fraction(_VULGAR[text[-1]])
    if "frac" in text:
        whole, _, rest = text.partition("\\")
        top, bottom = re.findall("[0-9]+" if "{" in rest else "[0-9]", rest)
    else:
        whole, _, rest = text.replace(" and ", " ").partition(" ")
        top, bottom = rest.split("/")
    if not 0 < int(top) < int(bottom):
        raise Unreadable("not a mixed number")
    return int(whole) + Fraction(int(top), int(bottom))
