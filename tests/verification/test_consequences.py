"""Whether a relation follows from others: right relations, and twins that do not follow."""

from __future__ import annotations

import pytest

from workbench.verification.symbolic.consequences import follows, follows_from_two, product
from workbench.verification.symbolic.displayed import Formula, formulas


def one(text: str) -> Formula:
    """Return the only formula of a text."""
    (found,) = formulas(f"\\({text}\\)")
    return found


def gap(text: str):
    """Return what a relation sets against zero."""
    formula = one(text)
    found = product(formula.sides[0].values, formula.sides[1].values)
    assert found is not None
    return found, formula.signs[0]


@pytest.mark.parametrize(
    ("before", "after", "right"),
    [
        ("6p + 4q = 10", "3p + 2q = 5", True),
        ("6p + 4q = 10", "3p + 2q = 10", False),
        ("p < 3q", "-p > -3q", True),
        ("p < 3q", "-p < -3q", False),
        (r"\frac{p}{q} = 4", "p = 4q", True),
        (r"\frac{p}{q} = 4", "q = 4p", False),
        (r"\sqrt{p} = q", "p = q^2", True),
        ("p^2 = pq", "p = q", False),
    ],
)
def test_one_relation_follows_from_another(before: str, after: str, right: bool) -> None:
    """A factor, a turned sign, cleared divisors and a square are found; a lost factor is not."""
    old, (new, sign) = one(before), gap(after)
    assert follows(new, sign, old.sides[0].values, old.signs[0], old.sides[1].values) is right


def test_a_squared_value_must_fit_the_root() -> None:
    """`w = 16` is no solution of `√w = -4`."""
    old, (new, _) = one(r"\sqrt{w} = -4"), gap("w = 16")
    assert not follows(new, "=", old.sides[0].values, "=", old.sides[1].values, ("w", 16))


@pytest.mark.parametrize(
    ("first", "second", "after", "right"),
    [
        ("p + q = 9", "p - 2q = 3", "3q = 6", True),
        ("p + q = 9", "p - 2q = 3", "3q = 12", False),
        ("p = 4", "p = 5", "p = 60", False),
    ],
)
def test_a_relation_follows_from_two(first: str, second: str, after: str, right: bool) -> None:
    """Sums of multiples follow; from two that contradict each other nothing does."""
    sides = [tuple(s.values[0] for s in one(text).sides) for text in (first, second)]
    assert follows_from_two(gap(after)[0], (sides[0][0], sides[0][1]), (sides[1][0], sides[1][1])) is right


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"f(x) + 2 = 5", True),
        (r"a_{n} = 3", True),
        (r"rst = 6", True),
        (r"2\frac{1}{2} = 1", False),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} = A", False),
        (r"3 \text{ cm} = 30", False),
    ],
)
def test_sides_are_read_or_left(text: str, read: bool) -> None:
    """Names of several signs are letters; a mixed number, a matrix and words are left unread."""
    assert bool(one(text).sides[0].values) is read
