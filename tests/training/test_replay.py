"""Replay: corrections of earlier rounds among a round's hard targets, and what blame adds to a distilled rollout."""

from __future__ import annotations

import pytest
from workbench.training.replay import corrections, replayed

from tests.records import LATE, RIGHT, SIGN_KEPT, STORY
from tests.training.test_update import group_of
from workbench.config import ModelSettings
from workbench.engine.policy import load_policy
from workbench.memory.retrieval import Recalled
from workbench.memory.state import Correction, MemoryState, retire
from workbench.methods.pmd import pmd_signals


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def correction(n: int) -> Correction:
    return Correction((n,), (n + 1,), 0.5, round=n)


def test_a_corrected_step_comes_back_as_it_was_taught(policy):
    signals = [pmd_signals(policy, group_of(policy, [RIGHT, SIGN_KEPT]), Recalled())]
    (kept,) = corrections(signals, 3)
    assert policy.text(kept.reply) == "3x = 20 - 5"
    assert policy.text(kept.prompt).endswith("Solve 3x + 5 = 20.")
    assert kept.round == 3
    (after,) = replayed(signals, MemoryState(corrections=(kept,)), 4, "seed")
    first, again = after.targets
    assert (again.exchange, again.weight) == (first.exchange, first.weight)


def test_replay_is_spread_over_the_groups_drawn_by_the_seed_and_no_more_than_asked_for(policy):
    signals = [pmd_signals(policy, group_of(policy, [RIGHT, RIGHT]), Recalled())] * 3
    memory = MemoryState(corrections=tuple(correction(n) for n in range(20)))
    after = replayed(signals, memory, 7, "seed")
    assert [len(own.targets) for own in after] == [3, 2, 2]
    assert len({t.exchange for own in after for t in own.targets}) == 7
    assert replayed(signals, memory, 7, "seed") == after
    assert replayed(signals, memory, 7, "other") != after
    assert sum(len(own.targets) for own in replayed(signals, memory, 99, "seed")) == 20


def test_a_correction_expires_with_the_items_of_its_age():
    memory = MemoryState(corrections=tuple(correction(n) for n in range(10)))
    assert [c.round for c in retire(memory, 10, 4).corrections] == [6, 7, 8, 9]


def test_blame_puts_the_policy_gradient_on_the_first_wrong_step_of_a_distilled_rollout(policy):
    group = group_of(policy, [RIGHT, LATE])
    pure = pmd_signals(policy, group, Recalled(), blame=0.0).rows[1]
    mixed = pmd_signals(policy, group, Recalled()).rows[1]
    assert not any(pure.advantages)
    assert mixed.distil == pure.distil
    moved = "".join(policy.piece(t) for t, a in zip(mixed.exchange.reply, mixed.advantages, strict=True) if a < 0)
    assert moved.strip() == "x = 15 - 3"
    assert max(mixed.advantages) == 0


def test_blame_spares_the_lines_that_a_verified_solution_shares(policy):
    """All lines are computed rightly, so nothing is proved wrong; but a sibling shows where the way parts."""
    texts = ["6 + 4 = 10\nAnswer: 10", "6 + 4 = 10\n10 + 4 = 14\nAnswer: 14"]
    row = pmd_signals(policy, group_of(policy, texts, STORY), Recalled()).rows[1]
    blamed = "".join(policy.piece(t) for t, a in zip(row.exchange.reply, row.advantages, strict=True) if a < 0)
    assert blamed.strip() == "10 + 4 = 14"
    assert max(row.advantages) == 0


def test_affirmed_rollouts_read_the_problem_alone_and_the_others_stay_as_they_were(policy):
    group = group_of(policy, [RIGHT, SIGN_KEPT])
    plain = pmd_signals(policy, group, Recalled())
    right, wrong = pmd_signals(policy, group, Recalled(), affirm=4.0).rows
    assert wrong == plain.rows[1]
    assert right.advantages == plain.rows[0].advantages
    assert right.teacher_prompt == tuple(right.exchange.prompt)
    # One of two solved: the question's weight is sqrt(1/2 * 1/2), and twice that scales a row.
    assert sum(right.distil) == pytest.approx(4.0)
    assert not any(plain.rows[0].distil)
