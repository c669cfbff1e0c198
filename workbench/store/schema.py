"""The tables, and the version of their form. Nothing older was ever released, so there is one form only."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    REAL,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    inspect,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from workbench.errors import StorageError

VERSION = 4
"""The version of the tables' form, kept by SQLite as `user_version`. Earlier stores of the same form have 0 there,
and the names of four steps in a table `migrations`."""

metadata = MetaData()


def _of_run(primary_key: bool = True) -> Column[str]:
    return Column("run", Text, ForeignKey("runs.name"), primary_key=primary_key, nullable=False)


def _seq() -> Column[int]:
    """Return the place in the table, by which rows are in the order in which they came."""
    return Column("seq", Integer, primary_key=True)


def _texts(*names: str) -> list[Column[str]]:
    """Return columns of text that every row has."""
    return [Column(name, Text, nullable=False) for name in names]


def _integers(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False) for name in names]


runs = Table(
    "runs",
    metadata,
    _seq(),
    Column("name", Text, nullable=False, unique=True),
    *_texts("created", "config", "versions", "status"),
    Column("evenly", Integer),
)

rounds = Table("rounds", metadata, _of_run(), Column("index", Integer, primary_key=True), *_texts("json"))

problems = Table("problems", metadata, _of_run(), Column("id", Text, primary_key=True), *_texts("json"))

rollouts = Table(
    "rollouts",
    metadata,
    _seq(),
    _of_run(primary_key=False),
    *_texts("id"),
    *_integers("round"),
    *_texts("problem_id", "json"),
    Unique("run", "id"),
    Index("rollouts_of_round", "run", "round"),
)

# A rollout's id is that of its content, so two runs may hold the same one; its verdicts are shared.
verdicts = Table(
    "verdicts",
    metadata,
    _seq(),
    *_texts("rollout_id", "verifier", "knowledge", "json"),
    Unique("rollout_id", "verifier", "knowledge"),
)

memory_items = Table("memory_items", metadata, _of_run(), Column("id", Text, primary_key=True), *_texts("json"))

memory_events = Table(
    "memory_events",
    metadata,
    _of_run(),
    _seq(),
    *_texts("item_id"),
    *_integers("round"),
    *_texts("event"),
    Column("json", Text),
    *_texts("by"),
    Index("memory_events_of_item", "run", "item_id", "seq"),
    Index("memory_events_by_hand", "run", "item_id", "seq", sqlite_where=text("\"by\" <> 'run'")),
)

label_items = Table(
    "label_items",
    metadata,
    _seq(),
    Column("id", Text, nullable=False, unique=True),
    *_texts("source", "json", "added"),
    *_integers("readings", "readers", "control"),
    Column("gold", Text),
    *(Column(score, REAL) for score in ("uncertain", "disagree", "diverse", "worth")),
)

labels = Table(
    "labels",
    metadata,
    _seq(),
    Column("item_id", Text, ForeignKey("label_items.id"), nullable=False),
    *_texts("annotator", "origin", "json"),
    Index("labels_of_item", "item_id", "annotator", "seq"),
)

labels_now = Table(
    "labels_now",
    metadata,
    Column("item_id", Text, ForeignKey("label_items.id"), primary_key=True),
    Column("annotator", Text, primary_key=True),
    *_integers("seq", "person"),
    *_texts("json"),
    Index("labels_now_of_annotator", "annotator", "seq"),
)

label_leases = Table(
    "label_leases",
    metadata,
    Column("item_id", Text, ForeignKey("label_items.id"), primary_key=True),
    *_texts("annotator"),
    Column("until", REAL, nullable=False),
)


def prepare(readers: Engine, writers: Engine, path: Path) -> None:
    """Make the tables in a new file.

    Raise `StorageError` for a store of another version, and for a file of another program.
    """
    with readers.begin() as db:
        found = version_of(db)
    if found is None:
        # Several processes may open a new store at once; the write lock lets the first one make the tables.
        with writers.begin() as db:
            if (found := version_of(db)) is None:
                metadata.create_all(db)
                db.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
                return
    if found == 0:
        raise StorageError(f"{path} is not a store, it holds other tables; choose another file.")
    if found > VERSION:
        raise StorageError(
            f"{path} was made by a newer version of the workbench (its tables have version {found}, here it is "
            f"{VERSION}); upgrade the workbench or choose another store."
        )
    if found < VERSION:
        raise StorageError(
            f"{path} was made by an older version of the workbench (its tables have version {found}, here it is "
            f"{VERSION}); export its runs with that version and import them into a new store."
        )


def version_of(db: Connection) -> int | None:
    """Return the version of the tables in a file; None in an empty one, 0 where they are not ours."""
    kept = db.exec_driver_sql("PRAGMA user_version").scalar()
    if kept:
        return int(kept)
    inspector = inspect(db)
    if not inspector.get_table_names():
        return None
    if not inspector.has_table("migrations"):
        return 0
    # Before `user_version`, each step that made some of the tables left its name: m001 to m004.
    return len(list(db.exec_driver_sql("SELECT name FROM migrations").scalars()))
