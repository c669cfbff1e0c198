"""Roots, powers, logarithms and functions by numbers: values by hand, and properties that hold for any."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verification.lines import claims
from workbench.verification.symbolic.comparing import Alternatives, comes_in, compare, fits
from workbench.verification.symbolic.deciding import holds
from workbench.verification.symbolic.definitions import definitions
from workbench.verification.symbolic.formulas import chains
from workbench.verification.symbolic.functions import read_sentence
from workbench.verification.symbolic.parsing import derivative, function_tokens, parse_function
from workbench.verification.symbolic.roots import changes
from workbench.verification.symbolic.trees import Tree, check_bounds
from workbench.verification.symbolic.values import Beyond, Undefined, about, gap, is_zero
from workbench.verification.text.grammar import Unreadable


def tree(text: str) -> Tree:
    return parse_function(function_tokens(text))


def condition(text: str) -> Alternatives:
    said = read_sentence(text)
    assert said is not None
    return said.alternatives


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\frac12", 0.5),
        (r"\frac1{4}", 0.25),
        ("log2(8)", 3),
        ("log10(1000)", 3),
        (r"\log_3 81", 4),
        ("log₂ 32", 5),
        ("2√9", 6),
        (r"\sqrt[3]{-27}", -3),
        (r"\binom{6}{2}", 15),
        (r"\frac{6!}{4!\,2!}", 15),
        ("(5-2)!", 6),
        ("sin 30°", 0.5),
        (r"\cos\frac{\pi}{3}", 0.5),
        ("16^(3/4)", 8),
        ("4^(-1/2)", 0.5),
        ("1{,}200 + 3", 1203),
        ("|3 - 8|", 5),
        ("2^{3+1}", 16),
    ],
)
def test_a_formula_is_worth(text: str, value: float):
    assert about(tree(text), {}) == pytest.approx(value)
    assert is_zero(gap(tree(text), Fraction(value).limit_denominator(100), {}))


@pytest.mark.parametrize("text", ["√(-4)", "ln 0", "1/(2 - 2)", "0^0", "log_1 5", "tan 90° + ln(-1)"])
def test_what_has_no_real_value(text: str):
    with pytest.raises(Undefined):
        about(tree(text), {})


@pytest.mark.parametrize("text", ["f(3)", "f^{-1}(2)", "x'", r"\frac123", "sin^-1 x", "√x^2", "2 3", "a_1", "(2"])
def test_what_is_not_read(text: str):
    with pytest.raises(Unreadable):
        tree(text)


@pytest.mark.parametrize("text", ["2^(2^(2^2))", "x^99", "((x^9)^9)^9", "30!"])
def test_bounds(text: str):
    with pytest.raises(Unreadable):
        check_bounds(tree(text))


def test_what_is_too_large_for_floating_point_is_left_alone():
    with pytest.raises(Beyond):
        about(tree("10^x"), {"x": 400.0})
    with pytest.raises(Beyond):
        about(tree("10^x"), {"x": -400.0})


@pytest.mark.parametrize(
    ("left", "sign", "right", "held"),
    [
        ("√50", "=", "5√2", True),
        ("√50", "=", "5", False),
        ("√3", "<", "1.8", True),
        ("√3", ">", "1.8", False),
        ("√9", "<=", "3", True),
        ("√9", "!=", "3", False),
        ("√(x^2)", "=", "x", False),
        ("√(x^2)", "=", "|x|", True),
        ("ln(x^2)", "=", "2 ln x", True),
        ("|x - 20|", "=", "x - 20", False),
        ("log 100", "=", "2", True),
        ("log 8", "=", "3 log 2", True),
        ("sin 30", "=", "1/2", None),
        ("√(-1)", "=", "2", None),
    ],
)
def test_whether_it_holds(left: str, sign: str, right: str, held: bool | None):
    assert holds(tree(left), sign, tree(right)).holds is held


def test_roots_are_found_and_made_exact():
    (relation,) = condition("2^x = 8")[0]
    assert [c.exact for c in changes(relation, "x") or () if c.root] == [3]
    (relation,) = condition("√(x + 2) = x")[0]
    assert [(c.exact, c.root) for c in changes(relation, "x") or ()] == [(-2, False), (2, True)]
    (relation,) = condition("e^x + e^(-x) = 2")[0]
    assert [c.exact for c in changes(relation, "x") or () if c.root] == [0]
    (relation,) = condition("x^3 = 10")[0]
    (root,) = changes(relation, "x") or ()
    assert root.exact is None
    assert root.x == pytest.approx(10 ** (1 / 3))


@pytest.mark.parametrize(
    ("before", "after", "lost", "gained"),
    [
        ("√(x+2) = x", "x + 2 = x^2", [], [-1]),
        ("|x - 2| = 5", "x = 7", [-3], []),
        ("ln x = 0", "x = 1", [], []),
        ("log_2(x) + log_2(x - 2) = 3", "x(x - 2) = 8", [], [-2]),
        ("9^x = 3^(x + 4)", "x = 3", [4], [3]),
    ],
)
def test_what_a_line_loses_and_gains(before: str, after: str, lost: list[int], gained: list[int]):
    found = compare(condition(before), condition(after), "x")
    assert found is not None
    assert [p.exact for p in found.lost] == lost
    assert [p.exact for p in found.gained] == gained
    assert found.same == (not lost and not gained)
    if lost == [] and gained:
        assert all(comes_in(condition(before), "x", p) for p in found.gained)


def test_inequalities_are_compared_between_their_ends():
    assert compare(condition("|2x - 3| < 5"), condition("-1 < x < 4"), "x").same
    assert compare(condition("|2x - 3| < 5"), condition("-1 ≤ x < 4"), "x").gained[0].exact == -1
    assert compare(condition("2^x > 8"), condition("x > 3"), "x").same
    assert compare(condition("ln x < 0"), condition("x < 1"), "x").gained


def test_a_value_fits_an_equation_or_not():
    assert fits(condition("√(x+2) = x"), "x", 2) is True
    assert fits(condition("√(x+2) = x"), "x", -1) is False
    assert fits(condition("log_2(x) = 3"), "x", -8) is False


def test_definitions_are_read_to_their_end():
    found = definitions("Let $f(x) = 2x + 3$ and $g(t) = f(t)^2$. What is f(4)?")
    assert set(found) == {"f", "g"}
    assert about(found["g"].body, {"t": 1.0}) == 25
    for text in (
        r"\[f(x) = \begin{cases} x & x > 0 \\ 1 & x \le 0 \end{cases}\]",
        "f(x) = x^2 for x > 0",
        "f(x) = ax + b",
        "f(x) = x and f(x) = x + 1",
    ):
        assert not definitions(text), text


def test_derivatives_of_polynomials_only():
    assert about(derivative(tree("3x^2 - 2x + 7"), "x"), {"x": 2.0}) == 10
    with pytest.raises(Unreadable):
        derivative(tree("sin x"), "x")


def test_a_chain_between_delimiters_goes_on_in_the_next_row():
    found = chains(r"So \begin{align*} \sqrt{50} &= \sqrt{25 \cdot 2} \\ &= 5\sqrt{2} \end{align*}")
    assert [chain.signs for chain in found] == [("=",), ("=",)]
    assert found[1].sides[0] == found[0].sides[1]
    assert chains(r"$\text{Area} = \pi \cdot 3^2$")[0].sides[0].values == ()


FORMULA = st.from_regex(
    r"-?[0-9]{1,2}[xn]? ?[-+*/=] ?(?:[(][xn] [-+] [1-9][)]|[0-9]{1,3}) ?= ?-?[0-9]{1,3}[xn]?", fullmatch=True
)


@given(FORMULA)
def test_a_plain_line_is_read_as_the_full_reading_reads_it(text: str):
    quick = claims._read_line.__wrapped__(text, False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "plain_chain", lambda tokens: None)
        full = claims._read_line.__wrapped__(text, False)
    assert [c.relations for c in quick.claims] == [c.relations for c in full.claims]
    assert [[s.tokens for s in c.whole] for c in quick.claims] == [[s.tokens for s in c.whole] for c in full.claims]
    assert (quick.unread, quick.cut, quick.about) == (full.unread, full.cut, full.about)
