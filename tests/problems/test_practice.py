"""Practice problems: new, of the right kind, and usable for training."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.problems.catalogue import BY_NAME, drawn, part_of
from workbench.problems.practice import practice, shows, write
from workbench.problems.readers import read_problems, write_problems
from workbench.problems.splits import load_split
from workbench.verification import Verifier

TRAIN = load_split("train")
FAILED = [p for p in TRAIN if p.skill == "linear_both" and p.difficulty < 3]


def test_a_pupil_with_the_malrule_goes_wrong_on_each_and_the_verifier_names_it() -> None:
    from random import Random

    made = practice("linear_both", "sign_kept", FAILED, 20)
    assert len(made.problems) == 20
    assert "sign_kept" in made.how
    verifier = Verifier()
    for problem in made.problems:
        params = dict(problem.params)
        trace = write(BY_NAME["linear_both"], params, Random(0), frozenset({"sign_kept"}), 0, slips=False)
        verdict = verifier.verify(problem, "\n".join(trace.lines))
        error = verdict.first_error
        assert error is not None
        assert verdict.steps[error].malrule == "sign_kept"


def test_levels_are_those_of_the_failed_problems() -> None:
    counts = Counter(p.difficulty for p in FAILED)
    made = practice("linear_both", None, FAILED, 12).problems
    assert Counter(p.difficulty for p in made) == {k: 12 * n // sum(counts.values()) for k, n in counts.items()}


def test_none_is_known_already_or_held_out() -> None:
    made = practice("linear_both", "sign_kept", FAILED, 30, avoid=TRAIN).problems
    keys = [drawn(p.skill, dict(p.params)) for p in made]
    assert len(set(keys)) == 30
    assert not set(keys) & {drawn(p.skill, dict(p.params)) for p in TRAIN}
    assert {part_of(p.skill, dict(p.params)) for p in made} == {"fit"}


def test_the_same_call_makes_the_same_problems() -> None:
    assert practice("percent", None, [], 6) == practice("percent", None, [], 6)
    assert practice("percent", None, [], 6) != practice("percent", None, [], 6, seed=7)


def test_a_malrule_that_shows_on_some_levels_only_still_fills_the_set() -> None:
    # Brackets of the third level alone, or of the first two: whatever level it shows on gives all.
    made = practice("signed", "bracket_minus", [], 9).problems
    assert len(made) == 9
    assert all(shows(p, "bracket_minus") for p in made)


def test_a_malrule_of_no_generator_gives_the_same_skill() -> None:
    made = practice("linear_both", "not_equivalent", FAILED, 5)
    assert made.how == "of the same skill and levels"
    assert {p.skill for p in made.problems} == {"linear_both"}


def test_a_skill_without_a_generator_gives_the_failed_problems() -> None:
    own = [replace(p, skill="mine") for p in FAILED[:3]]
    made = practice("mine", "sign_kept", [*own, *own], 10)
    assert made.problems == tuple(own)
    with pytest.raises(BadInput, match="no generator for the skill 'mine'"):
        practice("mine", None, [], 10)


def test_an_impossible_number_is_refused() -> None:
    for n in (0, -1, 5001):
        with pytest.raises(BadInput, match="problems cannot be made"):
            practice("percent", None, [], n)


def test_training_reads_the_file(tmp_path: Path) -> None:
    made = practice("percent", "percent_as_amount", [], 5).problems
    write_problems(tmp_path / "p.jsonl", made)
    assert read_problems(tmp_path / "p.jsonl") == list(made)
