"""The Memory and Progress tabs in a browser: a small run by imagined pupils, looked at and changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.browser.conftest import Served, start_app, stop_app
from tests.made_run import make_run
from workbench.problems.readers import read_problems
from workbench.store import Store

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> ${7*7} {{8*8}}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An app on a store with two runs, in place of the empty one."""
    runs = tmp_path_factory.mktemp("with-runs")
    with Store.open(runs / "workbench.db") as store:
        make_run(store, "pmd-seed-1", rounds=4, per_round=8)
        make_run(store, "pmd-seed-0", rounds=8, per_round=16)
    app = start_app(runs)
    yield app
    stop_app(app)


@pytest.fixture
def open_tab(open_page):
    def opened(name: str, **options):
        page = open_page(**options)
        page.get_by_role("tab", name=name, exact=True).click()
        return page

    return opened


def pick_first(page) -> str:
    """Open the first item of the table; returns its text."""
    page.locator("#memory-table tbody tr .wb-pick").first.click()
    page.locator("#memory-text blockquote").wait_for()
    return page.locator("#memory-text blockquote").inner_text()


def press(page, button: str, then: str) -> None:
    """Click a button and wait until the item's state says `then`."""
    page.locator(f"#memory-{button}").click()
    page.locator("#memory-text dd").filter(has_text=re.compile(f"^{then}")).wait_for()


def test_an_item_is_retired_and_comes_back(open_tab, served) -> None:
    page = open_tab("Memory")
    text = pick_first(page)
    assert page.locator("#memory-evidence .wb-card").count() >= 2
    press(page, "retire", "retired: by a person")
    with Store.open(served.store) as store:
        gone = [i for i in store.memory.items("pmd-seed-0") if i.retired == "by a person"]
        assert len(gone) == 1
        press(page, "undo", "live")
        (event,) = [e for e in store.memory.events("pmd-seed-0", gone[0].id) if e.event == "undone"]
        assert event.item is not None
        assert event.item.retired is None
        assert event.by == "person"
    assert page.locator("#memory-text blockquote").inner_text() == text
    assert page.locator("#memory-undo").is_disabled()


def test_an_edited_text_is_shown_as_text(open_tab, served) -> None:
    page = open_tab("Memory")
    pick_first(page)
    page.locator("#memory-edit button").first.click()
    page.locator("#memory-edit-text textarea").fill(HOSTILE)
    page.locator("#memory-save").click()
    page.locator("#memory-text blockquote").filter(has_text="onerror").wait_for()
    shown = page.locator("#memory-text blockquote").inner_text()
    assert "49" not in shown
    assert "64" not in shown
    assert not page.locator("#memory-text img, #memory-table img").count()
    assert page.title() != "hacked"
    page.locator("#memory-undo").click()
    page.locator("#memory-text blockquote").filter(has_not_text="onerror").wait_for()


def test_a_search_narrows_the_table_and_the_heads_sort(open_tab) -> None:
    page = open_tab("Memory")
    rows = page.locator("#memory-table tbody tr")
    rows.first.wait_for()
    before = rows.count()
    page.locator("#memory-search input, #memory-search textarea").fill("sign")
    page.wait_for_function(f"document.querySelectorAll('#memory-table tbody tr').length < {before}")
    page.locator("#memory-table th button", has_text="uses").click()
    uses = [int(t) for t in page.locator("#memory-table tbody tr td:nth-child(4)").all_inner_texts()]
    assert uses == sorted(uses, reverse=True)
    page.locator("#memory-table th button", has_text="uses").click()
    uses = [int(t) for t in page.locator("#memory-table tbody tr td:nth-child(4)").all_inner_texts()]
    assert uses == sorted(uses)


def test_two_people_do_not_cross(open_tab) -> None:
    ann, bo = open_tab("Memory"), open_tab("Memory")
    pick_first(ann)
    bo.locator("#memory-table tbody tr .wb-pick").nth(1).click()
    bo.locator("#memory-text blockquote").wait_for()
    theirs = bo.locator("#memory-text blockquote").inner_text()
    press(ann, "pin", "pinned")
    assert bo.locator("#memory-text blockquote").inner_text() == theirs
    assert bo.locator("#memory-text dd").last.inner_text() == "live"
    press(ann, "undo", "live")


def open_audit(page):
    page.locator("#progress-tabs").get_by_role("tab", name="Audit").click()
    page.locator("#audit-map td button").first.wait_for()
    return page


def test_a_cell_of_the_audit_opens_and_gives_practice(open_tab, served) -> None:
    page = open_audit(open_tab("Progress"))
    page.locator("#audit-map td button[aria-label*='sign kept']").first.click()
    page.locator("#audit-head h3", has_text="sign kept").wait_for()
    assert page.locator("#audit-examples .wb-incorrect").count()
    assert page.locator("#audit-memory li").count()
    page.locator("#audit-practice").click()
    command = page.locator("#audit-made .wb-command")
    command.wait_for()
    path = command.inner_text().split("--problems ")[1]
    problems = read_problems(served.runs / "practice" / path.rpartition("/")[2])
    assert len(problems) == 40
    with page.expect_download() as download:
        page.locator("#audit-made a").click()
    assert download.value.suggested_filename.endswith(".jsonl")


def test_curves_of_several_runs(open_tab) -> None:
    page = open_tab("Progress")
    page.locator("#progress-curves .plot-container").wait_for()
    page.locator("#progress-runs input").click()
    page.get_by_role("option", name="pmd-seed-1").click()
    page.locator("#progress-status", has_text="pmd-seed-1").wait_for()
    page.locator("#progress-curves .legendtext", has_text="pmd-seed-1").first.wait_for()


def test_a_run_that_trains_is_live(open_tab, served) -> None:
    with Store.open(served.store) as store:
        store.runs.set_status("pmd-seed-0", "running")
        try:
            page = open_tab("Progress")
            page.locator("#progress-status", has_text="8 rounds").wait_for()
            last = store.runs.rounds("pmd-seed-0")[-1]
            store.runs.save_round("pmd-seed-0", replace(last, index=8))
            page.locator("#progress-status", has_text="9 rounds").wait_for()
        finally:
            store.runs.set_status("pmd-seed-0", "finished")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 820])
def test_looks(open_tab, shoot, dark: bool, width: int) -> None:
    look = f"{'dark' if dark else 'light'}-{width}"
    page = open_tab("Memory", dark=dark, width=width)
    pick_first(page)
    shoot(page, f"memory-{look}")
    page.get_by_role("tab", name="Progress", exact=True).click()
    page.locator("#progress-curves .plot-container").wait_for()
    shoot(page, f"progress-{look}")
    open_audit(page).locator("#audit-map td button").first.click()
    page.locator("#audit-head h3").wait_for()
    page.locator("#audit-trends .plot-container").wait_for()
    shoot(page, f"audit-{look}")
    # Nothing stands out of the page: wide tables scroll inside their own boxes.
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_comparison_is_drawn_and_told(open_tab, shoot, dark: bool) -> None:
    page = open_tab("Progress", dark=dark)
    page.get_by_role("tab", name="Comparison", exact=True).click()
    page.locator("#progress-long .main-svg").first.wait_for()
    page.locator("#progress-comparison", has_text="solve rate on test, more than grpo's").wait_for()
    shoot(page, f"comparison-{'dark' if dark else 'light'}")
