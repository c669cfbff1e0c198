"""Equal rollouts are learned from once, with the weight of all."""

from __future__ import annotations

import torch

from tests.training.test_update import RIGHT, SIGN_KEPT, group_of, step
from workbench.config import ModelSettings
from workbench.engine import update as module
from workbench.engine.policy import load_policy
from workbench.engine.protocol import Exchange, Target, TrainingRow
from workbench.engine.update import merge_rows, merge_targets
from workbench.memory.retrieval import Recalled
from workbench.methods.pmd import PmdSettings, pmd_signals

LN = (-0.1, -0.2, -0.3)


def row(advantages, distil=(0.0, 0.0, 0.0), reply=(7, 8, 9), prompt=(1, 2), taught=None) -> TrainingRow:
    return TrainingRow(Exchange(prompt, reply), LN, tuple(advantages), tuple(distil), taught)


def test_equal_rows_become_one_with_the_sum_of_their_weights():
    (merged,) = merge_rows([row((1.0, 0.5, 0.25), (0.5, 0, 0.5), taught=(3,))] * 3)
    assert merged.advantages == (3.0, 1.5, 0.75)
    assert merged.distil == (1.5, 0, 1.5)
    assert merged.times == 3


def test_tokens_behind_the_last_moved_one_are_cut_and_idle_rows_left_out():
    (merged,) = merge_rows([row((0.0, -1.0, 0.0)), row((0.0, -1.0, 0.0), reply=(7, 8, 5)), row((0.0, 0.0, 0.0))])
    assert merged.exchange == Exchange((1, 2), (7, 8))
    assert (merged.sampled, merged.advantages, merged.times) == (LN[:2], (0.0, -2.0), 2)


def test_rows_of_other_prompts_teachers_or_signs_stay_apart():
    ones = (1.0, 1.0, 1.0)
    rows = [
        row(ones),
        row(ones, prompt=(1, 3)),
        row(ones, distil=ones, taught=(3,)),
        row(ones, distil=ones, taught=(4,)),
        row((-1.0, -1.0, -1.0)),
    ]
    assert len(merge_rows(rows)) == 5


def test_equal_targets_become_one():
    same = Target(Exchange((1, 2), (3,)), 0.25, 0)
    other = Target(Exchange((1, 2), (4,)), 0.25, 1)
    assert merge_targets([same, other, same]) == [Target(Exchange((1, 2), (3,)), 0.5, 0), other]


def test_merged_rollouts_move_the_weights_as_each_on_its_own_does(tiny_tutor, monkeypatch):
    """The whole update, on a group that repeats itself."""
    found = []
    for merge in (True, False):
        policy = load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"), trainable=True)
        group = group_of(policy, [RIGHT, SIGN_KEPT, RIGHT, SIGN_KEPT, RIGHT])
        made = pmd_signals(policy, group, Recalled(), PmdSettings())
        if not merge:
            monkeypatch.setattr(module, "merge_rows", lambda rows: [r for r in rows if any(r.advantages + r.distil)])
            monkeypatch.setattr(module, "merge_targets", list)
        found.append(step(policy, made))
    for name, value in found[0].items():
        torch.testing.assert_close(value, found[1][name], atol=1e-5, rtol=1e-4)
