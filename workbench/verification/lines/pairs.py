"""Two parts of a chain with the units of their numbers, as the judgement of units needs them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction

from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.text import kinds
from workbench.verification.text.tokens import Number, token_value, word_set
from workbench.verification.units.amounts import Amount
from workbench.verification.units.measures import Dimension, Measure, measure
from workbench.verification.units.names import CAPACITIES

OTHERWISE = word_set("per each every /")
"""Words behind a number that make it so much per thing."""
TIME: Dimension = (("T", 1),)
_CAPACITIES = frozenset(m.size for name in CAPACITIES if (m := measure(name)) is not None)


class Fit(StrEnum):
    """What the units say of two parts that shall be equal."""

    NUMBERS = "numbers"
    """Nothing: the bare numbers decide."""
    SAME = "same"
    DIFFERENT = "different"
    OPEN = "open"
    """They do not fit as written, but the writer may have left out what makes them fit."""


def measures_of(claim: Claim, index: int) -> dict[int, Measure]:
    """Return the unit of measure of each number of a part, by the index of its token."""
    words: dict[int, list[str]] = {}
    for unit in claim.placed:
        if unit.part == index:
            words.setdefault(unit.number, []).append(unit.word)
    found = {at: _one(names) for at, names in words.items()}
    return {at: unit for at, unit in found.items() if unit is not None}


def _one(words: list[str]) -> Measure | None:
    """The one unit among the words behind a number; None where there are several, or it is so much per thing."""
    if not OTHERWISE.isdisjoint(words):
        return None
    found = {m for m in map(measure, words) if m is not None}
    many = [m for m in found if m.counts]
    rates = [m for m in found if len(m.dimension) > 1]
    units = rates if rates and len(found) == 2 else [m for m in found if not m.counts]
    if len(units) > 1 or len(many) > 1:
        return None
    if not units or not many:
        return next(iter(units or many), None)
    return units[0]._replace(size=units[0].size * many[0].size)


def is_compound(part: ClaimSide) -> bool:
    """Return whether a part is one number that stands for a quantity in several units, such as `3 h 20 min`."""
    return part.bare and any(t.kind is kinds.NUM and t.end - t.start != len(t.text) for t in part.tokens)


class Pair:
    """Two parts that shall be equal, with the units of their numbers and what they are worth."""

    def __init__(
        self,
        parts: tuple[ClaimSide, ClaimSide],
        units: tuple[Mapping[int, Measure], Mapping[int, Measure]],
        amounts: tuple[Amount, Amount],
        rated: bool,
    ) -> None:
        self.parts, self.units, self.amounts, self.rated = parts, units, amounts, rated
        self.every = frozenset((*units[0].values(), *units[1].values()))

    @property
    def bare(self) -> list[Number]:
        """The numbers without a unit of measure."""
        return [value for part, units in zip(self.parts, self.units, strict=True) for value in _bare(part, units)]

    def is_single(self, at: int) -> bool:
        """Whether a part is one number with one unit; it may be a fraction, as in `1/2 hour`."""
        return self.parts[at].is_number and len(self.units[at]) == 1

    @property
    def converts(self) -> bool:
        """Whether a number is what one of the units has of another: `240 minutes / 60 minutes = 4 hours`."""
        numbers = [token_value(t) for part in self.parts for t in part.tokens if t.kind in kinds.NUMERIC]
        ratios = {a.size / b.size for a in self.every for b in self.every if a.dimension == b.dimension and a != b}
        return not ratios.isdisjoint(numbers) or any(u.counts and u.size in numbers for u in self.every)

    @property
    def adds_unlike(self) -> bool:
        """Whether the first part adds numbers of one kind in several units: `2 * (5 m + 30 cm)`."""
        if len({u.dimension for u in self.units[0].values()}) != 1:
            return False
        terms: list[set[Fraction]] = [set()]
        for i, token in enumerate(self.parts[0].tokens):
            if token.kind is kinds.OP and token.text in "+-":
                terms.append(set())
            elif i in self.units[0]:
                terms[-1].add(self.units[0][i].size)
        return all(terms) and len(set().union(*terms)) > 1

    @property
    def in_smallest_time(self) -> bool:
        """Whether all units are of time and the result is in the smallest: `5 days * 8 hours = 40 hours`."""
        smallest = min(self.every, key=lambda unit: unit.size)
        return all(u.dimension == TIME for u in self.every) and set(self.units[1].values()) == {smallest}

    @property
    def clashes(self) -> bool:
        """Whether something is measured in two units of its kind, so that bare numbers mislead."""
        sizes: dict[str, set[Fraction]] = {}
        for unit in self.every:
            if len(unit.dimension) == 1 and unit.dimension[0][1] == 1:
                sizes.setdefault(unit.dimension[0][0], set()).add(unit.size)
        if any(len(found) > 1 for found in sizes.values()):
            return True
        for unit in self.every:
            if unit.dimension and unit.size not in _CAPACITIES and all(base in sizes for base, _ in unit.dimension):
                expected = Fraction(1)
                for base, power in unit.dimension:
                    expected *= next(iter(sizes[base])) ** power
                if expected != unit.size:
                    return True
        counts = [{u.size for u in units.values() if u.counts} for units in self.units]
        return not self.rated and (len(counts[0] | counts[1]) > 1 or counts[0] > counts[1])


def _bare(part: ClaimSide, units: Mapping[int, Measure]) -> list[Number]:
    """The numbers of a part that have no unit; not exponents, nor the top of `1/2 hour`."""
    found: list[Number] = []
    for i, token in enumerate(part.tokens):
        if token.kind not in kinds.NUMERIC or i in units or (i and part.tokens[i - 1].text == "^"):
            continue
        top = [t.text for t in part.tokens[i + 1 : i + 2]] == ["/"] and i + 2 in units
        if top and not (part.tokens[i + 1].spaced or part.tokens[i + 2].spaced):
            continue
        closed = next((at for at in range(i + 1, len(part.tokens)) if part.tokens[at].kind is kinds.CLOSE), None)
        if closed is not None and closed in units:
            continue
        found.append(token_value(token) or 0)
    return found
