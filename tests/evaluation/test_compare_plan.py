"""Plans: what they mean, what is wrong with them, and when two runs are the same run."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.config import Config
from workbench.errors import BadInput
from workbench.evaluation.compare.ending import drawn
from workbench.evaluation.compare.plan import (
    ABLATIONS,
    BASE,
    Draw,
    narrowed,
    read_plan,
    run_key,
    settings_key,
    shipped,
    trials,
)
from workbench.evaluation.compare.pool import one_of_each
from workbench.evaluation.compare.record import read_runs
from workbench.methods.pmd import PMD
from workbench.types import content_id

RUNS = Path(__file__).parents[2] / "data" / "results" / "runs"

PLAN = """
rounds: 4
seeds: [0, 1]
arms:
  pmd: {}
  grpo: {method.name: grpo}
measures:
  every: 2
  dev: {problems: 2}
"""


def written(tmp_path, text: str = PLAN):
    file = tmp_path / "p.yaml"
    file.write_text(text)
    return read_plan(str(file))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_plan_can_be_made_into_runs(name):
    plan = read_plan(name)
    made = trials(plan)
    # Not by the whole key: a plan may name a model that is not on this machine.
    assert len({settings_key(t) for t in made}) == len(made)
    assert made[0].arm == BASE
    assert {t.config.training.rounds for t in made[1:]} == {plan.rounds}


def test_seeds_come_before_arms_so_that_an_early_end_compares_all(tmp_path):
    assert [(t.arm, t.seed) for t in trials(written(tmp_path))] == [
        (BASE, 0), ("pmd", 0), ("grpo", 0), ("pmd", 1), ("grpo", 1),
    ]  # fmt: skip


def test_arms_of_one_name_in_two_plans_are_probed_apart(tmp_path):
    plan = written(tmp_path)
    other = plan.model_copy(update={"name": "other", "rounds": 3})
    kinds = [t.kind for t in one_of_each([*trials(plan), *trials(other)])]
    assert kinds == [f"{plan.name} pmd", f"{plan.name} grpo", "other pmd", "other grpo"]


def test_a_grid_multiplies_the_arms(tmp_path):
    plan = written(tmp_path, PLAN + "grid: {training.learning_rate: [0.1, 0.2], method.entropy_weighting: [1]}\n")
    made = trials(narrowed(plan, seeds=[0]))
    assert [t.arm for t in made[1:3]] == [
        "pmd learning_rate=0.1 entropy_weighting=1",
        "pmd learning_rate=0.2 entropy_weighting=1",
    ]
    assert [t.config.training.learning_rate for t in made[1:]] == [0.1, 0.2, 0.1, 0.2]


def test_the_key_follows_what_decides_the_outcome_and_nothing_else(tmp_path):
    plan = written(tmp_path)
    changes = {
        "plain": {},
        "threads": {"training.threads": 2},
        "rate": {"training.lr": 0.5},
        "saved": {"checkpoint.every": 1},
    }
    keys = {name: run_key(trials(narrowed(plan, settings=s))[1]) for name, s in changes.items()}
    assert keys["plain"] == keys["threads"] == keys["saved"] != keys["rate"]
    assert run_key(trials(narrowed(plan, rounds=5))[1]) != keys["plain"]
    grpo = narrowed(plan, arms=["grpo"])
    assert run_key(trials(grpo)[1]) == run_key(trials(plan)[2])


def test_another_verifier_makes_another_run_of_the_same_settings(tmp_path, monkeypatch):
    trial = trials(written(tmp_path))[1]
    key, settings = run_key(trial), settings_key(trial)
    monkeypatch.setattr("workbench.evaluation.compare.plan.TEXT_HASH", "other")
    assert run_key(trial) != key
    assert settings_key(trial) == settings


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (PLAN.replace("rounds: 4", "rounds: 0"), "rounds: Input should be greater than 0"),
        (PLAN.replace("arms:", "armed:"), "arms: Field required"),
        ("just words", "a plan is a mapping"),
        ("a: [", "not valid YAML"),
    ],
)
def test_a_bad_plan_is_refused_with_its_reason(tmp_path, text, complaint):
    with pytest.raises(BadInput, match=complaint):
        written(tmp_path, text)


def test_a_bad_setting_names_plan_and_arm(tmp_path):
    plan = written(tmp_path, PLAN.replace("method.name: grpo", "method.nam: grpo"))
    with pytest.raises(BadInput, match=r"method.nam.*arm grpo.*method.name"):
        trials(plan)


def test_unknown_names_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no plan 'mian'; the shipped ones are"):
        read_plan("mian")
    with pytest.raises(BadInput, match="no arm 'gprp'; it has pmd, grpo"):
        narrowed(written(tmp_path), arms=["gprp"])


def test_a_draw_may_ask_for_one_difficulty():
    found = drawn("dev", Draw(problems=5, difficulty=2))
    assert len(found) == 5
    assert {p.difficulty for p in found} == {2}


def test_an_ablation_is_another_method_and_another_run_with_the_same_settings(tmp_path):
    text = PLAN.replace("  grpo: {method.name: grpo}", "  shuffled: {ablation: shuffled}")
    base, pmd, shuffled, *_ = trials(written(tmp_path, text))
    assert pmd.config == shuffled.config
    assert settings_key(pmd) != settings_key(shuffled)
    assert (pmd.method, shuffled.method) == (PMD, ABLATIONS["shuffled"])
    assert base.method.name == "pmd"


def test_an_ablation_that_is_none_is_refused(tmp_path):
    with pytest.raises(BadInput, match="grpo: there is no ablation 'shufled'; there are outcome_credit, transient"):
        written(tmp_path, PLAN.replace("method.name: grpo", "ablation: shufled"))
    both = PLAN.replace("method.name: grpo", "method.name: grpo, ablation: shuffled")
    with pytest.raises(BadInput, match="arm grpo: grpo has no ablations, pmd has"):
        trials(written(tmp_path, both))


def test_the_shipped_results_are_those_of_the_shipped_plans():
    """Every run of the four plans that were carried out is there, under the key that its settings have today."""
    made = {record.settings_key for record in read_runs(RUNS)}
    for name in ("main", "ablations", "outside", "reference"):
        assert {settings_key(t) for t in trials(read_plan(name))} <= made, name
    for record in read_runs(RUNS):
        assert record.key == content_id(record.settings_key, record.versions)
        assert Config.model_validate(record.config).model_dump(mode="json") == record.config
