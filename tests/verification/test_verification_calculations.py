"""One reader for numbers and for `a op b = c`."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verification.lines.calculations import Calculation, calculations, numbers

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


@pytest.mark.parametrize(
    ("line", "left", "sign", "right", "result"),
    [
        ("12 - 3 = 9", 12, "-", 3, 9),
        ("6/2 = 3", 6, "/", 2, 3),
        ("8 ÷ 2 = 4", 8, "/", 2, 4),
        ("3 × 4 = 12", 3, "*", 4, 12),
        ("3 · 4 = 12", 3, "*", 4, 12),
        ("3 x 4 = 12", 3, "*", 4, 12),
        ("3*4=12", 3, "*", 4, 12),
        (r"3 \times 4 = 12", 3, "*", 4, 12),
        ("-9 + 2 = -7", -9, "+", 2, -7),
        ("7 - (-3) = 10", 7, "-", -3, 10),
        ("1/2 + 1/3 = 5/6", HALF, "+", THIRD, Fraction(5, 6)),
        ("1/2 / 3 = 1/6", HALF, "/", 3, Fraction(1, 6)),
        (r"\frac{1}{2} * 4 = 2", HALF, "*", 4, 2),
        ("2 1/2 + 1 = 3 1/2", Fraction(5, 2), "+", 1, Fraction(7, 2)),
        ("1,200 / 2 = 600", 1200, "/", 2, 600),
    ],
)
def test_a_line_that_is_one_calculation(line, left, sign, right, result):
    assert calculations(f" {line} ") == (Calculation(left, sign, right, result, alone=True),)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("She pays 4 x $12 = $48.", [(4, "*", 12, 48)]),
        ("3 boxes * 12 eggs = 36 eggs", [(3, "*", 12, 36)]),
        ("20% of 50 = 10", [(20, "*", 50, 10)]),
        ("2 * 3 + 4 = 10", [(2, "*", 3, None)]),
        ("3 + 4 = 7 + 2 = 9", [(3, "+", 4, None), (7, "+", 2, 9)]),
        ("3 + 4 < 9", [(3, "+", 4, None)]),
        ("4 * 12", [(4, "*", 12, None)]),
        ("x + 3 = 5", []),
        ("no numbers at all", []),
        ("12 = 12", []),
        (f"{'9' * 5000} + 1 = 2", []),
    ],
)
def test_calculations_in_other_lines(line, found):
    assert calculations(line) == tuple(Calculation(*c, alone=False) for c in found)


def test_numbers_of_a_text():
    text = "Tom has 1,200.50 dollars, 3/4 of 007 pies and .5 litres."
    assert numbers(text) == (Fraction(2401, 2), 3, 4, 7, HALF)
    assert numbers(text, fractions=True) == (Fraction(2401, 2), Fraction(3, 4), 7, HALF)
    assert numbers("1/0", fractions=True) == (1, 0)
    assert numbers("9" * 4000) == ()


@given(st.text(alphabet="0123456789+-*/x×÷=(). $%\\frac{}a", max_size=60))
def test_any_text_is_read_without_an_error(text: str):
    for found in calculations(text):
        assert found.sign in "+-*/"
        assert found.result is not None or not found.alone


@given(st.integers(-99, 99), st.sampled_from("+-*/"), st.integers(-99, 99), st.integers(-99, 99))
def test_what_is_written_is_read(left: int, sign: str, right: int, result: int):
    assert calculations(f"{left} {sign} ({right}) = {result}") == (Calculation(left, sign, right, result, True),)
