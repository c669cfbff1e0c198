"""What people see of `workbench compare`: the cost table, bars while it runs, the summary."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from workbench.cli.render import console, percent, plain, print_titled, table_of
from workbench.evaluation.compare.child import INTERRUPTED, RunTask
from workbench.evaluation.compare.cost import Layout, Pace, run_seconds
from workbench.evaluation.compare.plan import BASE, PlannedRun
from workbench.evaluation.compare.pool import Event, log_file, run_tasks

ENDING = 0.1
"""Share of a run that its last measurements are taken for, where nothing better is known."""


def print_costs(left: Sequence[PlannedRun], paces: Mapping[str, Pace], layout: Layout) -> None:
    """Minutes per run of each arm, and of all that is left."""
    table = table_of(("arm",), ("s a round", "minutes a run", "runs left", "minutes left"))
    total = 0.0
    for kind, pace in paces.items():
        own = [t for t in left if t.kind == kind]
        seconds = [run_seconds(t, pace) for t in own]
        total += sum(seconds)
        cells = (f"{pace.round_s:.2f}", f"{seconds[0] / 60:.1f}", str(len(own)), f"{sum(seconds) / 60:.0f}")
        table.add_row(plain(kind), *cells)
    table.add_row("all", "", "", str(sum(t.kind in paces for t in left)), f"{total / layout.jobs / 60:.0f}")
    print_titled(f"Cost with {layout.jobs} at once, {layout.threads} threads each", table, stderr=True)


class _Bars:
    """How far every running run is, and when all will be done."""

    def __init__(
        self, tasks: Sequence[RunTask], layout: Layout, paces: Mapping[str, Pace], progress: Progress
    ) -> None:
        self.tasks, self.layout, self.progress = tasks, layout, progress
        self.weights = [_weight(task.trial, paces) for task in tasks]
        self.share = [0.0] * len(tasks)
        self.started = time.monotonic()
        self.bars: dict[int, TaskID] = {}
        self.all = progress.add_task(f"{len(tasks)} runs", total=1.0)

    def show(self, index: int, share: float, words: str) -> None:
        """Move a run's bar, and that of the whole."""
        if index not in self.bars:
            self.bars[index] = self.progress.add_task(_name(self.tasks[index].trial), total=1.0)
        self.share[index] = max(self.share[index], share)
        title = f"{_name(self.tasks[index].trial)} {words}"
        self.progress.update(self.bars[index], completed=self.share[index], description=title)
        done = sum(w * s for w, s in zip(self.weights, self.share, strict=True)) / (sum(self.weights) or 1.0)
        self.progress.update(self.all, completed=done, description=f"{len(self.tasks)} runs, {self._left(done)}")

    def end(self, index: int) -> None:
        self.share[index] = 1.0
        if index in self.bars:
            self.progress.remove_task(self.bars.pop(index))

    def _left(self, done: float) -> str:
        if not done:
            return "time left unknown"
        minutes = (time.monotonic() - self.started) * (1 - done) / done / 60
        return f"about {minutes:.0f} min left"


def _weight(trial: PlannedRun, paces: Mapping[str, Pace]) -> float:
    """Seconds, or where the pace is unknown rounds, that a run takes."""
    if trial.kind in paces:
        return run_seconds(trial, paces[trial.kind])
    return float(trial.config.training.rounds or 1) if trial.arm != BASE else 1.0


def _name(trial: PlannedRun) -> str:
    return f"{trial.kind} seed {trial.seed}"


def follow(tasks: Sequence[RunTask], layout: Layout, paces: Mapping[str, Pace]) -> list[str]:
    """Run the tasks with bars on stderr; returns what went wrong."""
    failed: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    err = console(stderr=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bars = _Bars(tasks, layout, paces, progress)
        told: dict[int, str] = {}
        with closing(run_tasks(tasks, layout.jobs)) as events:
            for event in events:
                line = _hear(event, tasks[event.index], bars, told)
                if line is not None:
                    err.print(line, soft_wrap=True)
                if event.message.get("exit") not in (None, 0):
                    failed.append(told.get(event.index) or _unsaid(event, tasks[event.index]))
    return failed


def _hear(event: Event, task: RunTask, bars: _Bars, told: dict[int, str]) -> str | None:
    """Take in what a child told; returns a line to keep, if it is worth one."""
    message, name, rounds = event.message, _name(task.trial), task.trial.config.training.rounds or 1
    if "round" in message:
        share = (1 - ENDING) * message["round"] / rounds
        bars.show(event.index, share, f"round {message['round']}, solved {message['solved']:.0%}")
    elif "evaluated" in message:
        if not bars.progress.disable:
            bars.show(event.index, 0.0, f"dev {message['solve_rate']:.1%}")
        return f"{name}: round {message['evaluated']}, dev solve rate {message['solve_rate']:.1%}"
    elif "measuring" in message:
        bars.show(event.index, 1 - ENDING, f"measuring {message['measuring']}")
    elif "error" in message:
        told[event.index] = f"{name}: {message['error']}"
        return f"{name} failed: {message['error']}"
    elif "taken" in message:
        return f"{name}: another process has it"
    elif "done" in message:
        ended = f", collapsed: {message['collapsed']}" if message.get("collapsed") else ""
        return f"{name}: finished as {message['done']}{ended}"
    elif "exit" in message:
        bars.end(event.index)
    return None


def _unsaid(event: Event, task: RunTask) -> str:
    """Why a child ended that told nothing: the last line of its log."""
    code, name = event.message["exit"], _name(task.trial)
    if code == INTERRUPTED:
        return f"{name} was interrupted"
    file = log_file(task)
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines() if file.is_file() else []
    return f"{name} ended with exit code {code}: {lines[-1] if lines else 'it said nothing'} (see {file})"


def print_summary(report: Mapping[str, Any]) -> None:
    """The rows of the summary, and the final solve rates by arm."""
    table = table_of(("figure",), ("value", "95 %"))
    for key, found in report["summary"].items():
        if isinstance(found, Mapping):
            table.add_row(key, *_cells(found))
        elif isinstance(found, int):
            table.add_row(key, str(found), "")
    print_titled("Summary", table)
    for plan in report["plans"]:
        _print_arms(plan)


def _cells(found: Mapping[str, Any]) -> tuple[str, str]:
    if found["value"] is None:
        return "–", str(found.get("reason", ""))
    low, high = ("no bound" if found[key] is None else f"{found[key]:.3f}" for key in ("low", "high"))
    return f"{found['value']:.3f}", f"{low} to {high}"


def _print_arms(plan: Mapping[str, Any]) -> None:
    splits = sorted({split for arm in plan["arms"].values() for split in arm["final"]})
    table = table_of(("arm",), ("seeds", "rollouts to target", "dev", *splits))
    for name, arm in plan["arms"].items():
        reached = arm["rollouts_to_target"]
        found = [arm["dev"], *(arm["final"].get(s, {}).get("solve_rate") for s in splits)]
        cells = [percent(f) if f and f["value"] is not None else "–" for f in found]
        table.add_row(plain(name), str(len(arm["seeds"])), f"{reached['value']:,.0f}" if reached else "–", *cells)
    target = f", target {plan['target']:.1%} on dev" if plan["target"] is not None else ""
    print_titled(f"{plan['plan']}: solve rate at the end, per cent [95 %]{target}", table)
    if plan["missing_runs"]:
        typer.echo(f"{plan['missing_runs']} runs of {plan['plan']} are not finished.", err=True)
