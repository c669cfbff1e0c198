"""Answers that are one quantity with a unit, compared by what they measure: `18 km/h` is `5 m/s`, `5%` is no `$5`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from workbench.verification.answers.grades import Grade, undecided, verdict
from workbench.verification.answers.limits import is_limited
from workbench.verification.exact.polynomials import value
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Token, Unreadable, parse_tokens, tokenize
from workbench.verification.text.tokens import word_set
from workbench.verification.text.words import NUMBERS
from workbench.verification.units.measures import Dimension, Measure, measure, name_of
from workbench.verification.units.names import LETTERS
from workbench.verification.units.reading import CURRENCY, measured

_MARKS = re.compile(r"[A-Za-z°%$€£¢Ωω'′’]")
_NAMED = re.compile(r"^[A-Za-z][A-Za-z ]{0,30}=\s*(?=[^=]+$)")
_ABOUT = word_set("about approximately around roughly exactly only just nearly almost")
_SIGNS = {
    "W": "watt",
    "J": "joule",
    "N": "newton",
    "V": "volt",
    "A": "ampere",
    "K": "kelvin",
    "Ω": "ohm",
    "t": "tonne",
}
_NUMBER = kinds.NUMERIC | {kinds.OP, kinds.OPEN, kinds.CLOSE, kinds.FRAC, kinds.PCT}
_DOUBTFUL = (
    frozenset({(("T", 1),), (("Y", 1),)}),
    frozenset({(("M", 1),), (("L", 3),)}),
    frozenset({(("M", 1),), (("£", 1),)}),
    frozenset({(("C", 1),), (("°", 1),)}),
    frozenset({(("F", 1),), (("°", 1),)}),
)
"""Kinds that one word may mean: months, fluid ounces, pounds sterling, degrees of warmth."""
_CELSIUS, _FAHRENHEIT = (("C", 1),), (("F", 1),)


@dataclass(frozen=True)
class Quantity:
    """An answer that is a number with a unit, a percentage, or a bare number."""

    number: Fraction
    units: tuple[Measure, ...] = ()
    """Its unit, or those of its parts where the smaller comes first."""
    worth: Fraction = Fraction(0)
    """What it is in base units."""
    percent: bool = False
    sure: bool = True
    """Its unit is no single letter, which might be a variable."""
    scales: frozenset[Fraction] = frozenset()
    """The sizes of its units, where it is said in several."""
    exact: bool = True
    """No digits were cut off, as in `1.66...`."""

    @property
    def dimension(self) -> Dimension:
        """What it measures; empty for a mere number."""
        return self.units[0].dimension if self.units else ()


def same_quantity(known: str, stated: str) -> Grade | None:
    """Return whether two answers are the same quantity, with the reason; None where the units do not tell."""
    if _MARKS.search(known) is None and _MARKS.search(stated) is None:
        return None
    named = _NAMED.match(known), _NAMED.match(stated)
    if (named[0] is None) != (named[1] is None):
        known, stated = (
            text[m.end() :] if m is not None else text for text, m in zip((known, stated), named, strict=True)
        )
    a, b = read_quantity(known), read_quantity(stated)
    if a is None or b is None or not (a.sure or b.sure) or not (a.units or b.units):
        return None
    if a.percent or b.percent:
        return Grade(False, "One is a percentage and the other has a unit.") if a.units or b.units else None
    if not a.units or not b.units:
        return _against_bare(*((a, b.number) if a.units else (b, a.number)))
    return _compared(a, b)


def _against_bare(quantity: Quantity, number: Fraction) -> Grade | None:
    """A quantity against a bare number: of dozens the number counts, and of two units it may be in either."""
    if not quantity.dimension:
        equal = quantity.worth == number
    elif quantity.scales:
        equal = any(quantity.worth == number * scale for scale in quantity.scales)
    elif quantity.sure and quantity.number == number:
        equal = True
    else:
        return None
    return verdict(equal)


def _compared(a: Quantity, b: Quantity) -> Grade | None:
    """Two quantities with units."""
    if a.dimension != b.dimension:
        return _of_other_kind(a, b)
    if a.worth == b.worth:
        return Grade(True, "It is the same quantity.")
    if a.units == b.units:
        return Grade(False, "The quantities differ.") if a.exact and b.exact else None
    units = {*a.units, *b.units}
    if any(u.soft for u in units):
        return undecided("The size of a unit is not fixed.")
    mixed = len({u.customary for u in units}) > 1
    if mixed and abs(a.worth - b.worth) * (8 if measure("ton") in units else 20) < abs(a.worth):
        return undecided("The units are converted by a rounded number.")
    return Grade(False, "The quantities differ.")


def _of_other_kind(a: Quantity, b: Quantity) -> Grade:
    pair = frozenset({a.dimension, b.dimension})
    if pair == {_CELSIUS, _FAHRENHEIT}:
        celsius, fahrenheit = (a, b) if a.dimension == _CELSIUS else (b, a)
        equal = celsius.number * 9 / 5 + 32 == fahrenheit.number
        return Grade(equal, "It is the same temperature." if equal else "The temperatures differ.")
    if pair in _DOUBTFUL:
        return undecided("The units may measure the same or not.")
    return Grade(False, "The units differ.")


@lru_cache(maxsize=4096)
def read_quantity(text: str) -> Quantity | None:
    """Return the quantity that fills a text; words may follow it that change nothing. None where there is none."""
    if is_limited(text):
        return None
    tokens = [t for t in tokenize(text) if t.text.lower() not in _ABOUT]
    found = measured(tuple(_in_digits(tokens)), frozenset(LETTERS))
    total: Quantity | None = None
    at = 0
    while at < len(found):
        read = _one(found, at)
        if read is None:
            break
        quantity, at = read
        total = quantity if total is None else _joined(total, quantity)
        if total is None:
            return None
        if at + 1 < len(found) and found[at].text in ("and", ",") and found[at + 1].kind in kinds.NUMERIC:
            at += 1
    if total is None or any(_matters(t) for t in found[at:]) or (at < len(found) and not total.units):
        return None
    several = frozenset(m.size for t in tokens if (m := measure(LETTERS.get(t.text, t.text))) and m.dimension)
    return replace(total, scales=several) if len(several) > 1 else total


def _in_digits(tokens: list[Token]) -> list[Token]:
    """Number words as digits where they stand before something that is counted."""
    worths = [NUMBERS.get(t.text.lower()) if t.kind is kinds.WORD else None for t in tokens]
    return [
        t._replace(kind=kinds.NUM, text=str(worth)) if worth is not None else t
        for t, worth in zip(tokens, worths, strict=True)
    ]


def _matters(token: Token) -> bool:
    """Whether a token behind a quantity changes it."""
    if token.kind is kinds.SEP:
        return token.text != "."
    return (
        token.kind is not kinds.WORD
        or name_of(token.text) is not None
        or token.text.lower() in ("per", "squared", "cubed")
    )


def _joined(total: Quantity, further: Quantity) -> Quantity | None:
    """`2 minutes 30 hours` is the sum of both."""
    if not total.units or total.dimension != further.dimension or not total.dimension:
        return None
    return Quantity(total.number, (*total.units, *further.units), total.worth + further.worth, sure=total.sure)


def _one(tokens: tuple[Token, ...], i: int) -> tuple[Quantity, int] | None:
    """The quantity that begins at token i."""
    at = i
    written: list[Token] = []
    money: str | None = None
    while at < len(tokens) and (tokens[at].kind in _NUMBER or (tokens[at].kind is kinds.MONEY and money is None)):
        if tokens[at].kind is kinds.MONEY:
            money = CURRENCY.get(tokens[at].text.lstrip("\\"))
        else:
            written.append(tokens[at])
        at += 1
    if not written or any(t.text in "*^±" for t in written):
        return None
    try:
        number = Fraction(value(parse_tokens(written)))
    except (Unreadable, RecursionError):
        return None
    name, sure, many = money, True, Fraction(1)
    while at < len(tokens) and (unit := _unit(tokens[at])) is not None:
        found = measure(unit[0])
        if found is not None and found.counts:
            many *= found.size
        elif name is None or (money is not None and unit[0].startswith(money)):
            name, sure = unit
        else:
            break
        at += 1
    unit_of = measure(name) if name is not None else None
    if unit_of is None and many != 1:
        unit_of = Measure(Fraction(1), (), False, False)
    percent = any(t.kind is kinds.PCT for t in written)
    exact = not any(t.text.endswith(("...", "…")) for t in written)
    units = (unit_of,) if unit_of is not None else ()
    size = unit_of.size if unit_of is not None else Fraction(1)
    return Quantity(number, units, number * many * size, percent, sure, exact=exact), at


def _unit(token: Token) -> tuple[str, bool] | None:
    """The name of the unit that a token is, and whether it is no single letter."""
    if token.kind is kinds.WORD:
        name = name_of(token.text)
        return (name, True) if name is not None else None
    if token.kind is kinds.UNIT:
        single = token.end - token.start == 1 and token.text in LETTERS.values()
        return (token.text, not single) if measure(token.text) is not None else None
    name = _SIGNS.get(token.text) if token.kind in (kinds.VAR, kinds.BAD) else None
    return (name, token.kind is kinds.BAD) if name is not None else None
