"""A Hugging Face policy that is being trained, with the moving average of its weights and its teacher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Literal

import torch

from workbench.engine.policy import Policy
from workbench.engine.protocol import LossSettings, Target, TrainingRow
from workbench.engine.update import move_average, update
from workbench.settings import TrainingSettings


class HuggingFaceLearner:
    """AdamW on a policy's weights. The update may be any number of rows and targets."""

    def __init__(self, policy: Policy, training: TrainingSettings, teacher: Literal["ema", "frozen"]) -> None:
        self.policy, self.training = policy, training
        self.optimizer = torch.optim.AdamW(
            [p for p in policy.model.parameters() if p.requires_grad],
            lr=training.learning_rate,
            betas=(0.9, 0.95),
            weight_decay=training.weight_decay,
        )
        self.average = policy.frozen_copy()
        self.teacher = self.average if teacher == "ema" else policy.frozen_copy()
        self.updates = 0

    def update(
        self, rows: Sequence[TrainingRow], targets: Sequence[Target], losses: LossSettings
    ) -> Mapping[str, float]:
        """Make one optimizer update, move the average, and return the losses by name."""
        weights = {**asdict(losses), "doubt": losses.entropy_weighting, "clip_norm": self.training.clip_norm}
        found = update(self.policy, self.teacher, self.optimizer, rows, targets, SimpleNamespace(**weights))  # type: ignore[arg-type]
        move_average(self.average, self.policy, self.training.ema_rate, self.updates)
        self.updates += 1
        return found


def learner(policy: Policy, training: TrainingSettings, teacher: Literal["ema", "frozen"]) -> HuggingFaceLearner:
    """Return a learner that starts from the policy's weights."""
    return HuggingFaceLearner(policy, training, teacher)
