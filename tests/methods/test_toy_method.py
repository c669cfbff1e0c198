"""A further method is one file and one line: REINFORCE, written here alone, trains through the loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest

from tests.training.test_loop import PROBLEMS, SETTINGS
from workbench import methods
from workbench.config import Config, load_config
from workbench.methods.method import MethodSettings, RoundContext, Signals, Taught, whole_row
from workbench.store import Store
from workbench.training.loop import run
from workbench.types import Group, Round
from workbench.verification import Verifier

# The method: what its file would hold.


class ReinforceSettings(MethodSettings):
    """Settings of reinforce."""

    name: Literal["reinforce"] = "reinforce"
    """The policy gradient with a fixed baseline."""
    baseline: float = 0.5
    """What a reward is compared with."""


@dataclass(frozen=True)
class Reinforce:
    """Reward less baseline on every token."""

    name: ClassVar[str] = "reinforce"
    settings: ClassVar[type[ReinforceSettings]] = ReinforceSettings
    needs_solution: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def teach(self, groups: Sequence[Group], context: RoundContext[ReinforceSettings]) -> Taught:
        return Taught(tuple(self._signals(group, context) for group in groups), metrics={"toy": 1.0})

    def _signals(self, group: Group, context: RoundContext[ReinforceSettings]) -> Signals:
        prompt = tuple(context.policy.problem_ids(group.problem.text))
        gains = [float(m.verdict.answer_correct) - context.settings.baseline for m in group.members]
        return Signals(tuple(whole_row(prompt, m, gain) for m, gain in zip(group.members, gains, strict=True)))


# The tests.


def train(folder, config: Config, method=None) -> list[Round]:
    with Store.open(folder / "w.db") as store:
        store.runs.create("r", "{}", {})
        return list(run(config, PROBLEMS, store, "r", folder / "c", verifier=Verifier(), method=method))


def test_a_method_of_ones_own_trains_through_the_loop_as_a_value(tmp_path):
    config = load_config(None, (*SETTINGS, "training.rounds=2"))
    first, last = train(tmp_path, config.model_copy(update={"method": ReinforceSettings()}), Reinforce())
    assert (first.metrics["toy"], last.index) == (1.0, 1)
    assert first.metrics["loss_gradient"] != 0
    assert first.metrics["loss_distil"] == first.metrics["loss_target"] == 0
    assert first.metrics["reflections_asked"] == first.metrics["memory_live"] == 0


def test_one_line_makes_it_known_to_the_configuration(tmp_path, monkeypatch):
    monkeypatch.setattr(methods, "METHODS", (*methods.METHODS, Reinforce()))
    config = Config.model_validate({"method": {"name": "reinforce", "baseline": 0.25}})
    assert config.method == ReinforceSettings(baseline=0.25)
    assert Config.model_validate_json(config.model_dump_json()) == config
    with pytest.raises(ValueError, match="extra"):
        Config.model_validate({"method": {"name": "reinforce", "sharpening": 8}})
