"""`workbench verify`, `grade`, `coverage` and `bench` as people and scripts meet them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from workbench.__main__ import app
from workbench.verification import Verifier

STEP_KEYS = {
    "text",
    "judgement",
    "scope",
    "diagnosis",
    "malrule",
    "confidence",
    "reason",
    "evidence",
    "carried",
    "checker",
    "repair",
}
WRONG = {"problem": "Solve 3x + 5 = 20.", "steps": ["3x = 25", "x = 25/3"], "answer": "x = 5", "first_error": 0}
RIGHT = {
    "id": "b",
    "problem": "Solve 3x + 5 = 20.",
    "solution": "3x = 15\nx = 5\nAnswer: x = 5",
    "answer": "x = 5",
    "first_error": -1,
}


def call(*arguments: object) -> Result:
    """A command in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments])


def write(path: Path, *rows: object) -> Path:
    """A JSONL file."""
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("name", ["verify", "grade", "coverage", "bench verify", "bench steps", "bench fuzz"])
def test_help_of_each_command_teaches(name: str) -> None:
    result = call(*name.split(), "--help")
    assert result.exit_code == 0
    assert f"workbench {name}" in result.stdout.split("Example", 1)[1]


# verify IN --out OUT


@pytest.mark.parametrize("jobs", [1, 2])
def test_verdicts_come_in_the_order_and_shape_that_others_read(jobs: int, tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.jsonl", WRONG, RIGHT), tmp_path / "out.jsonl"
    result = call("verify", file, "--mode", "answer", "--out", out, "--jobs", jobs)
    assert result.exit_code == 0, result.stderr
    first, second = records(out)
    assert (first["id"], first["first_error"]) == (0, 0)
    assert (second["id"], second["first_error"]) == ("b", -1)
    assert second["answer_judgement"] == "correct"
    assert first.keys() == {"id", "first_error", "steps", "answer_judgement", "verifier"}
    assert set(first["steps"][0]) == STEP_KEYS
    assert first["steps"][0]["evidence"][0].keys() == {"kind", "text"}
    assert first["steps"][1]["carried"] is True
    assert first["verifier"] == Verifier().version
    assert "F1" in result.stdout


def test_the_summary_for_machines(tmp_path: Path) -> None:
    off = {**WRONG, "first_error": 1}
    file = write(tmp_path / "in.jsonl", WRONG, RIGHT, off)
    result = call("verify", file, "--mode", "answer", "--out", tmp_path / "out.jsonl", "--json")
    found = json.loads(result.stdout)
    assert (found["rows"], found["marked"], found["steps"]) == (3, 3, 7)
    assert found["right_on_wrong"] == 0.5
    assert found["right_on_right"] == 1.0
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["precision"] == 0.5
    assert found["seconds_per_step"] > 0


def test_free_mode_does_not_know_the_answer(tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.jsonl", {**RIGHT, "answer": "x = 6"}), tmp_path / "out.jsonl"
    assert call("verify", file, "--out", out).exit_code == 0
    assert records(out)[0]["answer_judgement"] is None


def test_without_out_the_rows_go_to_stdout_and_the_summary_to_stderr(tmp_path: Path) -> None:
    result = call("verify", write(tmp_path / "in.jsonl", RIGHT))
    assert json.loads(result.stdout)["id"] == "b"
    assert "time per step" in result.stderr


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ('{"problem": "p", "steps": [', "not JSON"),
        ("[1, 2]", "not an object"),
        ({"steps": ["x"]}, "no field `problem`"),
        ({"problem": "p"}, "neither `steps` nor `solution`"),
        ({"problem": "p", "steps": "x = 1"}, "`steps`"),
        ({"problem": "p", "steps": ["x", 3]}, "`steps` holds 3"),
        ({"problem": 5, "steps": []}, "`problem` is 5"),
        ({"problem": "p", "steps": [], "answer": 5}, "`answer` is 5"),
        ({"problem": "p", "steps": [], "id": [1]}, "`id` is [1]"),
        ({"problem": "p", "steps": ["a"], "first_error": 1}, "`first_error` is 1, but there are 1 steps"),
        ({"problem": "p", "steps": ["a"], "first_error": -2}, "`first_error` is -2"),
        ({"problem": "p", "steps": ["a"], "first_error": True}, "`first_error` is True"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_row_stops_before_anything_is_written(row: object, complaint: str, tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.jsonl", RIGHT, row), tmp_path / "out.jsonl"
    result = call("verify", file, "--out", out)
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert complaint in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not out.exists()


def test_unicode_empty_steps_and_huge_lines_come_through(tmp_path: Path) -> None:
    rows = [
        {"id": "ü🙂", "problem": "Löse 3x = 6.", "steps": ["x = 2 🙂 \u202e", "\ud800"]},
        {"id": 1.5, "problem": "", "steps": []},
        {"problem": "p", "steps": ["9" * 1_000_000, "(" * 100_000, "x = 1\x00"]},
    ]
    file, out = write(tmp_path / "in.jsonl", *rows), tmp_path / "out.jsonl"
    assert call("verify", file, "--out", out).exit_code == 0
    found = records(out)
    assert [row["id"] for row in found] == ["ü🙂", 1.5, 2]
    assert [step["text"] for step in found[0]["steps"]] == rows[0]["steps"]
    assert found[1]["steps"] == []
    assert [step["text"] for step in found[2]["steps"]] == rows[2]["steps"]


def test_an_empty_file_and_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    for name, complaint in (("empty.jsonl", "holds no rows"), ("none.jsonl", "does not exist")):
        result = call("verify", tmp_path / name, "--out", tmp_path / "out.jsonl")
        assert result.exit_code == 2
        assert complaint in result.stderr


def test_an_out_file_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Verifier, "verify", lambda *_: pytest.fail("worked"))
    file = write(tmp_path / "in.jsonl", RIGHT)
    for out in (tmp_path / "nowhere" / "out.jsonl", tmp_path):
        result = call("verify", file, "--out", out)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1


def test_an_old_out_file_stays_when_the_write_fails(tmp_path: Path, monkeypatch) -> None:
    file, out = write(tmp_path / "in.jsonl", RIGHT), write(tmp_path / "out.jsonl", "old")
    monkeypatch.setattr(os, "fsync", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    result = call("verify", file, "--out", out)
    assert result.exit_code == 1
    assert "no room" in result.stderr
    assert out.read_text() == "old\n"


def test_the_verifier_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", RIGHT)
    for version in ("builtin", Verifier().version):
        assert call("verify", file, "--out", tmp_path / "o", "--verifier", version).exit_code == 0
    result = call("verify", file, "--out", tmp_path / "o", "--verifier", "abc")
    assert result.exit_code == 2
    assert "'abc'" in result.stderr
    assert "'builtin'" in result.stderr


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.jsonl", *[WRONG] * 2, *[{**RIGHT, "id": n} for n in range(2)]), tmp_path / "out"
    script = (
        "import time\nfrom workbench.verification import Verifier\n"
        "Verifier.verify = lambda *_: (print('judging', flush=True), time.sleep(60))\n"
        "from workbench.__main__ import app\napp()"
    )
    command = [sys.executable, "-c", script, "verify", str(file), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "judging\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert process.stderr.read().splitlines()[-1] == "Interrupted."
    assert not out.exists()


@pytest.mark.parametrize("arguments", [[], ["in.jsonl", "--cases"], ["--cases", "--step", "a", "b"]])
def test_one_of_three_things_is_asked(arguments: list[str]) -> None:
    result = call("verify", *arguments)
    assert result.exit_code == 2
    assert "Give one of the three" in result.stderr


# verify --step and --cases


def test_one_step_for_a_person() -> None:
    result = call("verify", "--step", "3x + 5 = 20", "3x = 25")
    assert result.exit_code == 0
    assert "✗ incorrect" in result.stdout
    assert "x = 25/3" in result.stdout
    assert "Instead: 3x = 15" in result.stdout


def test_one_step_for_machines() -> None:
    found = json.loads(call("verify", "--step", "3x + 5 = 20", "3x = 15", "--json").stdout)
    assert found["judgement"] == "correct"
    assert found.keys() == STEP_KEYS | {"before", "verifier"}


def test_control_characters_do_not_reach_the_terminal() -> None:
    result = call("verify", "--step", "x = 1\x1b[31m", "x = 2\x1b]0;title\x07")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout


def test_the_case_table() -> None:
    result = call("verify", "--cases")
    assert result.exit_code == 0, result.stdout
    assert "known failures" in result.stdout
    found = json.loads(call("verify", "--cases", "--json").stdout)
    counted = sum(row["holds"] + row["known_failures"] + row["broken"] for row in found["areas"])
    assert counted == found["cases"]


# grade


def test_grades(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "gold": "1/2", "pred": "0.5"},
        {"gold": "x = 5", "pred": "x = 6"},
        {"gold": "7", "solution": "3 + 4 = 7\nAnswer: 7"},
        {"gold": "7", "solution": "I do not know."},
        {"gold": "7", "pred": "3 + 4"},
    ]
    file, out = write(tmp_path / "in.jsonl", *rows), tmp_path / "out.jsonl"
    result = call("grade", file, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    found = records(out)
    assert [row["id"] for row in found] == ["a", 1, 2, 3, 4]
    assert [row["equal"] for row in found] == [True, False, True, None, True]
    assert [row["form"] for row in found] == [None, None, None, None, "not worked out"]
    assert all(row["reason"] for row in found)
    assert json.loads(result.stdout) == {
        "file": str(file),
        "rows": 5,
        "equal": 3,
        "not_equal": 1,
        "undecided": 1,
        "other_form": 1,
    }


def test_the_last_number_is_taken_where_that_is_allowed(tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", {"gold": "1,250", "solution": "We add 50 to 1200 and have $1250 in the end."})
    found = [json.loads(call("grade", file, *flag).stdout.splitlines()[0]) for flag in ((), ("--last-number",))]
    assert [(row["pred"], row["equal"]) for row in found] == [(None, None), ("$1250", True)]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"pred": "7"}, "no field `gold`"),
        ({"gold": "7"}, "neither `pred` nor"),
        ({"gold": 7, "pred": ""}, "`gold` is 7"),
    ],
)
def test_a_bad_answer_row_stops_before_anything_is_written(row: object, complaint: str, tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.jsonl", {"gold": "1", "pred": "1"}, row), tmp_path / "out.jsonl"
    result = call("grade", file, "--out", out)
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert complaint in result.stderr
    assert not out.exists()


# coverage


def test_coverage_of_the_projects_own_problems_says_yes() -> None:
    found = json.loads(call("coverage", "data/problems/dev.jsonl", "--n", 60, "--json").stdout)
    assert found["pays"] is True
    assert found["sentence"].startswith("Step-level training can pay here")
    assert found["all"]["decided"] >= 0.95 * found["all"]["steps"]
    assert found["slips_caught"] > 0.9
    assert {share["name"] for share in found["by_checker"]} >= {"arithmetic", "equivalence"}


def test_coverage_of_open_ended_tasks_says_no() -> None:
    result = call("coverage", "data/cases/open-ended.jsonl")
    assert result.exit_code == 0
    assert "cannot pay" in result.stdout


def test_coverage_reads_the_shape_of_gsm8k(tmp_path: Path) -> None:
    row = {"question": "Tom has 3 bags of 4 pens. How many?", "answer": "He has 3*4=<<3*4=12>>12 pens.\n#### 12"}
    found = json.loads(call("coverage", write(tmp_path / "in.jsonl", row), "--json").stdout)
    assert (found["problems"], found["word_problems"], found["with_answer"]) == (1, 1, 1)
    assert found["all"]["steps"] == 1
    assert found["slips_caught"] == 1.0
    assert found["misreadings_caught"] == 0.0
    assert found["pays"] is False


def test_coverage_without_solutions_cannot_tell(tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", {"text": "1 + 1?", "answer": "2"})
    assert "cannot be told" in call("coverage", file).stdout


# bench


def test_a_small_bench_of_speed(tmp_path: Path) -> None:
    pairs = write(
        tmp_path / "pairs.jsonl", {"before": "3x = 6", "after": "x = 2"}, {"before": "x+1=3", "after": "x=4"}
    )
    result = call("bench", "verify", "--pairs", pairs, "--steps", 40, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert {"solveset"} <= {row["peer"] for row in found["ratios"]} <= {"math-verify", "solveset", "pycodemath"}
    assert found["ratios"][-1]["agree"] == 1.0
    assert found["ratios"][-1]["decision_seconds"] > 0
    assert [jobs for jobs, _ in found["mixed_seconds"]] == [1, 2]


def test_bad_pairs_are_named(tmp_path: Path) -> None:
    result = call("bench", "verify", "--pairs", write(tmp_path / "pairs.jsonl", {"before": "x = 1"}))
    assert result.exit_code == 2
    assert "line 1" in result.stderr


def test_a_small_bench_of_safety() -> None:
    result = call("bench", "fuzz", "--n", 20, "--bombs", 5, "--threads", 2, "--json")
    found = json.loads(result.stdout)
    assert found["passed"] is True, found
    assert found["kill_gives_unknown"] is True


# bench steps


def test_figures_are_shown_and_kept(tmp_path: Path) -> None:
    out = tmp_path / "steps.json"
    result = call("bench", "steps", "--quick", "--out", out)
    assert result.exit_code == 0, result.stderr
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert kept["verifier"] == Verifier().version
    assert [f["met"] for f in kept["figures"]] == [True] * 4
    assert len(kept["absent"]) == 4
    assert "gsm8k/train.jsonl" in result.stdout


def test_figures_of_a_folder_that_is_none_are_refused(tmp_path: Path) -> None:
    result = call("bench", "steps", "--data", tmp_path / "nowhere", "--out", tmp_path / "steps.json")
    assert result.exit_code == 2
    assert "is no folder" in result.stderr
    assert not (tmp_path / "steps.json").exists()


# bench teacher


def test_what_a_teacher_can_tell_is_measured_and_shown() -> None:
    result = call("bench", "teacher", "--n", 8, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["problems"] == 8
    assert set(found["contexts"]["critique"]) == {"prefers", "gain", "better", "moved", "most"}
    assert "wrong steps in rollouts of 8 problems" in call("bench", "teacher", "--n", 8).stdout


def test_judging_one_step_imports_no_database_and_no_model() -> None:
    # A person waits for it: these libraries alone would take longer than the verdict.
    script = (
        "import sys\nfrom workbench.__main__ import app\n"
        "try: app(['verify', '--step', '3x = 6', 'x = 2'])\n"
        "finally: print(sorted({'sqlalchemy', 'torch', 'sklearn', 'sympy', 'gradio'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_decimal_commas_are_an_option(tmp_path):
    assert json.loads(call("verify", "--step", "2x = 7", "x = 3,5", "--json").stdout)["judgement"] != "correct"
    said = call("verify", "--decimal-comma", "--step", "2x = 7", "x = 3,5", "--json").stdout
    assert json.loads(said)["judgement"] == "correct"
    rows = tmp_path / "in.jsonl"
    rows.write_text(
        json.dumps({"problem": "Rechne 7 : 2 + 1.250,5.", "solution": "7 : 2 = 3,5\n3,5 + 1.250,5 = 1.253"}) + "\n"
    )
    (verdict,) = (json.loads(line) for line in call("verify", "--decimal-comma", str(rows)).stdout.splitlines())
    assert [step["judgement"] for step in verdict["steps"]] == ["correct", "incorrect"]
    assert verdict["steps"][1]["text"] == "3.5 + 1250.5 = 1253"
    rows.write_text(json.dumps({"gold": "12,5", "solution": "Antwort: 12,50"}) + "\n")
    graded = call("grade", "--decimal-comma", str(rows)).stdout.splitlines()[0]
    assert json.loads(graded)["equal"] is True
