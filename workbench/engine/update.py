"""Losses of the methods as pure functions of tensors: divergences, advantages, policy gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
import torch.nn.functional as F

from workbench.engine.network import Network
from workbench.engine.protocol import Exchange, LossSettings, Target, TrainingRow

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


# One optimizer update from training rows: policy gradient, distillation and hard targets together.


def merge_rows(rows: Sequence[TrainingRow]) -> list[TrainingRow]:
    """Return the rows that move something, each cut after its last moved token, equal ones merged into one.

    Every loss is linear in the weights, and equal replies to equal prompts have equal log-probabilities, so the
    gradient stays what it was; tokens after the last moved one cannot reach it.
    """
    found: dict[object, TrainingRow] = {}
    for row in filter(None, map(_cut, rows)):
        # Ratios are clipped by the sign of the advantage: opposite signs may not be added.
        signs = tuple((a > 0) - (a < 0) for a in row.advantages)
        key = (row.exchange.prompt, row.exchange.reply, row.teacher_prompt, signs)
        known = found.get(key)
        found[key] = row if known is None else _added(known, row)
    return list(found.values())


def merge_targets(targets: Sequence[Target]) -> list[Target]:
    """Return the targets, equal ones merged by adding their weights."""
    found: dict[object, Target] = {}
    for target in targets:
        key = (tuple(target.exchange.prompt), tuple(target.exchange.reply))
        known = found.get(key)
        found[key] = target if known is None else replace(known, weight=known.weight + target.weight)
    return list(found.values())


def _cut(row: TrainingRow) -> TrainingRow | None:
    """The row up to its last moved token; None where nothing is moved."""
    moved = [i for i, pair in enumerate(zip(row.advantages, row.distil, strict=True)) if any(pair)]
    if not moved:
        return None
    end = moved[-1] + 1
    return replace(
        row,
        exchange=Exchange(tuple(row.exchange.prompt), tuple(row.exchange.reply[:end])),
        sampled=row.sampled[:end],
        advantages=row.advantages[:end],
        distil=row.distil[:end],
        teacher_prompt=row.teacher_prompt if any(row.distil) else None,
    )


def _added(a: TrainingRow, b: TrainingRow) -> TrainingRow:
    return replace(
        a,
        advantages=tuple(x + y for x, y in zip(a.advantages, b.advantages, strict=True)),
        distil=tuple(x + y for x, y in zip(a.distil, b.distil, strict=True)),
        times=a.times + b.times,
    )


MICRO_TOKENS = 16_384
"""Padded tokens in one forward pass; gradients add up over passes."""
LOGITS = 1 << 23
"""Vocabulary logits that exist at once, so that what they take does not grow with tokens x vocabulary."""


@dataclass
class Losses:
    """Sums over an update, by term, and the entropy of the moved tokens."""

    gradient: float = 0.0
    distil: float = 0.0
    target: float = 0.0
    entropy: float = 0.0
    tokens: int = 0


def update(
    policy: Network,
    teacher: Network,
    optimizer: torch.optim.Optimizer,
    rows: Sequence[TrainingRow],
    targets: Sequence[Target],
    settings: LossSettings,
    clip_norm: float,
) -> dict[str, float]:
    """Move the policy once; return the terms of the loss by name. Each is a mean over the rollouts given."""
    moved, count = merge_rows(rows), len(rows)
    wanted = merge_targets(targets) if settings.hard_target_weight else []
    if not moved and not wanted:
        return {}
    losses = Losses()
    for batch in _micro_batches([*moved, *wanted]):
        _backward(policy, teacher, batch, settings, count, losses)
    norm = torch.nn.utils.clip_grad_norm_(policy.model.parameters(), clip_norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return {
        "loss_gradient": losses.gradient,
        "loss_distil": losses.distil,
        "loss_target": losses.target,
        "entropy": losses.entropy / max(1, losses.tokens),
        "gradient_norm": float(norm),
    }


def _rows_at_once(policy: Network) -> int:
    return max(16, LOGITS // policy.vocabulary)


def _micro_batches(items: Sequence[TrainingRow | Target]) -> Iterator[list[TrainingRow | Target]]:
    """Items of like length together, at most MICRO_TOKENS padded tokens at once."""

    def length(item: TrainingRow | Target) -> int:
        return len(item.exchange.prompt) + len(item.exchange.reply)

    batch: list[TrainingRow | Target] = []
    for item in sorted(items, key=length):
        if batch and (len(batch) + 1) * length(item) > MICRO_TOKENS:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def _backward(
    policy: Network,
    teacher: Network,
    batch: Sequence[TrainingRow | Target],
    settings: LossSettings,
    count: int,
    losses: Losses,
) -> None:
    """Gradients of rows and targets, which one forward pass reads together: they share most of their tokens."""
    rows = [item for item in batch if isinstance(item, TrainingRow)]
    targets = [item for item in batch if isinstance(item, Target)]
    hidden = policy.hidden([*(row.exchange for row in rows), *(target.exchange for target in targets)])
    # Losses go back to the hidden states at once: one part's logits are freed before the next part's are made.
    leaf = hidden.detach().requires_grad_()
    of_rows = sum(len(row.exchange.reply) for row in rows)
    if rows:
        _backward_rows(policy, teacher, rows, leaf[:of_rows], settings, count, losses)
    if targets:
        _backward_targets(policy, targets, leaf[of_rows:], settings, count, losses)
    hidden.backward(leaf.grad)


def _backward_rows(
    policy: Network,
    teacher: Network,
    rows: Sequence[TrainingRow],
    hidden: torch.Tensor,
    settings: LossSettings,
    count: int,
    losses: Losses,
) -> None:
    device = policy.device
    ids = torch.tensor([t for row in rows for t in row.exchange.reply], device=device)
    sampled = torch.tensor([p for row in rows for p in row.sampled], device=device)
    advantages = torch.tensor([a for row in rows for a in row.advantages], device=device)
    weights = torch.tensor([w for row in rows for w in row.distil], device=device)
    times = torch.tensor([row.times for row in rows for _ in row.exchange.reply], device=device)
    taught = _teacher_hidden(teacher, rows, hidden)
    wanted = ((advantages != 0) | (weights != 0)).nonzero().squeeze(-1)
    for part in wanted.split(_rows_at_once(policy)):
        logits = policy.logits(hidden[part])
        logprobs = torch.log_softmax(logits, -1).gather(-1, ids[part, None]).squeeze(-1)
        gradient = clipped_policy_gradient(logprobs, sampled[part], advantages[part]).sum() / count
        total = settings.policy_gradient_weight * gradient
        losses.gradient += float(gradient.detach())
        losses.entropy += float((entropy(logits.detach()) * times[part]).sum())
        losses.tokens += int(times[part].sum())
        taught_part = part[weights[part] != 0]
        if len(taught_part) and settings.distill_weight:
            student = logits[weights[part] != 0]
            with torch.no_grad():
                wise = teacher.logits(taught[taught_part]) / settings.teacher_temperature
                sure = weights[taught_part] * confidence_weight(wise, settings.entropy_weighting)
            distil = (divergence(student, wise, settings.divergence) * sure).sum() / count
            total = total + settings.distill_weight * distil
            losses.distil += float(distil.detach())
        total.backward()


def _teacher_hidden(teacher: Network, rows: Sequence[TrainingRow], like: torch.Tensor) -> torch.Tensor:
    """The teacher's hidden states for every reply token; zeros for rows that are not distilled."""
    states = torch.zeros_like(like, requires_grad=False)
    taught = [row for row in rows if row.teacher_prompt is not None]
    if not taught:
        return states
    with torch.no_grad():
        known = teacher.hidden([Exchange(row.teacher_prompt or (), row.exchange.reply) for row in taught])
    at = start = 0
    for row in rows:
        length = len(row.exchange.reply)
        if row.teacher_prompt is not None:
            states[start : start + length] = known[at : at + length]
            at += length
        start += length
    return states


def _backward_targets(
    policy: Network,
    targets: Sequence[Target],
    hidden: torch.Tensor,
    settings: LossSettings,
    count: int,
    losses: Losses,
) -> None:
    """Cross-entropy of corrected steps, each a mean over its tokens."""
    ids = torch.tensor([i for t in targets for i in t.exchange.reply], device=policy.device)
    weights = torch.tensor(
        [t.weight / len(t.exchange.reply) for t in targets for _ in t.exchange.reply], device=policy.device
    )
    for part in torch.arange(len(ids), device=policy.device).split(_rows_at_once(policy)):
        surprise = torch.nn.functional.cross_entropy(policy.logits(hidden[part]), ids[part], reduction="none")
        total = (surprise * weights[part]).sum() / count
        losses.target += float(total.detach())
        (settings.hard_target_weight * total).backward()
