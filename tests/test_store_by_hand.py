"""Memory changed by people: it lasts, it is undone, and a run that trains on does not take it back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.memory.state import MemoryState, retire
from workbench.store import Store
from workbench.store.memory import LONGEST_TEXT, apply_human_edits, edited, pinned, retired, unpinned
from workbench.types import Level, MemoryItem, Round, Writer

ITEM = MemoryItem("m", Level.LESSON, "linear", "p1", "Change the sign.", ("r0",), "v0", 0)
OTHER = replace(ITEM, id="o", text="Divide both sides.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "w.db") as opened:
        opened.runs.create("a", "{}", {})
        opened.memory.save("a", 0, [ITEM, OTHER])
        yield opened


def now(store: Store, key: str = "m") -> MemoryItem:
    return next(item for item in store.memory.items("a") if item.id == key)


def kinds(store: Store) -> list[tuple[str, str]]:
    return [(e.event, e.by) for e in store.memory.events("a", "m")]


def test_each_change_is_an_event_with_who_made_it(store: Store) -> None:
    item = store.memory.change("a", ITEM, edited(ITEM, " Turn the sign. "), "person:Ann")
    assert (item.text, item.writer) == ("Turn the sign.", "person")
    item = store.memory.change("a", item, pinned(item), "person")
    item = store.memory.change("a", item, unpinned(item), "person")
    item = store.memory.change("a", item, retired(item, "says  nothing\nnew"), "person")
    assert item.retired == "by a person: says nothing new"
    assert kinds(store) == [
        ("written", "run"),
        ("edited", "person:Ann"),
        ("pinned", "person"),
        ("unpinned", "person"),
        ("retired", "person"),
    ]
    assert now(store) == item


def test_undo_takes_back_one_change_after_the_other(store: Store) -> None:
    first = store.memory.change("a", ITEM, edited(ITEM, "one"))
    second = store.memory.change("a", first, edited(first, "two"))
    gone = store.memory.change("a", second, retired(second))
    assert gone.retired == "by a person"
    assert store.memory.undo("a", gone) == second
    assert store.memory.undo("a", second, "person:Bo") == first
    third = store.memory.change("a", first, edited(first, "three"))
    assert store.memory.undo("a", third) == first != third
    assert store.memory.undo("a", first) == ITEM
    with pytest.raises(BadInput, match="no change by a person"):
        store.memory.undo("a", ITEM)
    assert [event for event, _ in kinds(store)].count("undone") == 4


def test_a_change_of_nothing_leaves_no_trace(store: Store) -> None:
    assert store.memory.change("a", ITEM, edited(ITEM, ITEM.text)) == ITEM
    assert len(kinds(store)) == 1


def test_undo_leaves_what_the_run_counted(store: Store) -> None:
    gone = store.memory.change("a", ITEM, retired(ITEM))
    store.memory.save("a", 1, [replace(gone, uses=3, helped=2)])
    assert store.memory.undo("a", gone) == replace(ITEM, uses=3, helped=2)


def test_who_saw_another_state_is_told(store: Store) -> None:
    store.memory.change("a", ITEM, edited(ITEM, "by the other"))
    with pytest.raises(BadInput, match=r"changed meanwhile.*by the other"):
        store.memory.change("a", ITEM, retired(ITEM))
    with pytest.raises(BadInput, match=r"changed meanwhile.*by the other"):
        store.memory.undo("a", ITEM)
    # Counts that grew meanwhile are no contradiction.
    store.memory.save("a", 1, [replace(OTHER, uses=5)])
    assert store.memory.change("a", OTHER, pinned(OTHER)).uses == 5


def test_of_two_people_at_once_one_wins_and_one_is_told(store: Store) -> None:
    def change(k: int) -> str:
        try:
            return store.memory.change("a", ITEM, edited(ITEM, f"text {k}"), f"person:{k}").text
        except BadInput:
            return "told"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(change, range(8)))
    assert sorted(said)[-1] == "told"
    assert said.count("told") == 7
    assert now(store).text in said


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (LONGEST_TEXT + 1)])
def test_a_text_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="text"):
        edited(ITEM, text)


def test_only_people_change_by_hand(store: Store) -> None:
    for who in ("run", "", "personal"):
        with pytest.raises(BadInput, match="is not a person"):
            store.memory.change("a", ITEM, pinned(ITEM), who)
    with pytest.raises(BadInput, match="no memory item"):
        store.memory.change("a", replace(ITEM, id="<script>"), pinned(ITEM))


# A run that trains on


def test_a_run_that_knows_nothing_of_a_change_does_not_undo_it(store: Store) -> None:
    store.memory.change("a", ITEM, edited(ITEM, "by hand"))
    store.memory.change("a", OTHER, retired(OTHER))
    # What the run still holds, with its own counts and its own retirement of an item that somebody edited.
    store.memory.save("a", 1, [replace(ITEM, uses=1, retired="hurt 3 times, helped 0"), replace(OTHER, uses=2)])
    assert now(store) == replace(ITEM, text="by hand", writer=Writer.PERSON, uses=1, retired="hurt 3 times, helped 0")
    assert now(store, "o").retired == "by a person"
    assert now(store, "o").uses == 2


def test_heeding_gives_a_run_what_people_decided() -> None:
    word = {"m": retired(ITEM), "elsewhere": pinned(OTHER)}
    assert apply_human_edits({"m": replace(ITEM, uses=4)}, word) == {
        "m": replace(ITEM, uses=4, retired="by a person")
    }
    # Undone: the run, which had heard of it, lets the item live again.
    assert apply_human_edits({"m": replace(ITEM, retired="by a person")}, {"m": ITEM}) == {"m": ITEM}
    # Pinned: what the run retired lives.
    assert apply_human_edits({"m": replace(ITEM, retired="hurt 3 times")}, {"m": pinned(ITEM)}) == {"m": pinned(ITEM)}
    # Unpinned again: the run's own rules hold.
    assert apply_human_edits({"m": replace(ITEM, retired="old")}, {"m": ITEM})["m"].retired == "old"


def test_a_rewind_keeps_what_people_decided(store: Store) -> None:
    store.runs.save_round("a", Round(0, 0.0, {}, {}))
    store.runs.save_round("a", Round(1, 0.1, {}, {}))
    late = replace(ITEM, id="late", written_round=1)
    store.memory.save("a", 1, [late])
    store.memory.change("a", ITEM, edited(ITEM, "by hand"))
    store.memory.change("a", late, retired(late))
    store.memory.save("a", 2, [replace(ITEM, uses=7)])
    store.memory.rewind("a", 0)
    assert now(store) == replace(ITEM, text="by hand", writer=Writer.PERSON)
    assert [item.id for item in store.memory.items("a")] == ["m", "o"]
    # The run writes the late item once more: it stays as somebody left it.
    store.memory.save("a", 1, [late])
    assert now(store, "late").retired == "by a person"


def test_a_pinned_item_never_expires() -> None:
    state = MemoryState({"m": pinned(ITEM), "o": OTHER, "h": replace(pinned(ITEM), id="h", hurt=9)})
    items = retire(state, 100, 5).items
    assert items["m"].retired is None
    assert items["h"].retired is None
    assert items["o"].retired == "written or confirmed 100 rounds ago and not confirmed since"
