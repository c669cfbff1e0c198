"""The child process of one run: reads its task from stdin, tells in JSON lines on stdout how far it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from pydantic import BaseModel

from workbench.errors import WorkbenchError
from workbench.evaluation.compare.plan import BASE, Final, PlannedRun, run_key
from workbench.evaluation.compare.record import SUFFIX, RunRecord, read_run
from workbench.files import make_folder

INTERRUPTED = 130


class RunTask(BaseModel):
    """What a child is to do."""

    trial: PlannedRun
    out: Path
    work: Path
    threads: int
    keep: bool = False


def tell(message: Mapping[str, Any]) -> None:
    """Write one line to the parent. A parent that is gone ends the child, whose checkpoints stay."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Do the task; the exit code is 0 also where another process has the run."""
    task = RunTask.model_validate_json(sys.stdin.read())
    warnings.filterwarnings("ignore", module=r"(transformers|peft|torch|huggingface_hub)\b")
    try:
        from workbench.engine.hardware import tune_allocator

        tune_allocator()
        from workbench.evaluation.compare.run import Places, perform

        done = perform(task.trial, Places(task.out, task.work, task.keep), task.threads, tell)
        tell({"taken": True} if done is None else {"done": done.key, "collapsed": done.collapsed})
    except WorkbenchError as error:
        tell({"error": str(error)})
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())


# Child processes that do runs, a fixed number at once. Their messages come as events.


PATIENCE_S = 30
"""How long children may take to end after Ctrl-C."""
_QUIET = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True)
class Event:
    """Something that a child told, or its end: then `message` has `exit`, its exit code."""

    index: int
    """Place of the task in the list."""
    message: Mapping[str, Any]


def run_tasks(tasks: Sequence[RunTask], jobs: int) -> Generator[Event, None, None]:
    """Do the tasks in order, `jobs` at once. Leaving the iterator early ends the children as Ctrl-C would."""
    waiting = deque(enumerate(tasks))
    events: Queue[Event] = Queue()
    running: dict[int, subprocess.Popen[str]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                index, task = waiting.popleft()
                running[index] = _start(index, task, events)
            event = events.get()
            if "exit" in event.message:
                running.pop(event.index)
            yield event
    finally:
        _end(running.values())


def _start(index: int, task: RunTask, events: Queue[Event]) -> subprocess.Popen[str]:
    make_folder(task.work)
    offline = {} if _on_hub(task) else {"HF_HUB_OFFLINE": "1"}
    with log_file(task).open("w", encoding="utf-8") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "workbench.evaluation.compare.pool"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **_QUIET, **offline, "OMP_NUM_THREADS": str(task.threads)},
        )
    assert child.stdin is not None
    with suppress(BrokenPipeError):
        child.stdin.write(task.model_dump_json())
        child.stdin.close()
    threading.Thread(target=_listen, args=(index, child, events), daemon=True).start()
    return child


def log_file(task: RunTask) -> Path:
    """Return where a child's stderr goes."""
    return task.work / f"{task.trial.plan}-{task.trial.arm}-{task.trial.seed}.log".replace(" ", "-")


def _on_hub(task: RunTask) -> bool:
    path = task.trial.config.model.path
    return path is not None and "/" in path and not Path(path).expanduser().exists()


def _listen(index: int, child: subprocess.Popen[str], events: Queue[Event]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        with suppress(ValueError):
            events.put(Event(index, json.loads(line)))
    events.put(Event(index, {"exit": child.wait()}))


def _end(children: Sequence[subprocess.Popen[str]] | Any) -> None:
    """Let children end in order; after a while, at once. A run goes on from its checkpoint either way."""
    for child in children:
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGINT)
    for child in children:
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


# What a plan costs on this machine, from short probes, and how its cores are best used.


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
    """Return the layouts to choose from: one run with all cores, or a run for every core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [Layout(1, cores), Layout(cores, 1)] if cores > 1 else [Layout(1, 1)]


def probe(trials: Sequence[PlannedRun], layout: Layout, rounds: int, work: Path) -> dict[str, Pace]:
    """Return the pace of each kind of run from its first rounds, `layout.jobs` at once; earlier probes are read."""
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
    """Return the pace that a finished run had."""
    counts = record.curve[-1].counts
    round_s = record.charges.wall / record.rounds if record.rounds else 0.0
    return Pace(round_s, record.dev_seconds, counts.samples * len(counts.problems))


def run_seconds(trial: PlannedRun, pace: Pace) -> float:
    """Return the time of a whole run at this pace: training, evaluations on `dev`, and the end."""
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
    """Return the layout that does most rounds a second, with the rounds per second of each."""
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
    """Return the first run of every arm that trains, of each plan."""
    kinds: set[str] = set()
    for trial in trials:
        if trial.kind not in kinds and trial.arm != BASE:
            kinds.add(trial.kind)
            yield trial
