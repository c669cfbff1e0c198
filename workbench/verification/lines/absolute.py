"""Absolute values of one letter as what they mean: `|x - 3| < 5` is -5 < x - 3 < 5."""

from __future__ import annotations

import re

_ABSOLUTE = re.compile(
    r"(?:\\left\s*)?(?:\||\\vert|\\lvert)(?P<inside>[^|=<>≤≥,;:]{1,60}?)(?:\\right\s*)?(?:\||\\vert|\\rvert)\s*"
    r"(?P<relation>=|<=|>=|<|>|≤|≥|\\leq?(?![a-z])|\\geq?(?![a-z]))\s*(?P<number>\d{1,6}(?:\.\d{1,6}|/\d{1,4})?)"
    r"(?!\.?\d|\s*[-+*/^(|]|\s*\\[a-z]|\s?[a-zA-Z](?![a-zA-Z]))"
)
_OPERAND = re.compile(r"(?:[0-9)}\]+\-−*/^·×=<>≤≥]|(?<![A-Za-z])[A-Za-z]|\\[a-z]+)$")
"""What before the bars belongs to them."""
_LESS = frozenset(("<", "<=", "≤", r"\le", r"\leq"))


def unfolded(text: str) -> str | None:
    """Return a text with its one absolute value beside a number unfolded; None where there is none, or more."""
    if "|" not in text and "vert" not in text:
        return None
    match = _ABSOLUTE.search(text)
    if match is None or "|" in text[match.end() :] or "|" in text[: match.start()]:
        return None
    if _OPERAND.search(text[: match.start()].rstrip(" $")):
        return None  # `2|x - 1| = 10`, `3 + |x| = 5`
    inside, sign, number = match["inside"].strip(), match["relation"], match["number"]
    if sign in _LESS:
        made = f"-{number} {sign} {inside} {sign} {number}"
    else:
        other = {">": "<", ">=": "<=", "≥": "≤", r"\ge": r"\le", r"\geq": r"\leq"}.get(sign, sign)
        made = f"{inside} {sign} {number} or {inside} {other} -{number}"
    return text[: match.start()] + made + text[match.end() :]
