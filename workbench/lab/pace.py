"""How fast the app is for the person who clicks: measured in a real browser on a server of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from workbench.errors import BadInput, WorkbenchError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run")
STARTS_WITHIN = 120.0
REST_MS, PATIENCE_MS = 500, 120_000
FIRST_STEP_BUDGET, VERDICT_BUDGET = 1.0, 0.05

_CLICK = """() => new Promise((resolve, reject) => {
  const cards = document.querySelector('#solve-left-cards');
  const begin = performance.now();
  setTimeout(() => reject(new Error('no step within 120 s')), 120000);
  let cleared = false;
  const look = () => {
    if (cards.querySelector('.wb-pending')) cleared = true;
    if (cleared && cards.querySelector('.wb-card:not(.wb-pending)')) {
      watcher.disconnect();
      resolve((performance.now() - begin) / 1000);
    }
  };
  const watcher = new MutationObserver(look);
  watcher.observe(cards, { childList: true, subtree: true });
  document.querySelector('#solve-go').click();
})"""
"""Clicks Solve; gives the seconds until a step with its verdict stands in the page."""


@dataclass(frozen=True)
class AppLatency:
    """What was measured, in seconds."""

    opening: float
    """From asking for the page to its Solve button."""
    first_steps: tuple[float, ...]
    """From each click to the first step with its verdict in the page, two models side by side."""
    verdicts: tuple[float, ...]
    """From each step's last token to its verdict, on the server."""

    @property
    def first_step(self) -> float:
        """The median."""
        return median(self.first_steps)

    @property
    def verdict(self) -> float:
        """The 95th percentile."""
        ordered = sorted(self.verdicts)
        return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]

    @property
    def within_budget(self) -> bool:
        return self.first_step <= FIRST_STEP_BUDGET and self.verdict <= VERDICT_BUDGET


def measure(clicks: int, problems: Sequence[Any], progress: Callable[[], None]) -> AppLatency:
    """Click Solve `clicks` times in a browser, then time the verdicts on solutions of the problems.

    Raises `BadInput` where there is no browser to measure with.
    """
    opening, first_steps = _in_browser(clicks, progress)
    return AppLatency(opening, tuple(first_steps), tuple(_verdicts(problems)))


def find_chromium(purpose: str) -> str:
    """Return the path of the machine's Chromium. Raise `BadInput` that names the purpose where there is none."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise BadInput(f"There is no Chromium on this machine; install one {purpose}.")
    return found


def _in_browser(clicks: int, progress: Callable[[], None]) -> tuple[float, list[float]]:
    chromium = find_chromium("to measure the app in a browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BadInput("Playwright is not installed; pip install 'tutor-workbench[dev]' brings it.") from error
    with _server() as url, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        begin = time.perf_counter()
        page.goto(url)
        page.locator("#solve-go").wait_for()
        opening = time.perf_counter() - begin
        measured = []
        for _ in range(clicks):
            measured.append(float(page.evaluate(_CLICK)))
            # The next click finds the page at rest: both solutions are finished.
            for side in ("left", "right"):
                page.locator(f"#solve-{side}-cards .wb-dispute").first.wait_for(state="attached")
            # The server's last word comes after the last frame; until then it ignores a click.
            page.wait_for_timeout(REST_MS)
            progress()
        browser.close()
    return opening, measured


@contextmanager
def _server() -> Iterator[str]:
    """`workbench app` in a process of its own, on an empty store and with the shipped model twice."""
    from workbench.engine.fetch import TUTOR

    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+", encoding="utf-8") as log:
        shutil.copytree(TUTOR, Path(folder) / "runs" / "beside" / "model")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-c", "from workbench.__main__ import app; app()", "app", "--port", str(port)]
        command += ["--runs-folder", str(Path(folder) / "runs")]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}/"
            _wait_for(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    log.seek(0)
    raise WorkbenchError(f"The app did not start: {log.read()[-500:]}")


def _verdicts(problems: Sequence[Any]) -> Iterator[float]:
    """From each step's last token to its verdict."""
    from workbench.engine.fetch import TUTOR
    from workbench.ui.context import open_policy
    from workbench.ui.solving import Settings, write_solution
    from workbench.verification import Verifier

    policy, verifier = open_policy(TUTOR), Verifier()
    for problem in problems:
        for written in write_solution(policy, problem, Settings(), verifier):
            if written.new_steps:
                yield written.seconds
