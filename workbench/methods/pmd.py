"""PMD: procedural memory distillation with step verdicts (arXiv 2607.01480).

The policy reflects on its own rollouts, what holds is kept as a memory, and a teacher that reads the memory and a
critique of the failed step is distilled into the policy. How this differs from the paper:

- A verifier judges every step. Each rollout takes one route by its verdict (`routing.py`), and the teacher reads
  the verified lines and the corrected step (`contexts.py`), after arXiv 2606.11173. The paper has a reward and
  feedback for the whole answer.
- Right rollouts are sharpened (`sharpening`): the teacher that reads the problem alone, at a temperature below 1, is
  distilled on them. That is entropy minimisation, arXiv 2505.15134, here on verified rollouts alone.
- Failed rollouts also feel a policy gradient at their wrong step (`failed_rollout_weight`).
- A known correction is trained on as a hard target too (`hard_target_weight`).
- Each question weighs sqrt(p (1 - p)), with p smoothed so that a question that nobody solves keeps a weight (arXiv
  2605.27765 without the smoothing), and a rollout earns what its worst step earns: min-form credit, as in PURE.
- The teacher's moving average takes longer steps in the first updates, so that it does not trail: a warm-up.
- The policy itself writes all of memory, patterns too. Nothing is sent to another model, and no second model embeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pydantic import Field

from workbench.domains import domain_of
from workbench.engine.protocol import Engine, Exchange, LossSettings, Target, TrainingRow
from workbench.memory.reflection import ReflectionStats
from workbench.memory.retrieval import Recalled
from workbench.memory.state import MemoryState, note_use, retire
from workbench.methods.contexts import TeacherContext, teacher_context
from workbench.methods.measures import insight_utility, signal_coverage
from workbench.methods.memory_use import MemoryAccess, ReadMemory, read_memory, write_memory
from workbench.methods.method import RoundContext, Signals, Taught, TeacherSettings
from workbench.methods.routing import Route, Routed, route, route_group, step_weights, token_advantages, token_steps
from workbench.types import Group, Judged, StopReason
from workbench.verification.domain import Domain


class PmdSettings(TeacherSettings):
    """Settings of pmd. What it remembers has the sections `memory` and `reflection`."""

    name: Literal["pmd"] = "pmd"
    """Procedural memory distillation."""
    distill_weight: float = Field(default=0.5, ge=0)
    """Weight of distilling the teacher that reads memory and the corrected step, on rollouts that went wrong."""
    hard_target_weight: float = Field(default=1.0, ge=0)
    """Weight of the cross-entropy of a known correction."""
    policy_gradient_weight: float = Field(default=1.0, ge=0)
    """Weight of the group-relative policy gradient."""
    failed_rollout_weight: float = Field(default=1.0, ge=0)
    """Share of the policy gradient that a distilled rollout feels as well, at its first wrong step, or on all its
    tokens where none is located. With 0 such rollouts are only distilled."""
    sharpening: float = Field(default=8.0, ge=0)
    """Weight of distilling the teacher that reads the problem alone on right rollouts with no step proved wrong,
    spread over their tokens. At a `teacher_temperature` below 1 the policy comes to sample more firmly what it finds
    likely and was not refuted (arXiv 2505.15134). With 0 they feel the policy gradient alone."""

    @property
    def distill_unit(self) -> float:
        """The weight in the loss by which the rows' weights are multiplied. Sharpening works without distillation."""
        return self.distill_weight or 1.0

    @property
    def losses(self) -> LossSettings:
        return self.weighted(self.distill_unit, self.hard_target_weight, self.policy_gradient_weight)


def whole_group(group: Group) -> Group:
    """Return the group as it is."""
    return group


def all_memory(memory: MemoryState) -> MemoryState:
    """Return memory as it is."""
    return memory


def every_round(context: RoundContext[PmdSettings]) -> bool:
    """Return that memory is written in this round, as in any."""
    return True


@dataclass(frozen=True)
class Pmd:
    """Procedural memory distillation. An ablation is the same with one of its parts replaced."""

    name: ClassVar[str] = "pmd"
    settings: ClassVar[type[PmdSettings]] = PmdSettings
    needs_solution: ClassVar[bool] = False
    remembers: ClassVar[bool] = True
    see: Callable[[Group], Group] = whole_group
    """What memory and the teacher see of a group."""
    keep: Callable[[MemoryState], MemoryState] = all_memory
    """What a round keeps of the memory of earlier rounds."""
    writes: Callable[[RoundContext[PmdSettings]], bool] = every_round
    """Whether a round writes memory."""
    read: ReadMemory = read_memory
    """What a teacher reads of memory."""

    def teach(self, groups: Sequence[Group], context: RoundContext[PmdSettings]) -> Taught:
        """Write memory about the groups, then distil the teacher that reads it."""
        seen = [self.see(group) for group in groups]
        with context.stage("reflect"):
            memory, metrics = self._remember(seen, context)
        with context.stage("signals"):
            memory, signals = self._signals(seen, memory, context)
            metrics |= _coverage(seen, signals, context)
        return Taught(signals, memory, metrics)

    def _remember(
        self, groups: Sequence[Group], context: RoundContext[PmdSettings]
    ) -> tuple[MemoryState, dict[str, float]]:
        """Return memory after the round's reflections, and what was written as counts by name.

        Nothing is asked or written where no teacher reads it: reflections take a sixth of the time.
        """
        limits, reflection = context.memory_settings, context.reflection_settings
        memory, stats = self.keep(context.memory), ReflectionStats()
        if limits.token_budget and self.writes(context):
            memory, stats = write_memory(memory, context.policy, groups, reflection, context.round, context.version)
        metrics = stats.metrics()
        if stats.reflections and context.round % reflection.measure_every == 0:
            metrics |= insight_utility(context.teacher, stats.reflections, groups)
        if limits.expiry_epochs is not None:
            memory = retire(memory, context.round, limits.expiry_epochs * context.epoch_rounds)
        return memory, metrics

    def _signals(
        self, groups: Sequence[Group], memory: MemoryState, context: RoundContext[PmdSettings]
    ) -> tuple[MemoryState, tuple[Signals, ...]]:
        """Return memory, with the items that were read marked as used, and the signals of each group."""
        policy, seed = context.policy, f"{context.seed}/{context.round}"
        access = MemoryAccess.of(policy, context.memory_settings, context.library, context.problems, seed)
        before, made = memory, []
        for group in groups:
            failed = any(route(m.verdict) is not Route.REINFORCE for m in group.members)
            recalled = self.read(group.problem, before, access) if failed else Recalled()
            made.append(pmd_signals(policy, group, recalled, context.settings))
            used = [key for shown in made[-1].contexts if shown for key in shown.used]
            memory = note_use(memory, group.problem.id, used)
        return memory, tuple(made)


PMD = Pmd()


def _coverage(
    groups: Sequence[Group], signals: Sequence[Signals], context: RoundContext[PmdSettings]
) -> dict[str, float]:
    """Return how many contexts tell the teacher something, in the rounds that measure it."""
    if context.round % context.reflection_settings.measure_every:
        return {}
    found = signal_coverage(context.teacher, groups, signals, f"{context.seed}/{context.round}/coverage")
    return {"contexts_tried": found.tried, "contexts_moving": found.moving, "contexts_usable": found.usable}


def pmd_signals(policy: Engine, group: Group, recalled: Recalled, settings: PmdSettings = PmdSettings()) -> Signals:
    """Return each rollout of a group on its own route."""
    prompt = tuple(policy.problem_ids(group.problem.text))
    rows, targets, contexts = [], [], []
    decisions, domain = route_group(group), domain_of(group.problem)
    # Rollouts that say the same have the same verdict, so the same signal.
    made: dict[tuple[int, ...], tuple[TrainingRow, TeacherContext | None, Target | None]] = {}
    for member, routed in zip(group.members, decisions, strict=True):
        ids = member.rollout.token_ids
        if ids not in made:
            context = teacher_context(group, member, routed, recalled)
            steps = token_steps(policy.pieces(ids), domain.split(member.rollout.text))
            row = _row(policy, group, member, routed, context, prompt, steps, settings)
            made[ids] = row, context, _target(policy, domain, member, context, prompt, steps, routed)
        row, context, target = made[ids]
        rows.append(row)
        contexts.append(context)
        if target is not None:
            targets.append(replace(target, member=member.rollout.index))
    return Signals(tuple(rows), tuple(targets), tuple(d.route for d in decisions), tuple(contexts))


def _row(
    policy: Engine,
    group: Group,
    member: Judged,
    routed: Routed,
    context: TeacherContext | None,
    prompt: tuple[int, ...],
    steps: Sequence[int],
    settings: PmdSettings,
) -> TrainingRow:
    """Return a rollout's tokens with their advantages, and the teacher's weight on each."""
    ids, scale = member.rollout.token_ids, 2 * routed.weight
    diverging = context.prefix if context and context.correction is not None else None
    share = scale / len(ids) * (1.0 if context is None else settings.failed_rollout_weight)
    weights, teacher_prompt = [0.0] * len(ids), None
    if context is not None and settings.distill_weight:
        weights = [w * scale for w in step_weights(steps, routed, diverging)]
        teacher_prompt = tuple(policy.problem_ids(group.problem.text, context.help))
    elif routed.route is Route.REINFORCE and settings.sharpening:
        weights = [scale * (settings.sharpening / settings.distill_unit) / len(ids)] * len(ids)
        teacher_prompt = prompt
    return TrainingRow(
        exchange=Exchange(prompt, ids),
        sampled=member.rollout.logprobs,
        advantages=tuple(a * share for a in token_advantages(steps, routed, diverging)),
        distil=tuple(weights),
        teacher_prompt=teacher_prompt,
    )


def _target(
    policy: Engine,
    domain: Domain,
    member: Judged,
    context: TeacherContext | None,
    prompt: tuple[int, ...],
    steps: Sequence[int],
    routed: Routed,
) -> Target | None:
    """Return the corrected step after the rollout's own tokens up to it, which are never re-tokenised.

    None without a correction. A final answer in any notation that the verifier reads is taught with the end token.
    """
    if context is None or context.correction is None:
        return None
    ids = member.rollout.token_ids
    start = next((i for i, s in enumerate(steps) if s >= context.prefix), len(ids))
    ended = start == len(ids) and member.rollout.stop is StopReason.END
    kept = ids[:-1] if ended else ids[:start]
    open_line = start == len(ids) and not member.rollout.text.endswith("\n")
    opening = "\n" * open_line if start == len(ids) else _opening(policy, domain, member, context.prefix, start)
    reply = policy.encode(opening + context.correction)
    if policy.end_id is not None and domain.answer(context.correction) is not None:
        reply.append(policy.end_id)
    return Target(Exchange((*prompt, *kept), tuple(reply)), 2 * routed.weight, member.rollout.index)


def _opening(policy: Engine, domain: Domain, member: Judged, place: int, start: int) -> str:
    """Return what stands between a rollout's token `start` and its step's words: a blank, a label, mostly nothing."""
    text, steps = member.rollout.text, domain.split(member.rollout.text)
    if place >= len(steps):
        return ""  # nothing but blanks was written
    step = steps[place]
    at = sum(map(len, policy.pieces(member.rollout.token_ids)[:start]))
    return text[at : max(at, text.rfind(step.text, step.start, step.end))]
