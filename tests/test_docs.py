"""Commands, options, links and paths that the README and the notebooks name: all of them exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from workbench.__main__ import app
from workbench.lab.notebooks import notebook_paths, read_notebook

ROOT = Path(__file__).parents[1]
TOPS = ("data", "tests", "workbench", "notebooks")


def pages() -> dict[str, str]:
    texts = {"README.md": (ROOT / "README.md").read_text()}
    for folder in ("data", "workbench"):
        texts |= {str(p.relative_to(ROOT)): p.read_text() for p in sorted((ROOT / folder).rglob("README.md"))}
    for path in notebook_paths():
        cells = [c.source for c in read_notebook(path).cells if c.cell_type == "markdown"]
        texts[f"notebooks/{path.name}"] = "\n\n".join(cells)
    return texts


PAGES = pages()
each = pytest.mark.parametrize("name", PAGES)


def commands(text: str) -> set[str]:
    """Lines of shell blocks, and code spans, that call the workbench."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S)).replace("\\\n", " ")
    lines = [line.split("  #")[0].strip() for line in blocks.splitlines()]
    spans = re.findall(r"`(workbench [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    parts = [part.strip() for line in (*lines, *spans) for part in line.split("&&")]
    return {part for part in parts if part.startswith("workbench ")}


def unknown(line: str) -> list[str]:
    """The parts of a command line that the workbench does not know."""
    words = shlex.split(line.replace("...", "").replace("’", "'"))[1:]
    command = get_command(app)
    while words and words[0] != "COMMAND" and hasattr(command, "commands"):
        if words[0].startswith("-"):
            break
        if words[0] not in command.commands:
            return [words[0]]
        command = command.commands[words.pop(0)]
    known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)} | {
        "--help",
        "-h",
        "--version",
    }
    return [w for w in words if re.match(r"--[a-z]", w) and w.split("=")[0] not in known]


@each
def test_commands_and_options_exist(name: str):
    assert {line: bad for line in commands(PAGES[name]) if (bad := unknown(line))} == {}


def test_an_unknown_command_or_option_is_found():
    assert unknown("workbench trian --minutes 5") == ["trian"]
    assert unknown("workbench train --minuets 5") == ["--minuets"]
    assert unknown("workbench notebooks bild") == ["bild"]


@each
def test_links_lead_somewhere(name: str):
    folder = (ROOT / name).parent
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", PAGES[name])]
    assert [t for t in targets if t and not t.startswith("http") and not (folder / t).exists()] == []


@each
def test_paths_exist(name: str):
    text = re.sub(r"```tree.*?```", "", PAGES[name], flags=re.S)
    spans = [word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()]
    paths = [w for w in spans if re.fullmatch(rf"(?:{'|'.join(TOPS)})/[\w./-]+", w)]
    assert [p for p in paths if not (ROOT / p).exists()] == []
