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
    exchange: tuple[tuple[int, ...], tuple[int, ...]]
    """Prompt and reply of the corrected step's hard target."""
    help: tuple[int, ...]
    """What the teacher reads before the solution."""
    written: tuple[int, ...]
    """The solution so far: verified prefix and corrected step, with its line closed."""


def rewrite(
    teacher: Policy, verifier: Verifier, groups: Sequence[Group], signals: Sequence[Signals], config: Config
) -> list[Signals]:
    """Signals whose corrected steps go on to the end of a solution, wherever the teacher's passes the verifier."""
    drafts = [
        draft
        for place, own in enumerate(signals)
        for draft in _drafts(teacher, place, own)[: config.training.rewrites]
    ]
    if not drafts:
        return list(signals)
    prompts = [(*d.help, *d.written) for d in drafts]
    replies = sample(teacher, prompts, [[0]] * len(prompts), config.sampling.max_tokens, temperature=0)
    passed: dict[tuple[int, tuple[tuple[int, ...], tuple[int, ...]]], tuple[int, ...]] = {}
    for draft, (reply,) in zip(drafts, replies, strict=True):
        whole = teacher.text((*draft.written, *reply.ids))
        if reply.stop is StopReason.END and verifier.verify(groups[draft.group].problem, whole).process_correct:
            start = len(draft.exchange[0]) - len(signals[draft.group].rows[0].exchange.prompt)
            passed[draft.group, draft.exchange] = (*draft.written[start:], *reply.ids)
    return [
        replace(own, targets=tuple(_extended(teacher, t, passed.get((place, _key(t)))) for t in own.targets))
        for place, own in enumerate(signals)
    ]


def _key(target: Target) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(target.exchange.prompt), tuple(target.exchange.reply)


def _drafts(teacher: Policy, place: int, signals: Signals) -> list[_Draft]:
    """The corrected steps of a group that differ, the most frequent first."""
    newline = tuple(teacher.encode("\n"))
    count: dict[tuple[tuple[int, ...], tuple[int, ...]], list[Target]] = {}
    for target in signals.targets:
        if target.exchange.reply[-1] not in teacher.end_ids:
            count.setdefault(_key(target), []).append(target)
    drafts = []
    for key, targets in sorted(count.items(), key=lambda pair: -len(pair[1])):
        row = signals.rows[targets[0].member or 0]
        written = (*key[0][len(row.exchange.prompt) :], *key[1], *newline)
        drafts.append(_Draft(place, key, tuple(row.teacher_prompt or ()), written))
    return drafts


def _extended(teacher: Policy, target: Target, reply: tuple[int, ...] | None) -> Target:
    """The target to the solution's end, each of its lines with the weight of one corrected step."""
    if reply is None:
        return target
    lines = teacher.text(reply).strip().count("\n") + 1
    return replace(target, exchange=Exchange(target.exchange.prompt, reply), weight=target.weight * lines)
