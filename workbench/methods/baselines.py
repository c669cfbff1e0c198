"""The opponents of PMD in the same loop: what each makes of a judged group. None has memory.

`grpo` and `rft` see final answers alone. `sdpo` sees a sibling's solution or, of step verdicts, the reason that the
verifier gives for the first error, but weighs all tokens alike. `sft` sees the worked solution, as `sdpo` does where
it is known, which only the comparison that allows it to all methods may use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.engine.losses import group_advantages
from workbench.engine.protocol import Engine, Exchange, Target, TrainingRow
from workbench.methods.pmd import Signals
from workbench.methods.routing import Route
from workbench.prompts import NO_HELP, Help, solution_text
from workbench.types import Group, Judged

Feedback = Literal["siblings", "verifier"]


def grpo_signals(policy: Engine, group: Group, anchor: float = 0.0) -> Signals:
    """Group-relative policy gradient on whole solutions by their final answers (arXiv 2402.03300).

    `anchor`: weight of the divergence from the teacher, which reads the problem alone; with a frozen teacher at
    temperature 1 and without doubt it is the paper's KL term.
    """
    advantages = group_advantages([float(m.verdict.answer_correct) for m in group.members])
    prompt = tuple(policy.problem_ids(group.problem.text))
    rows = [
        _row(prompt, m, advantage, anchor, prompt if anchor else None)
        for m, advantage in zip(group.members, advantages, strict=True)
    ]
    return _signals(rows)


def sdpo_signals(policy: Engine, group: Group, feedback: Feedback) -> Signals:
    """Self-distillation on every token, from the policy that reads what its group found (arXiv 2601.20802).

    The teacher reads the first successful sibling; where there is none and `feedback` is `verifier`, the reason
    given for the rollout's first error. A rollout with neither trains nothing, as in the published code. Where the
    worked solution is known, that is what the teacher reads.
    """
    prompt = tuple(policy.problem_ids(group.problem.text))
    rows = []
    for member in group.members:
        help = _feedback(group, member, feedback)
        taught = tuple(policy.problem_ids(group.problem.text, help)) if help != NO_HELP else None
        rows.append(_row(prompt, member, 0.0, 1.0 if taught else 0.0, taught))
    return _signals(rows)


def _feedback(group: Group, member: Judged, feedback: Feedback) -> Help:
    if group.problem.solution:
        return Help(solved=((group.problem.text, group.problem.solution),))
    right = (m for m in group.members if m is not member and m.verdict.answer_correct)
    sibling = next(right, None)
    if sibling is not None:
        lines = tuple(step.text for step in sibling.verdict.steps)
        return Help(solved=((group.problem.text, lines),))
    error = member.verdict.first_error
    if feedback == "verifier" and error is not None:
        return Help(lessons=(member.verdict.steps[error].reason,))
    return NO_HELP


def rft_signals(policy: Engine, group: Group) -> Signals:
    """Cross-entropy of the distinct rollouts with the right answer: rejection fine-tuning (arXiv 2308.01825)."""
    prompt = tuple(policy.problem_ids(group.problem.text))
    right = {m.rollout.token_ids for m in group.members if m.verdict.answer_correct}
    targets = [Target(Exchange(prompt, ids), 1.0) for ids in sorted(right)]
    return _signals([_row(prompt, m, 0.0, 0.0, None) for m in group.members], targets)


def sft_signals(policy: Engine, group: Group) -> Signals:
    """Cross-entropy of the worked solution, with the weight of a whole group."""
    prompt = tuple(policy.problem_ids(group.problem.text))
    end = () if policy.end_id is None else (policy.end_id,)
    reply = (*policy.encode(solution_text(group.problem.solution)), *end)
    targets = [Target(Exchange(prompt, reply), float(len(group.members)))]
    return _signals([_row(prompt, m, 0.0, 0.0, None) for m in group.members], targets)


def _row(
    prompt: tuple[int, ...], member: Judged, advantage: float, distil: float, taught: tuple[int, ...] | None
) -> TrainingRow:
    """A rollout whose every token shares one advantage and one weight, each divided by its length."""
    ids = member.rollout.token_ids
    return TrainingRow(
        exchange=Exchange(prompt, ids),
        sampled=member.rollout.logprobs,
        advantages=(advantage / len(ids),) * len(ids),
        distil=(distil / len(ids),) * len(ids),
        teacher_prompt=taught,
    )


def _signals(rows: Sequence[TrainingRow], targets: Sequence[Target] = ()) -> Signals:
    return Signals(tuple(rows), tuple(targets), (Route.REINFORCE,) * len(rows), (None,) * len(rows))
