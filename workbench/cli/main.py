"""The app of the command line: its commands, and what `workbench --help` teaches."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli import materials
from workbench.cli.app import serve
from workbench.cli.audit import audit, export, import_
from workbench.cli.compare import compare
from workbench.cli.doctor import doctor
from workbench.cli.guard import GuardedGroup
from workbench.cli.labels import blind, labels
from workbench.cli.memory import memory
from workbench.cli.notebooks import lab, notebooks
from workbench.cli.refine import refine, reverify, verifiers
from workbench.cli.runs import runs
from workbench.cli.solve import evaluate, solve
from workbench.cli.train import train
from workbench.cli.verify import coverage, grade, verify
from workbench.lab.bench import bench, bench_teacher
from workbench.lab.bench_refine import bench_refine
from workbench.lab.contract_command import contract

# Without rich in the help: it starts twice as fast and keeps the examples' lines as they are.
app = typer.Typer(
    cls=GuardedGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def workbench(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Train small tutor models in mathematics, with a verdict on every step.

    Data goes to stdout and progress to stderr; --json prints for machines. The exit code is 0 when done,
    1 when something failed, 2 for bad input and 130 after Ctrl-C.

    \b
    A first look, on this machine and without a network:
      workbench solve "3(x + 4) = 24"     the shipped tutor solves, every step judged
      workbench train --minutes 5         make it better, measured before and after
      workbench solve "3(x + 4) = 24" --model latest
      workbench evaluate --model latest --n 240
    """


app.command(short_help="Train a model, measured before and after.")(train)
app.command(short_help="Solve a problem and judge each step.")(solve)
app.command("app", short_help="Open the app in the browser.")(serve)
app.command(short_help="Measure a model on a set of problems.")(evaluate)
app.command(short_help="Judge every step of solutions.")(verify)
app.command(short_help="Compare final answers.")(grade)
app.command(short_help="See what the verifier can decide.")(coverage)
app.command(short_help="Compare methods over seeds.")(compare)
app.command(short_help="List all runs.")(runs)
app.command(short_help="Look into the memory of a run.")(memory)
app.command(short_help="Make the verifier better from labels.")(refine)
app.add_typer(verifiers, name="verifiers", short_help="List versions; use one or go back.")
app.command(short_help="Judge a stored run again.")(reverify)
app.command(short_help="See which steps fail in a run.")(audit)
app.command(short_help="Write a run as a file.")(export)
app.command("import", short_help="Read a run from a file.")(import_)
app.command(short_help="Measure how a tutor model uses help.")(contract)
labels.command("blind")(blind)
app.add_typer(labels, name="labels", short_help="Fill the label queue, import, export, agreement.")
bench.command("refine")(bench_refine)
bench.command("teacher")(bench_teacher)
app.add_typer(bench, name="bench", short_help="Measure the verifier's speed and safety.")
app.add_typer(materials.problems, name="problems", short_help="Look at problems, or write files.")
app.command(short_help="Fetch SmolLM2, a real small model.")(materials.fetch)
app.command(short_help="Make a tutor model from scratch.")(materials.pretrain)
app.add_typer(notebooks, name="notebooks", short_help="Run the notebooks, or check them.")
app.command(short_help="Open the notebooks in JupyterLab.")(lab)
app.command(short_help="See what this machine has and lacks.")(doctor)
