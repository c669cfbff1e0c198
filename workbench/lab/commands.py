"""`workbench contract`, `pretrain`, `notebooks` and `lab`: the shipped tutor and the notebooks, made and measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.solve import MODEL_HELP
from workbench.errors import BadInput, WorkbenchError
from workbench.resources import REINSTALL
from workbench.run.plan import RUNS

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from workbench.lab.pretrain import Recipe

GENERALISATION = ("numbers", "wording", "depth")


def contract(
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    part: Annotated[str, typer.Option(metavar="dev|test", help="Which problems: dev for tuning.")] = "dev",
    n: Annotated[int | None, typer.Option("--n", min=20, help="Problems of each split; all if left out.")] = None,
    samples: Annotated[int, typer.Option(min=1, help="Solutions of each problem; 16 for pass@16.")] = 4,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a tutor model's contract: solve rates by skill, failures by malrule, gains by kind of help.

    Reads a model and generated problems and writes no file. The figures in data/models/tutor/README.md
    come from here.

    \b
    Examples:
      workbench contract --n 240
      workbench contract --part test --samples 16 --json
    """
    if part not in ("dev", "test"):
        raise BadInput(f"--part {part!r}: the parts are dev and test.")
    from workbench.cli.runs import open_policy
    from workbench.cli.solve import measure
    from workbench.config import ModelSettings
    from workbench.problems.splits import evenly, load_split
    from workbench.run.plan import resolve_model
    from workbench.verification import Verifier

    policy = open_policy(ModelSettings(path=resolve_model(model, runs_folder)))
    from workbench.cli.render import interval_record, progress_bar
    from workbench.lab.contract import measure_alone, measure_help

    problems = evenly(load_split(part), n)
    with progress_bar(f"alone: {len(problems)} problems of {part}", len(problems) * (samples + 1)) as (bar, task):
        alone = measure_alone(policy, problems, samples, lambda rows: bar.advance(task, rows))
    suffix = "-dev" if part == "dev" else ""
    splits = {name: evenly(load_split(name + suffix), n) for name in GENERALISATION}
    general = {
        name: measure(policy, chosen, Verifier(), name, 4, 160).metrics()["solve_rate"]
        for name, chosen in splits.items()
    }
    with progress_bar("with help", None) as (bar, task):
        gains = measure_help(policy, problems, 4, lambda rows: bar.advance(task, rows))
    record: dict[str, Any] = {
        "model": policy.name,
        "part": part,
        "n": len(problems),
        "samples": samples,
        "alone": {name: interval_record(i) for name, i in alone.overall.items()},
        "by_skill": {name: interval_record(i) for name, i in alone.by_skill.items()},
        "generalisation": {name: interval_record(i) for name, i in general.items()},
        "gains": {name: interval_record(i) for name, i in gains.items()},
        "malrules": alone.malrules,
        "rarer_path": alone.rarer_path,
    }
    if as_json:
        typer.echo(json.dumps(record))
    else:
        _print_contract(record)


def _print_contract(record: dict[str, Any]) -> None:
    typer.echo(f"{record['model']} on {record['n']} problems of {record['part']}")
    for part in ("alone", "by_skill", "generalisation", "gains"):
        typer.echo(f"\n{part.replace('_', ' ')}")
        for name, interval in record[part].items():
            sign = "+" if part == "gains" else ""
            value, low, high = (f"{interval[key]:{sign}.3f}" for key in ("value", "low", "high"))
            typer.echo(f"  {name:40} {value}  [{low}, {high}]")
    for part, count in (("malrules", 8), ("rarer_path", 99)):
        typer.echo(f"\n{part.replace('_', ' ')}")
        for name, share in list(record[part].items())[:count]:
            typer.echo(f"  {name:40} {share:.3f}")


# `workbench pretrain`


def pretrain(
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Output folder; data/models/tutor if left out.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A finished tutor model to train further; from scratch if left out."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Stop after N minutes; run the same command to continue.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A field of the recipe, such as layers=3; repeatable."),
    ] = None,
) -> None:
    """Train a tutor model on generated solutions, from scratch or from a finished one.

    Writes the model and its training state into a folder; the same command continues from there. Takes over an
    hour on two cores. Prints the folder when the model is finished.

    \b
    Examples:
      workbench pretrain --out my-tutor --minutes 30
      workbench pretrain --out small --set hidden=96 --set layers=3 --set heads=3 --set intermediate=256
      workbench pretrain --start my-tutor --out riper --set clean_tokens=0 --set matrix_rate=0.008
    """
    from workbench.engine import start_quietly
    from workbench.files import free_space_check, require_writable

    start_quietly(offline=True)
    from workbench.lab import pretrain as recipe_book

    recipe = read_recipe(settings or ())
    if start is not None and not (start / "tutor.json").is_file():
        raise BadInput(f"--start {start} is not a finished tutor model; it has no tutor.json.")
    folder = out or Path("data/models/tutor")
    require_writable(folder)
    free_space_check(folder, 256 << 20)
    if recipe_book.pretrain(folder, recipe, minutes, lambda text: typer.echo(text, err=True), start):
        typer.echo(folder)
    else:
        typer.echo("Paused; run the same command to continue.", err=True)


def read_recipe(settings: Sequence[str]) -> Recipe:
    """The recipe with `key=value` settings. Raises `BadInput` with the nearest key, or for a bad value."""
    from workbench.lab.pretrain import Recipe

    defaults: dict[str, int | float] = asdict(Recipe())
    values: dict[str, Any] = {}
    for text in settings:
        key, equals, raw = (part.strip() for part in text.partition("="))
        if not equals:
            raise BadInput(f"--set {text!r} has no '='; write it as layers=3.")
        if key not in defaults:
            near = get_close_matches(key, defaults, n=1, cutoff=0)[0]
            raise BadInput(f"Unknown key {key!r} (--set {text}); the nearest known key is {near!r}.")
        values[key] = _number(raw, type(defaults[key]), text)
    recipe = Recipe(**values)
    if recipe.hidden % recipe.heads or (recipe.hidden // recipe.heads) % 2:
        raise BadInput(f"hidden = {recipe.hidden} must be heads = {recipe.heads} times an even number.")
    return recipe


def _number(raw: str, kind: type[int] | type[float], text: str) -> int | float:
    try:
        value = kind(raw.replace("_", ""))
    except ValueError as error:
        wanted = "a whole number" if kind is int else "a number"
        raise BadInput(f"--set {text}: {raw!r} is not {wanted}.") from error
    if not 0 <= value < 1e12:
        raise BadInput(f"--set {text}: {raw} is out of range.")
    return value


# `workbench notebooks ...` and `workbench lab`


notebooks = typer.Typer(no_args_is_help=True, help="Run the notebooks, or check whether they are up to date.")

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="How a file name begins, such as 03.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array.")]


ASK_NOBODY = """
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
"""
"""JupyterLab's settings: it is not to ask another host for anything."""
NO_NEWS = '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}'
"""And it is not to ask people whether it may."""


@notebooks.command(short_help="Run notebooks and write them back.")
def build(names: Names = None, as_json: AsJson = False) -> None:
    """Run notebooks from top to bottom and write each back with its outputs and static pictures.

    Each takes well under a minute on two cores. A notebook that fails stays as it was. Needs the extra `dev`.

    \b
    Examples:
      workbench notebooks build
      workbench notebooks build 03 05
    """
    from workbench.cli.render import progress_bar
    from workbench.lab.notebooks import build_notebook, notebook_paths, read_notebook

    rows = []
    for path in notebook_paths(tuple(names or ())):
        started = time.perf_counter()
        with progress_bar(f"running {path.stem}", len(read_notebook(path).cells)) as (bar, task):
            try:
                size = build_notebook(path, partial(_advance, bar, task))
            except WorkbenchError as error:
                raise type(error)(f"{path.name}: {error}") from error
        seconds = time.perf_counter() - started
        rows.append({"name": path.stem, "seconds": round(seconds, 1), "bytes": size})
        if not as_json:
            typer.echo(f"{path.stem:<24} {seconds:6.1f} s {size:>9,} bytes")
    if as_json:
        typer.echo(json.dumps(rows))


def _advance(bar: Progress, task: TaskID, done: int) -> None:
    bar.update(task, completed=done)


@notebooks.command(short_help="Check whether notebooks are up to date.")
def check(names: Names = None, as_json: AsJson = False) -> None:
    """Check whether the committed outputs belong to today's cells, model and library.

    Reads only. The exit code is 1 if a notebook must be built again.

    \b
    Examples:
      workbench notebooks check
    """
    from workbench.lab.notebooks import notebook_paths, stale

    rows = [{"name": path.stem, "changed": stale(path)} for path in notebook_paths(tuple(names or ()))]
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        for row in rows:
            typer.echo(
                f"{row['name']:<24} {'changed: ' + ', '.join(row['changed']) if row['changed'] else 'up to date'}"
            )
    if any(row["changed"] for row in rows):
        raise WorkbenchError("Some notebooks are out of date; run 'workbench notebooks build'.")


def lab(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="How the file's name begins.")] = "01",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where JupyterLab listens; 0 for any free port.")
    ] = 8888,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Whether to open the browser.")] = True,
) -> None:
    """Open JupyterLab at the first notebook, or at another one.

    Listens on this machine only and asks no other host for anything. Ctrl-C ends it.

    \b
    Examples:
      workbench lab
      workbench lab 05
      workbench lab --no-browser
    """
    from importlib.util import find_spec

    from workbench.lab.notebooks import notebook_paths, trust

    if find_spec("jupyterlab") is None:
        raise BadInput(f"JupyterLab is not installed. {REINSTALL}")
    (path, *_) = notebook_paths((name,))
    for each in notebook_paths():
        trust(each)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        (Path(folder) / "jupyter_lab_config.py").write_text(ASK_NOBODY)
        (Path(folder) / "labconfig").mkdir()
        (Path(folder) / "labconfig" / "default_setting_overrides.json").write_text(NO_NEWS)
        code = _serve(path, folder, port, browser)
    if code:
        raise WorkbenchError(f"JupyterLab ended with exit code {code}; the reason is above.")


def _serve(path: Path, settings: str, port: int, browser: bool) -> int:
    """Run JupyterLab until it ends; its exit code, 0 after Ctrl-C."""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        str(path),
        f"--ServerApp.root_dir={path.parent}",
        "--ip=127.0.0.1",
        f"--port={port}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # The usual user in a container; the server listens on this machine alone and asks for its token.
        command.append("--allow-root")
    if not browser:
        command.append("--no-browser")
    paths = os.pathsep.join([settings, *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])])
    quiet = {**os.environ, "PLOTLY_RENDERER": "plotly_mimetype", "JUPYTER_CONFIG_PATH": paths}
    try:
        return subprocess.run(command, env=quiet, check=False).returncode
    except KeyboardInterrupt:
        return 0
