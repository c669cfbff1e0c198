"""From judged groups to training rows: the tokens that are moved, and by what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.engine.protocol import Engine, Exchange, Target, TrainingRow
from workbench.memory.retrieval import Recalled
from workbench.methods.contexts import TeacherContext, teacher_context
from workbench.methods.routing import Route, Routed, route_group, step_weights, token_advantages, token_steps
from workbench.types import Diagnosis, Group, Judged, Judgement, StepVerdict, StopReason, Verdict
from workbench.verification.text.steps import split


@dataclass(frozen=True)
class Signals:
    """Everything that one group trains on."""

    rows: tuple[TrainingRow, ...]
    targets: tuple[Target, ...]
    routes: tuple[Route, ...]
    contexts: tuple[TeacherContext | None, ...]


def pmd_signals(policy: Engine, group: Group, recalled: Recalled, blame: float = 1.0, affirm: float = 0.0) -> Signals:
    """Procedural memory distillation with step verdicts: each rollout by its own route.

    `blame`: share of the policy gradient that distilled rollouts feel; 0 routes purely. `affirm`: weight of
    distilling the teacher, reading the problem alone, on right rollouts with no step proved wrong.
    """
    prompt = tuple(policy.problem_ids(group.problem.text))
    rows, targets, contexts = [], [], []
    decisions = route_group(group)
    # Rollouts that say the same have the same verdict, so the same signal.
    made: dict[tuple[int, ...], tuple[TrainingRow, TeacherContext | None, Target | None]] = {}
    for member, routed in zip(group.members, decisions, strict=True):
        ids = member.rollout.token_ids
        if ids not in made:
            context = teacher_context(group, member, routed, recalled)
            steps = token_steps(policy.pieces(ids), member.rollout.text)
            row = _row(policy, group, member, routed, context, prompt, steps, blame)
            row = _affirmed(row, routed, affirm) if affirm and routed.route is Route.REINFORCE else row
            made[ids] = row, context, _target(policy, member, context, prompt, steps, routed)
        row, context, target = made[ids]
        rows.append(row)
        contexts.append(context)
        if target is not None:
            targets.append(replace(target, member=member.rollout.index))
    return Signals(tuple(rows), tuple(targets), tuple(d.route for d in decisions), tuple(contexts))


def by_outcome(group: Group) -> Group:
    """The group with what its final answers alone tell: all steps of a right solution pass, none else is decided."""

    def forget(verdict: Verdict) -> Verdict:
        told = (
            (Judgement.CORRECT, Diagnosis.VALID)
            if verdict.answer_correct
            else (Judgement.UNKNOWN, Diagnosis.UNDECIDED)
        )
        return replace(verdict, steps=tuple(StepVerdict(step.text, *told) for step in verdict.steps))

    return replace(group, members=tuple(replace(m, verdict=forget(m.verdict)) for m in group.members))


def _row(
    policy: Engine,
    group: Group,
    member: Judged,
    routed: Routed,
    context: TeacherContext | None,
    prompt: tuple[int, ...],
    steps: Sequence[int],
    blame: float,
) -> TrainingRow:
    ids, scale = member.rollout.token_ids, 2 * routed.weight
    diverging = context.prefix if context and context.correction is not None else None
    weights = step_weights(steps, routed, diverging) if context else [0.0] * len(ids)
    share = scale / len(ids) * (1.0 if context is None else blame)
    advantages = tuple(a * share for a in token_advantages(steps, routed, diverging))
    help_ids = tuple(policy.problem_ids(group.problem.text, context.help)) if context else None
    return TrainingRow(
        exchange=Exchange(prompt, ids),
        sampled=member.rollout.logprobs,
        advantages=advantages,
        distil=tuple(w * scale for w in weights),
        teacher_prompt=help_ids,
    )


def _affirmed(row: TrainingRow, routed: Routed, affirm: float) -> TrainingRow:
    """A right rollout's row with the teacher's distribution on each token, the problem alone before it."""
    weight = 2 * routed.weight * affirm / len(row.sampled)
    return replace(row, distil=(weight,) * len(row.sampled), teacher_prompt=tuple(row.exchange.prompt))


def _target(
    policy: Engine,
    member: Judged,
    context: TeacherContext | None,
    prompt: tuple[int, ...],
    steps: Sequence[int],
    routed: Routed,
) -> Target | None:
    """The corrected step after the rollout's own tokens up to it, which are never re-tokenised; None without one."""
    if context is None or context.correction is None:
        return None
    ids = member.rollout.token_ids
    start = next((i for i, s in enumerate(steps) if s >= context.prefix), len(ids))
    ended = start == len(ids) and member.rollout.stop is StopReason.END
    kept = ids[:-1] if ended else ids[:start]
    open_line = start == len(ids) and not member.rollout.text.endswith("\n")
    opening = "\n" * open_line if start == len(ids) else _opening(policy, member, context.prefix, start)
    reply = policy.encode(opening + context.correction)
    if context.correction.startswith("Answer") and policy.end_id is not None:
        reply.append(policy.end_id)
    return Target(Exchange((*prompt, *kept), tuple(reply)), 2 * routed.weight, member.rollout.index)


def _opening(policy: Engine, member: Judged, place: int, start: int) -> str:
    """What a rollout writes between its token `start` and the words of its step: a blank, a label, mostly nothing."""
    text, steps = member.rollout.text, split(member.rollout.text)
    if place >= len(steps):
        return ""  # nothing but blanks was written
    step = steps[place]
    at = sum(map(len, policy.pieces(member.rollout.token_ids)[:start]))
    return text[at : max(at, text.rfind(step.text, step.start, step.end))]


def health(signals: Sequence[Signals], groups: Sequence[Group]) -> Mapping[str, float]:
    """Health of a round's training signal, as shares and counts by name."""
    routes = [r for s in signals for r in s.routes]
    contexts = [c for s in signals for c in s.contexts]
    steps = [v for g in groups for m in g.members for v in m.verdict.steps]
    wanted = sum(r is not Route.REINFORCE for r in routes)
    rows = [row for s in signals for row in s.rows]
    tokens = sum(len(row.sampled) for row in rows)
    moved = sum(1 for row in rows for a, d in zip(row.advantages, row.distil, strict=True) if a or d)
    taught = {
        "teacher_coverage": sum(c is not None for c in contexts),
        "correction_share": sum(c is not None and c.correction is not None for c in contexts),
    }
    return {
        **{f"route_{r}": routes.count(r) / len(routes) for r in Route},
        # Where no rollout is to be distilled, as in methods without routes, neither is a share of anything.
        **{name: count / wanted for name, count in taught.items() if wanted},
        "teacher_tokens": float(
            sum(
                len(row.teacher_prompt) + len(row.exchange.reply)
                for row in rows
                if row.teacher_prompt is not None and any(row.distil)
            )
        ),
        "unknown_share": sum(v.judgement == "unknown" for v in steps) / max(1, len(steps)),
        "repeated_steps": _repeated(groups) / max(1, len(steps)),
        "masked_tokens": 1 - moved / max(1, tokens),
        "all_equal_groups": sum(g.solved in (0, len(g.members)) for g in groups) / len(groups),
        "memory_hits": sum(bool(c and c.used) for c in contexts) / wanted if wanted else 0.0,
    }


def _repeated(groups: Sequence[Group]) -> int:
    """Steps that say word for word what an earlier one of the same solution says."""
    verdicts = [m.verdict for g in groups for m in g.members]
    return sum(len(v.steps) - len({step.text for step in v.steps}) for v in verdicts)
