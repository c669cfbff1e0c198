"""Repairs are what learners are trained on: each must be right in its place, and say something."""

from __future__ import annotations

import pytest

from workbench.types import Judgement, Problem
from workbench.verification import Verifier


def repair(text: str, gold: str, *lines: str) -> str | None:
    """The repair of the last line, which is wrong."""
    step = Verifier().verify(Problem("p", text, gold), "\n".join(lines)).steps[-1]
    assert step.judgement is Judgement.INCORRECT
    return step.repair


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        ("-6 * (-4) = 28 and -6 + (-4) = -12", "-7 * (-4) = 28 and -7 + (-4) = -11"),
        ("-6 - 4 = -12 and (-6)(-4) = 28", "-7 - 4 = -11 and (-7)(-4) = 28"),
        ("3 × (-8) = -14, 3 + (-8) = -5", "-4 × (-7) = 28, -4 + (-7) = -11"),
    ],
)
def test_product_and_sum_are_put_right_together(step: str, wanted: str):
    assert repair("Write y^2 - 11y + 28 as a product.", "(y - 7)(y - 4)", step) == wanted


def test_a_quadratic_without_whole_numbers_offers_none():
    assert repair("Solve x^2 - 5x + 1 = 0.", "x = 1 or x = 4", "2 * 3 = 7 and 2 + 3 = 5") is None


@pytest.mark.parametrize(
    ("text", "gold", "lines"),
    [
        ("Work out 1/3 * 2/3.", "2/9", ["(1 * 2) / (3 * 3) = 2/9", "2/9 = 1/3"]),
        ("Factor the expression 15n - 18.", "3(5n - 6)", ["15n - 18 = 3 * 7n - 3 * 9"]),
        ("Solve 2x + 1 = 2x + 5.", "no solution", ["1 = 6"]),
    ],
)
def test_no_repair_says_that_a_thing_is_itself(text: str, gold: str, lines: list[str]):
    assert repair(text, gold, *lines) is None


def test_no_repair_copies_the_line_before():
    assert repair("Solve 3x + 5 = 20.", "x = 5", "3x = 15", "3x = 25") != "3x = 15"


def test_no_repair_is_wrong_itself():
    assert repair("Multiply out (x + 1)(x + 9).", "x^2 + 10x + 9", "x^2 + 9x + x + 9 = x^2 + 81 = x + 9") is None
