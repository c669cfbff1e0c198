"""The audit inside the Progress tab: a map of failures, its cells to open, and practice made from them."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from workbench.errors import WorkbenchError
from workbench.evaluation.audit import (
    Audit,
    Failure,
    by_diagnosis,
    by_kind,
    cells,
    failures_of,
    said_by_memory,
    thirds,
)
from workbench.files import make_folder
from workbench.problems.practice import Practice, practice
from workbench.problems.readers import write_problems
from workbench.store import Store
from workbench.types import content_id
from workbench.ui.audit import (
    cell_html,
    cells_html,
    examples_html,
    heatmap_html,
    memory_html,
    summary_html,
    trends_figure,
)
from workbench.ui.context import AppContext, Audited, Audits
from workbench.ui.pages import nothing, read_key, render, script

KEYS: dict[str, Callable[[Failure], str]] = {"malrule or diagnosis": by_kind, "diagnosis": by_diagnosis}
ALL, EARLY, LATE = "all rounds", "first third", "last third"
EXAMPLES = 6
"""Rollouts that an opened cell shows."""
MOST_PRACTICE = 500
Cell = tuple[str, str]


@dataclass(frozen=True)
class AuditFields:
    """What of which run is looked at."""

    run: gr.Dropdown
    by: gr.Radio
    part: gr.Radio
    chosen: gr.State
    """The cell that is open."""


@dataclass(frozen=True)
class Views:
    """The parts of the page that show the audit, and one cell of it."""

    summary: gr.HTML
    heat: gr.HTML
    table: gr.HTML
    trend: gr.Plot
    opened: gr.Column
    head: gr.HTML
    examples: gr.HTML
    said: gr.HTML
    count: gr.Number
    make: gr.Button
    made: gr.HTML


def draw(context: AppContext, own: gr.Tab) -> None:
    """Draw the audit; it is made when its tab `own` is opened, since it reads all rollouts."""
    names = context.store.runs.names()
    first = context.run if context.run in names else next(iter(names[-1:]), None)
    with gr.Row():
        fields = AuditFields(
            gr.Dropdown(names, value=first, label="Run", elem_id="audit-run", min_width=220),
            gr.Radio(list(KEYS), value=next(iter(KEYS)), label="First errors by", elem_id="audit-by", min_width=260),
            gr.Radio([ALL, EARLY, LATE], value=ALL, label="Rounds", elem_id="audit-rounds", min_width=260),
            gr.State(None),
        )
    _join(context.store, own, fields, _draw_views())


def _draw_views() -> Views:
    summary, heat = _html("audit-summary"), _html("audit-map", script("tables", "picking"))
    with gr.Column(visible=False, elem_id="audit-cell") as opened:
        head = _html("audit-head")
        with gr.Row():
            with gr.Column(scale=3, min_width=340):
                _heading("Examples, newest first")
                examples = _html("audit-examples")
            with gr.Column(scale=2, min_width=300):
                _heading("What memory says about it")
                said = _html("audit-memory")
                _heading("Practice")
                count = gr.Number(40, label="Problems", precision=0, minimum=1, maximum=MOST_PRACTICE)
                make = gr.Button("Make practice problems like these", variant="primary", elem_id="audit-practice")
                made = _html("audit-made")
    _heading("All cells")
    table = _html("audit-table", script("tables", "picking"))
    _heading("The commonest first errors over the rounds")
    trend = gr.Plot(show_label=False, elem_id="audit-trends")
    return Views(summary, heat, table, trend, opened, head, examples, said, count, make, made)


def _html(name: str, on_load: str | None = None) -> gr.HTML:
    return gr.HTML(elem_id=name, js_on_load=on_load, apply_default_css=False)


def _heading(text: str) -> None:
    gr.HTML(render("words.heading", text), apply_default_css=False)


def _join(store: Store, own: gr.Tab, fields: AuditFields, views: Views) -> None:
    audits = Audits(store)

    def show(name: str | None, key: str, rounds: str) -> tuple[Any, ...]:
        empty = (None, gr.Column(visible=False), "")
        if name is None or name not in store.runs.names():
            return (nothing("No run is chosen."), "", "", gr.skip(), *empty)
        found, kind = _audited(audits, name, rounds), KEYS.get(key, by_kind)
        maps = heatmap_html(found.audit, kind), cells_html(found.audit, kind)
        return (summary_html(found.audit, found.note), *maps, trends_figure(found.audit, kind), *empty)

    def pick(event: gr.EventData, name: str, key: str, rounds: str) -> tuple[Any, ...]:
        parts = read_key(event.key, 2)
        if parts is None:
            raise gr.Error("That is no cell of the map; pick one again.")
        cell = (parts[0], parts[1])
        found, kind = _audited(audits, name, rounds), KEYS.get(key, by_kind)
        marked = heatmap_html(found.audit, kind, cell), cells_html(found.audit, kind, cell)
        return (cell, gr.Column(visible=True), *marked, *_opened(store, name, found, kind, cell), "")

    def write(name: str, key: str, rounds: str, cell: Cell | None, wanted: float | None) -> str:
        if cell is None:
            raise gr.Error("Pick a cell of the map first.")
        found, kind = _audited(audits, name, rounds), KEYS.get(key, by_kind)
        try:
            made_set = practice_for(found, kind, (cell[0], cell[1]), int(wanted or 0))
            path = write_practice(store, name, cell, made_set)
        except WorkbenchError as error:
            raise gr.Error(html.escape(str(error))) from error
        return practice_html(path, made_set)

    v, asked = views, [fields.run, fields.by, fields.part]
    shown = [v.summary, v.heat, v.table, v.trend, fields.chosen, v.opened, v.made]
    picked = [fields.chosen, v.opened, v.heat, v.table, v.head, v.said, v.examples, v.made]
    changes = [own.select, *(field.change for field in asked)]
    gr.on(changes, show, asked, shown, show_progress="minimal")
    own.select(lambda: gr.Dropdown(choices=store.runs.names()), None, fields.run, show_progress="hidden")
    for view in (v.heat, v.table):
        view.pick(pick, asked, picked, show_progress="hidden")
    v.make.click(write, [*asked, fields.chosen, v.count], v.made, show_progress="minimal")


def _audited(audits: Audits, run: str, rounds: str) -> Audited:
    """Return the audit of a run, perhaps of a part of its rounds."""
    try:
        found = audits.of(run)
    except WorkbenchError as error:
        raise gr.Error(html.escape(str(error))) from error
    early, late = thirds(found.audit.rounds)
    kept = {EARLY: early, LATE: late}.get(rounds)
    return found if kept is None else replace(found, audit=in_rounds(found.audit, set(kept)))


def in_rounds(found: Audit, rounds: set[int]) -> Audit:
    """Return the audit of some of the rounds."""
    failures = tuple(f for f in found.failures if f.round in rounds)
    return Audit(failures, {(s, r): n for (s, r), n in found.tried.items() if r in rounds})


def _opened(
    store: Store, run: str, found: Audited, kind: Callable[[Failure], str], cell: Cell
) -> tuple[str, str, str]:
    """Return an opened cell: its head, what memory says about it, and examples."""
    members = failures_of(found.audit, *cell, kind)
    said = said_by_memory(store.memory.items(run), members, *cell)
    judged = store.verdicts.judged_of(run, [f.rollout_id for f in members[:EXAMPLES]])
    inside = next((c for c in cells(found.audit, kind) if (c.skill, c.kind) == cell), None)
    return cell_html(inside, cell[1]), memory_html(said), examples_html(judged, found.problems)


def practice_for(found: Audited, kind: Callable[[Failure], str], cell: Cell, n: int) -> Practice:
    """Return new problems like those of a cell. Raise `BadInput` if there can be none."""
    members = failures_of(found.audit, *cell, kind)
    failed = [found.problems[f.problem_id] for f in members if f.problem_id in found.problems]
    return practice(cell[0], cell[1], failed, min(n, MOST_PRACTICE), avoid=found.problems.values())


def write_practice(store: Store, run: str, cell: Cell, made: Practice) -> Path:
    """Write a problem set beside the store, under a name that says what it is for and differs with what is in it."""
    folder = store.path.parent / "practice"
    make_folder(folder)
    content = content_id(*(p.id for p in made.problems))[:8]
    parts = (run, *cell, str(len(made.problems)), content)
    name = "-".join(re.sub(r"[^A-Za-z0-9._]+", "_", part)[:60] for part in parts)
    path = folder / f"{name}.jsonl"
    write_problems(path, made.problems)
    return path


def practice_html(path: Path, made: Practice) -> str:
    """Return what was made, the command that trains on it, a download and the first problems."""
    address = Markup(f"data:application/x-ndjson;base64,{base64.b64encode(path.read_bytes()).decode()}")
    command = f"workbench train --problems {path}"
    first = [problem.text for problem in made.problems[:3]]
    return render("audit.practice", len(made.problems), made.how, path.name, address, command, first)
