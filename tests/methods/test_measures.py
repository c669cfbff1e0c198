"""Signal coverage: which contexts change what the teacher thinks of the taught step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import LATE, RIGHT, SIGN_KEPT
from tests.training.test_update import group_of
from workbench.config import ModelSettings
from workbench.engine.policy import load_policy
from workbench.memory.retrieval import Recalled
from workbench.methods.measures import SignalCoverage, signal_coverage
from workbench.methods.pmd import pmd_signals


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def made(policy, texts):
    group = group_of(policy, texts)
    return group, pmd_signals(policy, group, Recalled())


def test_nothing_wrong_has_no_coverage(policy):
    group, signals = made(policy, [RIGHT, RIGHT])
    assert signal_coverage(policy, [group], [signals], "s") == SignalCoverage()


def test_a_rollout_without_a_context_has_no_signal(policy):
    group, signals = made(policy, [RIGHT, SIGN_KEPT])
    bare = replace(signals, contexts=(None, None))
    assert signal_coverage(policy, [group], [bare], "s") == SignalCoverage(tried=1)


def test_a_context_counts_if_it_moves_the_step_enough_and_more_than_anothers(policy, monkeypatch):
    groups, signals = zip(*[made(policy, [RIGHT, SIGN_KEPT]), made(policy, [RIGHT, LATE])], strict=True)
    monkeypatch.setattr("workbench.methods.measures.LEAST_MOVE", 0.0)
    found = signal_coverage(policy, groups, signals, "s")
    assert (found.tried, found.moving) == (2, 2)
    assert found.usable in (1, 2)
    monkeypatch.setattr("workbench.methods.measures.LEAST_MOVE", 1e9)
    assert signal_coverage(policy, groups, signals, "s") == SignalCoverage(tried=2)


def test_contexts_of_one_problem_alone_have_none_to_be_compared_with(policy):
    group, signals = made(policy, [RIGHT, SIGN_KEPT])
    assert signal_coverage(policy, [group], [signals], "s") == SignalCoverage()
