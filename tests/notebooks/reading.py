"""Reading the outputs of a notebook by the ids of its cells."""

from __future__ import annotations

import re
from typing import Any

from workbench.lab.notebooks import FIGURE
from workbench.lab.static import values

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e-?\d+)?")


def cell(notebook: Any, name: str) -> Any:
    return next(c for c in notebook.cells if c.id == name)


def text(notebook: Any, name: str) -> str:
    """What a cell printed, and the text of what it shows."""
    outputs = cell(notebook, name).outputs
    return "".join(o["text"] if "text" in o else o["data"].get("text/plain", "") for o in outputs)


def numbers(notebook: Any, name: str) -> list[float]:
    return [float(found.replace(",", "")) for found in NUMBER.findall(text(notebook, name))]


def line(notebook: Any, name: str, start: str) -> list[float]:
    """The numbers of the line that starts with a word."""
    (found,) = [row for row in text(notebook, name).splitlines() if row.startswith(start)]
    return [float(n) for n in NUMBER.findall(found[len(start) :])]


def figure(notebook: Any, name: str) -> Any:
    (found,) = [o["data"][FIGURE] for o in cell(notebook, name).outputs if FIGURE in o.get("data", {})]
    return found


def trace(notebook: Any, name: str, label: str) -> Any:
    return next(t for t in figure(notebook, name)["data"] if t.get("name") == label)


def y(notebook: Any, name: str, label: str) -> list[float]:
    return values(trace(notebook, name, label)["y"])


def page(notebook: Any, name: str) -> str:
    """The HTML that a cell shows."""
    return "".join(o["data"].get("text/html", "") for o in cell(notebook, name).outputs if "data" in o)
