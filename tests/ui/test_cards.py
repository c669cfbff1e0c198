"""Step cards: colour, sign and word; the same size before and after; hints in three levels; hostile text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.verification.test_display import HOSTILE, seen
from workbench.types import Diagnosis, Evidence, Judgement, Knowledge, Problem, Scope, StepVerdict, Verdict
from workbench.ui.cards import cards_block, hint_levels, solution_cards, step_card
from workbench.ui.pages import style
from workbench.ui.palette import LOOKS
from workbench.verification import Verifier

PROBLEM = Problem("p", "Solve 3x + 5 = 20.", "x = 5")
OURS = {"section", "article", "div", "span", "bdi", "details", "summary", "dl", "dt", "dd", "p", "b", "button"}
MATHS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msqrt", "msup"}


def wrong() -> StepVerdict:
    return Verifier().verify(PROBLEM, "3x = 25").steps[0]


@pytest.mark.parametrize("judgement", list(Judgement))
def test_a_judgement_has_colour_sign_and_word(judgement: Judgement):
    card = step_card(StepVerdict("x = 5", judgement, Diagnosis.UNDECIDED), "x = 5")
    look = LOOKS[judgement]
    assert f'class="wb-card wb-{judgement.value}"' in card
    assert f">{look.sign}</span>" in card
    assert f">{look.word}</span>" in card
    (rule,) = re.findall(rf"\.wb-{judgement.value} \{{ --wb-mark: var\((--wb-\w+)\); \}}", style())
    assert f"{rule}: {look.colour};" in style()


def test_a_pending_card_has_the_frame_of_a_judged_one():
    pending, judged = step_card(None, "3x = 25", 2), step_card(wrong(), "3x = 25", 2)
    frame = re.compile(r'class="(wb-row|wb-sign|wb-step|wb-word|wb-line)"')
    assert frame.findall(pending) == frame.findall(judged) == ["wb-row", "wb-sign", "wb-step", "wb-word", "wb-line"]
    assert 'data-step="2"' in pending
    assert ">checking</span>" in pending
    fixed = re.search(r"\.wb-line {[^}]*}", style())
    assert fixed
    assert "height: 24px" in fixed.group()


def test_hints_give_away_a_little_more_each():
    where, kind, mended = hint_levels(wrong()) or ("", "", "")
    assert where == "Look at the sign of the number that crosses the equals sign: 5."
    assert kind == "A number that crosses the equals sign changes its sign."
    assert mended == "3x = 15"
    assert "15" not in where + kind


def test_hints_without_a_malrule():
    step = StepVerdict("7 * 8 = 54", Judgement.INCORRECT, Diagnosis.NOT_EQUIVALENT,
                       evidence=(Evidence("value", "7 * 8 is 56."),))  # fmt: skip
    levels = hint_levels(step)
    assert levels is not None
    assert levels[0] == "Work the calculation out once more."
    assert "56" not in levels[0] + levels[1]
    assert hint_levels(replace(step, judgement=Judgement.CORRECT)) is None


def test_what_is_known_is_there_on_demand():
    card = step_card(wrong(), "3x = 25", 1, dispute=True)
    for word in ("Diagnosis", "Counterexample", "Malrule", "Repair", "Confidence", "Where to look", "sign_kept"):
        assert word in card
    assert "<details" in card
    assert "open" not in re.findall(r"<details([^>]*)>", card)
    assert 'data-dispute="1"' in card
    assert "data-dispute" not in step_card(wrong(), "3x = 25", 1)


def test_confidence_is_shown_as_it_is():
    step = StepVerdict("x = 5", Judgement.INCORRECT, Diagnosis.OFF_PATH, Scope.MEANING, confidence=0.635)
    assert "<dd>64%</dd>" in step_card(step, "x = 5")
    assert "Confidence" not in step_card(replace(step, judgement=Judgement.UNKNOWN), "x = 5")


def test_a_solution_ends_with_its_answer():
    verdict = Verifier().verify(PROBLEM, "3x = 15\nx = 5\nAnswer: x = 5")
    made = solution_cards(verdict, "base")
    assert made.count("<article") == 3
    assert "The final answer is right." in made
    assert "3 steps, 0 incorrect, 0 unknown." in made
    free = Verifier().verify(replace(PROBLEM, answer=None), "3x = 15", Knowledge.FREE)
    assert "There is no final answer. 1 step, 0 incorrect" in solution_cards(free)


def test_an_unfinished_solution_has_a_pending_card_and_no_result():
    verdict = Verifier().verify(PROBLEM, "3x = 15")
    made = solution_cards(verdict, "base", pending="x =", finished=False)
    assert made.count("<article") == 2
    assert "final answer" not in made
    assert "Nothing was written." in solution_cards(Verdict((), None, None, "v"), "base")
    assert "Nothing was written." not in cards_block([], "base", pending="")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field(text: str):
    step = StepVerdict(text, Judgement.INCORRECT, Diagnosis.BUGGY, reason=text, evidence=(Evidence(text, text),),
                       checker=text, malrule=text, repair=text)  # fmt: skip
    made = solution_cards(Verdict((step,), text, Judgement.INCORRECT, text), text, dispute=True)
    made += step_card(None, text)
    parsed = seen(made)
    assert parsed.tags <= OURS | MATHS
    assert not {name for name in parsed.attributes if name.startswith("on") or name in ("href", "src", "style")}
    assert made.count("<div") == made.count("</div>")
