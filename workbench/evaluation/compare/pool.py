"""Child processes that do runs, so many at once; what they tell comes as events."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from workbench.evaluation.compare.child import RunTask
from workbench.files import make_folder

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
            [sys.executable, "-m", "workbench.evaluation.compare.child"],
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
    """Where a child's stderr goes."""
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
