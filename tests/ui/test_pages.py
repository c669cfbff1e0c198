"""One stylesheet, templates and scripts: each rule once and in use, colours in the palette, everything escaped."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from tests.verification.test_display import ALLOWED, HOSTILE, seen
from workbench.ui import pages
from workbench.ui.pages import caption, in_browser, nothing, render, script, style, style_tag, warning
from workbench.ui.palette import COLOURS
from workbench.verification import display

UI = Path(pages.__file__).parent
MODULES = sorted(UI.rglob("*.py"))
CSS = (UI / "static" / "app.css").read_text()
TEMPLATES = "".join(path.read_text() for path in sorted((UI / "templates").glob("*.html")))
CLASS = re.compile(r"wb-[a-z]+(?:-[a-z]+)*")


def selectors() -> list[str]:
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
    heads = re.findall(r"([^{}]+)\{", rules)
    return [one.strip() for head in heads for one in head.split(",")]


def test_no_selector_is_defined_twice_by_itself() -> None:
    alone = Counter(one for one in selectors() if re.fullmatch(r"\.wb-[a-z-]+", one))
    merged = {".wb-none", ".wb-facts", ".wb-pick"}  # they share rules with others, and add their own
    assert {one for one, count in alone.items() if count > 1} <= merged


def test_every_class_has_a_rule_and_every_rule_a_use() -> None:
    styled = {name.removeprefix(".") for one in selectors() for name in re.findall(r"\.wb-[a-z-]+", one)}
    scripts = "".join(path.read_text() for path in (UI / "static").glob("*.js"))
    python = "".join(path.read_text() for path in (*MODULES, Path(display.__file__)))
    drawn = set(CLASS.findall(re.sub(r"--wb-[a-z]+", "", TEMPLATES + scripts + python)))
    assert styled - drawn <= {f"wb-{name}" for name in ("correct", "incorrect", "unknown", "pending")}
    assert set(CLASS.findall(TEMPLATES)) - styled <= {"wb-strength", "wb-count", "wb-hints"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(UI)))
def test_no_colour_and_no_html_in_python(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for text in (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)):
        if path.name != "palette.py":
            assert not re.search(r"#[0-9A-Fa-f]{6}\b|rgba?\(\d", text), text
        # Plotly has tags of its own for labels; the page's head takes a script and a style element.
        assert not re.search(r"</?(?!br|b>|/b>|extra|style|script)[a-z]+[ >]", text), text


def test_no_colour_stands_in_the_stylesheet_but_white_and_grey() -> None:
    assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b(?=[;, ])", CSS)) <= {"#fff"}
    assert set(re.findall(r"rgba\((\d+, \d+, \d+)", CSS)) <= {"128, 128, 128", "0, 0, 0"}
    used = set(re.findall(r"var\(--wb-([a-z]+)", CSS)) - {"line", "faint", "mono", "mark", "strength"}
    assert used == set(COLOURS)
    for name, colour in COLOURS.items():
        assert f"--wb-{name}: {colour};" in style()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_is_escaped_and_html_of_templates_is_not(text: str) -> None:
    made = caption(text) + warning(text) + nothing(text) + render("solve.asked", text, text)
    assert seen(made).tags <= {"p", "div", *ALLOWED}
    assert not {name for name in seen(made).attributes if name.startswith("on")}
    assert "\u202e" not in made
    inside = render("cards.block", [caption("a < b")], "", None)
    assert '<p class="wb-caption">a &lt; b</p>' in inside


def test_what_is_missing_is_an_error() -> None:
    with pytest.raises(AttributeError):
        render("words.no_such_macro")
    with pytest.raises(UndefinedError):
        render("words.page_head", "a title alone")


def test_styles_and_scripts_load_nothing() -> None:
    everything = style_tag() + TEMPLATES + script("app", "cards", "tables", "picking", "report")
    assert not re.search(r"https?://|@import|url\(", everything)


def test_every_function_that_events_name_is_in_the_script() -> None:
    named = {name for path in MODULES for name in re.findall(r'in_browser\("(\w+)"\)', path.read_text())}
    assert named
    for name in named:
        assert f"    {name}: (" in script("app")
        assert in_browser(name) == f"(...inputs) => workbench.{name}(...inputs)"
