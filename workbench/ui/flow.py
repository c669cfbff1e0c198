"""The picture of the flow: nine numbered stages, one lit. The notebooks have the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from workbench.errors import BadInput
from workbench.ui.palette import BLUE, GREY, themed

LINE = "rgba(128,128,128,0.75)"
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
    """The flow as a plotly figure, with the stage of that name filled. Raises `BadInput` for an unknown stage."""
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
        fillcolor=BLUE if lit else "rgba(128,128,128,0.08)",
    )
    figure.add_annotation(
        x=stage.x,
        y=stage.y,
        text=f"<b>{number}</b> {stage.label}",
        showarrow=False,
        font={"color": "#ffffff" if lit else GREY, "size": 13},
    )
