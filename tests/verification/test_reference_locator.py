"""Reference mode's parts by hand: the text without labels, the end, what follows from a value, the locator."""

from __future__ import annotations

from fractions import Fraction

import pytest

from workbench.lab.corruptions import CORRUPTIONS, tell
from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.reference import locator
from workbench.verification.reference.alignment import align, look
from workbench.verification.reference.consequences import revalued
from workbench.verification.reference.ending import ending
from workbench.verification.reference.reading import read_statement, unknown_letter
from workbench.verification.reference.tidy import tidy

QUESTION = (
    "A mill fills 18 sacks in the morning and twice as many in the afternoon. Each sack weighs 25 kg. "
    "A lorry takes away 400 kg. How many kg of flour are left?"
)
ANSWER = (
    "In the afternoon it fills 18*2 = <<18*2=36>>36 sacks.\nIn all it fills 18+36 = <<18+36=54>>54 sacks.\n"
    "They weigh 54*25 = <<54*25=1350>>1350 kg.\nThen 1350-400 = <<1350-400=950>>950 kg are left.\n#### 950"
)
WORKED = ("18*2 = 36 sacks.", "18+36 = 54 sacks.", "54*25 = 1350 kg.", "1350-400 = 950 kg are left.")


def judged(steps: list[str], **more: tuple[tuple[str, ...], ...]) -> int | None:
    problem = Problem("p", QUESTION, "950", solution=WORKED, **more)
    return Verifier().verify(problem, steps, Knowledge.REFERENCE).first_error


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Third, we take 4 bags.", [4]),
        ("A third of 12 is 4.", [Fraction(1, 3), 12, 4]),
        ("Step 3: 4 bags", [4]),
        ("the three of them have 9", [9]),
        ("12{,}500 kg", [12500]),
        ("- 5 bags\n- 6 boxes", [5, 6]),
    ],
)
def test_labels_and_ordinals_are_no_quantities(text: str, values: list[int | Fraction]):
    assert [q.value for q in read_statement(text).quantities] == values


def test_tidying_keeps_places_and_ends_formulas():
    text = "\\[ 9 \\times 7 = 63 \\] \\[ 63 - 3 = 60 \\]"
    assert len(tidy(text)) == len(text)
    assert [c.result for c in read_statement(text).computations] == [63, 60]
    assert tidy("5 - 3 = 2") == "5 - 3 = 2"


@pytest.mark.parametrize(
    ("last", "answer", "right"),
    [
        ("-50", "50", False),
        ("50", "50", True),
        ("The difference is $390 - $440 = -$50.", "50", False),
        ("Therefore 42 rolls are left.", "12", False),
        ("It has 60 - 48 = 12 rolls, but one is burnt, so 11 rolls are left.", "12", False),
        ("So 15 of the 40 guests got none.", "15", True),
        ("60 - 48 = 12 rolls are left.", "12", True),
        ("60 - 48 = 12, and 12 * 2 = 24", "12", False),
        ("Step 4: #### 7", "7", True),
    ],
)
def test_the_end_is_right_only_if_it_says_the_answer(last: str, answer: str, right: bool):
    known = read_statement(answer).quantities[-1].value
    assert ending([last], [read_statement(last)], known, answer).right is right


def test_a_calculation_is_false_unless_a_unit_or_an_unread_piece_explains_it():
    false = [c.false for c in read_statement("3 * 5 = 16, 30 minutes * 2 = 1 hour, (a/b) x 100 = 70").computations]
    assert false[:2] == [True, False]
    assert not any(false[2:])
    assert read_statement("Step 7: 230 = 3x", (("x", 10),)).computations[0].false


def test_the_letter_a_problem_asks_for_gets_its_value():
    assert unknown_letter("What is the value of unknown variable x?") == "x"
    assert unknown_letter("What is the value of the coins?") is None
    assert read_statement("2x * 8 + 40", (("x", 5),)).computations[0].result == 120
    assert read_statement("3 x 8 = 24", (("x", 5),)).computations[0].false is False


def test_what_follows_from_another_value():
    node = read_statement("(7 + 5) * 2 = 24").computations[0].operations[0]
    assert revalued(node, {7: 10}) == 30
    assert revalued(read_statement("8 / 4 = 2").computations[0].operations[0], {4: 0}) is None


def test_chances_are_of_the_first_wrong_step():
    # Hazards 1/2, 1/2 and 1/2: the first is wrong first in 4 of 7, the second in 2, the third in 1.
    found = locator.chances([{}, {}, {}], 0.0, {})
    assert found == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert locator.choose([0.1, 0.2, 0.7]) == 2
    # Taking the first gains 0.45 and costs 0.4 * 0.55 if too early: the second, 0.4 - 0.4 * 0.15, is better.
    assert locator.choose([0.45, 0.4, 0.15]) == 1
    assert locator.calibrated(0.5, 1.0, 0.0) == pytest.approx(0.5)


def test_the_sentence_that_brought_the_operand_is_flagged():
    steps = ["18 * 2 = 36 sacks", "18 + 36 = 54 sacks", "The lorry takes away 440 kg.", "54 * 25 = 1350 kg"]
    assert judged([*steps, "1350 - 440 = 910 kg are left", "The answer is 910"]) == 2


def test_a_wrong_end_has_a_red_step_and_a_right_one_none():
    assert judged(["18 * 2 = 36", "36 * 25 = 900 kg", "900 - 400 = 500", "500"]) is not None
    assert judged(["18 * 2 = 36", "18 + 36 = 54", "Therefore, 54 kg of flour are left."]) is not None
    assert judged(["18 * 3 = 54 sacks", "54 * 25 - 400 = 950", "950"]) is None


def test_another_right_solution_is_a_path_too():
    steps = ["25 * 3 = 75 kg for each sack of the morning", "75 * 18 = 1350 kg", "1350 + 400 = 1750 kg", "1750"]
    other = ("25 * 3 = 75", "75 * 18 = 1350", "1350 - 400 = 950")
    assert judged(steps, alternates=(other,)) == 2
    aligned = align(QUESTION, WORKED, "950", tuple(steps), (other,))
    assert aligned is not None
    assert aligned.course.worked.values >= {75, 1350}


def test_models_solutions_go_wrong_where_they_say():
    kinds = set()
    for seed in range(150):
        right = tell(QUESTION, ANSWER, seed, wrong=False)
        seen = look(right.problem, right.reference, right.answer, right.steps)
        assert seen is not None
        assert seen.end.right, right.steps
        assert tell(QUESTION, ANSWER, seed, wrong=False) == right
        wrong = tell(QUESTION, ANSWER, seed, wrong=True)
        kinds.add(wrong.kind)
        assert 0 <= wrong.first_error < len(wrong.steps)
        problem = Problem("p", QUESTION, "950", solution=right.reference)
        assert Verifier().verify(problem, wrong.steps, Knowledge.REFERENCE).first_error is not None, wrong
        verdict = Verifier().verify(problem, right.steps, Knowledge.REFERENCE)
        assert all(s.judgement is not Judgement.INCORRECT for s in verdict.steps), (right.steps, verdict)
    # Here no factor between units stands, and no difference or quotient has a positive value the other way round.
    assert kinds >= set(CORRUPTIONS) - {"other scale", "term forgotten", "other way round"}
