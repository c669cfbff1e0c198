"""One update: how rows are cut into passes changes nothing, and each term moves what it should."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT
from workbench.config import ModelSettings
from workbench.engine import update as module
from workbench.engine.learner import move_average
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Exchange, LossSettings
from workbench.engine.update import update
from workbench.memory.retrieval import Recalled
from workbench.methods import Signals
from workbench.methods.grpo import grpo_signals
from workbench.methods.pmd import PmdSettings, pmd_signals
from workbench.types import Group, Judged, Problem, Rollout, StopReason
from workbench.verification import Verifier

LOSSES = LossSettings("reverse", 0.5, 1.0, 0.5, 1.0, 1.0)


@pytest.fixture
def policy(tiny_tutor) -> Policy:
    return load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))


def group_of(policy: Policy, texts: list[str], problem: Problem = LINEAR) -> Group:
    """A group whose tokens are the policy's own, with its own log-probabilities."""
    prompt = policy.problem_ids(problem.text)
    members = []
    for i, text in enumerate(texts):
        ids = (*policy.encode(text), policy.end_id)
        made = Rollout(f"r{i}", problem.id, 0, i, i, text, ids, logprobs(policy, prompt, ids), StopReason.END, "t@0")
        members.append(Judged(made, Verifier().verify(problem, text)))
    return Group(problem, tuple(members))


def logprobs(policy: Policy, prompt, reply) -> tuple[float, ...]:
    with torch.no_grad():
        logits = policy.network.logits(policy.network.hidden([Exchange(tuple(prompt), tuple(reply))]))
    chosen = torch.log_softmax(logits, -1).gather(-1, torch.tensor(reply)[:, None])
    return tuple(chosen.squeeze(-1).tolist())


PLAIN = PmdSettings(sharpening=0)


def signals(policy: Policy, settings: PmdSettings = PLAIN) -> Signals:
    return pmd_signals(policy, group_of(policy, [RIGHT, SIGN_KEPT, LATE, SIGN_KEPT]), Recalled(), settings)


def step(policy: Policy, made: Signals, **settings: object) -> dict[str, torch.Tensor]:
    """The weights after one plain gradient step."""
    teacher = policy.frozen_copy()
    optimizer = torch.optim.SGD(policy.network.model.parameters(), lr=1.0)
    losses = replace(LOSSES, **settings)
    update(policy.network, teacher.network, optimizer, made.rows, made.targets, losses, clip_norm=1e9)
    return {name: p.detach().clone() for name, p in policy.network.model.named_parameters()}


def test_small_passes_move_the_weights_as_one_large_pass(tiny_tutor, monkeypatch):
    results = []
    for micro, logits in ((1 << 20, 1 << 30), (60, 1)):
        monkeypatch.setattr(module, "MICRO_TOKENS", micro)
        monkeypatch.setattr(module, "LOGITS", logits)
        policy = load_policy(ModelSettings(path=str(tiny_tutor), device="cpu"))
        results.append(step(policy, signals(policy)))
    for name, value in results[0].items():
        torch.testing.assert_close(value, results[1][name], atol=1e-5, rtol=1e-4)


def test_an_update_makes_the_corrected_step_likelier(policy):
    made = signals(policy)
    assert {policy.text(t.exchange.reply) for t in made.targets} == {"3x = 20 - 5", "x = 15 / 3"}
    before = [sum(logprobs(policy, t.exchange.prompt, t.exchange.reply)) for t in made.targets]
    step(policy, made, policy_gradient_weight=0, distill_weight=0)
    after = [sum(logprobs(policy, t.exchange.prompt, t.exchange.reply)) for t in made.targets]
    assert all(new > old for old, new in zip(before, after, strict=True))


def test_the_hard_target_follows_the_rollouts_own_tokens(policy):
    late = next(t for t in signals(policy).targets if policy.text(t.exchange.reply) == "x = 15 / 3")
    assert policy.text(late.exchange.prompt).endswith("3x = 20 - 5\n3x = 15\n")


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (SIGN_KEPT, "3x = 20 - 5"),
        (SIGN_KEPT.replace("3x = 20 + 5", "  3x = 20 + 5"), "  3x = 20 - 5"),
        ("Step 1: 3x = 20 - 5\nStep 2: 3x = 14\nAnswer: x = 14/3", "Step 2: 3x = 15"),
        ("3x = 20 - 5.  Step 2: 3x = 14\nAnswer: x = 14/3", " Step 2: 3x = 15"),
        ("\n", "3x = 20 - 5"),
    ],
    ids=["bare line", "indented", "labels", "steps on one line", "blank"],
)
def test_the_hard_target_keeps_the_rollouts_blanks_and_labels(policy, text, reply):
    made = pmd_signals(policy, group_of(policy, [text, RIGHT]), Recalled(), PLAIN)
    assert [policy.text(t.exchange.reply) for t in made.targets] == [reply]


def test_policy_gradient_raises_the_right_and_lowers_the_wrong(policy):
    made = grpo_signals(policy, group_of(policy, [RIGHT, SIGN_KEPT]))
    before = [sum(logprobs(policy, r.exchange.prompt, r.exchange.reply)) for r in made.rows]
    step(policy, made)
    after = [sum(logprobs(policy, r.exchange.prompt, r.exchange.reply)) for r in made.rows]
    assert after[0] > before[0]
    assert after[1] - before[1] < after[0] - before[0]


def test_an_all_equal_group_gives_grpo_nothing(policy):
    made = grpo_signals(policy, group_of(policy, [SIGN_KEPT, SIGN_KEPT]))
    assert not any(a for row in made.rows for a in row.advantages)


def test_verified_steps_and_what_follows_the_error_are_left_alone(policy):
    made = signals(policy)
    late = made.rows[2]
    text = [policy.piece(t) for t in late.exchange.reply]
    moved = "".join(p for p, a, d in zip(text, late.advantages, late.distil, strict=True) if a or d)
    assert moved == "x = 15 - 3\n"


def test_a_rollout_that_stops_a_line_short_gets_its_line_end_first(policy):
    short = RIGHT.rsplit("\n", 1)[0]
    made = pmd_signals(policy, group_of(policy, [short, RIGHT]), Recalled(), PLAIN)
    assert [policy.text(t.exchange.reply) for t in made.targets] == ["\nAnswer: x = 5"]
    assert made.targets[0].exchange.reply[-1] in policy.end_ids


def test_pieces_together_are_the_text_even_where_tokens_are_parts_of_a_character(policy):
    for text in (RIGHT, "π ≈ 3 → ½", "x²"):
        ids = policy.encode(text)
        assert "".join(policy.pieces(ids)) == text
        assert len(policy.pieces(ids)) == len(ids)


def test_routed_purely_what_a_teacher_can_distil_does_not_feel_the_policy_gradient(policy):
    made = signals(policy, PmdSettings(sharpening=0, failed_rollout_weight=0))
    for row, context in zip(made.rows, made.contexts, strict=True):
        assert any(row.advantages) == (context is None)


@pytest.mark.parametrize(("updates", "share"), [(0, 0.9), (80, 0.1), (890, 0.01), (9000, 0.01)])
def test_the_average_keeps_up_at_first_and_is_slow_later(policy, updates, share):
    old = policy.frozen_copy()
    start = next(old.network.model.parameters()).clone()
    with torch.no_grad():
        for p in policy.network.model.parameters():
            p.add_(1.0)
    move_average(old, policy, 0.01, updates)
    assert torch.allclose(next(old.network.model.parameters()), start + share, atol=1e-5)
