"""Fits the locator of reference mode: where teachers and people marked the first error, and on corruptions.

A logistic regression (Newton's method, ridge) over the steps up to the marked one, as a reader meets them, on
StepVerify's and MR-GSM8K's development parts (CC BY 4.0; MIT) and on GSM8K's training solutions (MIT) gone wrong at a
known step. Every figure is of problems that had no part in the fit: five folds by problem.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from workbench.files import json_object, read_jsonl
from workbench.lab.corruptions import tell
from workbench.lab.others import REASONS, WORD_PROBLEMS, calibration_error
from workbench.lab.rewriting import Unfit
from workbench.lab.step_figures import GOLD, MARKED, Figure
from workbench.statistics import Floats
from workbench.verification.reference import locator, weights
from workbench.verification.reference.alignment import look
from workbench.verification.reference.traits import Traits

FOLDS = 5
RIDGE = 10.0
SHARES = {MARKED: 1.0, REASONS: 1.0, GOLD: 0.3}
"""What a solution of each source weighs; ProcessBench has no part in the fit."""
NEEDED = (MARKED, REASONS, WORD_PROBLEMS, GOLD)
RAREST = 15
"""A trait that fewer steps show has no weight."""
LEAST = 0.02
"""Weights below this are left out."""


_MODE = "reference, problems not fitted on"
FILE = Path(weights.__file__)
"""The module that holds the weights."""


@dataclass(frozen=True)
class Marked:
    """A solution that ends wrong, as the locator sees it, with the step that was marked."""

    source: str
    fold: int
    mark: int
    traits: tuple[Traits, ...]


@dataclass(frozen=True)
class Fit:
    """Weights with how good they are on problems that had no part in them."""

    bias: float
    weights: Mapping[str, float]
    slope: float
    shift: float
    figures: tuple[Figure, ...]


def fit(folder: Path, synthetic: int, seed: int, progress: Callable[[str], None]) -> Fit:
    """Return the weights and their cross-validated figures. Raises `BadInput` for rows that are no JSON objects."""
    marked: list[Marked] = []
    for name in NEEDED[:-1]:
        progress(name)
        marked += _observed(name, _rows(folder / name))
    progress(f"{GOLD}, made wrong")
    marked += _observed(GOLD, _told(folder / GOLD, synthetic, seed))
    progress("fit")
    told: list[tuple[str, int, list[float]]] = []
    for fold in range(FOLDS):
        bias, own = _weights([m for m in marked if m.fold != fold])
        told += [(m.source, m.mark, locator.chances(m.traits, bias, own)) for m in marked if m.fold == fold]
    bias, own = _weights(marked)
    judged = [pair for source, mark, chances in told if source != GOLD and (pair := _confidence(mark, chances))]
    slope, shift = _calibrated(judged)
    figures = [figure for name in (*SHARES, WORD_PROBLEMS) for figure in _figures(name, told)]
    after = [(float(locator.calibrated(p, slope, shift)), hit) for p, hit in judged]
    what = "calibration error, flags up to the mark"
    figures.append(Figure("all but corruptions", _MODE, what, calibration_error(after), len(after), 0.03, True))
    return Fit(bias, own, slope, shift, tuple(figures))


Row = tuple[str, tuple[str, ...], str, tuple[str, ...], int]
"""Problem, worked solution, answer, steps and the first error."""


def _rows(file: Path) -> Iterator[Row]:
    for row in read_jsonl(file, partial(json_object, example="{...}")):
        reference = tuple(row["reference_solution"].split("\n"))
        yield (
            row["problem"],
            reference,
            row.get("answer", reference[-1].strip()),
            tuple(row["steps"]),
            row["first_error"],
        )


def _told(file: Path, count: int, seed: int) -> Iterator[Row]:
    rows: list[dict[str, Any]] = list(read_jsonl(file, partial(json_object, example="{...}")))
    Random(seed).shuffle(rows)
    for i, row in enumerate(rows[:count]):
        try:
            made = tell(row["question"], row["answer"], seed + i, wrong=True)
        except Unfit:
            continue
        yield made.problem, made.reference, made.answer, made.steps, made.first_error


def _observed(source: str, rows: Iterable[Row]) -> Iterator[Marked]:
    for problem, reference, answer, steps, mark in rows:
        seen = look(problem, reference, answer, steps) if mark >= 0 else None
        if seen is not None and mark < len(seen.traits) and not seen.end.right:
            fold = int(hashlib.sha256(problem.encode()).hexdigest(), 16) % FOLDS
            yield Marked(source, fold, mark, tuple(seen.traits))


def _weights(marked: Sequence[Marked]) -> tuple[float, dict[str, float]]:
    """Fit on the sources that have a share."""
    used = [m for m in marked if m.source in SHARES]
    count = Counter(name for m in used for traits in m.traits for name, value in traits.items() if value)
    names = sorted(name for name, n in count.items() if n >= RAREST)
    place = {name: i for i, name in enumerate(names)}
    steps = [(m, i) for m in used for i in range(m.mark + 1)]
    x = np.zeros((len(steps), len(names) + 1))
    x[:, -1] = 1.0
    for row, (m, i) in enumerate(steps):
        for name, value in m.traits[i].items():
            if name in place:
                x[row, place[name]] = value
    wrong = np.array([float(i == m.mark) for m, i in steps])
    found = _logistic(x, wrong, np.array([SHARES[m.source] for m, _ in steps]), RIDGE)
    kept = {name: round(float(w), 2) for name, w in zip(names, found, strict=False) if abs(w) >= LEAST}
    return round(float(found[-1]), 2), kept


def _logistic(x: Floats, y: Floats, share: Floats, ridge: float) -> Floats:
    """Weighted logistic regression by Newton's method; the last column is the bias and has no ridge."""
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 1e-6
    found = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        slope = x.T @ (share * (p - y)) + penalty * found
        found -= np.linalg.solve((x * (share * p * (1 - p))[:, None]).T @ x + np.diag(penalty), slope)
    return found


def _confidence(mark: int, chances: Sequence[float]) -> tuple[float, bool] | None:
    """How likely the flagged step is wrong if none before it is, and whether it was; None behind the mark."""
    at = locator.choose(chances)
    return (chances[at] / sum(chances[at:]), at == mark) if at <= mark else None


def _calibrated(judged: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Fit Platt's line on the log odds."""
    odds = np.array([locator.log_odds(p) for p, _ in judged])
    x = np.stack([odds, np.ones_like(odds)], axis=1)
    found = _logistic(x, np.array([float(hit) for _, hit in judged]), np.ones(len(judged)), 1e-6)
    return round(float(found[0]), 3), round(float(found[1]), 3)


def _figures(name: str, told: Sequence[tuple[str, int, list[float]]]) -> Iterator[Figure]:
    found = [(mark, locator.choose(chances)) for source, mark, chances in told if source == name]
    if not found:
        return
    before = sum(mark for mark, _ in found)
    exact, early = sum(m == k for m, k in found), sum(k < m for m, k in found)
    yield Figure(name, _MODE, "first error found exactly", exact / len(found), len(found))
    yield Figure(name, _MODE, "steps before the mark flagged", early / max(1, before), before, 0.05, True)


def written(found: Fit) -> str:
    """Return the module that holds the weights."""
    lines = [
        '"""The locator\'s weights, fitted by `workbench bench locate DATA --write`: do not change them by hand."""',
        "",
        "from __future__ import annotations",
        "",
        f"BIAS = {found.bias}",
        f"SLOPE = {found.slope}",
        f"SHIFT = {found.shift}",
        "WEIGHTS: dict[str, float] = {",
        *(f'    "{name}": {weight},' for name, weight in sorted(found.weights.items())),
        "}",
    ]
    return "\n".join(lines) + "\n"
