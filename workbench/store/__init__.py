"""The database: runs, rounds, rollouts, verdicts, memory with the history of every item, and labels."""

from workbench.store.labels import Order, QueuePlace, is_person
from workbench.store.memory_log import MemoryEvent
from workbench.store.rows import RunInfo
from workbench.store.runfile import import_run, shipped_run
from workbench.store.store import DEFAULT_PATH, Store

__all__ = [
    "DEFAULT_PATH",
    "MemoryEvent",
    "Order",
    "QueuePlace",
    "RunInfo",
    "Store",
    "import_run",
    "is_person",
    "shipped_run",
]
