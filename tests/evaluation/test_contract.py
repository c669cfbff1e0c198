"""The contract's measures that need no model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import group
from workbench.lab.contract import malrule_shares, rarer_path, trap, wrong_lines
from workbench.problems.catalogue import BY_NAME, build

EXPAND = build(BY_NAME["expand"], 2, {"x": "x", "a": 2, "b": 3, "m": 1, "shape": "pair"}, "Expand {e}.")
LINEAR = build(BY_NAME["linear_one"], 2, {"x": "x", "a": 3, "b": 5, "s": 5}, "Solve {e}.")


def test_a_path_whose_lines_stand_in_the_other_is_told_apart():
    """Of `expand`, the second path has every line of the first and one more."""
    main, other = "\n".join(EXPAND.solution), "\n".join(EXPAND.alternates[0])
    assert rarer_path([group([main, main, main, other], EXPAND)]) == pytest.approx(1 / 4)
    assert rarer_path([group([other, other, other, main], EXPAND)]) == pytest.approx(1 / 4)
    assert rarer_path([group([main], replace(EXPAND, alternates=()))]) is None


def test_failures_are_given_to_the_malrule_that_leads_to_their_line():
    assert wrong_lines(LINEAR)["3x = 20 + 5"] == "sign_kept"
    assert trap(LINEAR) == "sign_kept"
    right = "\n".join(LINEAR.solution)
    kept = "3x = 20 + 5\n3x = 25\nx = 25 / 3\nx = 25/3\nAnswer: x = 25/3"
    slip = "3x = 20 - 5\n3x = 14\nx = 14 / 3\nx = 14/3\nAnswer: x = 14/3"
    assert malrule_shares([group([right, kept, kept, slip], LINEAR)]) == pytest.approx(
        {"sign_kept": 2 / 3, "other": 1 / 3}
    )
