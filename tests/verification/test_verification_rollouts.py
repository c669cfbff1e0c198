"""The verifier against careful readings of the tutor model's own solutions, in the mode that training uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.types import Knowledge, Problem
from workbench.verification import Verifier

FILE = Path(__file__).parents[2] / "data" / "labels" / "rollouts.jsonl"
STORIES = {"percent", "ratio", "rate", "units", "word_short", "word_long"}
"""Skills whose errors are mostly of meaning, which answer mode cannot place."""


@pytest.fixture(scope="module")
def marks() -> list[tuple[str, int, int | None]]:
    """Skill, the first error as read (-1 for none), and as the verifier says."""
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        verdict = Verifier().verify(Problem(row["id"], row["problem"], row["answer"]), row["steps"], Knowledge.ANSWER)
        found.append((row["skill"], row["first_error"], verdict.first_error))
    return found


def test_there_are_wrong_and_right_ones_of_every_skill(marks):
    assert len(marks) == 500
    for skill in {skill for skill, _, _ in marks}:
        own = [read for name, read, _ in marks if name == skill]
        assert min(sum(r >= 0 for r in own), sum(r < 0 for r in own)) >= 7


def test_first_errors_in_algebra_and_arithmetic_are_found_where_a_reader_finds_them(marks):
    wrong = [(read, said) for skill, read, said in marks if read >= 0 and skill not in STORIES]
    assert sum(read == said for read, said in wrong) >= 0.9 * len(wrong)


def test_right_solutions_are_not_flagged(marks):
    right = [said for _, read, said in marks if read < 0]
    assert sum(said is not None for said in right) <= 0.01 * len(right)
