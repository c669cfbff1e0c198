"""Templates, the stylesheet and the scripts: all HTML of the app, the reports and the notebooks is made here.

Whatever a template is given is cleaned and escaped, unless it is `Markup` that a template or `shown` has made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from workbench.domains import domain_of
from workbench.types import Judgement
from workbench.ui.palette import COLOURS, LOOKS
from workbench.verification.display import clean, plain_html, typeset
from workbench.verification.domain import Domain
from workbench.verification.maths import MATHS

STATIC = Path(__file__).parent / "static"


def render(name: str, *values: Any, **named: Any) -> Markup:
    """Return the HTML of a macro in the templates, named as `file.macro`."""
    file, _, macro = name.partition(".")
    return Markup(getattr(_macros(file), macro)(*values, **named))


@cache
def style() -> str:
    """Return the stylesheet: the palette's colours as variables, then `app.css` without its comments."""
    colours = "".join(f"--wb-{name}: {colour}; " for name, colour in COLOURS.items())
    rules = re.sub(r"/\*.*?\*/", "", (STATIC / "app.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return f":root {{ {colours}}}\n" + re.sub(r"\n\s*", "\n", rules).strip() + "\n"


def style_tag() -> Markup:
    """Return the stylesheet as an element, for reports and notebooks."""
    return Markup(f"<style>{style()}</style>")


@cache
def script(*names: str) -> Markup:
    """Return scripts of the folder `static`, one after another."""
    return Markup("\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in names))


def in_browser(function: str) -> str:
    """Return what runs a function of `app.js` in the browser, on an event's inputs."""
    return f"(...inputs) => workbench.{function}(...inputs)"


def kind_words(kind: str) -> str:
    """Return a skill, a malrule or a diagnosis in words: `sign_kept` is `sign kept`."""
    return kind.replace("_", " ")


def per_cent(value: float) -> str:
    """Return a fraction in per cent, with a place after the point where it is small."""
    return f"{value:.1%}" if value < 0.0995 else f"{value:.0%}"


def caption(text: str) -> Markup:
    """Return a quiet explanation."""
    return render("words.caption", text)


def warning(text: str) -> Markup:
    """Return a message to the person who asked; nothing for an empty one."""
    return render("words.warning", text) if text else Markup()


def nothing(text: str) -> Markup:
    """Return what stands in an empty place."""
    return render("words.nothing", text)


def shown(text: str, domain: Domain = MATHS) -> Markup:
    """Return a text as its domain shows it: mathematics is typeset."""
    return Markup((domain.show or plain_html)(text))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("workbench.ui"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    made.filters |= {
        "maths": shown,
        "shown": lambda text, problem: shown(text, domain_of(problem)),
        "kind": kind_words,
        "per_cent": per_cent,
        "count": lambda number: f"{number:,}",
    }
    made.globals |= {"LOOKS": LOOKS, "INCORRECT": Judgement.INCORRECT, "UNKNOWN": Judgement.UNKNOWN}
    return made


@cache
def _macros(file: str) -> Any:
    return _environment().get_template(f"{file}.html").module


# Tables that sort by a click on a head, for the app and for reports.


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
