"""The command line as people and scripts meet it: exit codes, streams, JSON, files, going on after Ctrl-C."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock
from typer.testing import CliRunner, Result

from workbench.__main__ import app
from workbench.cli.render import print_solution
from workbench.problems.notation import in_words
from workbench.problems.splits import evenly
from workbench.store import Store
from workbench.types import Knowledge, Problem, Round, from_json
from workbench.verification import Verifier

COMMANDS = ("train", "solve", "evaluate", "runs", "memory", "fetch", "pretrain", "problems")
NESTED = ("problems show", "problems make", "problems skills")
SMALL = {
    "sampling.problems_per_round": 2,
    "sampling.group_size": 2,
    "sampling.max_tokens": 16,
    "evaluation.problems": 2,
    "evaluation.samples": 2,
    "evaluation.final_problems": 3,
    "training.threads": 1,
}
SPLITS = ["test", "numbers", "wording", "depth"]


def call(*arguments: object) -> Result:
    """A command in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments])


def command(*arguments: object) -> list[str]:
    """A command for a process of its own."""
    return [sys.executable, "-m", "workbench", *map(str, arguments)]


def small(model: Path, runs: Path) -> list[str]:
    """Options of a training run of a second."""
    settings = [text for key, value in SMALL.items() for text in ("--set", f"{key}={value}")]
    return ["train", "--model", str(model), "--runs-folder", str(runs), *settings]


def written_rounds(folder: Path) -> list[Round]:
    """What metrics.jsonl holds."""
    return [from_json(Round, line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


# Help


@pytest.mark.parametrize("name", [*COMMANDS, *NESTED])
def test_help_of_each_command_teaches(name: str) -> None:
    result = call(*name.split(), "--help")
    assert result.exit_code == 0
    assert name == "problems" or f"workbench {name}" in result.stdout.split("Example", 1)[1]


def test_help_lists_all_commands_and_imports_no_torch() -> None:
    code = (
        "import sys; from workbench.__main__ import app\ntry: app(['--help'])\nfinally: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("False\n")
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


# Bad input


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    result = call("train", "--set", "training.learning_rat=1", "--runs-folder", tmp_path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert "'training.learning_rate'" in result.stderr


@pytest.mark.parametrize("first", [["evaluate"], ["solve", "1 + 1"], ["train", "--rounds", "1"]])
def test_a_missing_model_folder(first: list[str], tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    result = call(*first, "--model", missing, "--runs-folder", tmp_path / "runs")
    assert result.exit_code == 2
    assert result.stderr == f"Error: The model folder {missing} does not exist; check the path.\n"
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("second", "complaint"),
    [('{"text": "2 + 2?", ', "not JSON"), ('{"text": "2 + 2?"}', "no answer")],
)
@pytest.mark.parametrize("name", ["evaluate", "train"])
def test_a_bad_problems_file_names_the_line(
    name: str, second: str, complaint: str, tmp_path: Path, tiny_tutor: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(f'{{"text": "1 + 1?", "answer": "2"}}\n{second}\n')
    result = call(name, "--problems", file, "--model", tiny_tutor, "--runs-folder", tmp_path / "runs")
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_unwritable_runs_folder_fails_before_any_work(tmp_path: Path, tiny_tutor: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    result = call(*small(tiny_tutor, tmp_path / "runs"), "--rounds", 1)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "a file is in its place" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--bogus"],
        ["train", "--method", "magic"],
        ["train", "--run", "../away"],
        ["train", "--resume"],
        ["evaluate", "--split", "tset"],
        ["evaluate", "--samples", "0"],
        ["evaluate", "--split", "dev", "--problems", "x.jsonl"],
        ["solve", " "],
        ["solve", "1 + 1", "--model", "no-such-run"],
        ["solve", "1 + 1", "--samples", "2", "--temperature", "0"],
        ["problems", "show", "percnt"],
        ["problems", "show", "percent", "--level", "9"],
        ["problems", "make", "--split", "tset"],
        ["fetch", "gpt"],
        ["pretrain", "--out", "tutor", "--set", "layer=3"],
        ["pretrain", "--out", "tutor", "--set", "layers=three"],
        ["runs", "--store", "postgres://x/y"],
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("Error: ") == 1
    assert "Traceback" not in result.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    show = command("problems", "show", "signed", "--n", 3000, "--json")
    with subprocess.Popen(show, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


# Problems and steps


def test_problems_as_json_are_problems() -> None:
    result = call("problems", "show", "percent", "--n", 3, "--json")
    assert [from_json(Problem, line).skill for line in result.stdout.splitlines()] == ["percent"] * 3


def test_problems_make_writes_the_split(tmp_path: Path) -> None:
    result = call("problems", "make", "--split", "depth-dev", "--out", tmp_path)
    assert result.stdout == f"{tmp_path / 'depth-dev.jsonl'}\n"
    assert len((tmp_path / "depth-dev.jsonl").read_text().splitlines()) == 360


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("3(x + 4) = 24", "Solve 3(x + 4) = 24."),
        ("2x < 8", "Solve 2x < 8."),
        (" 3/4 + 1/2. ", "Work out 3/4 + 1/2."),
        (r"\frac{1}{2} + 3", r"Work out \frac{1}{2} + 3."),
        ("30% of 50", "30% of 50"),
        ("What is 7 - 9?", "What is 7 - 9?"),
    ],
)
def test_a_bare_equation_is_put_into_words(text: str, asked: str) -> None:
    assert in_words(text) == asked


def test_steps_are_shown_with_sign_word_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem(id="p", text="Solve 3x + 12 = 24.", answer="x = 4")
    print_solution(problem.text, Verifier().verify(problem, "3x = 24 - 12\n24 - 12 = 13\n\x1b[2JHello."))
    shown = capsys.readouterr().out
    assert "✓ correct" in shown
    assert "✗ incorrect  24 - 12 = 13" in shown
    assert "Instead: 24 - 12 = 12" in shown
    assert "? unknown" in shown
    assert "\x1b" not in shown


def test_what_follows_from_a_wrong_step_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem(id="p", text="Solve 3x + 12 = 24.", answer=None)
    print_solution(problem.text, Verifier().verify(problem, "3x = 36\nx = 12\nAnswer: x = 12", Knowledge.FREE))
    shown = capsys.readouterr().out
    assert "✓ correct    x = 12   follows from a wrong step" in shown
    assert "Step 1 is the first that is wrong" in shown


def test_evenly_spreads() -> None:
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(3), 9) == evenly(range(3), None) == [0, 1, 2]


# With a model


def test_solve_as_json(tiny_tutor: Path) -> None:
    result = call("solve", "3(x + 4) = 24", "--model", tiny_tutor, "--temperature", 1, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["problem"] == "Solve 3(x + 4) = 24."
    assert "answer" in found
    assert found["steps"]
    assert all({"text", "judgement", "diagnosis", "reason"} <= step.keys() for step in found["steps"])


def test_solve_several_is_seeded(tiny_tutor: Path) -> None:
    options = ["solve", "1 + 1", "--model", tiny_tutor, "--max-tokens", 12, "--samples", 3, "--json"]
    first, again, other = (call(*options, "--seed", seed).stdout for seed in (1, 1, 2))
    assert len(json.loads(first)["solutions"]) == 3
    assert first == again != other


@pytest.mark.parametrize("samples", [2, 16])
def test_evaluate_as_json(samples: int, tiny_tutor: Path) -> None:
    result = call(
        *("evaluate", "--model", tiny_tutor, "--n", 3, "--samples", samples, "--max-tokens", 12),
        *("--show", 1, "--json"),
    )
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["n"] == 3
    for name in ("solve_rate", "greedy", "process_rate", "right_for_wrong_reasons"):
        assert found[name].keys() == {"value", "low", "high"}
    assert (found["pass_at_16"] is None) == (samples < 16)
    assert len(found["solutions"]) == 1


def test_evaluate_prints_a_table_on_stdout_alone(tiny_tutor: Path) -> None:
    result = call("evaluate", "--model", tiny_tutor, "--n", 2, "--max-tokens", 8, "--show", 1)
    assert "solve rate" in result.stdout
    assert result.stderr == "2 problems of test\n"


# Training


class Trained(NamedTuple):
    """A finished run of two rounds."""

    runs: Path
    result: Result
    results: dict[str, Any]

    @property
    def folder(self) -> Path:
        return self.runs / "first"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_tutor: Path) -> Trained:
    runs = tmp_path_factory.mktemp("work") / "runs"
    result = call(*small(tiny_tutor, runs), "--rounds", 2, "--run", "first", "--json")
    assert result.exit_code == 0, result.stderr
    return Trained(runs, result, json.loads(result.stdout))


def test_train_measures_before_and_after(trained: Trained) -> None:
    assert list(trained.results["splits"]) == SPLITS
    for found in trained.results["splits"].values():
        assert found["n"] == 3
        assert found["solve_rate"].keys() == {"before", "after", "gain"}
        assert found["process_rate"].keys() == {"before", "after"}
    assert trained.results["rollouts"] == 8
    assert sum(trained.results["stages"].values()) == pytest.approx(1)


def test_train_writes_its_folder_and_the_store(trained: Trained) -> None:
    assert [r.index for r in written_rounds(trained.folder)] == [0, 1]
    assert json.loads((trained.folder / "results.json").read_text()) == trained.results
    assert (trained.folder / "model" / "tutor.json").is_file()
    with Store.open(trained.runs / "workbench.db") as store:
        info = store.runs.info("first")
        assert info.status == "finished"
        assert info.versions.keys() == {"workbench", "torch", "transformers", "python", "text", "verifier"}
        assert len(store.verdicts.rollouts("first")) == 8


def test_train_reports_rounds_on_stderr(trained: Trained) -> None:
    assert "round    1" in trained.result.stderr
    assert "dev solve rate" in trained.result.stderr


@pytest.mark.parametrize("name", ["latest", "first"])
def test_a_trained_model_is_named_by_its_run(name: str, trained: Trained) -> None:
    result = call("solve", "1 + 1", "--model", name, "--runs-folder", trained.runs, "--max-tokens", 8)
    assert result.exit_code == 0
    assert "Work out 1 + 1." in result.stdout


def test_runs_lists_it(trained: Trained) -> None:
    table = call("runs", "--runs-folder", trained.runs).stdout
    assert "first" in table
    assert "finished" in table
    rows = json.loads(call("runs", "--runs-folder", trained.runs, "--json").stdout)
    assert rows[0]["rounds"] == 2
    assert rows[0]["dev_solve_rate"] is not None


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--run", "first"], "resume it or choose"),
        (["--resume", "--run", "frist"], "nearest is 'first'"),
        (["--resume", "--seed", "5", "--rounds", "3"], "training.seed = 0, not 5"),
        (["--resume"], "is finished"),
    ],
)
def test_what_contradicts_a_run_is_refused(
    options: list[str], complaint: str, trained: Trained, tiny_tutor: Path
) -> None:
    result = call(*small(tiny_tutor, trained.runs), *options)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_a_run_that_another_process_trains_is_left_alone(trained: Trained, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(trained.runs, runs)
    with FileLock(runs / ".first.lock"):
        result = call("train", "--resume", "--runs-folder", runs, "--rounds", 3)
    assert result.exit_code == 2
    assert "'first' is being trained by another process" in result.stderr
    assert call("train", "--resume", "--runs-folder", runs, "--rounds", 3).exit_code == 0


def test_a_run_that_the_store_does_not_have_yet_goes_on(trained: Trained, tmp_path: Path) -> None:
    """As after a kill between the run's folder and its first row."""
    (tmp_path / "runs" / "first").mkdir(parents=True)
    shutil.copy(trained.runs / "first" / "config.yaml", tmp_path / "runs" / "first")
    result = call("train", "--resume", "--run", "first", "--runs-folder", tmp_path / "runs", "--rounds", 1)
    assert result.exit_code == 0, result.stderr


def test_an_imported_run_may_have_any_configuration(tmp_path: Path) -> None:
    with Store.open(tmp_path / "workbench.db") as store:
        for name, config in (("empty", "{}"), ("words", "no JSON"), ("list", "[]")):
            store.runs.create(name, config, {})
    rows = json.loads(call("runs", "--runs-folder", tmp_path, "--json").stdout)
    assert [row["method"] for row in rows] == ["?", "?", "?"]


def test_a_refusing_disk_fails_the_run_and_tells_how_to_go_on(trained: Trained, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(trained.runs, runs)
    (runs / "first" / "metrics.jsonl").unlink()
    (runs / "first" / "metrics.jsonl").mkdir()
    result = call("train", "--resume", "--runs-folder", runs, "--rounds", 3)
    assert result.exit_code == 1
    assert f"Fix this, then resume with: workbench train --resume --run first --runs-folder {runs}\n" in result.stderr
    with Store.open(runs / "workbench.db") as store:
        assert store.runs.info("first").status == "failed"


def test_a_file_of_problems_is_its_own_measure(tmp_path: Path, tiny_tutor: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text('{"text": "1 + 1?", "answer": "2"}\n{"text": "1 + 2?", "answer": "3"}\n')
    options = ["--problems", file, "--rounds", 1, "--method", "grpo"]
    result = call(*small(tiny_tutor, tmp_path / "runs"), *options)
    assert result.exit_code == 0, result.stderr
    assert "mine.jsonl itself" in result.stdout
    assert "workbench train --resume --run grpo-" in result.stdout


def test_ctrl_c_ends_cleanly_and_resume_goes_on(tmp_path: Path, tiny_tutor: Path) -> None:
    runs = tmp_path / "runs"
    folder = runs / "long"
    start = command(*small(tiny_tutor, runs), "--rounds", 5000, "--run", "long")
    with subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        metrics, deadline = folder / "metrics.jsonl", time.monotonic() + 120
        while not (metrics.exists() and metrics.read_text().count("\n") >= 2):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert f"--resume --run long --runs-folder {runs}" in err
    assert "Traceback" not in err
    assert call("solve", "1", "--model", "long", "--runs-folder", runs).exit_code == 2
    with Store.open(runs / "workbench.db") as store:
        assert store.runs.info("long").status == "interrupted"
    measured = (folder / "before.json").stat().st_mtime_ns
    done = len(written_rounds(folder))
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"index": 99')  # as a kill within a line leaves it
    result = call("train", "--resume", "--runs-folder", runs, "--rounds", done + 2, "--json")
    assert result.exit_code == 0, result.stderr
    assert [r.index for r in written_rounds(folder)] == list(range(done + 2))
    assert json.loads(result.stdout)["rounds"] == done + 2
    assert (folder / "before.json").stat().st_mtime_ns == measured
