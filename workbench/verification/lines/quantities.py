"""What the units of a calculation say: whether two neighbouring parts of a chain are the same quantity.

Pupils leave units out, and call things to count what a number is of. So only where every number of both sides has a
unit of measure may the units prove a line wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from workbench.verification.exact.polynomials import tidy
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.readings import rounds
from workbench.verification.text import kinds
from workbench.verification.text.tokens import Number, Unreadable, token_value, tokenize, word_set
from workbench.verification.units.amounts import Amount, amount, factors
from workbench.verification.units.measures import Dimension, Measure, measure
from workbench.verification.units.names import CAPACITIES
from workbench.verification.units.reading import decimal

_LOOSE = word_set("percent squared cubed score scores half quarter quarters third thirds degrees")
"""Words whose size is a convention, or that change a number in another way."""
_OTHERWISE = word_set("per each every /")
_SCALE = re.compile(r"\b(?:scale|map|model|drawing|drawn|blueprint|represents?|sketch)\b", re.IGNORECASE)
_FAR = 1000
_SMALL = ("second", "minute", "hour", "day", "meter", "centimeter", "millimeter", "gram", "ounce", "cent")
_PLURALS = {name: f"{name}s" for name in _SMALL}
_PLURALS |= {"inch": "inches", "foot": "feet"}
_PREPOSITIONS = word_set("after before in within for of by than from to at until every per over during with on and")
_CONNECTIVES = word_set("so then thus therefore hence and since because")
_MONEY = frozenset("$€£")
_TON = measure("ton")
_CAPACITIES = frozenset(m.size for name in CAPACITIES if (m := measure(name)) is not None)
_TIME: Dimension = (("T", 1),)
_LENGTH: Dimension = (("L", 1),)


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
    if not _OTHERWISE.isdisjoint(words):
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


def fit(claim: Claim, index: int, about: bool = False, line: str = "", problem: str = "") -> Fit:
    """Return what the units say of a part of a chain and the next; the texts may show how it is meant."""
    left, right = claim.parts[index], claim.parts[index + 1]
    if not claim.placed or left is None or right is None:
        return Fit.NUMBERS
    units = measures_of(claim, index), measures_of(claim, index + 1)
    every = {*units[0].values(), *units[1].values()}
    if not every or (len(every) == 1 and not is_compound(left) and not is_compound(right) and _alone(*every)):
        return Fit.NUMBERS
    if left.percent or right.percent or left.letters or right.letters:
        return Fit.NUMBERS
    try:
        a, b = amount(left.tokens, units[0]), amount(right.tokens, units[1])
        found = _compared(_Pair((left, right), units, (a, b), not _OTHERWISE.isdisjoint(claim.units)), about)
    except Unreadable:
        return Fit.NUMBERS
    if found is not Fit.DIFFERENT:
        return found
    if "<<" in line and left.known == right.known:
        return Fit.OPEN  # A calculator's note says that the numbers alone are meant.
    if left.bare and index == 0 and _belongs_before(line[: left.start], right):
        return Fit.OPEN
    lengths = a.keys() == b.keys() == {_LENGTH} and len(units[0]) == len(units[1]) == 1
    return Fit.OPEN if lengths and (_SCALE.search(line) or _SCALE.search(problem)) else found


def differs(claim: Claim) -> bool:
    """Return whether the units prove two neighbouring parts of a chain different."""
    return bool(claim.units) and any(fit(claim, i) is Fit.DIFFERENT for i in range(len(claim.relations)))


def _belongs_before(text: str, right: ClaimSide) -> bool:
    """Whether a number may belong to the words before it: `the total after 20 years = $30/year * 20 years`."""
    last = text.rstrip().rpartition(" ")[2].strip("([*$\\").lower()
    if last in _PREPOSITIONS or right.bare or not text.strip():
        return last in _PREPOSITIONS
    return last[-1:].isalpha() and last not in _CONNECTIVES


def _alone(unit: Measure) -> bool:
    """Whether a unit changes nothing where it is the only one; a length may yet be taken for an area."""
    return bool(unit.dimension) and {base for base, _ in unit.dimension} != {"L"}


def is_compound(part: ClaimSide) -> bool:
    """Return whether a part is one number that stands for a quantity in several units, such as `3 h 20 min`."""
    return part.bare and any(t.kind is kinds.NUM and t.end - t.start != len(t.text) for t in part.tokens)


class _Pair:
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
    def has_sum(self) -> bool:
        """Whether something is added, so that a number without a unit may be in any."""
        return any(t.kind is kinds.OP and t.text in "+-" for part in self.parts for t in part.tokens)

    @property
    def in_smallest_time(self) -> bool:
        """Whether all units are of time and the result is in the smallest: `5 days * 8 hours = 40 hours`."""
        smallest = min(self.every, key=lambda unit: unit.size)
        return all(u.dimension == _TIME for u in self.every) and set(self.units[1].values()) == {smallest}

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


def _compared(pair: _Pair, about: bool) -> Fit:
    a, b = pair.amounts
    if a == b:
        return Fit.SAME
    if len(a) != 1 or len(b) != 1:
        return Fit.OPEN if pair.clashes and not pair.converts else Fit.NUMBERS
    ((first, x),) = a.items()
    ((second, y),) = b.items()
    if first == second:
        return _by_size(pair, x, y, about)
    warm = _temperature(pair, first, second)
    return warm or _by_dimension(pair, first, second)


def _temperature(pair: _Pair, first: Dimension, second: Dimension) -> Fit | None:
    """`20 °C = 68 °F`: points on two scales."""
    scales: dict[Dimension, int] = {(("C", 1),): 0, (("F", 1),): 1}
    left, right = pair.parts
    if {first, second} != scales.keys() or not (left.bare and right.bare):
        return None
    celsius, other = (left, right) if scales[first] == 0 else (right, left)
    fahrenheit = Fraction(celsius.value) * 9 / 5 + 32
    back = (Fraction(other.value) - 32) * 5 / 9
    same = fahrenheit == other.value or rounds(tidy(fahrenheit), other) or rounds(tidy(back), celsius)
    return Fit.SAME if same else Fit.OPEN if abs(fahrenheit - other.value) < 1 else Fit.DIFFERENT


def _by_size(pair: _Pair, x: Fraction, y: Fraction, about: bool) -> Fit:
    """Two quantities of one kind that differ."""
    left, right = pair.parts
    compound = left.bare and right.bare and (is_compound(left) or is_compound(right))
    if x * right.value == y * left.value and not compound:
        return Fit.NUMBERS
    if (y and rounds(tidy(right.value * x / y), right, about)) or (
        x and rounds(tidy(left.value * y / x), left, about)
    ):
        return Fit.SAME
    if pair.bare:
        if left.value == right.value:
            return Fit.NUMBERS if pair.converts or not pair.clashes else Fit.OPEN
        if pair.converts or pair.has_sum:
            return Fit.OPEN
    if any(u.soft for u in pair.every) or (about and abs(x - y) * 20 < abs(x)):
        return Fit.OPEN
    if len({u.customary for u in pair.every}) > 1 and abs(x - y) * (8 if _TON in pair.every else 20) < abs(x):
        return Fit.OPEN
    lengths = pair.is_single(0) and pair.is_single(1) and all(u.dimension == _LENGTH for u in pair.every)
    if lengths and (not x or not y or not Fraction(1, _FAR) < x / y < _FAR):
        return Fit.OPEN  # `1 inch = 5 miles` on a map
    return Fit.DIFFERENT


def _by_dimension(pair: _Pair, first: Dimension, second: Dimension) -> Fit:
    """Two quantities of different kinds."""
    if pair.bare or not first or not second:
        return Fit.OPEN if pair.clashes and not pair.converts else Fit.NUMBERS
    at, result = (0, second) if pair.is_single(1) else (1, first)
    parts = factors(pair.parts[at].tokens, pair.units[at])
    if _leaves_time_out(pair, parts or [(first if at == 0 else second, 1)], result):
        return Fit.NUMBERS
    if any(u.soft or u.counts for u in pair.every) or _calendar(first) == _calendar(second):
        return Fit.NUMBERS if pair.in_smallest_time else Fit.OPEN
    if pair.is_single(0) == pair.is_single(1):
        return Fit.OPEN  # a correspondence, such as `2 hours = 120 km`, or a chain of calculations
    if parts is None:
        return _of_sum(pair, at, first if at == 0 else second, result)
    return _of_product(pair, parts, result)


def _leaves_time_out(pair: _Pair, parts: list[tuple[Dimension, int]], result: Dimension) -> bool:
    """Whether only `per week` was left out or added: `$30/hour * 40 hours/week = $1200`, `$5 + $6 = $11 a day`."""
    whole = _powers([*parts, (result, -1)])
    if len(whole) != 1 or not whole.keys() <= {"T", "Y"} or pair.is_single(0) == pair.is_single(1):
        return False
    (power,) = whole.values()
    if power == -1:
        return _rates(d for d, _ in parts)
    return power == 1 and not set(pair.units[0].values()) & set(pair.units[1].values())


def _calendar(dimension: Dimension) -> dict[str, int]:
    """A dimension in which months count as time."""
    powers: dict[str, int] = {}
    for base, power in dimension:
        base = "T" if base == "Y" else base
        powers[base] = powers.get(base, 0) + power
    return {base: power for base, power in powers.items() if power}


def _of_sum(pair: _Pair, at: int, terms: Dimension, result: Dimension) -> Fit:
    """`5 cm + 3 cm = 8 cm^2`: a sum of one kind is of that kind."""
    signs = {t.text for t in pair.parts[at].tokens if t.kind not in kinds.NUMERIC}
    doubtful = {"M", "L"} == {b for b, _ in (*terms, *result)} or any(power < 0 for _, power in result)
    return Fit.DIFFERENT if signs <= {"+", "-"} and not doubtful else Fit.OPEN


def _of_product(pair: _Pair, parts: list[tuple[Dimension, int]], result: Dimension) -> Fit:
    """`60 miles / 3 hours = 20 hours` cannot be; `3 hours * 5 miles = 15 miles` leaves `per hour` out."""
    dimensions = [d for d, _ in parts]
    twice = len(set(dimensions)) < len(dimensions)
    above = [base for d, sign in parts if sign > 0 for base, power in d if power > 0 and base != "L"]
    if len(set(above)) < len(above) and _rates(dimensions):
        return Fit.OPEN  # `$24/month * $2 = $48`
    if twice and pair.clashes:  # `12 hours * 60 minutes = 720 minutes`
        return Fit.NUMBERS if pair.converts or pair.in_smallest_time else Fit.OPEN
    if twice and (dimensions[0] != _LENGTH or any(sign < 0 for _, sign in parts)):
        return Fit.NUMBERS if all(sign > 0 for _, sign in parts) else Fit.OPEN
    if pair.clashes or any(power < 0 for _, power in result if not _rates(dimensions)):
        return Fit.OPEN
    for size in range(1, len(parts)):
        for chosen in combinations(range(len(parts)), size):
            kept = [parts[i] for i in chosen]
            dropped = [p for i, p in enumerate(parts) if i not in chosen]
            if _powers(kept) == dict(result) and not _bases(kept) & _bases(dropped):
                return _left_out(kept, dropped)
    return Fit.DIFFERENT


def _rates(dimensions: Iterable[Dimension]) -> bool:
    return any(power < 0 for d in dimensions for _, power in d)


def _left_out(kept: Iterable[tuple[Dimension, int]], dropped: Iterable[tuple[Dimension, int]]) -> Fit:
    """A factor whose unit the result leaves out, as `5 hours * $12 = $60` does; a divisor may not be left out."""
    money = _bases(kept) <= _MONEY
    lost = bool(_bases(dropped) & _MONEY) or any(sign < 0 for _, sign in dropped)
    return Fit.NUMBERS if money or not lost else Fit.OPEN


def _powers(parts: Iterable[tuple[Dimension, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for dimension, sign in parts:
        for base, power in dimension:
            found[base] = found.get(base, 0) + sign * power
    return {base: power for base, power in found.items() if power}


def _bases(parts: Iterable[tuple[Dimension, int]]) -> set[str]:
    return {base for dimension, _ in parts for base, _ in dimension}


def rewritten(part: ClaimSide, text: str, exact: Number) -> str | None:
    """Return a compound quantity with another worth in its smallest unit: `1 hour 20` for 90 as `1 hour 30`."""
    raw = text[part.start : part.end]
    found = tokenize(raw)
    numbers = [i for i, t in enumerate(found) if t.kind is kinds.NUM]
    if len(numbers) != 2 or exact < 0:
        return None
    first, second = (found[i] for i in numbers)
    whole, rest = token_value(first), token_value(second)
    if not whole or rest is None:
        return None
    large, small = divmod(Fraction(exact), (Fraction(part.value) - rest) / whole)
    shown = decimal(small)
    return f"{raw[: first.start]}{large}{raw[first.end : second.start]}{shown}" if shown is not None else None


def may_convert(claim: Claim, index: int | None = None) -> bool:
    """Return whether the units may explain why the bare numbers disagree, as in `2 hours = 120 minutes`.

    With an index those of that part and the next.
    """
    sizes: dict[Dimension, set[Fraction]] = {}
    for word in claim.units if index is None else [u.word for u in claim.placed if u.part - index in (0, 1)]:
        if word in _LOOSE:
            return True
        found = measure(word)
        if found is not None:
            sizes.setdefault(found.dimension, set()).add(found.size)
    time = (("T", 1),) in sizes and (("Y", 1),) in sizes
    return () in sizes or time or any(len(found) > 1 for found in sizes.values())


def expected(claim: Claim, index: int) -> Number | None:
    """Return what the next part's number should be in its own unit; None where the units do not tell."""
    left, right = claim.parts[index], claim.parts[index + 1]
    units = measures_of(claim, index), measures_of(claim, index + 1)
    if left is None or right is None or not right.bare or len(units[1]) != 1 or right.percent:
        return None
    unit = next(iter(units[1].values()))
    try:
        worth = amount(left.tokens, units[0])
    except Unreadable:
        return None
    return tidy(worth[unit.dimension] / unit.size) if worth.keys() == {unit.dimension} else None


def word(claim: Claim, index: int) -> str:
    """Return the unit of a part, as a reader would write it."""
    found = next((u.word for u in claim.placed if u.part == index and measure(u.word) is not None), "")
    return _PLURALS.get(found, found).replace("_", " ")


def written(claim: Claim, index: int, text: str) -> str:
    """Return a part with its unit, as the line has it."""
    part, behind = claim.parts[index], claim.parts[index + 1]
    if part is None or behind is None:
        return ""
    return text[part.start : behind.start].rstrip(" =$€£~≈").removesuffix("\\")
