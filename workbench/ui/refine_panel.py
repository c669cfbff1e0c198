"""The panel of the Label tab that makes the verifier better from labels, and takes that back."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.context import Context

from workbench.errors import BadInput, WorkbenchError
from workbench.labeling.refine import MODES, TARGET, refine, steps_in_store
from workbench.labeling.refined import refined
from workbench.labeling.reverify import Changes, reverify
from workbench.labeling.sources import problems_of_run
from workbench.labeling.versions import (
    BUILTIN,
    Version,
    chosen,
    load,
    names,
    revert,
    save,
    use,
    versions_folder,
)
from workbench.ui.context import AppContext
from workbench.ui.refine_figures import (
    CHANGE_COLUMNS,
    change_rows,
    changes_html,
    in_use_html,
    reliability_diagram,
    version_html,
)
from workbench.ui.tables import TABLE_STYLE

_EMPTY = "<p>Label steps above, then refine: what the checkers leave open may then be decided.</p>"


def panel(context: AppContext) -> None:
    """Draw the panel inside the open blocks: refine, compare, use, revert, re-verify."""
    gr.HTML(f"<style>{TABLE_STYLE}</style>", visible="hidden")
    with gr.Row(equal_height=True):
        target = gr.Slider(0.8, 0.99, value=TARGET, step=0.01, label="Precision that must be certain", min_width=200)
        make = gr.Button("Refine", variant="primary", elem_id="refine-make", min_width=110, scale=0)
        version = gr.Dropdown([], label="Version", elem_id="refine-version", min_width=220)
        take = gr.Button("Use", elem_id="refine-use", min_width=90, scale=0)
        back = gr.Button("Revert", elem_id="refine-revert", min_width=90, scale=0)
    state = gr.HTML(elem_id="refine-state", apply_default_css=False)
    with gr.Row():
        with gr.Column(scale=2, min_width=420):
            summary = gr.HTML(_EMPTY, elem_id="refine-summary", apply_default_css=False)
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
    _at_start(lambda: _answer(lambda: _shown(context, None)), outputs)


def _at_start(show: Callable[[], list[Any]], outputs: list[Any]) -> None:
    blocks = Context.root_block
    if blocks is not None:
        # Not queued: a click that meets the end of the stream which a queued answer opens can go unheard.
        blocks.load(show, None, outputs, queue=False)


def _answer(work: Callable[[], list[Any]]) -> list[Any]:
    """What the work answers; what a person can mend becomes a message, and the page stays as it is."""
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
    """The list of versions, what is in use, and the version that is looked at: the one in use unless named."""
    folder = _folder(context)
    now = chosen(folder)
    known = names(folder)
    looked_at = name if name in known else now if now in known else known[-1] if known and name is None else BUILTIN
    seen = _load(context, looked_at)
    choices = [(f"{n}{' (in use)' if n == now else ''}", n) for n in (BUILTIN, *reversed(known))]
    return [
        gr.Dropdown(choices, value=looked_at),
        in_use_html(now, _load(context, now)),
        version_html(seen) if seen is not None else _EMPTY,
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
    return list(reversed(context.store.run_names()))


def _changes(context: AppContext, run: str | None, name: str | None, keep: bool) -> Changes:
    if not run:
        raise BadInput("Choose a run first; there is none before the first 'workbench train'.")
    verifier = refined(_load(context, name or BUILTIN))
    return reverify(context.store, run, problems_of_run(context.store, run), verifier, keep=keep)
