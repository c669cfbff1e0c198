"""Final answers: finding them in a solution, reading them, and grading one against another."""

from __future__ import annotations

from workbench.verification.answer_text import ANSWER_LINE, answer_in, boxed, final_answer, last_number
from workbench.verification.answer_values import Answer, read_answer
from workbench.verification.grading import Grade, compare_answers, grade

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
