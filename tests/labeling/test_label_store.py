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
    while (item := store.labels.take("ann")) is not None:
        store.labels.add(Label(item.id, "ann", Mark.CORRECT, "2026-01-31T12:00:00+00:00"))
        print(item.id, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workbench.db") as opened:
        yield opened


def test_items_come_once(store: Store):
    first, second = items(2)
    assert store.labels.add_items([first]) == 1
    assert store.labels.add_items([first, second, second]) == 1
    assert store.labels.items() == [first, second]
    assert store.labels.items([second.id]) == [second]


def test_a_label_for_nothing_is_refused_and_nothing_is_kept(store: Store):
    (known,) = items(1)
    store.labels.add_items([known])
    with pytest.raises(BadInput, match="no item 'nowhere'"):
        store.labels.save([label(known, "ann", RIGHT), label("nowhere", "ann", RIGHT)])
    assert store.labels.log() == []


def test_an_undo_is_a_further_record_and_takes_back_one(store: Store):
    (one,) = items(1)
    store.labels.add_items([one])
    for mark in (RIGHT, WRONG):
        store.labels.add(label(one, "ann", mark))
        assert [x.mark for x in store.labels.active()] == [mark]
        undone = store.labels.undo("ann")
        assert undone is not None
        assert undone.mark is mark
        assert store.labels.active() == []
    assert store.labels.undo("ann") is None
    assert [r.label.mark for r in store.labels.log(one.id)] == [RIGHT, None, WRONG, None]
    assert [r.seq for r in store.labels.log()] == [1, 2, 3, 4]


def test_undo_goes_back_through_one_persons_labels_only(store: Store):
    one, two = items(2)
    store.labels.add_items([one, two])
    for of, name in ((one, "ann"), (two, "ann"), (one, "ben")):
        store.labels.add(label(of, name, RIGHT))
    assert [store.labels.undo("ann").item_id for _ in range(2)] == [two.id, one.id]  # type: ignore[union-attr]
    assert [x.annotator for x in store.labels.active()] == ["ben"]


def test_a_key_pressed_twice_counts_once(store: Store):
    (one,) = items(1)
    store.labels.add_items([one])
    assert store.labels.add(label(one, "ann", RIGHT))
    assert not store.labels.add(label(one, "ann", WRONG))
    assert [x.mark for x in store.labels.active()] == [RIGHT]
    assert len(store.labels.log()) == 1


def test_models_are_no_people(store: Store):
    (one,) = items(1)
    store.labels.add_items([one])
    store.labels.add(label(one, "ai:m", RIGHT))
    assert store.labels.active(people_only=True) == []
    assert store.labels.waiting("ann") == 1
    store.labels.add(label(one, "ann", RIGHT))
    store.labels.add(label(one, "settled:ben", WRONG))
    assert [x.annotator for x in store.labels.active(people_only=True)] == ["ann"]
    assert store.labels.waiting("ben") == 0


def test_a_lease_is_one_persons_until_it_runs_out(store: Store):
    (one,) = items(1)
    store.labels.add_items([one])
    assert store.labels.lease(one.id, "ann")
    assert store.labels.lease(one.id, "ann")
    assert not store.labels.lease(one.id, "ben")
    assert store.labels.take("ben") is None
    assert store.labels.lease(one.id, "ann", minutes=0.001)
    time.sleep(0.1)
    assert store.labels.take("ben") == one
    assert not store.labels.lease(one.id, "ann")


def test_of_eight_who_want_an_item_one_gets_it(store: Store):
    (one,) = items(1)
    store.labels.add_items([one])
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: store.labels.lease(one.id, f"p{n}"), range(8)))
    assert sum(got) == 1


def test_the_item_that_was_not_labelled_comes_again_until_it_is_skipped(store: Store):
    one, two = items(2)
    store.labels.add_items([one, two])
    assert store.labels.take("ann") == one
    assert store.labels.take("ann") == one
    assert store.labels.take("ann", skipped=[one.id]) == two
    assert store.labels.take("ben") == one


def test_each_order_has_its_own_first_and_what_was_asked_for_comes_before(store: Store):
    a, b, c, asked = items(4)
    places = {
        a.id: QueuePlace(uncertain=0.9, disagree=0.1, diverse=0.5, worth=0.2),
        b.id: QueuePlace(uncertain=0.2, disagree=0.8, diverse=0.4, worth=0.3),
        c.id: QueuePlace(uncertain=0.1, disagree=0.2, diverse=0.9, worth=0.1),
    }
    store.labels.add_items([a, b, c], places)
    first = {order: store.labels.take(order.value, order) for order in Order}
    assert first == {Order.UNCERTAIN: a, Order.DISAGREE: b, Order.DIVERSE: c, Order.WORTH: None}
    for order in Order:
        store.labels.release(order.value)
    assert store.labels.take("ann", Order.WORTH) == b
    store.labels.add_items([asked])
    assert store.labels.take("ben", Order.WORTH) == asked


def test_an_item_for_two_goes_to_a_second_person_before_others(store: Store):
    double, single = items(2)
    store.labels.add_items([single, double], {double.id: QueuePlace(readers=2), single.id: QueuePlace(uncertain=1)})
    store.labels.add(label(double, "ann", RIGHT))
    assert store.labels.take("ann") == single
    assert store.labels.take("ben") == double
    store.labels.add(label(double, "ben", RIGHT))
    assert store.labels.take("cy") is None


def test_gold_comes_in_turn_and_is_for_everybody(store: Store):
    plain = items(GOLD_EVERY)
    gold = item("x = 99")
    store.labels.add_items(
        [gold, *plain], {gold.id: QueuePlace(gold=WRONG), **{p.id: QueuePlace(readers=9) for p in plain}}
    )
    for name in ("ann", "ben"):
        seen = []
        while (taken := store.labels.take(name)) is not None:
            seen.append(taken.id)
            store.labels.add(Label(taken.id, name, RIGHT, AT))
        assert seen.index(gold.id) == GOLD_EVERY - 1
        assert len(seen) == len(set(seen)) == GOLD_EVERY + 1


def test_what_came_with_an_import_waits_for_nobody_until_it_is_asked_for(store: Store):
    (one,) = items(1)
    assert store.labels.save([label(one, "ai:m", RIGHT)], "file.jsonl", [one]) == 1
    assert store.labels.take("ann") is None
    assert store.labels.queue_size() == 0
    assert store.labels.add_items([one]) == 1
    assert store.labels.take("ann") == one
    assert store.labels.log()[0].origin == "file.jsonl"


def test_active_labels_are_what_the_log_comes_to(store: Store):
    from random import Random

    rng, made = Random(5), items(6)
    store.labels.add_items(made)
    expected: dict[tuple[str, str], Mark] = {}
    for _ in range(200):
        of, name = rng.choice(made), rng.choice(["ann", "ben", "ai:m"])
        mark = rng.choice([*Mark, None])
        if mark is None:
            undone = store.labels.undo(name)
            mine = [pair for pair in expected if pair[1] == name]
            assert (undone.item_id if undone else None) == (mine[-1][0] if mine else None)
            if mine:
                del expected[mine[-1]]
        elif store.labels.add(label(of, name, mark)):
            expected[of.id, name] = mark
    assert {(x.item_id, x.annotator): x.mark for x in store.labels.active()} == expected
    logged = {(r.label.item_id, r.label.annotator): r.label.mark for r in store.labels.log()}
    assert {pair: mark for pair, mark in logged.items() if mark is not None} == expected


def test_eight_threads_label_each_item_once(store: Store):
    store.labels.add_items(items(120))

    def work(name: str) -> int:
        done = 0
        while (taken := store.labels.take(name)) is not None:
            done += store.labels.add(Label(taken.id, name, RIGHT, AT))
        return done

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, [f"p{n}" for n in range(8)]))
    counts = Counter(x.item_id for x in store.labels.active())
    assert sum(done) == len(counts) == 120
    assert set(counts.values()) == {1}


def test_a_kill_loses_no_label_that_was_acknowledged(store: Store):
    store.labels.add_items(items(2000))
    child = subprocess.Popen([sys.executable, "-c", LABEL_ON, str(store.path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline().strip() for _ in range(30)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().split("\n")[:-1]
    child.wait()
    kept = [x.item_id for x in store.labels.active()]
    assert kept[: len(said)] == said
    assert len(kept) - len(said) <= 1


def test_eight_who_adjudicate_one_item_at_once_decide_it_once(store: Store):
    (one,) = items(1)
    store.labels.add_items([one])
    with ThreadPoolExecutor(8) as hands:
        given = [label(one, f"settled:p{n}", RIGHT if n % 2 else WRONG) for n in range(8)]
        decided = list(hands.map(store.labels.adjudicate, given))
    assert sum(decided) == 1
    assert store.labels.active() == [given[decided.index(True)]]


def test_a_label_given_while_a_file_was_read_is_not_written_over(store: Store):
    one, two = items(2)
    store.labels.add_items([one, two])
    store.labels.add(label(two, "ann", RIGHT))
    with pytest.raises(BadInput, match="meanwhile; try again"):
        store.labels.save([label(one, "ann", WRONG), label(two, "ann", WRONG)], "file.jsonl")
    assert store.labels.active() == [label(two, "ann", RIGHT)]
