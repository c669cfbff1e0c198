"""Answers in words: options, times, numbers in words, plain words, and the sentence around an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.verification.answers.grades import Grade, undecided
from workbench.verification.answers.limits import is_limited
from workbench.verification.answers.reading import read_answer_kind
from workbench.verification.text.grammar import tokenize
from workbench.verification.text.words import COUNTS, NUMBERS, SHARES, number_in_words

_OPTION = re.compile(r"^\(?([A-Ea-e])\)?(?:[.:)]\s*(.*))?$", re.DOTALL)
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?:\s*([ap])\.?\s*m\.?)?$", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z][A-Za-z ,.'’-]*")
_NO_NUMBER = re.compile(
    r"(?:yes|no|true|false|[A-Za-z]+day|odd|even|never|always|increases|decreases)", re.IGNORECASE
)


def compare_words(known: str, stated: str) -> Grade | None:
    """Return the grade of options, times and words; None where at least one is anything else."""
    return _choice(known, stated) or _clock(known, stated) or _plain_words(known, stated)


def _choice(known: str, stated: str) -> Grade | None:
    """`(C)`, `C` and `C. 12` are the same option."""
    a, b = _OPTION.match(known), _OPTION.match(stated)
    if a is not None and b is None and known[0] == "(" and len(known) == 3:
        return undecided("One names an option, the other does not.")
    if a is None or b is None or not (known[0] == "(" or known[0].isupper()):
        return None
    same_letter = a.group(1).upper() == b.group(1).upper()
    return Grade(same_letter, "It is the same option." if same_letter else "It is another option.")


def _clock(known: str, stated: str) -> Grade | None:
    """Times of the day; a missing `am` or `pm` is no contradiction."""
    a, b = _CLOCK.match(known), _CLOCK.match(stated)
    if a is None or b is None:
        return None
    halves = [m.group(3).lower() for m in (a, b) if m.group(3)]
    equal = (int(a.group(1)), a.group(2)) == (int(b.group(1)), b.group(2)) and len(set(halves)) < 2
    return Grade(equal, "It is the same time." if equal else "It is another time.")


def _plain_words(known: str, stated: str) -> Grade | None:
    """Words against words; formulas of letters, and words that are numbers, are read as such first."""
    if _WORDS.fullmatch(known) is None or _WORDS.fullmatch(stated) is None:
        return None
    readable = [read_answer_kind(t) is not None and _NO_NUMBER.fullmatch(t) is None for t in (known, stated)]
    if any(readable) or in_digits(known) != known or in_digits(stated) != stated:
        return None
    first, second = (" ".join(re.sub(r"[,.]", " ", t).casefold().split()) for t in (known, stated))
    if first == second or _without_article(first) == _without_article(second):
        return Grade(True, "Both are the same words.")
    return Grade(False, "The words differ.")


def _without_article(words: str) -> str:
    return re.sub(r"^(?:the|a|an|it is|on|in)\s+", "", words)


# Numbers in words


_COUNTED = "|".join(sorted(NUMBERS, reverse=True))
_SHARE = re.compile(rf"(?:(a|an|one|{_COUNTED})[ -])?({'|'.join(sorted(SHARES, reverse=True))})(?: of)?")
_COUNT = re.compile(rf"(?:(a|an|[0-9]+|{_COUNTED}) )?({'|'.join(sorted(COUNTS, reverse=True))})(?: of)?")
_AND_A_SHARE = re.compile(rf" and (a|an|one|{_COUNTED})[ -]({'|'.join(sorted(SHARES, reverse=True))})(.*)")
_MINUS = re.compile(r"(?:minus|negative) ")


def in_digits(text: str) -> str:
    """Return a text whose number words lead it, in digits: `two thirds`, `twenty five pens`, `a dozen`, `2 dozen`."""
    words = " ".join(text.split())
    low = words.lower()
    if not low or not (low[0].isalpha() or low[0].isdigit()) or (low[0].isdigit() and " " not in low):
        return text
    if (match := _MINUS.match(low)) is not None:
        rest = in_digits(words[match.end() :])
        return f"-{rest}" if rest[:1].isdigit() else text
    if (match := _SHARE.match(low)) is not None and _ends(low, match.end()):
        count = 1 if match[1] in (None, "a", "an") else NUMBERS[match[1]]
        return f"{count}/{SHARES[match[2]]}{words[match.end() :]}"
    if (match := _COUNT.match(low)) is not None and _ends(low, match.end()) and match[2].startswith("dozen"):
        count = 1 if match[1] in (None, "a", "an") else NUMBERS.get(match[1]) or int(match[1])
        return f"{count * COUNTS[match[2]]}{words[match.end() :]}"
    return _counted(words)


def _ends(text: str, at: int) -> bool:
    return at == len(text) or text[at] == " "


def _counted(words: str) -> str:
    """A text that begins with a number word: `one hundred and five`, `two and a half`."""
    if not words[0].isalpha():
        return words
    plain = re.sub(r"^(?:a|an) (?=hundred|thousand|million)", "one ", words, flags=re.IGNORECASE)
    tokens = tokenize(plain)
    found = number_in_words(tokens, 0) if tokens and tokens[0].text.lower() in _LEADING else None
    if found is None:
        return words
    value, end = found
    rest = plain[tokens[end - 1].end :]
    if (match := _AND_A_SHARE.fullmatch(rest)) is not None and _ends(rest, match.end(2)):
        return f"{value} {NUMBERS.get(match[1], 1)}/{SHARES[match[2]]}{match[3]}"
    return f"{value}{rest}" if not rest or rest[0] == " " else words


_LEADING = frozenset((*NUMBERS, "hundred", "thousand", "million"))


# The sentence around an answer


_SAYS = re.compile(
    r"\b(?:is|are|was|were|be|equals|get|gets|gives|that|have|has|costs|obtain|find|yields|therefore|so|hence|thus)\b:?,?\s+"
)


_LABELLED = re.compile(r"^\(?[A-E]\)\s+")
"""The letter of an option before what it says."""


def spoken(text: str) -> str:
    """Return the answer that a sentence states: its only formula, or the part after `is` where that can be read."""
    digits = in_digits(_LABELLED.sub("", text))
    if digits != text:
        return digits
    if " " not in text or not any(c.isalpha() for c in text) or is_limited(text):
        return text
    for rest in _said(text):
        if read_answer_kind(rest) is not None:
            return rest
    return text


def _said(text: str) -> Iterator[str]:
    """The texts behind `is`, `that` and the like, the last first, where no number stands before."""
    for match in reversed(list(_SAYS.finditer(text))):
        if not any(c.isdigit() for c in text[: match.start()]):
            yield text[match.end() :].strip()
            yield in_digits(text[match.end() :].strip())
