"""Wrong twins of right steps, and what they tell of a data set."""

from __future__ import annotations

import pytest

from workbench.errors import BadInput
from workbench.judging.coverage import CoverageSample, Perturbation, measure, read_samples, report, twins
from workbench.types import Knowledge, Problem
from workbench.verification import Verifier


@pytest.mark.parametrize(
    ("step", "slip", "misreading"),
    [
        ("3 + 4 = 7", "3 + 4 = 8", "4 + 4 = 8"),
        ("She pays 3 * $1,200 = $3,600 in all.", "She pays 3 * $1,200 = $3,601 in all.", None),
        ("0.25 * 4 = 1", "0.25 * 4 = 2", "0.26 * 4 = 1.04"),
        ("0.99 + 1 = 1.99", "0.99 + 1 = 2.00", "1.00 + 1 = 2"),
        ("3x = 15", "3x = 16", None),
        ("So there are three left.", None, None),
        ("(9 - 4) = 5", "(9 - 4) = 6", "(10 - 4) = 6"),
        ("3 - 9 = -6", "3 - 9 = -7", None),
    ],
)
def test_twins(step: str, slip: str | None, misreading: str | None):
    assert twins(step, Perturbation.SLIP) == ((slip,) if slip else ())
    if misreading is not None:
        assert twins(step, Perturbation.MISREADING) == (misreading,)


def sample(text: str, *steps: str, answer: str | None = "7", skill: str = "adding") -> CoverageSample:
    return CoverageSample(Problem("p", text, answer, skill), steps)


def covered(*samples: CoverageSample):
    return report(list(measure(samples, Verifier(), Knowledge.ANSWER)), Knowledge.ANSWER)


def test_bare_problems_pay():
    found = covered(sample("What is 3 + 4?", "3 + 4 = 7", "Answer: 7"))
    assert found.slips_caught == 1.0
    assert found.usable == 1.0
    assert found.pays
    assert found.by_skill[0].name == "adding"
    assert found.by_skill[0].decided == 2


def test_in_word_problems_a_slip_is_the_lesser_part():
    found = covered(sample("Tom has 3 red and 4 blue pens. How many has he?", "He has 3 + 4 = 7 pens."))
    assert found.word_problems == 1
    assert found.slips_caught == 1.0
    assert found.usable is not None
    assert found.usable < 0.2
    assert not found.pays


def test_tasks_without_answers_do_not_pay():
    found = covered(sample("Describe a market.", "Voices climb over each other.", answer=None))
    assert found.usable == 0.0
    assert "1 of 1 tasks have no answer to check" in found.sentence


def test_without_solutions_nothing_can_be_told():
    found = covered(sample("What is 3 + 4?"))
    assert found.usable is None
    assert not found.pays


def test_a_bad_row_is_named(tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text('{"problem": "p", "steps": ["x"]}\n{"problem": "p", "steps": [1]}\n')
    with pytest.raises(BadInput, match="line 2"):
        read_samples(file)
