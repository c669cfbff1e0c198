"""The Label tab: one step at a time, marked by a key, saved before the page says so; and the panels below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from workbench.domains import DOMAINS
from workbench.errors import BadInput, WorkbenchError
from workbench.labeling.agreement import agreement_of, disagreements, gold_accuracy
from workbench.labeling.candidates import run_checkers
from workbench.labeling.queue import CONTROL_SHARE, DOUBLE_SHARE, GOLD_SHARE, SOLUTIONS, fill_queue, problems_of_run
from workbench.store import Order, Store
from workbench.types import LabelItem, Mark
from workbench.ui import annotation, refine_panel
from workbench.ui.annotation import Notes, Turn
from workbench.ui.context import AppContext
from workbench.ui.pages import in_browser, render

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
QUIET_PANEL: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "undocumented"}
QUIET: dict[str, Any] = {"queue": False, **QUIET_PANEL}
"""A key's answer waits in no queue: it is one short transaction."""
Answer = dict[Any, Any]
"""New values by the parts of the page that they go into."""


@dataclass(frozen=True)
class Page:
    """The parts of the tab that requests fill or read."""

    shown: gr.Textbox
    """The id of the item that the person sees; the browser fills it in."""
    person: gr.Textbox
    """The name that was given at the start; the field itself forgets it when it is hidden."""
    skipped: gr.State
    start: gr.Row
    name: gr.Textbox
    task: gr.HTML
    status: gr.HTML
    reason: gr.Textbox
    corrected: gr.Textbox
    malrule: gr.Dropdown
    checkers: gr.Accordion
    said: gr.HTML
    progress: gr.HTML
    order: gr.Radio
    show_skipped: gr.Button

    @property
    def inputs(self) -> set[Any]:
        """Return what goes along with every key. Gradio sends it in the order in which the parts were made."""
        return {self.shown, self.person, self.skipped, self.order, self.reason, self.malrule, self.corrected}

    @property
    def outputs(self) -> list[Any]:
        """Return what an answer may change."""
        return [
            self.task, self.status, self.progress, self.reason, self.malrule, self.corrected, self.checkers,
            self.said, self.skipped, self.person, self.start, self.show_skipped,
        ]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request: who asks, seeing which item, with what in the fields."""

    person: str
    shown: str
    order: Order
    skipped: tuple[str, ...]
    notes: Notes


Work = Callable[[Asked], Answer]


def tab(app: gr.Blocks, context: AppContext) -> None:
    """Draw the tab inside the open `app`."""
    annotation.stock_queue(context.store)
    gr.HTML(render("label.keys"), elem_id="label-keys", apply_default_css=False)
    page, buttons = _draw(context)
    _join(app, Requests(context, page), buttons)
    with gr.Accordion("Guidelines, with examples", open=False, elem_id="label-guide"):
        gr.HTML(render("label.guidelines"), apply_default_css=False)
    _agreement(context.store)
    _settle(context, page.person)
    _fill(context)
    with gr.Accordion("Refine the verifier", open=False, elem_id="label-refine"):
        refine_panel.panel(app, context)


def _draw(context: AppContext) -> tuple[Page, dict[str, gr.Button]]:
    parts: dict[str, Any] = {"shown": gr.Textbox(visible=False), "person": gr.Textbox(visible=False)}
    parts["skipped"], buttons = gr.State(()), {}
    with gr.Row(visible=not context.signed_in, equal_height=True, elem_id="label-who") as parts["start"]:
        parts["name"] = gr.Textbox(
            label="Your name", info="Goes with every label. Kept in this browser.", max_lines=1, elem_id="label-name"
        )
        buttons["label-start"] = gr.Button(
            "Start", variant="primary", scale=0, min_width=120, elem_id="label-start", elem_classes="wb-button"
        )
    with gr.Row():
        with gr.Column(scale=3, min_width=420):
            parts |= _draw_task(buttons)
        with gr.Column(scale=1, min_width=240):
            parts["progress"] = gr.HTML("", elem_id="label-progress", apply_default_css=False)
            with gr.Row():
                for key, text in (("label-skip", "s  Skip"), ("label-undo", "u  Undo"), ("label-help", "?  Keys")):
                    buttons[key] = gr.Button(text, size="sm", min_width=70, elem_id=key)
            parts["order"] = gr.Radio(ORDERS, value=Order.UNCERTAIN.value, label="Order", elem_id="label-order")
            parts["show_skipped"] = gr.Button("Show skipped steps", size="sm", visible=False, elem_id="label-unskip")
            buttons["label-rename"] = gr.Button(
                "Change name", size="sm", visible=not context.signed_in, elem_id="label-rename"
            )
    return Page(**parts), buttons


def _draw_task(buttons: dict[str, gr.Button]) -> dict[str, Any]:
    """Draw the item, the buttons that mark it, and the fields that may go with a mark."""
    task = gr.HTML(render("label.waiting"), elem_id="label-task", apply_default_css=False)
    with gr.Row():
        for _, text, key in BUTTONS:
            buttons[key] = gr.Button(text, elem_id=key, min_width=130)
    status = gr.HTML(annotation.status_html(""), elem_id="label-status")
    with gr.Row():
        reason = gr.Textbox(label="Reason (optional)", max_lines=3, elem_id="label-reason", min_width=200)
        corrected = gr.Textbox(
            label="The step as it should be", max_lines=3, elem_id="label-corrected", min_width=200
        )
        malrule = gr.Dropdown(
            _malrules(), value="", label="Malrule", elem_id="label-malrule", min_width=200, filterable=True
        )
    with gr.Accordion("What the checkers say", open=False, elem_id="label-checkers") as checkers:
        said = gr.HTML("", elem_id="label-said", apply_default_css=False)
    return {
        "task": task, "status": status, "reason": reason, "corrected": corrected, "malrule": malrule,
        "checkers": checkers, "said": said,
    }  # fmt: skip


def _malrules() -> list[tuple[str, str]]:
    rules = (rule for domain in DOMAINS for rule in domain.malrules.values())
    known = sorted((f"{rule.misconception} ({rule.name})", rule.name) for rule in rules)
    return [("none, or not known", ""), *known]


@dataclass(frozen=True)
class Requests:
    """What the page can ask for. Each request carries the name and the item seen: none rests on the session."""

    context: AppContext
    page: Page

    @property
    def store(self) -> Store:
        return self.context.store

    def handler(self, work: Work) -> Callable[..., Answer]:
        """Return what gradio calls. What went wrong goes into the status line; the item stays where it is."""

        def handle(values: Answer, request: gr.Request) -> Answer:
            try:
                return work(self._asked(values, request.username if self.context.signed_in else None))
            except WorkbenchError as error:
                return {self.page.status: annotation.status_html(str(error), bad=True)}

        return handle

    def _asked(self, values: Answer, username: str | None) -> Asked:
        page = self.page
        name = username or values.get(page.person) or values.get(page.name) or ""
        notes = annotation.checked_notes(
            values.get(page.reason), values.get(page.malrule), values.get(page.corrected)
        )
        order = Order(values.get(page.order, Order.UNCERTAIN.value))
        return Asked(
            annotation.checked_name(name),
            values.get(page.shown) or "",
            order,
            tuple(values.get(page.skipped) or ()),
            notes,
        )

    def marker(self, mark: Mark) -> Work:
        """Return the request that saves a mark and shows the next item."""

        def give(asked: Asked) -> Answer:
            found = annotation.mark(
                self.store, asked.person, asked.shown, mark, asked.notes, asked.order, asked.skipped
            )
            return self._answer(asked.person, asked.skipped, found)

        return give

    def skip(self, asked: Asked) -> Answer:
        """Show the next item; the one that was seen comes back when it is asked for."""
        passed = (*(key for key in asked.skipped if key != asked.shown), *((asked.shown,) if asked.shown else ()))
        return self._answer(
            asked.person, passed, annotation.take(self.store, asked.person, asked.order, passed, "Skipped.")
        )

    def undo(self, asked: Asked) -> Answer:
        """Take back the person's last label."""
        found = annotation.undo(self.store, asked.person)
        if found is None:
            raise BadInput("There is no label of yours to take back.")
        return self._answer(asked.person, asked.skipped, found)

    def begin(self, asked: Asked) -> Answer:
        """Show the next item with nothing skipped: at the start, and to show what was skipped."""
        return self._answer(asked.person, (), annotation.take(self.store, asked.person, asked.order, ()))

    def arrive(self, values: Answer, request: gr.Request) -> Answer:
        """Begin at the opening of the page for a person who gave a name before."""
        known = self.context.signed_in or bool(values[self.page.name])
        return self.handler(self.begin)(values, request) if known else {self.page.person: ""}

    def reorder(self, asked: Asked) -> Answer:
        """Give back the item and take the next in another order."""
        self.store.labels.release(asked.person)
        return self._answer(
            asked.person, asked.skipped, annotation.take(self.store, asked.person, asked.order, asked.skipped)
        )

    def rename(self, asked: Asked) -> Answer:
        """Ask for a name again; the item that the person held goes back."""
        self.store.labels.release(asked.person)
        page = self.page
        empty = {page.task: render("label.waiting"), page.status: annotation.status_html(""), page.progress: ""}
        return {**empty, page.person: "", page.skipped: (), page.start: gr.Row(visible=True)}

    def checkers_say(self, shown: str) -> str:
        """Return what the checkers say about the item that is seen."""
        items = self.store.labels.items([shown])
        return annotation.said_html(run_checkers(items[0].problem, items[0].lines), items[0]) if items else ""

    def _answer(self, person: str, skipped: tuple[str, ...], found: Turn) -> Answer:
        """Return everything that changes with the item before a person."""
        page, store = self.page, self.store
        left = store.labels.waiting(person)
        return {
            page.task: _task(store, found.item, len(skipped)),
            page.status: annotation.status_html(found.said),
            page.progress: render("label.progress", person, store.labels.labelled_by(person), left),
            page.reason: found.notes.reason,
            page.malrule: found.notes.malrule or "",
            page.corrected: found.notes.corrected or "",
            page.checkers: gr.Accordion(open=False),
            page.said: "",
            page.skipped: skipped,
            page.person: person,
            page.start: gr.Row(visible=False),
            page.show_skipped: gr.Button(visible=bool(skipped)),
        }


def _task(store: Store, item: LabelItem | None, skipped: int) -> str:
    return render("label.empty", skipped, store.labels.queue_size()) if item is None else annotation.task_html(item)


def _join(app: gr.Blocks, requests: Requests, buttons: dict[str, gr.Button]) -> None:
    """Join buttons to requests."""
    page, seen = requests.page, in_browser("shownItem")

    def on(event: Any, work: Work, name: str, inputs: set[Any] = page.inputs, js: str | None = seen) -> None:
        event(requests.handler(work), inputs, page.outputs, js=js, api_name=name, **QUIET)

    for mark, _, key in BUTTONS:
        on(buttons[key].click, requests.marker(mark), key.replace("-", "_"))
    on(buttons["label-skip"].click, requests.skip, "label_skip")
    on(buttons["label-undo"].click, requests.undo, "label_undo")
    on(page.order.input, requests.reorder, "label_order")
    on(page.show_skipped.click, requests.begin, "label_again")
    on(buttons["label-rename"].click, requests.rename, "label_rename", {page.person}, in_browser("forgetName"))
    start = {page.name, page.order}
    for event in (buttons["label-start"].click, page.name.submit):
        on(event, requests.begin, "label_start", start, in_browser("keepName"))
    app.load(requests.arrive, start, page.outputs, js=in_browser("keptName"), api_name="label_arrive", **QUIET)
    page.checkers.expand(requests.checkers_say, [page.shown], page.said, js=seen, api_name="label_checkers", **QUIET)
    buttons["label-help"].click(None, js=in_browser("toggleSheet"))


# Below the item: agreement, what is to settle, and the filling of the queue.


def _agreement(store: Store) -> None:
    with gr.Accordion("Agreement", open=False, elem_id="label-agreement") as panel:
        shown = gr.HTML("", elem_id="label-agreed", apply_default_css=False)

    def agree() -> str:
        given = store.labels.active()
        gold = {key: place.gold for key, place in store.labels.places().items() if place.gold is not None}
        to_adjudicate = sum(found.adjudicated is None for found in disagreements(given))
        return annotation.agreement_html(agreement_of(given), gold_accuracy(given, gold), to_adjudicate)

    panel.expand(agree, None, shown, api_name="label_agreement", **QUIET_PANEL)


def _settle(context: AppContext, name: gr.Textbox) -> None:
    store = context.store
    with gr.Accordion("Settle disagreements", open=False, elem_id="label-settling") as panel:
        shown = gr.HTML("", elem_id="label-settle", apply_default_css=False)
        status = gr.HTML("")
        item = gr.Textbox(visible=False)
        with gr.Row(visible=False) as row:
            buttons = {mark: gr.Button(f"{annotation.SIGNS[mark]} {mark.value}", size="sm") for mark in Mark}

    def next_one(said: str = "", bad: bool = False) -> Answer:
        left = [found for found in disagreements(store.labels.active()) if found.adjudicated is None]
        html = render("label.agreed")
        if left:
            html = annotation.disagreement_html(left[0], store.labels.items([left[0].item_id])[0], len(left))
        return {shown: html, status: annotation.status_html(said, bad), row: gr.Row(visible=bool(left))}

    def decider(mark: Mark) -> Callable[..., Answer]:
        def decide(seen: str, who: str, request: gr.Request) -> Answer:
            try:
                person = annotation.checked_name(str(request.username) if context.signed_in else who)
                annotation.settle(store, person, seen, mark)
            except WorkbenchError as error:
                return next_one(str(error), bad=True)
            return next_one(f"Settled: {mark.value}.")

        return decide

    outputs = [shown, status, row]
    panel.expand(lambda: next_one(), None, outputs, api_name="label_settle", **QUIET_PANEL)
    for mark, button in buttons.items():
        button.click(decider(mark), [item, name], outputs, js=in_browser("shownDisagreement"), **QUIET_PANEL)


def _fill(context: AppContext) -> None:
    store = context.store
    with gr.Accordion("Fill the queue", open=False, elem_id="label-filling") as panel:
        with gr.Row():
            run = gr.Dropdown([], label="Run", info="Its latest rollouts are looked through.", elem_id="label-run")
            count = gr.Number(200, label="Items", precision=0, minimum=1, maximum=5000, info="At most.")
            double = gr.Slider(0, 1, DOUBLE_SHARE, step=0.05, label="Share for two people")
            control = gr.Slider(0, 1, CONTROL_SHARE, step=0.05, label="Share at random", info="From all steps.")
            gold = gr.Slider(0, 0.5, GOLD_SHARE, step=0.05, label="Gold items", info="Their right mark is known.")
        go = gr.Button("Fill", scale=0, min_width=140, elem_id="label-fill")
        status = gr.HTML(annotation.status_html(""), elem_id="label-filled")

    def runs() -> gr.Dropdown:
        names = store.runs.names()
        chosen = context.run if context.run in names else names[-1] if names else None
        return gr.Dropdown(names, value=chosen)

    def fill(values: Answer, progress: Any = gr.Progress()) -> str:
        chosen = values[run]
        try:
            if not chosen:
                raise BadInput("There is no run in the store yet; start one with 'workbench train'.")
            seen = iter(range(1, 10 * SOLUTIONS))
            added = fill_queue(
                store,
                chosen,
                problems_of_run(store, chosen),
                int(values[count] or 0),
                control_share=values[control],
                double_share=values[double],
                gold_share=values[gold],
                on_solution=lambda: progress((next(seen), SOLUTIONS), desc="looking through solutions"),
            )
        except WorkbenchError as error:
            return annotation.status_html(str(error), bad=True)
        return annotation.status_html(f"{added} items are new in the queue.")

    panel.expand(runs, None, run, **QUIET_PANEL)
    go.click(fill, {run, count, double, control, gold}, status, api_name="label_fill", api_visibility="undocumented")
