"""Between records and rows: what goes into the tables, and the pieces that queries share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, select

from workbench.errors import BadInput
from workbench.store.schema import rollouts, runs
from workbench.types import Rollout, Verdict, to_json

CHUNK = 500
"""Ids in one query; SQLite bounds how many it takes."""


@dataclass(frozen=True)
class RunInfo:
    """What the store knows of one run."""

    name: str
    created: str
    """UTC, ISO 8601."""
    config: str
    """The resolved configuration, as text."""
    versions: dict[str, str]
    """Versions of what took part, by name."""
    status: str
    """As last set; `running` from the start."""
    evenly: int | None = None
    """In a run imported with a choice of its rollouts: how many of each round, those whose ids have the smallest
    hashes, are an even sample. None where the store has all rollouts."""


def require_run(db: Connection, name: str) -> None:
    """Raise `BadInput`, with the nearest name, if there is no such run."""
    if db.scalar(select(runs.c.seq).where(runs.c.name == name)) is not None:
        return
    names = list(db.scalars(select(runs.c.name)))
    near = get_close_matches(name, names, n=1, cutoff=0)
    hint = f"the nearest is {near[0]!r}" if near else "the store is empty"
    raise BadInput(f"There is no run {name!r}; {hint}.")


def of_round(query: Select[Any], run: str, round: int | None) -> Select[Any]:
    """A query on rollouts, kept to a run and perhaps a round, in the order in which they were saved."""
    query = query.where(rollouts.c.run == run).order_by(rollouts.c.round, rollouts.c.seq)
    return query if round is None else query.where(rollouts.c.round == round)


def rollout_row(run: str, rollout: Rollout) -> dict[str, Any]:
    """A rollout as the table has it."""
    return {
        "run": run,
        "id": rollout.id,
        "round": rollout.round,
        "problem_id": rollout.problem_id,
        "json": to_json(rollout),
    }


def verdict_row(rollout_id: str, verdict: Verdict) -> dict[str, Any]:
    """A verdict as the table has it."""
    return {
        "rollout_id": rollout_id,
        "verifier": verdict.verifier,
        "knowledge": verdict.knowledge.value,
        "json": to_json(verdict),
    }


def chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """The ids in pieces that one query can take."""
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
