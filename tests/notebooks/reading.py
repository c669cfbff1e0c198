"""Reading the outputs of a notebook by the ids of its cells."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.lab.notebooks import FIGURE

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


def values(data: Any) -> list[Any]:
    """An array of a figure's JSON as a list: plotly writes numpy's arrays as base64."""
    if isinstance(data, Mapping):
        made = np.frombuffer(base64.b64decode(data["bdata"]), dtype=data["dtype"])
        shape = [int(n) for n in str(data["shape"]).split(",")] if "shape" in data else [-1]
        return list(made.reshape(shape).tolist())
    return list(data) if data is not None else []


def y(notebook: Any, name: str, label: str) -> list[float]:
    return values(trace(notebook, name, label)["y"])


def page(notebook: Any, name: str) -> str:
    """The HTML that a cell shows."""
    return "".join(o["data"].get("text/html", "") for o in cell(notebook, name).outputs if "data" in o)
