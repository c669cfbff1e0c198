"""Agreement against published examples, and by hand."""

from __future__ import annotations

import pytest

from tests.labeling.labelled import label
from workbench.labeling.agreement import (
    agreed_marks,
    agreement_of,
    alpha_interval,
    cohen_kappa,
    disagreements,
    gold_accuracy,
)
from workbench.types import Mark

RIGHT, WRONG, OPEN = Mark.CORRECT, Mark.INCORRECT, Mark.CANT_TELL


def alpha(units: list[list[str]]) -> float | None:
    found = alpha_interval(units)
    return found.value if found else None


def columns(*rows: str) -> list[list[str]]:
    """Units from one row a reader; a dot is a missing value."""
    return [[value for value in unit if value != "."] for unit in zip(*(r.split() for r in rows), strict=True)]


def test_krippendorffs_own_example_with_missing_values():
    # Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers, 12 units.
    units = columns(
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    )
    assert alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_krippendorffs_example_of_two_observers_and_two_values():
    # The same paper, section A: ten units, alpha 0.095.
    units = columns("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
    assert alpha(units) == pytest.approx(0.095, abs=5e-4)


def test_krippendorffs_example_of_two_observers_and_many_values():
    # The same paper, section B: twelve units, alpha 0.692.
    units = columns("a a b b d c c c e d d a", "b a b b b c c c e d d d")
    assert alpha(units) == pytest.approx(0.692, abs=5e-4)


def test_cohens_kappa_of_the_textbook_table():
    # 20 both yes, 5 yes and no, 10 no and yes, 15 both no: po = 0.7, pe = 0.5, kappa = 0.4.
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_without_variation_neither_is_defined():
    assert cohen_kappa(["a", "a"], ["a", "a"]) is None
    assert cohen_kappa([], []) is None
    assert alpha([["a", "a"], ["a", "a", "a"]]) is None
    assert alpha([["a"], ["b"]]) is None
    assert alpha([]) is None


def test_perfect_agreement_is_one_and_the_interval_holds_the_value():
    perfect = alpha_interval([["a", "a"], ["b", "b"]] * 10)
    assert perfect is not None
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    mixed = alpha_interval([["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]] * 10)
    assert mixed is not None
    assert mixed.low < mixed.value < mixed.high < 1
    assert mixed == alpha_interval([["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]] * 10)


def test_only_people_count():
    given = [
        label("i", "ann", RIGHT), label("i", "ben", WRONG), label("i", "ai:m", RIGHT),
        label("i", "settled:cy", RIGHT),
        label("j", "ann", RIGHT), label("j", "ben", RIGHT), label("k", "ann", WRONG), label("k", "ai:m", WRONG),
    ]  # fmt: skip
    found = agreement_of(given)
    assert (found.labels, found.items, found.doubles) == (5, 3, 2)
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.items, pair.agreed) == ("ann", "ben", 2, 0.5)
    # ann right, right; ben wrong, right: po = 1/2, pe = 1/2.
    assert pair.kappa == pytest.approx(0)
    assert found.models_left_out == 2
    with_models = agreement_of(given, models_too=True)
    assert (len(with_models.pairs), with_models.models_left_out) == (3, 0)


def test_disagreements_wait_until_somebody_adjudicates_them():
    given = [label("i", "ann", RIGHT), label("i", "ben", WRONG), label("j", "ann", OPEN), label("j", "ben", RIGHT)]
    assert [d.item_id for d in disagreements(given)] == ["i", "j"]
    assert agreed_marks(given) == {}
    given.append(label("i", "settled:cy", WRONG))
    assert [(d.item_id, d.adjudicated is None) for d in disagreements(given)] == [("j", True), ("i", False)]
    assert agreed_marks(given) == {"i": WRONG}
    assert agreed_marks([label("m", "ai:m", RIGHT), label("n", "ann", OPEN)]) == {"n": OPEN}


def test_gold_counts_each_annotator():
    given = [label("g", "ann", RIGHT), label("h", "ann", OPEN), label("g", "ben", WRONG), label("x", "ben", WRONG)]
    assert gold_accuracy(given, {"g": RIGHT, "h": WRONG}) == {"ann": (1, 2), "ben": (0, 1)}
