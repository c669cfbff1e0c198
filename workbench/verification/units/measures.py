"""What a unit measures: its size and its dimension, from its name or from the words for it."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from workbench.verification.text.tokens import word_set
from workbench.verification.units.names import COUNTS, LETTERS, NAMES, SOFT, SYMBOLS

Dimension = tuple[tuple[str, int], ...]
"""Base quantities with their powers, sorted; empty for a mere number."""

MAX_NAME = 60
_FACTOR = re.compile(r"([a-zA-Z_]+|°[CFcf]?|[$¢€£Ωω])(?:\^([1-9]))?")
_US = word_set("inch foot yard mile acre ounce pound ton teaspoon tablespoon cup pint quart gallon mile_per_hour")


class Measure(NamedTuple):
    """A unit of measure."""

    size: Fraction
    """How many base units it is."""
    dimension: Dimension
    soft: bool
    """Its size is a convention, so that it may never prove two quantities different."""
    customary: bool
    """A unit of feet and pounds; to metres and grams it is converted by rounded numbers."""

    counts: bool = False
    """A word such as dozen, which multiplies a number and measures nothing."""


@lru_cache(maxsize=1024)
def measure(text: str) -> Measure | None:
    """Return what a unit's name or word measures: `hours`, `foot^2`, `kilometer/hour`; None where it is no unit."""
    if len(text) > MAX_NAME:
        return None
    size, powers, names = Fraction(1), dict[str, int](), []
    for i, part in enumerate(text.split("/")):
        read = _FACTOR.fullmatch(part)
        row = _sizes().get(name_of(read.group(1)) or "") if read is not None else None
        if read is None or row is None:
            return None
        sign = -1 if i else 1
        power = sign * int(read.group(2) or 1)
        size *= row[0] ** power
        for base, exponent in row[1]:
            powers[base] = powers.get(base, 0) + power * exponent
        names.append(name_of(read.group(1)))
    dimension = tuple(sorted((b, p) for b, p in powers.items() if p))
    return Measure(size, dimension, not SOFT.isdisjoint(names), not _US.isdisjoint(names), names[0] in COUNTS)


def name_of(word: str) -> str | None:
    """Return the name of the unit that a word or a symbol stands for; None where it is no unit."""
    if word in SYMBOLS:
        return SYMBOLS[word]
    return NAMES.get(word.lower()) or (word if word in _sizes() else None)


def dimension_of(word: str) -> Dimension | None:
    """Return what a word or a unit's letter measures; None where it is no unit, or a word such as dozen."""
    found = measure(LETTERS.get(word, word))
    return found.dimension if found is not None and found.dimension else None


def related(first: frozenset[str], second: frozenset[str]) -> tuple[str, str] | None:
    """Return a unit of each that measure the same kind, such as hours and minutes."""
    for a in sorted(first):
        kind = dimension_of(a)
        for b in sorted(second) if kind is not None else ():
            if dimension_of(b) == kind:
                return a, b
    return None


@cache
def _sizes() -> dict[str, tuple[Fraction, Dimension]]:
    """The size and the dimension of each name, from the table that pint gave."""
    rows: dict[str, tuple[Fraction, Dimension]] = {}
    for line in Path(__file__).with_name("sizes.txt").read_text(encoding="utf-8").splitlines():
        name, size, *bases = line.split()
        rows[name] = Fraction(size), tuple(sorted((b[0], int(b[1:] or 1)) for b in bases))
    return rows


@cache
def factors() -> frozenset[Fraction | int]:
    """Return the whole numbers that convert one everyday unit into another of its kind, such as 60 and 5280."""
    measured = [m for m in (measure(name) for name in sorted(set(NAMES.values()) - COUNTS)) if m is not None]
    counts = [int(m.size) for m in (measure(name) for name in sorted(COUNTS)) if m is not None]
    ratios = {
        big.size / small.size
        for big in measured
        for small in measured
        if big.dimension == small.dimension and big.customary == small.customary and big.size > small.size
    }
    pairs = {Fraction(a, b) for a in counts for b in counts if a > b}
    return frozenset(r.numerator for r in ratios | pairs if r.denominator == 1)
