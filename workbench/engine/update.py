"""Rollouts of a round that say the same are learned from once, with the weight of all: the same gradient for less.

A firm policy repeats itself: of 128 rollouts of the shipped tutor 62 are distinct before training and about 20 after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from workbench.engine.losses import clipped_policy_gradient, confidence_weight, divergence, entropy
from workbench.engine.policy import Policy, logits_of, reply_hidden
from workbench.engine.protocol import Exchange, Target, TrainingRow
from workbench.settings import TrainingSettings


def merge_rows(rows: Sequence[TrainingRow]) -> list[TrainingRow]:
    """The rows that move something, each cut behind its last moved token, equal ones merged by adding their weights.

    Every loss is linear in the weights, and equal replies to equal prompts have equal log-probabilities, so the
    gradient stays what it was; tokens behind the last moved one cannot reach it.
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
    """The targets, equal ones merged by adding their weights."""
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


# One optimizer update from training rows: policy gradient, distillation and hard targets together.


MICRO_TOKENS = 16_384
"""Padded tokens in one forward pass; gradients add up over passes."""
LOGITS = 1 << 23
"""Vocabulary logits that exist at once, so that memory does not grow with tokens x vocabulary."""


@dataclass
class Losses:
    """Sums over an update, by term, and the entropy of the moved tokens."""

    gradient: float = 0.0
    distil: float = 0.0
    target: float = 0.0
    entropy: float = 0.0
    tokens: int = 0


def update(
    policy: Policy,
    teacher: Policy,
    optimizer: torch.optim.Optimizer,
    rows: Sequence[TrainingRow],
    targets: Sequence[Target],
    settings: TrainingSettings,
) -> dict[str, float]:
    """Move the policy once. Every term is a mean over the rollouts given; returns the terms by name."""
    moved, count = merge_rows(rows), len(rows)
    wanted = merge_targets(targets) if settings.hard_target_weight else []
    if not moved and not wanted:
        return {}
    losses = Losses()
    for batch in _micro_batches([*moved, *wanted]):
        _backward(policy, teacher, batch, settings, count, losses)
    norm = torch.nn.utils.clip_grad_norm_(policy.model.parameters(), settings.clip_norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return {
        "loss_gradient": losses.gradient,
        "loss_distil": losses.distil,
        "loss_target": losses.target,
        "entropy": losses.entropy / max(1, losses.tokens),
        "gradient_norm": float(norm),
    }


def _rows_at_once(policy: Policy) -> int:
    return max(16, LOGITS // int(policy.inner.config.vocab_size))


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
    policy: Policy,
    teacher: Policy,
    batch: Sequence[TrainingRow | Target],
    settings: TrainingSettings,
    count: int,
    losses: Losses,
) -> None:
    """Gradients of rows and targets, which one forward pass reads together: they share most of their tokens."""
    rows = [item for item in batch if isinstance(item, TrainingRow)]
    targets = [item for item in batch if isinstance(item, Target)]
    hidden = reply_hidden(policy, [*(row.exchange for row in rows), *(target.exchange for target in targets)])
    # Losses go back to the hidden states at once: one part's logits are freed before the next part's are made.
    leaf = hidden.detach().requires_grad_()
    of_rows = sum(len(row.exchange.reply) for row in rows)
    if rows:
        _backward_rows(policy, teacher, rows, leaf[:of_rows], settings, count, losses)
    if targets:
        _backward_targets(policy, targets, leaf[of_rows:], settings, count, losses)
    hidden.backward(leaf.grad)


def _backward_rows(
    policy: Policy,
    teacher: Policy,
    rows: Sequence[TrainingRow],
    hidden: torch.Tensor,
    settings: TrainingSettings,
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
        logits = logits_of(policy, hidden[part])
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
                wise = logits_of(teacher, taught[taught_part]) / settings.teacher_temperature
                sure = weights[taught_part] * confidence_weight(wise, settings.doubt)
            distil = (divergence(student, wise, settings.divergence) * sure).sum() / count
            total = total + settings.distill_weight * distil
            losses.distil += float(distil.detach())
        total.backward()


def _teacher_hidden(teacher: Policy, rows: Sequence[TrainingRow], like: torch.Tensor) -> torch.Tensor:
    """The teacher's hidden states for every reply token; zeros for rows that are not distilled."""
    states = torch.zeros_like(like, requires_grad=False)
    taught = [row for row in rows if row.teacher_prompt is not None]
    if not taught:
        return states
    with torch.no_grad():
        known = reply_hidden(teacher, [Exchange(row.teacher_prompt or (), row.exchange.reply) for row in taught])
    at = start = 0
    for row in rows:
        length = len(row.exchange.reply)
        if row.teacher_prompt is not None:
            states[start : start + length] = known[at : at + length]
            at += length
        start += length
    return states


def _backward_targets(
    policy: Policy,
    targets: Sequence[Target],
    hidden: torch.Tensor,
    settings: TrainingSettings,
    count: int,
    losses: Losses,
) -> None:
    """Cross-entropy of corrected steps, each a mean over its tokens."""
    ids = torch.tensor([i for t in targets for i in t.exchange.reply], device=policy.device)
    weights = torch.tensor(
        [t.weight / len(t.exchange.reply) for t in targets for _ in t.exchange.reply], device=policy.device
    )
    for part in torch.arange(len(ids), device=policy.device).split(_rows_at_once(policy)):
        surprise = torch.nn.functional.cross_entropy(logits_of(policy, hidden[part]), ids[part], reduction="none")
        total = (surprise * weights[part]).sum() / count
        losses.target += float(total.detach())
        (settings.hard_target_weight * total).backward()


@torch.no_grad()
def move_average(average: Policy, policy: Policy, rate: float, updates: int) -> None:
    """After an update: a step of the moving average towards the policy.

    `updates`: how many there were before. The steps are longer at first, so that the average does not trail: the
    share of update t is 9 / (10 + t), but `rate` at least.
    """
    share = max(rate, 9 / (10 + updates))
    for old, new in zip(average.model.parameters(), policy.model.parameters(), strict=True):
        old.lerp_(new.detach(), share)


@torch.no_grad()
def copy_weights(to: Policy, policy: Policy) -> None:
    """Make one policy's weights another's."""
    for old, new in zip(to.model.parameters(), policy.model.parameters(), strict=True):
        old.copy_(new)
