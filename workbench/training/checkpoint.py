"""Checkpoints: staged, hashed, renamed. A folder counts only with its seal, so a kill leaves no half of one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from workbench.engine.learner import HuggingFaceLearner
from workbench.engine.policy import Policy
from workbench.errors import StorageError
from workbench.files import free_space_check, make_folder, refused
from workbench.memory.state import MemoryState
from workbench.types import Round

KEEP = 2
_SEAL = "COMPLETE.json"
_MEMORY = TypeAdapter(MemoryState)


@dataclass
class State:
    """All that a run carries from one round to the next."""

    learner: HuggingFaceLearner
    memory: MemoryState
    round: int
    """The round that comes next."""
    seconds: float
    """Training time so far, evaluation not counted."""

    @property
    def policy(self) -> Policy:
        return self.learner.policy

    @property
    def average(self) -> Policy:
        return self.learner.average

    @property
    def teacher(self) -> Policy:
        return self.learner.teacher

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        return self.learner.optimizer


def save(folder: Path, state: State) -> Path:
    """Write the state under `folder/round-N`, drop all but the newest two. Raises `StorageError`."""
    final = folder / f"round-{state.round:06d}"
    staging = folder / f".staging-{state.round:06d}-{os.getpid()}"
    make_folder(folder)
    for stale in folder.glob(".staging-*"):
        shutil.rmtree(stale, ignore_errors=True)
    try:
        staging.mkdir()
        _write(staging, state)
        seal = {file.name: _digest(file) for file in sorted(staging.iterdir())}
        (staging / _SEAL).write_text(json.dumps(seal))
        _sync(staging)
        if final.exists():
            shutil.rmtree(final)
        staging.rename(final)
    except SafetensorError as error:
        raise StorageError(f"The checkpoint cannot be written to {folder} ({error}); free some space.") from error
    except OSError as error:
        raise refused(folder, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    for old in _complete(folder)[:-KEEP]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def _write(folder: Path, state: State) -> None:
    save_file(_trained(state.policy), folder / "policy.safetensors")
    save_file(_trained(state.average), folder / "average.safetensors")
    if state.teacher is not state.average:
        save_file(_trained(state.teacher), folder / "teacher.safetensors")
    moments = state.optimizer.state_dict()["state"]
    save_file(
        {f"{i}/{name}": value for i, entry in moments.items() for name, value in entry.items()},
        folder / "optimizer.safetensors",
    )
    (folder / "memory.json").write_bytes(_MEMORY.dump_json(state.memory))
    (folder / "state.json").write_text(
        json.dumps({"round": state.round, "seconds": state.seconds, "updates": state.learner.updates})
    )


def _trained(policy: Policy) -> Mapping[str, torch.Tensor]:
    """The weights that training moves: all of them, or the adapters'. Tied weights stand once."""
    return {name: p.detach().contiguous() for name, p in policy.model.named_parameters() if _moves(name, policy)}


def _moves(name: str, policy: Policy) -> bool:
    return not hasattr(policy.model, "peft_config") or "lora_" in name


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _sync(folder: Path) -> None:
    for entry in (*folder.iterdir(), folder):
        descriptor = os.open(entry, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _complete(folder: Path) -> list[Path]:
    """Sealed checkpoints, oldest first."""
    return sorted(p for p in folder.glob("round-*") if (p / _SEAL).exists())


def newest(folder: Path) -> Path | None:
    """The newest checkpoint whose files are what its seal says; None without one."""
    for path in reversed(_complete(folder)):
        try:
            seal = json.loads((path / _SEAL).read_text())
            if all(_digest(path / name) == digest for name, digest in seal.items()):
                return path
        except (OSError, ValueError):
            continue
    return None


@torch.no_grad()
def restore(path: Path, state: State) -> None:
    """Put a checkpoint's content into a state of the same shape. Raises `StorageError` if shapes differ."""
    restore_policy(path, state.policy)
    restore_policy(path, state.average, "average")
    if state.teacher is not state.average:
        restore_policy(path, state.teacher, "teacher")
    flat = load_file(path / "optimizer.safetensors")
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in flat.items():
        index, name = key.split("/")
        moments.setdefault(int(index), {})[name] = value
    groups = state.optimizer.state_dict()["param_groups"]
    state.optimizer.load_state_dict({"state": moments, "param_groups": groups})
    state.memory = _MEMORY.validate_json((path / "memory.json").read_bytes())
    numbers = json.loads((path / "state.json").read_text())
    state.round, state.seconds = numbers["round"], numbers["seconds"]
    state.learner.updates = numbers["updates"]


def restore_learned(path: Path, policy: Policy) -> None:
    """Put what a checkpoint's run had learned into a policy of the same shape. Raises as `restore_policy`."""
    restore_policy(path, policy, "average")


@torch.no_grad()
def restore_policy(path: Path, policy: Policy, name: str = "policy") -> None:
    """Put a checkpoint's weights into a policy of the same shape. Raises `StorageError` where it cannot be."""
    file = path / f"{name}.safetensors"
    if not file.is_file():
        raise StorageError(f"The checkpoint {path} has no {file.name}; an earlier version made it, start a new run.")
    stored = load_file(file)
    for key, parameter in policy.model.named_parameters():
        if not _moves(key, policy):
            continue
        if key not in stored or stored[key].shape != parameter.shape:
            raise StorageError(f"The checkpoint {path} is of another model; start a run of another name.")
        parameter.copy_(stored[key])


def save_policy(folder: Path, policy: Policy) -> None:
    """Write a policy's weights alone into `folder`, whole or not at all; `restore_policy` reads them."""
    make_folder(folder)
    draft = folder / f".{os.getpid()}.tmp"
    try:
        save_file(_trained(policy), draft)
        draft.replace(folder / "policy.safetensors")
    except SafetensorError as error:
        raise StorageError(f"The weights cannot be written to {folder} ({error}); free some space.") from error
    except OSError as error:
        raise refused(folder, error) from error
    finally:
        draft.unlink(missing_ok=True)


def read_memory(path: Path) -> MemoryState:
    """The memory in a checkpoint."""
    return _MEMORY.validate_json((path / "memory.json").read_bytes())


def check_space(folder: Path, policy: Policy) -> None:
    """Raise `StorageError` now if the checkpoints of this policy will not fit on the disk later."""
    make_folder(folder)
    trained = sum(p.numel() * p.element_size() for p in policy.model.parameters() if p.requires_grad)
    # Policy, average, teacher and two moments, in each kept checkpoint and the one being staged.
    free_space_check(folder, 5 * trained * (KEEP + 1))


# Collapse: signs that training is destroying the policy rather than improving it.


PATIENCE = 3
"""Rounds in a row that must all show the sign."""

Metrics = Mapping[str, float]
Sign = Callable[[Metrics, Metrics], bool]
"""Whether a round shows it, beside the first round: a policy that starts so has not collapsed."""


def _rose(name: str, limit: float) -> Sign:
    """A share that is above its limit and was at most half of it."""
    return lambda first, now: first.get(name, 0.0) <= limit / 2 and now.get(name, 0.0) > limit


def _random(first: Metrics, now: Metrics) -> bool:
    """Entropy in nats. It falls in sound training; a method that moves no sampled token reports 0."""
    return now.get("entropy", 0.0) > max(2.0, 3 * first.get("entropy", 0.0))


def _rigid(first: Metrics, now: Metrics) -> bool:
    """Entropy near 0 alone is what a policy that has learned shows too: it must also solve less than before."""
    lost = now.get("solve_share", 1.0) < first.get("solve_share", 0.0) / 2
    return lost and first.get("entropy", 0.0) > 0.01 > now.get("entropy", 1.0)


def _short(first: Metrics, now: Metrics) -> bool:
    return now.get("mean_tokens", 1.0) < first.get("mean_tokens", 0.0) / 4


_SIGNS: tuple[tuple[Sign, str], ...] = (
    (_rose("cut_off_share", 0.5), "more than half of its solutions never end"),
    (_rose("unknown_share", 0.8), "most of its lines can no longer be read"),
    (_rose("repeated_steps", 0.5), "more than half of its lines repeat an earlier one"),
    (_short, "its solutions have shrunk to less than a quarter of their length"),
    (_random, "it writes almost at random"),
    (_rigid, "it always writes the same and solves less than half of what it did"),
)


def collapse(rounds: Sequence[Round]) -> str | None:
    """What is wrong with the policy, in words; None while it is sound.

    Only what was not so in the first round counts: a model that starts unreadable has not collapsed.
    """
    if len(rounds) <= PATIENCE:
        return None
    first, last = rounds[0].metrics, rounds[-PATIENCE:]
    return next((words for sign, words in _SIGNS if all(sign(first, r.metrics) for r in last)), None)
