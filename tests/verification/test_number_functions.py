"""Functions of numbers, colons that divide, names and roundings: what the small readers say, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verification.exact.functions import apply, nth_root
from workbench.verification.exact.polynomials import power_number, worth
from workbench.verification.lines.claims import make_part, read_line
from workbench.verification.lines.names import continued, repeated
from workbench.verification.lines.readings import (
    coarseness,
    cuts,
    divides_twice,
    mixes_percent,
    needs_rounding,
    tight,
)
from workbench.verification.text import kinds
from workbench.verification.text.division import divides
from workbench.verification.text.grammar import Unreadable, parse
from workbench.verification.text.notation import in_functions
from workbench.verification.text.phrases import in_formulas
from workbench.verification.text.tokens import tokenize
from workbench.verification.text.words import in_digits


def side(text: str):
    return make_part([t for t in tokenize(text) if t.kind is not kinds.BREAK])


def values(text: str) -> list[int | Fraction | None]:
    """What the sides of the only claim of a line are worth."""
    (claim,) = read_line(text).claims
    return [part.known for part in claim.whole]


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("factorial", [5], 120),
        ("binom", [5, 2], 10),
        ("binom", [3, 4], 0),
        ("gcd", [12, 18], 6),
        ("lcm", [4, 6], 12),
        ("mod", [-1, 5], 4),
        ("digit", [-56], 6),
        ("base", [242, 5], 72),
        ("floor", [Fraction(-5, 2)], -3),
        ("ceil", [Fraction(-5, 2)], -2),
        ("abs", [Fraction(-5, 2)], Fraction(5, 2)),
        ("reciprocal", [Fraction(3, 4)], Fraction(4, 3)),
        ("difference", [9, 4], 5),
        ("sqrt", [Fraction(9, 4)], Fraction(3, 2)),
        ("root", [32, 5], 2),
    ],
)
def test_a_function_has_its_value(name: str, args: list[int | Fraction], value: int | Fraction):
    assert apply(name, args) == value


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("factorial", [Fraction(1, 2)]),
        ("factorial", [-1]),
        ("factorial", [10**6]),
        ("binom", [10**6, 3]),
        ("mod", [5, 0]),
        ("base", [292, 5]),
        ("base", [10, 16]),
        ("reciprocal", [0]),
        ("difference", [4, 9]),
        ("sqrt", [-4]),
        ("sqrt", [2]),
        ("root", [1 << 600, 2]),
    ],
)
def test_a_function_has_none(name: str, args: list[int | Fraction]):
    with pytest.raises(Unreadable):
        apply(name, args)


@given(st.integers(0, 60), st.integers(1, 8))
def test_a_root_undoes_a_power(base: int, degree: int):
    assert nth_root(base**degree, degree) == base
    assert power_number(base**degree, Fraction(1, degree)) == base


@given(st.integers(0, 12), st.integers(0, 12))
def test_what_is_written_is_what_is_computed(n: int, k: int):
    assert values(rf"\binom{{{n}}}{{{k}}} = {comb(n, k)}") == [comb(n, k)] * 2
    assert values(f"{n}! = {factorial(n)}") == [factorial(n)] * 2


@pytest.mark.parametrize(
    "text",
    ["|x - 3| = 5", "n! = 120", "x = 4 (mod 9)", "3 | 12 and 4 | 12", r"\lfloor x \rfloor = 2", "C(n, 2) = 10"],
)
def test_what_holds_a_letter_is_left_as_it_is(text: str):
    assert not any(t.kind is kinds.FUNC for t in in_functions(tokenize(text)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The square of 3 + 4 is 49", 49),
        ("The average of 2, 4 and 9 is 5", 5),
        ("The remainder when 17 is divided by 5 is 2", 2),
        ("The remainder of 50 divided by 8 is 2", 2),
        ("The sum of three and 2 * 4 equals 11", 11),
        ("Half of 2 + 6 is 4", 4),
        ("The least common multiple of 4 and 6 is 12", 12),
    ],
)
def test_a_phrase_is_a_formula(text: str, value: int):
    assert values(text) == [value, value]


@pytest.mark.parametrize(
    "text", ["twice the square of 5 is 50", "the square of its side is 9", "the sum of the digits of 45 is 9"]
)
def test_a_phrase_that_is_not_wholly_known_stays(text: str):
    assert in_formulas(tokenize(text)) == tokenize(text)


@pytest.mark.parametrize(
    ("text", "is_sign"),
    [
        ("24 : 6 + 2", True),
        ("24:6+2", True),
        ("(18 + 6) : 3", True),
        ("Step 2 : 5 + 1", False),
        ("Total: 12 + 3", False),
        ("at 6:00 = 5", False),
        ("2 : 3 : 4", False),
        ("A : 5 + 1", False),
        ("(2): 5 + 1", False),
    ],
)
def test_a_colon_divides_or_not(text: str, is_sign: bool):
    tokens = tokenize(text)
    assert divides(tokens, next(i for i, t in enumerate(tokens) if t.text == ":")) is is_sign


def test_a_slashed_fraction_holds_tighter_than_the_sign_of_division():
    assert worth(parse("6 ÷ 1/2")) == 12
    assert worth(parse(r"3/4 \div 2/3")) == Fraction(9, 8)
    assert worth(parse("6 ÷ 1 / 2")) == 3
    assert worth(parse("6/1/2")) == 3


def test_blanks_show_a_fraction():
    together = tight(side("6 / 1/2"))
    assert together is not None
    assert together.known == 12
    assert tight(side("6/1/2")) is None


def test_rounding_is_needed_only_where_digits_are_left_out():
    assert needs_rounding(Fraction(10, 3), side("3.33"), False)
    assert not needs_rounding(Fraction(139, 10), side("13.89"), False)
    assert needs_rounding(83, side("80"), True)
    assert not needs_rounding(83, side("82"), True)
    assert (coarseness(side("80")), coarseness(side("1200")), coarseness(side("81"))) == (5, 50, 0)


def test_a_decimal_is_cut_off():
    assert cuts(Fraction(1247, 3), side("1247 / 3"), side("415.66"))
    assert not cuts(Fraction(17, 20), side("0.6 + 0.25"), side("0.8"))
    assert cuts(Fraction(14142, 10000) ** 2, side("1.4142^2"), side("2"))
    assert not cuts(Fraction(9, 4), side("1.5^2"), side("2"))


def test_percent_of_the_number_before_it():
    assert mixes_percent(side("50 + 20%"), 60)
    assert mixes_percent(side("50 - 20%"), 40)
    assert not mixes_percent(side("50 + 20%"), 70)


def test_a_fraction_with_blanks_divides_twice():
    assert divides_twice(side("14 / 1 / 4"), 56)
    assert not divides_twice(side("24 / 4 / 2"), 12)
    assert not divides_twice(side("14/1/4"), 56)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("twenty five times 4", "25 * 4"),
        ("one hundred plus forty", "100 + 40"),
        ("two hundred and six minus six", "206 - 6"),
        ("6 times negative three", "6 * ( - 3 )"),
        ("8 squared plus 1", "8 ^ 2 + 1"),
        ("three point five times 2", "3.5 * 2"),
    ],
)
def test_numbers_in_words(text: str, shape: str):
    assert " ".join(t.text for t in in_digits(tokenize(text))) == shape


def test_the_same_name_twice_is_one_number():
    (claim,) = repeated("Total = 12 + 30. Total = 43.")
    assert [part.known for part in claim.whole] == [42, 43]
    assert not repeated("Total = 12 + 30. He buys 3 more. Total = 45.")
    assert not repeated("Tom = 12 + 30. Ann = 43.")
    (left,) = repeated("Leftover = 90 - 30. So 50 are left.")
    assert [part.known for part in left.whole] == [60, 50]


def test_a_name_goes_on_into_the_next_step():
    read = continued("Total = 12 + 30", "So the total = 43.")
    assert read is not None
    before, claim = read
    assert (before.known, claim.whole[0].known) == (42, 43)
    assert continued("Total = 12 + 30", "With three more the total = 45") is None
    assert continued("Total = 42", "Total = 45") is None


@pytest.mark.parametrize("text", ["|" * 400, "!" * 400, "the sum of " * 90, "1_2" * 200, "6 / 1" * 200, "C(" * 300])
def test_hostile_text_is_read_in_time(text: str):
    assert read_line(f"{text} = 3").text.endswith("= 3")
