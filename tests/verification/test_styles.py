"""Styles change the writing and nothing else; right solutions stay without red in them, wrong twins keep theirs."""

from __future__ import annotations

import pytest

from workbench.lab.style_figures import of_style, right_solutions, wrong_solutions
from workbench.lab.styles import CDOT, DIV, GERMAN, STYLES, Styled, by_sympy, latex, take_apart
from workbench.problems.catalogue import SPLITS, make
from workbench.types import Problem
from workbench.verification import Verifier
from workbench.verification.text.decimal_comma import with_decimal_points

VERIFIER = Verifier()
SOLVE = Problem("p", "Solve 3x + 5 = 20.", "x = 5", skill="linear_one")
LINES = ("3x = 20 - 5", "3x = 15", "x = 15 / 3", "x = 5", "Answer: x = 5")


def styled(name: str, lines=LINES, at: int | None = None) -> Styled:
    return STYLES[name](SOLVE, lines, at)


@pytest.mark.parametrize(
    ("side", "written"),
    [
        ("3 * 4", r"3 \times 4"),
        ("2/8 * 2/6", r"\frac{2}{8} \times \frac{2}{6}"),
        ("(2 * 2) / (8 * 6)", r"\frac{2 \times 2}{8 \times 6}"),
        ("-18 / (-3)", r"\frac{-18}{-3}"),
        ("20 - 8 / 4", r"20 - \frac{8}{4}"),
        ("(n - 9)/5", r"\frac{n - 9}{5}"),
        ("5x/2", r"\frac{5x}{2}"),
        ("60% of 140", r"60\% \text{ of } 140"),
        ("x^12", "x^{12}"),
    ],
)
def test_a_side_in_latex(side, written):
    assert latex(side) == written


def test_other_notations_of_the_same_line():
    said = take_apart("Answer: x = 1.5 * 2 or x = -8 / (-4)")
    assert (said.lead, said.joins) == ("Answer", (" or ",))
    assert said.statements == (("x", "=", "1.5 * 2"), ("x", "=", "-8 / (-4)"))
    assert DIV.all_of(said) == r"x = 1.5 \times 2 \quad\text{or}\quad x = -8 \div (-4)"
    assert CDOT.all_of(said) == r"x = 1.5 \cdot 2 or x = \dfrac{-8}{-4}"
    assert GERMAN.all_of(said) == "x = 1,5 · 2 oder x = -8 : (-4)"
    assert GERMAN.all_of(take_apart("9 * 1000 = 9000")) == "9 · 1.000 = 9.000"


def test_sympy_writes_a_side_in_its_own_way():
    assert by_sympy("-3x + 2x^2") == "- 3 x + 2 x^{2}"
    # SymPy itself writes `2 \cdot 2 \frac{1}{8 \cdot 6}` here, with a mixed number in it.
    assert by_sympy("(2 * 2) / (8 * 6)") == r"\frac{2 \cdot 2}{8 \cdot 6}"


def test_what_some_styles_write():
    assert styled("spoken").steps[:3] == ("3x is 20 minus 5.", "3x is 15.", "x is 15 divided by 3.")
    assert styled("numbers in words", ("5 * 9 + 7 = 45 + 7", "Answer: 52")).steps[0] == (
        "five times nine plus seven equals forty-five plus seven"
    )
    assert styled("align in one step", ("2 * 3 + 4 = 6 + 4", "6 + 4 = 10", "Answer: 10")).steps == (
        "\\begin{align*}\n2 \\times 3 + 4 &= 6 + 4 \\\\\n&= 10\n\\end{align*}\nThe answer is $\\boxed{10}$.",
    )
    assert styled("chat markdown", at=1).steps[styled("chat markdown", at=1).at or 0] == "We write `3x = 15` ✓"
    assert styled("lines in one step", at=3).at == 0


def test_every_style_knows_where_the_wrong_line_went():
    # A number that stands nowhere else shows the step.
    marked = ("3x = 20 - 5", "3x = 15", "x = 87 / 3", "x = 29", "Answer: x = 29")
    for name in STYLES:
        found = styled(name, marked, 2)
        assert found.at is not None
        text = found.steps[found.at]
        assert "87" in text or "eighty-seven" in text, (name, found)


def test_decimal_commas_and_signs_of_other_countries():
    for written, points in (
        ("3,5 : 0,5 = 7", "3.5 ÷ 0.5 = 7"),
        ("1.250,75 + 0,25 = 1.251", "1250.75 + 0.25 = 1251"),
        ("0.125 + 1 = 1,125", "0.125 + 1 = 1.125"),
        ("12\u202f500 × 2 = 25\u202f000", "12500 × 2 = 25000"),
        (r"2{,}5 \cdot 4 = 10", r"2.5 \cdot 4 = 10"),
        ("x = 1, y = 2", "x = 1, y = 2"),
        ("8:2 = 4", "8 ÷ 2 = 4"),
        ("Um 12:30 Uhr", "Um 12:30 Uhr"),
        ("in the ratio 2:3", "in the ratio 2:3"),
        ("x = 3 oder x = -3", "x = 3 or x = -3"),
        ("20 % von 50 = 10", "20 % of 50 = 10"),
        ("Antwort: 3,5", "Answer: 3.5"),
        ("Réponse : -3,5", "Answer: -3.5"),
    ):
        assert with_decimal_points(written) == points


@pytest.fixture(scope="module")
def solutions():
    return list(right_solutions(1))[::2], wrong_solutions(VERIFIER, 1)[::4]


@pytest.mark.parametrize("name", STYLES)
def test_right_solutions_stay_without_red_and_twins_keep_theirs(name, solutions):
    figure, faults = of_style(VERIFIER, name, STYLES[name], *solutions)
    assert figure.met, faults[:5]


def test_all_skills_are_written():
    assert len({p.skill for p, _ in right_solutions(1)}) == 20
    assert len({t.problem.skill for t in wrong_solutions(VERIFIER, 1)}) == 20
    problem = make("word_short", 1, 3, 1, SPLITS["dev"])
    first = STYLES["units in \\text"](problem, problem.solution, None).steps[0]
    assert first == rf"\[ \text{{So we get }} 14 + 11 = 25 \text{{ {dict(problem.params)['thing']}}} \]"
