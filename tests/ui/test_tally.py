"""Counting answers: equal values together, the most frequent first."""

from __future__ import annotations

from workbench.types import Judgement, Verdict
from workbench.ui.solving import tally, tally_html

RIGHT, WRONG = Judgement.CORRECT, Judgement.INCORRECT


def verdict(answer: str | None, judgement: Judgement | None = RIGHT) -> Verdict:
    return Verdict((), answer, judgement, "v")


def test_equal_values_are_one_answer():
    made = tally(
        [verdict("x = 1/2"), verdict("7", WRONG), verdict("x = 0.5"), verdict(None, WRONG), verdict("x = 1/2")]
    )
    assert [(c.answer, c.count, c.judgement) for c in made] == [
        ("x = 1/2", 3, RIGHT),
        ("7", 1, WRONG),
        (None, 1, WRONG),
    ]


def test_the_chart_says_how_many_agree():
    made = tally_html([verdict("5"), verdict("5"), verdict("<b>", WRONG), verdict(None, WRONG)])
    assert "2 of 4 agree; 2 right with no step incorrect" in made
    assert "width:50.0%" in made
    assert "<b>" not in made
    assert "no answer" in made
    assert "right with" not in tally_html([verdict("5", None)])
    assert tally_html([]) == ""


def test_many_answers_are_cut():
    made = tally_html([verdict(str(n), WRONG) for n in range(10)])
    assert made.count("wb-bar") == 6
    assert "4 more with other answers" in made
