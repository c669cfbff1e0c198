"""A Hugging Face policy that is being trained: its optimizer, its moving average and its teacher, saved together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from peft import PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from workbench.engine.policy import Policy
from workbench.engine.protocol import LossSettings, Target, TrainingRow
from workbench.engine.update import update
from workbench.errors import StorageError
from workbench.settings import TrainingSettings

POLICY, AVERAGE, TEACHER = "policy", "average", "teacher"
"""Names of weights in a folder."""


@dataclass(eq=False)
class HuggingFaceLearner:
    """A policy with what its training needs. It is moved in place."""

    policy: Policy
    average: Policy
    """The moving average of the policy's weights: what is learned, steadier than the last step."""
    teacher: Policy
    """The average itself, or a copy of the weights at the start."""
    optimizer: torch.optim.Optimizer
    clip_norm: float
    ema_rate: float
    updates: int = 0
    """How many were made."""

    def update(
        self, rows: Sequence[TrainingRow], targets: Sequence[Target], losses: LossSettings
    ) -> dict[str, float]:
        """Make one optimizer update, move the average, and return the losses by name."""
        policy, teacher = self.policy.network, self.teacher.network
        terms = update(policy, teacher, self.optimizer, rows, targets, losses, self.clip_norm)
        move_average(self.average, self.policy, self.ema_rate, self.updates)
        self.updates += 1
        return terms

    @property
    def checkpoint_bytes(self) -> int:
        """Bytes of policy, average, teacher and the optimizer's two moments."""
        trained = [p for p in self.policy.network.model.parameters() if p.requires_grad]
        return 5 * sum(int(p.numel()) * int(p.element_size()) for p in trained)

    def save(self, folder: Path) -> None:
        """Write all that training moves into a folder. Raises `StorageError`; the folder is then of no use."""
        moments = self.optimizer.state_dict()["state"]
        parts = {POLICY: _trained(self.policy), AVERAGE: _trained(self.average)}
        if self.teacher is not self.average:
            parts[TEACHER] = _trained(self.teacher)
        parts["optimizer"] = {f"{i}/{key}": value for i, entry in moments.items() for key, value in entry.items()}
        try:
            for name, tensors in parts.items():
                save_file(tensors, folder / f"{name}.safetensors")
        except SafetensorError as error:
            raise StorageError(f"The checkpoint cannot be written to {folder} ({error}); free some space.") from error
        (folder / "learner.json").write_text(json.dumps({"updates": self.updates}))

    def restore(self, folder: Path) -> None:
        """Read what `save` wrote. Raises `StorageError` if it is of another model."""
        restore_weights(folder, self.policy)
        restore_weights(folder, self.average, AVERAGE)
        if self.teacher is not self.average:
            restore_weights(folder, self.teacher, TEACHER)
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in load_file(folder / "optimizer.safetensors").items():
            index, name = key.split("/")
            moments.setdefault(int(index), {})[name] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        numbers = folder / "learner.json"
        if numbers.is_file():
            self.updates = int(json.loads(numbers.read_text())["updates"])
        else:  # written before the number was kept: the optimizer's own count, which leaves out updates of nothing
            self.updates = int(max((entry["step"].item() for entry in moments.values()), default=0))


def learner(
    policy: Policy, training: TrainingSettings, teacher: Literal["ema", "frozen"] = "ema"
) -> HuggingFaceLearner:
    """Return a learner before its first update. The teacher is the moving average, or a copy of the policy now."""
    optimizer = torch.optim.AdamW(
        [p for p in policy.network.model.parameters() if p.requires_grad],
        lr=training.learning_rate,
        betas=(0.9, 0.95),
        weight_decay=training.weight_decay,
    )
    average = policy.frozen_copy()
    return HuggingFaceLearner(
        policy,
        average,
        average if teacher == "ema" else policy.frozen_copy(),
        optimizer,
        training.clip_norm,
        training.ema_rate,
    )


@torch.no_grad()
def move_average(average: Policy, policy: Policy, rate: float, updates: int) -> None:
    """Move the average a step towards the policy, after an update.

    `updates`: how many there were before. The steps are longer at first, so that the average does not trail: the
    share of update t is 9 / (10 + t), but at least `rate`.
    """
    share = max(rate, 9 / (10 + updates))
    pairs = zip(average.network.model.parameters(), policy.network.model.parameters(), strict=True)
    for old, new in pairs:
        old.lerp_(new.detach(), share)


# Weights alone: those that training moves, which are all of them or the adapters'.


def _trained(policy: Policy) -> dict[str, torch.Tensor]:
    """The weights that training moves. Tied weights stand once."""
    parameters = policy.network.model.named_parameters()
    return {name: p.detach().contiguous() for name, p in parameters if _moves(name, policy)}


def _moves(name: str, policy: Policy) -> bool:
    return not isinstance(policy.network.model, PeftModel) or "lora_" in name


@torch.no_grad()
def restore_weights(folder: Path, policy: Policy, name: str = POLICY) -> None:
    """Put stored weights into a policy of the same shape. Raises `StorageError` where it cannot be."""
    file = folder / f"{name}.safetensors"
    if not file.is_file():
        raise StorageError(
            f"The checkpoint {folder} has no {file.name}; an earlier version made it, start a new run."
        )
    stored = load_file(file)
    for key, parameter in policy.network.model.named_parameters():
        if not _moves(key, policy):
            continue
        if key not in stored or stored[key].shape != parameter.shape:
            raise StorageError(f"The checkpoint {folder} is of another model; start a run of another name.")
        parameter.copy_(stored[key])
