"""The measurements that ship with the project: JSON files, each with the command, commit and machine it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench import resources
from workbench.errors import BadInput
from workbench.files import read_text
from workbench.types import Estimate

FOLDER = resources.RESULTS


def read_result(name: str) -> Mapping[str, Any]:
    """A committed result by its file's name. Raises `BadInput` with the names there are."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.json"))) or "none; run from a checkout of the project"
        raise BadInput(f"There is no result {name!r} in {FOLDER}; there are {known}.")
    found: Mapping[str, Any] = json.loads(read_text(path))
    return found


def interval(figure: Mapping[str, float]) -> Estimate:
    """A figure of a result as a record."""
    return Estimate(figure["value"], figure["low"], figure["high"])


def by_split(result: Mapping[str, Any], figure: str = "gain", rate: str = "solve_rate") -> dict[str, Estimate]:
    """One figure of a training run's result on each split: `before`, `after` or `gain`."""
    return {split: interval(found[rate][figure]) for split, found in result["splits"].items()}
