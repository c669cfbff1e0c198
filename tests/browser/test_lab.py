"""The notebooks in JupyterLab in a real browser: figures are drawn, cards are shown, no other host is asked."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest

from workbench.lab.notebooks import read_notebook

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHOTS = os.environ.get("WORKBENCH_SHOTS")
"""Folder for screenshots; without it none are kept."""
TELLING = {
    "01": "splits",
    "02": "spread",
    "03": "know-picture",
    "04": "picture",
    "05": "two",
    "06": "on",
    "07": "gains",
    "08": "picture",
    "09": "enough",
}
"""The cell of each notebook whose figure tells most."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `workbench lab`, token included."""
    log = tmp_path_factory.mktemp("lab") / "lab.log"
    command = [
        sys.executable,
        "-m",
        "workbench",
        "lab",
        "--no-browser",
        "--port",
        "0",
    ]
    with log.open("w") as out:
        running = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield _address(log, running)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, 15)
        running.wait(timeout=60)


def _address(log: Path, running: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", log.read_text())
        if found:
            return found.group(0)
        if running.poll() is not None:
            break
        time.sleep(0.5)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH")
@pytest.mark.timeout(900)
def test_every_notebook_is_shown_with_its_figures(lab: str):
    from playwright.sync_api import sync_playwright

    foreign: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(240_000)

        def guard(route, request):  # type: ignore[no-untyped-def]
            if urlparse(request.url).hostname in LOOPBACK or request.url.startswith(("data:", "blob:")):
                route.continue_()
            else:
                foreign.append(request.url)
                route.abort()

        page.route("**/*", guard)
        base, token = re.sub(r"/lab.*", "", lab), lab.rpartition("token=")[2]
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            page.goto(f"{base}/lab/tree/{path.name}?token={token}&reset")
            names = [cell.id for cell in read_notebook(path).cells]
            page.locator(".jp-RenderedMarkdown h1").first.wait_for()
            cell = _scroll_to(page, names.index(TELLING[path.stem[:2]]))
            # The static picture is shown until somebody points at it.
            cell.locator(".jp-OutputArea-output").first.hover()
            figure = cell.locator(".js-plotly-plot")
            figure.locator(".main-svg").first.wait_for()
            assert figure.bounding_box()["width"] > 300
            if SHOTS:
                time.sleep(1)
                page.screenshot(path=f"{SHOTS}/lab-{path.stem}.png")
        browser.close()
    assert not foreign


def _scroll_to(page, index: int):  # type: ignore[no-untyped-def]
    """The cell of that index. Cells exist while they are in view: go down until it is."""
    cell = page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
    for _ in range(150):
        if cell.count() and cell.locator(".jp-OutputArea-output").count():
            cell.scroll_into_view_if_needed()
            return cell
        page.mouse.move(700, 600)
        page.mouse.wheel(0, 400)
        time.sleep(0.3)
    raise AssertionError(f"cell {index} shows no figure")
