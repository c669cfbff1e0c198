"""Words that make a number no answer, numbers left out of all, and what is said beside an answer."""

from __future__ import annotations

import pytest

from workbench.verification.answers import compare_answers, final_answer, read_answer
from workbench.verification.answers.limits import is_limited

LIMITED = [
    "less than 58", "more than $20", "at least 12 kg", "at the most 7", "up to 40%", "not 15", "x is not 15",
    "cannot be 9", "58 or more", "12 kg or fewer", "under 30", "other than \\frac{1}{2}", "all but 3", "6, not 7",
    "fewer than −4", "greater than $\\sqrt{2}$", "no, at most 8",
]  # fmt: skip
FREE = [
    "58", "3 more than Ann", "7 less than Ben", "12 over 5", "the butter", "4 or 5", "nothing", "note 7", "about 30",
    "6 and more", "x = 2 or x = 3", "no solution", "5 left over", "at 9 o'clock", "2 more", "cover 40",
]  # fmt: skip

PAIRS: list[tuple[str, str, bool | None]] = [
    ("58", "less than 58", None), ("58", "58 or more", None), ("x = 15", "x is not 15", None),
    ("12 kg", "at least 12 kg", None), ("at least 6", "6", None), ("at least 6", "at least 6", True),
    ("58", "cannot be 58", None), ("3", "3 more than Ann", True), ("x \\neq 2", "all real numbers except 2", True),
    ("x \\neq 2", "every x but 2", True), ("x \\neq 2", "all real numbers except -2", False),
    ("(-\\infty, 2) \\cup (2, \\infty)", "any real number other than 2", True),
    ("x \\neq 0, 4", "all real numbers except 0 and 4", True), ("x \\neq 0, 4", "x \\neq 0, 5", False),
    ("2", "all real numbers except 2", False), ("all real numbers", "all real numbers except 3", False),
    ("two and three quarters", "2.75", True), ("2.75", "two and a quarter", False), ("{7 \\choose 2}", "21", True),
    ("(1,2)", "[1,2]", False), ("1,5", "1.5", None),
]  # fmt: skip

FOUND = [
    ("The answer is not 58. The answer is 57.", "57"), ("The answer is 57, not 58.", "57"),
    ("The answer should be 57 rather than 58.", "57"), ("Answer: 57 instead of 58", "57"),
    ("So the answer is not 58.", None), ("The answer can't be 58, so the answer is 57", "57"),
    ("Answer: 57 (since 60 - 3 = 57)", "57"), ("The answer is never 0, so the answer is 4.", "4"),
]  # fmt: skip


@pytest.mark.parametrize("text", LIMITED)
def test_a_limit_is_no_answer(text: str) -> None:
    assert is_limited(text)
    assert read_answer(text) is None


@pytest.mark.parametrize("text", FREE)
def test_other_words_limit_nothing(text: str) -> None:
    assert not is_limited(text)


@pytest.mark.parametrize(("gold", "pred", "equal"), PAIRS)
def test_pairs_with_limits(gold: str, pred: str, equal: bool | None) -> None:
    found = compare_answers(gold, pred)
    assert found.equal is equal, found.reason


@pytest.mark.parametrize(("text", "answer"), FOUND)
def test_what_the_answer_is_not_is_no_answer(text: str, answer: str | None) -> None:
    assert final_answer(text) == answer
