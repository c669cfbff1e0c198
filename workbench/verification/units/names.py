"""The words and signs of units of measure, and how one is named whichever way it is written.

A name is pint's own where pint knows the unit. Only the words listed here are units: pint also knows hands, links,
points and bars, which in a pupil's text are things to count.
"""

from __future__ import annotations

from workbench.verification.text.tokens import word_set

_MEASURES = """
second: second seconds sec secs
minute: minute minutes min mins
hour: hour hours hr hrs
day: day days
week: week weeks
month: month months
year: year years
decade: decade decades
century: century centuries
inch: inch inches
foot: foot feet ft
yard: yard yards yd yds
mile: mile miles mi
millimeter: millimeter millimeters millimetre millimetres mm
centimeter: centimeter centimeters centimetre centimetres cm cms
decimeter: decimeter decimeters decimetre decimetres dm
meter: meter meters metre metres
kilometer: kilometer kilometers kilometre kilometres km kms
acre: acre acres
hectare: hectare hectares
ounce: ounce ounces oz
pound: pound pounds lb lbs
ton: ton tons
milligram: milligram milligrams mg
gram: gram grams gm gms
kilogram: kilogram kilograms kg kgs kilo kilos
tonne: tonne tonnes
teaspoon: teaspoon teaspoons tsp
tablespoon: tablespoon tablespoons tbsp
cup: cup cups
pint: pint pints
quart: quart quarts qt qts
gallon: gallon gallons gal gals
milliliter: milliliter milliliters millilitre millilitres ml
centiliter: centiliter centiliters centilitre centilitres cl
deciliter: deciliter deciliters decilitre decilitres dl
liter: liter liters litre litres
mile_per_hour: mph
kilometer_per_hour: kph kmh
joule: joule joules
kilojoule: kilojoule kilojoules
calorie: calorie calories
kilocalorie: kilocalorie kilocalories kcal
watt: watt watts
kilowatt: kilowatt kilowatts
megawatt: megawatt megawatts
kilowatt_hour: kwh
volt: volt volts
ampere: ampere amperes amp amps
ohm: ohm ohms ω
newton: newton newtons
kilonewton: kilonewton kilonewtons
pascal: pascal pascals
kilopascal: kilopascal kilopascals
hertz: hertz
kilohertz: kilohertz
megahertz: megahertz
kelvin: kelvin kelvins
degree_celsius: celsius °c
degree_fahrenheit: fahrenheit °f
degree: degree degrees °
cent: cent cents ¢ penny pennies
nickel: nickel nickels
dime: dime dimes
quarter: quarter quarters
dollar: dollar dollars $ buck bucks
euro: euro euros €
sterling: £
pair: pair pairs
dozen: dozen dozens
hundred: hundred hundreds
thousand: thousand thousands k
million: million millions
billion: billion billions
"""

NAMES: dict[str, str] = {
    word: name
    for name, _, words in (row.partition(": ") for row in _MEASURES.strip().splitlines())
    for word in words.split()
}
"""The name of each word that is a unit wherever it stands behind a number; all in small letters."""

LETTERS = {"m": "meter", "g": "gram", "h": "hour", "s": "second", "l": "liter", "L": "liter"}
"""Single letters, which are units only where the line shows that they are no variables."""

SYMBOLS = {
    "kW": "kilowatt", "MW": "megawatt", "mW": "milliwatt", "kWh": "kilowatt_hour", "kJ": "kilojoule",
    "MJ": "megajoule", "mJ": "millijoule", "kN": "kilonewton", "kPa": "kilopascal", "MPa": "megapascal",
    "Pa": "pascal", "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "mA": "milliampere",
    "kV": "kilovolt", "mV": "millivolt", "Mg": "megagram", "Mm": "megameter", "ML": "megaliter",
}  # fmt: skip
"""Symbols in which a capital letter means something else than a small one."""

COUNTS = word_set("pair dozen hundred thousand million billion")
"""Names that multiply a number and measure nothing."""

SOFT = COUNTS | word_set("week ton nickel dime quarter calorie kilocalorie")
"""Names whose size is a convention or that are things, too: a working week has five days, a coin can be counted.

They may show that two quantities are equal, never that they differ.
"""

CAPACITIES = word_set("teaspoon tablespoon cup pint quart gallon milliliter centiliter deciliter liter")
"""Names of volumes that are no powers of a length."""

POWERS = {"square": 2, "squared": 2, "sq": 2, "cubic": 3, "cubed": 3, "cu": 3}
"""Words that raise a length to a power."""

_SPELLING = {name: word for word, name in reversed(NAMES.items())}


def singular(word: str) -> str:
    """Return a unit word in one spelling: the first of its row in the table, or without its plural ending."""
    small = word.lower()
    if small in NAMES:
        return _SPELLING[NAMES[small]]
    return small.removesuffix("s") if not small.endswith("ss") else small
