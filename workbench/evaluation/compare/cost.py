"""What a plan costs on this machine, from short probes, and how its cores are best used."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.evaluation.compare.child import RunTask
from workbench.evaluation.compare.keys import run_key
from workbench.evaluation.compare.plan import BASE, Final, PlannedRun
from workbench.evaluation.compare.pool import run_tasks
from workbench.evaluation.compare.record import SUFFIX, RunRecord, read_run


@dataclass(frozen=True)
class Layout:
    """How the cores are used."""

    jobs: int
    threads: int


@dataclass(frozen=True)
class Pace:
    """How fast a kind of run goes."""

    round_s: float
    dev_s: float
    dev_samples: int


def layouts() -> list[Layout]:
    """One run with all cores, or a run for every core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [Layout(1, cores), Layout(cores, 1)] if cores > 1 else [Layout(1, 1)]


def probe(trials: Sequence[PlannedRun], layout: Layout, rounds: int, work: Path) -> dict[str, Pace]:
    """The pace of each kind of run from its first rounds, `layout.jobs` at once; what was probed before is read."""
    out = work / f"probes-{layout.jobs}x{layout.threads}"
    short = [_short(trial, rounds) for trial in trials]
    tasks = [RunTask(trial=t, out=out, work=out / "work", threads=layout.threads) for t in short]
    failed: dict[int, str] = {}
    for event in run_tasks([t for t in tasks if not (out / f"{run_key(t.trial)}{SUFFIX}").exists()], layout.jobs):
        if "error" in event.message:
            failed[event.index] = str(event.message["error"])
        elif event.message.get("exit"):
            failed.setdefault(event.index, f"its process ended with {event.message['exit']}")
    if failed:
        raise WorkbenchError(f"The probe failed: {next(iter(failed.values()))}")
    return {t.kind: pace_of(read_run(out / f"{run_key(t)}{SUFFIX}")) for t in short}


def _short(trial: PlannedRun, rounds: int) -> PlannedRun:
    training = trial.config.training.model_copy(update={"rounds": rounds})
    config = trial.config.model_copy(update={"training": training})
    measures = trial.measures.model_copy(update={"every": rounds, "final": Final()})
    return trial.model_copy(update={"config": config, "measures": measures})


def pace_of(record: RunRecord) -> Pace:
    """The pace that a finished run had."""
    counts = record.curve[-1].counts
    round_s = record.charges.wall / record.rounds if record.rounds else 0.0
    return Pace(round_s, record.dev_seconds, counts.samples * len(counts.problems))


def run_seconds(trial: PlannedRun, pace: Pace) -> float:
    """The time of a whole run at this pace: training, evaluations on `dev`, and the end."""
    rounds = (trial.config.training.rounds or 0) if trial.trained else 0
    evaluations = rounds // trial.measures.every + 1
    final = trial.measures.final
    draws = [*final.splits.values(), *(d for d in (final.many, final.chosen, final.with_memory) if d is not None)]
    samples = sum(d.problems * d.samples for d in draws)
    samples += sum(d.problems for d in final.splits.values()) if final.greedy else 0
    return rounds * pace.round_s + (evaluations + samples / pace.dev_samples) * pace.dev_s


def faster(
    trial: PlannedRun, rounds: int, work: Path, tell: Callable[[str], None]
) -> tuple[Layout, Mapping[str, float]]:
    """The layout that does most rounds a second, with the rounds per second of each."""
    speeds: dict[str, float] = {}
    best, most = layouts()[0], 0.0
    for layout in layouts():
        tell(f"probing {layout.jobs} at once with {layout.threads} threads each")
        # As many runs at once as there would be, of seeds of their own.
        same = [_seeded(trial, trial.seed + i) for i in range(layout.jobs)]
        speed = layout.jobs / probe(same, layout, rounds, work)[trial.kind].round_s
        speeds[f"{layout.jobs} x {layout.threads}"] = speed
        if speed > most:
            best, most = layout, speed
    return best, speeds


def _seeded(trial: PlannedRun, seed: int) -> PlannedRun:
    training = trial.config.training.model_copy(update={"seed": seed})
    return trial.model_copy(update={"seed": seed, "config": trial.config.model_copy(update={"training": training})})


def one_of_each(trials: Sequence[PlannedRun]) -> Iterator[PlannedRun]:
    """The first run of every arm that trains, of each plan."""
    kinds: set[str] = set()
    for trial in trials:
        if trial.kind not in kinds and trial.arm != BASE:
            kinds.add(trial.kind)
            yield trial
