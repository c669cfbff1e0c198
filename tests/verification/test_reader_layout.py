"""Where formulas end, and what of a line is read: hand-computed cases for the pure functions."""

from fractions import Fraction

import pytest

from workbench.verification.lines.claims import read_line
from workbench.verification.text import kinds
from workbench.verification.text.layout import block_end, bulleted, layout
from workbench.verification.text.letters import is_name, of_name, spelled
from workbench.verification.text.steps import other_reading
from workbench.verification.text.tokens import number, tokenize


def claims(text: str) -> list[list[str]]:
    """Each claim as its sides."""
    return [["".join(p.words) for p in claim.whole] for claim in read_line(text).claims]


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("$x = 5$", {0: "open", 6: "close"}),
        ("$12 + $3 = $15", {}),
        ("costs $5 and $6", {}),
        ("$5 for lunch and the bill$", {}),
        ("5$ and 6$", {}),
        ("$$4 = 4$$ $y$", {0: "open", 7: "close", 10: "open", 12: "close"}),
        (r"$\$5 + \$3$", {0: "open", 10: "close"}),
    ],
)
def test_dollars_delimit_or_are_money(text, dollars):
    assert dict(layout(text).dollars) == dollars


@pytest.mark.parametrize(
    ("text", "bullets"),
    [
        ("Values:\n- 3 + 4 = 7\n- 2 + 2 = 4", {8: 10, 20: 22}),
        ("8 - 3x = 2\n- 3x = -6", {}),
        ("We have:\n- 3x = -6", {9: 11}),
        ("So\n1. x = 5\n2) y = 6", {3: 6, 12: 15}),
        ("a\n* 3 = 3", {2: 4}),
        ("- \\(x = 5\\)\n- \\(y = 6\\)", {0: 2, 12: 14}),
    ],
)
def test_bullets_and_minus_signs(text, bullets):
    assert dict(layout(text).bullets) == bullets


def test_a_list_is_one_only_where_no_bare_formula_stands_in_it():
    assert bulleted(("- 3 + 4 = 7", "- 7 + 1 = 8"))
    assert bulleted(("We count:", "- 3 + 4 = 7", "Answer: 7"))
    assert not bulleted(("8 - 3x = 2", "- 3x = -6", "- x = -2"))
    assert not bulleted(("- 3x = -6",))
    assert not bulleted(("x = 2", "y = 3"))


def test_environments_end_where_they_say_so():
    text = r"\begin{cases} 1 \end{cases} = 2"
    assert block_end(text, "cases", 13) == text.index(" = 2")
    assert block_end(text, "array", 13) is None


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("0.(4)", Fraction(4, 9)),
        ("0.1(6)", Fraction(1, 6)),
        ("0.999...", 1),
        ("0.1666...", Fraction(1, 6)),
        ("0.142857142857...", Fraction(1, 7)),
        ("3.14...", Fraction(314, 100)),
        ("1,200", 1200),
        ("2.50", Fraction(5, 2)),
    ],
)
def test_numbers_are_exact(text, worth):
    assert number(text) == worth


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"0.\overline{4}", "0.(4)"),
        (r"1{,}200", "1,200"),
        (r"40,\!000", "40,000"),
        ("12\u2009500", "12,500"),
        (r"0.33\ldots", "0.33..."),
        ("0.(6)", "0.(6)"),
    ],
)
def test_figures_in_one_spelling(text, shown):
    assert [t.text for t in tokenize(text)] == [shown]
    assert tokenize(text)[0].kind is kinds.NUM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\[ 9y = 63 \] \[ y = 7 \]", [["9y", "63"], ["y", "7"]]),
        ("3b = 12\nb = 4", [["3b", "12"], ["b", "4"]]),
        (r"\(12\) + \(30\) = \(42\)", [["12+30", "42"]]),
        (r"\[ \text{Age} = \text{Tom} - 3 = 11 - 3 = 8 \]", [["11-3", "8"]]),
        (r"\[ 480 = 6 \times \text{Width} \]", []),
        ("480 = 6 x width", []),
        (r"\[ 5 + 3 = \sin x = 8 \]", [["5+3", "8"]]),
        (r"\[ 1 < \sin x < 4 < 5 \]", [["1", "4", "5"]]),
        (r"\[ 1 < \sin x > 0 \]", []),
        (r"f\left(2\right) = 4 + 3 = 7", [["4+3", "7"]]),
        (r"5/16 = 0.0101_2", []),
        ("3n = 15 giving n = 5", [["3n", "15"], ["n", "5"]]),
        ("x - y = 4 (2)", [["x-y", "4"]]),
        ("3x + 5 = 20 | -5", [["3x+5", "20"]]),
        (r"\begin{align*} a &= 2 + 3 \\ &= 5 \end{align*}", [["a", "2+3", "5"]]),
    ],
)
def test_claims_of_a_line(text, expected):
    assert claims(text) == expected


@pytest.mark.parametrize(
    ("text", "unread", "cut"),
    [
        (r"x = \tan y", (r"\tan",), True),
        (r"\tan y = 5 = 2 + 3", (r"\tan", r"\tan y"), False),
        ("3 + 4 = 7", (), False),
        ("480 = 6 x width", ("x width",), True),
    ],
)
def test_what_was_not_read_is_told(text, unread, cut):
    line = read_line(text)
    assert line.cut is cut
    assert all(any(piece.startswith(said.split()[0]) for said in line.unread) for piece in unread)
    assert bool(line.unread) is bool(unread)


def test_a_line_that_ends_unread_is_not_carried_on():
    assert read_line(r"y = \tan x").last is None
    assert read_line("y = 3 + 4").last is not None


def test_other_readings_of_a_step():
    assert other_reading("3x + 5 = 20 (-5)") == "3x + 5 = 20"
    assert other_reading("3x + 5 = 20  -5") == "3x + 5 = 20"
    assert other_reading("20 = 5 (4)") == "20 = 5(4)"
    assert other_reading("(2) x - y = 4") == "x - y = 4"
    assert other_reading("x = -5") is None
    assert other_reading("(-4)^2 = -16") is None


def test_a_name_is_one_letter_everywhere():
    assert of_name("x_1") == of_name("x_{1}") == of_name(r"x_{\text{1}}") != of_name("x_2")
    assert is_name(of_name("x_1"))
    assert not is_name("x")
    source = "3x_1 = AB + 2"
    letters = [t.text for t in tokenize(source) if t.kind is kinds.VAR]
    assert spelled(" and ".join(letters), tokenize(source), source) == "x_1 and AB"


def test_products_of_letters_and_names():
    def words(text: str) -> list[tuple[str, int]]:
        return [(t.kind.value, t.end - t.start) for t in tokenize(text) if t.kind in (kinds.VAR, kinds.WORD)]

    assert words("2mn + 3nm") == [("var", 1)] * 4
    assert words("mx + b = y") == [("var", 1)] * 4
    assert words("AB = 12") == [("var", 2)]
    assert words("A^2 + 2AB + B^2") == [("var", 1)] * 4
    assert words("It is 5 km from me") == [("word", 2), ("word", 2), ("word", 2), ("word", 4), ("word", 2)]
