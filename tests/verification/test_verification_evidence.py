"""What comes with a verdict on a line of algebra: directions, notes, words against deeds."""

from __future__ import annotations

import pytest

from workbench.types import Diagnosis, Judgement, Knowledge, Problem, StepVerdict
from workbench.verification import Verifier

VERIFIER = Verifier()


def last(problem: str, *lines: str) -> StepVerdict:
    return VERIFIER.verify(Problem("p", problem, None), list(lines), Knowledge.FREE).steps[-1]


def evidence(step: StepVerdict, kind: str) -> str:
    return " ".join(e.text for e in step.evidence if e.kind == kind)


@pytest.mark.parametrize(
    ("problem", "line", "lost_or_gained", "direction"),
    [
        ("Solve x^2 = 25.", "x = 5", "loses x = -5", "The line before follows from this line"),
        ("Solve x = 5.", "x^2 = 25", "gains x = -5", "This line follows from the line before"),
        ("Solve (x - 1)(x - 2) = 0.", "(x - 1)(x - 3) = 0", "loses x = 2 and gains x = 3", "Neither line"),
    ],
)
def test_the_failing_direction_is_named(problem, line, lost_or_gained, direction):
    step = last(problem, line)
    assert step.judgement is Judgement.INCORRECT
    assert lost_or_gained in evidence(step, "roots")
    assert direction in evidence(step, "roots")


def test_a_repeated_root_is_right_with_a_note():
    step = last("Solve x^2 - 6x + 9 = 0.", "x = 3")
    assert step.judgement is Judgement.CORRECT
    assert "repeated root" in evidence(step, "roots")


def test_a_divisor_that_may_be_zero_is_noted():
    step = last("Solve 6/(x - 1) = 3.", "6 = 3(x - 1)")
    assert step.judgement is Judgement.CORRECT
    assert "x = 1" in evidence(step, "domain")


def test_and_for_or_is_noted():
    step = last("Solve x^2 - 5x + 6 = 0.", "x = 2 and x = 3")
    assert step.judgement is Judgement.CORRECT
    assert "Write or" in evidence(step, "claim")
    assert not last("Solve x^2 - 5x + 6 = 0.", "x = 2 or x = 3").evidence


def test_a_counterexample_is_given():
    assert "x = 25/3 fits this line" in evidence(last("Solve 3x + 5 = 20.", "3x = 25"), "counterexample")


@pytest.mark.parametrize(
    ("problem", "line", "repair"),
    [
        ("Solve 3x + 5 = 20.", "Divide both sides by 5: 3x = 15", "Subtract 5 from both sides: 3x = 15"),
        ("Solve 3x + 5 = 20.", "adding 5 to both sides gives 3x = 15", "subtracting 5 from both sides gives 3x = 15"),
        ("Solve 4x = 12.", "Multiply each side by 4: x = 3", "Divide both sides by 4: x = 3"),
    ],
)
def test_a_true_line_that_is_not_what_its_words_say(problem, line, repair):
    step = last(problem, line)
    assert step.diagnosis is Diagnosis.WRONG_RULE
    assert "The words say" in evidence(step, "claim")
    assert step.repair == repair
    assert last(problem, repair).judgement is Judgement.CORRECT


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ("Solve 3x + 5 = 20.", "Subtract 5 from both sides and divide by 3: x = 5"),
        ("Solve 3x + 5 = 20.", "Subtracting 5 from both sides gives x = 5"),
        ("Solve 3x = 12.", "Multiply both sides by 1/3: x = 4"),
        ("Solve 3x = 15.", "x = 5, then divide both sides by 5"),
        ("Solve 5 - x = 3.", "Add x to both sides: 5 = 3 + x"),
        ("Solve -2x = 8.", "Divide both sides by -2: x = -4"),
        ("Solve x/4 = 3.", "Multiply through by 4: x = 12"),
        ("Solve 2x + 4 = 10.", "Divide everything by 2: x + 2 = 5"),
    ],
)
def test_words_that_may_be_meant_so_are_left_alone(problem, line):
    assert last(problem, line).judgement is Judgement.CORRECT


@pytest.mark.parametrize(
    ("lines", "diagnosis"),
    [
        (["3x = 15"], Diagnosis.EXPECTED),
        (["3x + 5 = 20"], Diagnosis.SIMILAR),
        (["20 = 3x + 5"], Diagnosis.SIMILAR),
        (["3x + 12 = 27"], Diagnosis.VALID),
        (["3x = 15", "3x + 5 = 20"], Diagnosis.DETOUR),
        (["3x = 15", "3x + 7 = 22"], Diagnosis.DETOUR),
    ],
)
def test_right_lines_are_told_apart(lines, diagnosis):
    assert last("Solve 3x + 5 = 20.", *lines).diagnosis is diagnosis
