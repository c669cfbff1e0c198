from __future__ import annotations

import pytest

from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import DEFAULT, Verifier, final_answer, grade

SAME = [
    ("5", "5"), ("x = 5", "5"), ("5", "x = 5"), ("x = 5", "5 = x"), ("1/2", "2/4"), ("1/2", "0.5"),
    ("0.5", ".5"), ("3.5", "3.50"), ("2 1/2", "5/2"), ("2 1/2", "2.5"), ("1,200", "1200"), ("$15", "15"),
    ("15", "$15"), ("15", "15 apples"), ("15 apples", "15"), ("20%", "20"), ("20%", "0.2"), ("10", "10%"),
    ("x = 2 or x = -3", "x = -3 or x = 2"), ("x = 2 or x = -3", "-3 or 2"),
    ("x = 2 or x = -3", "x = 2, x = -3"),
    ("x = 7, y = 3", "y = 3, x = 7"), ("x = 7, y = 3", "x = 7 and y = 3"), ("x > -4", "-4 < x"),
    ("3x + 12", "12 + 3x"), ("(x + 2)(x + 3)", "(x + 3)(x + 2)"), ("2(x + 3)", "2 * (x + 3)"),
    ("x^2 + 5x + 6", "6 + 5x + x^2"), ("72", r"\boxed{72}"), ("1/2", r"\frac{1}{2}"), ("8/3", r"\tfrac83"),
    ("-3", "−3"), ("Tuesday", "tuesday"), ("7", "3 + 4 = 7"), ("x = 2/3", "2/3"), ("x = 5", "x = 10/2"),
    ("x = 2 or x = 3", "x=2,x=3"), ("x = 15, y = 1", "x=15,y=1"), ("-5", "- 5"), ("12", "12 h"), ("7055", "7055g"),
    ("6(x + 2)", "6(2 + x)"), ("120", "2 hours = 120 minutes"), ("3.33", "10/3 = 3.33"), ("2", "√4 = 2"),
]  # fmt: skip
DIFFERENT = [
    ("5", "6"), ("x = 5", "x = -5"), ("x = 5", "x = 5 or 7"), ("x = 5", "5 or 7"), ("5", "5, 7"), ("5", ""),
    ("x = 2 or x = -3", "x = 2"), ("x = 2 or x = -3", "x = 2 or x = 3"), ("x = 7, y = 3", "x = 3, y = 7"),
    ("x = 7, y = 3", "x = 7"), ("x > -4", "x < -4"), ("x > -4", "x >= -4"), ("x > -4", "-2x < 8"),
    ("3x + 12", "3(x + 4)"), ("(x + 2)(x + 3)", "x^2 + 5x + 6"), ("(x + 2)(x + 3)", "1(x^2 + 5x + 6)"),
    ("5x", "2x + 3x"), ("3x + 12", "3 * x + 3 * 4"), ("x = 5", "2x = 10"), ("x = 5", "x = 20 - 15"),
    ("7", "3 + 4"), ("12", "１２"), ("12", "١٢"),
    ("0.67", "2/3"), ("2/3", "0.67"), ("15 apples", "15 pears"),
    ("5", "5 apples and 3 pears"), ("x = 5", "y = 5x"), ("100", r"10\text{ units}"),
    ("4, 10, -2", "10, 4, -2"),
    ("5", "five?"), ("Tuesday", "Monday"), ("5", "5 = 6 = 7 = 8"), ("16", "4^2"),
    ("6(x + 2)", "1(6x + 12)"), ("6(x + 2)", "2(3x + 6)"), ("x(x + 2)", "1(x^2 + 2x)"),
    ("(x + 2)(x + 3)", "(3 - 2)(x^2 + 5x + 6)"), ("5", "1 = 5"), ("9", "7 = 8 = 9"), ("12", "12 x"),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "pred"), SAME)
def test_same_answers_grade_correct(gold, pred):
    assert grade(gold, pred) is Judgement.CORRECT


@pytest.mark.parametrize(("gold", "pred"), DIFFERENT)
def test_other_answers_do_not(gold, pred):
    assert grade(gold, pred) is Judgement.INCORRECT


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3 + 4 = 7\nAnswer: 7", "7"),
        ("#### 72", "72"),
        (r"So it is \boxed{\frac{1}{2}}.", r"\frac{1}{2}"),
        ("The answer is 5.", "5"),
        ("So the answer is $18.", "$18"),
        ("Final answer: x = 5", "x = 5"),
        ("Answer: 3\nAnswer: 4", "4"),
        ("Answer: 3 Answer: 4", "3 Answer: 4"),
        ("There are 7 left.", None),
        ("", None),
    ],
)
def test_final_answer(text, answer):
    assert final_answer(text) == answer


def test_repeated_answers_on_one_line_are_not_right():
    assert grade("4", "3 Answer: 4") is Judgement.INCORRECT


def verify(text, gold, *lines, knowledge=Knowledge.ANSWER):
    return Verifier().verify(Problem("p", text, gold), "\n".join(lines), knowledge)


def test_a_wrong_end_never_goes_without_a_mark():
    verdict = verify("Tom has 10 pens.", "6", "10 + 4 = 14", "Answer: 14")
    assert [s.judgement for s in verdict.steps] == [Judgement.CORRECT, Judgement.INCORRECT]
    assert verdict.steps[1].diagnosis.value == "off_path"
    assert verdict.answer_judgement is Judgement.INCORRECT


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (("10 + 4 = 14 pens.", "Thus, the final answer is \\(14\\)."), 1),
        (("10 + 4 = 14, so we get \\boxed{14}.", "Thanks!"), 0),
        (("10 + 4 = 14 pens.", "**Answer**:", "14 pens"), 2),
        (("Think.", "I think that the answer to the question is 14 pens.", "Thanks!"), 1),
        (("10 + 4 = 14", "<answer> 14 </answer>"), 1),
    ],
)
def test_the_step_that_states_a_wrong_answer_is_marked_wherever_it_stands(lines, at):
    for gold, error in (("6", at), ("14", None)):
        verdict = Verifier().verify(Problem("p", "Tom has 10 pens.", gold), lines, Knowledge.ANSWER)
        assert verdict.first_error == error
    free = Verifier().verify(Problem("p", "Tom has 10 pens.", "6"), lines, Knowledge.FREE)
    assert free.first_error is None


def test_an_answer_that_repeats_a_wrong_line_is_not_a_second_error():
    verdict = verify("Tom has 10 pens.", "14", "10 + 4 = 15", "Answer: 15")
    assert [s.judgement for s in verdict.steps] == [Judgement.INCORRECT, Judgement.CORRECT]
    assert verdict.steps[1].carried


def test_the_known_answer_decides_where_the_text_is_read_otherwise():
    assert verify("Calculate 1/2 ÷ 1/4.", "2", "Answer: 1/8").first_error == 0
    assert verify("Expand 3(x - 4)^2.", "3x^2 - 24x + 48", "Answer: x^2 - 8x + 16").first_error == 0
    assert verify("If x > 0 and x^2 = 16, what is x?", "x = 4", "x = 4", "Answer: x = 4").first_error is None


def test_swapped_answer_is_off_path():
    verdict = verify("Tom has 10 pens.", "6", "10 - 4 = 6", "Answer: 10")
    assert verdict.steps[1].judgement is Judgement.INCORRECT
    assert verdict.steps[1].diagnosis.value == "off_path"
    assert verdict.steps[1].repair == "Answer: 6"


def test_right_answer_has_scope_meaning():
    verdict = verify("Tom has 10 pens.", "6", "10 - 4 = 6", "Answer: 6 pens")
    assert verdict.steps[1].scope.value == "meaning"
    assert verdict.process_correct
    assert verdict.all_decided


def test_an_answer_in_a_unit_of_another_kind_is_not_right():
    text = "How many hours are 480 minutes and 4 hours?"
    for stated, judgement in (
        ("12 h", Judgement.CORRECT),
        ("12 kg", Judgement.INCORRECT),
        ("12 g", Judgement.INCORRECT),
    ):
        verdict = verify(text, "12", "480 / 60 = 8", "8 + 4 = 12", f"Answer: {stated}")
        assert verdict.answer_judgement is verdict.steps[-1].judgement is judgement


@pytest.mark.parametrize("lines", [("x = 2", "x = 3"), ("First solution: x = 2", "Second solution: x = 3")])
def test_roots_on_lines_of_their_own_are_right(lines):
    text, gold = "Solve x^2 - 5x + 6 = 0.", "x = 2 or x = 3"
    assert verify(text, gold, "(x-2)(x-3) = 0", *lines, f"Answer: {gold}").process_correct
    left_out = verify(text, gold, "(x-2)(x-3) = 0", lines[0], f"Answer: {gold}").first_error
    assert left_out == (1 if lines[0] == "x = 2" else None)  # "First solution" says that there are more.


def test_right_for_wrong_reasons():
    verdict = verify("A shirt costs 50.", "60", "20% of 50 = 12", "50 + 10 = 60", "Answer: 60")
    assert verdict.right_for_wrong_reasons
    assert verdict.first_error == 0


def test_a_wrong_end_is_marked_but_locates_no_mistake():
    """6 - 4 = 2 is computed rightly: the mistake is the choice to subtract. A slip in copying is one itself."""
    text = "Tom has 6 cards. There are also 4 left from last week. How many cards are there now?"
    told = verify(text, "10", "6 - 4 = 2", "Answer: 2")
    assert (told.first_error, told.located_error) == (1, None)
    copied = verify(text, "10", "6 + 4 = 10", "Answer: 100")
    assert (copied.first_error, copied.located_error) == (1, 1)
    computed = verify(text, "10", "6 + 4 = 11", "Answer: 11")
    assert (computed.first_error, computed.located_error) == (0, 0)


def test_what_follows_a_wrong_step_is_carried():
    verdict = verify("Solve 3x + 5 = 20.", "x = 5", "3x = 25", "x = 25/3", "Answer: x = 25/3")
    assert [s.judgement.value for s in verdict.steps] == ["incorrect", "correct", "correct"]
    assert [s.carried for s in verdict.steps] == [False, True, True]


def test_no_answer_is_incorrect_and_free_mode_says_nothing():
    assert verify("Solve x = 5.", "5", "x = 5").answer_judgement is Judgement.INCORRECT
    assert verify("Solve x = 5.", "5", "x = 5", knowledge=Knowledge.FREE).answer_judgement is None


def test_version_names_the_checkers():
    assert Verifier().version == Verifier().version
    assert Verifier(checkers=DEFAULT[:1]).version != Verifier().version


def test_a_further_checker_is_an_argument():
    from workbench.types import Diagnosis
    from workbench.verification import Finding

    class Polite:
        name = "polite"

        def __call__(self, context):
            wrong = "please" not in context.step
            return Finding(Judgement.INCORRECT, Diagnosis.WRONG_RULE, self.name) if wrong else None

    verdict = Verifier(checkers=(*DEFAULT, Polite())).verify(Problem("p", "Work out 3 + 4.", "7"), "3 + 4 = 7")
    assert verdict.steps[0].checker == "polite"
