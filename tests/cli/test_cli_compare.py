"""`workbench compare`: it skips what is done, goes on after a kill, shares the work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.evaluation.runs import counts
from workbench.__main__ import app
from workbench.evaluation.compare import run
from workbench.evaluation.compare.plan import read_plan, trials
from workbench.evaluation.compare.record import RunRecord, read_runs
from workbench.evaluation.compare.run import Seen
from workbench.types import to_json
from workbench.verification import Verifier

pytestmark = pytest.mark.timeout(900)
"""Every run is a process of its own, which loads torch: on a busy machine that takes its time."""

ROOT = Path(__file__).parents[2]
TUTOR = ROOT / "data" / "models" / "tutor"
"""Where a run must learn something: of a random model's nonsense there is nothing to lose."""
PLAN = """
rounds: {rounds}
seeds: [0]
settings:
  model.path: {model}
  model.device: cpu
  sampling.problems_per_round: 2
  sampling.group_size: 4
  sampling.max_tokens: 64
  training.learning_rate: 0.001
arms:
  pmd: {{}}
  grpo: {{method.name: grpo}}
measures:
  every: 2
  dev: {{problems: 2, samples: 2}}
  final:
    splits: {{test: {{problems: 3, samples: 2}}}}
    many: {{problems: 2, samples: 4}}
    with_memory: {{problems: 2, samples: 2}}
    chosen: {{problems: 2, samples: 2}}
"""


def options(folder: Path, model: Path, rounds: int = 4) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "p.yaml"
    plan.write_text(PLAN.format(model=model, rounds=rounds))
    places = ["--out", str(folder / "results" / "runs"), "--work", str(folder / "work")]
    return ["compare", str(plan), *places, "--jobs", "1", "--threads", "1", "--probe-rounds", "0"]


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def finished(arguments: list[str]) -> tuple[str, str]:
    process = start([*arguments, "--json"])
    out, err = process.communicate(timeout=250)
    assert process.returncode == 0, err
    return out, err


def runs(folder: Path) -> dict[str, RunRecord]:
    return {run.arm: run for run in read_runs(folder / "results" / "runs")}


def outcome(run: RunRecord) -> tuple[object, ...]:
    """What must not depend on interruptions: counts and rollouts, not times."""
    points = [(p.round, p.charges.rollouts, p.counts, p.malrules, p.health) for p in run.curve]
    ending = run.ending
    return points, ending.splits, ending.greedy, ending.many, ending.with_memory, ending.chosen, ending.chosen_round


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, list[str], str, str]:
    folder = tmp_path_factory.mktemp("whole")
    arguments = options(folder, TUTOR)
    return folder, arguments, *finished(arguments)


def test_every_run_leaves_one_json_with_all_that_was_measured(whole):
    folder, _, out, err = whole
    made = runs(folder)
    assert set(made) == {"base", "pmd", "grpo"}
    pmd = made["pmd"]
    assert [p.round for p in pmd.curve] == [0, 2, 4]
    assert [p.charges.rollouts for p in pmd.curve] == [0, 16, 32]
    assert pmd.curve[-1].health["gradient_norm"] > 0
    assert pmd.ending.with_memory is not None
    assert made["grpo"].ending.with_memory is None
    assert pmd.ending.many is not None
    assert pmd.charges.teacher_tokens is not None
    assert made["base"].rounds == 0
    assert made["base"].curve[0].counts == pmd.curve[0].counts
    assert "finished as" in err
    assert not [p for p in (folder / "work").iterdir() if p.is_dir()]
    assert json.loads(out)["seeds"] == 1
    assert (folder / "results" / "compare-p.json").is_file()
    assert (folder / "work" / "compare-p.html").stat().st_size > 1_000_000


def test_what_is_finished_is_not_run_again(whole):
    folder, arguments, _, _ = whole
    before = {p.name: p.stat().st_mtime_ns for p in (folder / "results" / "runs").glob("*.json")}
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "3 runs, 3 finished already" in done.stderr
    assert before == {p.name: p.stat().st_mtime_ns for p in (folder / "results" / "runs").glob("*.json")}


def test_a_killed_run_goes_on_and_ends_the_same(whole, tmp_path):
    folder, _, _, _ = whole
    arguments = options(tmp_path, TUTOR)
    first = start([*arguments, "--arm", "pmd"])
    deadline = time.monotonic() + 120
    while not list((tmp_path / "work").glob("*/checkpoints/round-000002/COMPLETE.json")):
        assert time.monotonic() < deadline
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert "pmd" not in runs(tmp_path)
    finished([*arguments, "--arm", "pmd"])
    assert outcome(runs(tmp_path)["pmd"]) == outcome(runs(folder)["pmd"])


def test_a_torn_evaluation_does_not_swallow_the_next_one(tmp_path, tiny_tutor):
    options(tmp_path, tiny_tutor)
    trial = trials(read_plan(str(tmp_path / "p.yaml")))[-1]
    whole = to_json(Seen(0, counts((1, 2)), {}))
    (tmp_path / "evaluations.jsonl").write_text(f'{whole}\n{{"round": 2, "cou')
    made = run._Progress(trial, tmp_path, Verifier(), print)
    assert list(made.seen) == [0]
    assert made.file.read_text() == whole + "\n"


def test_ctrl_c_ends_the_children_too_and_says_how_to_go_on(tmp_path, tiny_tutor):
    process = start(options(tmp_path, tiny_tutor, rounds=400))
    deadline = time.monotonic() + 120
    while not list((tmp_path / "work").glob("*/checkpoints/round-*")):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)  # to the parent alone, as a supervisor would
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Run the same command to continue" in err
    assert list((tmp_path / "work").glob("*/checkpoints/round-*"))


def test_two_calls_at_once_share_the_work(tmp_path, tiny_tutor):
    arguments = [*options(tmp_path, tiny_tutor), "--arm", "grpo"]
    pair = [start(arguments), start(arguments)]
    errors = [process.communicate(timeout=250)[1] for process in pair]
    told = "\n".join(errors)
    assert set(runs(tmp_path)) == {"base", "grpo"}
    for arm in ("base", "grpo"):
        assert told.count(f"p {arm} seed 0: finished as") == 1, told


def test_a_run_that_cannot_be_done_is_reported_and_the_others_go_on(tmp_path, tiny_tutor):
    arguments = options(tmp_path, tiny_tutor)
    plan = tmp_path / "p.yaml"
    plan.write_text(plan.read_text().replace("  pmd: {}", f"  pmd: {{problems.path: {tmp_path / 'none.jsonl'}}}"))
    Path(tmp_path / "none.jsonl").write_text('{"text": "What is 1 + 1?"}\n')
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "1 runs failed, the first with: p pmd seed 0" in done.stderr
    assert "answer" in done.stderr
    assert set(runs(tmp_path)) == {"base", "grpo"}


def test_a_report_without_runs_says_what_to_do(tmp_path, tiny_tutor):
    done = CliRunner().invoke(app, [*options(tmp_path, tiny_tutor), "--report"])
    assert done.exit_code == 2
    assert "has no finished run of p" in done.stderr


def test_a_damaged_file_beside_the_runs_is_named(whole):
    folder, arguments, _, _ = whole
    bench = folder / "results" / "bench-round.json"
    bench.write_text("{")
    done = CliRunner().invoke(app, [*arguments, "--report"])
    bench.unlink()
    assert done.exit_code == 2
    assert "bench-round.json is not JSON" in done.stderr
    assert "workbench bench round" in done.stderr
