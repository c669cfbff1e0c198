"""Memory items in the store: what they are now, every state they were in, and what people changed.

Events are only ever appended. Each carries the whole state after it, so that the memory of any round is
the last event of each item up to then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select

from workbench.errors import BadInput
from workbench.files import shown
from workbench.store.connection import Database, chunks, put_json
from workbench.store.schema import memory_events, memory_items, rounds
from workbench.types import MemoryItem, Writer, from_json, to_json

RUN, PERSON = "run", "person"
"""Who changes memory: the training run, or somebody in the app."""
BY_PERSON = "by a person"
"""The reason of every retirement by a person begins so."""
LONGEST_TEXT = 2000
"""Characters of an item's text: what a teacher may have to read."""
LONGEST_REASON = 300


class Change(StrEnum):
    """What happened to a memory item."""

    WRITTEN = "written"
    USED = "used"
    SCORED = "scored"
    EDITED = "edited"
    RETIRED = "retired"
    REVIVED = "revived"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    CHANGED = "changed"
    """Something else about it."""
    UNDONE = "undone"
    """A person took back the last change by a person."""
    REWOUND = "rewound"
    """The run went back to an earlier round."""


@dataclass(frozen=True)
class MemoryEvent:
    """One change of state of one memory item."""

    seq: int
    """Place in the run's history, from 1."""
    item_id: str
    round: int
    """The round that made the change; for `rewound`, the round gone back to."""
    event: Change
    item: MemoryItem | None
    """The state after the change; None where a rewind went back to before the item was written."""
    by: str = RUN
    """Who made it: `run`, `person`, or `person:NAME` where people sign in."""


class Memory:
    """Read and write the memory of runs. Methods raise `BadInput` for an unknown run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: str, round: int, items: Iterable[MemoryItem]) -> int:
        """Put items in the states given, with an event for each that changed. Return how many did.

        Items that are not given stay as they are. What people decided in the meantime stands: a run that knows
        nothing of it yet does not undo it.
        """
        with self._database.write(run) as db:
            new = apply_human_edits(_by_id(items), _human_edits(db, run))
            now = _by_id(item for keys in chunks(new) for item in _current(db, run, keys))
            changed = {key: item for key, item in new.items() if now.get(key) != item}
            kinds = {key: event_kind(now.get(key), item) for key, item in changed.items()}
            _append(db, run, round, kinds, changed)
            return len(changed)

    def items(self, run: str) -> list[MemoryItem]:
        """Return memory as it is now, retired items included, by id."""
        with self._database.read(run) as db:
            return _current(db, run)

    def events(self, run: str, item_id: str | None = None) -> list[MemoryEvent]:
        """Return every state that the run's items, or one of them, were in, oldest first."""
        with self._database.read(run) as db:
            return _events(db, run, item_id)

    def rewind(self, run: str, round: int) -> list[MemoryItem]:
        """Go back to the memory at the end of a round, to resume from there; -1 for before the first.

        It appends events like any other change, so nothing is forgotten. Rounds and rollouts need no rewinding:
        repeating them replaces them. Return the memory.
        """
        with self._database.write(run) as db:
            now = _by_id(_current(db, run))
            then = apply_human_edits(_by_id(at_end_of(db, run, round)), _human_edits(db, run))
            gone = {key: None for key in now if key not in then}
            back = {key: item for key, item in then.items() if now.get(key) != item}
            changed = {**gone, **back}
            _append(db, run, round, dict.fromkeys(changed, Change.REWOUND), changed)
            return _current(db, run)

    def human_edits(self, run: str) -> dict[str, MemoryItem]:
        """Return the last state that people gave each item that they touched, by id; for `apply_human_edits`."""
        with self._database.read(run) as db:
            return _human_edits(db, run)

    def change(self, run: str, seen: MemoryItem, wanted: MemoryItem, by: str = PERSON) -> MemoryItem:
        """Give an item the text, pin and retirement that a person wants. Return it as it is now.

        `seen`: the item as the person saw it. Raise `BadInput` if there is no such item, or if somebody changed it
        meanwhile. Nothing is appended if it is already as wanted.
        """
        _require_person(by)
        with self._database.write(run) as db:
            now = _as_seen(db, run, seen)
            after = _with(now, wanted)
            if after != now:
                _append(db, run, _last_round(db, run), {now.id: event_kind(now, after)}, {now.id: after}, by)
            return after

    def undo(self, run: str, seen: MemoryItem, by: str = PERSON) -> MemoryItem:
        """Take back the last change by a person that is not undone yet. Return the item as it is now.

        Raise `BadInput` if there is none, or if the item is no longer as it was `seen`: the last change may be
        another's.
        """
        _require_person(by)
        with self._database.write(run) as db:
            now = _as_seen(db, run, seen)
            before = states_to_undo(_events(db, run, seen.id))
            if not before:
                raise BadInput(f"Item {seen.id!r} has no change by a person to take back.")
            after = _with(now, before[-1])
            _append(db, run, _last_round(db, run), {seen.id: Change.UNDONE}, {seen.id: after}, by)
            return after


def event_kind(before: MemoryItem | None, after: MemoryItem) -> Change:
    """Return what happened to an item, from its two states; the most important where several things did."""
    if before is None:
        return Change.WRITTEN
    if before.retired != after.retired:
        return Change.RETIRED if after.retired is not None else Change.REVIVED
    if before.text != after.text:
        return Change.EDITED
    if before.pinned != after.pinned:
        return Change.PINNED if after.pinned else Change.UNPINNED
    scored = replace(before, uses=after.uses, helped=after.helped, hurt=after.hurt)
    if scored != after:
        return Change.CHANGED
    return Change.USED if (before.helped, before.hurt) == (after.helped, after.hurt) else Change.SCORED


def _current(db: Connection, run: str, keys: Sequence[str] | None = None) -> list[MemoryItem]:
    """Return the items as they are now, by id; only those of `keys`, if given."""
    query = select(memory_items.c.json).where(memory_items.c.run == run).order_by(memory_items.c.id)
    if keys is not None:
        query = query.where(memory_items.c.id.in_(keys))
    return [from_json(MemoryItem, text) for text in db.scalars(query)]


def at_end_of(db: Connection, run: str, round_index: int) -> list[MemoryItem]:
    """Return the items as they were at the end of a round, including retired ones, by id."""
    events = memory_events.c
    up_to = (events.run == run) & (events.round <= round_index)
    last = select(func.max(events.seq)).where(up_to).group_by(events.item_id).scalar_subquery()
    query = select(events.json).where(events.run == run, events.seq.in_(last), events.json.is_not(None))
    return [from_json(MemoryItem, text) for text in db.scalars(query.order_by(events.item_id))]


def _events(db: Connection, run: str, item_id: str | None = None) -> list[MemoryEvent]:
    events = memory_events.c
    query = select(events.seq, events.item_id, events.round, events.event, events.json, events.by)
    query = query.where(events.run == run).order_by(events.seq)
    if item_id is not None:
        query = query.where(events.item_id == item_id)
    return [
        MemoryEvent(seq, key, index, Change(event), None if text is None else from_json(MemoryItem, text), by)
        for seq, key, index, event, text, by in db.execute(query)
    ]


def _human_edits(db: Connection, run: str) -> dict[str, MemoryItem]:
    """Return the last state that people gave each item that they touched, by id."""
    events = memory_events.c
    by_hand = (events.run == run) & (events.by != RUN)
    last = select(func.max(events.seq)).where(by_hand).group_by(events.item_id).scalar_subquery()
    query = select(events.json).where(events.run == run, events.seq.in_(last), events.json.is_not(None))
    return _by_id(from_json(MemoryItem, text) for text in db.scalars(query))


def apply_human_edits(items: Mapping[str, MemoryItem], edits: Mapping[str, MemoryItem]) -> dict[str, MemoryItem]:
    """Return the items with what people decided about their text, their pin and their retirement."""
    return {key: _edited(item, edits[key]) if key in edits else item for key, item in items.items()}


def _edited(item: MemoryItem, edit: MemoryItem) -> MemoryItem:
    """Return the item with a person's decisions; counts, evidence and freshness stay the run's own."""
    if Writer.PERSON in (item.writer, edit.writer):
        item = replace(item, text=edit.text, writer=edit.writer)
    if retired_by_person(edit) or retired_by_person(item):
        item = replace(item, retired=edit.retired)
    elif edit.pinned:
        item = replace(item, retired=None)
    return replace(item, pinned=edit.pinned)


def retired_by_person(item: MemoryItem) -> bool:
    """Return whether a person retired it, rather than the run."""
    return item.retired is not None and item.retired.startswith(BY_PERSON)


def _by_id(items: Iterable[MemoryItem]) -> dict[str, MemoryItem]:
    return {item.id: item for item in items}


def _append(
    db: Connection,
    run: str,
    round_index: int,
    kinds: Mapping[str, Change],
    states: Mapping[str, MemoryItem | None],
    by: str = RUN,
) -> None:
    """Write the events and the states they lead to. The transaction's write lock keeps `seq` in order."""
    if not states:
        return
    highest = select(func.max(memory_events.c.seq)).where(memory_events.c.run == run)
    first = (db.scalar(highest) or 0) + 1
    events = (
        MemoryEvent(seq, key, round_index, kinds[key], item, by)
        for seq, (key, item) in enumerate(states.items(), start=first)
    )
    rows = [_event_row(run, event) for event in events]
    db.execute(memory_events.insert(), rows)
    put_json(db, memory_items, [_item_row(run, item) for item in states.values() if item is not None])
    for key in (key for key, item in states.items() if item is None):
        db.execute(delete(memory_items).where(memory_items.c.run == run, memory_items.c.id == key))


def insert_history(db: Connection, run: str, history: Iterable[MemoryEvent]) -> None:
    """Insert a whole history, and the items that it ends in, into a run that has none."""
    events = sorted(history, key=lambda event: event.seq)
    last = {event.item_id: event.item for event in events}
    if events:
        db.execute(memory_events.insert(), [_event_row(run, event) for event in events])
    put_json(db, memory_items, [_item_row(run, item) for item in last.values() if item is not None])


def _event_row(run: str, event: MemoryEvent) -> dict[str, Any]:
    state = None if event.item is None else to_json(event.item)
    place = {"run": run, "seq": event.seq, "item_id": event.item_id, "round": event.round}
    return place | {"event": event.event.value, "json": state, "by": event.by}


def _item_row(run: str, item: MemoryItem) -> dict[str, str]:
    return {"run": run, "id": item.id, "json": to_json(item)}


# What people change


def edited(item: MemoryItem, text: str) -> MemoryItem:
    """Return the item with another text. Raise `BadInput` if it is empty or too long."""
    text = text.strip()
    if not text:
        raise BadInput("The text is empty; write a text, or retire the item.")
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"The text has {len(text):,} characters; at most {LONGEST_TEXT:,} are allowed.")
    return item if text == item.text else replace(item, text=text, writer=Writer.PERSON)


def pinned(item: MemoryItem) -> MemoryItem:
    """Return the item pinned. A retired one is revived."""
    return replace(item, pinned=True, retired=None)


def unpinned(item: MemoryItem) -> MemoryItem:
    """Return the item unpinned, so that the run's rules apply to it again."""
    return replace(item, pinned=False)


def retired(item: MemoryItem, reason: str = "") -> MemoryItem:
    """Return the item retired and unpinned. Raise `BadInput` for a reason that is too long."""
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"The reason has {len(reason):,} characters; at most {LONGEST_REASON} are allowed.")
    said = " ".join(reason.split())
    return replace(item, pinned=False, retired=f"{BY_PERSON}: {said}" if said else BY_PERSON)


def states_to_undo(events: list[MemoryEvent]) -> list[MemoryItem]:
    """Return the states before each change by a person that is not undone, oldest first."""
    stack: list[MemoryItem] = []
    state: MemoryItem | None = None
    for event in events:
        if event.by != RUN and event.event is Change.UNDONE:
            stack = stack[:-1]
        elif event.by != RUN and state is not None:
            stack.append(state)
        state = event.item if event.item is not None else state
    return stack


def _as_seen(db: Connection, run: str, seen: MemoryItem) -> MemoryItem:
    """Return the item as it is now. Raise `BadInput` if a person has changed it since it was seen."""
    now = _item(db, run, seen.id)
    if _decided(now) != _decided(seen):
        raise BadInput(f"Item {seen.id!r} was changed meanwhile to {shown(now.text)}; look at it again.")
    return now


def _with(item: MemoryItem, decided: MemoryItem) -> MemoryItem:
    text, writer, pin, gone = _decided(decided)
    return replace(item, text=text, writer=writer, pinned=pin, retired=gone)


def _decided(item: MemoryItem) -> tuple[str, Writer, bool, str | None]:
    """Return what a person may decide about an item."""
    return item.text, item.writer, item.pinned, item.retired


def _item(db: Connection, run: str, item_id: str) -> MemoryItem:
    found = _current(db, run, [item_id])
    if not found:
        raise BadInput(f"Run {run!r} has no memory item {shown(item_id)}; look at the list again.")
    return found[0]


def _last_round(db: Connection, run: str) -> int:
    """Return the round that a change by a person is recorded in: the last one that is done."""
    return db.scalar(select(func.max(rounds.c.index)).where(rounds.c.run == run)) or 0


def _require_person(by: str) -> None:
    if by != PERSON and not by.startswith(f"{PERSON}:"):
        raise BadInput(f"{shown(by)} is not a person; write {PERSON!r} or '{PERSON}:NAME'.")
