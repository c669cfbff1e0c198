"""The database: runs, rounds, rollouts, verdicts, and memory with the history of every item."""

from workbench.store.memory_log import MemoryEvent
from workbench.store.rows import RunInfo
from workbench.store.runfile import import_run, shipped_run
from workbench.store.store import DEFAULT_PATH, Store

__all__ = ["DEFAULT_PATH", "MemoryEvent", "RunInfo", "Store", "import_run", "shipped_run"]
