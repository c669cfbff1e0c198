"""What the tabs read of runs, kept while the store does not change: an audit of a large run takes seconds."""

from __future__ import annotations

import threading
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


@dataclass(frozen=True)
class Audited:
    """The audit of a run, with its problems by id."""

    audit: Audit
    problems: Mapping[str, Problem]
    note: str
    """What is to be said where the store does not have all rollouts."""


class Audits:
    """Audits of runs, shared by everybody who looks: they are read-only, and made anew when the store has grown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[str, tuple[int, int]], Audited] = OrderedDict()

    def of(self, run: str) -> Audited:
        """The audit of a run as the store has it now. Raises `BadInput` for an unknown run."""
        key = run, self._store.growth(run)
        with self._lock:
            if key not in self._made:
                self._made[key] = audited(self._store, run)
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]


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
