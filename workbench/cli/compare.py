"""`workbench compare`: methods x seeds from plans, each run one small JSON, and what they show together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.guard import INTERRUPTED
from workbench.errors import BadInput, WorkbenchError

if TYPE_CHECKING:
    from workbench.evaluation.compare.cost import Layout
    from workbench.evaluation.compare.plan import Plan, PlannedRun
    from workbench.evaluation.compare.summary import Comparison

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
    out: Annotated[Path, typer.Option(help="The folder of finished runs, a JSON each.")] = OUT,
    work: Annotated[Path, typer.Option(help="The folder of runs that are going on.")] = WORK,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Runs at once; what a probe finds faster, if left out.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of each run; the cores shared out.")] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Only measure how the cores are best used and the cost.")
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

    A plan names arms and their settings, seeds, rounds and what is measured. Each finished run is one JSON in
    --out, named by its settings, measures, model, problems, texts and verifier: what is there is not run again,
    what was interrupted goes on, and several calls at once share the work. Then a report is written as JSON and
    as an HTML page. With several plans the first one gives the main rows.

    \b
    Examples:
      workbench compare smoke
      workbench compare main ablations --jobs 2
      workbench compare tuning --arm grpo --set training.teacher=frozen
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
    """Run what is not finished; returns what went wrong."""
    from workbench.cli.compare_progress import follow, print_costs
    from workbench.evaluation.compare.child import RunTask
    from workbench.evaluation.compare.keys import run_key
    from workbench.evaluation.compare.outside import NO_TRL, installed
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
        typer.echo("Interrupted. The same command goes on where it was.", err=True)
        raise typer.Exit(INTERRUPTED) from error


def _costs(request: CompareOptions, left: Sequence[PlannedRun]) -> tuple[Layout, dict[str, Any]]:
    """How the cores are used, and the pace of each arm by plan and name."""
    from workbench.evaluation.compare.cost import Layout, faster, layouts, one_of_each, probe

    cores = max(layout.threads for layout in layouts())
    # What is shorter than its probe is simply run.
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
    from workbench.cli.compare_progress import print_summary
    from workbench.evaluation.compare.record import read_runs
    from workbench.evaluation.compare.report import report as make_report
    from workbench.evaluation.compare.summary import Comparison, collect
    from workbench.files import make_folder, write_atomically
    from workbench.ui.comparison_page import page

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
    """What `workbench bench round` wrote beside the runs; nothing where it has not run."""
    from workbench.files import read_text

    file = out.parent / BENCH
    if not file.is_file():
        return {}
    try:
        found = json.loads(read_text(file))
    except ValueError as error:
        raise BadInput(f"{file} is no JSON ({error}); make it again with 'workbench bench round'.") from error
    return found if isinstance(found, dict) else {}


def _warn(comparison: Comparison) -> None:
    """Say where runs cannot be quite compared."""
    from workbench.evaluation.compare.keys import code_hash

    now = code_hash()
    for runs in comparison.plans:
        old = sum(run.code != now for own in runs.arms.values() for run in own)
        if old:
            typer.echo(f"{old} runs of {runs.plan.name} were made by other code of training or memory.", err=True)
        if runs.other_versions:
            words = "were made with another model, text, verifier or problems"
            typer.echo(f"{runs.other_versions} runs of {runs.plan.name} {words}.", err=True)
