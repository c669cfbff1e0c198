"""Data flows one way: imports run down the list, and what is above torch imports without it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "workbench"
ORDER = (
    "types",
    "metrics",
    "errors",
    "files",
    "resources",
    "statistics",
    "metrics",
    "verification",
    "prompts",
    "domains",
    "settings",
    "store",
    "problems",
    "judging",
    "memory",
    "labeling",
    "engine",
    "methods",
    "config",
    "training",
    "evaluation",
    "run",
    "evaluation.compare",
    "ui",
    "cli",
    "lab",
    "__main__",
)
"""The rooms, first to last: a room imports from those before it."""
WITHOUT_TORCH = (*ORDER[: ORDER.index("engine")], "engine.protocol", "methods", "config")
"""What is told to run without torch: all but the Hugging Face engine and what trains or measures with one."""
LAB = ("lab", "__main__")
"""The lab, which measures and builds the project itself, and the command line with the lab's commands in it."""


def name(path: Path) -> str:
    """The module of a file."""
    return "workbench." + ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str | None:
    """The room of a module; None for what is not ours. Comparisons use whole runs, so they are a later room."""
    parts = module.split(".")
    if parts[0] != "workbench" or len(parts) == 1:
        return None
    return next((room for room in (".".join(parts[1:3]), parts[1]) if room in ORDER), None)


def place(path: Path) -> str:
    """The room that a file lies in."""
    found = room(name(path))
    assert found is not None, f"{path} lies in no room of the list"
    return found


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "workbench"}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def modules() -> list[Path]:
    return sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py" and "data" not in p.parts)


def parts(path: Path) -> str:
    """A file's unit within its room: a sub-package, or a module that lies in the room itself."""
    inside = path.relative_to(ROOT).parts[1:]
    return inside[0].removesuffix(".py") if inside else ""


def cycle(graph: Mapping[str, set[str]]) -> list[str]:
    """Units that import each other in a circle; none if there is no circle."""
    left = dict(graph)
    while free := [unit for unit, wanted in left.items() if not wanted & left.keys() - {unit}]:
        for unit in free:
            del left[unit]
    return sorted(left)


def test_every_file_lies_in_a_room_of_the_order():
    assert [p for p in modules() if room(name(p)) is None] == []


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path):
    own = ORDER.index(place(path))
    later = {m for m in imports(path) if (r := room(m)) is not None and ORDER.index(r) > own}
    assert not later


@pytest.mark.parametrize("own", sorted({p.relative_to(ROOT).parts[0] for p in modules() if p.parent != ROOT}))
def test_no_sub_packages_of_a_room_import_each_other_in_a_circle(own: str):
    graph: dict[str, set[str]] = {}
    for path in modules():
        if path.relative_to(ROOT).parts[0] == own and parts(path) != "__init__":
            prefix = f"workbench.{own}."
            inside = {m.removeprefix(prefix).split(".")[0] for m in imports(path) if m.startswith(prefix)}
            graph.setdefault(parts(path), set()).update(inside)
    assert cycle(graph) == []


def test_a_circle_is_found():
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a", "c"}, "d": {"a"}, "e": set()}) == ["a", "b", "c", "d"]
    assert cycle({"a": {"b"}, "b": {"b"}}) == []


def test_the_product_never_names_the_lab():
    named = [name(p) for p in modules() if place(p) not in LAB and re.search(r"workbench\.lab\b", p.read_text())]
    assert named == []


def test_what_needs_no_torch_imports_without_it():
    wanted = [n for p in modules() if (n := name(p)).removeprefix("workbench.").startswith(WITHOUT_TORCH)]
    script = "import sys; sys.modules['torch'] = None; sys.modules['transformers'] = None\n" + "\n".join(
        f"import {name}" for name in wanted
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
