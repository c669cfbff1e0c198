"""What is typed becomes a task that the tutor knows: LaTeX in plain signs, bare equations in words."""

from __future__ import annotations

import time

import pytest

from workbench.problems.notation import in_words, without_latex


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (r"\frac{x}{3} + 2 = 5", "x/3 + 2 = 5"),
        (r"\frac{x + 1}{3} = 5", "(x + 1)/3 = 5"),
        (r"\dfrac{2x}{x - 1}", "2x/(x - 1)"),
        (r"\frac12 + \frac34", "1/2 + 3/4"),
        (r"\frac{\frac{1}{2}}{3}", "(1/2)/3"),
        (r"$x^{2} = 9$", "x^2 = 9"),
        (r"x^{n + 1}", "x^(n + 1)"),
        (r"Solve $3\left(x + 4\right) = 24$.", "Solve 3(x + 4) = 24."),
        (r"3 \cdot 4 \times 5 \div 2", "3 * 4 * 5 / 2"),
        (r"\[2x + 1 \le 7\]", "2x + 1 <= 7"),
        (r"\(x \geq 2\)", "x >= 2"),
        ("Leo pays $5 for a pen and $6 for a book.", "Leo pays $5 for a pen and $6 for a book."),
        ("3(x + 4) = 24", "3(x + 4) = 24"),
        (r"70\% of 180", "70% of 180"),
    ],
)
def test_latex_in_plain_signs(typed: str, read: str):
    assert without_latex(typed) == read


@pytest.mark.parametrize(
    "bomb",
    [r"\frac{" * 300, r"\frac{1}{" * 150 + "2" + "}" * 150, "$" * 2000, "^{" * 900, r"\left" * 400, "\\" * 2000],
)
def test_bombs_are_bounded(bomb: str):
    begin = time.thread_time()
    assert len(without_latex(bomb)) <= 3 * len(bomb)
    assert time.thread_time() - begin < 1


@pytest.mark.parametrize(
    ("typed", "task"),
    [
        ("3x = 12", "Solve 3x = 12."),
        ("2x + 1 < 7.", "Solve 2x + 1 < 7."),
        ("5 + (-6)", "Work out 5 + (-6)."),
        ("What is 5 + 6?", "What is 5 + 6?"),
    ],
)
def test_bare_equations_in_words(typed: str, task: str):
    assert in_words(typed) == task
