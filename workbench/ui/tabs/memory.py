"""The Memory tab: what a run has learned, from which failures, and whether it helped; to edit, pin and retire."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import gradio as gr

from workbench.errors import WorkbenchError
from workbench.problems.splits import problems_of
from workbench.store import Store
from workbench.store import memory as by_hand
from workbench.store.memory import PERSON
from workbench.types import Level, MemoryItem
from workbench.ui.audit import AUDIT_STYLE
from workbench.ui.context import AppContext
from workbench.ui.memory import (
    LIVE,
    MEMORY_STYLE,
    STATES,
    evidence_html,
    history_html,
    item_html,
    items_html,
    matching,
    summary_html,
)
from workbench.ui.tables import APP_SCRIPT, TABLE_STYLE, read_key

ANY = "any"
LONGEST_SEARCH = 200
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}


def tab(context: AppContext) -> None:
    """Draw the tab inside the open blocks."""
    gr.HTML(f"<style>{TABLE_STYLE}{AUDIT_STYLE}{MEMORY_STYLE}</style>", visible="hidden")
    store, chosen = context.store, gr.State(None)
    names = store.runs.names()
    first = context.run if context.run in names else next(iter(names[-1:]), None)
    with gr.Row():
        run = gr.Dropdown(names, value=first, label="Run", elem_id="memory-run", min_width=180)
        search = gr.Textbox(
            label="Search",
            placeholder="words of the text, the skill, the malrule",
            max_length=LONGEST_SEARCH,
            elem_id="memory-search",
            min_width=220,
        )
        level = gr.Dropdown(
            [ANY, *(lv.value for lv in Level)], value=ANY, label="Level", min_width=120, elem_id="memory-level"
        )
        skill = gr.Dropdown([ANY], value=ANY, label="Skill", min_width=140, elem_id="memory-skill")
        state = gr.Dropdown(list(STATES), value=LIVE, label="State", min_width=120, elem_id="memory-state")
    summary = gr.HTML(elem_id="memory-summary", apply_default_css=False)
    with gr.Row():
        with gr.Column(scale=3, min_width=380):
            table = gr.HTML(elem_id="memory-table", js_on_load=APP_SCRIPT, apply_default_css=False)
        with gr.Column(scale=2, min_width=340):
            nothing = gr.HTML('<p class="wb-none">Pick an item to see where it comes from.</p>')
            with gr.Column(visible=False, elem_id="memory-item") as opened:
                shown_item = gr.HTML(elem_id="memory-text", apply_default_css=False)
                with gr.Row():
                    pin = gr.Button("Pin", size="sm", min_width=80, elem_id="memory-pin")
                    gone = gr.Button("Retire", size="sm", min_width=80, variant="stop", elem_id="memory-retire")
                    undo = gr.Button("Undo", size="sm", min_width=80, elem_id="memory-undo")
                with gr.Accordion("Edit", open=False, elem_id="memory-edit"):
                    text = gr.Textbox(
                        label="Text", lines=3, max_length=by_hand.LONGEST_TEXT, elem_id="memory-edit-text"
                    )
                    save = gr.Button("Save the text", size="sm", elem_id="memory-save")
                    reason = gr.Textbox(
                        label="Reason, if it is retired",
                        max_length=by_hand.LONGEST_REASON,
                        elem_id="memory-reason",
                    )
                with gr.Accordion("Evidence", open=True):
                    evidence = gr.HTML(elem_id="memory-evidence", apply_default_css=False)
                with gr.Accordion("History", open=False, elem_id="memory-history-box"):
                    history = gr.HTML(elem_id="memory-history", apply_default_css=False)

    asked = [run, search, level, skill, state]
    listed, item_parts = [summary, table], [nothing, opened, shown_item, pin, gone, undo, text, evidence, history]

    def search_items(name: str | None, words: str, lv: str, sk: str, st: str, seen: MemoryItem | None) -> Any:
        return _list(store, name, words, lv, sk, st, seen.id if seen else None)

    def change_run(name: str | None) -> tuple[Any, ...]:
        skills = sorted({item.skill for item in store.memory.items(name)}) if name in store.runs.names() else []
        closed = gr.HTML(visible=True), gr.Column(visible=False)
        return (gr.Dropdown(choices=[ANY, *skills], value=ANY), None, *closed)

    def pick(event: gr.EventData, name: str, words: str, lv: str, sk: str, st: str) -> tuple[Any, ...]:
        (key,) = read_key(event.key, 1) or ("",)
        items = store.memory.items(name) if name in store.runs.names() else []
        item = next((i for i in items if i.id == key), None)
        if item is None:
            raise gr.Error("That item is gone; look at the list again.")
        return (item, *_list(store, name, words, lv, sk, st, key), *_item(store, name, item))

    def act(change: Callable[[str, MemoryItem, str, str, str], MemoryItem]) -> Callable[..., tuple[Any, ...]]:
        def acted(
            name: str,
            words: str,
            lv: str,
            sk: str,
            st: str,
            seen: MemoryItem | None,
            new: str,
            why: str,
            request: gr.Request,
        ) -> tuple[Any, ...]:
            if seen is None:
                raise gr.Error("Pick an item first.")
            try:
                item = change(name, seen, new or "", why or "", person(context, request.username))
            except WorkbenchError as error:
                raise gr.Error(html.escape(str(error))) from error
            return (item, *_list(store, name, words, lv, sk, st, item.id), *_item(store, name, item))

        return acted

    def edited(name: str, seen: MemoryItem, new: str, why: str, who: str) -> MemoryItem:
        return store.memory.change(name, seen, by_hand.edited(seen, new), who)

    def pinned(name: str, seen: MemoryItem, new: str, why: str, who: str) -> MemoryItem:
        wanted = by_hand.unpinned(seen) if seen.pinned else by_hand.pinned(seen)
        return store.memory.change(name, seen, wanted, who)

    def retired(name: str, seen: MemoryItem, new: str, why: str, who: str) -> MemoryItem:
        return store.memory.change(name, seen, by_hand.retired(seen, why), who)

    def undone(name: str, seen: MemoryItem, new: str, why: str, who: str) -> MemoryItem:
        return store.memory.undo(name, seen, who)

    drawn = [chosen, *listed, *item_parts]
    for button, change in ((save, edited), (pin, pinned), (gone, retired), (undo, undone)):
        button.click(act(change), [*asked, chosen, text, reason], drawn, show_progress="hidden")
    table.pick(pick, asked, drawn, show_progress="hidden")
    gr.on(
        [run.change, search.change, level.change, skill.change, state.change],
        search_items,
        [*asked, chosen],
        listed,
        **QUIET,
    )
    run.change(change_run, run, [skill, chosen, nothing, opened], **QUIET)

    def open_tab() -> tuple[Any, ...]:
        now = store.runs.names()
        name = context.run if context.run in now else next(iter(now[-1:]), None)
        skills = sorted({item.skill for item in store.memory.items(name)}) if name is not None else []
        found = _list(store, name, "", ANY, ANY, LIVE, None)
        return (gr.Dropdown(choices=now, value=name), gr.Dropdown(choices=[ANY, *skills], value=ANY), *found)

    gr.on(None, open_tab, None, [run, skill, *listed], **QUIET)


def person(context: AppContext, username: str | None) -> str:
    """Who changes memory: the name where people sign in."""
    return f"{PERSON}:{username}" if context.signed_in and username else PERSON


def _list(
    store: Store, run: str | None, search: str, level: str, skill: str, state: str, chosen: str | None
) -> tuple[str, str]:
    """The summary and the table of what fits."""
    if run is None or run not in store.runs.names():
        return '<p class="wb-none">No run has memory yet. Start one with <code>workbench train</code>.</p>', ""
    items, touched = store.memory.items(run), frozenset(store.memory.human_edits(run))
    found = matching(
        items,
        (search or "")[:LONGEST_SEARCH],
        None if level == ANY else level,
        None if skill == ANY else skill,
        state,
        touched,
    )
    return summary_html(items, len(found)), items_html(found, last_round(store, run), chosen)


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
