"""The audit of a run as one self-contained page: nothing is loaded, everything is escaped."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from workbench.evaluation.audit import Failure, by_kind, cells, failures_of, said_by_memory
from workbench.store import Store
from workbench.ui.audit import (
    AUDIT_STYLE,
    cell_html,
    cells_html,
    examples_html,
    heatmap_html,
    memory_html,
    summary_html,
    trends_figure,
)
from workbench.ui.cards import card_style
from workbench.ui.curves import curves_figure, health_figure, stages_figure
from workbench.ui.run_data import Audited, audited
from workbench.ui.tables import SORT_SCRIPT, TABLE_STYLE, escaped, key_of

MOST_OPENED = 60
"""Cells whose examples stand on the page, the most frequent ones."""
EXAMPLES = 3
"""Rollouts of each."""

PAGE_STYLE = """
:root { color-scheme: light dark; --block-background-fill: Canvas; --body-text-color: CanvasText; }
body { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; max-width: 1160px;
  margin: 0 auto; padding: 24px 20px 60px; line-height: 1.5; }
h1 { font-size: 1.5rem; margin: 0 0 2px; } h2 { font-size: 1.15rem; margin: 32px 0 8px; }
.wb-cell { border-top: 1px solid rgba(128,128,128,.3); padding: 4px 0 10px; scroll-margin-top: 12px; }
.wb-cell > summary { cursor: pointer; padding: 6px 0; font-weight: 550; }
"""

OPEN_SCRIPT = """
element.addEventListener('click', (event) => {
  const picked = event.target.closest('[data-pick]');
  const cells = [...document.querySelectorAll('[data-cell]')];
  const cell = picked && cells.find((c) => c.dataset.cell === picked.dataset.pick);
  if (cell) { cell.open = true; cell.scrollIntoView({behavior: 'smooth'}); }
});
"""


def audit_page(store: Store, run: str, key: Callable[[Failure], str] = by_kind) -> str:
    """The whole page of a run. Raises `BadInput` for an unknown run."""
    found, rounds, info = audited(store, run), store.rounds(run), store.run_info(run)
    name = escaped(run)
    drawn = {"curves": curves_figure({run: rounds}), "trends": trends_figure(found.audit, key)}
    drawn |= {"health": health_figure({run: rounds}), "stages": stages_figure(rounds)}
    figures = {part: _figure(made) for part, made in drawn.items()}
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Audit of {name}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{PAGE_STYLE}{TABLE_STYLE}{AUDIT_STYLE}{card_style(tag=False)}</style>"
        f"<script>{get_plotlyjs()}</script></head><body>"
        f'<h1>Audit of {name}</h1><p class="wb-note">{escaped(info.status)}, begun {escaped(info.created[:16])} UTC, '
        f"{len(rounds):,} rounds</p>{summary_html(found.audit, found.note)}"
        f"<h2>First errors by skill</h2>{heatmap_html(found.audit, key)}"
        f"<h2>All cells</h2>{cells_html(found.audit, key)}"
        f"<h2>The commonest first errors over the rounds</h2>{figures['trends']}"
        f"<h2>Examples</h2>{_opened_cells(store, run, found, key)}"
        f"<h2>Curves</h2>{figures['curves']}<h2>Health and time</h2>{figures['health']}{figures['stages']}"
        f"<script>const element = document.body;{SORT_SCRIPT}{OPEN_SCRIPT}</script></body></html>\n"
    )


def _figure(made: go.Figure) -> str:
    """A figure as a piece of the page, drawn by the one copy of plotly in its head."""
    html: str = made.to_html(include_plotlyjs=False, full_html=False, config={"displaylogo": False})
    return html


def _opened_cells(store: Store, run: str, found: Audited, key: Callable[[Failure], str]) -> str:
    """The commonest cells with what memory says about each, and examples."""
    memory, pieces = store.memory(run), []
    for cell in cells(found.audit, key)[:MOST_OPENED]:
        members = failures_of(found.audit, cell.skill, cell.kind, key)
        said = said_by_memory(memory, members, cell.skill, cell.kind)
        judged = store.judged_of(run, cell.examples[:EXAMPLES])
        head = f"{escaped(cell.skill)} · {escaped(cell.kind)} ({cell.count:,})"
        pieces.append(
            f'<details class="wb-cell" data-cell="{escaped(key_of(cell.skill, cell.kind))}">'
            f"<summary>{head}</summary>"
            f"{cell_html(cell, cell.skill, cell.kind)}{examples_html(judged, found.problems, unfold=0)}"
            f'<p class="wb-note">What memory says about it:</p>{memory_html(said, most=5)}</details>'
        )
    return "".join(pieces)
