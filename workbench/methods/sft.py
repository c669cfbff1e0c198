"""SFT: fine-tuning on the worked solution of each problem.

It is the plain baseline of the comparison in which every method may read worked solutions. How this differs from
usual fine-tuning: its problems come from the rounds of the loop, and a solution weighs as much as a whole group of
rollouts, so that its updates are as many and as large as the other methods'. The rollouts are only measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from workbench.engine.protocol import Engine, Exchange, Target
from workbench.methods.method import MethodSettings, RoundContext, Signals, Taught, whole_row
from workbench.prompts import solution_text
from workbench.types import Group


class SftSettings(MethodSettings):
    """Settings of sft: none of its own."""

    name: Literal["sft"] = "sft"
    """Fine-tuning on worked solutions."""


@dataclass(frozen=True)
class Sft:
    """Supervised fine-tuning."""

    name: ClassVar[str] = "sft"
    settings: ClassVar[type[SftSettings]] = SftSettings
    needs_solution: ClassVar[bool] = True
    remembers: ClassVar[bool] = False

    def teach(self, groups: Sequence[Group], context: RoundContext[SftSettings]) -> Taught:
        with context.stage("signals"):
            return Taught(tuple(sft_signals(context.policy, group) for group in groups))


def sft_signals(policy: Engine, group: Group) -> Signals:
    """Return the worked solution as the target, with the weight of the whole group."""
    prompt = tuple(policy.problem_ids(group.problem.text))
    end = () if policy.end_id is None else (policy.end_id,)
    reply = (*policy.encode(solution_text(group.problem.solution)), *end)
    target = Target(Exchange(prompt, reply), float(len(group.members)))
    return Signals(tuple(whole_row(prompt, m) for m in group.members), (target,))


SFT = Sft()
