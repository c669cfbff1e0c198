"""Another engine and another method go through a whole kept run: measured, trained, saved, resumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from tests.engine.scripted import ScriptedEngine, ScriptedLearner, load
from workbench.config import Config, load_config
from workbench.errors import BadInput
from workbench.methods.grpo import GrpoSettings
from workbench.methods.method import RoundContext, Signals, Taught, whole_row
from workbench.run import Run
from workbench.types import Group, Problem

PROBLEMS = [Problem("a", "Work out 1 + 1.", "2"), Problem("b", "Work out 2 + 3.", "5")]
SCRIPT = {"1 + 1": ["1 + 1 = 2\nAnswer: 2", "1 + 1 = 3\nAnswer: 3"], "2 + 3": ["2 + 3 = 5\nAnswer: 5"]}


@dataclass(frozen=True)
class Reinforce:
    """REINFORCE without a baseline: every token of a right rollout is pushed up."""

    name: ClassVar[str] = "reinforce"
    settings: ClassVar[type[GrpoSettings]] = GrpoSettings
    needs_solution: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def teach(self, groups: Sequence[Group], context: RoundContext[GrpoSettings]) -> Taught:
        return Taught(tuple(_signals(context, group) for group in groups))


def _signals(context: RoundContext[GrpoSettings], group: Group) -> Signals:
    prompt = tuple(context.policy.problem_ids(group.problem.text))
    right = [m for m in group.members if m.verdict.answer_correct]
    return Signals(tuple(whole_row(prompt, m, advantage=1.0) for m in right), ())


def settings(rounds: int) -> Config:
    sizes = ("sampling.problems_per_round=2", "sampling.group_size=4", "evaluation.problems=2")
    return load_config(None, (*sizes, "method.name=grpo", f"training.rounds={rounds}"))


def test_a_scripted_engine_and_a_toy_method_keep_a_run(tmp_path: Path) -> None:
    learner = ScriptedLearner(ScriptedEngine(SCRIPT))
    run = Run.create(
        settings(2), name="toy", runs_folder=tmp_path, problems=PROBLEMS, method=Reinforce(), learner=learner
    )
    with run:
        before = run.measure("before")
        rounds = list(run.rounds())
        results = run.finish()
    assert len(rounds) == 2
    assert learner.rows > 0
    assert learner.targets == 0
    assert before.sets["problems"].metrics["solve_rate"].value > 0.5
    assert results["splits"]["problems"]["solve_rate"]["gain"]["value"] == 0.0
    assert load(tmp_path / "toy" / "model").script == learner.policy.script
    again = ScriptedLearner(ScriptedEngine(SCRIPT))
    with Run.resume("toy", runs_folder=tmp_path, rounds=3, method=Reinforce(), learner=again) as run:
        assert [r.index for r in run.rounds()] == [2]
    assert again.updates > learner.updates


def test_what_was_not_measured_before_training_cannot_be_measured_after_it(tmp_path: Path) -> None:
    learner = ScriptedLearner(ScriptedEngine(SCRIPT))
    with Run.create(settings(1), name="toy", runs_folder=tmp_path, problems=PROBLEMS, learner=learner) as run:
        list(run.rounds())
        with pytest.raises(BadInput, match=r"'toy' has begun; measure 'before' ahead of its first round"):
            run.measure("before")
