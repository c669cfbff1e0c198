"""Grading one final answer against another, exactly and with a reason.

`equal` is true or false only where both answers were read, and is about the value. Where the value is the same and
the form is not the wanted one, as in `3 + 4` for 7, `form` says how it differs, and the judgement is `incorrect`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import decimal

from workbench.types import Judgement
from workbench.verification.answers.comparing import compare_readings
from workbench.verification.answers.grades import Grade, in_form, undecided
from workbench.verification.answers.kinds import Reading, Value, letters_of
from workbench.verification.answers.measured import compare_measured
from workbench.verification.answers.notation import clean
from workbench.verification.answers.quantities import same_quantity
from workbench.verification.answers.reading import read_answer_kind
from workbench.verification.answers.text import final_answer
from workbench.verification.answers.trees import Call
from workbench.verification.answers.words import compare_words, spoken
from workbench.verification.text.decimal_comma import with_decimal_points
from workbench.verification.text.grammar import MAX_CHARS, Unreadable

_MARKER = re.compile(r"\bans(?:wer)?\b|\\(?:boxed|fbox)|####", re.IGNORECASE)
_TWICE = re.compile(r"([^\s:]{1,40}) Answer: ([^\s:]{1,40})")
"""An answer behind which the marker of another one stands."""


@lru_cache(maxsize=1024)
def grade(gold: str, pred: str) -> Judgement:
    """Return whether a stated answer is the known one."""
    return compare_answers(gold, pred).judgement


def compare_answers(gold: str, pred: str) -> Grade:
    """Return the grade of a stated answer, with the reason as a sentence. Never raises on any text.

    Either text may be a whole solution, whose final answer is found first.
    """
    if (match := _TWICE.fullmatch(pred)) is not None and _compare(match[1], match[2]).equal is not True:
        return Grade(False, "Two answers are stated.")
    return _compare(_answer(gold), _answer(pred))


def _answer(text: str) -> str:
    """The answer in a text that is more than an answer."""
    if len(text) < MAX_CHARS and "\n" not in text.strip() and (len(text) < 8 or _MARKER.search(text) is None):
        return text
    return final_answer(text) or text


@lru_cache(maxsize=8192)
def _compare(gold: str, pred: str) -> Grade:
    if len(gold) > MAX_CHARS or len(pred) > MAX_CHARS:
        return undecided("The answer is too long to be one.")
    known, stated = clean(gold), clean(pred)
    if not known:
        return undecided("There is no known answer to compare with.")
    if not stated:
        return Grade(False, "No answer is stated.")
    quantity = same_quantity(known, stated)
    if quantity is not None:
        return quantity
    if _plain(known) == _plain(stated):
        return Grade(True, "Both are written the same.")
    if _plain(known).rstrip("!") == _plain(stated).rstrip("!"):
        return undecided("The mark behind the number may be a factorial.")
    if stated.endswith("?"):
        return Grade(False, "A question states no answer.")
    if not stated.isascii() and (digits := _in_our_digits(stated)) != stated:
        found = _graded(known, digits)
        return in_form("in other digits") if found.equal else found
    found = _graded(known, stated)
    if found.equal is False and known[0] not in "([" and _DECIMAL_COMMA.search(f"{known} {stated}"):
        other = _graded(with_decimal_points(known), with_decimal_points(stated))
        return undecided("They are equal only if the comma is a decimal comma.") if other.equal else found
    return found


def _graded(known: str, stated: str) -> Grade:
    try:
        return _by_kind(known, stated)
    except (Unreadable, RecursionError):
        return undecided("The answers are beyond what can be compared exactly.")


_DECIMAL_COMMA = re.compile(r"[0-9],(?:[0-9]{1,2}|[0-9]{4,})(?![0-9])")
"""A comma that parts no thousands."""


def _in_our_digits(text: str) -> str:
    """A text with the digits of other scripts as ours."""
    return "".join(str(decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)


def _plain(text: str) -> str:
    return " ".join(text.replace("$", "").split()).rstrip(".")


def _by_kind(known: str, stated: str) -> Grade:
    """Options and times first, then what both sides say as mathematics, then values with their units, then words."""
    told = compare_words(known, stated)
    if told is not None:
        return told
    a, b = read_answer_kind(known), read_answer_kind(stated)
    if a is None or b is None:
        first, second = (spoken(known) if a is None else known), (spoken(stated) if b is None else stated)
        if (first, second) != (known, stated):
            return _by_kind(first, second)
        if not (_has_words(known, a) and _has_words(stated, b)):
            return undecided("One of the answers cannot be read as mathematics.")
        return compare_measured(known, stated)
    if _unit_letter(a, b) or _unit_letter(b, a):
        return compare_measured(known, stated)
    return compare_readings(a, b)


_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}|[$€£¢°%µμΩ]")
_UNKNOWN = re.compile(r"\\(?!(?:[dtc]?frac|sqrt|times|cdot|circ)(?![a-zA-Z])|[%$])")


def _has_words(text: str, reading: Reading | None) -> bool:
    """Whether a text was read, or has words or signs of units, which are why it was not, and no unknown command."""
    return reading is not None or (_WORDS.search(text) is not None and _UNKNOWN.search(text) is None)


_UNIT_LETTERS = frozenset("hsgmlLdt")


def _unit_letter(a: Reading, b: Reading) -> bool:
    """Whether one is a number with a letter behind it that may be its unit, and the other has no letter."""
    if not isinstance(a, Value) or not isinstance(a.tree, Call) or a.tree.name != "*" or letters_of(b):
        return False
    count, letter = a.tree.args
    return isinstance(letter, str) and letter in _UNIT_LETTERS and not isinstance(count, Call | str)


__all__ = ["Grade", "compare_answers", "grade"]
