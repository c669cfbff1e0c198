"""The run service as a Python user meets it: kept and scratch runs, resuming, two at once, threads, errors."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.config import Config, load_config
from workbench.errors import BadInput, StorageError
from workbench.files import whole_lines
from workbench.problems.splits import load_split
from workbench.run import Run
from workbench.run.plan import RUNS, new_name, plan_new, plan_resumed, resolve_model, store_place
from workbench.run.scores import Scores
from workbench.run.service import METRICS, RESULTS, stage_seconds
from workbench.store import Store
from workbench.training import checkpoint
from workbench.types import Problem, Round, from_json, to_json
from workbench.verification import Verifier
from workbench.verification.maths import MATHS

ROOT = Path(__file__).parents[2]
PROBLEMS = load_split("train")[9::80]


def config(model: Path, rounds: int, *more: str) -> Config:
    """Settings of a run of a second."""
    small = (
        f"model.path={json.dumps(str(model))}",
        "model.device=cpu",
        "sampling.problems_per_round=2",
        "sampling.group_size=2",
        "sampling.max_tokens=16",
        "evaluation.problems=2",
        "evaluation.samples=2",
        "evaluation.final_problems=3",
        "training.threads=1",
        "checkpoint.every=1",
    )
    return load_config(None, (*small, f"training.rounds={rounds}", *more))


def metrics(rounds: list[Round]) -> list[dict[str, float]]:
    return [r.metrics for r in rounds]


def status(folder: Path, name: str) -> str:
    with Store.open(folder / "workbench.db") as store:
        return store.runs.info(name).status


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, tiny_tutor: Path) -> tuple[Path, list[Round], dict[str, object]]:
    """A finished run of three rounds on a list of problems."""
    runs = tmp_path_factory.mktemp("kept")
    with Run.create(config(tiny_tutor, 3), name="mine", runs_folder=runs, problems=PROBLEMS) as run:
        rounds = list(run.rounds())
        results = run.finish()
    return runs, rounds, results


# A run that is kept


def test_three_lines_keep_a_run(kept: tuple[Path, list[Round], dict[str, object]]) -> None:
    runs, rounds, results = kept
    folder = runs / "mine"
    assert {p.name for p in folder.iterdir()} == {
        "config.yaml", "problems.jsonl", METRICS, "checkpoints", "before.json", "after.json", "model", RESULTS,
    }  # fmt: skip
    assert whole_lines(folder / METRICS, Round) == rounds
    assert json.loads((folder / RESULTS).read_text()) == results
    assert results["rounds"] == 3
    assert status(runs, "mine") == "finished"
    assert resolve_model("mine", runs) == str(folder / "model")


def test_what_is_told_of_measuring_adds_up(tmp_path: Path, tiny_tutor: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with Run.create(config(tiny_tutor, 1), name="a", runs_folder=tmp_path, problems=PROBLEMS) as run:
        scores = run.measure("before", lambda *told_of: told.append(told_of))
        assert run.measure("before") == scores
    assert told[0] == ("before training: 3 problems of problems", 0, 6)
    assert told[-1] == ("before training: 3 problems of problems", 6, 6)
    assert from_json(Scores, (tmp_path / "a" / "before.json").read_text()) == scores
    assert status(tmp_path, "a") == "interrupted"


def test_a_list_of_problems_is_found_again_when_the_run_is_resumed(
    kept: tuple[Path, list[Round], dict[str, object]],
) -> None:
    runs, _, _ = kept
    resumed = Run.resume("mine", runs_folder=runs, rounds=4)
    assert list(resumed.plan.material.train) == list(PROBLEMS)
    assert resumed.config.training.rounds == 4
    assert resumed.config.training.minutes is None


def test_resuming_equals_never_having_stopped(
    kept: tuple[Path, list[Round], dict[str, object]], tmp_path: Path, tiny_tutor: Path
) -> None:
    _, whole, _ = kept
    with Run.create(config(tiny_tutor, 3), name="mine", runs_folder=tmp_path, problems=PROBLEMS) as run:
        first = next(run.rounds())
    with Run.resume(runs_folder=tmp_path) as run:
        rest = list(run.rounds())
        assert metrics(run.done) == metrics(whole)
    assert metrics([first, *rest]) == metrics(whole)


def test_further_rounds_are_measured_anew_and_the_start_is_not(
    kept: tuple[Path, list[Round], dict[str, object]], tmp_path: Path, tiny_tutor: Path
) -> None:
    with Run.create(config(tiny_tutor, 1), name="mine", runs_folder=tmp_path, problems=PROBLEMS) as run:
        list(run.rounds())
        run.finish()
    before = (tmp_path / "mine" / "before.json").stat().st_mtime_ns
    with Run.resume("mine", runs_folder=tmp_path, rounds=2) as run:
        list(run.rounds())
        run.finish()
        assert run.measure("after").rounds == 2
    assert (tmp_path / "mine" / "before.json").stat().st_mtime_ns == before
    assert status(tmp_path, "mine") == "finished"


def test_a_kill_and_a_resume_end_as_without(
    kept: tuple[Path, list[Round], dict[str, object]], tmp_path: Path, tiny_tutor: Path
) -> None:
    _, whole, _ = kept
    script = (
        "from pathlib import Path; from tests.run.test_run import PROBLEMS, config; from workbench.run import Run\n"
        f"with Run.create(config(Path({str(tiny_tutor)!r}), 3), name='mine', runs_folder=Path({str(tmp_path)!r}), "
        "problems=PROBLEMS) as run:\n    for done in run.rounds(): print(done.index, flush=True)\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert status(tmp_path, "mine") == "running"
    with Run.resume(runs_folder=tmp_path) as run:
        list(run.rounds())
        assert metrics(run.done) == metrics(whole)
        assert metrics(run.store.runs.rounds("mine")) == metrics(whole)


# Two at once, and threads


def test_two_users_of_one_run(tmp_path: Path, tiny_tutor: Path) -> None:
    with Run.create(config(tiny_tutor, 1), name="a", runs_folder=tmp_path, problems=PROBLEMS):
        second = Run.resume("a", runs_folder=tmp_path)
        with (
            pytest.raises(BadInput, match=r"'a' is being trained by another process; wait for it or stop it"),
            second,
        ):
            pass
    with second:
        assert len(list(second.rounds())) == 1


def test_two_new_runs_of_one_name(tmp_path: Path, tiny_tutor: Path) -> None:
    settings = config(tiny_tutor, 1)
    plans = [plan_new(settings, name="a", runs_folder=tmp_path, problems=PROBLEMS) for _ in range(2)]
    with Run(plans[0]):
        pass
    with pytest.raises(BadInput, match="'a'"), Run(plans[1]):
        pass


def test_a_run_in_a_thread_ended_by_another(tmp_path: Path, tiny_tutor: Path) -> None:
    run = Run.create(config(tiny_tutor, 2), name="a", runs_folder=tmp_path, problems=PROBLEMS)
    found: list[Round] = []

    def train() -> None:
        run.__enter__()
        found.extend(run.rounds())

    worker = threading.Thread(target=train)
    worker.start()
    worker.join()
    assert len(found) == 2
    assert metrics(run.store.runs.rounds("a")) == metrics(found)
    run.finish()
    run.__exit__(None, None, None)
    assert status(tmp_path, "a") == "finished"
    with Run.resume("a", runs_folder=tmp_path, rounds=3):
        pass  # the lock is free again


# A run for looking at


def test_a_scratch_run_trains_when_asked_and_goes_with_its_last_name(tiny_tutor: Path) -> None:
    run = Run.scratch(config(tiny_tutor, 3), PROBLEMS)
    first = next(run.rounds())
    assert [first.index, *(r.index for r in run.rounds())] == [0, 1, 2]
    assert len(run.store.runs.rounds(run.name)) == 3
    folder = run.folder.parent
    assert checkpoint.newest(run.plan.checkpoints) is not None
    assert folder.is_dir()
    del run
    gc.collect()
    assert not folder.exists()


def test_a_scratch_run_is_gone_after_python_ends(tiny_tutor: Path) -> None:
    script = (
        "from pathlib import Path; from tests.run.test_run import PROBLEMS, config; from workbench.run import Run\n"
        f"run = Run.scratch(config(Path({str(tiny_tutor)!r}), 1), PROBLEMS)\n"
        "print(run.folder.parent, next(run.rounds()).index, run.folder.parent.is_dir())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    folder, index, there = done.stdout.split()
    assert (index, there) == ("0", "True")
    assert not Path(folder).exists()


def test_rounds_go_on_after_an_interruption_from_the_newest_checkpoint(tmp_path: Path, tiny_tutor: Path) -> None:
    calls: list[int] = []

    def check(policy: object, round: int) -> dict[str, object]:
        calls.append(round)
        if calls == [0, 1]:
            raise KeyboardInterrupt
        return {}

    plan = plan_new(config(tiny_tutor, 3, "evaluation.every=1"), name="a", runs_folder=tmp_path, problems=PROBLEMS)
    with Run(plan, check) as run:  # type: ignore[arg-type]
        assert next(run.rounds()).index == 0
        with pytest.raises(KeyboardInterrupt):
            next(run.rounds())
        assert [r.index for r in run.rounds()] == [1, 2]
        assert [r.index for r in run.done] == [0, 1, 2]
    assert calls == [0, 1, 1, 2]


# What goes wrong names the value and the remedy


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        (("training.seed=5",), r"has training\.seed = 0, not 5; leave that out to resume it, or start a new run"),
        ((), r"'mine' is finished; give larger --minutes or --rounds"),
    ],
)
def test_what_contradicts_a_run_is_refused(
    kept: tuple[Path, list[Round], dict[str, object]], overrides: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(BadInput, match=complaint):
        plan_resumed("mine", runs_folder=kept[0], overrides=overrides)


def test_another_verifier_than_the_runs_own_is_refused(kept: tuple[Path, list[Round], dict[str, object]]) -> None:
    other = Verifier(checkers=MATHS.checkers[:2])
    with pytest.raises(BadInput, match=f"is judged by the verifier {Verifier().version}, not '{other.version}'"):
        Run.resume("mine", runs_folder=kept[0], rounds=9, verifier=other)


@pytest.mark.parametrize("name", ["latest", "../away", "", "a b"])
def test_what_cannot_name_a_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot name a run; use letters, digits"):
        new_name(name, "pmd", tmp_path)


def test_names_that_the_clock_makes_do_not_collide(tmp_path: Path) -> None:
    made = []
    for _ in range(3):
        made.append(new_name(None, "pmd", tmp_path))
        (tmp_path / made[-1]).mkdir()
    assert len(set(made)) == 3


def test_an_unknown_run_names_the_nearest(kept: tuple[Path, list[Round], dict[str, object]]) -> None:
    with pytest.raises(BadInput, match=r"There is no run 'mien' in .*; the nearest is 'mine'"):
        Run.resume("mien", runs_folder=kept[0])
    with pytest.raises(BadInput, match=r"There is no run 'mien'"):
        Run.resume("mien", runs_folder=RUNS, store=store_place(None, kept[0]))


def test_a_closed_run_says_how_to_open_it(kept: tuple[Path, list[Round], dict[str, object]]) -> None:
    with pytest.raises(BadInput, match=r"'mine' is not open; use it within 'with run:'"):
        _ = Run.resume("mine", runs_folder=kept[0], rounds=9).store


def test_a_missing_model_leaves_no_run_behind(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere does not exist; check the path"):
        Run.create(config(tmp_path / "nowhere", 1), name="a", runs_folder=tmp_path / "runs", problems=PROBLEMS)
    assert not (tmp_path / "runs").exists()


def test_a_model_that_cannot_be_loaded_leaves_no_run_behind(tmp_path: Path, tiny_tutor: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for file in tiny_tutor.iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    (model / "model.safetensors").write_bytes(b"torn")
    run = Run.create(config(model, 1), name="a", runs_folder=tmp_path / "runs", problems=PROBLEMS)
    with pytest.raises(BadInput, match="model"), run:
        pass
    assert not (tmp_path / "runs" / "a").exists()


def test_problems_without_answers_are_refused_with_the_way_to_resume(tmp_path: Path, tiny_tutor: Path) -> None:
    problems = [Problem("p", "1 + 1?", None)]
    run = Run.create(config(tiny_tutor, 1), name="a", runs_folder=tmp_path, problems=problems)
    with pytest.raises(BadInput, match=r"answer of every problem.* Fix this, then resume with: workbench train"), run:
        list(run.rounds())
    assert status(tmp_path, "a") == "failed"


def test_rounds_without_a_checkpoint_are_not_passed_off_as_untrained(tiny_tutor: Path) -> None:
    run = Run.scratch(config(tiny_tutor, 9, "checkpoint.every=5"), PROBLEMS)
    assert run.policy().name  # untrained, and nothing is lost
    next(run.rounds())
    with pytest.raises(StorageError, match=r"no whole checkpoint after 1 rounds; .*checkpoint\.every = 5"):
        run.policy()


# What is shared


def test_stages_are_summed_without_evaluation() -> None:
    rounds = [Round(i, 0.0, {}, {"sample": 1.0, "evaluate": 9.0, "update": 0.5 * i}) for i in range(3)]
    assert stage_seconds(rounds) == {"sample": 3.0, "update": 1.5}


def test_torn_lines_are_passed_over(tmp_path: Path) -> None:
    file, done = tmp_path / "m.jsonl", Round(0, 0.0, {"a": 1.0}, {})
    assert whole_lines(file, Round) == []
    file.write_bytes(to_json(done).encode() + b'\n{"index": 1, "ep\n\xff\xfe\n' + to_json(done).encode() + b"\n{")
    assert whole_lines(file, Round) == [done, done]


def test_the_plan_needs_no_torch() -> None:
    script = "import sys; sys.modules['torch'] = None; import workbench.run.plan; print(workbench.run.plan.RUNS)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "runs\n", done.stderr
