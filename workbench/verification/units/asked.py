"""What unit a question asks for, and whether an answer's unit contradicts it."""

from __future__ import annotations

import re

from workbench.verification.units.measures import Dimension, dimension_of

_ASKS = re.compile(r"\bhow many (?:more |fewer |less |total |additional |extra |full )?([a-z]+)", re.IGNORECASE)
_PRICES = re.compile(r"\bhow much (?:money|does [a-z ]{1,40} (?:cost|earn|pay|spend)\b)", re.IGNORECASE)
_MONEY: Dimension = (("$", 1),)
_TIME: Dimension = (("T", 1),)
_CALENDAR: Dimension = (("Y", 1),)


def asked_kind(problem: str) -> Dimension | None:
    """Return the kind of unit that the last question asks for; None where it names none."""
    text, mark, _ = problem[-2000:].rpartition("?")
    if not mark:
        return None
    question = re.split(r"(?<=[.?!])\s", text)[-1]
    found = _ASKS.findall(question)
    if len(found) == 1:
        return dimension_of(found[0].lower())
    return _MONEY if not found and _PRICES.search(question) else None


def contradicts(problem: str, units: frozenset[str]) -> str | None:
    """Return the unit of an answer that measures another kind of quantity than the question asks for."""
    asked = asked_kind(problem)
    stated = [u for u in sorted(units) if dimension_of(u) is not None]
    if asked is None or len(stated) != 1 or len(units) != 1:
        return None
    other = dimension_of(stated[0])
    akin = {asked, other} == {_TIME, _CALENDAR}
    return None if other == asked or akin else stated[0]
