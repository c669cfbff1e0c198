"""TRL's trainer as an arm of a comparison; the run itself needs the extra `trl`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.test_compare_plan import PLAN, written
from workbench.config import load_config
from workbench.errors import BadInput
from workbench.evaluation.compare import outside
from workbench.evaluation.compare.plan import read_plan, settings_key, trials
from workbench.problems.splits import load_split
from workbench.prompts import Help, problem_message
from workbench.verification import Verifier


def test_who_trains_makes_another_run_and_leaves_the_others_keys_alone() -> None:
    plan = read_plan("outside")
    by_arm = {t.arm: t for t in trials(plan) if t.seed == 0}
    assert by_arm["trl"].outside == "trl"
    assert by_arm["trl"].config == by_arm["grpo"].config
    assert settings_key(by_arm["trl"]) != settings_key(by_arm["grpo"])
    assert by_arm["grpo"].outside is None


def test_another_trainer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="outside is 'verl', and only trl is known"):
        written(tmp_path, PLAN.replace("  pmd: {}\n", "  pmd: {outside: verl}\n"))


def test_without_trl_its_arm_says_how_to_get_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(outside, "installed", lambda: False)
    with pytest.raises(BadInput, match=r"tutor-workbench\[trl\]"):
        outside.train_by_trl(load_config(None, []), [], tmp_path, lambda *_: {}, Verifier(), lambda _: None)


def test_trls_teacher_reads_a_right_sibling_in_the_words_of_ours() -> None:
    policy, (problem,) = outside.load_policy(load_config(None, ["preset=tiny"]).model), load_split("train")[:1]
    lines = ("2 + 3 = 5", "Answer: 5")
    template = outside.reprompt_template(policy, [problem])
    read = template.format(prompt=problem_message(problem.text), solution="\n".join(lines), feedback="")
    assert read == problem_message(problem.text, Help(solved=((problem.text, lines),)))


@pytest.mark.skipif(not outside.installed(), reason="needs the extra trl: pip install 'tutor-workbench[trl]'")
@pytest.mark.parametrize("method", ["grpo", "sdpo"])
def test_trl_spends_the_budget_and_moves_the_weights(method: str, tmp_path: Path) -> None:
    settings = load_config(
        None,
        [
            "preset=tiny",
            f"method.name={method}",
            "training.rounds=2",
            "training.updates_per_round=2",
            "training.learning_rate=0.001",
            "sampling.problems_per_round=4",
            "sampling.group_size=4",
            "evaluation.every=1",
            "model.device=cpu",
        ],
    )
    looked: list[int] = []
    policy, rounds = outside.train_by_trl(
        settings,
        load_split("train")[::40],
        tmp_path,
        lambda _, round: looked.append(round) or {},
        Verifier(),
        lambda _: None,
    )
    assert looked == [0, 1]
    assert [r.metrics["rollouts"] for r in rounds] == [16, 16]
    assert all(0 <= r.metrics["solve_share"] <= 1 for r in rounds)
    start = outside.load_policy(settings.model)
    pairs = zip(policy.network.model.parameters(), start.network.model.parameters(), strict=True)
    assert any(not a.equal(b) for a, b in pairs)
