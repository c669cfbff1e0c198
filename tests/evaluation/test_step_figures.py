"""The figures of `workbench bench steps` on a folder of rows made here, counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.lab.step_figures import ANSWERS, GOLD, MARKED, MOVES, Figure, Sizes, StepFigures, measure

SMALL = Sizes(gold=10, rewritten=10, malrule_problems=0, change_problems=0, alternate_problems=0)
STORY = "Ann has 12 pens. She buys 3 boxes with 4 pens in each and gives 5 pens away. How many pens has she now?"
WORKED = "3 * 4 = <<3*4=12>>12 pens.\n12 + 12 = <<12+12=24>>24 pens.\n24 - 5 = <<24-5=19>>19 pens.\n#### 19"
SLIP = WORKED.replace("24 - 5", "24 - 6").replace("24-5", "24-6")
NEXT = ["12 + 12 = 24 pens.", "25"]
ROWS: dict[str, list[dict]] = {
    GOLD: [{"question": STORY, "answer": WORKED}, {"question": STORY, "answer": SLIP}],
    MARKED: [
        {
            "problem": STORY,
            "reference_solution": WORKED,
            "steps": [first, *NEXT],
            "first_error": at,
        }
        for first, at in (("3 * 4 = 13 pens.", 0), ("3 * 4 = 13 pens.", 1), ("3 * 4 = 12 pens.", 1))
    ],
    MOVES: [
        {"before": "3x + 5 = 20", "after": "3x = 15", "verdict": "equivalent"},
        {"before": "3x + 5 = 20", "after": "3x = 25", "verdict": "not_equivalent"},
    ],
    ANSWERS: [{"gold": "1/2", "pred": "0.5", "expected": 1}, {"gold": "1/2", "pred": "2", "expected": 1}],
}


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS[name]))
    return folder


def figure(report: StepFigures, data: str, mode: str, what: str) -> Figure:
    (found,) = [f for f in report.figures if (f.data, f.mode) == (data, mode) and what in f.what]
    return found


def test_every_share_is_the_one_counted_by_hand(tmp_path):
    heard: list[str] = []
    report = measure(write(tmp_path, *ROWS), SMALL, heard.append)
    assert report.absent == ()
    assert heard == ["twins", "alternates", GOLD, MARKED, MOVES, ANSWERS]
    flagged = figure(report, GOLD, "free", "steps flagged")
    # The second solution's note and sum say 24 - 6 = 19: one step of eight.
    assert (flagged.share, flagged.of, flagged.met) == (1 / 8, 8, False)
    assert figure(report, GOLD, "free", "decided").share == 1.0
    precision = figure(report, MARKED, "free", "flagged rows")
    assert (precision.share, precision.of) == (1 / 2, 2)
    assert figure(report, MARKED, "free", "found").share == pytest.approx(1 / 3)
    early = figure(report, MARKED, "reference", "before")
    assert (early.share, early.of) == (1 / 2, 2)
    same = figure(report, MARKED, "teachers", "same step")
    assert (same.share, same.of) == (0.0, 2)
    assert figure(report, MARKED, "teachers", "another").share == 1.0
    assert figure(report, MOVES, "free", "right moves").met
    assert figure(report, MOVES, "free", "wrong moves judged").met
    assert figure(report, ANSWERS, "grade", "expected").share == 1 / 2


def test_what_is_absent_is_left_out_and_named(tmp_path):
    report = measure(write(tmp_path, MOVES), SMALL, lambda _: None)
    assert report.absent == (GOLD, MARKED, ANSWERS)
    assert MARKED not in {f.data for f in report.figures}
    assert measure(None, SMALL, lambda _: None).absent == (GOLD, MARKED, MOVES, ANSWERS)


def test_a_row_that_is_no_object_is_named(tmp_path):
    write(tmp_path, MOVES)
    (tmp_path / MOVES).write_text("[1]\n")
    with pytest.raises(BadInput, match=r"dev\.jsonl"):
        measure(tmp_path, SMALL, lambda _: None)


def test_generated_solutions_meet_their_targets():
    report = measure(None, Sizes(malrule_problems=1, change_problems=1, alternate_problems=1), lambda _: None)
    assert len(report.figures) == 4
    assert all(f.of >= 27 and f.met for f in report.figures), report.figures
