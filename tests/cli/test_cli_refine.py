"""`workbench refine`, `verifiers`, `reverify` and `bench refine` as people and scripts meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workbench.__main__ import app

ROWS = [
    {"problem": "Solve 3x + 5 = 20.", "steps": ["3x = 25", "x = 25/3"], "answer": "x = 5", "first_error": 0,
     "annotator": "ann"},
    {"problem": "Tom has 6 cards. There are also 4 left from last week. How many cards are there now?",
     "steps": ["Tom adds.", "6 + 4 = 10", "Answer: 10"], "answer": "10", "first_error": -1, "annotator": "ann"},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return tmp_path


def call(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(app, [*args])


def test_a_version_is_made_used_and_taken_back(folder: Path):
    runs = ("--runs-folder", str(folder))
    made = call(folder, "refine", "--labels", str(folder / "labels.jsonl"), *runs, "--json")
    assert made.exit_code == 0, made.output
    facts = json.loads(made.stdout.splitlines()[-1])
    assert Path(facts["file"]).is_file()
    assert facts["labels"] == {"people": 4, "models": 0}
    version = facts["version"]
    assert call(folder, "verifiers", *runs, "use", version[:6]).stdout == f"in use: {version}\n"
    listed = json.loads(call(folder, "verifiers", *runs, "--json").stdout)
    assert [(one["version"], one["in_use"]) for one in listed] == [("builtin", False), (version, True)]
    out = folder / "verdicts.jsonl"
    judged = call(folder, "verify", str(folder / "labels.jsonl"), "--verifier", facts["file"], "--out", str(out))
    assert judged.exit_code == 0, judged.output
    assert {json.loads(line)["verifier"] for line in out.read_text().splitlines()} == {version}
    assert call(folder, "verifiers", *runs, "revert").stdout == "in use: builtin\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("refine",), "There is no store"),
        (("refine", "--labels", "LABELS", "--target", "1.5"), "target is 1.5"),
        (("refine", "--labels", "missing.jsonl"), "does not exist"),
        (("verifiers", "use", "abc"), "there are none yet"),
        (("verifiers", "revert"), "not among the choices"),
        (("reverify", "nothing"), "There is no run"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(folder: Path, args: tuple[str, ...], said: str):
    given = [str(folder / "labels.jsonl") if a == "LABELS" else a for a in args]
    runs = ["--runs-folder", str(folder)]
    ordered = [given[0], *runs, *given[1:]] if given[0] == "verifiers" else [*given, *runs]
    found = call(folder, *ordered)
    assert found.exit_code == 2, found.output
    assert said in found.output
    assert "Traceback" not in found.output
    assert not (folder / "verifiers").exists()


def test_bench_refine_says_when_there_is_too_little(folder: Path):
    found = call(folder, "bench", "refine", str(folder / "labels.jsonl"), "--draws", "1")
    assert found.exit_code == 2
    assert "too few" in found.output
