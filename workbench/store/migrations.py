"""The steps that bring a store to this version's form, each applied once, in one transaction.

A step that was ever released is never edited: a new one follows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, inspect, select

from workbench.errors import StorageError
from workbench.store import schema

Migration = Callable[[Connection], None]


def m001_runs_and_rollouts(db: Connection) -> None:
    """Runs, their rounds, rollouts and verdicts.

    A rollout's id is that of its content, so two runs may hold the same one; its verdicts are shared.
    """
    statements = (
        """CREATE TABLE runs (seq INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
           config TEXT NOT NULL, versions TEXT NOT NULL, status TEXT NOT NULL)""",
        """CREATE TABLE rounds (run TEXT NOT NULL REFERENCES runs (name), "index" INTEGER NOT NULL,
           json TEXT NOT NULL, PRIMARY KEY (run, "index"))""",
        """CREATE TABLE rollouts (seq INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (name),
           id TEXT NOT NULL, round INTEGER NOT NULL, problem_id TEXT NOT NULL, json TEXT NOT NULL,
           UNIQUE (run, id))""",
        "CREATE INDEX rollouts_of_round ON rollouts (run, round)",
        """CREATE TABLE verdicts (seq INTEGER PRIMARY KEY, rollout_id TEXT NOT NULL, verifier TEXT NOT NULL,
           knowledge TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (rollout_id, verifier, knowledge))""",
    )
    for statement in statements:
        db.exec_driver_sql(statement)


def m002_memory(db: Connection) -> None:
    """Memory items as they are, and every state they were in."""
    statements = (
        """CREATE TABLE memory_items (run TEXT NOT NULL REFERENCES runs (name), id TEXT NOT NULL,
           json TEXT NOT NULL, PRIMARY KEY (run, id))""",
        """CREATE TABLE memory_events (run TEXT NOT NULL REFERENCES runs (name), seq INTEGER NOT NULL,
           item_id TEXT NOT NULL, round INTEGER NOT NULL, event TEXT NOT NULL, json TEXT,
           PRIMARY KEY (run, seq))""",
        "CREATE INDEX memory_events_of_item ON memory_events (run, item_id, seq)",
    )
    for statement in statements:
        db.exec_driver_sql(statement)


def m003_labels(db: Connection) -> None:
    """Items to be labelled, every label ever given, the labels that hold now, and leases."""
    statements = (
        """CREATE TABLE label_items (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
           json TEXT NOT NULL, added TEXT NOT NULL, readings INTEGER NOT NULL, readers INTEGER NOT NULL,
           control INTEGER NOT NULL, gold TEXT, uncertain REAL, disagree REAL, diverse REAL, worth REAL)""",
        """CREATE TABLE labels (seq INTEGER PRIMARY KEY, item_id TEXT NOT NULL REFERENCES label_items (id),
           annotator TEXT NOT NULL, origin TEXT NOT NULL, json TEXT NOT NULL)""",
        "CREATE INDEX labels_of_item ON labels (item_id, annotator, seq)",
        """CREATE TABLE labels_now (item_id TEXT NOT NULL REFERENCES label_items (id), annotator TEXT NOT NULL,
           seq INTEGER NOT NULL, person INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (item_id, annotator))""",
        "CREATE INDEX labels_now_of_annotator ON labels_now (annotator, seq)",
        """CREATE TABLE label_leases (item_id TEXT NOT NULL PRIMARY KEY REFERENCES label_items (id),
           annotator TEXT NOT NULL, until REAL NOT NULL)""",
    )
    for statement in statements:
        db.exec_driver_sql(statement)


def m004_problems_and_hands(db: Connection) -> None:
    """The problems of a run, so that its rollouts can be read without the file; and who changed memory."""
    statements = (
        """CREATE TABLE problems (run TEXT NOT NULL REFERENCES runs (name), id TEXT NOT NULL,
           json TEXT NOT NULL, PRIMARY KEY (run, id))""",
        "ALTER TABLE runs ADD COLUMN evenly INTEGER",
        """ALTER TABLE memory_events ADD COLUMN "by" TEXT NOT NULL DEFAULT 'run'""",
        """CREATE INDEX memory_events_by_hand ON memory_events (run, item_id, seq) WHERE "by" <> 'run'""",
    )
    for statement in statements:
        db.exec_driver_sql(statement)


MIGRATIONS: tuple[Migration, ...] = (
    m001_runs_and_rollouts,
    m002_memory,
    m003_labels,
    m004_problems_and_hands,
)
"""In the order in which they apply."""


def migrate(engine: Engine, path: object, steps: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Apply what the store lacks. Raises `StorageError` for a store of a newer version.

    Each step holds the write lock, so of several processes that open a store one applies it.
    """
    known = [step.__name__ for step in steps]
    with engine.connect() as db:
        applied = _applied(db)
    newer = sorted(applied.difference(known))
    if newer:
        raise StorageError(
            f"{path} was made by a newer version of the workbench (it has {newer[-1]!r}, unknown here); "
            "upgrade the workbench or choose another store."
        )
    for step in steps:
        if step.__name__ not in applied:
            with engine.execution_options(begin="IMMEDIATE").begin() as db:
                _apply(db, step)


def _applied(db: Connection) -> set[str]:
    if not inspect(db).has_table(schema.migrations.name):
        return set()
    return set(db.scalars(select(schema.migrations.c.name)))


def _apply(db: Connection, step: Migration) -> None:
    schema.migrations.create(db, checkfirst=True)
    if step.__name__ in _applied(db):  # another process was faster
        return
    step(db)
    now = datetime.now(UTC).isoformat()
    db.execute(schema.migrations.insert().values(name=step.__name__, applied=now))
