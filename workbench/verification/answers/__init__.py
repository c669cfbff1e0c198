"""Final answers: finding them in a solution, reading them, and grading one against another."""

from __future__ import annotations

from workbench.verification.answers.grading import Grade, compare_answers, grade
from workbench.verification.answers.text import ANSWER_LINE, answer_in, boxed, final_answer, last_number
from workbench.verification.answers.values import Answer, read_answer

__all__ = [
    "ANSWER_LINE",
    "Answer",
    "Grade",
    "answer_in",
    "boxed",
    "compare_answers",
    "final_answer",
    "grade",
    "last_number",
    "read_answer",
]
