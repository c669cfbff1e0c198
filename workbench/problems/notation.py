"""How mathematics is written: numbers and terms on a pupil's paper, and what a person types."""

from __future__ import annotations

import re
from fractions import Fraction

Number = int | Fraction


def apply(left: Number, operator: str, right: Number) -> Number:
    """Return the exact value of `left operator right`."""
    if operator == "/":
        return Fraction(left) / right
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def value_of(text: str) -> Number:
    """Return the exact value of `3 * 4`, of two numbers and the operator between them."""
    left, operator, right = text.split(" ")
    return apply(Fraction(left), operator, Fraction(right))


def calculation(left: Number, operator: str, right: Number) -> str:
    """Return a line of arithmetic, such as `12 - 3 = 9`."""
    return f"{show(left)} {operator} {bracketed(right)} = {show(apply(left, operator, right))}"


def show(value: Number) -> str:
    """Return a number as a pupil writes it: `7`, `-3`, `2/3`."""
    fraction = Fraction(value)
    return str(fraction.numerator) if fraction.denominator == 1 else f"{fraction.numerator}/{fraction.denominator}"


def bracketed(value: Number) -> str:
    """Return a number after an operator: negative ones in brackets."""
    return f"({show(value)})" if value < 0 else show(value)


def term(coefficient: Number, letters: str) -> str:
    """Return a number of letters: `3x`, `x`, `-x`."""
    if coefficient == 1:
        return letters
    return f"-{letters}" if coefficient == -1 else f"{show(coefficient)}{letters}"


def signed(value: Number, letters: str = "") -> str:
    """Return a further term with its sign in front: ` + 5`, ` - 2x`; empty for zero."""
    if value == 0:
        return ""
    sign, size = (" + ", value) if value > 0 else (" - ", -value)
    return sign + (term(size, letters) if letters else show(size))


def linear(coefficient: Number, constant: Number, letter: str) -> str:
    """Return `3x + 5`."""
    if coefficient == 0:
        return show(constant)
    return term(coefficient, letter) + signed(constant)


def quadratic(middle: Number, constant: Number, letter: str, lead: Number = 1) -> str:
    """Return `x^2 + 5x + 6`, with a leading coefficient where one is given."""
    return f"{term(lead, f'{letter}^2')}{signed(middle, letter)}{signed(constant)}"


# What a person types, as a task in words and signs that a tutor model knows.

WORD = re.compile(r"(?<![\\A-Za-z])(?:[A-Za-z]{3,}|of|is|to|by|in|or)(?![A-Za-z])")
NOT_WORDS = frozenset({"sqrt", "abs", "frac", "cdot", "times", "div"})
LONGEST = 2000
"""Characters of a problem that is typed in; a longer one is refused where it is typed."""

_DELIMITERS = re.compile(r"\$\$|\\[()\[\]]|\$(?=[^$\n]{1,400}\$)|(?<!\s)\$(?=[\s.,;:?!]|$)")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]{0,200})\}\s*\{([^{}]{0,200})\}")
_SHORT_FRACTION = re.compile(r"\\[dt]?frac\s*([0-9a-z])\s*([0-9a-z])")
_POWER = re.compile(r"\^\s*\{([^{}]{0,200})\}")
_SIGNS = (
    (re.compile(r"\\(?:left|right)(?![a-zA-Z])|\\[,;!]"), ""),
    (re.compile(r"\\(?:cdot|times)(?![a-zA-Z])\s*"), "* "),
    (re.compile(r"\\div(?![a-zA-Z])\s*"), "/ "),
    (re.compile(r"\\(?:leq?)(?![a-zA-Z])"), "<="),
    (re.compile(r"\\(?:geq?)(?![a-zA-Z])"), ">="),
    (re.compile(r"\\%"), "%"),
)
_ATOM = re.compile(r"[0-9.]+[a-z]?|[a-z]")
_MOST_FRACTIONS = 40


def in_words(text: str) -> str:
    """Return a bare equation or expression as a task in words the tutor knows; other text as it is."""
    text = text.strip()
    if any(word.lower() not in NOT_WORDS for word in WORD.findall(text)):
        return text
    bare = text.rstrip(".")
    return f"Solve {bare}." if re.search(r"[=<>≤≥]|\\[lg]e", bare) else f"Work out {bare}."


def without_latex(text: str) -> str:
    """Return LaTeX of school maths in plain signs: `\\frac{x + 1}{3}` becomes `(x + 1)/3`; other text as it is."""
    if "\\" not in text and "$" not in text and "^{" not in text:
        return text
    if "\\" in text or "^{" in text or "$$" in text or re.search(r"\$[^$\n]*[=+*^][^$\n]*\$", text):
        text = _DELIMITERS.sub("", text)
    for pattern, plain in _SIGNS:
        text = pattern.sub(plain, text)
    text = _SHORT_FRACTION.sub(r"\1/\2", text)
    # From the inside out; each turn takes all that hold no further braces.
    for _ in range(_MOST_FRACTIONS):
        changed = _FRACTION.sub(_divided, _POWER.sub(_raised, text))
        if changed == text:
            break
        text = changed
    return text


def _divided(match: re.Match[str]) -> str:
    return "/".join(_grouped(side) for side in match.groups())


def _raised(match: re.Match[str]) -> str:
    return f"^{_grouped(match.group(1))}"


def _grouped(text: str) -> str:
    text = text.strip()
    return text if _ATOM.fullmatch(text) else f"({text})"
