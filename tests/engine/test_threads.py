"""How many CPU threads a model gets. The setting is process-wide: it must not stay with the next model."""

from __future__ import annotations

import pytest
import torch

from workbench.engine.hardware import ALL_THREADS, SMALL, choose_threads


@pytest.fixture(autouse=True)
def _restored():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_small_model_gets_one_thread_and_a_large_one_after_it_all_again():
    choose_threads(SMALL - 1)
    assert torch.get_num_threads() == 1
    choose_threads(SMALL)
    assert torch.get_num_threads() == ALL_THREADS


def test_what_was_asked_for_holds_for_any_size():
    choose_threads(SMALL - 1, 2)
    assert torch.get_num_threads() == 2
    choose_threads(SMALL, 1)
    assert torch.get_num_threads() == 1
