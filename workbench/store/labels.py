"""Labels in the store: the items to be labelled, every label ever given, and who holds which item now.

Labels are only ever appended; an undo is a label without a mark. An annotator has at most one active label on an
item: the last one, unless it was undone. Active labels are kept next to the log and change in the same transaction.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from workbench.errors import BadInput
from workbench.store.connection import Database, chunks
from workbench.store.schema import label_items, label_leases, labels, labels_now
from workbench.types import Label, LabelItem, Mark, from_json, to_json

AI = "ai:"
"""Names of models begin so. Their labels never count as people's."""
ADJUDICATED = "settled:"
"""`settled:NAME` is the annotator of what NAME adjudicated where people had disagreed."""
LEASE_MINUTES = 10.0
GOLD_EVERY, CONTROL_EVERY = 10, 7
"""Every tenth item is a gold item and every seventh a control item, as long as there are some."""
SKIPS = 200
"""The number of skipped items that are remembered; those skipped earlier come up again."""


class Order(StrEnum):
    """Which items are labelled first."""

    UNCERTAIN = "uncertain"
    DISAGREE = "disagree"
    DIVERSE = "diverse"
    WORTH = "worth"


@dataclass(frozen=True)
class QueuePlace:
    """Where an item is in the queue. Items without a place were asked for by somebody and come first."""

    uncertain: float = 0.0
    """0 to 1, like the other three; more comes earlier in the order of that name."""
    disagree: float = 0.0
    diverse: float = 0.0
    worth: float = 0.0
    control: bool = False
    """One of the random slice, chosen without looking at the verdict."""
    readers: int = 1
    """How many people should label it; 0 for an item that was imported with its labels."""
    gold: Mark | None = None
    """The known mark. Gold items are for everybody, and measure annotators."""


@dataclass(frozen=True)
class Record:
    """A label in the log."""

    seq: int
    label: Label
    origin: str
    """`app`, or the file that it was imported from."""


def is_person(annotator: str) -> bool:
    """Return whether a label under this name is a person's own."""
    return not annotator.casefold().startswith((AI, ADJUDICATED))


def utc_now() -> str:
    """Return the time for `Label.at`."""
    return datetime.now(UTC).isoformat()


class Labels:
    """Read and write labels, the items to be labelled, and who holds which of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Items

    def add_items(self, items: Iterable[LabelItem], places: Mapping[str, QueuePlace] | None = None) -> int:
        """Put items into the queue; one that is there already changes nothing. Return how many are new.

        Items that were imported with their labels, and were not in the queue, count as new.
        """
        given = places or {}
        with self._database.write() as db:
            return _add_items(db, [(item, given.get(item.id)) for item in items])

    def items(self, ids: Iterable[str] | None = None) -> list[LabelItem]:
        """Return all items, or those of these ids, in the order in which they were added."""
        query = select(label_items.c.seq, label_items.c.json)
        parts = [query] if ids is None else [query.where(label_items.c.id.in_(part)) for part in chunks(ids)]
        with self._database.read() as db:
            rows = [(seq, text) for part in parts for seq, text in db.execute(part)]
        return [from_json(LabelItem, text) for _, text in sorted(rows)]

    def places(self) -> dict[str, QueuePlace]:
        """Return the place of each item, by id; items that were asked for have the default place."""
        names = ("uncertain", "disagree", "diverse", "worth", "control", "readers", "gold")
        columns = label_items.c
        with self._database.read() as db:
            rows = db.execute(select(columns.id, *(columns[name] for name in names))).all()
        return {
            key: QueuePlace(
                u or 0.0, d or 0.0, v or 0.0, w or 0.0, bool(control), readers, Mark(gold) if gold else None
            )
            for key, u, d, v, w, control, readers, gold in rows
        }

    # Labels

    def save(self, new: Iterable[Label], origin: str = "app", items: Iterable[LabelItem] = ()) -> int:
        """Append labels, with items that may be new, all or none. Return how many items were new.

        Raise `BadInput`, and save nothing, for an item that is not there, or that its annotator has labelled.
        """
        with self._database.write() as db:
            before = _count_items(db)
            _add_items(db, [(item, QueuePlace(readers=0)) for item in items])
            added = _count_items(db) - before
            for label in new:
                if _has_label(db, label.item_id, label.annotator):
                    raise BadInput(f"{label.annotator!r} has labelled item {label.item_id} meanwhile; try again.")
                _append(db, label, origin)
            return added

    def adjudicate(self, label: Label) -> bool:
        """Append the decision of `settled:NAME` on an item. Return False if there is one already."""
        with self._database.write() as db:
            of_item = labels_now.c.item_id == label.item_id
            if db.scalar(select(labels_now.c.seq).where(of_item & labels_now.c.annotator.startswith(ADJUDICATED))):
                return False
            _append(db, label, "app")
            return True

    def add(self, label: Label, origin: str = "app") -> bool:
        """Append a label unless its annotator has one on the item: a key pressed twice counts once.

        Return whether it was appended.
        """
        with self._database.write() as db:
            if _has_label(db, label.item_id, label.annotator):
                return False
            _append(db, label, origin)
            held = (label_leases.c.item_id == label.item_id) & (label_leases.c.annotator == label.annotator)
            db.execute(delete(label_leases).where(held))
            return True

    def undo(self, annotator: str) -> Label | None:
        """Take back the annotator's last label, by a further record. Return what was taken back."""
        mine = labels_now.c.annotator == annotator
        with self._database.write() as db:
            query = select(labels_now.c.json).where(mine).order_by(labels_now.c.seq.desc()).limit(1)
            text = db.scalar(query)
            if text is None:
                return None
            last = from_json(Label, text)
            _append(db, Label(last.item_id, annotator, None, utc_now()), "app")
            return last

    def active(self, people_only: bool = False) -> list[Label]:
        """Return the active labels, oldest first.

        `people_only` leaves out models and adjudication.
        """
        query = select(labels_now.c.json).order_by(labels_now.c.seq)
        if people_only:
            query = query.where(labels_now.c.person == 1)
        with self._database.read() as db:
            return [from_json(Label, text) for text in db.scalars(query)]

    def log(self, item_id: str | None = None) -> list[Record]:
        """Return every label ever given, of all items or of one, oldest first."""
        query = select(labels.c.seq, labels.c.json, labels.c.origin).order_by(labels.c.seq)
        if item_id is not None:
            query = query.where(labels.c.item_id == item_id)
        with self._database.read() as db:
            return [Record(seq, from_json(Label, text), origin) for seq, text, origin in db.execute(query)]

    # Who labels what

    def lease(self, item_id: str, annotator: str, minutes: float = LEASE_MINUTES) -> bool:
        """Reserve an item for one person. Return False if another holds it; an expired lease holds nothing."""
        with self._database.write() as db:
            return _lease(db, item_id, annotator, minutes)

    def take(
        self,
        annotator: str,
        order: Order = Order.UNCERTAIN,
        skipped: Sequence[str] = (),
        minutes: float = LEASE_MINUTES,
    ) -> LabelItem | None:
        """Lease the next item to a person and return it; if they hold one already, return that.

        Gold and control items come in between. Items that have one label and need a second come
        before others. None if nothing is left for this person.
        """
        with self._database.write() as db:
            kept = list(skipped)[-SKIPS:]
            mine = label_leases.c.annotator == annotator
            db.execute(delete(label_leases).where(mine & label_leases.c.item_id.in_(kept)))
            row = _next_row(db, annotator, order, kept)
            if row is None:
                return None
            if row.gold is None:
                _lease(db, row.id, annotator, minutes)
            return from_json(LabelItem, row.json)

    def waiting(self, annotator: str) -> int:
        """Return how many items this person could still label, including those that others hold."""
        with self._database.read() as db:
            return _count_items(db, _open_to(annotator))

    def labelled_by(self, annotator: str) -> int:
        """Return how many items this person has labelled."""
        with self._database.read() as db:
            return db.scalar(select(func.count()).where(labels_now.c.annotator == annotator)) or 0

    def queue_size(self) -> int:
        """Return how many items were ever in the queue, including those that are done."""
        with self._database.read() as db:
            return _count_items(db, label_items.c.readers > 0)

    def ask_again(self, ids: Iterable[str]) -> None:
        """Put labelled items to the head of the queue until two people have read them; gold items stay in place."""
        first: dict[str, Any] = dict.fromkeys(order.value for order in Order)
        with self._database.write() as db:
            for part in chunks(ids):
                wanted = label_items.c.id.in_(part) & label_items.c.gold.is_(None)
                readers = func.max(label_items.c.readers, 2)
                db.execute(update(label_items).where(wanted).values(readers=readers, **first))

    def release(self, annotator: str) -> None:
        """Give back what a person holds."""
        with self._database.write() as db:
            db.execute(delete(label_leases).where(label_leases.c.annotator == annotator))


def _add_items(db: Connection, items: Iterable[tuple[LabelItem, QueuePlace | None]]) -> int:
    """Insert items, or put those into the queue that were only imported with their labels."""
    added = utc_now()
    rows = [_item_row(item, place, added) for item, place in items]
    before = _count_items(db, label_items.c.readers > 0)
    if rows:
        statement = insert(label_items)
        given = statement.excluded
        moved = {name: given[name] for name in ("control", "readers", "gold", *(order.value for order in Order))}
        not_in_queue = (label_items.c.readers == 0) & (given.readers > 0)
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=moved, where=not_in_queue)
        db.execute(statement, rows)
    return _count_items(db, label_items.c.readers > 0) - before


def _count_items(db: Connection, *which: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(label_items).where(*which)) or 0


def _item_row(item: LabelItem, place: QueuePlace | None, added: str) -> dict[str, Any]:
    row = {"id": item.id, "source": item.source, "json": to_json(item), "added": added, "readings": 0}
    if place is None:
        return (
            row | {"control": 0, "readers": 1, "gold": None} | dict.fromkeys((order.value for order in Order), None)
        )
    scores = {order.value: float(getattr(place, order.value)) for order in Order}
    gold = place.gold.value if place.gold else None
    return row | scores | {"control": int(place.control), "readers": place.readers, "gold": gold}


def _append(db: Connection, label: Label, origin: str) -> None:
    """Write one record, and the label that is active after it: none if it has no mark."""
    if db.scalar(select(label_items.c.seq).where(label_items.c.id == label.item_id)) is None:
        raise BadInput(f"There is no item {label.item_id!r} to label; add it to the queue first.")
    row = {"item_id": label.item_id, "annotator": label.annotator, "json": to_json(label)}
    added = db.execute(labels.insert(), row | {"origin": origin})
    person = int(is_person(label.annotator))
    if label.mark is not None:
        db.execute(labels_now.insert(), row | {"seq": added.lastrowid, "person": person})
    else:
        of_pair = (labels_now.c.item_id == label.item_id) & (labels_now.c.annotator == label.annotator)
        db.execute(delete(labels_now).where(of_pair))
    readings = label_items.c.readings + (person if label.mark is not None else -person)
    db.execute(update(label_items).where(label_items.c.id == label.item_id).values(readings=readings))


def _has_label(db: Connection, item_id: str, annotator: str) -> bool:
    pair = (labels_now.c.item_id == item_id) & (labels_now.c.annotator == annotator)
    return db.scalar(select(labels_now.c.seq).where(pair)) is not None


def _lease(db: Connection, item_id: str, annotator: str, minutes: float) -> bool:
    now = time.time()
    statement = insert(label_leases).values(item_id=item_id, annotator=annotator, until=now + 60 * minutes)
    given = statement.excluded
    free = (label_leases.c.until <= now) | (label_leases.c.annotator == annotator)
    statement = statement.on_conflict_do_update(
        index_elements=["item_id"], set_={"annotator": given.annotator, "until": given.until}, where=free
    )
    return db.execute(statement).rowcount > 0


def _open_to(annotator: str) -> ColumnElement[bool]:
    """Return items that a person may still label: not by them yet, and not by enough people."""
    pair = (labels_now.c.item_id == label_items.c.id) & (labels_now.c.annotator == annotator)
    unread = select(labels_now.c.seq).where(pair).exists()
    wanted = label_items.c.gold.is_not(None) | (label_items.c.readings < label_items.c.readers)
    return wanted & ~unread


def _next_row(db: Connection, annotator: str, order: Order, skipped: Sequence[str]) -> Any:
    """Return the row of the next item for a person."""
    now = time.time()
    held = label_leases.c
    lease = select(held.annotator).where((held.item_id == label_items.c.id) & (held.until > now)).scalar_subquery()
    free = or_(lease.is_(None), lease == annotator, label_items.c.gold.is_not(None))
    query = select(label_items.c.id, label_items.c.json, label_items.c.gold)
    query = query.where(_open_to(annotator), free, label_items.c.id.not_in(skipped)).limit(1)
    # Starts from the few leases: a scan over all items is slow.
    own = select(held.item_id).where((held.annotator == annotator) & (held.until > now))
    mine = db.execute(query.where(label_items.c.id.in_(own))).first()
    if mine is not None:
        return mine
    done = db.scalar(select(func.count()).where(labels_now.c.annotator == annotator)) or 0
    score = label_items.c[order.value]
    by_score = query.order_by(label_items.c.readings.desc(), score.is_not(None), score.desc(), label_items.c.seq)
    gold, control = label_items.c.gold.is_not(None), label_items.c.control == 1
    turns = [~control & ~gold, control & ~gold, gold]
    if done % GOLD_EVERY == GOLD_EVERY - 1:
        turns.insert(0, gold)
    elif done % CONTROL_EVERY == CONTROL_EVERY - 1:
        turns.insert(0, control & ~gold)
    for turn in turns:
        found = db.execute(by_score.where(turn)).first()
        if found is not None:
            return found
    return None
