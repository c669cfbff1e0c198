"""What a person asks in the Solve tab: read with exact complaints, and shown as it is understood."""

from __future__ import annotations

import html

from workbench.errors import BadInput
from workbench.problems.asking import LONGEST, in_words, without_latex
from workbench.types import Problem
from workbench.ui.maths import maths_html
from workbench.ui.solving import Settings, asked_problem

MOST_SAMPLES = 32
LONGEST_SOLUTION = 400
HOTTEST = 1.5


def asked_html(text: str | None) -> str:
    """How a problem is read: typeset, and in the words that the models get where they differ."""
    text = text or ""
    if not text.strip():
        return '<div class="wb-asked wb-empty">Type a problem, or pick one.</div>'
    if len(text) > LONGEST:
        return note_html(too_long(text))
    asked = in_words(without_latex(text))
    given = f'<div class="wb-asked-as">The models read: {html.escape(asked)}</div>' if asked != text.strip() else ""
    return f'<div class="wb-asked"><div class="wb-asked-text" dir="auto">{maths_html(text)}</div>{given}</div>'


def read_problem(text: str | None, known: str | None, chosen: Problem | None) -> Problem:
    """The problem as typed, in words that the models know. Raises `BadInput` where there is none."""
    text, known = text or "", known or ""
    if not text.strip():
        raise BadInput("There is no problem yet; type one or pick one.")
    for given in (text, known):
        if len(given) > LONGEST:
            raise BadInput(too_long(given))
    if chosen is not None and text != chosen.text and known == chosen.answer:
        known = ""  # the page has not cleared it yet
    return asked_problem(in_words(without_latex(text)), known.strip() or None, known=chosen)


def read_settings(warmth: float, seed: float | None, longest: float, count: float) -> tuple[Settings, int]:
    """The sampling that was asked for. Raises `BadInput` for what cannot be sampled."""
    within = 0 <= warmth <= HOTTEST and 1 <= longest <= LONGEST_SOLUTION and 1 <= count <= MOST_SAMPLES
    if not within or abs(seed or 0) > 2**53:
        raise BadInput("The sampling settings are out of their range; set them back by the sliders.")
    if count > 1 and warmth == 0:
        raise BadInput(f"{count:.0f} samples at temperature 0 would all be the same; raise the temperature.")
    return Settings(float(warmth), int(seed or 0), int(longest)), int(count)


def too_long(text: str, most: int = LONGEST) -> str:
    """Why a text is not taken."""
    return f"The text has {len(text):,} characters and at most {most:,} are read here; shorten it."


def note_html(message: str) -> str:
    """A message to the person who asked; nothing for an empty one."""
    return f'<div class="wb-note" role="alert">{html.escape(message)}</div>' if message else ""
