"""The store: one SQLite file for all runs, safe for several threads and processes at once.

It holds runs, rounds, rollouts, verdicts, memory with the history of every item, and labels.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from workbench.store.connection import Database, store_path
from workbench.store.labels import Labels, Order, QueuePlace, is_person
from workbench.store.memory import Memory, MemoryEvent
from workbench.store.runs import RunInfo, Runs
from workbench.store.verdicts import Verdicts

__all__ = ["DEFAULT_PATH", "MemoryEvent", "Order", "QueuePlace", "RunInfo", "Store", "is_person"]

DEFAULT_PATH = Path("runs/workbench.db")
"""The file of the store unless the caller says otherwise."""


class Store:
    """Open a store with `Store.open`, close it by leaving its `with` block.

    It offers one noun for each kind of record: `store.runs`, `store.verdicts`, `store.memory`, `store.labels`. Their
    methods raise `StorageError` where the disk or the database refuses, and `BadInput` for an unknown run. What a
    method wrote is kept when it returns, also if the process is killed right after.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.path = database.path
        self.runs = Runs(database)
        self.verdicts = Verdicts(database)
        self.memory = Memory(database)
        self.labels = Labels(database)

    @classmethod
    def open(cls, place: str | Path = DEFAULT_PATH, wait_s: float = 30.0) -> Store:
        """Open the store in a file, given as a path or a `sqlite:///` URL. A new one is made with its folder.

        `wait_s`: seconds to wait for other writers. Raise `StorageError` also for another version's store.
        """
        return cls(Database(store_path(place), wait_s))

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
