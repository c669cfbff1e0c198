"""Many people labelling at the same time over HTTP: each sends what their page would send when a key is pressed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx

from tests.labeling.labelled import items
from workbench.store import QueuePlace, Store
from workbench.types import Mark

ENDPOINTS = {Mark.CORRECT: "label_correct", Mark.INCORRECT: "label_incorrect", Mark.CANT_TELL: "label_cant_tell"}
ITEM = re.compile(r'data-item="([^"]*)"')
ORDER = "uncertain"


@dataclass(frozen=True)
class Acknowledged:
    """One label that the page said was saved."""

    annotator: str
    item_id: str
    mark: Mark
    reason: str


def fill(path: Path, count: int, doubles: float = 0.1) -> None:
    """A store with items, a share of which two people are to read."""
    rng, made = Random(0), items(count)
    with Store.open(path) as store:
        places = {one.id: QueuePlace(rng.random(), readers=1 + (rng.random() < doubles)) for one in made}
        store.labels.add_items(made, places)


def caller(client: httpx.Client, name: str) -> Callable[..., list[Any]]:
    """`call(endpoint, *inputs)` as a page of its own does it; returns what goes into the page."""

    def call(endpoint: str, *inputs: Any) -> list[Any]:
        answer = client.post(f"gradio_api/run/{endpoint}", json={"data": inputs, "session_hash": name})
        answer.raise_for_status()
        data: list[Any] = answer.json()["data"]
        return data

    return call


def label_on(url: str, name: str, each: int, heard: list[Acknowledged]) -> None:
    """One person: start, then mark what is shown, `each` times; `heard` gets what the page acknowledged."""
    rng = Random(name)
    with httpx.Client(base_url=url, timeout=600) as client:
        call = caller(client, name)
        shown = _item(call("label_start", name, ORDER))
        for number in range(each):
            mark, reason = rng.choice(list(Mark)), f"{name} {number}"
            answer = call(ENDPOINTS[mark], shown, name, None, reason, "", "", ORDER)
            assert "Saved:" in answer[1], answer[1]
            heard.append(Acknowledged(name, shown, mark, reason))
            shown = _item(answer)


def _item(answer: list[Any]) -> str:
    found = ITEM.search(answer[0])
    assert found, answer
    return found.group(1)


def crowd(url: str, people: int, each: int) -> tuple[list[Acknowledged], float]:
    """All of them at once. Returns what was acknowledged, and the seconds it took."""
    heard: list[list[Acknowledged]] = [[] for _ in range(people)]
    began = time.monotonic()
    with ThreadPoolExecutor(people) as pool:
        jobs = [pool.submit(label_on, url, f"person {n}", each, heard[n]) for n in range(people)]
        for job in jobs:
            job.result()
    return [one for own in heard for one in own], time.monotonic() - began
