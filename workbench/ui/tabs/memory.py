"""The Memory tab: what a run has learned, from which failures, and what came after; to edit, pin and retire."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from workbench.errors import WorkbenchError
from workbench.problems.splits import problems_of
from workbench.store import Store
from workbench.store import memory as by_hand
from workbench.store.memory import PERSON
from workbench.types import Level, MemoryItem
from workbench.ui.context import AppContext
from workbench.ui.memory import (
    LIVE,
    STATES,
    evidence_html,
    history_html,
    item_html,
    items_html,
    matching,
    summary_html,
)
from workbench.ui.pages import nothing, read_key, script

ANY = "any"
LONGEST_SEARCH = 200
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}
Values = dict[Any, Any]
"""What a request sends, by the part of the page."""


@dataclass(frozen=True)
class MemoryFields:
    """What somebody looks for, the item that is open, and what they write about it."""

    run: gr.Dropdown
    search: gr.Textbox
    level: gr.Dropdown
    skill: gr.Dropdown
    state: gr.Dropdown
    chosen: gr.State
    text: gr.Textbox
    reason: gr.Textbox

    def wanted(self, values: Values) -> Wanted:
        """Return what a request looks for."""
        asked = (values[part] or "" for part in (self.search, self.level, self.skill, self.state))
        return Wanted(values[self.run], *asked)

    @property
    def looking(self) -> set[Any]:
        """Return the parts that say what is looked for."""
        return {self.run, self.search, self.level, self.skill, self.state, self.chosen}


@dataclass(frozen=True)
class Opened:
    """The parts of the page that show one item."""

    nothing: gr.HTML
    frame: gr.Column
    item: gr.HTML
    pin: gr.Button
    retire: gr.Button
    undo: gr.Button
    save: gr.Button
    evidence: gr.HTML
    history: gr.HTML


def tab(context: AppContext) -> None:
    """Draw the tab inside the open blocks."""
    looking = _draw_search(context)
    summary = gr.HTML(elem_id="memory-summary", apply_default_css=False)
    with gr.Row():
        with gr.Column(scale=3, min_width=380):
            table = gr.HTML(elem_id="memory-table", js_on_load=script("tables", "picking"), apply_default_css=False)
        with gr.Column(scale=2, min_width=340):
            opened, written = _draw_item()
    fields = MemoryFields(**looking, chosen=gr.State(None), **written)
    _join_search(context, fields, opened, [summary, table])
    _join_item(context, fields, opened, [summary, table])


def _first_run(context: AppContext) -> str | None:
    names = context.store.runs.names()
    return context.run if context.run in names else next(iter(names[-1:]), None)


def _draw_search(context: AppContext) -> dict[str, Any]:
    with gr.Row():
        run = gr.Dropdown(
            context.store.runs.names(), value=_first_run(context), label="Run", elem_id="memory-run", min_width=180
        )
        search = gr.Textbox(
            label="Search",
            placeholder="words of the text, the skill, the malrule",
            max_length=LONGEST_SEARCH,
            elem_id="memory-search",
            min_width=220,
        )
        levels = [ANY, *(level.value for level in Level)]
        level = gr.Dropdown(levels, value=ANY, label="Level", min_width=120, elem_id="memory-level")
        skill = gr.Dropdown([ANY], value=ANY, label="Skill", min_width=140, elem_id="memory-skill")
        state = gr.Dropdown(list(STATES), value=LIVE, label="State", min_width=120, elem_id="memory-state")
    return {"run": run, "search": search, "level": level, "skill": skill, "state": state}


def _draw_item() -> tuple[Opened, dict[str, Any]]:
    empty = gr.HTML(nothing("Pick an item to see where it comes from."))
    with gr.Column(visible=False, elem_id="memory-item") as frame:
        item = gr.HTML(elem_id="memory-text", apply_default_css=False)
        with gr.Row():
            pin = gr.Button("Pin", size="sm", min_width=80, elem_id="memory-pin")
            retire = gr.Button("Retire", size="sm", min_width=80, variant="stop", elem_id="memory-retire")
            undo = gr.Button("Undo", size="sm", min_width=80, elem_id="memory-undo")
        with gr.Accordion("Edit", open=False, elem_id="memory-edit"):
            text = gr.Textbox(label="Text", lines=3, max_length=by_hand.LONGEST_TEXT, elem_id="memory-edit-text")
            save = gr.Button("Save the text", size="sm", elem_id="memory-save")
            reason = gr.Textbox(
                label="Reason for retiring (optional)", max_length=by_hand.LONGEST_REASON, elem_id="memory-reason"
            )
        with gr.Accordion("Evidence", open=True):
            evidence = gr.HTML(elem_id="memory-evidence", apply_default_css=False)
        with gr.Accordion("History", open=False, elem_id="memory-history-box"):
            history = gr.HTML(elem_id="memory-history", apply_default_css=False)
    return Opened(empty, frame, item, pin, retire, undo, save, evidence, history), {"text": text, "reason": reason}


def _join_search(context: AppContext, fields: MemoryFields, opened: Opened, listed: list[Any]) -> None:
    """Join the fields to the table, which also lists the runs anew when the page opens."""
    store = context.store

    def look(values: Values) -> Any:
        seen = values[fields.chosen]
        return _list(store, fields.wanted(values), seen.id if seen else None)

    def skills_of(name: str | None) -> gr.Dropdown:
        skills = sorted({item.skill for item in store.memory.items(name)}) if name in store.runs.names() else []
        return gr.Dropdown(choices=[ANY, *skills], value=ANY)

    def change_run(name: str | None) -> tuple[Any, ...]:
        return skills_of(name), None, gr.HTML(visible=True), gr.Column(visible=False)

    def open_page() -> tuple[Any, ...]:
        name = _first_run(context)
        return (
            gr.Dropdown(choices=store.runs.names(), value=name),
            skills_of(name),
            *_list(store, Wanted(name)),
        )

    closed = [fields.skill, fields.chosen, opened.nothing, opened.frame]
    fields.run.change(change_run, fields.run, closed, **QUIET).then(look, fields.looking, listed, **QUIET)
    changes = [part.change for part in (fields.search, fields.level, fields.skill, fields.state)]
    gr.on(changes, look, fields.looking, listed, **QUIET)
    gr.on(None, open_page, None, [fields.run, fields.skill, *listed], **QUIET)


def _join_item(context: AppContext, fields: MemoryFields, opened: Opened, listed: list[Any]) -> None:
    """Join the table's rows and the item's buttons to what they do."""
    store = context.store
    drawn = [
        fields.chosen, *listed, opened.nothing, opened.frame, opened.item, opened.pin, opened.retire, opened.undo,
        fields.text, opened.evidence, opened.history,
    ]  # fmt: skip

    def answer(values: Values, item: MemoryItem) -> tuple[Any, ...]:
        wanted = fields.wanted(values)
        return (item, *_list(store, wanted, item.id), *_item(store, str(wanted.run), item))

    def pick(values: Values, event: gr.EventData) -> tuple[Any, ...]:
        (key,) = read_key(event.key, 1) or ("",)
        name = values[fields.run]
        item = (
            next((i for i in store.memory.items(name) if i.id == key), None) if name in store.runs.names() else None
        )
        if item is None:
            raise gr.Error("That item is gone; look at the list again.")
        return answer(values, item)

    def act(change: Change) -> Callable[..., tuple[Any, ...]]:
        def acted(values: Values, request: gr.Request) -> tuple[Any, ...]:
            seen = values[fields.chosen]
            if seen is None:
                raise gr.Error("Pick an item first.")
            try:
                item = change(values[fields.run], seen, values, person(context, request.username))
            except WorkbenchError as error:
                raise gr.Error(html.escape(str(error))) from error
            return answer(values, item)

        return acted

    _, table = listed
    table.pick(pick, fields.looking, drawn, show_progress="hidden")
    sent = {*fields.looking, fields.text, fields.reason}
    for button, change in _changes(store, fields, opened):
        button.click(act(change), sent, drawn, show_progress="hidden")


Change = Callable[[str, MemoryItem, Values, str], MemoryItem]
"""What a button makes of an item of a run, for a person."""


def _changes(store: Store, fields: MemoryFields, opened: Opened) -> list[tuple[gr.Button, Change]]:
    def edit(run: str, seen: MemoryItem, values: Values, who: str) -> MemoryItem:
        return store.memory.change(run, seen, by_hand.edited(seen, values[fields.text] or ""), who)

    def pin(run: str, seen: MemoryItem, values: Values, who: str) -> MemoryItem:
        wanted = by_hand.unpinned(seen) if seen.pinned else by_hand.pinned(seen)
        return store.memory.change(run, seen, wanted, who)

    def retire(run: str, seen: MemoryItem, values: Values, who: str) -> MemoryItem:
        return store.memory.change(run, seen, by_hand.retired(seen, values[fields.reason] or ""), who)

    def undo(run: str, seen: MemoryItem, values: Values, who: str) -> MemoryItem:
        return store.memory.undo(run, seen, who)

    return [(opened.pin, pin), (opened.retire, retire), (opened.undo, undo), (opened.save, edit)]


def person(context: AppContext, username: str | None) -> str:
    """Return who changes memory: the name where people sign in."""
    return f"{PERSON}:{username}" if context.signed_in and username else PERSON


@dataclass(frozen=True)
class Wanted:
    """Which items of which run somebody looks for."""

    run: str | None
    search: str = ""
    level: str = ANY
    skill: str = ANY
    state: str = LIVE


def _list(store: Store, wanted: Wanted, chosen: str | None = None) -> tuple[str, str]:
    """Return the summary and the table of what fits."""
    if wanted.run is None or wanted.run not in store.runs.names():
        return nothing("No run has memory yet. Start one with 'workbench train'."), ""
    items, touched = store.memory.items(wanted.run), frozenset(store.memory.human_edits(wanted.run))
    found = matching(
        items,
        wanted.search[:LONGEST_SEARCH],
        None if wanted.level == ANY else wanted.level,
        None if wanted.skill == ANY else wanted.skill,
        wanted.state,
        touched,
    )
    return summary_html(items, len(found)), items_html(found, last_round(store, wanted.run), chosen)


def _item(store: Store, run: str, item: MemoryItem) -> tuple[Any, ...]:
    """One item opened: text, buttons, evidence, history."""
    problems, events = problems_of(store, run), store.memory.events(run, item.id)
    judged = store.verdicts.judged_of(run, item.evidence)
    problem = problems.get(item.problem_id or "")
    return (
        gr.HTML(visible=False),
        gr.Column(visible=True),
        item_html(item, last_round(store, run), problem),
        gr.Button("Unpin" if item.pinned else "Pin" if item.retired is None else "Revive and pin"),
        gr.Button(interactive=item.retired is None),
        gr.Button(interactive=bool(by_hand.states_to_undo(events))),
        gr.Textbox(item.text),
        evidence_html(item, judged, problems),
        history_html(events),
    )


def last_round(store: Store, run: str) -> int:
    """Index of the last round that is done; 0 before the first."""
    return max(0, store.runs.round_count(run) - 1)
