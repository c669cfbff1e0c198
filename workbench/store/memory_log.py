"""Memory items in the store: what they are now, and every state they were in.

Events are only ever appended. Each carries the whole state after it, so that the memory of any round is
the last event of each item up to then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from workbench.store.rows import chunks
from workbench.store.schema import memory_events, memory_items
from workbench.types import MemoryItem, from_json, to_json

RUN, PERSON = "run", "person"
"""Who changes memory: the training run, or somebody in the app."""
BY_PERSON = "by a person"
"""How the reason of every retirement by hand begins."""


@dataclass(frozen=True)
class MemoryEvent:
    """One change of state of one memory item."""

    seq: int
    """Place in the run's history, from 1."""
    item_id: str
    round: int
    """The round that made the change; for `rewound`, the round gone back to."""
    event: str
    """`written`, `used`, `scored`, `edited`, `retired`, `revived`, `pinned`, `unpinned`, `undone`, `changed` or
    `rewound`."""
    item: MemoryItem | None
    """The state after the change; None where a rewind went back to before the item was written."""
    by: str = RUN
    """Who made it: `run`, `person`, or `person:NAME` where people sign in."""


def event_kind(before: MemoryItem | None, after: MemoryItem) -> str:
    """What happened to an item, from its two states; the weightiest where several things did."""
    if before is None:
        return "written"
    if before.retired != after.retired:
        return "retired" if after.retired is not None else "revived"
    if before.text != after.text:
        return "edited"
    if before.pinned != after.pinned:
        return "pinned" if after.pinned else "unpinned"
    scored = replace(before, uses=after.uses, helped=after.helped, hurt=after.hurt)
    if scored != after:
        return "changed"
    return "used" if (before.helped, before.hurt) == (after.helped, after.hurt) else "scored"


def save_items(db: Connection, run: str, round_index: int, items: Iterable[MemoryItem]) -> int:
    """Put items in their new state, with an event for each that changed. Returns how many did.

    What people decided in the meantime stands: a run that knows nothing of it yet does not undo it.
    """
    new = apply_human_edits(_by_id(items), human_edits(db, run))
    now = _by_id(item for keys in chunks(new) for item in current(db, run, keys))
    changed = {key: item for key, item in new.items() if now.get(key) != item}
    kinds = {key: event_kind(now.get(key), item) for key, item in changed.items()}
    append(db, run, round_index, kinds, changed)
    return len(changed)


def current(db: Connection, run: str, keys: Sequence[str] | None = None) -> list[MemoryItem]:
    """The items as they are now, by id; of these keys only, if any are given."""
    query = select(memory_items.c.json).where(memory_items.c.run == run).order_by(memory_items.c.id)
    if keys is not None:
        query = query.where(memory_items.c.id.in_(keys))
    return [from_json(MemoryItem, text) for text in db.scalars(query)]


def item_of(db: Connection, run: str, item_id: str) -> MemoryItem | None:
    """One item as it is now; None if there is none of that id."""
    query = select(memory_items.c.json).where(memory_items.c.run == run, memory_items.c.id == item_id)
    text = db.scalar(query)
    return None if text is None else from_json(MemoryItem, text)


def at_end_of(db: Connection, run: str, round_index: int) -> list[MemoryItem]:
    """The items as they were at the end of a round, retired ones included, by id."""
    events = memory_events.c
    up_to = (events.run == run) & (events.round <= round_index)
    last = select(func.max(events.seq)).where(up_to).group_by(events.item_id).scalar_subquery()
    query = select(events.json).where(events.run == run, events.seq.in_(last), events.json.is_not(None))
    return [from_json(MemoryItem, text) for text in db.scalars(query.order_by(events.item_id))]


def rewind(db: Connection, run: str, round_index: int) -> None:
    """Go back to the memory at the end of a round, by events like any other: nothing is forgotten."""
    now = _by_id(current(db, run))
    then = apply_human_edits(_by_id(at_end_of(db, run, round_index)), human_edits(db, run))
    gone = {key: None for key in now if key not in then}
    back = {key: item for key, item in then.items() if now.get(key) != item}
    changed = {**gone, **back}
    append(db, run, round_index, dict.fromkeys(changed, "rewound"), changed)


def events_of(db: Connection, run: str, item_id: str) -> list[MemoryEvent]:
    """The history of one item, oldest first."""
    events = memory_events.c
    return _events(db, (events.run == run) & (events.item_id == item_id))


def all_events(db: Connection, run: str) -> list[MemoryEvent]:
    """The history of all items of a run, oldest first."""
    return _events(db, memory_events.c.run == run)


def _events(db: Connection, wanted: ColumnElement[bool]) -> list[MemoryEvent]:
    events = memory_events.c
    query = select(events.seq, events.item_id, events.round, events.event, events.json, events.by)
    return [
        MemoryEvent(seq, key, index, event, None if text is None else from_json(MemoryItem, text), by)
        for seq, key, index, event, text, by in db.execute(query.where(wanted).order_by(events.seq))
    ]


def human_edits(db: Connection, run: str) -> dict[str, MemoryItem]:
    """What people last made of each item that they touched, by id."""
    events = memory_events.c
    by_hand = (events.run == run) & (events.by != RUN)
    last = select(func.max(events.seq)).where(by_hand).group_by(events.item_id).scalar_subquery()
    query = select(events.json).where(events.run == run, events.seq.in_(last), events.json.is_not(None))
    return _by_id(from_json(MemoryItem, text) for text in db.scalars(query))


def apply_human_edits(items: Mapping[str, MemoryItem], word: Mapping[str, MemoryItem]) -> dict[str, MemoryItem]:
    """The items with what people decided about their text, their pin and their retirement."""
    return {key: _heeded(item, word[key]) if key in word else item for key, item in items.items()}


def _heeded(item: MemoryItem, word: MemoryItem) -> MemoryItem:
    """Counts, evidence and freshness stay the run's own."""
    if PERSON in (item.writer, word.writer):
        item = replace(item, text=word.text, writer=word.writer)
    if retired_by_person(word) or retired_by_person(item):
        item = replace(item, retired=word.retired)
    elif word.pinned:
        item = replace(item, retired=None)
    return replace(item, pinned=word.pinned)


def retired_by_person(item: MemoryItem) -> bool:
    """Whether somebody retired it, rather than the run."""
    return item.retired is not None and item.retired.startswith(BY_PERSON)


def _by_id(items: Iterable[MemoryItem]) -> dict[str, MemoryItem]:
    return {item.id: item for item in items}


def append(
    db: Connection,
    run: str,
    round_index: int,
    kinds: Mapping[str, str],
    states: Mapping[str, MemoryItem | None],
    by: str = RUN,
) -> None:
    """Write the events and the states they lead to. The transaction's write lock keeps `seq` in order."""
    if not states:
        return
    highest = select(func.max(memory_events.c.seq)).where(memory_events.c.run == run)
    first = (db.scalar(highest) or 0) + 1
    texts = {key: None if item is None else to_json(item) for key, item in states.items()}
    rows = [
        {"run": run, "seq": seq, "item_id": key, "round": round_index, "event": kinds[key], "json": text, "by": by}
        for seq, (key, text) in enumerate(texts.items(), start=first)
    ]
    db.execute(memory_events.insert(), rows)
    kept = [{"run": run, "id": key, "json": text} for key, text in texts.items() if text is not None]
    if kept:
        statement = insert(memory_items)
        statement = statement.on_conflict_do_update(
            index_elements=["run", "id"], set_={"json": statement.excluded.json}
        )
        db.execute(statement, kept)
    for key in (key for key, text in texts.items() if text is None):
        db.execute(delete(memory_items).where(memory_items.c.run == run, memory_items.c.id == key))
