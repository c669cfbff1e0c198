"""What the notebooks need around the library: a quiet start, progress in a cell, a curve that grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

import plotly.io
from IPython.display import HTML, display

from workbench.training.hardware import tune_allocator
from workbench.training.quiet import start_quietly
from workbench.types import Round, Verdict
from workbench.ui.cards import card_style, solution_cards
from workbench.ui.charts import growing_curve
from workbench.ui.flow import flow

T = TypeVar("T")
FIGURE = "application/vnd.plotly.v1+json"


def begin(stage: str) -> Any:
    """Make a notebook ready and return the picture of the flow with its stage lit.

    Figures are kept as data without the library that draws them, so that a saved notebook stays small; the model
    libraries start quietly. Nothing is loaded from a network unless a cell names a model on the hub.
    """
    plotly.io.renderers.default = "plotly_mimetype"
    start_quietly(offline=False)
    tune_allocator()
    return flow(stage)


def cards(verdict: Verdict, title: str = "") -> Any:
    """A judged solution as step cards; what is known of a step opens on a click."""
    return HTML(card_style() + solution_cards(verdict, title))


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line in the cell that says how far a long piece of work is; yields what is called with each portion."""
    started, done = time.perf_counter(), 0
    shown = display(_plain(f"{what}: 0 of {total}"), raw=True, display_id=True)

    def advance(portion: int) -> None:
        nonlocal done
        done += portion
        shown.update(_plain(f"{what}: {done} of {total}"), raw=True)

    yield advance
    shown.update(_plain(f"{what}: {done} in {time.perf_counter() - started:.1f} s"), raw=True)


def tracked(items: Sequence[T], what: str) -> Iterator[T]:
    """The items one by one, with `progress`."""
    with progress(what, len(items)) as advance:
        for item in items:
            yield item
            advance(1)


def watch(loop: Iterator[Round], count: int, earlier: Sequence[Round] = ()) -> list[Round]:
    """The next `count` rounds of a loop, with a curve that grows in the cell; the rounds before them count too.

    Interrupting the cell keeps what was done up to there: the loop goes on with the next call.
    """
    rounds = list(earlier)
    shown = display(_bundle(growing_curve(rounds)), raw=True, display_id=True)
    for done in islice(loop, count):
        rounds.append(done)
        shown.update(_bundle(growing_curve(rounds)), raw=True)
    return rounds


def _plain(text: str) -> dict[str, str]:
    return {"text/plain": text}


def _bundle(figure: Any) -> dict[str, Any]:
    return {FIGURE: figure.to_plotly_json(), "text/plain": "a figure"}
