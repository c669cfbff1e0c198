"""The database: runs, rounds, rollouts, verdicts, memory with the history of every item, and labels."""

from workbench.store.labels import Order, QueuePlace, is_person
from workbench.store.memory import MemoryEvent
from workbench.store.runfile import import_run, shipped_run
from workbench.store.runs import RunInfo
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
