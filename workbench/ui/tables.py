"""Tables that sort by a click on a head, as HTML for the app and for reports; everything in them is escaped."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.verification.display import clean, maths_html

ORDERED = 80
"""Characters of a text that it sorts by."""


@dataclass(frozen=True)
class TableCell:
    """What a cell shows, as safe HTML, and what it sorts by."""

    shown: str
    order: float | str


@dataclass(frozen=True)
class Column:
    """A column's head; figures stand to the right and sort from the largest first."""

    title: str
    figures: bool = False
    hint: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row of cells. With `key`, see `key_of`, it can be picked by a click or by its first cell's button."""

    cells: tuple[TableCell, ...]
    key: str | None = None
    chosen: bool = False


def key_of(*parts: str) -> str:
    """Texts as one key that the page hands back when something is picked."""
    return json.dumps(parts)


def read_key(text: object, count: int) -> tuple[str, ...] | None:
    """The texts in a key that came from a page; None for anything else."""
    try:
        parts = json.loads(str(text))
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        return None
    return tuple(parts)


def escaped(text: str) -> str:
    """A text as HTML: nothing in it acts, and marks that steer the page's direction are made visible."""
    return html.escape(clean(text))


def words(text: str) -> TableCell:
    """Plain text."""
    return TableCell(f"<bdi>{escaped(text)}</bdi>", order_of(text))


def formula(text: str, longest: int) -> TableCell:
    """The start of a text, its mathematics typeset."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return TableCell(f"<bdi>{maths_html(short)}</bdi>", order_of(text))


def order_of(text: str) -> str:
    """What a text sorts by: its start, without regard to case."""
    return clean(text[:ORDERED]).lower()


def figure(value: float) -> TableCell:
    """A count."""
    return TableCell(f"{value:,.0f}", value)


def share(value: float | None) -> TableCell:
    """A fraction in per cent; a dash where there is none."""
    return TableCell("–", -1.0) if value is None else TableCell(per_cent(value), value)


def per_cent(value: float) -> str:
    """A fraction in per cent, with a place after the point where it is small."""
    return f"{value:.1%}" if value < 0.0995 else f"{value:.0%}"


def table_html(
    name: str, columns: Sequence[Column], rows: Sequence[TableRow], empty: str = "Nothing here yet."
) -> str:
    """A table; `name` tells tables of one page apart, `empty` is said instead of no rows."""
    if not rows:
        return f'<p class="wb-none">{escaped(empty)}</p>'
    heads = "".join(_head(i, column) for i, column in enumerate(columns))
    body = "".join(_row(row, columns) for row in rows)
    return (
        f'<div class="wb-scroll"><table class="wb-table" data-table="{escaped(name)}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _head(index: int, column: Column) -> str:
    side = ' class="wb-figures"' if column.figures else ""
    first = "down" if column.figures else "up"
    hint = f' title="{escaped(column.hint)}"' if column.hint else ""
    button = f'<button type="button" data-sort="{index}" data-first="{first}"{hint}>{escaped(column.title)}</button>'
    return f'<th scope="col" aria-sort="none"{side}>{button}</th>'


def _row(row: TableRow, columns: Sequence[Column]) -> str:
    made = []
    for i, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        side = ' class="wb-figures"' if column.figures else ""
        inner = cell.shown
        if i == 0 and row.key is not None:
            inner = f'<button type="button" class="wb-pick">{inner}</button>'
        made.append(f'<td{side} data-order="{html.escape(str(cell.order))}">{inner}</td>')
    key = f' data-pick="{html.escape(row.key)}"' if row.key is not None else ""
    chosen = ' class="wb-chosen" aria-current="true"' if row.chosen else ""
    return f"<tr{key}{chosen}>{''.join(made)}</tr>"


SORT_SCRIPT = """
const sorted = {};
const sort = (table) => {
  const way = sorted[table.dataset.table];
  if (!way) return;
  const key = (row) => row.children[way.column].dataset.order;
  const compare = (a, b) => {
    const x = key(a), y = key(b);
    const numbers = x !== '' && y !== '' && !isNaN(x) && !isNaN(y);
    return way.sign * (numbers ? x - y : x.localeCompare(y));
  };
  const body = table.tBodies[0];
  [...body.rows].sort(compare).forEach((row) => body.append(row));
  [...table.tHead.rows[0].cells].forEach((cell, i) => cell.setAttribute('aria-sort',
    i !== way.column ? 'none' : way.sign > 0 ? 'ascending' : 'descending'));
};
element.addEventListener('click', (event) => {
  const head = event.target.closest('button[data-sort]');
  if (!head) return;
  const table = head.closest('table'), column = Number(head.dataset.sort), old = sorted[table.dataset.table];
  const sign = old && old.column === column ? -old.sign : head.dataset.first === 'down' ? -1 : 1;
  sorted[table.dataset.table] = {column, sign};
  sort(table);
});
"""
"""Sorts the tables inside `element`."""

APP_SCRIPT = (
    SORT_SCRIPT
    + """
element.addEventListener('click', (event) => {
  const picked = event.target.closest('[data-pick]');
  if (picked) trigger('pick', {key: picked.dataset.pick});
});
watch('value', () => element.querySelectorAll('table[data-table]').forEach(sort));
"""
)
"""In the app: what was picked is told to the server, and a table that is drawn anew keeps its order."""

TABLE_STYLE = """
.wb-scroll { overflow: auto; max-height: 560px; border: 1px solid rgba(128,128,128,.28); border-radius: 8px; }
.wb-table { border-collapse: collapse; width: 100%; font-size: 0.88rem; line-height: 1.4; margin: 0; }
.wb-table th, .wb-table td { padding: 6px 7px; text-align: left; vertical-align: top; border: 0;
  border-bottom: 1px solid rgba(128,128,128,.18); }
.wb-table td { overflow: hidden; overflow-wrap: break-word; }
.wb-table td:first-child { min-width: 9em; max-width: 20em; }
.wb-table[data-table=comparison] td:first-child { min-width: 22em; max-width: none; }
.wb-table td:nth-child(n+2) { min-width: 2.4em; }
.wb-table .wb-figures { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.wb-table thead th { position: sticky; top: 0; z-index: 1; background: var(--block-background-fill, Canvas); }
.wb-table th button, .wb-pick { all: unset; cursor: pointer; font: inherit; color: inherit; }
.wb-table th button { font-weight: 600; white-space: nowrap; }
.wb-table th[aria-sort=ascending] button::after { content: " ↑"; }
.wb-table th[aria-sort=descending] button::after { content: " ↓"; }
.wb-table th button:focus-visible, .wb-pick:focus-visible, .wb-heat button:focus-visible
  { outline: 2px solid #0072B2; outline-offset: 2px; border-radius: 3px; }
.wb-table tr[data-pick] { cursor: pointer; }
.wb-table tr[data-pick]:hover { background: rgba(86,180,233,.12); }
.wb-table tr.wb-chosen { background: rgba(86,180,233,.22); box-shadow: inset 3px 0 0 #0072B2; }
.wb-pick { font-weight: 550; }
.wb-none { opacity: .7; font-style: italic; margin: 6px 2px; }
.wb-note { font-size: 0.88rem; opacity: .85; margin: 2px; line-height: 1.5; }
.wb-h { font-size: 0.95rem !important; font-weight: 600 !important; margin: 10px 2px 2px; }
.wb-command { white-space: pre-wrap; overflow-wrap: anywhere; font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: 0.85rem; padding: 8px 10px; border-radius: 6px; background: rgba(128,128,128,.12); margin: 6px 0; }
"""
