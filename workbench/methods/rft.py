"""RFT: fine-tuning on the distinct rollouts with the right answer (arXiv 2308.01825).

How this differs from the paper: the rollouts come from the policy of each round, not from one fixed model, so it is
repeated in small steps. Solutions are told apart by their tokens, not by their equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from workbench.engine.protocol import Engine, Exchange, Target
from workbench.methods.method import MethodSettings, RoundContext, Signals, Taught, whole_row
from workbench.types import Group


class RftSettings(MethodSettings):
    """Settings of rft: none of its own."""

    name: Literal["rft"] = "rft"
    """Fine-tuning on right rollouts."""


@dataclass(frozen=True)
class Rft:
    """Rejection fine-tuning."""

    name: ClassVar[str] = "rft"
    settings: ClassVar[type[RftSettings]] = RftSettings
    needs_solution: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def teach(self, groups: Sequence[Group], context: RoundContext[RftSettings]) -> Taught:
        with context.stage("signals"):
            return Taught(tuple(rft_signals(context.policy, group) for group in groups))


def rft_signals(policy: Engine, group: Group) -> Signals:
    """Return the distinct right rollouts as targets."""
    prompt = tuple(policy.problem_ids(group.problem.text))
    right = {m.rollout.token_ids for m in group.members if m.verdict.answer_correct}
    targets = [Target(Exchange(prompt, ids), 1.0) for ids in sorted(right)]
    return Signals(tuple(whole_row(prompt, m) for m in group.members), tuple(targets))


RFT = Rft()
