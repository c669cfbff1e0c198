"""`workbench compare`: methods x seeds from plans; the cost before, bars while it runs, the summary after."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from workbench.cli.render import console, percent, plain, print_titled, table_of
from workbench.errors import BadInput, WorkbenchError
from workbench.evaluation.compare.plan import BASE, PlannedRun
from workbench.evaluation.compare.pool import (
    INTERRUPTED,
    Event,
    Layout,
    Pace,
    RunTask,
    log_file,
    run_seconds,
    run_tasks,
)

if TYPE_CHECKING:
    from workbench.evaluation.compare.plan import Plan
    from workbench.evaluation.compare.summary import Comparison


ENDING = 0.1
"""Share of a run that its last measurements are assumed to take."""


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
    """The progress of each run, and when all will be done."""

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
    """Run the tasks with bars on stderr. Return what went wrong."""
    failed: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    err = console(stderr=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bars = _Bars(tasks, layout, paces, progress)
        reported: dict[int, str] = {}
        with closing(run_tasks(tasks, layout.jobs)) as events:
            for event in events:
                line = _line_of(event, tasks[event.index], bars, reported)
                if line is not None:
                    err.print(line, soft_wrap=True)
                if event.message.get("exit") not in (None, 0):
                    failed.append(reported.get(event.index) or _last_words(event, tasks[event.index]))
    return failed


def _line_of(event: Event, task: RunTask, bars: _Bars, reported: dict[int, str]) -> str | None:
    """Show what a child reported. Return a line to keep, if it is worth one."""
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
        reported[event.index] = f"{name}: {message['error']}"
        return f"{name} failed: {message['error']}"
    elif "taken" in message:
        return f"{name}: another process is running it"
    elif "done" in message:
        ended = f", collapsed: {message['collapsed']}" if message.get("collapsed") else ""
        return f"{name}: finished as {message['done']}{ended}"
    elif "exit" in message:
        bars.end(event.index)
    return None


def _last_words(event: Event, task: RunTask) -> str:
    """Return why a child ended that reported no error: the last line of its log."""
    code, name = event.message["exit"], _name(task.trial)
    if code == INTERRUPTED:
        return f"{name} was interrupted"
    file = log_file(task)
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines() if file.is_file() else []
    return f"{name} ended with exit code {code}: {lines[-1] if lines else 'its log is empty'} (see {file})"


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


# The command


OUT, WORK = Path("data/results/runs"), Path("runs/compare")
BENCH = "bench-round.json"


@dataclass(frozen=True)
class CompareOptions:
    """What the caller asked for."""

    plans: Sequence[Plan]
    out: Path
    work: Path
    jobs: int | None
    threads: int | None
    probe_rounds: int
    keep: bool
    any_version: bool

    @property
    def trials(self) -> list[PlannedRun]:
        from workbench.evaluation.compare.plan import trials

        return [trial for plan in self.plans for trial in trials(plan)]


def compare(
    plans: Annotated[
        list[str] | None, typer.Argument(metavar="[PLAN]...", help="Shipped names or YAML files; 'main' if left out.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of every arm; repeatable.")
    ] = None,
    arms: Annotated[list[str] | None, typer.Option("--arm", help="Only this arm; repeatable.")] = None,
    seeds: Annotated[list[int] | None, typer.Option("--seed", help="Only this seed; repeatable.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds of every run, instead of the plan's.")] = None,
    out: Annotated[Path, typer.Option(help="The folder of finished runs, one JSON each.")] = OUT,
    work: Annotated[Path, typer.Option(help="The folder of unfinished runs.")] = WORK,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at once; a probe chooses if left out.")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads of each run; the cores are shared if left out.")
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Only measure the cost and how the cores are used best.")
    ] = False,
    probe_rounds: Annotated[int, typer.Option(min=0, help="Rounds of a probe; 0 for none.")] = 10,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the stores and checkpoints of finished runs.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Run nothing; report on what is finished.")] = False,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="Report also runs made with another model, text or verifier.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option(metavar="F.json", help="Where the report goes; beside the runs' folder.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="F.html", help="The page; in the work folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Compare methods over seeds: run what is not finished yet, then report.

    A plan names arms and their settings, seeds, rounds and measures. Each finished run is one JSON in --out, named
    by its settings, measures, model, problems, texts and verifier. A finished run is not repeated, an interrupted
    one continues, and several calls at once share the work. The report is written as JSON and as an HTML page.
    With several plans the first one gives the main rows. The builtin verifier judges all runs, whatever version is
    in use.

    \b
    Examples:
      workbench compare smoke
      workbench compare main ablations --jobs 2
      workbench compare tuning --arm grpo --set method.teacher=frozen
      workbench compare main --probe
      workbench compare main ablations --report
    """
    from workbench.config import read_overrides
    from workbench.evaluation.compare.plan import narrowed, read_plan

    changed = read_overrides(settings or ())
    named = [narrowed(read_plan(p), rounds, seeds, arms, changed) for p in plans or ["main"]]
    request = CompareOptions(named, out, work, jobs, threads, probe_rounds, keep, any_version)
    failed: list[str] = []
    if not report:
        failed = _run(request, only_probe=probe)
    if probe:
        return
    _report(request, to, html, as_json)
    if failed:
        raise WorkbenchError(f"{len(failed)} runs failed, the first with: {failed[0]}")


def _run(request: CompareOptions, only_probe: bool) -> list[str]:
    """Run what is not finished. Return what went wrong."""
    from workbench.evaluation.compare.outside import NO_TRL, installed
    from workbench.evaluation.compare.plan import run_key
    from workbench.evaluation.compare.pool import RunTask
    from workbench.evaluation.compare.record import SUFFIX
    from workbench.files import free_space_check, require_writable

    require_writable(request.out)
    require_writable(request.work)
    free_space_check(request.work, 512 << 20)
    wanted = {run_key(t): t for t in request.trials}
    left = {key: t for key, t in wanted.items() if not (request.out / f"{key}{SUFFIX}").exists()}
    typer.echo(f"{len(wanted)} runs, {len(wanted) - len(left)} finished already", err=True)
    if any(t.outside for t in left.values()) and not installed():
        typer.echo(f"left out: {NO_TRL}", err=True)
        left = {key: t for key, t in left.items() if not t.outside}
    try:
        layout, paces = _costs(request, list(left.values()))
        if paces or only_probe:
            print_costs(list(left.values()), paces, layout)
        if only_probe:
            return []
        tasks = [
            RunTask(trial=t, out=request.out, work=request.work, threads=layout.threads, keep=request.keep)
            for t in left.values()
        ]
        return follow(tasks, layout, paces)
    except KeyboardInterrupt as error:
        typer.echo("Interrupted. Run the same command to continue.", err=True)
        raise typer.Exit(INTERRUPTED) from error


def _costs(request: CompareOptions, left: Sequence[PlannedRun]) -> tuple[Layout, dict[str, Any]]:
    """Return how the cores are used, and the pace of each arm by plan and name."""
    from workbench.evaluation.compare.pool import Layout, faster, layouts, one_of_each, probe

    cores = max(layout.threads for layout in layouts())
    # A run that is shorter than its probe is not probed.
    probed = [t for t in one_of_each(left) if (t.config.training.rounds or 0) > 3 * request.probe_rounds]
    if request.jobs is not None:
        layout = Layout(request.jobs, request.threads or max(1, cores // request.jobs))
    elif request.probe_rounds and probed:
        tell = lambda text: typer.echo(text, err=True)  # noqa: E731
        layout, speeds = faster(probed[0], request.probe_rounds, request.work, tell)
        shown = ", ".join(f"{name}: {speed:.2f}" for name, speed in speeds.items())
        typer.echo(f"rounds a second, by runs at once x threads: {shown}", err=True)
    else:
        layout = Layout(1, request.threads or cores)
    if not request.probe_rounds or not probed:
        return layout, {}
    typer.echo(f"probing {len(probed)} arms for {request.probe_rounds} rounds each", err=True)
    return layout, probe(probed, layout, request.probe_rounds, request.work)


def _report(request: CompareOptions, to: Path | None, html: Path | None, as_json: bool) -> None:
    from workbench.evaluation.compare.record import read_runs
    from workbench.evaluation.compare.summary import Comparison, collect
    from workbench.evaluation.compare.summary import report as make_report
    from workbench.files import make_folder, write_atomically
    from workbench.ui.comparison import page

    records = read_runs(request.out) if request.out.is_dir() else []
    collected = [collect(plan, records, request.any_version) for plan in request.plans]
    if not any(runs.arms for runs in collected):
        raise BadInput(
            f"{request.out} has no finished run of {', '.join(p.name for p in request.plans)}; "
            "leave out --report to run them, or add --any-version."
        )
    comparison = Comparison(collected, _bench(request.out))
    found = make_report(comparison)
    name = request.plans[0].report or f"compare-{request.plans[0].name}"
    file, view = to or request.out.parent / f"{name}.json", html or request.work / f"{name}.html"
    make_folder(view.absolute().parent)
    write_atomically(file, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    write_atomically(view, page(comparison, found))
    _warn(comparison)
    if as_json:
        typer.echo(json.dumps(found["summary"], ensure_ascii=False))
    else:
        print_summary(found)
    typer.echo(f"report: {file}\npage: {view}", err=True)


def _bench(out: Path) -> dict[str, Any]:
    """Return what `workbench bench round` wrote next to the runs; nothing if it has not run."""
    from workbench.files import read_text

    file = out.parent / BENCH
    if not file.is_file():
        return {}
    try:
        found = json.loads(read_text(file))
    except ValueError as error:
        raise BadInput(f"{file} is not JSON ({error}); make it again with 'workbench bench round'.") from error
    return found if isinstance(found, dict) else {}


def _warn(comparison: Comparison) -> None:
    """Warn where runs are not quite comparable."""
    from workbench.evaluation.compare.plan import code_hash

    now = code_hash()
    for runs in comparison.plans:
        old = sum(run.code != now for own in runs.arms.values() for run in own)
        if old:
            typer.echo(f"{old} runs of {runs.plan.name} were made by other code of training or memory.", err=True)
        if runs.other_versions:
            words = "were made with another model, text, verifier or problems"
            typer.echo(f"{runs.other_versions} runs of {runs.plan.name} {words}.", err=True)
