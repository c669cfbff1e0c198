"""Below the item in the Label tab: guidelines, agreement, what is to settle, and the filling of the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.context import Context

from workbench.errors import BadInput, WorkbenchError
from workbench.labeling.agreement import agreement_of, disagreements, gold_accuracy
from workbench.labeling.candidates import run_checkers
from workbench.labeling.queue import CONTROL_SHARE, DOUBLE_SHARE, GOLD_SHARE, SOLUTIONS, fill_queue
from workbench.labeling.sources import problems_of_run
from workbench.store import Order, Store
from workbench.types import LabelItem, Mark
from workbench.ui import desk, label_page, refine_panel
from workbench.ui.context import AppContext
from workbench.ui.label_page import FORGET_NAME, KEEP_NAME, KEPT_NAME, LISTEN, SHOWN_ITEM, SHOWN_SETTLE, TOGGLE_SHEET
from workbench.verification.malrules.catalogue import CATALOGUE

QUIET_PANEL: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "undocumented"}


def draw_more(context: AppContext, name: gr.Textbox) -> None:
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
        given = store.labels.active()
        gold = {key: place.gold for key, place in store.labels.places().items() if place.gold is not None}
        to_adjudicate = sum(found.adjudicated is None for found in disagreements(given))
        return label_page.agreement_html(agreement_of(given), gold_accuracy(given, gold), to_adjudicate)

    panel.expand(agree, None, shown, api_name="label_agreement", **QUIET_PANEL)


def _settle(context: AppContext, name: gr.Textbox) -> None:
    store = context.store
    with gr.Accordion("Settle disagreements", open=False, elem_id="label-settling") as panel:
        shown = gr.HTML("", elem_id="label-settle")
        status = gr.HTML("")
        item = gr.Textbox(visible=False)
        with gr.Row(visible=False) as row:
            buttons = {mark: gr.Button(f"{label_page.SIGNS[mark][0]} {mark.value}", size="sm") for mark in Mark}

    def next_one(said: str = "", bad: bool = False) -> dict[Any, Any]:
        left = [found for found in disagreements(store.labels.active()) if found.adjudicated is None]
        if not left:
            html = "<p>Nothing to settle: no two people differ on a step, or all was decided.</p>"
        else:
            html = label_page.disagreement_html(left[0], store.labels.items([left[0].item_id])[0], len(left))
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
    panel.expand(opened, None, outputs, api_name="label_settle", **QUIET_PANEL)
    for mark, button in buttons.items():
        button.click(decider(mark), [item, name], outputs, js=SHOWN_SETTLE, **QUIET_PANEL)


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
        names = store.runs.names()
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

    panel.expand(runs, None, run, **QUIET_PANEL)
    go.click(fill, [run, count, double, control, gold], status, api_name="label_fill", api_visibility="undocumented")


# The Label tab: one step at a time, marked by a key, saved before the page says so.


ORDERS = [
    ("uncertain first", Order.UNCERTAIN.value),
    ("checkers disagree", Order.DISAGREE.value),
    ("diverse", Order.DIVERSE.value),
    ("worth most to training", Order.WORTH.value),
]
BUTTONS = (
    (Mark.CORRECT, "1  ✓  Correct", "label-correct"),
    (Mark.INCORRECT, "2  ✗  Incorrect", "label-incorrect"),
    (Mark.CANT_TELL, "3  ?  Can't tell", "label-cant-tell"),
)
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "undocumented"}
"""A key's answer waits in no queue: it is one short transaction."""


@dataclass(frozen=True)
class Page:
    """The parts of the tab that requests fill."""

    start: gr.Row
    name: gr.Textbox
    person: gr.Textbox
    """The name that was given at the start; the field itself forgets it when it is hidden."""
    shown: gr.Textbox
    skipped: gr.State
    task: gr.HTML
    status: gr.HTML
    progress: gr.HTML
    order: gr.Radio
    reason: gr.Textbox
    malrule: gr.Dropdown
    corrected: gr.Textbox
    checkers: gr.Accordion
    said: gr.HTML
    bring_back: gr.Button


def tab(context: AppContext) -> None:
    """Draw the tab inside the open blocks."""
    desk.stock_queue(context.store)
    gr.HTML(label_page.STYLE + label_page.keys_html(), js_on_load=LISTEN, elem_id="label-keys")
    page, buttons = _draw(context)
    _wire(context, page, buttons)
    draw_more(context, page.person)
    with gr.Accordion("Refine the verifier", open=False, elem_id="label-refine"):
        refine_panel.panel(context)


def _draw(context: AppContext) -> tuple[Page, dict[str, gr.Button]]:
    shown, person, skipped = gr.Textbox(visible=False), gr.Textbox(visible=False), gr.State(())
    with gr.Row(visible=not context.signed_in, equal_height=True, elem_id="label-who") as start:
        name = gr.Textbox(
            label="Your name", info="Goes with every label. Kept in this browser.", max_lines=1, elem_id="label-name"
        )
        begin = gr.Button("Start", variant="primary", scale=0, min_width=120, elem_id="label-start")
    with gr.Row():
        with gr.Column(scale=3, min_width=420):
            task = gr.HTML(label_page.waiting_html(), elem_id="label-task")
            with gr.Row():
                buttons = {key: gr.Button(text, elem_id=key, min_width=130) for _, text, key in BUTTONS}
            status = gr.HTML(label_page.status_html(""), elem_id="label-status")
            with gr.Row():
                reason = gr.Textbox(label="Reason, if you like", max_lines=3, elem_id="label-reason", min_width=200)
                corrected = gr.Textbox(
                    label="The step as it should be", max_lines=3, elem_id="label-corrected", min_width=200
                )
                malrule = gr.Dropdown(
                    _malrules(), value="", label="Malrule", elem_id="label-malrule", min_width=200, filterable=True
                )
            with gr.Accordion("What the checkers say", open=False, elem_id="label-checkers") as checkers:
                said = gr.HTML("", elem_id="label-said")
        with gr.Column(scale=1, min_width=240):
            progress = gr.HTML("", elem_id="label-progress")
            with gr.Row():
                buttons["label-skip"] = gr.Button("s  Skip", size="sm", min_width=70, elem_id="label-skip")
                buttons["label-undo"] = gr.Button("u  Undo", size="sm", min_width=70, elem_id="label-undo")
                sheet = gr.Button("?  Keys", size="sm", min_width=70, elem_id="label-help")
            order = gr.Radio(ORDERS, value=Order.UNCERTAIN.value, label="Order", elem_id="label-order")
            bring_back = gr.Button("Bring back what I skipped", size="sm", visible=False, elem_id="label-unskip")
            buttons["label-rename"] = gr.Button(
                "Another name", size="sm", visible=not context.signed_in, elem_id="label-rename"
            )
    sheet.click(None, js=TOGGLE_SHEET)
    buttons["label-start"] = begin
    page = Page(
        start=start,
        name=name,
        person=person,
        shown=shown,
        skipped=skipped,
        task=task,
        status=status,
        progress=progress,
        order=order,
        reason=reason,
        malrule=malrule,
        corrected=corrected,
        checkers=checkers,
        said=said,
        bring_back=bring_back,
    )
    return page, buttons


def _malrules() -> list[tuple[str, str]]:
    known = sorted((f"{rule.misconception} ({name})", name) for name, rule in CATALOGUE.items())
    return [("none, or not known", ""), *known]


def _wire(context: AppContext, page: Page, buttons: dict[str, gr.Button]) -> None:
    """Join buttons to requests. Each sends the name and the id of the item seen: none rests on the session."""
    store = context.store
    notes = [page.reason, page.malrule, page.corrected]
    places = [page.order, page.skipped]
    outputs = [
        page.task, page.status, page.progress, *notes, page.checkers, page.said, page.skipped, page.person,
        page.start, page.bring_back,
    ]  # fmt: skip

    def who(name: str, request: gr.Request) -> str:
        return desk.checked_name(str(request.username) if context.signed_in else name)

    def answer(name: str, skipped: tuple[str, ...], found: desk.Desk) -> dict[Any, Any]:
        return _shown(store, page, name, skipped, found)

    def giver(mark: Mark) -> Callable[..., dict[Any, Any]]:
        def give(
            shown: str,
            name: str,
            order: str,
            skipped: tuple[str, ...],
            reason: str,
            malrule: str,
            corrected: str,
            request: gr.Request,
        ) -> dict[Any, Any]:
            def done() -> dict[Any, Any]:
                person, given = who(name, request), desk.checked_notes(reason, malrule, corrected)
                found = desk.mark(store, person, shown, mark, given, Order(order), tuple(skipped))
                return answer(person, tuple(skipped), found)

            return _guarded(page, done)

        return give

    def skip(shown: str, name: str, order: str, skipped: tuple[str, ...], request: gr.Request) -> dict[Any, Any]:
        def done() -> dict[Any, Any]:
            person = who(name, request)
            passed = (*(key for key in skipped if key != shown), *((shown,) if shown else ()))
            return answer(person, passed, desk.take(store, person, Order(order), passed, "Skipped."))

        return _guarded(page, done)

    def undo(name: str, skipped: tuple[str, ...], request: gr.Request) -> dict[Any, Any]:
        def done() -> dict[Any, Any]:
            person = who(name, request)
            found = desk.undo(store, person)
            if found is None:
                raise BadInput("There is no label of yours to take back.")
            return answer(person, tuple(skipped), found)

        return _guarded(page, done)

    def again(name: str, order: str, request: gr.Request) -> dict[Any, Any]:
        """The next item with nothing skipped: at the start, and to bring back what was skipped."""

        def done() -> dict[Any, Any]:
            person = who(name, request)
            return answer(person, (), desk.take(store, person, Order(order), ()))

        return _guarded(page, done)

    def arrive(kept: str, order: str, request: gr.Request) -> dict[Any, Any]:
        """At the opening of the page: who gave a name before goes on at once."""
        known = context.signed_in or bool(kept)
        return again(str(kept), order, request) if known else {page.person: ""}

    def reorder(name: str, order: str, skipped: tuple[str, ...], request: gr.Request) -> dict[Any, Any]:
        def done() -> dict[Any, Any]:
            person = who(name, request)
            store.labels.release(person)
            return answer(person, tuple(skipped), desk.take(store, person, Order(order), tuple(skipped)))

        return _guarded(page, done)

    def rename(name: str, request: gr.Request) -> dict[Any, Any]:
        """Ask for a name again; what the person held goes back."""
        store.labels.release(who(name, request))
        empty = {page.task: label_page.waiting_html(), page.status: label_page.status_html(""), page.progress: ""}
        return {**empty, page.person: "", page.skipped: (), page.start: gr.Row(visible=True)}

    def checkers_say(shown: str) -> str:
        items = store.labels.items([shown])
        return label_page.said_html(run_checkers(items[0].problem, items[0].lines), items[0]) if items else ""

    for mark, _, key in BUTTONS:
        buttons[key].click(
            giver(mark), [page.shown, page.person, *places, *notes], outputs,
            js=SHOWN_ITEM, api_name=key.replace("-", "_"), **QUIET,
        )  # fmt: skip
    buttons["label-skip"].click(
        skip, [page.shown, page.person, *places], outputs, js=SHOWN_ITEM, api_name="label_skip", **QUIET
    )
    buttons["label-undo"].click(undo, [page.person, page.skipped], outputs, api_name="label_undo", **QUIET)
    buttons["label-rename"].click(rename, page.person, outputs, js=FORGET_NAME, api_name="label_rename", **QUIET)
    for event in (buttons["label-start"].click, page.name.submit):
        event(again, [page.name, page.order], outputs, js=KEEP_NAME, api_name="label_start", **QUIET)
    page.bring_back.click(again, [page.person, page.order], outputs, api_name="label_again", **QUIET)
    page.order.input(reorder, [page.person, *places], outputs, api_name="label_order", **QUIET)
    page.checkers.expand(checkers_say, [page.shown], page.said, js=SHOWN_ITEM, api_name="label_checkers", **QUIET)
    Context.root_block.load(arrive, [page.shown, page.order], outputs, js=KEPT_NAME, api_name="label_arrive", **QUIET)


def _guarded(page: Page, work: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    """What went wrong goes into the status line; the item stays where it is."""
    try:
        return work()
    except WorkbenchError as error:
        return {page.status: label_page.status_html(str(error), bad=True)}


def _shown(store: Store, page: Page, name: str, skipped: tuple[str, ...], found: desk.Desk) -> dict[Any, Any]:
    """Everything that changes with the item before a person."""
    return {
        page.task: _task(store, found.item, len(skipped)),
        page.status: label_page.status_html(found.said),
        page.progress: label_page.progress_html(name, store.labels.labelled_by(name), store.labels.waiting(name)),
        page.reason: found.notes.reason,
        page.malrule: found.notes.malrule or "",
        page.corrected: found.notes.corrected or "",
        page.checkers: gr.Accordion(open=False),
        page.said: "",
        page.skipped: skipped,
        page.person: name,
        page.start: gr.Row(visible=False),
        page.bring_back: gr.Button(visible=bool(skipped)),
    }


def _task(store: Store, item: LabelItem | None, skipped: int) -> str:
    return label_page.empty_html(skipped, store.labels.queue_size()) if item is None else label_page.task_html(item)
