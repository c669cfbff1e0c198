"""Below the item in the Label tab: guidelines, agreement, what is to settle, and the filling of the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from workbench.errors import BadInput, WorkbenchError
from workbench.labeling.agreement import agreement_of, disagreements, gold_accuracy
from workbench.labeling.queue import CONTROL_SHARE, DOUBLE_SHARE, GOLD_SHARE, SOLUTIONS, fill_queue
from workbench.labeling.sources import problems_of_run
from workbench.store import Store
from workbench.types import Mark
from workbench.ui import desk, label_page
from workbench.ui.context import AppContext
from workbench.ui.label_keys import SHOWN_SETTLE

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "undocumented"}


def draw(context: AppContext, name: gr.Textbox) -> None:
    """The four panels, closed."""
    with gr.Accordion("Guidelines, with examples", open=False, elem_id="label-guide"):
        gr.HTML(label_page.GUIDELINES)
    _agreement(context.store)
    _settle(context, name)
    _fill(context)


def _agreement(store: Store) -> None:
    with gr.Accordion("Agreement", open=False, elem_id="label-agreement") as panel:
        shown = gr.HTML("", elem_id="label-agreed")

    def agree() -> str:
        given = store.labels()
        gold = {key: place.gold for key, place in store.label_places().items() if place.gold is not None}
        to_settle = sum(found.settled is None for found in disagreements(given))
        return label_page.agreement_html(agreement_of(given), gold_accuracy(given, gold), to_settle)

    panel.expand(agree, None, shown, api_name="label_agreement", **QUIET)


def _settle(context: AppContext, name: gr.Textbox) -> None:
    store = context.store
    with gr.Accordion("Settle disagreements", open=False, elem_id="label-settling") as panel:
        shown = gr.HTML("", elem_id="label-settle")
        status = gr.HTML("")
        item = gr.Textbox(visible=False)
        with gr.Row(visible=False) as row:
            buttons = {mark: gr.Button(f"{label_page.SIGNS[mark][0]} {mark.value}", size="sm") for mark in Mark}

    def next_one(said: str = "", bad: bool = False) -> dict[Any, Any]:
        left = [found for found in disagreements(store.labels()) if found.settled is None]
        if not left:
            html = "<p>Nothing to settle: no two people differ on a step, or all was decided.</p>"
        else:
            html = label_page.disagreement_html(left[0], store.label_items([left[0].item_id])[0], len(left))
        return {shown: html, status: label_page.status_html(said, bad), row: gr.Row(visible=bool(left))}

    def opened() -> dict[Any, Any]:
        return next_one()

    def decider(mark: Mark) -> Callable[..., dict[Any, Any]]:
        def decide(seen: str, who: str, request: gr.Request) -> dict[Any, Any]:
            try:
                person = desk.checked_name(str(request.username) if context.signed_in else who)
                desk.settle(store, person, seen, mark)
            except WorkbenchError as error:
                return next_one(str(error), bad=True)
            return next_one(f"Settled: {mark.value}.")

        return decide

    outputs = [shown, status, row]
    panel.expand(opened, None, outputs, api_name="label_settle", **QUIET)
    for mark, button in buttons.items():
        button.click(decider(mark), [item, name], outputs, js=SHOWN_SETTLE, **QUIET)


def _fill(context: AppContext) -> None:
    store = context.store
    with gr.Accordion("Fill the queue", open=False, elem_id="label-filling") as panel:
        with gr.Row():
            run = gr.Dropdown([], label="Run", info="Its latest rollouts are looked through.", elem_id="label-run")
            count = gr.Number(200, label="Items", precision=0, minimum=1, maximum=5000, info="At most.")
            double = gr.Slider(0, 1, DOUBLE_SHARE, step=0.05, label="Share for two readers")
            control = gr.Slider(0, 1, CONTROL_SHARE, step=0.05, label="Share at random", info="From all steps.")
            gold = gr.Slider(0, 0.5, GOLD_SHARE, step=0.05, label="Gold items", info="Their mark is known.")
        go = gr.Button("Fill", scale=0, min_width=140, elem_id="label-fill")
        status = gr.HTML(label_page.status_html(""), elem_id="label-filled")

    def runs() -> gr.Dropdown:
        names = store.run_names()
        chosen = context.run if context.run in names else names[-1] if names else None
        return gr.Dropdown(names, value=chosen)

    def fill(
        chosen: str | None, items: float, two: float, at_random: float, known: float, progress: Any = gr.Progress()
    ) -> str:
        try:
            if not chosen:
                raise BadInput("There is no run in the store yet; start one with 'workbench train'.")
            seen = iter(range(1, 10 * SOLUTIONS))
            added = fill_queue(
                store,
                chosen,
                problems_of_run(store, chosen),
                int(items or 0),
                control_share=at_random,
                double_share=two,
                gold_share=known,
                on_solution=lambda: progress((next(seen), SOLUTIONS), desc="looking through solutions"),
            )
        except WorkbenchError as error:
            return label_page.status_html(str(error), bad=True)
        return label_page.status_html(f"{added} items are new in the queue.")

    panel.expand(runs, None, run, **QUIET)
    go.click(fill, [run, count, double, control, gold], status, api_name="label_fill", api_visibility="undocumented")
