"""What every tab of the app works with."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engine.fetch import SMOLLM2, TUTOR, cache_folder
from workbench.evaluation.audit import Audit, audit
from workbench.problems.splits import problems_of
from workbench.run.plan import IN_USE, verifier_named
from workbench.store import Store
from workbench.store.runfile import even_sample
from workbench.types import Problem

if TYPE_CHECKING:
    from workbench.engine.policy import Policy
    from workbench.verification import Verifier


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

    def verifier(self) -> Verifier:
        """Return the version that is in use now: people put others in use while the app is open.

        Raises `BadInput` for one that was made for an older builtin verifier.
        """
        return verifier_named(IN_USE, self.store.path)


def models_at_hand(runs_folder: Path, run: Path | None) -> dict[str, Path]:
    """Return the shipped tutor, SmolLM2 if fetched, the runs' models, and last the one to show beside the base.

    That is the model of the run in the folder `run`, if it has one; else the shipped trained model; without
    that, the latest run's.
    """
    made = sorted(runs_folder.glob("*/model/config.json"), key=lambda path: path.stat().st_mtime)[-MOST_RUNS:]
    folders = {path.parent.parent.name: path.parent for path in made}
    found = {BASE: SHIPPED[BASE]}
    if (cache_folder() / "config.json").is_file():
        found[SMOLLM2] = cache_folder()
    found |= folders
    if (SHIPPED[TRAINED] / "config.json").is_file():
        found[TRAINED] = SHIPPED[TRAINED]
    if run is not None and (run / "model" / "config.json").is_file():
        found.pop(run.name, None)
        found[run.name] = run / "model"
    return found


# Policies that the app has open: each loaded once, whoever asks first, and shared by all.


MOST_OPEN = 4
"""Policies kept at once; the one that was used longest ago goes first."""
MODELS_AT_ONCE = 2
"""How many people's requests to models are worked on at the same time; the others wait in one queue."""

_lock = threading.Lock()
_open: OrderedDict[Path, Policy] = OrderedDict()


def open_policy(folder: Path) -> Policy:
    """Return the policy in a model's folder. Raise `BadInput` for a folder that is none.

    Safe from several threads: a second caller waits for the first one's loading and gets the same policy.
    """
    from workbench.config import ModelSettings
    from workbench.engine.policy import load_policy

    with _lock:
        if folder not in _open:
            _open[folder] = load_policy(ModelSettings(path=str(folder)))
            while len(_open) > MOST_OPEN:
                _open.popitem(last=False)
        _open.move_to_end(folder)
        return _open[folder]


# What the tabs read of runs, kept for a while: an audit of a large run takes seconds.


KEPT = 4
"""Runs whose audit is kept."""
FRESH = 20.0
"""Seconds for which an audit serves although the store has grown, as it does all the time while a run trains."""


@dataclass(frozen=True)
class Audited:
    """The audit of a run, with its problems by id."""

    audit: Audit
    problems: Mapping[str, Problem]
    note: str
    """What is to be said where the store does not have all rollouts."""


class Audits:
    """Audits of runs, shared by everybody who looks: they are read-only, and made anew when the store has grown.

    While a run trains, one is at most `FRESH` seconds behind.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._made: OrderedDict[str, tuple[tuple[int, int], float, Audited]] = OrderedDict()
        """By run: how far the store was, when that was, and the audit."""

    def of(self, run: str) -> Audited:
        """The audit of a run. Raises `BadInput` for an unknown run."""
        growth = self._store.verdicts.growth(run)
        with self._lock:
            at, made, found = self._made.get(run, (None, 0.0, None))
            if found is None or (at != growth and time.monotonic() - made > FRESH):
                found = audited(self._store, run)
                self._made[run] = growth, time.monotonic(), found
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(run)
            return found


def audited(store: Store, run: str) -> Audited:
    """The audit of a run; of an imported part of one, that of its even sample."""
    info, judged, problems = store.runs.info(run), store.verdicts.judged(run), problems_of(store, run)
    sample = even_sample(judged, info.evenly)
    note = ""
    if info.evenly is not None:
        note = (
            f"This run came from a file with a part of its rollouts; shares are of an even sample of {len(sample):,}."
        )
    return Audited(audit(sample, problems), problems, note)
