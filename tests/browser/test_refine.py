"""The Refine panel in a browser: a version is made from labels, used, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Served, start_app, stop_app
from workbench.labeling.exchange import import_labels
from workbench.store import Store

pytestmark = pytest.mark.browser

STARTER = Path(__file__).parents[2] / "data" / "labels" / "starter.jsonl"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An app on a store with the starter labels."""
    runs = tmp_path_factory.mktemp("labelled")
    with Store.open(runs / "workbench.db") as store:
        import_labels(store, STARTER)
    app = start_app(runs)
    yield app
    stop_app(app)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_version_is_made_used_and_reverted(open_page, shoot, dark: bool) -> None:
    page = open_page(dark=dark)
    page.get_by_role("tab", name="Label", exact=True).click()
    page.locator("#label-refine button").first.click()
    state = page.locator("#refine-state")
    state.filter(has_text="built-in").wait_for()
    page.locator("#refine-make").click()
    page.locator("#label-refine", has_text="0 marks by people and 169 by models").wait_for()
    page.locator("#label-refine .js-plotly-plot").first.wait_for()
    shoot(page, f"refine-{'dark' if dark else 'light'}")
    page.locator("#refine-use").click()
    state.filter(has_not_text="built-in").wait_for()
    page.locator("#refine-revert").click()
    state.filter(has_text="built-in").wait_for()
