"""Units of measure: the table from pint, units and compound quantities as tokens, what expressions are worth."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest

from workbench.verification.text import kinds
from workbench.verification.text.tokens import Unreadable, tokenize
from workbench.verification.units import from_pint
from workbench.verification.units.amounts import amount
from workbench.verification.units.measures import factors, measure, related
from workbench.verification.units.names import NAMES, singular
from workbench.verification.units.reading import measured

AREA, LENGTH, TIME, MONEY = (("L", 2),), (("L", 1),), (("T", 1),), (("$", 1),)


def texts(line: str) -> list[str]:
    return [t.text for t in measured(tokenize(line))]


def test_the_table_is_pints():
    assert from_pint.SIZES.read_text(encoding="utf-8") == from_pint.sizes()


def test_pint_is_not_loaded_for_reading():
    script = "import sys, workbench.verification as v; v.grade('1 h', '60 min'); print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("word", sorted(NAMES))
def test_every_word_measures_something(word: str):
    assert measure(word) is not None


def test_sizes_and_dimensions():
    assert measure("hours") == (3600, TIME, False, False, False)
    assert measure("foot^2") == (Fraction(381, 1250) ** 2, AREA, False, True, False)
    assert measure("kilometer/hour") == (Fraction(5, 18), (("L", 1), ("T", -1)), False, False, False)
    assert measure("acre").size == 43560 * measure("foot^2").size
    assert measure("boxes") is measure("hour/box") is None
    assert {12, 60, 24, 1000, 5280} <= factors()
    assert 13 not in factors()


def test_words_in_one_spelling():
    assert [singular(w) for w in ("Hrs", "feet", "metres", "apples", "glass")] == [
        "hour", "foot", "meter", "apple", "glass",
    ]  # fmt: skip
    assert related(frozenset({"kg", "box"}), frozenset({"gram"})) == ("kg", "gram")
    assert related(frozenset({"kg"}), frozenset({"hour"})) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("7 miles per hour", ["7", "mile/hour"]),
        ("40 km/h * 3 h", ["40", "kilometer/hour", "*", "3", "hour"]),
        ("9 sq. ft", ["9", "foot^2"]),
        ("9 square feet", ["9", "foot^2"]),
        ("9 cubic metres", ["9", "meter^3"]),
        ("9 cm²", ["9", "centimeter^2"]),
        (r"9 \text{ cm}^{2}", ["9", "centimeter^2"]),
        (r"9 \text{ miles per hour}", ["9", "mile/hour"]),
        (r"30 \frac{\text{km}}{\text{h}}", ["30", "kilometer/hour"]),
        ("30 °C", ["30", "degree_celsius"]),
        ("30 degrees Fahrenheit", ["30", "degree_fahrenheit"]),
        (r"30^\circ", ["30", "degree"]),
        ("7 m * 2 m = 14 m^2", ["7", "meter", "*", "2", "meter", "=", "14", "meter^2"]),
        ("7 in = 1 ft", ["7", "inch", "=", "1", "ft"]),
    ],
)
def test_units_become_one_token(line: str, expected: list[str]):
    assert texts(line) == expected


@pytest.mark.parametrize(
    "line", ["7 boxes per shelf", "3 m = 12", "2 h + 3 = 11", "5 in the box", "4g - 2 = 10", "x = 7"]
)
def test_what_is_no_unit_stays(line: str):
    assert measured(tokenize(line)) == tokenize(line)


@pytest.mark.parametrize(
    ("line", "number", "unit"),
    [
        ("4 h 25 min", "265", "minute"),
        ("4h25min", "265", "minute"),
        ("2 hours and 5 minutes", "125", "minute"),
        ("4 feet 7 inches", "55", "inch"),
        ("4'7\"", "55", "inch"),
        ("4′ 7″", "55", "inch"),
        ("3 m 8 cm", "308", "centimeter"),
        ("6 lb 9 oz", "105", "ounce"),
        ("1 yd 2 ft 3 in", "63", "inch"),
        ("1 h 2 min 3.5 s", "3723.5", "second"),
        ("$7 and 45 cents", "745", "cent"),
        ("7 dollars 5 cents", "705", "cent"),
        ("2 weeks 3 days", "17", "day"),
    ],
)
def test_compound_quantities_are_one_number(line: str, number: str, unit: str):
    found = measured(tokenize(line))
    assert [(t.kind, t.text) for t in found] == [(kinds.NUM, number), (kinds.UNIT, unit)]
    assert (found[0].start, found[-1].end) == (0, len(line) - line.endswith('"') + line.endswith('"'))


@pytest.mark.parametrize(
    "line",
    [
        "5 min 3 h",
        "5 feet 3 kg",
        "2.5 h 10 min",
        "2 dimes and 3 cents",
        "5 boxes 3 cans",
        "1 foot 5 cm",
        "2 hours and 90 minutes",
    ],
)
def test_other_neighbours_are_no_compound(line: str):
    assert len(measured(tokenize(line))) > 2


def worth(line: str) -> dict:
    tokens = measured(tokenize(line))
    kept = [t for t in tokens if t.kind not in kinds.WORDS]
    places = {kept.index(tokens[i - 1]): measure(t.text) for i, t in enumerate(tokens) if t.kind in kinds.WORDS}
    return amount(kept, places)


def test_what_expressions_with_units_are_worth():
    assert worth("3 cm * 2 m") == {AREA: Fraction(6, 100)}
    assert worth("3 kg + 200 g") == {(("M", 1),): Fraction(16, 5)}
    assert worth("60 km/h * 30 min") == {LENGTH: 30000}
    assert worth("1/2 hour") == {TIME: 1800}
    assert worth("12 cm^2 / 3 cm") == {LENGTH: Fraction(4, 100)}
    assert worth("5 cm + 3 kg") == {LENGTH: Fraction(5, 100), (("M", 1),): 3}
    assert worth("7 hours - 7 hours") == {TIME: 0}


@pytest.mark.parametrize("line", ["3 m / 0 h", "(3 m + 2 kg) * 2 h"])
def test_what_has_no_worth(line: str):
    with pytest.raises(Unreadable):
        worth(line)
