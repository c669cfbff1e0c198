"""`workbench app`: the page for solving, labelling, memory and progress, on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.errors import BadInput
from workbench.run.plan import RUNS, run_in_store, store_place


def serve(
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run to open on: a name, a path or 'latest'.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen; any host but loopback needs --auth.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The first free one from 7860 on.")] = None,
    auth: Annotated[
        Path | None, typer.Option(metavar="users.json", help="Accounts; people then sign in by name and password.")
    ] = None,
    add_user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Put a user with a new password into --auth, and end.")
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
) -> None:
    """Open the app: solve with every step judged, label, look at memory and progress.

    Listens on this machine alone and loads nothing from any other. Labels and changes of memory go into
    the store. The file of accounts holds argon2 hashes, no passwords. Ctrl-C ends the app.

    \b
    Examples:
      workbench app
      workbench app --run latest --port 8000
      workbench app --auth users.json --add-user ann
      workbench app --host 0.0.0.0 --auth users.json
    """
    if add_user is not None:
        _add_user(auth, add_user)
        return
    from workbench.ui.serving import Door, launch, read_accounts, require_safe_host, stay_offline

    door = Door(read_accounts(auth)) if auth is not None else None
    require_safe_host(host, door is not None)
    place = store_place(store, runs_folder)
    stay_offline()
    from workbench.cli.runs import prepare
    from workbench.store import Store
    from workbench.store.runfile import shipped_run

    with Store.open(place) as opened:
        shown = run_in_store(run, opened) if run is not None else opened.runs.latest() or shipped_run(opened)
        typer.echo("Starting ...", err=True)
        prepare(None)
        _share_cores()
        from workbench.ui.context import AppContext, models_at_hand
        from workbench.ui.serving import build_app, launch_look

        models = models_at_hand(runs_folder, runs_folder / shown if shown is not None else None)
        context = AppContext(opened, shown, models, door is not None)
        app = build_app(context)
        address = launch(app, launch_look(), host, port, door, block=False)
        typer.echo(f"The workbench is at {address} - Ctrl-C ends it.", err=True)
        app.block_thread()


def _share_cores() -> None:
    """Give each of the models that may run at once its share of the cores.

    More threads than cores wait for each other at every small product: on a busy machine that makes a small
    model a hundred times slower.
    """
    import torch

    from workbench.ui.context import MODELS_AT_ONCE

    torch.set_num_threads(max(1, (os.cpu_count() or 2) // MODELS_AT_ONCE))


def _add_user(auth: Path | None, name: str) -> None:
    from workbench.ui.serving import add_account

    if auth is None:
        raise BadInput("--add-user needs the file to write into; give --auth users.json.")
    if sys.stdin.isatty():
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_account(auth, name, password)
    typer.echo(f"{name} may sign in by {auth}.", err=True)
