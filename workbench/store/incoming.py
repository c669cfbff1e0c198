"""A whole run from a file into the tables, inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert

from workbench.store.rows import rollout_row, verdict_row
from workbench.store.runfile import RunRecords
from workbench.store.schema import memory_events, memory_items, problems, rollouts, rounds, runs, verdicts
from workbench.types import MemoryItem, to_json


def insert_run(db: Connection, records: RunRecords) -> None:
    """Insert all rows of a run that the store does not have."""
    info, name = records.info, records.info.name
    # What trains elsewhere does not train here.
    status = "interrupted" if info.status == "running" else info.status
    row = {"name": name, "created": info.created, "config": info.config, "status": status, "evenly": info.evenly}
    db.execute(runs.insert(), {**row, "versions": json.dumps(info.versions, sort_keys=True)})
    _add(db, rounds, [{"run": name, "index": r.index, "json": to_json(r)} for r in records.rounds])
    _add(db, problems, [{"run": name, "id": p.id, "json": to_json(p)} for p in records.problems])
    _add(db, rollouts, [rollout_row(name, j.rollout) for j in records.judged])
    # Rollouts' ids are of their content: a copy of the run may have brought the same verdicts before.
    said = [verdict_row(j.rollout.id, j.verdict) for j in records.judged]
    if said:
        db.execute(insert(verdicts).on_conflict_do_nothing(), said)
    states: dict[str, MemoryItem | None] = {}
    for event in sorted(records.events, key=lambda e: e.seq):
        states[event.item_id] = event.item
    _add(
        db,
        memory_events,
        [
            {
                "run": name,
                "seq": e.seq,
                "item_id": e.item_id,
                "round": e.round,
                "event": e.event,
                "json": None if e.item is None else to_json(e.item),
                "by": e.by,
            }
            for e in records.events
        ],
    )
    _add(db, memory_items, _item_rows(name, (item for item in states.values() if item is not None)))


def _item_rows(run: str, items: Iterable[MemoryItem]) -> list[dict[str, Any]]:
    return [{"run": run, "id": item.id, "json": to_json(item)} for item in items]


def _add(db: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        db.execute(table.insert(), rows)
