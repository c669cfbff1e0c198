"""The sizes of units, asked of pint: `python -m workbench.verification.units.from_pint` writes `sizes.txt` anew.

Only pint's table of conversions is used, never its reading of text: it takes `5 feet 3 inches` for an area, `3 h
20 min` for 60 hour-minutes and `5 C` for coulombs. Asking it takes half a second, so that the answers are kept in a
file; a test asks again and compares.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from workbench.verification.units.names import COUNTS, LETTERS, NAMES, SYMBOLS

SIZES = Path(__file__).with_name("sizes.txt")

OWN = {
    "acre": str(43560 * Fraction(381, 1250) ** 2) + " L2",
    "cent": "1 $",
    "nickel": "5 $",
    "dime": "10 $",
    "quarter": "25 $",
    "dollar": "100 $",
    "euro": "1 €",
    "sterling": "1 £",
    "degree": "1 °",
    "degree_celsius": "1 C",
    "degree_fahrenheit": "1 F",
    "month": "1 Y",
    "year": "12 Y",
    "decade": "120 Y",
    "century": "1200 Y",
    **dict(zip(sorted(COUNTS), ("1000000000", "12", "100", "1000000", "2", "1000"), strict=True)),
}
"""What pint does not know, or knows in another sense: a month has no fixed number of days, `20 °C` is a point on a
scale, and the acre of schools is 43,560 square feet, where pint's is that of the old survey foot."""
_BASES = {"[length]": "L", "[mass]": "M", "[time]": "T", "[current]": "A", "[temperature]": "K"}


def sizes() -> str:
    """Return a row for each unit: its name, its size in base units, and the dimension as letters with powers."""
    from pint import UnitRegistry

    registry = UnitRegistry(non_int_type=Fraction, autoconvert_offset_to_baseunit=True)
    rows = []
    for name in sorted({*NAMES.values(), *LETTERS.values(), *SYMBOLS.values()}):
        if name in OWN:
            rows.append(f"{name} {OWN[name]}")
            continue
        found = registry.Quantity(Fraction(1), name).to_base_units()
        powers = [(_BASES[base], int(power)) for base, power in found.dimensionality.items()]
        rows.append(f"{name} {Fraction(found.magnitude)} {' '.join(f'{b}{p}' for b, p in sorted(powers))}")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    SIZES.write_text(sizes(), encoding="utf-8")
