"""GRPO: group-relative policy gradient on whole solutions, by their final answers (arXiv 2402.03300).

How this differs from the paper:

- The update is one clipped step on each share of a round's rollouts. There is no reference model unless `anchor`
  asks for one. The paper's KL term is `anchor` with `teacher: frozen`, `teacher_temperature: 1` and
  `entropy_weighting: 0`, as a divergence over the whole vocabulary, not the paper's estimate from one token.
- `sharpening`, off by default, is ours: entropy minimisation on right rollouts (arXiv 2505.15134), as in PMD.
- What a run evaluates and leaves behind is the moving average of the policy's weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from workbench.engine.protocol import Engine, LossSettings
from workbench.methods.method import RoundContext, Signals, Taught, TeacherSettings, whole_row
from workbench.methods.routing import group_advantages, question_weight
from workbench.types import Group


class GrpoSettings(TeacherSettings):
    """Settings of grpo."""

    name: Literal["grpo"] = "grpo"
    """Group-relative policy gradient on final answers."""
    anchor: float = Field(default=0.0, ge=0)
    """Weight of the divergence from the teacher that reads the problem alone, on every rollout. With a frozen
    teacher, `teacher_temperature` 1 and `entropy_weighting` 0 it is a KL anchor."""
    sharpening: float = Field(default=0.0, ge=0)
    """Weight of the same divergence on rollouts with the right answer alone, times the question's weight; 8 is what
    pmd uses. At a `teacher_temperature` below 1 the policy comes to sample more firmly what it finds likely."""

    @property
    def losses(self) -> LossSettings:
        return self.weighted(distill=1.0, gradient=1.0)


@dataclass(frozen=True)
class Grpo:
    """Group-relative policy gradient."""

    name: ClassVar[str] = "grpo"
    settings: ClassVar[type[GrpoSettings]] = GrpoSettings
    needs_solution: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def teach(self, groups: Sequence[Group], context: RoundContext[GrpoSettings]) -> Taught:
        with context.stage("signals"):
            return Taught(tuple(grpo_signals(context.policy, group, context.settings) for group in groups))


def grpo_signals(policy: Engine, group: Group, settings: GrpoSettings = GrpoSettings()) -> Signals:
    """Return each rollout with its group-relative advantage, spread over its tokens."""
    right = [member.verdict.answer_correct for member in group.members]
    prompt = tuple(policy.problem_ids(group.problem.text))
    sharpened = 2 * question_weight(sum(right), len(right)) * settings.sharpening
    rows = []
    for member, advantage in zip(group.members, group_advantages([float(r) for r in right]), strict=True):
        weight = settings.anchor + (sharpened if member.verdict.answer_correct else 0.0)
        rows.append(whole_row(prompt, member, advantage, weight, prompt if weight else None))
    return Signals(tuple(rows))


GRPO = Grpo()
