"""`workbench labels` as people and scripts meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.labeling.labelled import item, label
from tests.records import STORY, group
from workbench.__main__ import app
from workbench.problems.readers import write_problems
from workbench.store import Store
from workbench.types import Mark


def call(*arguments: Any) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A runs folder whose one run has a misread story, and labels by two people."""
    folder = tmp_path / "runs"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "config.yaml").write_text("preset: tiny\n")
    write_problems(tmp_path / "p.jsonl", [STORY])
    with Store.open(folder / "workbench.db") as store:
        store.runs.create("mine", json.dumps({"problems": {"path": str(tmp_path / "p.jsonl")}}), {})
        made = group(["6 + 5 = 11\nAnswer: 11"], STORY).members
        store.verdicts.save_rollouts("mine", [m.rollout for m in made])
        store.verdicts.save("mine", [(m.rollout.id, m.verdict) for m in made])
        one, two = item("x = 5"), item("x = 6")
        given = [(one, "ann", Mark.CORRECT), (one, "ben", Mark.CORRECT), (two, "ann", Mark.INCORRECT)]
        labels = [label(*g) for g in given] + [label(two, "ben", Mark.CORRECT)]
        store.labels.save(labels, "f", [one, two])
    return folder


def test_fill_takes_the_ambiguous_steps_of_a_run(runs: Path) -> None:
    done = call("labels", "fill", "latest", "--n", 5, "--gold", 0, "--runs-folder", runs, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"run": "mine", "added": 1}
    assert "Added 0 items" in call("labels", "fill", "--n", 5, "--gold", 0, "--runs-folder", runs).stdout
    assert call("labels", "fill", "other", "--runs-folder", runs).exit_code == 2


def test_agreement_by_pair_and_together(runs: Path) -> None:
    found = json.loads(call("labels", "agreement", "--runs-folder", runs, "--json").stdout)
    (pair,) = found["pairs"]
    assert (pair["items"], pair["agreed"], found["to_adjudicate"]) == (2, 0.5, 1)
    # Four values, three correct: 1 - 3 * 2 / (16 - 10) = 0.
    assert found["alpha"]["value"] == pytest.approx(0)
    shown = call("labels", "agreement", "--runs-folder", runs).stdout
    assert "Krippendorff's alpha: 0.00" in shown
    assert "Open disagreements: 1." in shown


def test_out_and_in_again(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    assert call("labels", "export", "--out", out, "--runs-folder", runs).exit_code == 0
    assert call("labels", "export", "--runs-folder", runs).stdout == out.read_text()
    done = call("labels", "import", out, "--store", tmp_path / "other.db", "--json")
    assert json.loads(done.stdout)["new_labels"] == 4


def test_a_wrong_file_ends_with_2_and_writes_nothing(runs: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"item": "zz", "labeler": "ann", "rating": 1}\n')
    done = call("labels", "import", bad, "--runs-folder", runs)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"{bad}, line 1: `item` is 'zz', which is not in the queue" in done.stderr
    with Store.open(runs / "workbench.db") as store:
        assert len(store.labels.log()) == 4


@pytest.mark.parametrize("name", ["fill", "import", "export", "agreement"])
def test_help_teaches_by_examples(name: str) -> None:
    assert f"workbench labels {name}" in call("labels", name, "--help").stdout.split("Examples:")[1]


def test_agreement_says_whom_it_counted(tmp_path: Path) -> None:
    store = tmp_path / "starter.db"
    starter = Path(__file__).parents[2] / "data" / "labels" / "starter.jsonl"
    assert call("labels", "import", starter, "--store", store).exit_code == 0
    shown = call("labels", "agreement", "--store", store).stdout
    assert "0 labels by people on 0 items" in shown
    assert "225 labels by models are not counted; count them with --models." in shown
    shown = call("labels", "agreement", "--models", "--store", store).stdout
    assert "225 labels on 170 items, 55 read twice or more" in shown
