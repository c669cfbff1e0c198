"""`workbench audit`, `workbench export` and `workbench import`: what failed in a run, and a run as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.errors import BadInput
from workbench.run.plan import LATEST, RUNS, run_in_store, store_place

if TYPE_CHECKING:
    from workbench.evaluation.audit import Audit, Cell
    from workbench.store import Store
    from workbench.ui.context import Audited

RUN_HELP = "A run's name, its folder, or 'latest'."
STORE_HELP = "The store; workbench.db in the runs folder by default."
SHOWN = 25


def audit(
    run: Annotated[str, typer.Argument(help=RUN_HELP)] = LATEST,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the whole audit as one page that loads nothing.")
    ] = None,
    practice: Annotated[
        str | None,
        typer.Option(metavar="SKILL:KIND", help="Write practice problems like these failures; needs --out."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="F.jsonl", help="Where the practice problems go.")] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="How many practice problems.")] = 40,
    store: Annotated[str | None, typer.Option(metavar="URL", help=STORE_HELP)] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show which kinds of step fail first in a run, by skill and malrule or diagnosis.

    Reads the store. A kind is the malrule of the first wrong step, or else its diagnosis; 'not_located' if
    the answer is wrong but no step was found wrong, 'misread' if two readings of a step differ. Shares are
    of the skill's rollouts.

    \b
    Examples:
      workbench audit
      workbench audit first-look --html report.html
      workbench audit --practice linear_both:sign_kept --out practice.jsonl
      workbench audit --json
    """
    from workbench.ui.context import audited

    if (practice is None) != (out is None):
        raise BadInput("--practice and --out go together; name the cell and the file.")
    with opened(store, runs_folder) as store_here:
        name = run_in_store(run, store_here)
        found = audited(store_here, name)
        if html is not None:
            from workbench.files import write_atomically
            from workbench.ui.audit import audit_page

            write_atomically(html, audit_page(store_here, name))
            typer.echo(f"Wrote {html}", err=True)
        if practice is not None and out is not None:
            _write_practice(found, practice, out, n)
    _print(name, found, as_json)


def _write_practice(found: Audited, wanted: str, out: Path, n: int) -> None:
    from workbench.evaluation.audit import failures_of
    from workbench.problems.practice import practice as make
    from workbench.problems.readers import write_problems

    skill, colon, kind = wanted.partition(":")
    if not colon:
        raise BadInput(f"--practice {wanted!r} names no cell; write it as linear_both:sign_kept.")
    members = failures_of(found.audit, skill, kind)
    if not members:
        raise BadInput(f"Nothing in {skill!r} failed by {kind!r}; 'workbench audit' lists what did.")
    failed = [found.problems[f.problem_id] for f in members if f.problem_id in found.problems]
    made = make(skill, kind, failed, n, avoid=found.problems.values())
    write_problems(out, made.problems)
    typer.echo(f"Wrote {len(made.problems)} problems to {out}: {made.how}", err=True)


def _print(name: str, found: Audited, as_json: bool) -> None:
    from workbench.evaluation.audit import cells, trends

    made = cells(found.audit)
    if as_json:
        spans, lines = trends(found.audit)
        typer.echo(json.dumps(_record(name, found, made, spans, lines)))
        return
    _print_table(name, found.audit, made[:SHOWN], found.note)


def _print_table(run: str, found: Audit, shown: Sequence[Cell], note: str) -> None:
    """The commonest kinds of first error, and how much was tried."""
    from workbench.cli.render import console, plain, table_of

    out = console()
    tried, failed = found.count(), len(found.failures)
    share = f", {failed / tried:.0%}" if tried else ""
    out.print(f"{plain(run)}: {failed:,} of {tried:,} rollouts failed{share}. {plain(note)}".rstrip())
    if not shown:
        return
    figures = ("times", "share", "problems", "right answer", "first third", "last third")
    table = table_of(("skill", "first error"), figures)
    for cell in shown:
        ends = ("–" if value is None else f"{value:.1%}" for value in (cell.early, cell.late))
        counts = (str(cell.count), f"{cell.share:.1%}", str(cell.problems), str(cell.right_answers))
        table.add_row(plain(cell.skill), plain(cell.kind), *counts, *ends)
    out.print(table)


def _record(name: str, found: Audited, made: list[Cell], spans: Any, lines: Any) -> dict[str, Any]:
    return {
        "run": name,
        "rollouts": found.audit.count(),
        "failed": len(found.audit.failures),
        "note": found.note,
        "cells": [asdict(cell) for cell in made],
        "trends": {"rounds": spans, "shares": {line.kind: line.shares for line in lines}},
    }


def export(
    run: Annotated[str, typer.Argument(help=RUN_HELP)],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write, such as run.jsonl.gz.")],
    rollouts: Annotated[int, typer.Option(min=0, help="Most rollouts; the file says how they were chosen.")] = 4000,
    store: Annotated[str | None, typer.Option(metavar="URL", help=STORE_HELP)] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
) -> None:
    """Write one run as a file: its rounds, its memory with all history, and rollouts with their verdicts.

    Where a run has more rollouts than --rollouts, half of them are an even sample of every round and the rest
    those that memory was written from. The models are not in the file.

    \b
    Examples:
      workbench export latest --out run.jsonl.gz
      workbench export first-look --out small.jsonl.gz --rollouts 500
    """
    from workbench.problems.splits import problems_of
    from workbench.store.runfile import collect, write_run

    with opened(store, runs_folder) as store_here:
        name = run_in_store(run, store_here)
        records = collect(store_here, name, problems_of(store_here, name), rollouts)
    write_run(out, records)
    counts = f"{len(records.rounds)} rounds, {len(records.judged)} rollouts, {len(records.events)} memory events"
    typer.echo(f"{out}: {counts}, {out.stat().st_size / 2**20:.1f} MiB", err=True)


def import_(
    file: Annotated[Path, typer.Argument(help="A file that 'workbench export' wrote.")],
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Another name for the run.")] = None,
    store: Annotated[str | None, typer.Option(metavar="URL", help=STORE_HELP)] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
) -> None:
    """Put a run from a file into the store; prints its name. A bad file changes nothing.

    \b
    Example:
      workbench import run.jsonl.gz --as theirs
    """
    from workbench.store import Store
    from workbench.store.runfile import import_run, read_run

    read_run(file)  # before a store is made for it
    with Store.open(store_place(store, runs_folder)) as store_here:
        typer.echo(import_run(store_here, file, name))


def opened(store: str | None, runs_folder: Path) -> Store:
    """The store, which must be there. Raises `BadInput` if it is not."""
    from workbench.store import Store
    from workbench.store.connection import store_path

    place = store_place(store, runs_folder)
    if not store_path(place).exists():
        raise BadInput(f"There is no store {place}; start a run with 'workbench train', or give --store.")
    return Store.open(place)
