"""Formulas with nothing but blanks between, names that lines give values, and words that deny a calculation."""

from __future__ import annotations

import time

import pytest

from workbench.verification.lines.claims import read_line
from workbench.verification.lines.named_values import put_in, values_of
from workbench.verification.lines.roles import is_denied


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("4w = 52 w = 13", [["4w", "52"], ["w", "13"]]),
        ("5 + 6 = 11  11 - 4 = 7", [["5 + 6", "11"], ["11 - 4", "7"]]),
        ("5 + 6 = 11 11 - 4 = 7", [["5 + 6", "11"], ["11 - 4", "7"]]),
        ("2^3 = 8   (-1)^2 = 1", [["2^3", "8"], ["(-1)^2", "1"]]),
        ("4w = 52 | w = 13", [["4w", "52"], ["w", "13"]]),
        ("50 g * 12 = 600 g = 0.6 kg", [["50 g * 12", "600", "0.6"]]),
        ("(a) 5 + 6 = 11 (b) 11 - 4 = 7", [["5 + 6", "11"], ["11 - 4", "7"]]),
    ],
)
def test_each_formula_is_a_claim_of_its_own(text: str, sides: list[list[str]]):
    claims = read_line(text).claims
    assert [[text[side.start : side.end] for side in claim.whole] for claim in claims] == sides


@pytest.mark.parametrize("piece", ["1  ", "x ", "1 = ", "(a) ", "1 | ", "[1] "])
def test_hostile_rows_of_blanks_cost_no_more_than_their_length(piece: str):
    started = time.perf_counter()
    read_line("1 = 1 = " + piece * (1900 // len(piece)))
    assert time.perf_counter() - started < 1


def test_a_name_with_two_values_is_none():
    lines = [read_line(text) for text in ("Boys = 12", "Girls = 15", "Girls = 16", "Teachers = 3")]
    assert values_of(lines) == {("boys",): 12, ("teachers",): 3}


@pytest.mark.parametrize(
    ("text", "exact", "shown"),
    [("Boys + Girls = 12 + 14 = 26", 27, 26), ("Girls - Boys = 3", 3, 3), ("All = Boys + Girls = 28", 27, 28)],
)
def test_named_values_are_put_in(text: str, exact: int, shown: int):
    read = put_in([read_line("Boys = 12"), read_line("Girls = 15")], read_line(text))
    assert read is not None
    assert (read.exact, read.side.known) == (exact, shown)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("A common mistake is 2 + 2 = 5.", True),
        ("If 2 + 2 = 5, then pigs fly.", True),
        ("Is 2 + 2 = 5?", True),
        ("He does not have enough, so 2 + 2 = 5.", False),
        ("If he buys two more, 2 + 2 = 5 are there.", False),
    ],
)
def test_words_may_deny_a_calculation(text: str, denied: bool):
    start = text.index("2 + 2")
    assert is_denied(text, start, start + len("2 + 2 = 5")) is denied
