"""Whether a result can be of the kind that its unit says: `60 miles / 3 hours` are no hours."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from workbench.verification.lines.pairs import Fit, Pair
from workbench.verification.text import kinds
from workbench.verification.units.amounts import factors
from workbench.verification.units.measures import Dimension

LENGTH: Dimension = (("L", 1),)
MONEY: Dimension = (("$", 1),)
_MONEY = frozenset("$€£")


def by_dimension(pair: Pair, first: Dimension, second: Dimension) -> Fit:
    """Return what the units say of two quantities of different kinds."""
    if not pair.bare and not first and pair.is_single(1) and len(pair.every) == 1 and second == LENGTH:
        return Fit.OPEN  # `18 m / 3 m = 6 m`: how often it goes into that is no length
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


def _leaves_time_out(pair: Pair, parts: list[tuple[Dimension, int]], result: Dimension) -> bool:
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


def _of_sum(pair: Pair, at: int, terms: Dimension, result: Dimension) -> Fit:
    """`5 cm + 3 cm = 8 cm^2`: a sum of one kind is of that kind."""
    signs = {t.text for t in pair.parts[at].tokens if t.kind not in kinds.NUMERIC}
    doubtful = {"M", "L"} == {b for b, _ in (*terms, *result)} or any(power < 0 for _, power in result)
    return Fit.DIFFERENT if signs <= {"+", "-"} and not doubtful else Fit.OPEN


def _of_product(pair: Pair, parts: list[tuple[Dimension, int]], result: Dimension) -> Fit:
    """`60 miles / 3 hours = 20 hours` cannot be; `3 hours * 5 miles = 15 miles` leaves `per hour` out."""
    dimensions = [d for d, _ in parts]
    twice = len(set(dimensions)) < len(dimensions)
    above = [base for d, sign in parts if sign > 0 for base, power in d if power > 0 and base != "L"]
    if len(set(above)) < len(above) and _rates(dimensions):
        return Fit.OPEN  # `$24/month * $2 = $48`
    if twice and pair.clashes:  # `12 hours * 60 minutes = 720 minutes`
        return Fit.NUMBERS if pair.converts or pair.in_smallest_time else Fit.OPEN
    if twice and (dimensions[0] != LENGTH or any(sign < 0 for _, sign in parts)):
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
