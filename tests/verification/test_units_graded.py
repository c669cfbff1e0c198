"""Answers with units: what is the same quantity, what is another one, and what is left open."""

from __future__ import annotations

import pytest

from workbench.verification.answers import compare_answers

SAME = """
24 in | 2 ft
54 km/h | 15 m/s
3 dozen | 36
145 minutes | 2 hours 25 minutes
3 hours 30 minutes | 3.5 hours
25 °C | 77 °F
4 feet 9 inches | 57 inches
7 miles/hour | 7 miles per hour
30^\\circ | 30 degrees
30° | 30 degrees
70 mph | 70 miles per hour
8 sec | 8 s
1.85 m | 1 m 85 cm
3 lb 7 oz | 55 oz
$4 and 25 cents | $4.25
2 h 8 min | 128 min
9 kJ | 9000 J
7 sq cm | 7 cm^2
7 l | 7 liters
7 gal | 7 gallons
7 yd | 7 yards
7 mi | 7 miles
7 cm | 7
$18 | 18
$18.50 | 18.50 dollars
1850 cents | $18.50
3 Ω | 3 ohm
4 km | 4000 m
4 km | 4,000 meters
2 hours | 120 minutes
36 square feet | 36 ft^2
36 \\text{ square feet} | 36 \\text{ ft}^2
36 square feet | 36
36 sq. ft. | 36 square feet
8 cubic meters | 8 m^3
8 m³ | 8 cubic metres
9 litres | 9 liters
2 L | 2000 mL
1/4 hour | 15 minutes
1 1/2 hours | 90 minutes
\\frac{3}{5} \\text{ mile} | 0.6 miles
\\$22 | 22 dollars
three hours | 180 minutes
5'8" | 68 inches
5'8" | 5 feet 8 inches
2 years | 24 months
2 weeks | 14 days
35 \\text{ cm}^2 | 35 square centimeters
35\\,\\text{cm} | 0.35 m
$35\\text{ cm}$ | 35 cm
x = 35 cm | 35 cm
6 hours of work | 6 hours
$3 million | 3000000 dollars
$8 per hour | 8 dollars per hour
750 g | 0.75 kg
6 hrs | 6 hours
1 h 40 min | 100
2 days 3 hours | 51 hours
"""
OTHER = """
9 square feet | 9 feet
9 m^2 | 9 cm^2
9 cubic feet | 9 square feet
24 in | 24 ft
7 miles per hour | 7 miles per minute
3 dozen | 3
3 hours 40 minutes | 3 minutes 40 hours
3 hours 40 minutes | 3.4 hours
$7 | 7%
7 cm | 7%
7° | 7%
3 MW | 3 mW
25 °C | 25 °F
25 °C | 80 °F
200 cm | 200 m
7 cm | 7 cm^2
4 km | 4 miles
2 hours | 2 minutes
€7 | $7
x = 35 cm | 35 m
6 hours of work | 6 minutes
$8 per hour | $8 per minute
7 km | 7 kg
30 degrees | 30%
1 hour 40 minutes | 140 minutes
2 ft 5 in | 25 in
0.2 | 0.2%
0.4% | 2/5
3 m/s | 3 km/h
"""
OPEN = """
16 km | 10 miles
2 months | 60 days
1 week | 5 days
24 ounces | 3 cups
20° | 20 °C
"""


def pairs(table: str) -> list[tuple[str, str]]:
    """The pairs of a table, both ways round."""
    rows = [tuple(part.strip() for part in row.split("|")) for row in table.strip().splitlines()]
    return [pair for a, b in rows for pair in ((a, b), (b, a))]


@pytest.mark.parametrize(("gold", "pred"), pairs(SAME))
def test_the_same_quantity(gold: str, pred: str):
    assert compare_answers(gold, pred).equal is True


@pytest.mark.parametrize(("gold", "pred"), pairs(OTHER))
def test_another_quantity(gold: str, pred: str):
    found = compare_answers(gold, pred)
    assert found.equal is False, found.reason


@pytest.mark.parametrize(("gold", "pred"), pairs(OPEN))
def test_what_units_leave_open(gold: str, pred: str):
    assert compare_answers(gold, pred).equal is None
