"""Fits the weights of `reference/locate.py` to teachers' marks and prints them: `reference_weights.py DEV.jsonl`.

Logistic regression (Newton's method, ridge 1) over the steps up to the marked one, as a reader meets them. Shown too:
the share of first errors found exactly when fitted on one half of the problems and tried on the other.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from workbench.verification.reference.checker import PATIENCE, WEIGHTS
from workbench.verification.reference.reading import read_statement
from workbench.verification.reference.signals import Signal, observe
from workbench.verification.reference.worked import work_through

NAMES = [*WEIGHTS]


def table(row: dict) -> np.ndarray:
    """Steps by signals, with a last column of ones."""
    worked = work_through(row["problem"], tuple(row["reference_solution"].split("\n")))
    steps = [read_statement(step) for step in row["steps"]]
    final = steps[-1].quantities[-1].value if steps[-1].quantities else None
    signals = [*observe(worked, row["problem"], steps[:-1], final).signals, {Signal.ANSWER}]
    return np.array([[float(name in found) for name in NAMES] + [1.0] for found in signals])


def fit(tables: list[np.ndarray], marks: list[int]) -> np.ndarray:
    """The weights of the signals, and last the bias."""
    x = np.concatenate([t[: m + 1] for t, m in zip(tables, marks, strict=True)])
    y = np.concatenate([np.append(np.zeros(m), 1.0) for m in marks])
    weights = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (p - y) + weights
        weights -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.eye(len(weights)), slope)
    return weights


def first(t: np.ndarray, weights: np.ndarray) -> int:
    """The likeliest first wrong step."""
    risk = 1 / (1 + np.exp(-t @ weights))
    reached = np.append(1.0, np.cumprod(1 - risk)[:-1])
    return int((risk * reached * np.exp(PATIENCE * np.arange(len(risk)))).argmax())


def main() -> None:
    data = [json.loads(line) for line in Path(sys.argv[1]).read_text().split("\n") if line]
    tables, marks = [table(row) for row in data], [row["first_error"] for row in data]
    half = np.array([int(hashlib.sha256(row["problem"].encode()).hexdigest(), 16) % 2 for row in data])
    for side in (0, 1):
        fitted, held = np.flatnonzero(half == side), np.flatnonzero(half != side)
        weights = fit([tables[i] for i in fitted], [marks[i] for i in fitted])
        hits = [first(tables[i], weights) == marks[i] for i in held]
        print(f"fitted on half {side}, exact on the other: {np.mean(hits):.3f} of {len(hits)}")
    weights = fit(tables, marks)
    for name, weight in zip([*(n.name for n in NAMES), "BIAS"], weights, strict=True):
        print(f"{name} {weight:.2f}")


if __name__ == "__main__":
    main()
