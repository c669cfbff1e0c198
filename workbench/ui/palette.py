"""Colours and signs, safe for the colour-blind: every judgement has a colour, a sign and a word.

The colours are Okabe and Ito's; each stands out on white and on near-black.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.types import Estimate, Judgement

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#7A7A7A",
)  # fmt: skip
WHITE = "#FFFFFF"
"""What is written on a filled ground."""
BROWN = "#8C564B"
"""For the eighth thing, where there must be one; not of the seven."""
LIGHT = {"page": "#FBFCFD", "block": WHITE, "field": WHITE, "edge": "*neutral_200", "button": "#005F95"}
DARK = {"page": "#0F141B", "block": "#151B24", "field": "#0F141B", "edge": "#2B3648", "button": "#2587C0"}
"""Grounds of the app, its edges, and the main button under the pointer."""
COLOURS = {"blue": BLUE, "green": GREEN, "vermilion": VERMILION, "sky": SKY, "grey": GREY}
"""Those that the stylesheet uses, as `--wb-blue` and so on."""
BLUES = [[0.0, "#EEF5FA"], [1.0, BLUE]]
"""The scale of a heat map."""
SERIES = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
METHOD_COLOURS = {"pmd": BLUE, "sdpo": ORANGE, "grpo": VERMILION, "rft": GREEN, "sft": PURPLE, "base": GREY}


@dataclass(frozen=True)
class Look:
    """How a judgement is shown."""

    colour: str
    sign: str
    word: str


LOOKS = {
    Judgement.CORRECT: Look(GREEN, "✓", "correct"),
    Judgement.INCORRECT: Look(VERMILION, "✗", "incorrect"),
    Judgement.UNKNOWN: Look(GREY, "?", "unknown"),
}


def faint(colour: str, strength: float) -> str:
    """Return a colour of the palette, see-through."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"


def error_bars(estimates: Sequence[Estimate], **look: Any) -> dict[str, Any]:
    """Return the intervals of estimates as plotly's error bars, about their values."""
    up = [e.high - e.value for e in estimates]
    return {
        "type": "data",
        "symmetric": False,
        "array": up,
        "arrayminus": [e.value - e.low for e in estimates],
        **look,
    }


def themed(figure: Any) -> Any:
    """Return a plotly figure in the project's look: readable in light and dark pages, quiet grid, series colours."""
    figure.update_layout(
        colorway=list(SERIES),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13, "color": GREY},
        margin={"l": 56, "r": 16, "t": 48, "b": 48},
        legend={"orientation": "h", "y": 1.12, "x": 0},
        hovermode="x unified",
    )
    grid = {"gridcolor": faint(GREY, 0.2), "zeroline": False}
    figure.update_xaxes(**grid)
    figure.update_yaxes(**grid)
    return figure
