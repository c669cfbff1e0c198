"""German and French numbers and signs in the writing of the reader: `3,5 : 0,5 = 7` as `3.5 ÷ 0.5 = 7`.

Nobody can tell from `3,500` alone which country it is from, so this is an option and never guessed.
"""

from __future__ import annotations

import re

_GAP = "[\u00a0\u2009\u202f]"
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])")
_SPACED_THOUSANDS = re.compile(rf"(?<![\d.,])[1-9]\d{{0,2}}(?:(?:{_GAP}|\\,)\d{{3}})+(?!\d)")
_DECIMAL = re.compile(r"(?<=\d)(?:,|\{,\})(?=\d)")
_DIVISION = re.compile(r"(?<=[\d)a-z}])\s+:\s+(?=[-−\d(\\])|(?<=\d):(?=\d+\s*=)")
_CLOCK = re.compile(r"\d:\d\d\s*(?:Uhr|h\b)")
_WORDS = (
    (re.compile(r"(?<=[%\d}])\s+(?:von|de)\s+(?=\d)"), " of "),
    (re.compile(r"(?<=[\d)}])\s+(?:oder|ou)\s+(?=[-−\d(\\]|[a-z]\b)"), " or "),
    (re.compile(r"(?<=[\d)}])\s+(?:und|et)\s+(?=[-−\d(\\]|[a-z]\b)"), " and "),
    (re.compile(r"^(\W*)(?:Antwort|Lösung|Ergebnis|Réponse|Solution|Résultat)\s*:", re.IGNORECASE), r"\1Answer:"),
)


def with_decimal_points(text: str) -> str:
    """Return a text that has decimal commas with points, division by a colon as `÷`, thousands without gaps.

    A point before three digits groups thousands: `1.250` is 1250, but `0.125` is an eighth. A comma between digits is
    a decimal one; a list has a space behind each comma, or semicolons.
    """
    text = _THOUSANDS.sub(lambda m: m[0].replace(".", ""), text)
    text = _SPACED_THOUSANDS.sub(lambda m: re.sub(r"\D", "", m[0]), text)
    text = _DECIMAL.sub(".", text)
    for pattern, english in _WORDS:
        text = pattern.sub(english, text)
    if ":" in text and not _CLOCK.search(text):
        text = _DIVISION.sub(" ÷ ", text)
    return text
