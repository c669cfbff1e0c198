"""`workbench compare`: methods x seeds from plans, each run one small JSON, and what they show together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OUT, WORK = Path("data/results/runs"), Path("runs/compare")


def compare(
    plans: Annotated[list[str] | None, typer.Argument(metavar="[PLAN]...", help="Shipped names or YAML files.")] = None,
    out: Annotated[Path, typer.Option(help="The folder of finished runs.")] = OUT,
    work: Annotated[Path, typer.Option(help="The folder of runs that are going on.")] = WORK,
    jobs: Annotated[int, typer.Option(min=1, help="Runs at once.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of each run.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep stores and checkpoints.")] = False,
) -> None:
    """Compare."""
    from workbench.evaluation.compare.child import Task
    from workbench.evaluation.compare.plan import read_plan, trials
    from workbench.evaluation.compare.pool import run_tasks

    tasks = [
        Task(trial=t, out=out, work=work, threads=threads or 1, keep=keep)
        for p in plans or ["main"]
        for t in trials(read_plan(p))
    ]
    for event in run_tasks(tasks, jobs):
        trial = tasks[event.index].trial
        typer.echo(f"{trial.arm} {trial.seed} {dict(event.message)}", err=True)
