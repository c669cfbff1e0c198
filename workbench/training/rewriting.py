"""Rewriting: the teacher goes on from a corrected step to the end, and what the verifier passes is learned whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.config import Config
from workbench.training.policy import Exchange, Policy
from workbench.training.sampling import sample
from workbench.training.signals import Signals, Target
from workbench.types import Group, StopReason
from workbench.verification import Verifier


@dataclass(frozen=True)
class _Draft:
    """One corrected step that the teacher goes on from."""

    group: int
    step: Exchange
    """The corrected step's hard target."""
    help: tuple[int, ...]
    """What the teacher reads before the solution."""
    written: tuple[int, ...]
    """The solution so far: verified prefix and corrected step, with its line closed."""


def rewrite(
    teacher: Policy, verifier: Verifier, groups: Sequence[Group], signals: Sequence[Signals], config: Config
) -> tuple[list[Signals], int]:
    """Signals whose corrected steps go on to the end of a solution, wherever the teacher's passes the verifier.

    Also how many tokens the teacher read and wrote for it.
    """
    drafts = [
        d for place, own in enumerate(signals) for d in _drafts(teacher, place, own)[: config.training.rewrites]
    ]
    if not drafts:
        return list(signals), 0
    prompts = [(*d.help, *d.written) for d in drafts]
    replies = sample(teacher, prompts, [[0]] * len(prompts), config.sampling.max_tokens, temperature=0)
    passed: dict[tuple[int, Exchange], tuple[int, ...]] = {}
    for draft, (reply,) in zip(drafts, replies, strict=True):
        whole = teacher.text((*draft.written, *reply.ids))
        if reply.stop is StopReason.END and verifier.verify(groups[draft.group].problem, whole).process_correct:
            start = len(draft.step.prompt) - len(signals[draft.group].rows[0].exchange.prompt)
            passed[draft.group, draft.step] = (*draft.written[start:], *reply.ids)
    tokens = sum(len(prompt) + len(reply.ids) for prompt, (reply,) in zip(prompts, replies, strict=True))
    extended = [
        replace(own, targets=tuple(_extended(teacher, t, passed.get((place, t.exchange))) for t in own.targets))
        for place, own in enumerate(signals)
    ]
    return extended, tokens


def _drafts(teacher: Policy, place: int, signals: Signals) -> list[_Draft]:
    """The corrected steps of a group that differ, the most frequent first."""
    newline = tuple(teacher.encode("\n"))
    alike: dict[Exchange, list[Target]] = {}
    for target in signals.targets:
        if target.exchange.reply[-1] not in teacher.end_ids:
            alike.setdefault(target.exchange, []).append(target)
    drafts = []
    for step, targets in sorted(alike.items(), key=lambda pair: -len(pair[1])):
        row = signals.rows[targets[0].member or 0]
        written = (*step.prompt[len(row.exchange.prompt) :], *step.reply, *newline)
        drafts.append(_Draft(place, step, tuple(row.teacher_prompt or ()), written))
    return drafts


def _extended(teacher: Policy, target: Target, reply: tuple[int, ...] | None) -> Target:
    """The target to the solution's end, each of its lines with the weight of one corrected step."""
    if reply is None:
        return target
    lines = teacher.text(reply).strip().count("\n") + 1
    return replace(target, exchange=Exchange(target.exchange.prompt, reply), weight=target.weight * lines)
