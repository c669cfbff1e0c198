"""Labels in the store: the log, what stands, leases, and many hands at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.labeling.labelled import AT, item, items, label
from workbench.errors import BadInput
from workbench.store import Order, QueuePlace, Store
from workbench.store.labels import GOLD_EVERY
from workbench.types import Label, Mark

RIGHT, WRONG = Mark.CORRECT, Mark.INCORRECT

LABEL_ON = """
import sys
from workbench.store import Store
from workbench.types import Label, Mark
with Store.open(sys.argv[1]) as store:
    while (item := store.take_item("ann")) is not None:
        store.add_label(Label(item.id, "ann", Mark.CORRECT, "2026-01-31T12:00:00+00:00"))
        print(item.id, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workbench.db") as opened:
        yield opened


def test_items_come_once(store: Store):
    first, second = items(2)
    assert store.add_label_items([first]) == 1
    assert store.add_label_items([first, second, second]) == 1
    assert store.label_items() == [first, second]
    assert store.label_items([second.id]) == [second]


def test_a_label_for_nothing_is_refused_and_nothing_is_kept(store: Store):
    (known,) = items(1)
    store.add_label_items([known])
    with pytest.raises(BadInput, match="no item 'nowhere'"):
        store.save_labels([label(known, "ann", RIGHT), label("nowhere", "ann", RIGHT)])
    assert store.label_log() == []


def test_an_undo_is_a_further_record_and_takes_back_one(store: Store):
    (one,) = items(1)
    store.add_label_items([one])
    for mark in (RIGHT, WRONG):
        store.save_label(label(one, "ann", mark))
    assert [x.mark for x in store.labels()] == [WRONG]
    undone = store.undo_label("ann")
    assert undone is not None
    assert undone.mark is WRONG
    assert [x.mark for x in store.labels()] == [RIGHT]
    store.undo_label("ann")
    assert store.labels() == []
    assert store.undo_label("ann") is None
    assert [r.label.mark for r in store.label_log(one.id)] == [RIGHT, WRONG, None, None]
    assert [r.seq for r in store.label_log()] == [1, 2, 3, 4]


def test_undo_goes_back_through_one_persons_labels_only(store: Store):
    one, two = items(2)
    store.add_label_items([one, two])
    for of, name in ((one, "ann"), (two, "ann"), (one, "ben")):
        store.save_label(label(of, name, RIGHT))
    assert [store.undo_label("ann").item_id for _ in range(2)] == [two.id, one.id]  # type: ignore[union-attr]
    assert [x.annotator for x in store.labels()] == ["ben"]


def test_a_key_pressed_twice_counts_once(store: Store):
    (one,) = items(1)
    store.add_label_items([one])
    assert store.add_label(label(one, "ann", RIGHT))
    assert not store.add_label(label(one, "ann", WRONG))
    assert [x.mark for x in store.labels()] == [RIGHT]
    assert len(store.label_log()) == 1


def test_models_are_no_people(store: Store):
    (one,) = items(1)
    store.add_label_items([one])
    store.save_label(label(one, "ai:m", RIGHT))
    assert store.labels(people_only=True) == []
    assert store.items_waiting("ann") == 1
    store.save_label(label(one, "ann", RIGHT))
    store.save_label(label(one, "settled:ben", WRONG))
    assert [x.annotator for x in store.labels(people_only=True)] == ["ann"]
    assert store.items_waiting("ben") == 0


def test_a_lease_is_one_persons_until_it_runs_out(store: Store):
    (one,) = items(1)
    store.add_label_items([one])
    assert store.lease(one.id, "ann")
    assert store.lease(one.id, "ann")
    assert not store.lease(one.id, "ben")
    assert store.take_item("ben") is None
    assert store.lease(one.id, "ann", minutes=0.001)
    time.sleep(0.1)
    assert store.take_item("ben") == one
    assert not store.lease(one.id, "ann")


def test_of_eight_who_want_an_item_one_gets_it(store: Store):
    (one,) = items(1)
    store.add_label_items([one])
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: store.lease(one.id, f"p{n}"), range(8)))
    assert sum(got) == 1


def test_the_item_that_was_not_labelled_comes_again_until_it_is_skipped(store: Store):
    one, two = items(2)
    store.add_label_items([one, two])
    assert store.take_item("ann") == one
    assert store.take_item("ann") == one
    assert store.take_item("ann", skipped=[one.id]) == two
    assert store.take_item("ben") == one


def test_each_order_has_its_own_first_and_what_was_asked_for_comes_before(store: Store):
    a, b, c, asked = items(4)
    places = {
        a.id: QueuePlace(uncertain=0.9, disagree=0.1, diverse=0.5, worth=0.2),
        b.id: QueuePlace(uncertain=0.2, disagree=0.8, diverse=0.4, worth=0.3),
        c.id: QueuePlace(uncertain=0.1, disagree=0.2, diverse=0.9, worth=0.1),
    }
    store.add_label_items([a, b, c], places)
    first = {order: store.take_item(order.value, order) for order in Order}
    assert first == {Order.UNCERTAIN: a, Order.DISAGREE: b, Order.DIVERSE: c, Order.WORTH: None}
    for order in Order:
        store.release(order.value)
    assert store.take_item("ann", Order.WORTH) == b
    store.add_label_items([asked])
    assert store.take_item("ben", Order.WORTH) == asked


def test_an_item_for_two_goes_to_a_second_person_before_others(store: Store):
    double, single = items(2)
    store.add_label_items([single, double], {double.id: QueuePlace(readers=2), single.id: QueuePlace(uncertain=1)})
    store.save_label(label(double, "ann", RIGHT))
    assert store.take_item("ann") == single
    assert store.take_item("ben") == double
    store.save_label(label(double, "ben", RIGHT))
    assert store.take_item("cy") is None


def test_gold_comes_in_turn_and_is_for_everybody(store: Store):
    plain = items(GOLD_EVERY)
    gold = item("x = 99")
    store.add_label_items(
        [gold, *plain], {gold.id: QueuePlace(gold=WRONG), **{p.id: QueuePlace(readers=9) for p in plain}}
    )
    for name in ("ann", "ben"):
        seen = []
        while (taken := store.take_item(name)) is not None:
            seen.append(taken.id)
            store.add_label(Label(taken.id, name, RIGHT, AT))
        assert seen.index(gold.id) == GOLD_EVERY - 1
        assert len(seen) == len(set(seen)) == GOLD_EVERY + 1


def test_what_came_with_an_import_waits_for_nobody_until_it_is_asked_for(store: Store):
    (one,) = items(1)
    assert store.save_labels([label(one, "ai:m", RIGHT)], "file.jsonl", [one]) == 1
    assert store.take_item("ann") is None
    assert store.queue_size() == 0
    assert store.add_label_items([one]) == 1
    assert store.take_item("ann") == one
    assert store.label_log()[0].origin == "file.jsonl"


def test_what_stands_is_what_the_log_comes_to(store: Store):
    from random import Random

    rng, made = Random(5), items(6)
    store.add_label_items(made)
    expected: dict[tuple[str, str], list[Mark]] = {}
    for _ in range(200):
        of, name = rng.choice(made), rng.choice(["ann", "ben", "ai:m"])
        mark = rng.choice([*Mark, None])
        store.save_label(label(of, name, mark))
        stack = expected.setdefault((of.id, name), [])
        if mark is not None:
            stack.append(mark)
        elif stack:
            stack.pop()
    standing = {(x.item_id, x.annotator): x.mark for x in store.labels()}
    assert standing == {pair: stack[-1] for pair, stack in expected.items() if stack}


def test_eight_threads_label_each_item_once(store: Store):
    store.add_label_items(items(120))

    def work(name: str) -> int:
        done = 0
        while (taken := store.take_item(name)) is not None:
            done += store.add_label(Label(taken.id, name, RIGHT, AT))
        return done

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, [f"p{n}" for n in range(8)]))
    counts = Counter(x.item_id for x in store.labels())
    assert sum(done) == len(counts) == 120
    assert set(counts.values()) == {1}


def test_a_kill_loses_no_label_that_was_acknowledged(store: Store):
    store.add_label_items(items(2000))
    child = subprocess.Popen([sys.executable, "-c", LABEL_ON, str(store.path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline().strip() for _ in range(30)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().split("\n")[:-1]
    child.wait()
    kept = [x.item_id for x in store.labels()]
    assert kept[: len(said)] == said
    assert len(kept) - len(said) <= 1


def test_eight_who_settle_one_item_at_once_decide_it_once(store: Store):
    (one,) = items(1)
    store.add_label_items([one])
    with ThreadPoolExecutor(8) as hands:
        given = [label(one, f"settled:p{n}", RIGHT if n % 2 else WRONG) for n in range(8)]
        decided = list(hands.map(store.settle_label, given))
    assert sum(decided) == 1
    assert store.labels() == [given[decided.index(True)]]


def test_a_label_given_while_a_file_was_read_is_not_written_over(store: Store):
    one, two = items(2)
    store.add_label_items([one, two])
    store.save_label(label(two, "ann", RIGHT))
    with pytest.raises(BadInput, match="meanwhile; try again"):
        store.save_labels([label(one, "ann", WRONG), label(two, "ann", WRONG)], "file.jsonl")
    assert store.labels() == [label(two, "ann", RIGHT)]
