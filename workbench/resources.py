"""Where the data lie that ship with the project: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = (PACKAGE / "data").is_dir()
"""Whether the package was installed from a wheel. `pyproject.toml` maps `data/` and `notebooks/` into it."""
HOME = PACKAGE if INSTALLED else PACKAGE.parent
"""The folder that holds `data` and `notebooks`."""
REINSTALL = (
    "Install the wheel again with 'pip install --force-reinstall'."
    if INSTALLED
    else "Run 'pip install -e .' in the checkout."
)
"""The remedy where a part of the installation is missing."""

DATA = HOME / "data"
NOTEBOOKS = HOME / "notebooks"
CASES = DATA / "cases"
LABELS = DATA / "labels" / "rollouts.jsonl"
PLANS = DATA / "plans"
PROBLEMS = DATA / "problems"
RESULTS = DATA / "results"
TUTOR = DATA / "models" / "tutor"
TRAINED_RUN = DATA / "models" / "tutor-pmd" / "run.jsonl.gz"
"""The run that made the shipped trained tutor, with its memory and verdicts."""
