"""The picture of the flow: nine numbered stages, one lit. The notebooks have the same numbers."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import plotly.graph_objects as go
import plotly.io
from IPython.display import HTML, display

from workbench.engine import start_quietly
from workbench.engine.hardware import tune_allocator
from workbench.errors import BadInput
from workbench.store import Store
from workbench.types import Round, Verdict
from workbench.ui.cards import solution_cards
from workbench.ui.charts import growing_curve
from workbench.ui.pages import style_tag
from workbench.ui.palette import BLUE, GREY, WHITE, faint, themed
from workbench.verification.domain import Domain
from workbench.verification.maths import MATHS

LINE = faint(GREY, 0.75)
_HALF_WIDTH, _HALF_HEIGHT = 0.44, 0.27


@dataclass(frozen=True)
class Stage:
    """One box of the picture."""

    name: str
    label: str
    """With `<br>` between its lines."""
    x: float
    y: float


STAGES = (
    Stage("problems", "problems", 0, 1),
    Stage("rollouts", "rollouts", 1, 1),
    Stage("verification", "step<br>verdicts", 2, 1),
    Stage("memory", "reflection<br>and memory", 3, 1),
    Stage("distillation", "self-<br>distillation", 4, 1),
    Stage("loop", "the loop:<br>better policy", 2.5, 2),
    Stage("evaluation", "evaluation<br>and audit", 4, 0),
    Stage("labels", "labels refine<br>the verifier", 2, 0),
    Stage("own_model", "your own<br>model", 1, 0),
)
"""In the order of the notebooks: the first is stage 1."""

Place = tuple[float, float]
_ARROWS: tuple[tuple[Place, Place], ...] = (
    ((0.44, 1), (0.56, 1)),
    ((1.44, 1), (1.56, 1)),
    ((2.44, 1), (2.56, 1)),
    ((3.44, 1), (3.56, 1)),
    ((4, 0.73), (4, 0.27)),
    ((2, 0.27), (2, 0.73)),
    ((1, 0.27), (1, 0.73)),
    ((4, 2), (2.94, 2)),
    ((1, 2), (1, 1.27)),
)
_LINES: tuple[tuple[Place, Place], ...] = (((4, 1.27), (4, 2)), ((2.06, 2), (1, 2)))


def flow(lit: str | None = None) -> Any:
    """Draw the flow as a plotly figure, with the stage of that name filled. Raise `BadInput` for an unknown stage."""
    names = [stage.name for stage in STAGES]
    if lit is not None and lit not in names:
        raise BadInput(f"There is no stage {lit!r}; the stages are {', '.join(names)}.")
    figure = themed(go.Figure())
    for number, stage in enumerate(STAGES, start=1):
        _box(figure, number, stage, stage.name == lit)
    for start, end in _LINES:
        figure.add_shape(
            type="line", x0=start[0], y0=start[1], x1=end[0], y1=end[1], line={"color": LINE, "width": 1.5}
        )
    for start, end in _ARROWS:
        figure.add_annotation(
            x=end[0], y=end[1], ax=start[0], ay=start[1], axref="x", ayref="y", text="", showarrow=True,
            arrowhead=2, arrowwidth=1.5, arrowcolor=LINE,
        )  # fmt: skip
    figure.update_xaxes(visible=False, range=[-0.5, 4.5], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-0.35, 2.35], fixedrange=True)
    figure.update_layout(height=250, margin={"l": 4, "r": 4, "t": 4, "b": 4}, showlegend=False)
    return figure


def _box(figure: Any, number: int, stage: Stage, lit: bool) -> None:
    figure.add_shape(
        type="rect",
        x0=stage.x - _HALF_WIDTH,
        x1=stage.x + _HALF_WIDTH,
        y0=stage.y - _HALF_HEIGHT,
        y1=stage.y + _HALF_HEIGHT,
        line={"color": BLUE if lit else LINE, "width": 2},
        fillcolor=BLUE if lit else faint(GREY, 0.08),
    )
    figure.add_annotation(
        x=stage.x,
        y=stage.y,
        text=f"<b>{number}</b> {stage.label}",
        showarrow=False,
        font={"color": WHITE if lit else GREY, "size": 13},
    )


# What the notebooks need around the library: a quiet start, progress in a cell, a curve that grows.


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


def cards(verdict: Verdict, title: str = "", domain: Domain = MATHS) -> Any:
    """A judged solution as step cards; what is known of a step opens on a click."""
    return HTML(style_tag() + solution_cards(verdict, title, domain=domain))


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
    """Return the next `count` rounds of a run after those before, with a curve that grows in the cell.

    After an interrupted cell `Run.rounds` goes on from the newest checkpoint, and the rounds since are repeated.
    """
    rounds = list(earlier)
    shown = display(_bundle(growing_curve(rounds)), raw=True, display_id=True)
    for done in islice(loop, count):
        rounds = [*(r for r in rounds if r.index < done.index), done]
        shown.update(_bundle(growing_curve(rounds)), raw=True)
    return rounds


def _plain(text: str) -> dict[str, str]:
    return {"text/plain": text}


def _bundle(figure: Any) -> dict[str, Any]:
    return {FIGURE: figure.to_plotly_json(), "text/plain": "a figure"}


# A store for looking at. A run for looking at is `Run.scratch`.


_kept: list[tempfile.TemporaryDirectory[str]] = []
"""Folders of stores: they go with the process, not with the last name that holds them."""


def scratch_store() -> Store:
    """Return an empty store that goes when Python ends."""
    folder = tempfile.TemporaryDirectory(prefix="workbench-")
    _kept.append(folder)
    return Store.open(Path(folder.name) / "scratch.db")
