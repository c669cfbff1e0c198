"""Changes of memory by people: edit, pin, retire, and undo. Each appends an event with who made it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, func, select

from workbench.errors import BadInput
from workbench.files import shown
from workbench.store import memory_log
from workbench.store.memory_log import BY_PERSON, PERSON, RUN, MemoryEvent
from workbench.store.schema import rounds
from workbench.types import MemoryItem

LONGEST_TEXT = 2000
"""Characters of an item's text: what a teacher may have to read."""
LONGEST_REASON = 300


def edited(item: MemoryItem, text: str) -> MemoryItem:
    """The item with another text. Raises `BadInput` for an empty one, or one too long to be read."""
    text = text.strip()
    if not text:
        raise BadInput("The text is empty; write what is to be remembered, or retire the item.")
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"The text has {len(text):,} characters; {LONGEST_TEXT:,} are the most.")
    return item if text == item.text else replace(item, text=text, writer=PERSON)


def pinned(item: MemoryItem) -> MemoryItem:
    """The item, kept for good. A retired one lives again."""
    return replace(item, pinned=True, retired=None)


def unpinned(item: MemoryItem) -> MemoryItem:
    """The item, left to the rules again."""
    return replace(item, pinned=False)


def retired(item: MemoryItem, reason: str = "") -> MemoryItem:
    """The item, taken out of use, and no longer pinned. Raises `BadInput` for a reason that is too long."""
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"The reason has {len(reason):,} characters; {LONGEST_REASON} are the most.")
    said = " ".join(reason.split())
    return replace(item, pinned=False, retired=f"{BY_PERSON}: {said}" if said else BY_PERSON)


def put(db: Connection, run: str, seen: MemoryItem, wanted: MemoryItem, by: str) -> MemoryItem:
    """Give an item the text, pin and retirement wanted. Returns it; appends nothing if it is so already.

    `seen`: the item as the person saw it. Raises `BadInput` if somebody decided otherwise meanwhile.
    """
    _require_person(by)
    now = _as_seen(db, run, seen)
    after = _with(now, wanted)
    if after != now:
        kind = memory_log.event_kind(now, after)
        memory_log.append(db, run, _last_round(db, run), {now.id: kind}, {now.id: after}, by)
    return after


def undo(db: Connection, run: str, seen: MemoryItem, by: str) -> MemoryItem:
    """Take back the last change that a person made to an item and that is not undone yet.

    Raises `BadInput` if there is none, or if the item is no longer as it was `seen`: the last change may be
    another's.
    """
    _require_person(by)
    now = _as_seen(db, run, seen)
    before = states_to_undo(memory_log.events_of(db, run, seen.id))
    if not before:
        raise BadInput(f"Item {seen.id!r} has no change by a person to take back.")
    after = _with(now, before[-1])
    memory_log.append(db, run, _last_round(db, run), {seen.id: "undone"}, {seen.id: after}, by)
    return after


def states_to_undo(events: list[MemoryEvent]) -> list[MemoryItem]:
    """The states before each change by a person that stands, oldest first."""
    stack: list[MemoryItem] = []
    state: MemoryItem | None = None
    for event in events:
        if event.by != RUN and event.event == "undone":
            stack = stack[:-1]
        elif event.by != RUN and state is not None:
            stack.append(state)
        state = event.item if event.item is not None else state
    return stack


def _as_seen(db: Connection, run: str, seen: MemoryItem) -> MemoryItem:
    """The item as it is now. Raises `BadInput` if a person has changed it since it was seen."""
    now = _current(db, run, seen.id)
    if _decided(now) != _decided(seen):
        raise BadInput(f"Item {seen.id!r} was changed meanwhile, it now says {shown(now.text)}; look at it again.")
    return now


def _with(item: MemoryItem, decided: MemoryItem) -> MemoryItem:
    text, writer, pin, gone = _decided(decided)
    return replace(item, text=text, writer=writer, pinned=pin, retired=gone)


def _decided(item: MemoryItem) -> tuple[str, str, bool, str | None]:
    """What a person may decide about an item."""
    return item.text, item.writer, item.pinned, item.retired


def _current(db: Connection, run: str, item_id: str) -> MemoryItem:
    item = memory_log.item_of(db, run, item_id)
    if item is None:
        raise BadInput(f"Run {run!r} has no memory item {shown(item_id)}; look at the list again.")
    return item


def _last_round(db: Connection, run: str) -> int:
    """The round in whose history a change by hand stands: the last one that is done."""
    return db.scalar(select(func.max(rounds.c.index)).where(rounds.c.run == run)) or 0


def _require_person(by: str) -> None:
    if by != PERSON and not by.startswith(f"{PERSON}:"):
        raise BadInput(f"{shown(by)} is no person; write {PERSON!r} or '{PERSON}:NAME'.")
