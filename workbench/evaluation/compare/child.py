"""The child process of one run: reads its task from stdin, tells in JSON lines on stdout how far it is."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workbench.errors import WorkbenchError
from workbench.evaluation.compare.plan import PlannedRun

INTERRUPTED = 130


class RunTask(BaseModel):
    """What a child is to do."""

    trial: PlannedRun
    out: Path
    work: Path
    threads: int
    keep: bool = False


def tell(message: Mapping[str, Any]) -> None:
    """One line to the parent. A parent that is gone ends the child, whose checkpoints stay."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Do the task; the exit code is 0 also where another process has the run."""
    task = RunTask.model_validate_json(sys.stdin.read())
    warnings.filterwarnings("ignore", module=r"(transformers|peft|torch|huggingface_hub)\b")
    try:
        from workbench.training.hardware import tune_allocator

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
