"""`workbench notebooks ...` and `workbench lab`: build the notebooks, and open them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import BadInput, WorkbenchError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

notebooks = typer.Typer(no_args_is_help=True, help="Run the notebooks, or see whether they are in step.")

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


@notebooks.command(short_help="See whether notebooks are in step.")
def check(names: Names = None, as_json: AsJson = False) -> None:
    """See whether the committed outputs belong to the cells, the model and the library as they are now.

    Reads only. Ends with exit code 1 if a notebook must be built anew.

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
                f"{row['name']:<24} {'changed: ' + ', '.join(row['changed']) if row['changed'] else 'in step'}"
            )
    if any(row["changed"] for row in rows):
        raise WorkbenchError("Some notebooks are out of step; run 'workbench notebooks build'.")


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
        raise BadInput("JupyterLab is not installed; run 'pip install -e .' in the checkout.")
    (path, *_) = notebook_paths((name,))
    for each in notebook_paths():
        trust(each)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        (Path(folder) / "jupyter_lab_config.py").write_text(ASK_NOBODY)
        (Path(folder) / "labconfig").mkdir()
        (Path(folder) / "labconfig" / "default_setting_overrides.json").write_text(NO_NEWS)
        code = _serve(path, folder, port, browser)
    if code:
        raise WorkbenchError(f"JupyterLab ended with exit code {code}; what it wrote above says why.")


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
