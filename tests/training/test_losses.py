"""Losses against values computed by hand and against finite differences."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.update import clipped_policy_gradient, confidence_weight, divergence, entropy

# Teacher (3/4, 1/4), student (1/2, 1/2), as logits.
TEACHER = torch.log(torch.tensor([[0.75, 0.25]], dtype=torch.float64))
STUDENT = torch.log(torch.tensor([[0.5, 0.5]], dtype=torch.float64))
FORWARD = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
REVERSE = 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25)
# The even mixture is (5/8, 3/8).
JSD = 0.5 * (
    0.75 * math.log(0.75 / 0.625)
    + 0.25 * math.log(0.25 / 0.375)
    + 0.5 * math.log(0.5 / 0.625)
    + 0.5 * math.log(0.5 / 0.375)
)


@pytest.mark.parametrize(("kind", "value"), [("forward", FORWARD), ("reverse", REVERSE), ("jsd", JSD)])
def test_divergence_is_the_hand_computed_one(kind, value):
    assert divergence(STUDENT, TEACHER, kind).item() == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("kind", ["forward", "reverse", "jsd"])
def test_divergence_gradient_agrees_with_finite_differences(kind):
    student = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    teacher = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.autograd.gradcheck(
        lambda s: divergence(s, teacher, kind).sum(), student.requires_grad_(), eps=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("kind", ["forward", "reverse", "jsd"])
def test_no_gradient_flows_into_the_teacher(kind):
    teacher = TEACHER.clone().requires_grad_()
    loss = divergence(STUDENT.clone().requires_grad_(), teacher, kind).sum()
    loss.backward()
    assert teacher.grad is None


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_divergences_are_not_negative_and_vanish_only_for_equals(a, b):
    x, y = torch.tensor([a], dtype=torch.float64), torch.tensor([b], dtype=torch.float64)
    for kind in ("forward", "reverse", "jsd"):
        assert divergence(x, y, kind).item() >= -1e-9
        assert divergence(x, x, kind).item() == pytest.approx(0, abs=1e-9)
    assert divergence(x, y, "jsd").item() <= math.log(2) + 1e-9
    assert divergence(x, y, "jsd").item() == pytest.approx(divergence(y, x, "jsd").item(), abs=1e-9)


@pytest.mark.parametrize(
    ("now", "advantage", "loss"),
    [
        (0.5, 1.0, -1.0),  # the ratio is 1
        (0.75, 1.0, -1.2),  # a ratio of 1.5 is clipped for a good token
        (0.75, -1.0, 1.5),  # and counts whole for a bad one
        (0.25, 1.0, -0.5),
        (0.25, -1.0, 0.8),  # a ratio of 0.5 is clipped for a bad token
    ],
)
def test_clipped_policy_gradient(now, advantage, loss):
    value = clipped_policy_gradient(
        torch.log(torch.tensor([now])), torch.log(torch.tensor([0.5])), torch.tensor([advantage])
    )
    assert value.item() == pytest.approx(loss, abs=1e-6)


def test_policy_gradient_of_the_first_update_is_reinforce():
    logprobs = torch.log(torch.tensor([0.2, 0.7])).requires_grad_()
    clipped_policy_gradient(logprobs, logprobs.detach(), torch.tensor([2.0, -1.0])).sum().backward()
    assert logprobs.grad is not None
    assert logprobs.grad.tolist() == pytest.approx([-2.0, 1.0])


def test_a_teacher_that_is_torn_between_two_counts_half():
    torn = torch.tensor([[0.0, 0.0, -1e9], [0.0, -1e9, -1e9]])
    assert confidence_weight(torn, doubt=1.0).tolist() == pytest.approx([0.5, 1.0])
    assert confidence_weight(torn, doubt=0.0).tolist() == [1.0, 1.0]


def test_entropy_of_an_even_choice_is_log_of_its_size():
    assert entropy(torch.zeros(1, 8)).item() == pytest.approx(math.log(8), abs=1e-6)
