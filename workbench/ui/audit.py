"""What the audit shows: the map of skills and kinds of failure, the table of cells, trends, examples; its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from workbench.domains import domain_of, malrule_named
from workbench.evaluation.audit import (
    NOT_LOCATED,
    Audit,
    Cell,
    Failure,
    by_kind,
    cells,
    failures_of,
    said_by_memory,
    trends,
)
from workbench.store import Store
from workbench.types import Diagnosis, Judged, MemoryItem, Problem
from workbench.ui.cards import solution_cards
from workbench.ui.context import Audited, audited
from workbench.ui.curves import curves_figure, health_figure, plain_label, stages_figure
from workbench.ui.pages import (
    Column,
    TableRow,
    caption,
    figure,
    key_of,
    kind_words,
    nothing,
    render,
    script,
    share,
    style_tag,
    table_html,
    words,
)
from workbench.ui.palette import GREY, SERIES, themed
from workbench.verification.maths import MATHS

MOST_COLUMNS = 14
"""Kinds in the map; the rest stand in the table."""
MOST_ROWS = 400
"""Cells in the table."""
Key = Callable[[Failure], str]


def kind_sentence(kind: str) -> str:
    """Return what a kind of failure is, for people who do not know its name."""
    if (malrule := malrule_named(kind)) is not None:
        return malrule.misconception
    if kind == NOT_LOCATED:
        return "The final answer is wrong, and no step was found to be."
    sentences = {
        Diagnosis.NOT_EQUIVALENT: "The line does not follow from the one before it; no known malrule explains it.",
        Diagnosis.BUGGY: "A known buggy rule makes the line.",
        Diagnosis.WRONG_RULE: "A true line, but not what its words claim.",
        Diagnosis.ROUNDED: "Rounded where the exact value was due.",
        Diagnosis.UNGROUNDED: "A quantity from nowhere.",
        Diagnosis.OFF_PATH: "Worked out rightly, but the wrong thing to work out.",
        Diagnosis.MISREAD: "The final answer is wrong, and a step was read in two ways: an error of reading.",
        Diagnosis.OVERRULED: "The final answer is wrong, and people overruled the kind of verdict on a step.",
    }
    return next((text for diagnosis, text in sentences.items() if diagnosis.value == kind), "")


def summary_html(found: Audit, partial: str = "") -> Markup:
    """Return how much was tried and how much of it failed, in a sentence."""
    tried, failed = found.count(), len(found.failures)
    if not tried:
        return caption("No rollout has been judged yet.")
    right = sum(f.right_answer for f in found.failures)
    lost = sum(f.diagnosis in (NOT_LOCATED, Diagnosis.MISREAD, Diagnosis.OVERRULED) for f in found.failures)
    named = sum(f.malrule is not None for f in found.failures)
    return render("audit.summary", failed, tried, failed / tried, named, right, lost, partial)


def heatmap_html(found: Audit, key: Key = by_kind, chosen: tuple[str, str] | None = None) -> Markup:
    """Return skills by kinds of failure: the share of a skill's rollouts that first failed so."""
    made = {(c.skill, c.kind): c for c in cells(found, key)}
    counts = Counter(key(f) for f in found.failures)
    kinds = [kind for kind, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_COLUMNS]]
    if not kinds:
        return nothing("Nothing failed.")
    failing = {skill: sum(c.share for c in made.values() if c.skill == skill) for skill in found.skills}
    rows = [
        (skill, failing[skill], [_box(made.get((skill, kind)), chosen) for kind in kinds])
        for skill in sorted(found.skills, key=lambda s: (-failing[s], s))
    ]
    return render("audit.heat", [(kind, kind_sentence(kind)) for kind in kinds], rows)


def _box(cell: Cell | None, chosen: tuple[str, str] | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    # The square root, so that rare kinds can still be told from none.
    strength = min(0.9, 0.08 + 0.82 * cell.share**0.5)
    place = (cell.skill, cell.kind)
    return {"cell": cell, "strength": strength, "key": key_of(*place), "chosen": chosen == place}


CELL_COLUMNS = (
    Column("skill"),
    Column("first error"),
    Column("times", figures=True),
    Column("share", figures=True, hint="of the skill's rollouts"),
    Column("problems", figures=True),
    Column("right answer", figures=True, hint="the final answer was right all the same"),
    Column("first third", figures=True, hint="share in the first third of the rounds"),
    Column("last third", figures=True, hint="share in the last third of the rounds"),
)


def cells_html(found: Audit, key: Key = by_kind, chosen: tuple[str, str] | None = None) -> Markup:
    """Return all cells as a table that sorts, the most frequent first."""
    rows = []
    for cell in cells(found, key)[:MOST_ROWS]:
        shown = (words(kind_words(cell.skill)), words(kind_words(cell.kind)), figure(cell.count), share(cell.share))
        more = (figure(cell.problems), figure(cell.right_answers), share(cell.early), share(cell.late))
        picked = chosen == (cell.skill, cell.kind)
        rows.append(TableRow((*shown, *more), key_of(cell.skill, cell.kind), picked))
    return table_html("cells", CELL_COLUMNS, rows, "Nothing failed.")


def trends_figure(found: Audit, key: Key = by_kind) -> go.Figure:
    """Return the commonest kinds of failure over the rounds, as shares of all rollouts."""
    spans, lines = trends(found, key=key)
    figure = go.Figure()
    dashes = ("solid", "dash", "dot", "dashdot", "longdash", "solid")
    for k, line in enumerate(lines):
        figure.add_scatter(
            x=[f"{a}–{b}" if a != b else str(a) for a, b in spans],
            y=line.shares,
            name=plain_label(kind_words(line.kind)),
            mode="lines+markers",
            line={"color": SERIES[k % len(SERIES)], "width": 2, "dash": dashes[k % len(dashes)]},
            hovertemplate="%{y:.1%}",
        )
    themed(figure)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title_text="of all rollouts")
    figure.update_xaxes(title_text="rounds", type="category")
    legend: dict[str, Any] = {"orientation": "v", "x": 1.02, "y": 1, "font": {"color": GREY}}
    figure.update_layout(height=340, legend=legend, margin={"t": 24, "r": 12})
    return figure


def cell_html(cell: Cell | None, kind: str) -> Markup:
    """Return the head of an opened cell."""
    return render("audit.cell", cell, kind_sentence(kind))


def memory_html(items: Sequence[MemoryItem], most: int = 12) -> Markup:
    """Return what memory says about a cell, live items first."""
    return render("audit.memory", items, most)


def examples_html(judged: Sequence[Judged], problems: Mapping[str, Problem], unfold: int = 1) -> Markup:
    """Return rollouts as step cards, each folded under its problem; the first `unfold` are open."""
    if not judged:
        return nothing("No rollout is at hand.")
    shown = (example_html(j, problems.get(j.rollout.problem_id), i < unfold) for i, j in enumerate(judged))
    return Markup().join(shown)


def example_html(member: Judged, problem: Problem | None, unfolded: bool = False) -> Markup:
    """Return one rollout as step cards under its problem's text."""
    domain = domain_of(problem) if problem is not None else MATHS
    return render("audit.example", member.rollout, problem, solution_cards(member.verdict, domain=domain), unfolded)


# The audit of a run as one self-contained page: nothing is loaded, everything is escaped.


MOST_OPENED = 60
"""Cells whose examples stand on the page, the most frequent ones."""
EXAMPLES = 3
"""Rollouts of each."""


def audit_page(store: Store, run: str, key: Key = by_kind) -> Markup:
    """Return the whole report of a run. Raise `BadInput` for an unknown run."""
    found, rounds, info = audited(store, run), store.runs.rounds(run), store.runs.info(run)
    parts = {
        "summary": summary_html(found.audit, found.note),
        "heat": heatmap_html(found.audit, key),
        "cells": cells_html(found.audit, key),
        "opened": _opened_cells(store, run, found, key),
        "trends": figure_html(trends_figure(found.audit, key)),
        "curves": figure_html(curves_figure({run: rounds})),
        "health": figure_html(health_figure({run: rounds})),
        "stages": figure_html(stages_figure(rounds)),
    }
    content = render("report.audit", info, len(rounds), parts, script("tables", "report"))
    return report_page(f"Audit of {run}", content)


def report_page(title: str, content: Markup) -> Markup:
    """Return a page of its own: one file with the stylesheet and the one copy of plotly inside; it loads nothing."""
    return render("report.frame", title, style_tag(), content, Markup(get_plotlyjs()))


def figure_html(made: go.Figure) -> Markup:
    """Return a figure as a piece of a report, drawn by the copy of plotly in its head."""
    return Markup(made.to_html(include_plotlyjs=False, full_html=False, config={"displaylogo": False}))


def _opened_cells(store: Store, run: str, found: Audited, key: Key) -> Markup:
    """Return the commonest cells with what memory says about each, and examples."""
    memory, pieces = store.memory.items(run), []
    for cell in cells(found.audit, key)[:MOST_OPENED]:
        members = failures_of(found.audit, cell.skill, cell.kind, key)
        said = memory_html(said_by_memory(memory, members, cell.skill, cell.kind), most=5)
        judged = store.verdicts.judged_of(run, cell.examples[:EXAMPLES])
        examples = examples_html(judged, found.problems, unfold=0)
        place = key_of(cell.skill, cell.kind)
        pieces.append(render("report.opened", place, cell, cell_html(cell, cell.kind), examples, said))
    return Markup().join(pieces)
