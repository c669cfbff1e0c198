"""Final answers: finding them in a solution, reading them, and grading one against another."""

from __future__ import annotations

from workbench.verification.answers.grading import compare_answers, grade
from workbench.verification.answers.text import answer_in, final_answer, stated_at
from workbench.verification.answers.values import Answer, read_answer

__all__ = ["Answer", "answer_in", "compare_answers", "final_answer", "grade", "read_answer", "stated_at"]
