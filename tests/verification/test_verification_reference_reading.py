"""What the aligner reads in a line, and where a quantity lies on a worked solution's graph."""

from __future__ import annotations

from fractions import Fraction

import pytest

from workbench.types import Diagnosis, Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.reference.reading import read_statement
from workbench.verification.reference.signals import moves
from workbench.verification.reference.worked import QuantityPlace, work_through


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("one hundred and fifteen clips", [115]),
        ("twenty-four pens and two cups", [24, 2]),
        ("two and six", [2, 6]),
        ("two thousand five hundred", [2500]),
        ("half of the dozen", [Fraction(1, 2), 12]),
        ("$1,250 for 3.5 hours", [1250, Fraction(7, 2)]),
        ("2 1/2 cups", [Fraction(5, 2)]),
    ],
)
def test_quantities(text, values):
    assert [q.value for q in read_statement(text).quantities] == values


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("a total of 2 x 10 = 20 hours", [20]),
        ("12 skulls + 4 brooms = 16 things", [16]),
        ("$402/member * 6 members = $2412", [2412]),
        ("400 L * 1000 ml/L = 400,000 ml", [400_000]),
        ("He pays 25% of $40, so 0.25 * 40 = $10.", [10, 10]),
        ("half of 12 birds is 12/2 = 6 birds", [6]),
        (r"\frac{48}{2} = 24", [24]),
        ("3 boxes of 4", []),
    ],
)
def test_computations(text, results):
    assert [c.result for c in read_statement(text).computations] == results


STORY = "7 shelves hold 11 jars each and 5 shelves hold 13 jars each. Each jar costs 3 dollars. What are they worth?"
WORKED = ("7 * 11 = 77 jars", "5 * 13 = 65 jars", "77 + 65 = 142 jars", "142 * 3 = 426 dollars", "426")


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        (["11 * 7 = 77"], QuantityPlace.ON_PATH),
        (["11 * 7 + 5 * 13 = 142"], QuantityPlace.ON_PATH),
        (["(7 * 11 + 5 * 13) * 3 = 426"], QuantityPlace.ON_PATH),
        (["7 * 11 * 3 = 231"], QuantityPlace.ANOTHER_WAY),
        (["11 * 3 = 33"], QuantityPlace.ANOTHER_WAY),
        (["11 * 3 = 33", "33 * 7 = 231"], QuantityPlace.ANOTHER_WAY),
        (["7 * 11 = 77", "77 / 3 = 25.67"], QuantityPlace.ONE_MOVE),
        (["70 + 7 = 77"], QuantityPlace.SAME_VALUE),
        (["7 + 11 = 18"], QuantityPlace.OFF),
    ],
)
def test_places(steps, place):
    found = moves(work_through(STORY, WORKED), [read_statement(step) for step in steps])
    assert found[-1].place is place


def test_a_wrong_meaning_is_named_with_the_quantity_that_was_wanted():
    steps = ["7 * 11 = 77 jars", "5 + 13 = 18 jars", "77 + 18 = 95 jars", "95 * 3 = 285 dollars", "Answer: 285"]
    verdict = Verifier().verify(Problem("p", STORY, "426", solution=WORKED), steps, Knowledge.REFERENCE)
    step = verdict.steps[1]
    assert verdict.first_error == 1
    assert step.diagnosis is Diagnosis.OFF_PATH
    assert step.evidence[0].kind == "quantity"
    assert step.repair == "5 * 13 = 65 jars"
    assert [s.judgement for s in verdict.steps[2:4]] == [Judgement.CORRECT] * 2
    assert verdict.steps[2].carried


def test_answer_mode_names_the_steps_that_lead_to_a_wrong_answer():
    steps = ["7 * 11 = 77 jars", "5 + 7 = 12 shelves", "77 * 3 = 231", "Answer: 231"]
    verdict = Verifier().verify(Problem("p", STORY, "426"), steps, Knowledge.ANSWER)
    assert [bool(s.evidence) for s in verdict.steps[:3]] == [True, False, True]
    assert [s.judgement for s in verdict.steps[:3]] == [Judgement.CORRECT] * 3
