"""The table of units of measure: which belong together, and how many base units each is."""

from __future__ import annotations

import re

_TABLE = {
    "time": "1 second seconds sec secs / 60 minute minutes min mins / 3600 hour hours hr hrs / 86400 day days / "
    "604800 week weeks",
    "calendar": "1 month months / 12 year years / 120 decade decades / 1200 century centuries",
    "length": "1 inch inches / 12 foot feet ft / 36 yard yards / 63360 mile miles",
    "metric length": "1 mm millimeter millimeters / 10 cm centimeter centimeters / "
    "1000 m meter meters metre metres / 1000000 km kilometer kilometers kilometre kilometres",
    "mass": "1 ounce ounces oz / 16 pound pounds lb lbs / 32000 ton tons",
    "metric mass": "1 mg milligram milligrams / 1000 g gram grams / 1000000 kg kilogram kilograms",
    "volume": "1 cup cups / 2 pint pints / 4 quart quarts / 16 gallon gallons",
    "spoon": "1 teaspoon teaspoons / 3 tablespoon tablespoons",
    "metric volume": "1 ml milliliter milliliters / 1000 l liter liters litre litres",
    "money": "1 cent cents ¢ penny pennies / 5 nickel nickels / 10 dime dimes / 25 quarter quarters / "
    "100 dollar dollars $ buck bucks",
    "count": "12 dozen dozens / 100 hundred hundreds / 1000 thousand thousands k / 1000000 million millions / "
    "1000000000 billion / 2 pair pairs",
}
CONVERSIONS: dict[str, tuple[str, int]] = {
    word: (name, int(group.split()[0]))
    for name, row in _TABLE.items()
    for group in row.split(" / ")
    for word in group.split()[1:]
}
"""The kind of each unit word and how many base units it is."""

_SPELLING = {pair: word for word, pair in reversed(CONVERSIONS.items())}


def singular(unit: str) -> str:
    """Return a unit word in one spelling: the first of its row in the table, or without its plural ending."""
    word = unit.lower()
    if word in CONVERSIONS:
        return _SPELLING[CONVERSIONS[word]]
    return word.removesuffix("s") if not word.endswith("ss") else word


def related(first: frozenset[str], second: frozenset[str]) -> tuple[str, str] | None:
    """Return a unit of each that measure the same kind, such as hours and minutes."""
    for a in sorted(first & CONVERSIONS.keys()):
        for b in sorted(second & CONVERSIONS.keys()):
            if CONVERSIONS[a][0] == CONVERSIONS[b][0]:
                return a, b
    return None


FACTORS = frozenset(
    b // a
    for kind, a in CONVERSIONS.values()
    for other, b in CONVERSIONS.values()
    if kind == other and b > a and b % a == 0
)
"""The numbers that convert one unit of a kind into another."""


# What unit a question asks for, and whether an answer's unit contradicts it.


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
    """Return the kind of unit that the last question asks for; None where it names none."""
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
    """Return the unit of an answer that measures another kind of quantity than the question asks for."""
    kind = asked_kind(problem)
    stated = [u for u in sorted(units) if u in CONVERSIONS]
    if kind is None or len(stated) != 1 or len(units) != 1:
        return None
    other = CONVERSIONS[stated[0]][0]
    akin = any({kind, other} <= group for group in _AKIN)
    return None if other in (kind, _VAGUE) or akin else stated[0]
