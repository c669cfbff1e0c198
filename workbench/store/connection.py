"""Open SQLite, read and write in short transactions, and turn its errors into sentences."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError

from workbench.errors import BadInput, StorageError
from workbench.files import make_folder
from workbench.store import schema
from workbench.store.schema import runs

CHUNK = 500
"""Ids in one query; SQLite bounds how many it takes."""

_from_before_fork: list[Any] = []
"""Connections of a parent process, kept so that the child never closes them: that could end its locks."""


class Database:
    """One SQLite file, safe for several threads and processes at once."""

    def __init__(self, path: Path, wait_s: float) -> None:
        """Open the file, or make it with its folder. Wait up to `wait_s` seconds for other writers.

        Raise `StorageError` where that is impossible, and for a store that another version made.
        """
        make_folder(path.absolute().parent)
        self.path = path
        self.engine = open_engine(path, wait_s)
        self._writers = self.engine.execution_options(begin="IMMEDIATE")
        try:
            with reporting(path):
                schema.prepare(self.engine, self._writers, path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def read(self, run: str | None = None) -> Iterator[Connection]:
        """Yield a connection that only reads. Raise `BadInput` if there is no such run."""
        with reporting(self.path), self.engine.begin() as db:
            if run is not None:
                require_run(db, run)
            yield db

    @contextmanager
    def write(self, run: str | None = None) -> Iterator[Connection]:
        """Yield a connection that holds the write lock from its first statement on.

        What was written is kept when the block ends, also if the process is killed right after. Raise `BadInput` if
        there is no such run.
        """
        with reporting(self.path), self._writers.begin() as db:
            if run is not None:
                require_run(db, run)
            yield db


def require_run(db: Connection, name: str) -> None:
    """Raise `BadInput`, with the nearest name, if there is no such run."""
    if db.scalar(select(runs.c.seq).where(runs.c.name == name)) is not None:
        return
    names = list(db.scalars(select(runs.c.name)))
    near = get_close_matches(name, names, n=1, cutoff=0)
    hint = f"the nearest is {near[0]!r}" if near else "the store is empty"
    raise BadInput(f"There is no run {name!r}; {hint}.")


def chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the ids in pieces that one query can take."""
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def put_json(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace the `json` of those whose primary key is there."""
    if rows:
        statement = insert(table)
        keys = [column.name for column in table.primary_key]
        replaced = {"json": statement.excluded.json}
        db.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), rows)


def store_path(place: str | Path) -> Path:
    """Return the file that a path or a `sqlite:///` URL names. Raise `BadInput` for any other database."""
    if isinstance(place, str) and "://" in place:
        try:
            url = make_url(place)
        except ArgumentError as error:
            raise BadInput(f"{place!r} is not a URL; write it as sqlite:///runs/workbench.db.") from error
        if url.get_backend_name() != "sqlite" or not url.database:
            raise BadInput(f"{place!r} is not a SQLite file; write it as sqlite:///runs/workbench.db.")
        place = url.database
    if str(place) in {"", ":memory:"}:
        raise BadInput(f"{str(place)!r} is not a file; the store is one, such as runs/workbench.db.")
    return Path(place)


def open_engine(path: Path, wait_s: float) -> Engine:
    """Return an engine on a SQLite file in WAL mode.

    Transactions that only read take no lock; those of `execution_options(begin="IMMEDIATE")` take the write
    lock at once, waiting up to `wait_s` seconds, so that no transaction fails half way for want of it.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": wait_s},
        max_overflow=-1,  # a thread waits for SQLite's lock, never for a place in the pool
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, record: Any) -> None:
        record.info["process"] = os.getpid()
        connection.isolation_level = None  # `begin` below opens transactions, not the driver
        _use_wal(connection, wait_s)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "checkout")
    def refuse_after_fork(connection: sqlite3.Connection, record: Any, proxy: Any) -> None:
        if record.info["process"] != os.getpid():
            _from_before_fork.append(connection)
            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("a connection must not cross a fork")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _use_wal(connection: sqlite3.Connection, wait_s: float) -> None:
    """Switch to write-ahead logging; the mode lasts, so that this acts once in a store's life."""
    deadline = time.monotonic() + wait_s
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # SQLite does not wait for this lock itself, and two processes may open a new store at once.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def reporting(path: Path) -> Iterator[None]:
    """Turn the database's errors into one sentence each with the path and the remedy."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        if isinstance(cause, sqlite3.Error) and not isinstance(cause, sqlite3.ProgrammingError):
            raise StorageError(_sentence(path, str(cause))) from error
        raise
    except ValidationError as error:
        raise StorageError(
            f"{path} holds a {error.title} of another form; use the version of the workbench that wrote it."
        ) from error


REMEDIES = (
    ("disk is full", "has no room to grow: the disk is full; free some space, then resume the run"),
    ("readonly", "may not be written; change its permissions or choose another store"),
    ("unable to open", "cannot be opened; check that its folder exists and may be written"),
    ("locked", "has been held by another process for too long; stop that process or try again"),
    ("malformed", "is damaged; restore it from a copy, or move it away to start a new one"),
    ("not a database", "is not a store; choose another file, or move it away to start a new one"),
    ("disk i/o", "cannot be read or written: the disk reports an error; check the disk and its free space"),
)
"""What SQLite says, and what it means for the person who asked."""


def _sentence(path: Path, message: str) -> str:
    for sign, remedy in REMEDIES:
        if sign in message.lower():
            return f"{path} {remedy}."
    return f"{path} refused: {message}; check that this version of the workbench made it."
