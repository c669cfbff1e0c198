"""What pmd adds to its targets: solutions that the teacher finished, and remembered ones."""

from __future__ import annotations

import pytest

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT
from tests.training.test_update import group_of
from workbench.config import load_config
from workbench.memory.retrieval import Recalled
from workbench.memory.state import MemoryState, remember_experience, visit
from workbench.training import rewriting
from workbench.training.policy import load_policy
from workbench.training.replay import draw_solutions, replayed
from workbench.training.sampling import Sample
from workbench.training.signals import pmd_signals
from workbench.types import StopReason
from workbench.verification import Verifier


@pytest.fixture(scope="module")
def policy(tiny_tutor):
    from workbench.config import Model

    return load_policy(Model(path=str(tiny_tutor), device="cpu"))


def says(monkeypatch, policy, text, stop=StopReason.END):
    """Let the teacher write this text, whatever it is asked."""
    ids = (*policy.encode(text), policy.tokenizer.eos_token_id)
    asked = []

    def sample(teacher, prompts, seeds, max_tokens, temperature):
        asked.extend(policy.text(p) for p in prompts)
        return [[Sample(ids, (0.0,) * len(ids), stop)] for _ in prompts]

    monkeypatch.setattr(rewriting, "sample", sample)
    return asked


def rewritten(policy, texts, rewrites=2):
    group = group_of(policy, texts)
    signals = pmd_signals(policy, group, Recalled())
    config = load_config(None, [f"training.rewrites={rewrites}"])
    (after,), tokens = rewriting.rewrite(policy, Verifier(), [group], [signals], config)
    assert tokens > 0
    return signals, after


def test_what_the_verifier_passes_is_learned_to_its_end(monkeypatch, policy):
    asked = says(monkeypatch, policy, "3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5")
    before, after = rewritten(policy, [RIGHT, SIGN_KEPT])
    (short,), (whole,) = before.targets, after.targets
    assert policy.text(short.exchange.reply) == "3x = 20 - 5"
    assert policy.text(whole.exchange.reply) == RIGHT
    assert whole.exchange.reply[-1] == policy.tokenizer.eos_token_id
    assert whole.weight == pytest.approx(5 * short.weight)
    assert len(asked) == 1
    assert asked[0].endswith("3x = 20 - 5\n")
    assert "3x = 20 + 5" not in asked[0]


@pytest.mark.parametrize(
    ("reply", "stop"),
    [
        ("3x = 15\nx = 15 / 3\nx = 6\nAnswer: x = 6", StopReason.END),
        ("3x = 25\nAnswer: x = 5", StopReason.END),
        ("3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5", StopReason.LENGTH),
    ],
)
def test_what_does_not_pass_leaves_the_corrected_step_alone(monkeypatch, policy, reply, stop):
    says(monkeypatch, policy, reply, stop)
    before, after = rewritten(policy, [RIGHT, SIGN_KEPT])
    assert after == before


def test_the_same_corrected_step_is_asked_for_once_and_no_more_than_allowed(monkeypatch, policy):
    asked = says(monkeypatch, policy, "no")
    rewritten(policy, [RIGHT, SIGN_KEPT, SIGN_KEPT, LATE], rewrites=5)
    assert len(asked) == 2
    asked.clear()
    rewritten(policy, [RIGHT, SIGN_KEPT, SIGN_KEPT, LATE], rewrites=1)
    assert len(asked) == 1
    assert asked[0].endswith("3x = 20 - 5\n")


def remembered(policy, texts):
    group = group_of(policy, texts)
    return visit(remember_experience(MemoryState(), group, 0, "test@0"), group, 0)


def test_a_remembered_solution_weighs_as_much_as_its_lines(policy):
    memory = remembered(policy, [RIGHT, SIGN_KEPT])
    group = group_of(policy, [SIGN_KEPT, LATE])
    signals = pmd_signals(policy, group, Recalled())
    (after,) = replayed(policy, [signals], memory, [LINEAR], 4, "seed")
    *_, target = after.targets
    assert policy.text(target.exchange.reply) == RIGHT
    assert target.weight == 5
    assert replayed(policy, [signals], memory, [], 4, "seed") == [signals]


def test_what_is_always_solved_is_not_replayed(policy):
    assert draw_solutions(remembered(policy, [RIGHT, RIGHT]), 4, "seed") == []
    assert len(draw_solutions(remembered(policy, [RIGHT, LATE]), 4, "seed")) == 1


def test_blame_puts_the_policy_gradient_on_the_first_wrong_step_of_a_distilled_rollout(policy):
    group = group_of(policy, [RIGHT, LATE])
    pure = pmd_signals(policy, group, Recalled()).rows[1]
    mixed = pmd_signals(policy, group, Recalled(), blame=1.0).rows[1]
    assert not any(pure.advantages)
    assert mixed.distil == pure.distil
    moved = "".join(policy.piece(t) for t, a in zip(mixed.exchange.reply, mixed.advantages, strict=True) if a < 0)
    assert moved.strip() == "x = 15 - 3"
    assert max(mixed.advantages) == 0
