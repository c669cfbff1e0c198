"""A second reader that shares nothing with the first, and what becomes of a step on which they differ."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from workbench.judging.coverage import CoverageSample, measure, report
from workbench.types import Diagnosis, Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.checkers.second_reading import evaluated, misread
from workbench.verification.domain import StepContext
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.findings import Context, Finding, incorrect
from workbench.verification.lines.relations import show
from workbench.verification.maths import MATHS
from workbench.verification.text.grammar import parse
from workbench.verification.text.second_reader import second_value, to_power

POINT = {"x": Fraction(5), "y": Fraction(-2), "n": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14),
        (r"5 \times -2", -10),
        (r"9 - 2 \cdot -3", 15),
        ("20 - 8 / 4 / 1", None),
        ("-3^2", -9),
        ("(-3)^2", 9),
        ("2^3^2", 512),
        ("1,250 + 1", 1251),
        ("2 1/2 + 1", Fraction(7, 2)),
        (r"2\frac{1}{2}x", Fraction(25, 2)),
        (r"\frac{x + 1}{3}", 2),
        (r"\left(x + 1\right)\left(x - 1\right)", 24),
        ("3x²", 75),
        ("20% * 50", 10),
        ("12n - y", 8),
        ("6/2(1 + 2)", None),
        ("3 x (2 + 4)", None),
        ("2 x + 3", 13),
        ("5 boxes * 2", None),
        (r"\sqrt{4}", None),
        ("1/0", None),
        ("(2 + 3", None),
        ("2 +", None),
        ("z + 1", None),
        ("+-3", None),
        ("4 - -3", 7),
        ("9^12^12^12", None),
        ("(" * 40 + "1" + ")" * 40, None),
        ("1+" * 150 + "1", None),
    ],
)
def test_what_the_second_reader_understands(text, value):
    assert second_value(text, POINT) == value


def test_powers_stay_small():
    assert to_power(Fraction(2, 3), Fraction(-2)) == Fraction(9, 4)
    for base, exponent in (
        (Fraction(0), Fraction(-1)),
        (Fraction(4), Fraction(1, 2)),
        (Fraction(10**400), Fraction(9)),
    ):
        assert to_power(base, exponent) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-x^2 + 3", -22),
        ("50%", Fraction(1, 2)),
        ("√(4) + 1", None),
        ("1/(x - 5)", None),
        ("2 - 3y", 8),
        ("q + 1", None),
    ],
)
def test_the_other_evaluator(text, value):
    assert evaluated(parse(text), POINT) == value


def test_long_decimals_are_shown_whole():
    assert [show(Fraction(t)) for t in ("532917.2", "12345678.9", "-0.125", "-3.5")] == [
        *("532917.2", "12345678.9", "-0.125", "-3.5")
    ]


def context(text: str, read_as: tuple[str, str] | None = None) -> Context:
    """Return the context of one step, its claim read as two other sides where these are given."""
    made = MATHS.read(StepContext(Problem("p", "Calculate.", None), (text,), (), (), Knowledge.FREE))
    if read_as is None:
        return made
    (claim,) = made.line.claims
    sides = tuple(ClaimSide(s.tokens, parse(other)) for s, other in zip(claim.whole, read_as, strict=True))
    return replace(made, line=replace(made.line, claims=(Claim(sides, claim.relations),)))


WRONG = incorrect("arithmetic", "It is not.", "value")


def test_a_reading_that_the_second_reader_shares_stands():
    assert misread(context("5 * 2 = 11"), WRONG) is None
    assert misread(context("5 boxes of 2 = 11"), WRONG) is None


def test_a_reading_that_it_does_not_share_is_doubted():
    # As a reader would have it that drops an operator before a sign.
    found = misread(context(r"5 \times (-2) = -10", ("5 - 2", "-10")), WRONG)
    assert found == r"Two readings of `5 \times (-2)` differ, so the step stays undecided."
    assert misread(context("5 * 2 = 10"), WRONG) is not None
    assert misread(context(r"5 \times (-2) = -10", ("5 - 2", "-10")), replace(WRONG, checker="final_answer")) is None


class Mistaken:
    """A checker that calls every step a wrong calculation."""

    name = "arithmetic"

    def __call__(self, context: Context) -> Finding:
        return WRONG


def test_the_verifier_does_not_call_a_misread_step_wrong():
    verifier = Verifier(checkers=(Mistaken(),))
    problem = Problem("p", "Calculate.", None)
    right, slip = verifier.verify(problem, ["5 * 2 = 10", "5 * 2 = 11"], Knowledge.FREE).steps
    assert (right.judgement, right.diagnosis, right.checker) == (Judgement.UNKNOWN, Diagnosis.MISREAD, "arithmetic")
    assert slip.judgement is Judgement.INCORRECT
    (trial,) = measure([CoverageSample(problem, ("5 * 2 = 10", "5 * 2 = 11"))], verifier, Knowledge.FREE)
    assert report([trial], Knowledge.FREE).misread == 1
