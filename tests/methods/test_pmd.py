"""The signals of pmd: what failed rollouts feel, what right ones are sharpened by, and how a target ends."""

from __future__ import annotations

import pytest

from tests.records import LATE, RIGHT, SIGN_KEPT, STORY
from tests.training.test_update import group_of
from workbench.config import ModelSettings
from workbench.domains import domain_of
from workbench.engine.policy import load_policy
from workbench.memory.retrieval import Recalled
from workbench.methods.pmd import PmdSettings, pmd_signals


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def test_failed_rollouts_feel_the_policy_gradient_on_their_first_wrong_step(policy):
    group = group_of(policy, [RIGHT, LATE])
    pure = pmd_signals(policy, group, Recalled(), PmdSettings(failed_rollout_weight=0.0)).rows[1]
    mixed = pmd_signals(policy, group, Recalled()).rows[1]
    assert not any(pure.advantages)
    assert mixed.distil == pure.distil
    moved = "".join(policy.piece(t) for t, a in zip(mixed.exchange.reply, mixed.advantages, strict=True) if a < 0)
    assert moved.strip() == "x = 15 - 3"
    assert max(mixed.advantages) == 0


def test_the_policy_gradient_spares_the_lines_that_a_verified_solution_shares(policy):
    """All lines are computed rightly, so nothing is proved wrong; but a sibling shows where the way parts."""
    texts = ["6 + 4 = 10\nAnswer: 10", "6 + 4 = 10\n10 + 4 = 14\nAnswer: 14"]
    row = pmd_signals(policy, group_of(policy, texts, STORY), Recalled()).rows[1]
    pushed = "".join(policy.piece(t) for t, a in zip(row.exchange.reply, row.advantages, strict=True) if a < 0)
    assert pushed.strip() == "10 + 4 = 14"
    assert max(row.advantages) == 0


def test_sharpened_rollouts_read_the_problem_alone_and_the_others_stay_as_they_were(policy):
    group = group_of(policy, [RIGHT, SIGN_KEPT])
    plain = pmd_signals(policy, group, Recalled(), PmdSettings(sharpening=0))
    right, wrong = pmd_signals(policy, group, Recalled(), PmdSettings(sharpening=2.0)).rows
    assert wrong == plain.rows[1]
    assert right.advantages == plain.rows[0].advantages
    assert right.teacher_prompt == tuple(right.exchange.prompt)
    # One of two solved: the question's weight is sqrt(1/2 * 1/2), and twice that scales a row.
    # The loss multiplies a row by the distill weight of 1/2, so that sharpening has its full weight of 2.
    assert sum(right.distil) * PmdSettings().losses.distill_weight == pytest.approx(2.0)
    assert not any(plain.rows[0].distil)


def test_sharpening_works_without_distillation(policy):
    settings = PmdSettings(distill_weight=0.0, sharpening=2.0)
    right, wrong = pmd_signals(policy, group_of(policy, [RIGHT, SIGN_KEPT]), Recalled(), settings).rows
    assert sum(right.distil) * settings.losses.distill_weight == pytest.approx(2.0)
    assert not any(wrong.distil)
    assert wrong.teacher_prompt is None


def test_the_default_of_sharpening_is_what_it_always_was():
    """Sixteen times the distill weight of 1/2: powers of two, so that no bit of the gradient moves."""
    settings = PmdSettings()
    assert settings.sharpening / settings.distill_unit == 16.0
    assert settings.losses.distill_weight == 0.5


@pytest.mark.parametrize(
    "line", ["Answer: 12", "The answer is 12.", "#### 12", "Final answer: 12", "**Answer: 12**", "ANSWER: 12"]
)
def test_a_corrected_final_line_ends_in_the_end_token_in_any_notation(policy, line):
    group = group_of(policy, [f"6 + 4 = 10\n{line}", "6 + 4 = 10\nAnswer: 10"], STORY)
    assert group.members[0].verdict.answer_correct is False
    targets = [t for t in pmd_signals(policy, group, Recalled()).targets if t.member == 0]
    assert len(targets) == 1
    reply = targets[0].exchange.reply
    assert reply[-1] == policy.end_id
    assert domain_of(STORY).answer(policy.text(reply).strip()) == "10"


def test_without_an_end_token_nothing_is_added(policy, monkeypatch):
    group = group_of(policy, [RIGHT, RIGHT.replace("Answer: x = 5", "Answer: x = 6")])
    monkeypatch.setattr(type(policy), "end_id", None)
    (target,) = pmd_signals(policy, group, Recalled()).targets
    assert policy.text(target.exchange.reply).strip() == "Answer: x = 5"
    assert None not in target.exchange.reply
