"""Data flows one way: imports run down the list, and nothing before `training` needs torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "workbench"
ORDER = (
    "types",
    "metrics",
    "errors",
    "files",
    "prompts",
    "config",
    "store",
    "problems",
    "verification",
    "memory",
    "labeling",
    "training",
    "evaluation",
    "ui",
    "cli",
)


def room(module: str) -> str | None:
    """The part of the package that a module lies in."""
    parts = module.split(".")
    return parts[1] if parts[0] == "workbench" and len(parts) > 1 and parts[1] in ORDER else None


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
    return sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")


def test_every_room_has_its_place_in_the_order():
    rooms = {p.relative_to(ROOT).parts[0].removesuffix(".py") for p in modules()}
    assert rooms <= set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path):
    own = ORDER.index(path.relative_to(ROOT).parts[0].removesuffix(".py"))
    later = {m for m in imports(path) if (r := room(m)) is not None and ORDER.index(r) > own}
    assert not later


def test_everything_before_training_imports_without_torch():
    names = [
        "workbench." + ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for p in modules()
        if ORDER.index(p.relative_to(ROOT).parts[0].removesuffix(".py")) < ORDER.index("training")
    ]
    script = "import sys; sys.modules['torch'] = None; sys.modules['transformers'] = None\n" + "\n".join(
        f"import {name}" for name in names
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
