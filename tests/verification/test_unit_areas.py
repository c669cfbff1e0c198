"""Sides joined by `by`, things counted one by one, and units that a result cannot have."""

from __future__ import annotations

import pytest

from workbench.types import Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.text.tokens import tokenize
from workbench.verification.units.areas import multiplied
from workbench.verification.units.reading import measured

STORY = "Two friends build a shed and note every length and weight they need."


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("7 ft by 4 ft = 28 square feet", 1),
        ("2 m by 3 m by 4 m = 24 m^3", 2),
        ("the room is 12 feet by 10 feet = 120 square feet", 1),
        ("7 ft by 4 ft = 28 ft", 0),
        ("2 m by 3 m = 24 m^3", 0),
        ("a 7 ft by 4 ft board = 28 dollars", 0),
        ("by 4 ft = 28 square feet", 0),
        ("7 ft by", 0),
    ],
)
def test_by_multiplies_only_where_an_area_is_told(text: str, times: int) -> None:
    tokens = measured(tokenize(text))
    assert sum(t.text == "*" for t in tokens) == times
    assert [t.text for t in multiplied(list(tokens))] == [t.text for t in tokens]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3 kg per bag * 5 = 15 kg", ["bag"]),
        ("3 kg/jar * 5 jars = 15 kg", ["jar", "jars"]),
        ("each row * 4 = 12", ["row"]),
        ("3/ab = 4", []),
        ("bag * 5 = 15", []),
    ],
)
def test_what_is_counted_is_no_product_of_letters(text: str, words: list[str]) -> None:
    assert [t.text for t in tokenize(text) if t.text in ("bag", "jar", "jars", "row", "ab")] == words


@pytest.mark.parametrize(
    ("step", "judgement"),
    [
        ("2 * (5 m + 30 cm) = 10.6 m", "correct"),
        ("2 * (5 m + 30 cm) = 70 cm", "incorrect"),
        ("3 weeks + 2 days = 23 days", "correct"),
        ("3 weeks + 2 days = 5 days", "incorrect"),
        ("3 weeks + 2 days = 17 days", "unknown"),  # a working week has five days
        ("3 hours * 60 + 20 minutes = 200 minutes", "correct"),
        ("20 cm^2 + 5 cm = 25 cm^2", "unknown"),
        ("18 cm / 3 cm = 6", "correct"),
        ("18 cm / 3 cm = 6 cm", "unknown"),
        ("4 kg * 3 kg = 12 kg", "unknown"),
        ("4 kg * 3 = 12 kg", "correct"),
        ("4 * 7 m = 28 m", "correct"),
        ("4 * 7 m = 27 m", "incorrect"),
    ],
)
def test_units_of_a_result(step: str, judgement: str) -> None:
    verdict = Verifier().verify(Problem("p", STORY, None), [step], Knowledge.FREE).steps[0]
    assert verdict.judgement == judgement, verdict.reason
