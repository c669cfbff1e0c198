"""A training run for looking at: the loop with a store and a folder that go when Python ends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import __version__
from workbench.config import Config
from workbench.store import Store
from workbench.training import checkpoint
from workbench.training.loop import Evaluate, run
from workbench.training.policy import Policy, load_policy
from workbench.types import Problem, Round

NAME = "scratch"
_kept: list[tempfile.TemporaryDirectory[str]] = []
"""Folders of stores: they go with the process, not with the last name that holds them."""


@dataclass(frozen=True)
class Scratch:
    """A run that leaves nothing behind. Asking `rounds` for the next round trains one round."""

    config: Config
    rounds: Iterator[Round]
    store: Store
    folder: tempfile.TemporaryDirectory[str]

    def policy(self) -> Policy:
        """The policy as of the newest checkpoint; the untrained one before the first."""
        policy = load_policy(self.config.model, trainable=True)
        newest = checkpoint.newest(Path(self.folder.name))
        if newest is not None:
            checkpoint.restore_learned(newest, policy)
        return policy


def scratch_store() -> Store:
    """An empty store that goes when Python ends."""
    folder = tempfile.TemporaryDirectory(prefix="workbench-")
    _kept.append(folder)
    return Store.open(Path(folder.name) / "scratch.db")


def scratch_run(config: Config, problems: Sequence[Problem], evaluate: Evaluate | None = None) -> Scratch:
    """Set up a run; nothing is trained yet."""
    folder = tempfile.TemporaryDirectory(prefix="workbench-")
    store = Store.open(Path(folder.name) / "scratch.db")
    store.create_run(NAME, config.model_dump_json(), {"workbench": __version__})
    rounds = run(config, problems, store, NAME, Path(folder.name), evaluate)
    return Scratch(config, rounds, store, folder)
