"""Sets of solutions, systems, problems and roles: the pure functions behind `does not follow`."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.exact import regions
from workbench.verification.exact.regions import Clauses
from workbench.verification.exact.systems import points, put_in
from workbench.verification.lines.absolute import unfolded
from workbench.verification.lines.claims import read_line
from workbench.verification.lines.facts import facts
from workbench.verification.lines.problems import read_problem
from workbench.verification.lines.relations import Condition, Roots, compare, statements, within
from workbench.verification.lines.roles import Role, role, understood
from workbench.verification.text.grammar import Unreadable

VERIFIER = Verifier()
FEW = settings(max_examples=80, deadline=None)
SMALL = st.integers(-9, 9)


def judged(problem: str, *lines: str) -> Judgement:
    return VERIFIER.verify(Problem("p", problem, None), list(lines), Knowledge.FREE).steps[-1].judgement


def clauses(*signs: tuple[tuple[int, ...], str]) -> Clauses:
    return (tuple(signs),)


BELOW_ROOT_2 = clauses(((-2, 0, 1), "<"))  # x^2 < 2


def test_irrational_ends_are_told_apart_from_rational_ones_near_them():
    near = clauses(((-1414, 1000), "<"), ((1414, 1000), ">"))  # -1.414 < x < 1.414
    assert regions.difference(BELOW_ROOT_2, near) is not None
    assert regions.difference(BELOW_ROOT_2, clauses(((-4, 0, 2), "<"))) is None


def test_a_root_belongs_to_the_closed_set_only():
    closed = clauses(((-2, 0, 1), "<="))
    found = regions.difference(BELOW_ROOT_2, closed)
    assert found is not None
    assert found.exact is None
    assert found.low < 0
    assert float(found.low) ** 2 > 2 > float(found.high) ** 2


def test_whole_numbers_cannot_tell_12_and_a_half_from_12():
    left, right = clauses(((-50, 4), "<=")), clauses(((-12, 1), "<="))  # 4n <= 50 and n <= 12
    assert regions.difference(left, right) is not None
    assert regions.difference(left, right, whole=True) is None
    assert regions.difference(left, clauses(((-11, 1), "<=")), whole=True) == regions.Point(12, 12)


def test_the_largest_and_the_smallest_number_of_a_set():
    assert regions.extreme(clauses(((-50, 4), "<=")), True, whole=True) == 12
    assert regions.extreme(clauses(((-32, 5), ">")), False, whole=True) == 7
    assert regions.extreme(clauses(((14, -9, 1), "=")), True) == 7
    assert regions.extreme(clauses(((-50, 4), "<=")), False) is None
    assert regions.extreme(clauses(((-2, 0, 1), "=")), True) is None


def test_too_many_roots_are_refused():
    product: tuple[int, ...] = (1,)
    for root in range(1, 8):
        product = tuple(
            (product[i - 1] if i else 0) - root * (product[i] if i < len(product) else 0)
            for i in range(len(product) + 1)
        )
    other = clauses(((-99, 1), "="), (tuple(c + (i == 0) for i, c in enumerate(product)), "="))
    with pytest.raises(Unreadable):
        regions.difference(clauses((product, "=")), other)


@FEW
@given(st.lists(SMALL, min_size=1, max_size=4, unique=True), st.integers(-10, 10))
def test_membership_is_that_of_the_signs(roots: list[int], x: int):
    poly: tuple[int, ...] = (1,)
    for root in roots:
        poly = tuple(
            (poly[i - 1] if i else 0) - root * (poly[i] if i < len(poly) else 0) for i in range(len(poly) + 1)
        )
    value = 1
    for root in roots:
        value *= x - root
    for relation, holds in (("<", value < 0), (">=", value >= 0), ("=", value == 0), ("!=", value != 0)):
        only = clauses(((-x, 1), "="))
        both = regions.both(clauses((poly, relation)), only)
        assert (regions.difference(both, only) is None) == holds


def test_systems_by_substitution():
    assert points([{"xx": 1, "yy": 1, "": -50}, {"x": 1, "y": -1}], frozenset("xy")) == [
        {"x": -5, "y": -5},
        {"x": 5, "y": 5},
    ]
    assert points([{"x": 1, "y": 1, "": -7}, {"xy": 1, "": -12}], frozenset("xy")) is not None
    assert points([{"xx": 1, "": 4}], frozenset("x")) == []
    assert points([{"": 3}], frozenset("x")) == []
    assert points([{"pp": 1, "qq": -1}], frozenset("pq")) is None
    assert points([{"xx": 1, "": -2}], frozenset("x")) is None
    assert points([{"x": 1, "": -2}], frozenset("xy")) is None


@FEW
@given(SMALL, SMALL, SMALL)
def test_a_value_put_in_is_the_value(a: int, b: int, x: int):
    made = put_in({"uu": 1, "u": a, "": b}, "u", {"xx": 1, "": 1})
    u = x * x + 1
    total = sum(c * x ** m.count("x") for m, c in made.items())
    assert total == u * u + a * u + b


@pytest.mark.parametrize(
    ("text", "pure"),
    [
        ("Solve 3x + 5 = 20.", True),
        ("Find the value of $x$ that satisfies $3x + 1 = 7$.", True),
        ("Solve x^2 = 9 for x > 0.", True),
        ("What is the largest whole number n with 3n <= 40?", True),
        ("Find the larger root of x^2 - 9x + 14 = 0.", True),
        ("Write 30y - 54 as a product.", True),
        ("x is twice y and x + y = 24. Find x.", False),
        ("Find the x-intercept of y = -5x + 20.", False),
        ("The side of a square has length x and x^2 = 16. Find x.", False),
        ("Find 3 more than x if 2x = 8.", False),
        ("Two consecutive numbers a and b satisfy a + b = 9.", False),
    ],
)
def test_a_problem_is_pure_if_no_word_can_carry_a_fact(text: str, pure: bool):
    assert read_problem(text).pure is pure


@pytest.mark.parametrize(
    ("text", "letter", "inside", "outside"),
    [
        ("Solve x^2 = 25, x > 0.", "x", 5, -5),
        ("Solve x^2 = 5x with x ≠ 0.", "x", 5, 0),
        ("Solve x^2 = 16, where x is a negative number.", "x", -4, 4),
        ("Solve x^2 - 9x + 14 = 0 in the interval [0, 4].", "x", 2, 7),
        ("Solve (x - 1)(x - 6) = 0 where x is greater than 3.", "x", 6, 1),
        ("Find the larger root of x^2 - 9x + 14 = 0.", "x", 7, 2),
        ("Find the integer x with 3x^2 - 10x - 8 = 0.", "x", 4, Fraction(-2, 3)),
    ],
)
def test_conditions_travel_with_the_solutions(text: str, letter: str, inside: Fraction, outside: Fraction):
    reading = read_problem(text)
    condition = reading.condition(letter)
    assert condition is not None
    whole = reading.statements[0].solutions
    assert isinstance(whole, Roots)
    wanted, wrong = Roots(letter, (-inside, 1)), Roots(letter, (-outside, 1))
    if condition.whole:
        return
    assert compare(within(whole, condition), wanted) is None
    assert compare(within(whole, condition), wrong) is not None


def test_no_condition_leaves_the_solutions_as_they_are():
    roots = Roots("x", (-9, 0, 1))
    assert within(roots, None) is roots
    assert within(roots, Condition()) is roots


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 3", Role.NEXT),
        ("So we get x = 3.", Role.NEXT),
        ("If x > 1, both factors are positive.", Role.SUPPOSED),
        ("Check x = 2: it fits.", Role.SUPPOSED),
        ("Since x = 2, we go on.", Role.SUPPOSED),
        ("Let us subtract 5: x = 3", Role.NEXT),
        ("Let x = 3.", Role.SUPPOSED),
        ("Solving for x, we get x = 3.", Role.NEXT),
        ("A product is zero if a factor is zero, so x = 2.", Role.NEXT),
        ("The smaller root is x = 2.", Role.ONE_ROOT),
        ("x = 2 works.", Role.ONE_ROOT),
        ("x = 2 is a solution.", Role.ONE_ROOT),
    ],
)
def test_the_role_of_a_statement(text: str, expected: Role):
    line = read_line(text)
    assert role(line, statements(line)[0]) is expected


def test_words_that_are_not_known_are_seen():
    line = read_line("We subtract 5 from both sides: 3x = 15")
    assert understood(line, statements(line)[0])
    line = read_line("The butcher's scale shows 3x = 15")
    assert not understood(line, statements(line)[0])


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("|x - 3| < 5", "-5 < x - 3 < 5"),
        ("Solve |x| > 3.", "Solve x > 3 or x < -3."),
        ("|2x - 1| = 7", "2x - 1 = 7 or 2x - 1 = -7"),
        (r"\left|x + 1\right| \geq 6", r"x + 1 \geq 6 or x + 1 \leq -6"),
        ("|x| + |y| < 3", None),
        ("|x| < 3 + y", None),
        ("|x| < 2x", None),
        ("x < 3", None),
    ],
)
def test_an_absolute_value_unfolds(text: str, made: str | None):
    assert unfolded(text) == made


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("x is twice y", "x", "2*y"),
        ("y is 5 more than x", "y", "x+5"),
        ("a is 3 less than twice b", "a", "2*b-3"),
        ("The ratio of a to b is 2 to 5", "5*a", "2*b"),
        ("c and d follow each other is", "d", "c+1"),
        ("The sum of m and n is 12", "m+n", "12"),
        ("The average of m and n is 12", "m+n", "2*12"),
        ("the x-intercept is", "y", "0"),
    ],
)
def test_facts_in_words(text: str, left: str, right: str):
    (found,) = facts(text)
    assert ("".join(found.first.left.words), "".join(found.first.right.words)) == (left, right)


@FEW
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from("xyzntk"))
def test_a_positive_root_is_right_and_its_twin_is_not(p: int, q: int, x: str):
    problem = f"Solve {x}^2 + {q - p}{x} - {p * q} = 0 for {x} > 0."
    if q == p:
        problem = f"Solve {x}^2 = {p * p} for {x} > 0."
    assert judged(problem, f"{x} = {p}") is Judgement.CORRECT
    assert judged(problem, f"{x} = {-q}") is Judgement.INCORRECT
    assert judged(problem, f"{x} = {p + 1}") is Judgement.INCORRECT


@FEW
@given(SMALL, SMALL, st.sampled_from(["<", ">", "<=", ">="]))
def test_a_quadratic_inequality_is_solved_by_its_signs(a: int, b: int, sign: str):
    low, high = min(a, b), max(a, b)
    if low == high:
        return
    problem = f"Solve (x - ({a}))(x - ({b})) {sign} 0."
    end = sign[1:]
    between, outside = f"{low} <{end} x <{end} {high}", f"x <{end} {low} or x >{end} {high}"
    right, wrong = (between, outside) if sign[0] == "<" else (outside, between)
    assert judged(problem, right) is Judgement.CORRECT
    assert judged(problem, wrong) is Judgement.INCORRECT


@FEW
@given(st.integers(2, 9), st.integers(1, 9))
def test_a_factor_without_real_roots_must_be_the_right_one(a: int, c: int):
    problem = f"Solve x^3 - {a**3} = 0."
    assert judged(problem, f"(x - {a})(x^2 + {a}x + {a * a}) = 0") is Judgement.CORRECT
    assert judged(problem, f"(x - {a})(x^2 - {a}x + {a * a}) = 0") is Judgement.INCORRECT
    assert judged(f"Solve x^2 + {c} = 0.", f"x^2 = -{c}") is Judgement.CORRECT
    assert judged(f"Solve x^2 + {c} = 0.", f"x^2 = -{c + 1}") is Judgement.INCORRECT
