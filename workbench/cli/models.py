"""Which model a name on the command line means, and a quiet, offline start of the libraries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from workbench.cli.runs import LATEST, RUNS, find_run
from workbench.errors import BadInput
from workbench.training.fetch import SMOLLM2, model_folder
from workbench.training.quiet import start_quietly

if TYPE_CHECKING:
    from workbench.config import ModelSettings
    from workbench.training.policy import Policy

TUTOR_TOKENS, FOREIGN_TOKENS = 160, 300
"""Longest solutions: a model that did not learn our short steps needs more words for the same."""


def resolve_model(name: str | None, runs_folder: Path = RUNS) -> str | None:
    """What the library calls a model that was named as a run, `latest`, a folder, a hub id or not at all."""
    if name is None or name == SMOLLM2:
        return name
    folder = Path(name).expanduser()
    if (folder / "config.json").is_file():
        return name
    is_run = name == LATEST or (folder / "config.yaml").is_file()
    if not is_run and not (runs_folder / name / "config.yaml").is_file():
        # A mistyped run must not be asked for on the network: a hub id is org/name here.
        if name.strip() and "/" not in name and not folder.exists():
            raise BadInput(f"There is no run or folder {name!r}; a model on the hub is named org/name.")
        return name
    run = find_run(name, runs_folder)
    if not (run / "model" / "config.json").is_file():
        raise BadInput(
            f"The run {run.name!r} has no trained model yet; "
            f"go on with it by 'workbench train --resume --run {run.name}'."
        )
    return str(run / "model")


def prepare(name: str | None) -> str:
    """Make ready for a model that `resolve_model` gave: allocator, silence, no network but for a hub id.

    Returns what transformers loads. Must run before anything imports transformers.
    """
    place = model_folder(name)
    local = Path(place).exists()
    if not local:
        typer.echo(f"Loading {place} from the Hugging Face hub, unless it is in the cache ...", err=True)
    start_quietly(local)
    from workbench.training.hardware import tune_allocator

    tune_allocator()
    return place


def open_policy(settings: ModelSettings) -> Policy:
    """The policy of these settings, libraries made ready first."""
    prepare(settings.path)
    from workbench.training.policy import load_policy

    return load_policy(settings)


def longest_solution(policy: Policy, wanted: int | None) -> int:
    """Tokens after which a solution is cut off."""
    if wanted is not None:
        return wanted
    return FOREIGN_TOKENS if policy.instruction else TUTOR_TOKENS
