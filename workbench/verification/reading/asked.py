"""What unit a question asks for, and whether an answer's unit contradicts it."""

from __future__ import annotations

import re

from workbench.verification.reading.measures import CONVERSIONS

_ASKS = re.compile(r"\bhow many (?:more |fewer |less |total |additional |extra |full )?([a-z]+)", re.IGNORECASE)
_PRICES = re.compile(r"\bhow much (?:money|does [a-z ]{1,40} (?:cost|earn|pay|spend)\b)", re.IGNORECASE)
_VAGUE = "count"
_AKIN = (
    {"time", "calendar"},
    {"length", "metric length"},
    {"mass", "metric mass"},
    {"volume", "spoon", "metric volume"},
)
"""Kinds that measure the same with other tables."""


def asked_kind(problem: str) -> str | None:
    """The kind of unit that the last question asks for; None where it names none."""
    text, mark, _ = problem[-2000:].rpartition("?")
    if not mark:
        return None
    question = re.split(r"(?<=[.?!])\s", text)[-1]
    found = _ASKS.findall(question)
    if len(found) == 1:
        kind = CONVERSIONS.get(found[0].lower(), (None, 0))[0]
        return kind if kind != _VAGUE else None
    return "money" if not found and _PRICES.search(question) else None


def contradicts(problem: str, units: frozenset[str]) -> str | None:
    """The unit of an answer that measures another kind of quantity than the question asks for."""
    kind = asked_kind(problem)
    stated = [u for u in sorted(units) if u in CONVERSIONS]
    if kind is None or len(stated) != 1 or len(units) != 1:
        return None
    other = CONVERSIONS[stated[0]][0]
    akin = any({kind, other} <= group for group in _AKIN)
    return None if other in (kind, _VAGUE) or akin else stated[0]
