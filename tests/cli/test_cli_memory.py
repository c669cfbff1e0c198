"""`workbench memory` on a store that holds what a run would have written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.records import LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.__main__ import app
from workbench.config import Config, dump_config
from workbench.memory.state import MemoryState, Visit, note_use, remember, remember_experience, retire, visit
from workbench.store import Store
from workbench.types import Group, Level, Reflection, Round, Writer, to_json

LESSON = "A number that crosses the equals sign changes its sign."


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["memory", *(str(a) for a in arguments)])


def keep(store: Store, made: Group, state: MemoryState, round: int) -> None:
    store.verdicts.save_rollouts("r", [m.rollout for m in made.members])
    store.verdicts.save("r", [(m.rollout.id, m.verdict) for m in made.members])
    store.memory.save("r", round, state.items.values())


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """A run of two rounds: a lesson is written, used, helps; a pattern is retired."""
    folder = tmp_path_factory.mktemp("runs")
    problems = folder / "p.jsonl"
    problems.write_text("".join(to_json(p) + "\n" for p in (LINEAR, STORY)))
    config = Config.model_validate({"problems": {"path": str(problems)}})
    (folder / "r").mkdir()
    (folder / "r" / "config.yaml").write_text(dump_config(config))
    metrics = {
        "reflections_asked": 4.0,
        "reflections_parsed": 3.0,
        "insights_written": 2.0,
        "dropped_form": 1.0,
        "dropped_malrule": 1.0,
        "memory_live": 3.0,
        "insight_raises": 0.5,
    }
    with Store.open(folder / "workbench.db") as store:
        store.runs.create("r", config.model_dump_json(), {})
        first = group([RIGHT, SIGN_KEPT], round=0)
        ids = (first.members[1].rollout.id,)
        said = [
            Reflection("p1", "linear_one", Level.LESSON, LESSON, ids, "sign_kept", "policy"),
            Reflection("", "linear_one", Level.PATTERN, "equation: undo the sum", ids, writer=Writer.POLICY),
        ]
        state = remember(visit(MemoryState(visits={"p1": Visit(-1, 0.5)}), first, 0), said, 0, "r@0", 0.5)
        state = note_use(remember_experience(state, first, 0, "r@0"), "p1", [next(iter(state.items))])
        keep(store, first, state, 0)
        store.runs.save_round("r", Round(0, 0.0, metrics, {}))
        second = group([RIGHT, RIGHT], round=1)
        state = visit(state, second, 1)
        hurt = {k: replace(i, hurt=9) if i.level is Level.PATTERN else i for k, i in state.items.items()}
        state = retire(replace(state, items=hurt), 1, 20)
        keep(store, second, state, 1)
        store.runs.save_round("r", Round(1, 0.5, metrics, {}))
    return folder


def test_the_list_shows_what_was_learned_and_what_was_dropped(runs):
    result = call("latest", "--runs-folder", runs)
    assert result.exit_code == 0
    assert LESSON in result.stdout
    assert "0 pattern, 1 lesson, 0 strategy, 1 experience" in result.stdout
    assert "Retired: 1 hurt" in result.stdout
    assert "Reflections asked for: 8" in result.stdout
    assert "dropped: malrule" in result.stdout
    assert "likelier for the teacher: 50%" in result.stdout
    assert "equation: undo" not in result.stdout


def test_retired_items_say_why(runs):
    result = call("r", "--runs-folder", runs, "--retired")
    assert "hurt 9 times, helped 0" in result.stdout
    assert LESSON not in result.stdout


def test_json_holds_every_item_and_the_overview(runs):
    record = json.loads(call("r", "--runs-folder", runs, "--json", "--limit", 1).stdout)
    assert {i["level"] for i in record["items"]} == {"lesson", "experience"}
    assert record["overview"]["asked"] == 8
    assert record["overview"]["dropped"]["malrule"] == 2
    lessons = json.loads(call("r", "--runs-folder", runs, "--json", "--level", "insight").stdout)["items"]
    assert [i["text"] for i in lessons] == [LESSON]


def test_one_item_is_shown_with_its_evidence_and_history(runs):
    (lesson,) = json.loads(call("r", "--runs-folder", runs, "--json", "--level", "lesson").stdout)["items"]
    shown = call("r", "--runs-folder", runs, "--item", lesson["id"][:6]).stdout
    assert "3x = 20 + 5  (sign_kept)" in shown
    assert LINEAR.text in shown
    assert "went better 1 times, worse 0" in shown
    assert [word in shown for word in ("written", "scored")] == [True, True]
    record = json.loads(call("r", "--runs-folder", runs, "--item", lesson["id"], "--json").stdout)
    assert [e["event"] for e in record["history"]] == ["written", "scored"]
    assert record["evidence"][0]["text"] == SIGN_KEPT
    assert record["problem"] == LINEAR.text


def test_a_sample_is_the_same_for_the_same_seed(runs):
    result = call("r", "--runs-folder", runs, "--sample", 20)
    assert "1 insights and 0 patterns, drawn at random with seed 0" in result.stdout
    assert LESSON in result.stdout
    assert result.stdout == call("r", "--runs-folder", runs, "--sample", 20).stdout
    record = json.loads(call("r", "--runs-folder", runs, "--sample", 20, "--json").stdout)
    assert [len(record[kind]) for kind in ("insights", "patterns")] == [1, 0]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("nowhere",), "There is no run 'nowhere'"),
        (("r", "--item", "zz"), "No memory item has an id that starts with 'zz'"),
        (("r", "--skill", "knitting"), "nothing of a skill 'knitting'; it has linear_one"),
        (("r", "--sample", "0"), "greater than or equal to 1"),
    ],
)
def test_bad_input_is_told_in_a_sentence(runs, options, sentence):
    result = call(*options, "--runs-folder", runs)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_several_ids_with_one_start_are_told(runs):
    result = call("r", "--runs-folder", runs, "--item", "")
    assert result.exit_code == 2
    assert "is the start of 3 ids" in result.stderr
