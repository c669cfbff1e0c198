"""What every tab of the app works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.store import Store
from workbench.training.fetch import SMOLLM2, TUTOR, cache_folder

BASE, TRAINED = "base", "trained"
SHIPPED = {BASE: TUTOR, TRAINED: TUTOR.parent / "tutor-pmd"}
MOST_RUNS = 20
"""Runs whose models can be chosen: the latest ones."""


@dataclass(frozen=True)
class AppContext:
    """The app's surroundings, fixed at its start. State of one person lives in gradio's session state, not here."""

    store: Store
    run: str | None
    """The run that Memory and Progress open on; None in an empty store."""
    models: dict[str, Path]
    """Policies to choose from by name; the first is the untrained one, the last the one shown beside it."""
    signed_in: bool = False
    """Whether people sign in, so that the annotator's name comes from there."""


def models_at_hand(runs_folder: Path, run: str | None) -> dict[str, Path]:
    """The shipped tutor, SmolLM2 if it was fetched, the runs' models, and last the one to show beside the base.

    That is the model of `run`; without one, the shipped trained model; without that, the latest run's.
    """
    made = sorted(runs_folder.glob("*/model/config.json"), key=lambda path: path.stat().st_mtime)[-MOST_RUNS:]
    folders = {path.parent.parent.name: path.parent for path in made}
    found = {BASE: SHIPPED[BASE]}
    if (cache_folder() / "config.json").is_file():
        found[SMOLLM2] = cache_folder()
    found |= folders
    if (SHIPPED[TRAINED] / "config.json").is_file():
        found[TRAINED] = SHIPPED[TRAINED]
    if run is not None and run in found:
        found[run] = found.pop(run)
    return found
