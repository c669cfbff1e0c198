"""The app: a header, four tabs in one page, and its look in light and dark."""

from __future__ import annotations

from typing import Any

import gradio as gr

from workbench.ui.context import AppContext
from workbench.ui.pages import render, script, style
from workbench.ui.palette import BLUE, DARK, LIGHT, WHITE
from workbench.ui.tabs import label, memory, progress, solve

TITLE = "Tutor workbench"
SENTENCE = "See every step a small tutor model takes, what the verifier says about it, and what training changed."

SYSTEM = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


THEMED = {
    "body_background_fill": "page",
    "block_background_fill": "block",
    "block_border_color": "edge",
    "input_background_fill": "field",
    "input_border_color": "edge",
    "button_primary_background_fill_hover": "button",
}
"""The theme's colours that differ between light and dark, by their names in the palette."""


def build_app(context: AppContext) -> gr.Blocks:
    """Return the whole page; it is launched with `launch_look()`."""
    with gr.Blocks(title=TITLE, analytics_enabled=False) as app:
        gr.HTML(render("words.page_head", TITLE, SENTENCE), elem_id="wb-head")
        with gr.Tabs(elem_id="wb-tabs"):
            with gr.Tab("Solve", id="solve"):
                solve.tab(context)
            with gr.Tab("Label", id="label"):
                label.tab(app, context)
            with gr.Tab("Memory", id="memory"):
                memory.tab(context)
            with gr.Tab("Progress", id="progress"):
                progress.tab(context)
    return app


def launch_look() -> dict[str, Any]:
    """Return theme, styles and scripts, as arguments of `gr.Blocks.launch`."""
    head = f"<script>{script('app')}</script>"
    return {"theme": _theme(), "css": style(), "head": head, "footer_links": ["settings"]}


def _theme() -> gr.themes.Base:
    """A quiet theme on the system's own fonts, so that none is fetched."""
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=SYSTEM,
        font_mono=MONO,
    )
    themed = {
        f"{name}{'_dark' if colours is DARK else ''}": colours[part]
        for name, part in THEMED.items()
        for colours in (LIGHT, DARK)
    }
    return theme.set(
        **themed,
        block_border_width="1px",
        block_label_text_size="*text_sm",
        block_title_text_weight="550",
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
        input_border_width="1px",
        button_primary_background_fill=BLUE,
        button_primary_background_fill_dark=BLUE,
        button_primary_text_color=WHITE,
        shadow_drop="none",
        shadow_drop_lg="none",
    )
