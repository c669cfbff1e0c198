"""Runs in the store: what each was started with, its problems, and its rounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, update

from workbench.errors import BadInput
from workbench.store.connection import Database, put_json
from workbench.store.schema import problems, rounds, runs
from workbench.types import Knowledge, Problem, Round, from_json, to_json


@dataclass(frozen=True)
class RunInfo:
    """What the store knows of one run."""

    name: str
    created: str
    """UTC, ISO 8601."""
    config: str
    """The resolved configuration, as text."""
    versions: dict[str, str]
    """Versions of the package, the verifier and others, by name."""
    status: str
    """`running` at the start, then `finished`, `interrupted` or `failed`."""
    evenly: int | None = None
    """In a run imported with a choice of its rollouts: how many of each round, those whose ids have the smallest
    hashes, are an even sample. None where the store has all rollouts."""


class Runs:
    """Read and write runs. Methods raise `BadInput`, with the nearest name, for an unknown run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, config_json: str, versions: Mapping[str, str]) -> None:
        """Record a new run with status `running`. Raise `BadInput` if there is one of that name."""
        info = RunInfo(name, datetime.now(UTC).isoformat(), config_json, dict(versions), "running")
        with self._database.write() as db:
            if has_run(db, name):
                raise BadInput(f"There is a run {name!r} in {self._database.path}; resume it or choose another name.")
            insert_run(db, info)

    def names(self) -> list[str]:
        """Return the names of all runs, oldest first."""
        with self._database.read() as db:
            return list(db.scalars(select(runs.c.name).order_by(runs.c.seq)))

    def latest(self) -> str | None:
        """Return the name of the newest run; None in an empty store."""
        with self._database.read() as db:
            return db.scalar(select(runs.c.name).order_by(runs.c.seq.desc()).limit(1))

    def info(self, run: str) -> RunInfo:
        """Return what the store knows of a run."""
        with self._database.read(run) as db:
            row = db.execute(select(runs).where(runs.c.name == run)).one()
        return RunInfo(row.name, row.created, row.config, json.loads(row.versions), row.status, row.evenly)

    def set_status(self, run: str, status: str) -> None:
        with self._database.write(run) as db:
            db.execute(update(runs).where(runs.c.name == run).values(status=status))

    def save_problems(self, run: str, new: Iterable[Problem]) -> None:
        """Record the problems that a run's rollouts are about; one of the same id is replaced."""
        with self._database.write(run) as db:
            put_problems(db, run, new)

    def problems(self, run: str) -> dict[str, Problem]:
        """Return the recorded problems of a run by id; none in runs of older versions."""
        query = select(problems.c.json).where(problems.c.run == run).order_by(problems.c.id)
        with self._database.read(run) as db:
            return {p.id: p for p in (from_json(Problem, text) for text in db.scalars(query))}

    def save_round(self, run: str, done: Round) -> None:
        """Record a round; one of the same index is replaced, as when a resumed run repeats it."""
        with self._database.write(run) as db:
            put_rounds(db, run, [done])

    def rounds(self, run: str) -> list[Round]:
        """Return all rounds of a run by index."""
        query = select(rounds.c.json).where(rounds.c.run == run).order_by(rounds.c.index)
        with self._database.read(run) as db:
            return [from_json(Round, text) for text in db.scalars(query)]

    def round_count(self, run: str) -> int:
        """Return how many rounds of a run are done."""
        with self._database.read(run) as db:
            return db.scalar(select(func.count()).select_from(rounds).where(rounds.c.run == run)) or 0


def has_run(db: Connection, name: str) -> bool:
    """Return whether the store has a run of that name."""
    return db.scalar(select(runs.c.seq).where(runs.c.name == name)) is not None


def knowledge_in(db: Connection, run: str) -> Knowledge:
    """Return what the verifier knew in a run, by its configuration; the answer where that does not say."""
    config = db.scalar(select(runs.c.config).where(runs.c.name == run))
    try:
        return Knowledge(json.loads(config or "")["training"]["knowledge"])
    except (ValueError, KeyError, TypeError):
        return Knowledge.ANSWER


def insert_run(db: Connection, info: RunInfo) -> None:
    """Insert a run that the store does not have."""
    row = {"name": info.name, "created": info.created, "config": info.config, "status": info.status}
    versions = json.dumps(info.versions, sort_keys=True)
    db.execute(runs.insert(), {**row, "versions": versions, "evenly": info.evenly})


def put_rounds(db: Connection, run: str, done: Iterable[Round]) -> None:
    """Insert rounds, or replace those of the same index."""
    put_json(db, rounds, [{"run": run, "index": r.index, "json": to_json(r)} for r in done])


def put_problems(db: Connection, run: str, new: Iterable[Problem]) -> None:
    """Insert problems, or replace those of the same id."""
    put_json(db, problems, [{"run": run, "id": p.id, "json": to_json(p)} for p in new])
