"""The README and the rooms' pages are tested: short, true to the files on disk, commands that exist, live links."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from workbench.__main__ import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
WORDS = 1200
"""The most that a newcomer should have to read."""


def tree_paths() -> set[str]:
    """Paths in the annotated tree, from its indentation."""
    block = re.search(r"```tree\n(.*?)```", README, re.S)
    assert block, "README has no ```tree block"
    paths, stack = set(), []
    for line in block.group(1).splitlines():
        name = line.split("  #")[0].rstrip()
        depth = (len(name) - len(name.lstrip())) // 2
        stack[depth:] = [name.strip()]
        paths.add("".join(stack))
    return paths


def tracked() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return {name for name in listed if name and (ROOT / name).exists()}


ROOMS = sorted({name.split("/")[1] for name in tracked() if re.fullmatch(r"workbench/\w+/.+\.py", name)})


PAGE_OF = {"run": "training"}
"""Rooms that are told on the page of another one."""


def named_files(page: str, room: str) -> set[str]:
    """Files and folders that a page names, as they lie in the room; a folder ends in `/`."""
    names = re.findall(r"`([\w/.-]+(?:\.\w+|/))`", page)
    return {name.removeprefix("workbench/").removeprefix(f"{room}/") for name in names}


def test_the_readme_is_short():
    assert len(README.split()) <= WORDS


def test_the_tree_shows_what_is_there():
    missing = [path for path in tree_paths() if not (ROOT / path).exists()]
    assert not missing


def test_the_tree_shows_every_room():
    assert {f"workbench/{room}/" for room in ROOMS} - tree_paths() == set()


def test_the_tree_shows_the_top_level():
    tops = {n.split("/")[0] for n in tracked() if not n.startswith(".")}
    shown = {path.split("/")[0] for path in tree_paths()}
    assert tops <= shown


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page_that_names_its_files_and_no_others(room: str):
    folder = ROOT / "workbench" / room
    page = (folder.parent / PAGE_OF.get(room, room) / "README.md").read_text()
    named = named_files(page, room)
    files = {str(p.relative_to(folder)) for p in folder.rglob("*.py") if p.name != "__init__.py"}
    whole = tuple(name for name in named if name.endswith("/"))
    assert {f for f in files if f not in named and not f.startswith(whole)} == set()
    heads = {
        head for row in re.findall(r"^\| (`[^|]*) \|", page, re.M) for head in re.findall(r"`([\w/]+\.py)`", row)
    }
    assert {name for name in heads if not (folder / name).exists()} == set()


def test_a_newcomer_finds_where_to_add_what():
    table = README.split("| where to add | room |")[1]
    for what in ("malrule", "skill", "checker", "method", "tab"):
        (page,) = [
            page for line, page in re.findall(r"^(\|.*?)\]\((.*?)\)", table, re.M) if re.search(rf"\b{what}\b", line)
        ]
        assert re.search(rf"add an? (?:\w+ )?{what}\b", (ROOT / page).read_text(), re.I), page


@pytest.mark.parametrize("command", sorted(set(re.findall(r"workbench ([a-z]+)", README))))
def test_every_command_named_exists(command: str):
    if re.search(rf"`workbench {command}|^\s*workbench {command}", README, re.M):
        assert command in get_command(app).commands  # type: ignore[attr-defined]


def test_ci_runs_the_readmes_test_command():
    (command,) = re.findall(r"^python3 -m venv.*pytest$", README, re.M)
    assert command in (ROOT / ".ci" / "run").read_text()
