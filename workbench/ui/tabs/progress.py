"""The Progress tab: curves of one run or several, live while one trains; the audit; health and time."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from workbench.errors import WorkbenchError
from workbench.metrics import METRICS
from workbench.store import Store
from workbench.types import Round
from workbench.ui.comparison import committed_curves, committed_html
from workbench.ui.context import AppContext
from workbench.ui.curves import HEALTH, curves_figure, health_figure, stages_figure
from workbench.ui.pages import caption, render, script
from workbench.ui.tabs import audit

SECONDS = 4
"""Between two looks at the store while the page is open."""
MOST_RUNS = 6
"""Runs in one figure: as many as there are colours."""
QUIET: dict[str, Any] = {"show_progress": "hidden", "trigger_mode": "once", "queue": False}


def tab(context: AppContext) -> None:
    """Draw the tab inside the open blocks."""
    names = context.store.runs.names()
    with gr.Row(equal_height=True):
        runs = gr.Dropdown(
            names,
            value=_first(context, names),
            multiselect=True,
            max_choices=MOST_RUNS,
            label="Runs",
            elem_id="progress-runs",
            scale=3,
        )
        status = gr.HTML(elem_id="progress-status", apply_default_css=False)
    with gr.Tabs(elem_id="progress-tabs"):
        with gr.Tab("Curves", id="curves"):
            curves = gr.Plot(show_label=False, elem_id="progress-curves")
            gr.HTML(caption(CURVES_NOTE), apply_default_css=False)
        with gr.Tab("Audit", id="audit") as audit_tab:
            audit.draw(context, audit_tab)
        with gr.Tab("Health and time", id="health"):
            health = gr.Plot(show_label=False, elem_id="progress-health")
            with gr.Accordion("What these figures mean", open=False):
                gr.HTML(meanings_html(), apply_default_css=False)
            stages = gr.Plot(show_label=False, elem_id="progress-stages")
        _draw_comparison()
    _join(context, runs, [status, curves, health, stages])


def meanings_html() -> Markup:
    """Return a sentence for each figure of a run's health."""
    drawn = (METRICS[name] for name in HEALTH)
    rows = [(m.title, m.meaning, m.unit, f"{m.better} is better" if m.better else "") for m in drawn]
    return render("tables.plain", ("figure", "what it is", "unit", ""), rows)


def _draw_comparison() -> None:
    """Draw the committed comparison in a tab of its own, where it ships."""
    comparison = committed_html()
    if comparison is None:
        return
    with gr.Tab("Comparison", id="comparison") as compared:
        long = gr.Plot(show_label=False, elem_id="progress-long")
        gr.HTML(comparison, elem_id="progress-comparison", js_on_load=script("tables"), apply_default_css=False)
    compared.select(committed_curves, None, long, **QUIET)


def _join(context: AppContext, runs: gr.Dropdown, shown: list[Any]) -> None:
    """Draw what is chosen, and look at the store again and again while the page is open."""
    seen = gr.State(None)

    def tick(chosen: Sequence[str] | None, before: Any) -> tuple[Any, ...]:
        names = context.store.runs.names()
        found = signature(context.store, _existing(chosen, names))
        if [names, found] == before:
            return (gr.skip(),) * 6
        choices: Any = gr.skip() if before and before[0] == names else gr.Dropdown(choices=names)
        return (choices, *_draw(context.store, chosen or ()))

    def opened() -> Any:
        names = context.store.runs.names()
        return gr.Dropdown(choices=names, value=_first(context, names))

    gr.on(None, opened, None, runs, **QUIET)
    # One event for both, so that an older drawing cannot come back over a newer one.
    looks = [runs.change, gr.Timer(SECONDS).tick]
    gr.on(looks, tick, [runs, seen], [runs, *shown, seen], **{**QUIET, "trigger_mode": "always_last"})


CURVES_NOTE = (
    "Lines with a band are evaluations on dev with their 95 % intervals over problems; dotted lines are the rollouts "
    "of training itself, averaged over eight rounds each, with an interval over those rounds."
)


def _first(context: AppContext, names: Sequence[str]) -> list[str]:
    """Return what the tab opens on: the app's run, else the latest."""
    if context.run in names:
        return [str(context.run)]
    return list(names[-1:])


def _draw(store: Store, chosen: Sequence[str]) -> tuple[Any, ...]:
    """The status line, the figures, and what they were made from. A run that is gone is left out."""
    names = store.runs.names()
    here = _existing(chosen, names)
    found = signature(store, here)  # before the rounds are read: what comes meanwhile is drawn at the next look
    rounds = {name: store.runs.rounds(name) for name in here}
    newest = rounds[here[-1]] if here else []
    try:
        figures = curves_figure(rounds), health_figure(rounds), stages_figure(newest)
    except (ValueError, WorkbenchError) as error:
        raise gr.Error(html.escape(str(error))) from error
    for figure in figures:
        figure.update_layout(uirevision="kept")
    return (status_html(store, rounds), *figures, [names, found])


def _existing(chosen: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    """Return the chosen runs that are still there, as many as a figure shows."""
    return [name for name in chosen or () if name in names][:MOST_RUNS]


def signature(store: Store, names: Sequence[str]) -> list[list[Any]]:
    """What changes when a run gets further: its status and how many rounds it has."""
    return [[name, store.runs.info(name).status, store.runs.round_count(name)] for name in names]


STATUS_WORDS = {"running": "training", "finished": "finished", "interrupted": "interrupted", "failed": "failed"}


def status_html(store: Store, runs: Mapping[str, Sequence[Round]]) -> Markup:
    """Return each run's state in a line: how far it is and whether it is still training."""
    lines = []
    for name, rounds in runs.items():
        status = store.runs.info(name).status
        rollouts = int(sum(r.metrics.get("rollouts", 0) for r in rounds))
        lines.append((name, status, STATUS_WORDS.get(status, status), len(rounds), rollouts))
    return render("words.run_status", lines)
