"""A quiet, offline start of the model libraries, and `workbench runs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.engine import start_quietly
from workbench.engine.fetch import model_folder
from workbench.run.plan import RUNS, store_place

if TYPE_CHECKING:
    from workbench.config import ModelSettings
    from workbench.engine.policy import Policy
    from workbench.store import Store


TUTOR_TOKENS, FOREIGN_TOKENS = 160, 300
"""Longest solutions: a model that did not learn our short steps needs more words for the same."""


def prepare(name: str | None) -> str:
    """Make ready for a model that `resolve_model` gave: allocator, silence, no network but for a hub id.

    Return what transformers loads. Must run before anything imports transformers.
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
    """Return the policy of these settings, libraries made ready first."""
    prepare(settings.path)
    from workbench.engine.policy import load_policy

    return load_policy(settings)


def longest_solution(policy: Policy, wanted: int | None) -> int:
    """Return the number of tokens after which a solution is cut off."""
    if wanted is not None:
        return wanted
    return FOREIGN_TOKENS if policy.instruction else TUTOR_TOKENS


# `workbench runs`: the table of all runs.


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
            rows = [describe(opened, name) for name in opened.runs.names()]
    if as_json:
        typer.echo(json.dumps(rows))
    elif rows:
        print_runs(rows)
    else:
        typer.echo(f"There are no runs in {place}; start one with 'workbench train'.", err=True)


def describe(store: Store, name: str) -> dict[str, Any]:
    """Return what the table shows of a run."""
    from workbench.config import upgraded

    info, rounds = store.runs.info(name), store.runs.rounds(name)
    try:
        method = upgraded(json.loads(info.config))["method"]["name"]
    except (ValueError, KeyError, TypeError, AttributeError):  # an imported run may have any configuration
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
