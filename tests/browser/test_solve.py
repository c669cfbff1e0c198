"""The Solve tab as people see it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["Solve", "Label", "Memory", "Progress"])
def test_each_tab_opens(open_page, name: str) -> None:
    page = open_page()
    page.get_by_role("tab", name=name, exact=True).click()
    assert page.get_by_role("tab", name=name, exact=True).get_attribute("aria-selected") == "true"


def test_steps_come_with_their_verdicts(open_page) -> None:
    page = open_page()
    page.locator("#solve-go").click()
    for side in ("left", "right"):
        cards = page.locator(f"#solve-{side}-cards .wb-card")
        page.locator(f"#solve-{side}-cards .wb-dispute").first.wait_for(state="attached")
        assert cards.count() >= 3
        for word in cards.locator(".wb-word").all_inner_texts():
            assert word.split(" ·")[0] in ("correct", "incorrect", "unknown")
        assert cards.first.locator("math").count()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_looks(open_page, shoot, dark: bool) -> None:
    name = "dark" if dark else "light"
    for width in (1280, 820):
        page = open_page(dark=dark, width=width)
        page.locator("#solve-go").click()
        page.locator("#solve-right-cards .wb-dispute").first.wait_for(state="attached")
        page.locator("#solve-left-cards .wb-why summary").first.click()
        shoot(page, f"solve-{name}-{width}")
