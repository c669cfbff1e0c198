"""The loop on the shipped model: it resumes bit for bit, survives kill -9, and reads no worked solution."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from workbench.config import Config, load_config
from workbench.engine.learner import restore_weights
from workbench.engine.policy import load_policy
from workbench.errors import BadInput, StorageError, WorkbenchError
from workbench.problems.readers import read_problems
from workbench.problems.splits import load_split
from workbench.store import Store
from workbench.store import memory as by_hand
from workbench.training import checkpoint
from workbench.training.checkpoint import collapse
from workbench.training.loop import _parts, answered, blind, draw, run
from workbench.types import Level, Round
from workbench.verification import Verifier
from workbench.verification.maths import MATHS

PROBLEMS = load_split("train")[9::80]
SETTINGS = (
    "preset=tiny",
    "sampling.problems_per_round=3",
    "sampling.group_size=4",
    "training.learning_rate=0.001",
    "training.threads=1",
    "model.device=cpu",
    "reflection.pattern_every=2",
    "reflection.measure_every=2",
    "checkpoint.every=2",
)


def config(rounds: int, *more: str) -> Config:
    return load_config(None, (*SETTINGS, f"training.rounds={rounds}", *more))


def train(folder: Path, settings: Config, problems=PROBLEMS, name: str = "r") -> list[Round]:
    with Store.open(folder / "w.db") as store:
        if name not in store.runs.names():
            store.runs.create(name, "{}", {})
        return list(run(settings, problems, store, name, folder / "checkpoints", verifier=Verifier()))


def figures(rounds: list[Round]) -> list[dict[str, float]]:
    return [r.metrics for r in rounds]


def weights(folder: Path) -> dict[str, str]:
    """The digests of the newest checkpoint's files, times left out."""
    newest = checkpoint.newest(folder / "checkpoints")
    assert newest is not None
    seal = json.loads((newest / "COMPLETE.json").read_text())
    return {name: digest for name, digest in seal.items() if name != "state.json"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, list[Round]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder, train(folder, config(4))


def test_a_round_does_all_that_the_design_says(whole):
    folder, rounds = whole
    assert [r.index for r in rounds] == [0, 1, 2, 3]
    assert sum(r.metrics["insights_written"] for r in rounds) > 0
    for done in (r.metrics for r in rounds):
        lost = sum(count for name, count in done.items() if name.startswith("dropped_"))
        kept = done["insights_written"] + done["reflections_repeated"]
        assert done["reflections_asked"] == kept + lost
        assert done["reflections_parsed"] == done["reflections_asked"] - done["dropped_form"]
    assert 0 <= rounds[0].metrics["insight_raises"] <= 1
    assert "insight_raises" not in rounds[1].metrics
    assert rounds[-1].metrics["seen_before"] == 1.0  # six problems, three a round
    assert set(rounds[0].seconds) == {"sample", "store", "verify", "reflect", "signals", "update"}
    with Store.open(folder / "w.db") as store:
        judged = store.verdicts.judged("r")
        levels = {item.level for item in store.memory.items("r")}
    assert len(judged) == sum(r.metrics["rollouts"] for r in rounds)
    assert Level.EXPERIENCE in levels
    assert levels & {Level.LESSON, Level.STRATEGY}


def test_what_a_round_yields_is_what_was_stored(tmp_path):
    made = train(tmp_path, config(2))
    with Store.open(tmp_path / "w.db") as store:
        assert store.runs.rounds("r") == made


def test_resuming_equals_never_having_stopped(whole, tmp_path):
    folder, rounds = whole
    first = train(tmp_path, config(2))
    second = train(tmp_path, config(4))
    assert figures([*first, *second]) == figures(rounds)
    assert weights(tmp_path) == weights(folder)


def test_a_kill_in_the_middle_of_a_round_loses_nothing(whole, tmp_path):
    folder, rounds = whole
    script = (
        "from pathlib import Path; from tests.training.test_loop import train, config; "
        f"train(Path({str(tmp_path)!r}), config(4))"
    )
    root = Path(__file__).parents[2]
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    deadline = time.monotonic() + 120
    while stored_rollouts(tmp_path) < 30 and time.monotonic() < deadline:  # the third round has begun
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    before = stored_rollouts(tmp_path)
    assert before >= 30
    train(tmp_path, config(4))
    with Store.open(tmp_path / "w.db") as store:
        assert figures(store.runs.rounds("r")) == figures(rounds)
        assert len(store.verdicts.rollouts("r")) == 48
        with Store.open(folder / "w.db") as unbroken:
            assert store.memory.items("r") == unbroken.memory.items("r")
    assert weights(tmp_path) == weights(folder)


def stored_rollouts(folder: Path) -> int:
    if not (folder / "w.db").exists():
        return 0
    with Store.open(folder / "w.db") as store:
        return len(store.verdicts.rollouts("r")) if "r" in store.runs.names() else 0


def test_worked_solutions_are_never_read(whole, tmp_path):
    folder, rounds = whole
    stripped = [replace(p, solution=(), alternates=(), params=(), frame="", depth=0) for p in PROBLEMS]
    assert figures(train(tmp_path, config(4), stripped)) == figures(rounds)
    assert weights(tmp_path) == weights(folder)


def test_a_known_solution_shows_the_way_where_nobody_finds_it(tmp_path):
    """With the worked solution known every rollout that went wrong has a context, whatever the group found."""
    (done,) = train(tmp_path, config(1, "training.knowledge=reference"))
    assert done.metrics["teacher_coverage"] == done.metrics["correction_share"] == 1.0
    with pytest.raises(BadInput, match=r"training\.knowledge=reference needs the worked solution"):
        train(tmp_path, config(1, "training.knowledge=reference"), [blind(p) for p in PROBLEMS], "b")


def test_a_worked_solution_without_an_answer_line_gets_one(tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text(
        '{"question": "Tom has 3 bags of 4 pens. How many?", "answer": "3*4=<<3*4=12>>12 pens.\\n#### 12"}'
    )
    (problem,) = (answered(p, MATHS) for p in read_problems(file))
    assert problem.solution == ("3*4=12 pens.", "Answer: 12")
    assert answered(problem, MATHS) == problem
    assert [answered(p, MATHS) for p in PROBLEMS] == PROBLEMS


def test_grpo_runs_in_the_same_loop(tmp_path):
    rounds = train(tmp_path, config(1, "method.name=grpo"))
    assert rounds[0].metrics["insights_written"] == 0
    assert "reflect" not in rounds[0].seconds
    assert not {"teacher_coverage", "correction_share"} & rounds[0].metrics.keys()


def test_a_half_written_checkpoint_is_passed_over(whole, tmp_path):
    train(tmp_path, config(2))
    newest = checkpoint.newest(tmp_path / "checkpoints")
    assert newest is not None
    fake = newest.parent / "round-000009"
    fake.mkdir()
    (fake / "policy.safetensors").write_bytes(b"half")
    assert checkpoint.newest(newest.parent) == newest
    (newest / "average.safetensors").write_bytes(b"torn")
    assert checkpoint.newest(newest.parent) is None


@pytest.mark.parametrize("teacher", ["ema", "frozen"])
def test_a_run_evaluates_and_leaves_the_moving_average_whoever_teaches(tmp_path, teacher):
    settings = config(2, f"method.teacher={teacher}", "evaluation.every=1")
    seen = []
    with Store.open(tmp_path / "w.db") as store:
        store.runs.create("r", "{}", {})
        look = lambda policy, _: seen.append(policy) or {}  # noqa: E731
        list(run(settings, PROBLEMS, store, "r", tmp_path / "checkpoints", look, verifier=Verifier()))
    assert seen[0] is seen[1]
    newest = checkpoint.newest(tmp_path / "checkpoints")
    left, last, before = (load_policy(settings.model) for _ in range(3))
    checkpoint.restore_learned(newest, left)
    restore_weights(newest, last)
    assert same_weights(left, seen[1])
    assert not same_weights(left, last)
    assert not same_weights(left, before)


def test_a_checkpoint_of_an_earlier_version_says_so(tmp_path):
    with pytest.raises(StorageError, match=r"has no average\.safetensors; an earlier version made it"):
        checkpoint.restore_learned(tmp_path, load_policy(config(1).model))


def same_weights(a, b):
    pairs = zip(a.network.model.parameters(), b.network.model.parameters(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def test_problems_without_answers_are_refused(tmp_path):
    with pytest.raises(BadInput, match="answer"):
        train(tmp_path, config(1), [replace(PROBLEMS[0], answer=None)])


def test_every_epoch_meets_every_problem_once():
    problems = load_split("train")[:10]
    met = [p for r in range(5) for p in draw(problems, 2, r, seed=3)[0]]
    assert sorted(p.id for p in met) == sorted(p.id for p in problems)
    assert draw(problems, 2, 7, 3) == draw(problems, 2, 7, 3)
    assert draw(problems, 2, 5, 3)[1] == 1.0


def rounds_with(values: list[float], name: str = "cut_off_share") -> list[Round]:
    base = {"cut_off_share": 0.0, "unknown_share": 0.0}
    return [Round(i, 0.0, {**base, name: v}, {}) for i, v in enumerate(values)]


@pytest.mark.parametrize(
    ("groups", "updates", "sizes"),
    [(16, 8, [2] * 8), (10, 8, [1, 1, 1, 2, 1, 1, 1, 2]), (3, 8, [1, 1, 1]), (5, 1, [5])],
)
def test_a_round_makes_as_many_updates_as_asked_for(groups, updates, sizes):
    parts = _parts(range(groups), updates)
    assert [len(part) for part in parts] == sizes
    assert [place for part in parts for place in part] == list(range(groups))


@pytest.mark.parametrize(
    ("values", "collapsed"),
    [
        ([0.0, 0.1, 0.0, 0.0], False),
        ([0.0, 0.9, 0.9], False),  # too soon to tell
        ([0.0, 0.9, 0.9, 0.9], True),
        ([0.0, 0.9, 0.2, 0.9, 0.9], False),
        ([1.0, 1.0, 1.0, 1.0], False),  # it was so from the start
    ],
)
def test_collapse(values, collapsed):
    assert (collapse(rounds_with(values)) is not None) is collapsed


def test_a_collapse_stops_the_run_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.training.loop.collapse", lambda rounds: "it only repeats itself")
    with pytest.raises(WorkbenchError, match=r"collapsed, it only repeats itself; train again with a lower"):
        train(tmp_path, config(2))


def test_a_run_that_goes_on_heeds_what_people_decided(tmp_path: Path):
    train(tmp_path, config(2))
    with Store.open(tmp_path / "w.db") as store:
        items = [i for i in store.memory.items("r") if i.retired is None and i.level is not Level.EXPERIENCE]
        gone, kept, changed = items[:3]
        store.memory.change("r", gone, by_hand.retired(gone, "wrong"))
        store.memory.change("r", kept, by_hand.pinned(kept))
        store.memory.change("r", changed, by_hand.edited(changed, "Look twice."))
        train(tmp_path, config(4, "memory.expiry_epochs=1"))
        now = {item.id: item for item in store.memory.items("r")}
        assert now[gone.id].retired == "by a person: wrong"
        assert now[gone.id].uses == gone.uses
        assert (now[kept.id].pinned, now[kept.id].retired) == (True, None)
        assert (now[changed.id].text, now[changed.id].writer) == ("Look twice.", "person")
    # The run itself knows of it, not the store alone.
    newest = checkpoint.newest(tmp_path / "checkpoints")
    assert newest is not None
    own = json.loads((newest / "memory.json").read_text())["items"]
    assert own[gone.id]["retired"] == "by a person: wrong"
    assert own[changed.id]["text"] == "Look twice."
