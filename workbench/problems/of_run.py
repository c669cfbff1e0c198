"""The problems that a run's rollouts are about."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.problems.readers import read_problems
from workbench.problems.splits import load_split
from workbench.store import Store
from workbench.types import Problem


def problems_of(store: Store, run: str) -> dict[str, Problem]:
    """A run's problems by id: as recorded, else from the file that its configuration names.

    Empty where that file is gone: rollouts are then shown without their problem's words. Raises `BadInput`
    for an unknown run.
    """
    if recorded := store.problems(run):
        return recorded
    try:
        path = json.loads(store.run_info(run).config)["problems"]["path"]
        found = load_split("train") if path is None else read_problems(Path(path))
    except (WorkbenchError, ValueError, KeyError, TypeError):
        return {}
    return {p.id: p for p in found}
