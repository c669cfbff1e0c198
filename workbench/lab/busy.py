"""Training beside another job: how much of its idle speed is left when other processes take all cores.

Each measurement is a process of its own, because the threads' waiting is settled when torch is loaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

TIMEOUT = 600
SETTINGS = ("training.minutes=null", "evaluation.every=1000000000", "checkpoint.every=1000000000")


def busy(
    rounds: int, sets: Sequence[str] = (), environment: Mapping[str, str] | None = None, jobs: int | None = None
) -> dict[str, Any]:
    """Return the seconds that a round takes alone and beside `jobs` busy processes, and the share of speed left.

    `sets`: settings of the run as `training.threads=1`. `environment`: variables of the measured process, such as
    `OMP_WAIT_POLICY`. `jobs`: as many as there are cores if left out.
    """
    alone = _seconds(rounds, sets, environment or {})
    with _spinning(jobs or os.cpu_count() or 1):
        beside = _seconds(rounds, sets, environment or {})
    again = _seconds(rounds, sets, environment or {})
    idle = (alone + again) / 2
    return {
        "seconds_alone": [alone, again],
        "seconds_beside": beside,
        "speed_left": idle / beside,
        "load": os.getloadavg()[0],
    }


@contextmanager
def _spinning(count: int) -> Iterator[None]:
    """Processes that do nothing, as fast as they can."""
    made = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in made:
            process.kill()
            process.wait()


def _seconds(rounds: int, sets: Sequence[str], environment: Mapping[str, str]) -> float:
    command = [sys.executable, "-m", "workbench.lab.busy", json.dumps([rounds, *sets])]
    # What this process set for its own torch is not the measured one's.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_"))}
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, env={**own, **environment})
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return float(done.stdout)


def _measured(rounds: int, sets: Sequence[str]) -> float:
    """Median seconds of a round after the first, in this process."""
    from statistics import median

    from workbench.config import load_config
    from workbench.engine.hardware import tune_allocator
    from workbench.problems.splits import load_split
    from workbench.run import Run

    tune_allocator()
    config = load_config(None, [*SETTINGS, f"training.rounds={rounds + 1}", *sets])
    times, started = [], time.perf_counter()
    for _ in Run.scratch(config, load_split("train")).rounds():
        times.append(time.perf_counter() - started)
        started = time.perf_counter()
    return median(times[1:])


if __name__ == "__main__":
    count, *rest = json.loads(sys.argv[1])
    print(_measured(count, rest))
