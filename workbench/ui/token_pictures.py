"""Pictures of single tokens: how expected each was, two distributions side by side, weights over a rollout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from markupsafe import Markup
from plotly.subplots import make_subplots

from workbench.types import Verdict
from workbench.ui.pages import render, style_tag
from workbench.ui.palette import BLUES, GREY, LOOKS, ORANGE, SERIES, themed

if TYPE_CHECKING:
    # By name only: figures must not start the model libraries.
    from workbench.engine.inspection import Expected

FAINTEST, STRONGEST = 0.12, 0.6


def token_text(pieces: Sequence[str], logprobs: Sequence[float]) -> Markup:
    """Return a sampled reply as HTML, each token on a ground as strong as the policy expected it."""
    tokens = []
    for piece, logprob in zip(pieces, logprobs, strict=True):
        chance = math.exp(logprob)
        strength = FAINTEST + (STRONGEST - FAINTEST) * chance
        tokens.append((piece.strip("\n") or "\xa0", chance, strength, piece.count("\n")))
    return style_tag() + render("cards.tokens", tokens)


def shown(piece: str) -> str:
    """Return a token as a label: a blank and a line end are given signs."""
    return piece.replace("\n", "⏎").replace(" ", "␣") or "∅"


def candidates(views: Mapping[str, Sequence[Expected]], title: str = "") -> Any:
    """Draw the likeliest tokens at each place of a reply, for each reader; the axis names the token that stood there.

    All readers must have read the same reply.
    """
    count = len(views)
    names = list(views) if count > 1 else None
    figure = make_subplots(rows=count, cols=1, vertical_spacing=0.16 if count > 1 else 0, subplot_titles=names)
    for row, places in enumerate(views.values(), start=1):
        top = max(len(place.likeliest) for place in places)
        z = [[place.likeliest[k][1] if k < len(place.likeliest) else None for place in places] for k in range(top)]
        text = [
            [shown(place.likeliest[k][0]) if k < len(place.likeliest) else "" for place in places] for k in range(top)
        ]
        figure.add_trace(
            go.Heatmap(
                z=z, text=text, texttemplate="%{text}", colorscale=BLUES, zmin=0, zmax=1, showscale=False,
                x=list(range(len(places))), y=list(range(top)),
                hovertemplate="%{text}: %{z:.1%}<extra></extra>",
            ),
            row=row, col=1,
        )  # fmt: skip
        _mark_taken(figure, places, row)
        figure.update_xaxes(
            tickvals=list(range(len(places))), ticktext=[shown(place.piece) for place in places], row=row, col=1
        )
        figure.update_yaxes(
            tickvals=list(range(top)),
            ticktext=[str(k + 1) for k in range(top)],
            range=[top - 0.5, -0.5],
            row=row,
            col=1,
        )
    themed(figure).update_layout(
        title=title or next(iter(views)) if count == 1 else title,
        height=110 + 170 * count,
        showlegend=False,
        hovermode="closest",
    )
    figure.update_layout(margin={"t": 72 if title else 40})
    return figure


def _mark_taken(figure: Any, places: Sequence[Expected], row: int) -> None:
    """Draw a dot on the token that stood there, where it is among the likeliest."""
    at = [
        (x, k)
        for x, place in enumerate(places)
        for k, (piece, _) in enumerate(place.likeliest)
        if piece == place.piece
    ]
    marker = {"symbol": "circle", "size": 7, "color": ORANGE}
    dots = go.Scatter(x=[x + 0.38 for x, _ in at], y=[y - 0.3 for _, y in at], mode="markers", marker=marker,
                      hoverinfo="skip", name="taken")  # fmt: skip
    figure.add_trace(dots, row=row, col=1)


def chances(views: Mapping[str, Sequence[Expected]], title: str = "") -> Any:
    """Draw how likely each token of a reply was to each reader, side by side. All must have read the same reply."""
    pieces = [place.piece for place in next(iter(views.values()))]
    found = {name: [place.probability for place in places] for name, places in views.items()}
    figure = per_token(pieces, found, "probability").update_layout(title=title)
    return figure.update_yaxes(range=[0, 1], tickformat=".0%")


def per_token(pieces: Sequence[str], measures: Mapping[str, Sequence[float]], title: str) -> Any:
    """Draw bars at each token, one for each measure; `title` names the axis."""
    figure = themed(go.Figure())
    for k, (name, values) in enumerate(measures.items()):
        shade = {"color": SERIES[k % len(SERIES)]}
        figure.add_trace(go.Bar(x=list(range(len(values))), y=list(values), name=name, marker=shade))
    figure.update_layout(barmode="group", height=340, margin={"t": 72})
    figure.update_xaxes(tickvals=list(range(len(pieces))), ticktext=[shown(piece) for piece in pieces])
    figure.update_yaxes(title=title)
    return figure


def weights_over_rollout(
    pieces: Sequence[str],
    steps: Sequence[int],
    verdict: Verdict,
    weights: Mapping[str, Sequence[float]],
    title: str = "",
) -> Any:
    """Draw what moves each token of a rollout, over a band in the colour of each step's judgement.

    `steps`: the step that each token belongs to; `weights`: bars by name, one value a token.
    """
    figure = per_token(pieces, weights, "weight")
    top = max([abs(v) for values in weights.values() for v in values] or [0]) or 1.0
    for number, step in enumerate(verdict.steps):
        own = [at for at, owner in enumerate(steps) if owner == number]
        if own:
            _band(figure, own[0], own[-1], step.judgement, top)
    figure.update_layout(title=title, showlegend=len(weights) > 1, margin={"b": 72})
    figure.update_yaxes(range=[min([0.0, *(v for values in weights.values() for v in values)]), 1.3 * top])
    return figure.update_xaxes(tickangle=-90)


def _band(figure: Any, first: int, last: int, judgement: Any, top: float) -> None:
    look = LOOKS[judgement]
    figure.add_shape(type="rect", x0=first - 0.5, x1=last + 0.5, y0=1.04 * top, y1=1.14 * top,
                     fillcolor=look.colour, line={"color": GREY, "width": 1})  # fmt: skip
    figure.add_annotation(x=(first + last) / 2, y=1.2 * top, text=look.sign, showarrow=False)
