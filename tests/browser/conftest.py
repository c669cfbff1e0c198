"""The app in a real browser: a server of its own on a free port, and every request to another host refused."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
STARTS_WITHIN = 240
PATIENCE_MS = 120_000
"""How long a page may take for anything: a busy machine must not fail a test."""
SHOTS = os.environ.get("WORKBENCH_SHOTS")
"""Folder for screenshots; without it none are kept."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test in the browser gets two more chances: Gradio's page can drop an answer on a machine under load."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@dataclass(frozen=True)
class Served:
    """A running app."""

    url: str
    runs: Path
    """Its runs folder, with the store in `workbench.db`."""
    process: subprocess.Popen[str]

    @property
    def store(self) -> Path:
        return self.runs / "workbench.db"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_app(runs: Path, *options: str) -> Served:
    """`workbench app` in a process of its own, ready to answer. End it with `stop_app`."""
    port = free_port()
    command = [sys.executable, "-m", "workbench", "app", "--port", str(port)]
    command += ["--runs-folder", str(runs), *options]
    # Its output goes to a file: a pipe that nobody reads would fill and stop it.
    log = (runs / "app.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}/"
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return Served(url, runs, process)
        except OSError:
            time.sleep(0.2)
    process.kill()
    process.wait()
    raise AssertionError(f"the app did not start:\n{(runs / 'app.log').read_text()}")


def stop_app(served: Served) -> None:
    served.process.send_signal(signal.SIGINT)
    try:
        served.process.wait(20)
    except subprocess.TimeoutExpired:
        served.process.kill()
        served.process.wait()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An app on a new store, with a second model beside the shipped one: a run that trained nothing."""
    from workbench.engine.fetch import TUTOR

    runs = tmp_path_factory.mktemp("runs")
    shutil.copytree(TUTOR, runs / "copy" / "model")
    app = start_app(runs)
    yield app
    stop_app(app)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; install one to run the browser tests")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; it is in the dev extra")
    with sync.sync_playwright() as engine:
        launched = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Watch:
    """What a page asked for and complained of."""

    foreign: list[str]
    errors: list[str]


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, served: Served) -> Iterator[OpenPage]:
    """`open_page(dark=..., width=..., url=...)` opens the app in a fresh session.

    At the end the test fails if any page asked for anything from another host, or threw an error.
    """
    contexts, watch = [], Watch([], [])

    def guard(route: Any) -> None:
        url = urlparse(route.request.url)
        if url.scheme in ("data", "blob") or url.hostname in LOOPBACK:
            route.continue_()
        else:
            watch.foreign.append(route.request.url)
            route.abort()

    def open_one(dark: bool = False, width: int = 1280, height: int = 900, url: str | None = None) -> Any:
        context = browser.new_context(
            color_scheme="dark" if dark else "light", viewport={"width": width, "height": height}
        )
        contexts.append(context)
        context.route("**/*", guard)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("websocket", lambda socket: _watch_socket(watch, socket.url))
        page.on("dialog", lambda dialog: (watch.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(url or served.url)
        page.get_by_role("tab", name="Solve").wait_for()
        # A tab's head is there before what is in it.
        for side in ("left", "right"):
            page.locator(f"#solve-{side}-cards .wb-card").nth(2).wait_for(state="attached")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not watch.foreign, f"asked for from other hosts: {watch.foreign}"
    assert not watch.errors, f"errors in the page: {watch.errors}"


def _watch_socket(watch: Watch, url: str) -> None:
    if urlparse(url).hostname not in LOOPBACK:
        watch.foreign.append(url)


@pytest.fixture
def shoot() -> Callable[[Any, str], None]:
    """`shoot(page, name)` keeps a screenshot of the whole page where `WORKBENCH_SHOTS` names a folder."""

    def take(page: Any, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)

    return take
