"""Labels in and out of files: a round trip, PRM800K's own rows, and wrong files, of which nothing is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.labeling.labelled import AT, item, label
from tests.records import LINEAR, STORY
from workbench.errors import BadInput
from workbench.labeling.agreement import agreement_of
from workbench.labeling.exchange import export_labels, import_labels
from workbench.labeling.rows import read_row
from workbench.store import Store
from workbench.types import Label, Mark, Problem
from workbench.verification.malrules.catalogue import CATALOGUE

RIGHT, WRONG, OPEN = Mark.CORRECT, Mark.INCORRECT, Mark.CANT_TELL
SHIPPED = Path(__file__).parents[2] / "data" / "labels" / "rollouts.jsonl"
MALRULE = sorted(CATALOGUE)[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workbench.db") as opened:
        yield opened


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def prm800k() -> dict[str, Any]:
    """A row in the shape of the published set, with alternatives and a step without a rating."""
    done = {"human_completion": None, "chosen_completion": 0}
    return {
        "labeler": "340d89bc",
        "timestamp": "2023-01-22T04:34:27.052924",
        "generation": 9,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": {"problem": "What is 2 + 2 + 2?", "ground_truth_solution": "6", "ground_truth_answer": "6"},
        "label": {
            "steps": [
                {"completions": [{"text": "2 + 2 = 4", "rating": 1, "flagged": None}], **done},
                {"completions": [{"text": "So far so good.", "rating": 0, "flagged": False}], **done},
                {"completions": [{"text": "Go on.", "rating": None, "flagged": None}], **done},
                {
                    "completions": [
                        {"text": "4 + 2 = 7", "rating": -1, "flagged": None},
                        {"text": "4 + 2 = 6", "rating": 1, "flagged": True},
                    ],
                    "human_completion": None,
                    "chosen_completion": None,
                },
            ],
            "total_time": 278270,
            "finish_reason": "found_error",
        },
    }


def test_a_row_of_prm800k(store: Store, tmp_path: Path):
    done = import_labels(store, write(tmp_path / "prm.jsonl", prm800k()))
    assert (done.new_labels, done.new_items, done.annotators) == (4, 4, ("340d89bc",))
    lines = {x.id: x.lines for x in store.labels.items()}
    marks = {lines[x.item_id]: x.mark for x in store.labels.active()}
    before = ("2 + 2 = 4", "So far so good.")
    assert marks == {
        ("2 + 2 = 4",): RIGHT,
        before: OPEN,
        (*before, "Go on.", "4 + 2 = 7"): WRONG,
        (*before, "Go on.", "4 + 2 = 6"): OPEN,
    }
    assert {x.at for x in store.labels.active()} == {"2023-01-22T04:34:27.052924+00:00"}


def test_a_step_written_by_a_person_goes_on_and_is_the_correction(store: Store, tmp_path: Path):
    row = prm800k()
    row["label"]["steps"] = [
        {
            "completions": [{"text": "2 + 2 = 5", "rating": -1, "flagged": None}],
            "human_completion": {"text": "2 + 2 = 4", "rating": None, "source": "human", "flagged": False},
            "chosen_completion": None,
        },
        {"completions": [{"text": "4 + 2 = 6", "rating": 1}], "human_completion": None, "chosen_completion": 0},
    ]
    import_labels(store, write(tmp_path / "prm.jsonl", row))
    wrong, right = store.labels.active()
    assert (wrong.mark, wrong.corrected) == (WRONG, "2 + 2 = 4")
    assert store.labels.items([right.item_id])[0].lines == ("2 + 2 = 4", "4 + 2 = 6")


LINES = st.lists(st.sampled_from(["3x = 15", "x = 5", "3x = 25", "é ≤ 2\n𝟛", "<b>"]), min_size=1, max_size=4)
LABELS = st.builds(
    lambda problem, lines, who, mark, reason, malrule, fixed: (
        item(*lines, problem=problem),
        Label("", who, mark, AT, reason, malrule, fixed),
    ),
    st.sampled_from([LINEAR, STORY, Problem("q", "q?", None)]),
    LINES,
    st.sampled_from(["ann", "ben", "ai:m"]),
    st.sampled_from(list(Mark)),
    st.text(max_size=8),
    st.sampled_from([None, MALRULE]),
    st.sampled_from([None, "x = 1"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LABELS, max_size=8))
def test_what_goes_out_comes_in_as_it_was(pairs: list[tuple[Any, Label]]):
    with TemporaryDirectory() as folder:
        path = Path(folder)
        with Store.open(path / "a.db") as here, Store.open(path / "b.db") as there:
            here.labels.add_items([one for one, _ in pairs])
            for one, said in pairs:
                here.labels.add(Label(one.id, *list(vars(said).values())[1:]))
            if not pairs:
                assert export_labels(here, None) == ""
                return
            export_labels(here, path / "out.jsonl")
            import_labels(there, path / "out.jsonl")
            assert sorted(there.labels.active(), key=str) == sorted(here.labels.active(), key=str)
            assert sorted(there.labels.items(), key=str) == sorted(here.labels.items(), key=str)
            again = import_labels(there, path / "out.jsonl")
            assert (again.new_labels, again.new_items) == (0, 0)


def test_a_solution_is_one_row_with_gaps_left_open(store: Store):
    first, third = item("3x = 15"), item("3x = 15", "x = 15 / 3", "x = 4")
    store.labels.add_items([first, third])
    store.labels.save([label(third, "ann", WRONG, reason="15 / 3 is 5"), label(first, "ann", RIGHT)])
    (row,) = [json.loads(line) for line in export_labels(store, None).splitlines()]
    ratings = [step["completions"][0]["rating"] for step in row["label"]["steps"]]
    assert ratings == [1, None, -1]
    assert row["label"]["finish_reason"] == "found_error"
    assert row["question"]["problem"] == LINEAR.text


def test_people_alone_may_be_exported(store: Store):
    one = item("x = 5")
    store.labels.save([label(one, "ann", RIGHT), label(one, "ai:m", WRONG)], "f", [one])
    assert len(export_labels(store, None).splitlines()) == 2
    assert len(export_labels(store, None, people_only=True).splitlines()) == 1


def test_the_shipped_readings_come_in_and_are_no_peoples(store: Store):
    done = import_labels(store, SHIPPED)
    assert done.annotators == ("ai:claude-3",)
    assert done.new_labels > 1000
    assert store.labels.active(people_only=True) == []
    assert store.labels.waiting("ann") == 0
    assert import_labels(store, SHIPPED).new_labels == 0


@pytest.mark.parametrize("names", [("rollouts.jsonl", "starter.jsonl"), ("starter.jsonl", "rollouts.jsonl")])
def test_both_shipped_files_come_in_whole(store: Store, names: tuple[str, str]):
    """They share 30 steps, read by different readers of the same model who differ on three."""
    done = [import_labels(store, SHIPPED.with_name(name)) for name in names]
    assert sum(d.new_labels for d in done) == len(store.labels.active()) == 1153 + 225
    assert {d.repeated for d in done} == {0}
    pair = next(p for p in agreement_of(store.labels.active(), models_too=True).pairs if p.second == "ai:claude-3")
    assert (pair.first, pair.items, round(pair.items * pair.agreed)) == ("ai:claude", 30, 27)


# Wrong files


def broken(change: Any) -> dict[str, Any]:
    row = prm800k()
    change(row)
    return row


def rate(value: Any) -> Any:
    return lambda row: row["label"]["steps"][0]["completions"][0].update(rating=value)


MARKED = {"problem": "p", "steps": ["a", "b"], "first_error": 1, "annotator": "ann"}
WRONG_ROWS = [
    ('{"label": ', r"not JSON at column \d+"),
    ("[]", "is not an object"),
    ({"problem": "p"}, "none of the fields `label`, `first_error` and `rating`"),
    (broken(rate(2)), r"`label.steps\[0\].completions\[0\].rating` is 2"),
    (broken(rate(True)), "rating` is True"),
    (broken(rate("1")), "rating` is '1'"),
    (broken(rate(1.0)), r"rating` is 1\.0"),
    (broken(lambda r: r.pop("labeler")), "`labeler` is missing"),
    (broken(lambda r: r.update(labeler=" ")), "`labeler` is ' '"),
    (broken(lambda r: r.update(timestamp="yesterday")), "`timestamp` is 'yesterday'"),
    (broken(lambda r: r["question"].pop("problem")), "`question.problem` is missing"),
    (broken(lambda r: r["label"].update(steps="x")), "`label.steps` is 'x'; it must be a list"),
    (broken(lambda r: r["label"]["steps"].insert(0, 3)), r"`label.steps\[0\]` is 3"),
    (broken(lambda r: r["label"]["steps"][0].update(chosen_completion=1)), "chosen_completion` is 1"),
    (broken(lambda r: r["label"]["steps"][0].update(chosen_completion=None)), "nothing can follow"),
    (
        broken(lambda r: r["label"]["steps"][0]["completions"][0].update(workbench={"item": "zz"})),
        "neither in the queue",
    ),
    (
        broken(lambda r: r["label"]["steps"][0]["completions"][0].update(workbench={"malrule": "zz"})),
        "no malrule; the nearest is",
    ),
    ({**MARKED, "first_error": 2}, "`first_error` is 2; it must be -1 for none, or 0 to 1"),
    ({**MARKED, "steps": ["a", 1]}, "`steps` is"),
    ({"item": "unknown", "labeler": "ann", "rating": 1}, "`item` is 'unknown', which is not in the queue"),
    (prm800k(), "whole row is on an earlier line"),
    (
        broken(lambda r: (r.update(generation=None), rate(-1)(r))),
        r"'340d89bc' marks this step here 'incorrect' and in row 1 'correct'",
    ),
]


@pytest.mark.parametrize(("row", "message"), WRONG_ROWS, ids=[m[:40] for _, m in WRONG_ROWS])
def test_a_wrong_file_names_line_and_field_and_leaves_nothing(store: Store, tmp_path: Path, row: Any, message: str):
    path = write(tmp_path / "in.jsonl", prm800k(), row)
    with pytest.raises(BadInput, match=f"in.jsonl, line 2: .*{message}"):
        import_labels(store, path)
    assert store.labels.log() == []
    assert store.labels.items() == []


def test_labels_for_items_of_the_queue(store: Store, tmp_path: Path):
    one, two = item("x = 5"), item("x = 6")
    store.labels.add_items([one, two])
    rows = [{"item": x.id, "labeler": "ann", "rating": r, "reason": "so"} for x, r in ((one, 1), (two, -1))]
    import_labels(store, write(tmp_path / "in.jsonl", *rows))
    assert [(x.mark, x.reason) for x in store.labels.active()] == [(RIGHT, "so"), (WRONG, "so")]
    assert store.labels.waiting("ben") == 0
    twice = write(tmp_path / "twice.jsonl", rows[0], {**rows[0], "reason": "twice"})
    with pytest.raises(BadInput, match="line 2: rating: 'ann' marks this step here"):
        import_labels(store, twice)


def test_another_mark_by_the_same_name_is_refused(store: Store, tmp_path: Path):
    one = item("x = 5")
    store.labels.save([label(one, "ann", RIGHT)], "f", [one])
    path = write(tmp_path / "in.jsonl", {"item": one.id, "labeler": "ann", "rating": -1})
    with pytest.raises(BadInput, match=r"has marked item .* 'correct' already"):
        import_labels(store, path)
    assert len(store.labels.log()) == 1


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_labels_says_so(store: Store, tmp_path: Path, content: str):
    path = tmp_path / "in.jsonl"
    path.write_text(content)
    with pytest.raises(BadInput, match="holds no labels"):
        import_labels(store, path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"problem": "p", "steps": ["a"], "label": 0}, "`label` is 0, as in ProcessBench; call it `first_error`"),
        ({"input": "a", "label": "a +", "task": "MATH"}, "as in PRM800K it is an object with `steps`"),
    ],
)
def test_rows_of_other_files_of_the_field_are_told_what_is_missing(row: dict, said: str):
    with pytest.raises(ValueError, match=re.escape(said)):
        read_row(row, {})
