"""Which model a name on the command line means, and a quiet, offline start of the libraries."""

from __future__ import annotations

import json
import re
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.engine import start_quietly
from workbench.engine.fetch import SMOLLM2, model_folder
from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.config import ModelSettings
    from workbench.engine.policy import Policy
    from workbench.store import Store


TUTOR_TOKENS, FOREIGN_TOKENS = 160, 300
"""Longest solutions: a model that did not learn our short steps needs more words for the same."""


RUNS = Path("runs")


def resolve_model(name: str | None, runs_folder: Path = RUNS) -> str | None:
    """What the library calls a model that was named as a run, `latest`, a folder, a hub id or not at all."""
    if name is None or name == SMOLLM2:
        return name
    folder = Path(name).expanduser()
    if (folder / "config.json").is_file():
        return name
    is_run = name == LATEST or (folder / "config.yaml").is_file()
    if not is_run and not (runs_folder / name / "config.yaml").is_file():
        # A mistyped run must not be asked for on the network: a hub id is org/name here.
        if name.strip() and "/" not in name and not folder.exists():
            raise BadInput(f"There is no run or folder {name!r}; a model on the hub is named org/name.")
        return name
    run = find_run(name, runs_folder)
    if not (run / "model" / "config.json").is_file():
        raise BadInput(
            f"The run {run.name!r} has no trained model yet; "
            f"go on with it by 'workbench train --resume --run {run.name}'."
        )
    return str(run / "model")


def prepare(name: str | None) -> str:
    """Make ready for a model that `resolve_model` gave: allocator, silence, no network but for a hub id.

    Returns what transformers loads. Must run before anything imports transformers.
    """
    place = model_folder(name)
    local = Path(place).exists()
    if not local:
        typer.echo(f"Loading {place} from the Hugging Face hub, unless it is in the cache ...", err=True)
    start_quietly(local)
    from workbench.engine.hardware import tune_allocator

    tune_allocator()
    return place


def open_policy(settings: ModelSettings) -> Policy:
    """The policy of these settings, libraries made ready first."""
    prepare(settings.path)
    from workbench.engine.policy import load_policy

    return load_policy(settings)


def longest_solution(policy: Policy, wanted: int | None) -> int:
    """Tokens after which a solution is cut off."""
    if wanted is not None:
        return wanted
    return FOREIGN_TOKENS if policy.instruction else TUTOR_TOKENS


# Runs by name, path or `latest`: where they lie, what they are called, and the table of them.


STORE_FILE = "workbench.db"
LATEST = "latest"
CONFIG_FILE = "config.yaml"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def store_place(store: str | None, runs_folder: Path) -> str:
    """The store that was named, or the one that lies among the runs."""
    return store if store is not None else str(runs_folder / STORE_FILE)


def new_name(wanted: str | None, method: str, runs_folder: Path) -> str:
    """A name for a new run: the wanted one, or the method and the time. Raises `BadInput` if it is taken."""
    if wanted is None:
        base = f"{method}-{datetime.now():%Y%m%d-%H%M%S}"
        taken = (n for n in range(2, 1000) if not (runs_folder / f"{base}-{n}").exists())
        return base if not (runs_folder / base).exists() else f"{base}-{next(taken)}"
    if wanted == LATEST or not NAME.fullmatch(wanted):
        raise BadInput(f"{wanted!r} cannot name a run; use letters, digits, '.', '_' and '-'.")
    if (runs_folder / wanted).exists():
        raise BadInput(
            f"There is a run {wanted!r} in {runs_folder}; go on with it by --resume or choose another name."
        )
    return wanted


def find_run(run: str, runs_folder: Path, store: str | None = None) -> Path:
    """The folder of a run given by name, path or `latest`. Raises `BadInput` with the nearest name."""
    if (Path(run) / CONFIG_FILE).is_file():
        return Path(run)
    names = _names(runs_folder, store)
    if run == LATEST:
        if not names:
            raise BadInput(f"There are no runs in {runs_folder}; start one with 'workbench train'.")
        return runs_folder / names[-1]
    if run in names:
        return runs_folder / run
    near = get_close_matches(run, names, n=1, cutoff=0)
    hint = f"the nearest is {near[0]!r}" if near else "there are none yet, start one with 'workbench train'"
    raise BadInput(f"There is no run {run!r} in {runs_folder}; {hint}.")


def run_in_store(run: str, store: Store) -> str:
    """The name of a run given by name, folder or `latest`. Raises `BadInput` with the nearest name."""
    if run == LATEST:
        latest = store.latest_run()
        if latest is None:
            raise BadInput(f"There are no runs in {store.path}; start one with 'workbench train'.")
        return latest
    name = Path(run).name if run not in store.run_names() and Path(run).is_dir() else run
    return store.run_info(name).name


def _names(runs_folder: Path, store: str | None) -> list[str]:
    """Names of the runs that have a folder, oldest first: by the store, or without one by the clock."""
    from workbench.store import Store
    from workbench.store.connection import store_path

    configs = sorted(runs_folder.glob(f"*/{CONFIG_FILE}"), key=lambda path: path.stat().st_mtime)
    names = [path.parent.name for path in configs]
    place = store_place(store, runs_folder)
    if not store_path(place).exists():
        return names
    with Store.open(place) as opened:
        order = opened.run_names()
    return sorted(names, key=lambda name: order.index(name) if name in order else -1)


def runs(
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="The store; workbench.db in the runs folder by default.")
    ] = None,
    runs_folder: Annotated[Path, typer.Option(help="The folder that holds all runs.")] = RUNS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List all runs, oldest first: method, status, rounds, last solve rate on dev.

    Reads the store and writes nothing.

    \b
    Examples:
      workbench runs
      workbench runs --json
    """
    from workbench.cli.render import print_runs
    from workbench.store import Store
    from workbench.store.connection import store_path

    place = store_place(store, runs_folder)
    rows: list[dict[str, Any]] = []
    if store_path(place).exists():
        with Store.open(place) as opened:
            rows = [describe(opened, name) for name in opened.run_names()]
    if as_json:
        typer.echo(json.dumps(rows))
    elif rows:
        print_runs(rows)
    else:
        typer.echo(f"There are no runs in {place}; start one with 'workbench train'.", err=True)


def describe(store: Store, name: str) -> dict[str, Any]:
    """What the table shows of a run."""
    info, rounds = store.run_info(name), store.rounds(name)
    try:
        method = json.loads(info.config)["training"]["method"]
    except (ValueError, KeyError, TypeError):  # an imported run may have any configuration
        method = "?"
    measured = [r.evaluation["solve_rate"] for r in rounds if "solve_rate" in r.evaluation]
    return {
        "name": name,
        "created": info.created,
        "method": method,
        "status": info.status,
        "rounds": len(rounds),
        "dev_solve_rate": measured[-1].value if measured else None,
    }
