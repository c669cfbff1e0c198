"""SDPO: self-distillation on every token, from the policy that reads what its group found (arXiv 2601.20802).

How this differs from the paper:

- The teacher reads the first successful sibling; with `feedback: verifier`, where there is none, the reason that the
  verifier gives for the rollout's first error. A rollout with neither trains nothing, as in the published code.
- The divergence is over the whole vocabulary, not the student's top tokens, and there are no importance weights: a
  round's rollouts are distilled at once.
- Where the worked solution is known, that is what the teacher reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from workbench.engine.protocol import Engine, LossSettings
from workbench.methods.method import RoundContext, Signals, Taught, TeacherSettings, whole_row
from workbench.prompts import NO_HELP, Help
from workbench.types import Group, Judged


class SdpoSettings(TeacherSettings):
    """Settings of sdpo. Its teacher is not sharpened and all tokens count alike, as published."""

    name: Literal["sdpo"] = "sdpo"
    """Self-distillation from a successful sibling."""
    feedback: Literal["siblings", "verifier"] = "siblings"
    """Whether the teacher reads right siblings alone, or the verifier's reason where there is none."""
    teacher_temperature: float = Field(default=1.0, gt=0)
    """Softmax temperature of the teacher."""
    entropy_weighting: float = Field(default=0.0, ge=0)
    """How fast a token's weight falls with the teacher's entropy, as exp(-entropy_weighting * entropy)."""
    distill_weight: float = Field(default=0.5, ge=0)
    """Weight of distilling the teacher's distribution."""

    @property
    def losses(self) -> LossSettings:
        return self.weighted(distill=self.distill_weight)


@dataclass(frozen=True)
class Sdpo:
    """Self-distillation policy optimization."""

    name: ClassVar[str] = "sdpo"
    settings: ClassVar[type[SdpoSettings]] = SdpoSettings
    needs_solution: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def teach(self, groups: Sequence[Group], context: RoundContext[SdpoSettings]) -> Taught:
        with context.stage("signals"):
            return Taught(tuple(sdpo_signals(context.policy, group, context.settings) for group in groups))


def sdpo_signals(policy: Engine, group: Group, settings: SdpoSettings = SdpoSettings()) -> Signals:
    """Return each rollout with what its teacher reads, all tokens weighted alike."""
    prompt = tuple(policy.problem_ids(group.problem.text))
    rows = []
    for member in group.members:
        shown = _shown(group, member, settings)
        read = tuple(policy.problem_ids(group.problem.text, shown)) if shown != NO_HELP else None
        rows.append(whole_row(prompt, member, distil=1.0 if read else 0.0, teacher_prompt=read))
    return Signals(tuple(rows))


def _shown(group: Group, member: Judged, settings: SdpoSettings) -> Help:
    """Return what the teacher of one rollout reads beside the problem."""
    if group.problem.solution:
        return Help(solved=((group.problem.text, group.problem.solution),))
    right = (m for m in group.members if m is not member and m.verdict.answer_correct)
    sibling = next(right, None)
    if sibling is not None:
        lines = tuple(step.text for step in sibling.verdict.steps)
        return Help(solved=((group.problem.text, lines),))
    error = member.verdict.located_error
    if settings.feedback == "verifier" and error is not None:
        return Help(lessons=(member.verdict.steps[error].reason,))
    return NO_HELP


SDPO = Sdpo()
