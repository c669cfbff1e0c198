"""The Label tab as people use it: by keys, in a real browser, each label in the database once the page says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Served
from workbench.labeling.agreement import disagreements
from workbench.store import Store
from workbench.store.labels import ADJUDICATED
from workbench.types import Label, Mark

pytestmark = pytest.mark.browser


def start(page: Any, name: str) -> None:
    page.get_by_role("tab", name="Label", exact=True).click()
    page.locator("#label-name").locator("input, textarea").first.fill(name)
    page.locator("#label-start").click()
    page.locator("#label-task [data-item]:not([data-item=''])").wait_for()


def shown(page: Any) -> str:
    return str(page.locator("#label-task [data-item]").get_attribute("data-item"))


def press(page: Any, key: str, says: str) -> None:
    page.keyboard.press(key)
    page.locator("#label-status", has_text=says).wait_for()


def labels(served: Served, name: str) -> list[Label]:
    with Store.open(served.store) as store:
        return [label for label in store.labels.active() if label.annotator == name]


def test_a_key_saves_and_undo_takes_back(open_page, served: Served) -> None:
    page = open_page()
    start(page, "Key User")
    first = shown(page)
    press(page, "2", "Saved: ✗ incorrect")
    assert [(x.item_id, x.mark) for x in labels(served, "Key User")] == [(first, Mark.INCORRECT)]
    second = shown(page)
    assert second != first
    press(page, "u", "Taken back: incorrect")
    assert shown(page) == first
    assert labels(served, "Key User") == []
    press(page, "1", "Saved: ✓ correct")
    with Store.open(served.store) as store:
        log = [r.label.mark for r in store.labels.log(first) if r.label.annotator == "Key User"]
    assert log == [Mark.INCORRECT, None, Mark.CORRECT]
    press(page, "3", "Saved: ? can't tell")
    assert len(labels(served, "Key User")) == 2
    assert page.locator("#label-task math").count()


def test_skip_brings_another_and_what_was_skipped_can_come_back(open_page, served: Served) -> None:
    page = open_page()
    start(page, "Skipper")
    first = shown(page)
    press(page, "s", "Skipped.")
    assert shown(page) != first
    page.locator("#label-unskip").click()
    page.locator("#label-unskip").wait_for(state="hidden")
    assert labels(served, "Skipper") == []


def test_keys_do_nothing_while_typing_and_escape_leaves_the_field(open_page, served: Served) -> None:
    page = open_page()
    start(page, "Typist")
    first = shown(page)
    page.locator("#label-reason textarea").click()
    page.keyboard.type("12 3su? <img src=x onerror=alert(1)>")
    assert shown(page) == first
    assert page.locator("#label-sheet").is_hidden()
    page.keyboard.press("Escape")
    press(page, "2", "Saved:")
    (label,) = labels(served, "Typist")
    assert label.reason == "12 3su? <img src=x onerror=alert(1)>"
    assert page.locator("#label-reason textarea").input_value() == ""


def test_the_key_sheet(open_page) -> None:
    page = open_page()
    start(page, "Reader")
    assert page.locator("#label-sheet").is_hidden()
    page.keyboard.press("?")
    assert page.locator("#label-sheet").is_visible()
    page.keyboard.press("?")
    assert page.locator("#label-sheet").is_hidden()
    page.locator("#label-help").click()
    assert page.locator("#label-sheet").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#label-sheet").is_hidden()
    page.get_by_role("tab", name="Solve", exact=True).click()
    page.keyboard.press("?")
    assert page.locator("#label-sheet").is_hidden()


def test_checkers_speak_when_asked_and_fall_silent_with_the_next_step(open_page) -> None:
    page = open_page()
    start(page, "Asker")
    assert page.locator("#label-said .wb-card").count() == 0
    page.locator("#label-checkers button").first.click()
    page.locator("#label-said .wb-card").wait_for()
    press(page, "1", "Saved:")
    page.locator("#label-said .wb-card").wait_for(state="detached")


def test_the_name_is_kept_in_the_browser(open_page) -> None:
    page = open_page()
    start(page, "Kept Name")
    page.reload()
    page.get_by_role("tab", name="Label", exact=True).click()
    page.locator("#label-progress", has_text="Kept Name").wait_for()
    page.locator("#label-rename").click()
    page.locator("#label-name").wait_for()


def test_what_people_differ_on_is_settled(open_page, served: Served) -> None:
    with Store.open(served.store) as store:
        for found in disagreements(store.labels.active()):  # a label against a proof had a second reader asked
            store.labels.adjudicate(
                Label(found.item_id, f"{ADJUDICATED}Before", Mark.CORRECT, "2026-01-31T11:00:00+00:00")
            )
        item = store.labels.items()[-1]
        for name, mark in (("P", Mark.CORRECT), ("Q <b>", Mark.INCORRECT)):
            store.labels.add(Label(item.id, name, mark, "2026-01-31T12:00:00+00:00", "because"))
    page = open_page()
    start(page, "Judge")
    page.locator("#label-settling button").first.click()
    page.locator("#label-settle", has_text="Q <b>").wait_for()
    page.locator("#label-settling").get_by_role("button", name="incorrect").click()
    page.locator("#label-settling", has_text="Settled: incorrect.").wait_for()
    assert [(x.item_id, x.mark) for x in labels(served, "settled:Judge")] == [(item.id, Mark.INCORRECT)]
    page.locator("#label-agreement button").first.click()
    page.locator("#label-agreed", has_text="labels by people").wait_for()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_looks(open_page, shoot, dark: bool) -> None:
    for width in (1280, 820):
        page = open_page(dark=dark, width=width)
        start(page, f"Viewer {width} {dark}")
        press(page, "1", "Saved:")
        page.locator("#label-checkers button").first.click()
        page.locator("#label-said .wb-card").wait_for()
        shoot(page, f"label-{'dark' if dark else 'light'}-{width}")
