"""`workbench bench refine`: what labels bring, measured on labels that had no part in it."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.labels import AsJson
from workbench.types import Knowledge

if TYPE_CHECKING:
    from workbench.lab.refining import RefinementReport


def bench_refine(
    file: Annotated[Path, typer.Argument(metavar="MARKED.jsonl", help="Solutions with `first_error`.")],
    modes: Annotated[
        list[Knowledge] | None, typer.Option("--mode", help="What may be known; repeatable. Free and reference.")
    ] = None,
    sizes: Annotated[list[int] | None, typer.Option("--labels", help="Numbers of labels; 100, 300, 600.")] = None,
    targets: Annotated[list[float] | None, typer.Option("--target", help="Precisions; 0.95, 0.9, 0.85.")] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws of labels for each number.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of draws and splits.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Write the figures there too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure refinement: share of ambiguous steps decided and precision, by number of labels.

    Labels are drawn by whole problems; a judge and its thresholds are made from them as by 'workbench refine',
    and every ambiguous step of the other problems is judged. Intervals are over problems.

    \b
    Examples:
      workbench bench refine marked.jsonl
      workbench bench refine data/labels/rollouts.jsonl --mode answer --labels 80 --draws 3
    """
    from workbench.cli.render import progress_bar
    from workbench.cli.verify import require_place
    from workbench.files import write_atomically
    from workbench.judging.rows import read_solutions
    from workbench.lab.refining import SIZES, TARGETS, measure
    from workbench.verification import Verifier

    require_place(out)
    rows = read_solutions(file)
    chosen = modes or [Knowledge.FREE, Knowledge.REFERENCE]
    numbers, wanted = sizes or list(SIZES), targets or list(TARGETS)
    reports = []
    with progress_bar(f"refining on {len(rows)} solutions", len(chosen) * len(numbers) * draws) as (bar, task):
        for mode in chosen:
            reports.append(
                measure(
                    rows,
                    mode,
                    sizes=numbers,
                    targets=wanted,
                    draws=draws,
                    seed=seed,
                    on_draw=lambda: bar.advance(task),
                )
            )
    facts = {
        "file": f"{file.parent.name}/{file.name}",
        "verifier": Verifier().version,
        "seed": seed,
        "draws": draws,
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "reports": [asdict(report) for report in reports],
    }
    if out is not None:
        write_atomically(out, json.dumps(facts, indent=1) + "\n")
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for report in reports:
        _print_report(report)


def _print_report(report: RefinementReport) -> None:
    from workbench.cli.render import percent, print_titled, table_of

    table = table_of(("labels", "target"), ("certified in", "decided", "precision", "decisions"))
    for cell in report.cells:
        precision = percent(asdict(cell.precision)) if cell.precision else "–"
        shown: tuple[Any, ...] = (
            str(cell.labels),
            f"{cell.target:g}",
            f"{round(cell.certified * cell.draws)} of {cell.draws}",
            percent(asdict(cell.decided)),
            precision,
            str(cell.decisions),
        )
        table.add_row(*shown)
    title = (
        f"Mode {report.mode.value}: {report.ambiguous} ambiguous of {report.steps} marked steps, "
        f"{report.problems} problems, {100 * report.correct_share:.0f} % marked correct"
    )
    print_titled(title, table)
    curve = table_of(("features", "says"), ("most certain", "steps", "precision"))
    for p in report.curves:
        curve.add_row(
            p.features, p.judgement.value, f"{100 * p.share:.0f} %", str(p.steps), percent(asdict(p.precision))
        )
    print_titled("The most certain steps, cross-fitted over all marks", curve)
    for target, least in report.least_labels.items():
        fewest = report.fewest_decisions[target]
        typer.echo(
            f"target {target}: {fewest} decisions without an error at one threshold, so never below {least} "
            "marked ambiguous steps"
        )
