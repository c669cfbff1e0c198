"""What the units of a calculation say: whether two neighbouring parts of a chain are the same quantity.

Pupils leave units out, and call things to count what a number is of. So only where every number of both sides has a
unit of measure may the units prove a line wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from workbench.verification.exact.polynomials import tidy
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.dimensions import LENGTH, MONEY, by_dimension
from workbench.verification.lines.pairs import OTHERWISE, Fit, Pair, is_compound, measures_of
from workbench.verification.lines.readings import rounds
from workbench.verification.text import kinds
from workbench.verification.text.tokens import Number, Unreadable, token_value, tokenize, word_set
from workbench.verification.units.amounts import amount
from workbench.verification.units.measures import Dimension, Measure, measure
from workbench.verification.units.reading import decimal

_LOOSE = word_set("percent squared cubed score scores half quarter quarters third thirds degrees")
"""Words whose size is a convention, or that change a number in another way."""
_SCALE = re.compile(r"\b(?:scale|map|model|drawing|drawn|blueprint|represents?|sketch)\b", re.IGNORECASE)
_FAR = 1000
_SMALL = ("second", "minute", "hour", "day", "meter", "centimeter", "millimeter", "gram", "ounce", "cent")
_PLURALS = {name: f"{name}s" for name in _SMALL}
_PLURALS |= {"inch": "inches", "foot": "feet"}
_PREPOSITIONS = word_set("after before in within for of by than from to at until every per over during with on and")
_CONNECTIVES = word_set("so then thus therefore hence and since because")
_TON = measure("ton")


def fit(claim: Claim, index: int, about: bool = False, line: str = "", problem: str = "") -> Fit:
    """Return what the units say of a part of a chain and the next; the texts may show how it is meant."""
    left, right = claim.parts[index], claim.parts[index + 1]
    if not claim.placed or left is None or right is None:
        return Fit.NUMBERS
    units = measures_of(claim, index), measures_of(claim, index + 1)
    every = {*units[0].values(), *units[1].values()}
    if not every or (len(every) == 1 and not is_compound(left) and not is_compound(right) and _alone(*every)):
        return Fit.OPEN if _is_square(left, units[0]) and units[1] else Fit.NUMBERS
    if left.percent or right.percent or left.letters or right.letters:
        return Fit.NUMBERS
    try:
        a, b = amount(left.tokens, units[0]), amount(right.tokens, units[1])
        found = _compared(Pair((left, right), units, (a, b), not OTHERWISE.isdisjoint(claim.units)), about)
    except Unreadable:
        return Fit.NUMBERS
    if found is not Fit.DIFFERENT:
        return found
    if "<<" in line and left.known == right.known:
        return Fit.OPEN  # A calculator's note says that the numbers alone are meant.
    if left.bare and index == 0 and _belongs_before(line[: left.start], right):
        return Fit.OPEN
    lengths = a.keys() == b.keys() == {LENGTH} and len(units[0]) == len(units[1]) == 1
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


def _is_square(part: ClaimSide, units: Mapping[int, Measure]) -> bool:
    """Whether a unit is multiplied by itself: `4 kg * 3 kg` are no kilograms."""
    shape = [t.text if t.kind is kinds.OP else i in units for i, t in enumerate(part.tokens)]
    return len(shape) > 1 and shape == [True, *["*", True] * (len(shape) // 2)]


def _alone(unit: Measure) -> bool:
    """Whether a unit changes nothing where it is the only one; a length may yet be taken for an area."""
    return bool(unit.dimension) and {base for base, _ in unit.dimension} != {"L"}


def _compared(pair: Pair, about: bool) -> Fit:
    a, b = pair.amounts
    if a == b:
        return Fit.SAME
    if len(a) != 1 or len(b) != 1:
        other = b.keys() - a.keys() - {()}  # `5 + 3 cm = 8 kg`
        mixed = any(len(found.keys() - {()}) > 1 for found in (a, b))  # `20 cm^2 + 5 cm = 25 cm^2`
        return Fit.OPEN if other or mixed or (pair.clashes and not pair.converts) else Fit.NUMBERS
    ((first, x),) = a.items()
    ((second, y),) = b.items()
    if first == second:
        return _by_size(pair, x, y, about)
    warm = _temperature(pair, first, second)
    return warm or by_dimension(pair, first, second)


def _temperature(pair: Pair, first: Dimension, second: Dimension) -> Fit | None:
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


def _by_size(pair: Pair, x: Fraction, y: Fraction, about: bool) -> Fit:
    """Two quantities of one kind that differ."""
    left, right = pair.parts
    compound = left.bare and right.bare and (is_compound(left) or is_compound(right))
    if x * right.value == y * left.value and not compound:
        return Fit.NUMBERS
    if (y and rounds(tidy(right.value * x / y), right, about)) or (
        x and rounds(tidy(left.value * y / x), left, about)
    ):
        return Fit.SAME
    if left.value == right.value and pair.is_single(1) and pair.adds_unlike and not pair.converts:
        return Fit.DIFFERENT  # `2 * (5 m + 30 cm) = 70 cm`, `3 weeks + 2 days = 5 days`
    if pair.bare and left.value == right.value:
        return Fit.NUMBERS if pair.converts or not pair.clashes else Fit.OPEN
    coins = pair.is_single(0) and pair.is_single(1) and all(u.dimension == MONEY for u in pair.every)
    if (any(u.soft for u in pair.every) and not coins) or (about and abs(x - y) * 20 < abs(x)):
        return Fit.OPEN
    if len({u.customary for u in pair.every}) > 1 and abs(x - y) * (8 if _TON in pair.every else 20) < abs(x):
        return Fit.OPEN
    lengths = pair.is_single(0) and pair.is_single(1) and all(u.dimension == LENGTH for u in pair.every)
    if lengths and (not x or not y or not Fraction(1, _FAR) < x / y < _FAR):
        return Fit.OPEN  # `1 inch = 5 miles` on a map
    return Fit.DIFFERENT


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
