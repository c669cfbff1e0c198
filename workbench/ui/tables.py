"""Tables that sort by a click on a head, for the app and for reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from workbench.ui.pages import nothing, per_cent, render
from workbench.verification.display import clean, typeset

ORDERED = 80
"""Characters of a text that it sorts by."""


@dataclass(frozen=True)
class TableCell:
    """What a cell shows, text or HTML that a template made, and what it sorts by."""

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
    """Return texts as one key that the page hands back when something is picked."""
    return json.dumps(parts)


def read_key(text: object, count: int) -> tuple[str, ...] | None:
    """Return the texts in a key that came from a page; None for anything else."""
    try:
        parts = json.loads(str(text))
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(part, str) for part in parts):
        return None
    return tuple(parts)


def words(text: str) -> TableCell:
    """Return plain text as a cell."""
    return TableCell(text, order_of(text))


def formula(text: str, longest: int) -> TableCell:
    """Return the start of a text as a cell, its mathematics typeset."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return TableCell(Markup(typeset(short)), order_of(text))


def order_of(text: str) -> str:
    """Return what a text sorts by: its start, without regard to case."""
    return clean(text[:ORDERED]).lower()


def figure(value: float) -> TableCell:
    """Return a count as a cell."""
    return TableCell(f"{value:,.0f}", value)


def share(value: float | None) -> TableCell:
    """Return a fraction in per cent as a cell; a dash where there is none."""
    return TableCell("–", -1.0) if value is None else TableCell(per_cent(value), value)


def table_html(
    name: str, columns: Sequence[Column], rows: Sequence[TableRow], empty: str = "Nothing here yet."
) -> Markup:
    """Return a table; `name` tells tables of one page apart, `empty` stands there instead of no rows."""
    return render("tables.table", name, columns, rows) if rows else nothing(empty)
