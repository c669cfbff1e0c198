"""Signing in: nothing without a password, and labels are those of who signed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import PATIENCE_MS, start_app, stop_app
from workbench.store import Store
from workbench.ui.serving import add_account

pytestmark = pytest.mark.browser
PASSWORD = "seven small boats"


def test_who_signed_in_labels_under_that_name(browser, tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    add_account(users, "ann", PASSWORD)
    served = start_app(tmp_path, "--auth", str(users))
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(served.url)
        sign_in(page, "ann", "another password")
        page.get_by_text("Incorrect").first.wait_for()
        assert not page.get_by_role("tab", name="Label", exact=True).count()
        sign_in(page, "ann", PASSWORD)
        page.get_by_role("tab", name="Label", exact=True).click()
        page.locator("#label-task [data-item]:not([data-item=''])").wait_for()
        page.keyboard.press("2")
        page.locator("#label-status", has_text="Saved: ✗ incorrect").wait_for()
        with Store.open(served.store) as store:
            assert [label.annotator for label in store.labels.active()] == ["ann"]
    finally:
        context.close()
        stop_app(served)


def sign_in(page, name: str, password: str) -> None:
    fields = page.locator("input")
    fields.nth(0).fill(name)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="Login").click()
