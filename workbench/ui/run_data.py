"""What the tabs read of runs, kept for a while: an audit of a large run takes seconds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.evaluation.audit import Audit, audit
from workbench.problems.of_run import problems_of
from workbench.store import Store
from workbench.store.runfile import even_sample
from workbench.types import Problem

KEPT = 4
"""Runs whose audit is kept."""
FRESH = 20.0
"""Seconds for which an audit serves although the store has grown, as it does all the time while a run trains."""


@dataclass(frozen=True)
class Audited:
    """The audit of a run, with its problems by id."""

    audit: Audit
    problems: Mapping[str, Problem]
    note: str
    """What is to be said where the store does not have all rollouts."""


class Audits:
    """Audits of runs, shared by everybody who looks: they are read-only, and made anew when the store has grown.

    While a run trains, one is at most `FRESH` seconds behind.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._made: OrderedDict[str, tuple[tuple[int, int], float, Audited]] = OrderedDict()
        """By run: how far the store was, when that was, and the audit."""

    def of(self, run: str) -> Audited:
        """The audit of a run. Raises `BadInput` for an unknown run."""
        growth = self._store.growth(run)
        with self._lock:
            at, made, found = self._made.get(run, (None, 0.0, None))
            if found is None or (at != growth and time.monotonic() - made > FRESH):
                found = audited(self._store, run)
                self._made[run] = growth, time.monotonic(), found
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(run)
            return found


def audited(store: Store, run: str) -> Audited:
    """The audit of a run; of an imported part of one, that of its even sample."""
    info, judged, problems = store.run_info(run), store.judged(run), problems_of(store, run)
    sample = even_sample(judged, info.evenly)
    note = ""
    if info.evenly is not None:
        note = (
            f"This run came from a file with a part of its rollouts; shares are of an even sample of {len(sample):,}."
        )
    return Audited(audit(sample, problems), problems, note)
