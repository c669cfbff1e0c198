"""The Refine panel of the Label tab: a verifier version made from labels, what it changes, and the way back."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import gradio as gr
import plotly.graph_objects as go
from markupsafe import Markup

from workbench.errors import BadInput, WorkbenchError
from workbench.labeling.judge import Measured
from workbench.labeling.queue import problems_of_run
from workbench.labeling.refine import MODES, TARGET, refine, steps_in_store
from workbench.labeling.refined import Changes, refined, reverify
from workbench.labeling.reliability import Standing
from workbench.labeling.versions import (
    BUILTIN,
    Version,
    changed,
    chosen,
    load,
    names,
    revert,
    save,
    use,
    versions_folder,
)
from workbench.types import Estimate
from workbench.ui.context import AppContext
from workbench.ui.pages import render
from workbench.ui.palette import GREY, SERIES, error_bars, themed

_MODES = {
    "free": "the problem alone",
    "answer": "the answer too (training)",
    "reference": "a worked solution too",
}
_WHY = {
    Standing.CONFIRMED: "people confirm it",
    Standing.WITHDRAWN: "people found it wrong more often than right",
    Standing.OPEN: "too few labels to say",
}
CHANGE_COLUMNS = ("problem", "step", "line", "before", "after", "who", "why")


def in_use_html(name: str, version: Version | None) -> Markup:
    """Return which version is in use, and what it changes."""
    said = changed(version) if version is not None else "the symbolic verifier, which no label has changed"
    return render("refine.in_use", name if name != BUILTIN else "built-in", said)


def version_html(version: Version) -> Markup:
    """Return before and after with intervals, and what changed and why.

    The rules that the labels settle come first; those that stay open are counted.
    """
    modes = [
        (
            _MODES.get(mode.value, mode.value),
            trial.labels,
            "0 %",
            share(trial.report.share),
            _precision(trial.report),
            trial.note,
        )
        for mode, trial in version.trials.items()
    ]
    told = [r for r in version.rules if r.standing is not Standing.OPEN]
    rules = [
        (r.checker or "none", r.rule, r.judgement.value, f"{r.right} of {r.right + r.wrong}", share(r.interval),
         r.standing.value, _WHY[r.standing])
        for r in sorted(told, key=lambda r: (r.standing is not Standing.WITHDRAWN, -r.right))
    ]  # fmt: skip
    return render("refine.version", version, modes, rules, len(version.rules) - len(told))


def _precision(report: Measured) -> str:
    return share(report.precision) if report.decided else "nothing decided"


def reliability_diagram(version: Version | None) -> Any:
    """Draw the score of the judge against the share that people found correct, on the part without a hand in it."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GREY, "dash": "dot"},
        name="as it should be",
        hoverinfo="skip",
    )
    trials = version.trials if version is not None else {}
    for colour, (mode, trial) in zip(SERIES, trials.items(), strict=False):
        bins = trial.report.bins
        if bins:
            figure.add_scatter(
                x=[b.expected for b in bins],
                y=[b.found.value for b in bins],
                error_y=error_bars([b.found for b in bins]),
                customdata=[b.count for b in bins],
                hovertemplate="%{y:.0%} of %{customdata} steps",
                mode="lines+markers",
                marker={"color": colour, "size": 9},
                line={"color": colour},
                name=_MODES.get(mode.value, mode.value),
            )
    if len(figure.data) == 1:
        figure.add_annotation(text="No step is decided by a judge.", x=0.5, y=0.15, showarrow=False)
    figure.update_layout(title="Is the judge as sure as it should be?", height=360)
    figure.update_xaxes(title="score: how likely correct", range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title="people found correct", range=[0, 1.02], tickformat=".0%")
    return themed(figure)


def changes_html(changes: Changes, stored: bool) -> Markup:
    """Return what becomes of a run's verdicts and rewards."""
    return render("refine.changes", changes, stored)


def change_rows(changes: Changes, limit: int = 200) -> list[list[str | int]]:
    """Return rows for the table of changed steps, each problem and step once."""
    return [
        [c.problem, c.step + 1, c.text, c.before, c.after, c.checker or "none", c.reason]
        for c in changes.examples[:limit]
    ]


def share(interval: Estimate) -> str:
    """Return a share with its interval in per cent."""
    return f"{interval.value:.1%} [{interval.low:.1%}, {interval.high:.1%}]"


# The panel of the Label tab that makes the verifier better from labels, and takes that back.


def panel(page: gr.Blocks, context: AppContext) -> None:
    """Draw the panel inside the open `page`: refine, compare, use, revert, re-verify."""
    with gr.Row(equal_height=True):
        target = gr.Slider(0.8, 0.99, value=TARGET, step=0.01, label="Required precision (certified)", min_width=200)
        make = gr.Button("Refine", variant="primary", elem_id="refine-make", min_width=110, scale=0)
        version = gr.Dropdown([], label="Version", elem_id="refine-version", min_width=220)
        take = gr.Button("Use", elem_id="refine-use", min_width=90, scale=0)
        back = gr.Button("Revert", elem_id="refine-revert", min_width=90, scale=0)
    state = gr.HTML(elem_id="refine-state", apply_default_css=False)
    with gr.Row():
        with gr.Column(scale=2, min_width=420):
            summary = gr.HTML(render("refine.empty"), elem_id="refine-summary", apply_default_css=False)
        with gr.Column(scale=1, min_width=340):
            diagram = gr.Plot(label="Reliability", show_label=False, elem_id="refine-diagram")
    outputs = [version, state, summary, diagram]

    def refined_now(precision: float, progress: gr.Progress = gr.Progress()) -> list[Any]:
        return _answer(lambda: _refine(context, precision, progress))

    make.click(refined_now, [target], outputs, concurrency_limit=1)
    take.click(lambda name: _answer(lambda: _use(context, name)), [version], outputs)
    back.click(lambda: _answer(lambda: _revert(context)), None, outputs)
    # `input` and not `change`: an answer that fills the list must not ask again.
    version.input(lambda name: _answer(lambda: _shown(context, name)), [version], outputs)
    _reverify_part(context, version)
    # Not queued: a click that meets the end of the stream which a queued answer opens can go unheard.
    page.load(lambda: _answer(lambda: _shown(context, None)), None, outputs, queue=False)


def _answer(work: Callable[[], list[Any]]) -> list[Any]:
    """Return what the work answers; what a person can correct becomes a message, and the page stays as it is."""
    try:
        return work()
    except WorkbenchError as error:
        raise gr.Error(html.escape(str(error)), print_exception=False) from error


def _refine(context: AppContext, target: float, progress: Any) -> list[Any]:
    steps = steps_in_store(context.store)
    total, done = max(1, len(steps) * len(MODES)), 0

    def count() -> None:
        nonlocal done
        done += 1
        if done % 20 == 0:
            progress(done / total, desc="reading the labelled steps")

    made = refine(steps, round(float(target), 4), on_step=count)
    save(_folder(context), made)
    return _shown(context, made.hash)


def _use(context: AppContext, name: str | None) -> list[Any]:
    if not name:
        raise BadInput("There is no version to use yet; make one with Refine.")
    if name != BUILTIN:
        refined(load(_folder(context), name))  # complains of a version that today's verifier cannot take
    use(_folder(context), name)
    return _shown(context, name)


def _revert(context: AppContext) -> list[Any]:
    return _shown(context, revert(_folder(context)))


def _shown(context: AppContext, name: str | None) -> list[Any]:
    """Return the list of versions, what is in use, and the version that is looked at: the one in use unless named."""
    folder = _folder(context)
    now = chosen(folder)
    known = names(folder)
    looked_at = name if name in known else now if now in known else known[-1] if known and name is None else BUILTIN
    seen = _load(context, looked_at)
    choices = [(f"{n}{' (in use)' if n == now else ''}", n) for n in (BUILTIN, *reversed(known))]
    return [
        gr.Dropdown(choices, value=looked_at),
        in_use_html(now, _load(context, now)),
        version_html(seen) if seen is not None else render("refine.empty"),
        reliability_diagram(seen),
    ]


def _load(context: AppContext, name: str) -> Version | None:
    return None if name == BUILTIN else load(_folder(context), name)


def _folder(context: AppContext) -> Any:
    return versions_folder(context.store.path)


# A stored run judged again


def _reverify_part(context: AppContext, version: Any) -> None:
    with gr.Accordion("What would change in a stored run", open=False, elem_id="refine-reverify"):
        with gr.Row(equal_height=True):
            run = gr.Dropdown(_runs(context), value=context.run, label="Run", min_width=220)
            look = gr.Button("Show changes", elem_id="refine-look", min_width=130, scale=0)
            keep = gr.Button("Store the new verdicts", elem_id="refine-keep", min_width=170, scale=0)
        told = gr.HTML(elem_id="refine-changes", apply_default_css=False)
        table = gr.Dataframe(
            headers=list(CHANGE_COLUMNS), interactive=False, wrap=True, elem_id="refine-table", visible=False
        )

    def shown(run_name: str | None, version_name: str | None, stored: bool) -> list[Any]:
        changes = _changes(context, run_name, version_name, stored)
        rows = change_rows(changes)
        return [
            changes_html(changes, stored),
            gr.Dataframe({"headers": list(CHANGE_COLUMNS), "data": rows}, visible=bool(rows)),
        ]

    for button, stored in ((look, False), (keep, True)):
        button.click(
            lambda r, v, s=stored: _answer(lambda: shown(r, v, s)), [run, version], [told, table], concurrency_limit=1
        )
    run.focus(lambda: gr.Dropdown(_runs(context)), None, run, show_progress="hidden")


def _runs(context: AppContext) -> list[str]:
    return list(reversed(context.store.runs.names()))


def _changes(context: AppContext, run: str | None, name: str | None, keep: bool) -> Changes:
    if not run:
        raise BadInput("Choose a run first; there is none before the first 'workbench train'.")
    verifier = refined(_load(context, name or BUILTIN))
    return reverify(context.store, run, problems_of_run(context.store, run), verifier, keep=keep)
