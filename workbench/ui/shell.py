"""The app: a header, four tabs in one page, and its look in light and dark."""

from __future__ import annotations

from typing import Any

import gradio as gr

from workbench.ui.cards import card_style
from workbench.ui.context import AppContext
from workbench.ui.tabs import label, memory, progress, solve

TITLE = "Tutor workbench"
SENTENCE = "See every step a small tutor model takes, what the verifier says of it, and what training changed."

SYSTEM = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")

# The full width is set since the page would else shrink to its content and move while steps come in.
# No comma inside a pseudo-class: gradio cuts selectors at commas when it prefixes them.
PAGE_STYLE = """
.gradio-container { width: 100%; box-sizing: border-box; max-width: 1240px !important; margin: 0 auto !important;
  padding: 0 20px 32px !important; }
.wb-head { padding: 22px 0 10px; }
.wb-head h1 { font-size: 1.4rem; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 2px; }
.wb-head p { margin: 0; opacity: .75; font-size: 0.95rem; }
.gradio-container .html-container { padding: 0; }
.wb-asked { padding: 8px 12px; }
.wb-asked-text { font-size: 1.15rem; overflow-wrap: anywhere; max-height: 9em; overflow-y: auto; }
.wb-asked-as { font-size: 0.88rem; opacity: .75; margin-top: 2px; overflow-wrap: anywhere; }
.wb-note { border-left: 4px solid #D55E00; background: rgba(213,94,0,.09); border-radius: 6px; padding: 8px 12px; }
.wb-hide-empty:not(:has(.wb-note)):not(:has(.wb-tally)) { display: none; }
.wb-button { align-self: flex-end; height: 42px; white-space: nowrap; }
footer { opacity: 0.65; }
"""


def build_app(context: AppContext) -> gr.Blocks:
    """The whole page; it is launched with `launch_look()`."""
    with gr.Blocks(title=TITLE, analytics_enabled=False) as app:
        gr.HTML(f'<div class="wb-head"><h1>{TITLE}</h1><p>{SENTENCE}</p></div>', elem_id="wb-head")
        with gr.Tabs(elem_id="wb-tabs"):
            with gr.Tab("Solve", id="solve"):
                solve.tab(context)
            with gr.Tab("Label", id="label"):
                label.tab(context)
            with gr.Tab("Memory", id="memory"):
                memory.tab(context)
            with gr.Tab("Progress", id="progress"):
                progress.tab(context)
    return app


def launch_look() -> dict[str, Any]:
    """Theme and styles, as arguments of `gr.Blocks.launch`."""
    return {"theme": _theme(), "css": PAGE_STYLE + card_style(tag=False), "footer_links": ["settings"]}


def _theme() -> gr.themes.Base:
    """A quiet theme on the system's own fonts, so that none is fetched."""
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=SYSTEM,
        font_mono=MONO,
    )
    return theme.set(
        body_background_fill="#fbfcfd",
        body_background_fill_dark="#0f141b",
        block_background_fill="#ffffff",
        block_background_fill_dark="#151b24",
        block_border_width="1px",
        block_border_color="*neutral_200",
        block_border_color_dark="#263040",
        block_label_text_size="*text_sm",
        block_title_text_weight="550",
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
        input_border_width="1px",
        input_border_color="*neutral_200",
        input_border_color_dark="#2b3648",
        input_background_fill="#ffffff",
        input_background_fill_dark="#0f141b",
        button_primary_background_fill="#0072B2",
        button_primary_background_fill_hover="#005f95",
        button_primary_background_fill_dark="#0072B2",
        button_primary_background_fill_hover_dark="#2587c0",
        button_primary_text_color="#ffffff",
        shadow_drop="none",
        shadow_drop_lg="none",
    )
