"""Losses of the methods as pure functions of tensors: divergences, advantages, policy gradient."""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F

DivergenceKind = Literal["forward", "reverse", "jsd"]


def divergence(student: torch.Tensor, teacher: torch.Tensor, kind: DivergenceKind) -> torch.Tensor:
    """Divergence between two next-token distributions, per token, in nats: [tokens].

    `student`, `teacher`: logits [tokens, vocabulary]. forward: KL(teacher || student); reverse:
    KL(student || teacher); jsd: the mean of both against the even mixture (Agarwal et al., arXiv 2306.13649,
    with beta 1/2). No gradient flows into the teacher.
    """
    log_s = torch.log_softmax(student, -1)
    log_t = torch.log_softmax(teacher.detach(), -1)
    if kind == "forward":
        return F.kl_div(log_s, log_t, reduction="none", log_target=True).sum(-1)
    if kind == "reverse":
        return F.kl_div(log_t, log_s, reduction="none", log_target=True).sum(-1)
    log_m = torch.logaddexp(log_s, log_t) - math.log(2)
    to_student = F.kl_div(log_m, log_s, reduction="none", log_target=True).sum(-1)
    to_teacher = F.kl_div(log_m, log_t, reduction="none", log_target=True).sum(-1)
    return (to_student + to_teacher) / 2


def clipped_policy_gradient(
    logprobs: torch.Tensor, sampled: torch.Tensor, advantages: torch.Tensor, clip: float = 0.2
) -> torch.Tensor:
    """Clipped surrogate loss per token: [tokens].

    `logprobs`: of the sampled ids under the policy now; `sampled`: under the policy that sampled them;
    `advantages`: per token. PPO, Schulman et al., arXiv 1707.06347, equation 7.
    """
    ratio = torch.exp(logprobs - sampled)
    plain = ratio * advantages
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantages
    return -torch.minimum(plain, clipped)


def confidence_weight(teacher: torch.Tensor, doubt: float) -> torch.Tensor:
    """exp(-doubt * entropy) of each teacher distribution: [tokens]. SRPO, arXiv 2604.02288.

    Behind a wrong token the teacher reads a prefix that it would not have written; what it says there is noise.
    """
    return torch.exp(-doubt * entropy(teacher))


def entropy(logits: torch.Tensor) -> torch.Tensor:
    """Entropy of each next-token distribution in nats: [tokens]."""
    log_p = torch.log_softmax(logits, -1)
    return -(log_p.exp() * log_p).sum(-1)
