"""The layers of the verifier: imports run down the list, and nothing of the workbench is needed but its records."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "workbench"
HOUSE = ROOT / "verification"
LAYERS = (
    "domain",
    "text",
    "display",
    "exact",
    "units",
    "lines",
    "malrules",
    "answers",
    "symbolic",
    "repairs",
    "checkers",
    "reference",
    "maths",
    "verifier",
    "many",
    "__init__",
)
RECORDS = {"workbench.types", "workbench.errors"}


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(p): p for p in sorted(HOUSE.rglob("*.py"))}


def layer(module: str) -> str:
    """The layer that a module of the verifier lies in."""
    parts = module.split(".")
    return parts[2] if len(parts) > 2 else "__init__"


def imports(path: Path) -> set[str]:
    """The modules of the workbench that a module imports, wherever in it, functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {n if n in MODULES else str(node.module) for n in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "workbench"}


def test_every_part_has_its_layer():
    assert {layer(name) for name in MODULES} <= set(LAYERS)


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_down_the_layers(name: str):
    own = LAYERS.index(layer(name))
    for other in imports(MODULES[name]) - RECORDS:
        assert other.startswith("workbench.verification."), f"{other} is not a part of the verifier"
        assert LAYERS.index(layer(other)) <= own, f"{other} lies above"


def test_no_two_modules_import_each_other():
    graph = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}
    while free := [name for name, others in graph.items() if not others & graph.keys()]:
        for name in free:
            del graph[name]
    assert not graph


def test_the_verifier_is_importable_alone():
    blocked = ("torch", "transformers", "sqlalchemy", "gradio", "typer", "rich", "yaml", "numpy")
    script = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked}))\n"
        f"import {', '.join(MODULES)}\n"
        "names = [m for m in sys.modules if m.startswith('workbench.')]\n"
        "print(*(m for m in names if not m.startswith('workbench.verification')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT.parent
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= RECORDS
