"""Several people label at once over HTTP, and the server is killed meanwhile. `WORKBENCH_CROWD=8x500` for more."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import Served, start_app, stop_app
from tests.ui.crowd import Acknowledged, crowd, fill, label_on
from workbench.store import Store

PEOPLE, EACH = (int(n) for n in os.environ.get("WORKBENCH_CROWD", "4x25").split("x"))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    fill(tmp_path / "workbench.db", PEOPLE * EACH + 50)
    app = start_app(tmp_path)
    yield app
    stop_app(app)


def saved(path: Path) -> list[Acknowledged]:
    with Store.open(path) as store:
        return [
            Acknowledged(x.annotator, x.item_id, x.mark, x.reason)
            for x in store.labels.active()
            if x.mark is not None
        ]


def key(one: Acknowledged) -> tuple[str, str]:
    return one.annotator, one.item_id


@pytest.mark.timeout(3600)
def test_no_label_is_lost_doubled_or_mixed_up(served: Served):
    heard, seconds = crowd(served.url, PEOPLE, EACH)
    kept = saved(served.store)
    assert len(heard) == PEOPLE * EACH
    assert sorted(kept, key=key) == sorted(heard, key=key)
    assert Counter(x.annotator for x in kept) == {f"person {n}": EACH for n in range(PEOPLE)}
    with Store.open(served.store) as store:
        assert len(store.labels.log()) == len(kept)
        readers = {item: place.readers for item, place in store.labels.places().items()}
    counts = Counter(x.item_id for x in kept)
    assert all(count <= readers[item] for item, count in counts.items())
    took = f"{seconds:.1f} s, {1000 * seconds / EACH:.0f} ms each"
    print(f"\n{len(kept)} labels of {PEOPLE} people in {took}")


@pytest.mark.timeout(600)
def test_a_killed_server_has_kept_what_it_acknowledged(served: Served):
    heard: list[list[Acknowledged]] = [[] for _ in range(PEOPLE)]

    def work(n: int) -> None:
        try:
            label_on(served.url, f"person {n}", EACH, heard[n])
        except httpx.HTTPError:
            # The server is gone: what counts is what was acknowledged before.
            return

    hands = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(PEOPLE)]
    for hand in hands:
        hand.start()
    deadline = time.monotonic() + 120
    while sum(map(len, heard)) < PEOPLE * EACH // 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    served.process.send_signal(signal.SIGKILL)
    served.process.wait()
    said = [one for own in heard for one in own]
    for hand in hands:
        hand.join(60)
    said = [one for own in heard for one in own]
    kept = saved(served.store)
    assert len(said) >= PEOPLE * EACH // 2
    assert {key(x): x for x in said}.items() <= {key(x): x for x in kept}.items()
    # Each person may have had one more on the way when the server died.
    assert len(kept) - len(said) <= PEOPLE
