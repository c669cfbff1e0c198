"""The committed notebooks: in step with cells, model and library; small; importing, never defining."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from workbench.lab.notebooks import FIGURE, LARGEST, PICTURE, notebook_paths, read_notebook, stale
from workbench.ui.notebook import STAGES

ROOT = Path(__file__).parents[2]
PATHS = notebook_paths()
DEFINES = {("03-verification", "checker")}
"""Cells that may define something: the checker in ten lines is the lesson there."""
each = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)


def code(notebook: Any) -> list[Any]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def test_there_is_one_for_each_stage():
    assert [int(p.stem[:2]) for p in PATHS] == list(range(1, len(STAGES) + 1))


@each
def test_source_and_outputs_are_in_step(path: Path):
    assert stale(path) == [], "run 'workbench notebooks build'"


@each
def test_the_file_is_small(path: Path):
    assert path.stat().st_size <= LARGEST


@each
def test_it_opens_with_a_question_and_its_own_stage(path: Path):
    first, second = read_notebook(path).cells[:2]
    number = int(path.stem[:2])
    assert re.match(rf"# {number}\. .*\?\n", first.source)
    assert f'begin("{STAGES[number - 1].name}")' in second.source


@each
def test_it_ends_with_two_exercises(path: Path):
    last = read_notebook(path).cells[-1]
    assert last.cell_type == "markdown"
    assert last.source.startswith("## Exercises")
    assert re.findall(r"^(\d)\. ", last.source, re.M) == ["1", "2"]


@each
def test_every_figure_has_a_static_picture_and_no_drawing_library(path: Path):
    outputs = [o for c in code(read_notebook(path)) for o in c.outputs]
    figures = [o["data"] for o in outputs if FIGURE in o.get("data", {})]
    assert figures
    assert all(PICTURE in data and "text/html" not in data for data in figures)
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


@each
def test_cells_are_short(path: Path):
    long = [c.id for c in code(read_notebook(path)) if len(c.source.splitlines()) > 5]
    assert {(path.stem, name) for name in long} <= DEFINES


@each
def test_it_imports_the_library_alone(path: Path):
    for cell in code(read_notebook(path)):
        for node in ast.walk(ast.parse(cell.source)):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            assert all(str(n).split(".")[0] == "workbench" or n == "IPython.display" for n in names), cell.source


@each
def test_it_defines_nothing(path: Path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    library = {
        node.name
        for module in (ROOT / "workbench").rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, kinds[:3])
    }
    for cell in code(read_notebook(path)):
        made = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, kinds[:3])]
        assert not made or (path.stem, cell.id) in DEFINES
        assert (
            not {n.name for n in made if isinstance(n, ast.ClassDef | ast.FunctionDef) and n.col_offset == 0}
            & library
        )
        assert not re.search(r"^\w+ = lambda", cell.source, re.M)
