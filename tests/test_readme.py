"""The README is tested: its tree is the tree on disk, its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from workbench.__main__ import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SHOWN_WHOLE = ("workbench",)
"""Folders of which the README shows every file."""


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


def test_the_tree_shows_what_is_there():
    missing = [path for path in tree_paths() if not (ROOT / path).exists()]
    assert not missing


def test_the_tree_shows_every_module():
    shown = tree_paths()
    modules = {n for n in tracked() if n.startswith(SHOWN_WHOLE) and not n.endswith("__init__.py")}
    assert modules - shown == set()


def test_the_tree_shows_the_top_level():
    tops = {n.split("/")[0] for n in tracked() if not n.startswith(".")}
    shown = {path.split("/")[0] for path in tree_paths()}
    assert tops <= shown


@pytest.mark.parametrize("command", sorted(set(re.findall(r"workbench ([a-z]+)", README))))
def test_every_command_named_exists(command: str):
    if re.search(rf"`workbench {command}|^\s*workbench {command}", README, re.M):
        assert command in get_command(app).commands  # type: ignore[attr-defined]


def test_every_link_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    missing = [t for t in targets if not t.startswith("http") and not (ROOT / t).exists()]
    assert not missing


def test_ci_runs_the_readmes_test_command():
    (command,) = re.findall(r"^python3 -m venv.*pytest$", README, re.M)
    assert command in (ROOT / ".ci" / "run").read_text()
