"""What a round costs: methods alternating in one process, evaluation excluded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from workbench.config import Config, config_of
from workbench.engine.hardware import describe_machine
from workbench.problems.splits import load_split
from workbench.run import Run
from workbench.statistics import Floats, bootstrap, weighted_median
from workbench.types import Problem, Round

NEVER = 10**9


@dataclass(frozen=True)
class RoundTimes:
    """Seconds of each counted round of a method, and of its stages."""

    total: tuple[float, ...]
    stages: Mapping[str, tuple[float, ...]]


def time_rounds(
    methods: Sequence[str],
    settings: Mapping[str, Any],
    count: int,
    problems: Sequence[Problem] | None = None,
    tell: Callable[[], None] = lambda: None,
) -> dict[str, RoundTimes]:
    """Return the times of `count` rounds of each method, taken in turn, after the first pass over the problems."""
    chosen = problems if problems is not None else load_split("train")
    with ExitStack() as opened:
        runs = {m: opened.enter_context(Run.scratch(_config(m, settings), chosen)) for m in methods}
        loops = {m: run.rounds() for m, run in runs.items()}
        return _alternate(loops, _first_epoch(settings, len(chosen)), count, tell)


def _first_epoch(settings: Mapping[str, Any], problems: int) -> int:
    return -(-problems // _config("pmd", settings).sampling.problems_per_round)


def _config(method: str, settings: Mapping[str, Any]) -> Config:
    fixed = {"method.name": method, "training.rounds": NEVER, "training.minutes": None}
    return config_of({**settings, **fixed, "checkpoint.every": NEVER}, "bench round")


def _alternate(
    loops: Mapping[str, Iterator[Round]], skipped: int, count: int, tell: Callable[[], None]
) -> dict[str, RoundTimes]:
    totals: dict[str, list[float]] = {m: [] for m in loops}
    stages: dict[str, dict[str, list[float]]] = {m: {} for m in loops}
    for index in range(skipped + count):
        for method, loop in loops.items():
            started = time.perf_counter()
            done = next(loop)
            seconds = time.perf_counter() - started
            tell()
            if index >= skipped:
                totals[method].append(seconds)
                for stage, value in done.seconds.items():
                    stages[method].setdefault(stage, []).append(value)
    return {m: RoundTimes(tuple(totals[m]), {s: tuple(v) for s, v in stages[m].items()}) for m in loops}


def round_report(times: Mapping[str, RoundTimes], ours: str = "pmd") -> dict[str, Any]:
    """Return medians, their ratios to ours, and the share of our round that verification takes, with intervals."""
    own = times[ours]
    total = np.asarray(own.total)
    report: dict[str, Any] = {
        "machine": describe_machine(),
        "rounds": len(own.total),
        "seconds": {m: median(t.total) for m, t in times.items()},
        "stages": {m: {s: sum(v) / sum(t.total) for s, v in t.stages.items()} for m, t in times.items()},
    }
    for method, other in times.items():
        if method != ours:
            report[f"round_cost_ratio_{method}"] = _medians(total, np.asarray(other.total))
    verify = np.asarray(own.stages.get("verify", (0.0,) * len(total)))
    report["verification_share"] = _medians(verify, total)
    return report


def _medians(top: Floats, bottom: Floats, seed: int = 0) -> dict[str, float]:
    """The ratio of two medians, resampled over rounds, which are paired."""

    def ratio(_: Floats, rounds: Floats) -> Floats:
        return weighted_median(top, rounds) / weighted_median(bottom, rounds)

    found = bootstrap(ratio, 1, len(top), seed)
    return {"value": found.value, "low": found.low, "high": found.high}
