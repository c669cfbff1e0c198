"""Sequences that begin alike are laid out as trees, and read as each would be alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.config import ModelSettings
from workbench.engine import network as module
from workbench.engine.packing import CAPACITY, pack
from workbench.engine.policy import load_policy
from workbench.engine.protocol import Exchange

texts = st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=8), min_size=1, max_size=12)


@given(texts)
def test_every_sequence_lies_on_its_path_and_sees_itself_alone(sequences):
    packed = pack(sequences)
    flat, width = packed.ids.flatten(), packed.ids.shape[1]
    for sequence, path in zip(sequences, packed.paths, strict=True):
        assert flat[list(path)].tolist() == sequence
        assert packed.positions.flatten()[list(path)].tolist() == list(range(len(sequence)))
        for depth, place in enumerate(path):
            row, at = divmod(place, width)
            assert (packed.sees[row, 0, at].nonzero().squeeze(-1) + row * width).tolist() == sorted(path[: depth + 1])


def test_what_sequences_share_is_there_once():
    packed = pack([[1, 2, 3, 4], [1, 2, 5], [1, 2, 3, 4], [9]])
    assert sorted(packed.ids.flatten().tolist()) == [1, 2, 3, 4, 5, 9]
    assert packed.tokens == 6


def test_rows_are_as_wide_as_the_longest_sequence_where_that_is_more_than_a_row():
    packed = pack([[1] * (CAPACITY + 9), [2] * 5])
    assert packed.ids.shape[1] >= CAPACITY + 9


def test_much_is_spread_over_rows():
    packed = pack([[i + 1] * 100 for i in range(30)])
    assert packed.ids.shape[0] == -(-3000 // CAPACITY)
    assert packed.tokens < 1.2 * 3000


@pytest.fixture
def policy(tiny_tutor):
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"), trainable=True)


def states_and_gradient(policy, sequences):
    policy.network.model.zero_grad()
    hidden = policy.network.hidden(sequences)
    policy.network.logits(hidden).logsumexp(-1).mean().backward()
    return hidden.detach(), torch.cat([p.grad.flatten() for p in policy.network.model.parameters()])


def test_packed_and_padded_give_the_same_states_and_gradient(policy, monkeypatch):
    prompts = [policy.problem_ids(text) for text in ("Solve 3x + 5 = 20.", "Solve 3x + 5 = 21.", "What is 2 + 2?")]
    replies = [policy.encode(text) for text in ("3x = 15\nx = 5", "3x = 15\nx = 4", "3x = 25", "4")]
    sequences = [Exchange(p, r) for p in prompts for r in replies]
    assert policy.network.packs
    found = []
    for worth in (9.0, 0.0):
        monkeypatch.setattr(module, "WORTH_PACKING", worth)
        found.append(states_and_gradient(policy, sequences))
    torch.testing.assert_close(found[0], found[1], atol=1e-4, rtol=1e-3)


def test_a_model_that_does_not_read_trees_is_read_row_by_row(policy, monkeypatch):
    sequences = [Exchange([1, 2, 3], [4, 5]), Exchange([1, 2, 3], [4, 6]), Exchange([1, 2, 3], [7])]
    right = policy.network.hidden(sequences)
    of_trees = module.packed_states
    # As a model with a recurrent state would: what stands before in the row is read, whatever the mask says.
    monkeypatch.setattr(module, "packed_states", lambda *a: of_trees(*a).cumsum(0))
    network = module.wrap(policy.network.model)
    assert not network.packs
    torch.testing.assert_close(network.hidden(sequences), right, atol=1e-4, rtol=1e-3)
