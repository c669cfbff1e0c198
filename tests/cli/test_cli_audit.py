"""`workbench audit`, `export` and `import` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.made_run import make_run
from workbench.__main__ import app
from workbench.problems.readers import read_problems
from workbench.store import Store


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    with Store.open(folder / "workbench.db") as store:
        make_run(store, rounds=3, per_round=8)
    return folder


def call(*arguments: object, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_the_audit_for_people_and_for_machines(runs: Path) -> None:
    shown, _ = call("audit", "--runs-folder", runs)
    assert "of 96 rollouts failed" in shown
    out, _ = call("audit", "made", "--runs-folder", runs, "--json")
    found = json.loads(out)
    assert found["rollouts"] == 96
    assert found["failed"] == sum(cell["count"] for cell in found["cells"])
    assert str(found["cells"][0]["count"]) in shown


def test_the_audit_as_a_page(runs: Path, tmp_path: Path) -> None:
    call("audit", "--runs-folder", runs, "--html", tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


def test_practice_problems_for_a_cell(runs: Path, tmp_path: Path) -> None:
    out, _ = call("audit", "--runs-folder", runs, "--json")
    cell = json.loads(out)["cells"][0]
    wanted = f"{cell['skill']}:{cell['kind']}"
    call("audit", "--runs-folder", runs, "--practice", wanted, "--out", tmp_path / "p.jsonl", "--n", 6)
    problems = read_problems(tmp_path / "p.jsonl")
    assert len(problems) == 6
    assert {p.skill for p in problems} == {cell["skill"]}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["audit", "nope"], "the nearest is 'made'"),
        (["audit", "--practice", "a:b"], "go together"),
        (["audit", "--practice", "ab", "--out", "x.jsonl"], "names no cell"),
        (["audit", "--practice", "a:b", "--out", "x.jsonl"], "Nothing in 'a' failed by 'b'"),
        (["export", "nope", "--out", "x.gz"], "the nearest is 'made'"),
        (["import", "absent.gz"], "does not exist"),
    ],
)
def test_bad_input_says_what_to_do(runs: Path, arguments: list[str], complaint: str) -> None:
    _, said = call(*arguments, "--runs-folder", runs, code=2)
    assert complaint in said


def test_a_run_goes_out_and_in_again(runs: Path, tmp_path: Path) -> None:
    call("export", "latest", "--runs-folder", runs, "--out", tmp_path / "run.gz")
    new = tmp_path / "new"
    out, _ = call("import", tmp_path / "run.gz", "--runs-folder", new)
    assert out.strip() == "made"
    _, said = call("import", tmp_path / "run.gz", "--runs-folder", new, code=2)
    assert "--as NAME" in said
    assert call("audit", "--runs-folder", new, "--json") == call("audit", "--runs-folder", runs, "--json")


def test_a_bad_file_makes_no_store(tmp_path: Path) -> None:
    (tmp_path / "bad.gz").write_text("plain")
    call("import", tmp_path / "bad.gz", "--runs-folder", tmp_path / "new", code=2)
    assert not (tmp_path / "new").exists()
