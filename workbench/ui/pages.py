"""Templates, the stylesheet and the scripts: all HTML of the app, the reports and the notebooks is made here.

Whatever a template is given is cleaned and escaped, unless it is `Markup` that a template or `shown` has made.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from workbench.domains import domain_of
from workbench.types import Judgement
from workbench.ui.palette import COLOURS, LOOKS
from workbench.verification.display import clean, plain_html
from workbench.verification.domain import Domain
from workbench.verification.maths import MATHS

STATIC = Path(__file__).parent / "static"


def render(name: str, *values: Any, **named: Any) -> Markup:
    """Return the HTML of a macro in the templates, named as `file.macro`."""
    file, _, macro = name.partition(".")
    return Markup(getattr(_macros(file), macro)(*values, **named))


@cache
def style() -> str:
    """Return the stylesheet: the palette's colours as variables, then `app.css` without its comments."""
    colours = "".join(f"--wb-{name}: {colour}; " for name, colour in COLOURS.items())
    rules = re.sub(r"/\*.*?\*/", "", (STATIC / "app.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return f":root {{ {colours}}}\n" + re.sub(r"\n\s*", "\n", rules).strip() + "\n"


def style_tag() -> Markup:
    """Return the stylesheet as an element, for reports and notebooks."""
    return Markup(f"<style>{style()}</style>")


@cache
def script(*names: str) -> Markup:
    """Return scripts of the folder `static`, one after another."""
    return Markup("\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in names))


def in_browser(function: str) -> str:
    """Return what runs a function of `app.js` in the browser, on an event's inputs."""
    return f"(...inputs) => workbench.{function}(...inputs)"


def kind_words(kind: str) -> str:
    """Return a skill, a malrule or a diagnosis in words: `sign_kept` is `sign kept`."""
    return kind.replace("_", " ")


def per_cent(value: float) -> str:
    """Return a fraction in per cent, with a place after the point where it is small."""
    return f"{value:.1%}" if value < 0.0995 else f"{value:.0%}"


def caption(text: str) -> Markup:
    """Return a quiet explanation."""
    return render("words.caption", text)


def warning(text: str) -> Markup:
    """Return a message to the person who asked; nothing for an empty one."""
    return render("words.warning", text) if text else Markup()


def nothing(text: str) -> Markup:
    """Return what stands in an empty place."""
    return render("words.nothing", text)


def shown(text: str, domain: Domain = MATHS) -> Markup:
    """Return a text as its domain shows it: mathematics is typeset."""
    return Markup((domain.show or plain_html)(text))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("workbench.ui"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    made.filters |= {
        "maths": shown,
        "shown": lambda text, problem: shown(text, domain_of(problem)),
        "kind": kind_words,
        "per_cent": per_cent,
        "count": lambda number: f"{number:,}",
    }
    made.globals |= {"LOOKS": LOOKS, "INCORRECT": Judgement.INCORRECT, "UNKNOWN": Judgement.UNKNOWN}
    return made


@cache
def _macros(file: str) -> Any:
    return _environment().get_template(f"{file}.html").module
