"""The app: four tabs in one page."""

from __future__ import annotations

import gradio as gr

from workbench.ui.context import AppContext
from workbench.ui.tabs import label, memory, progress, solve


def build_app(context: AppContext) -> gr.Blocks:
    """The whole page."""
    with gr.Blocks(title="Tutor workbench") as app:
        with gr.Tab("Solve", id="solve"):
            solve.tab(context)
        with gr.Tab("Label", id="label"):
            label.tab(context)
        with gr.Tab("Memory", id="memory"):
            memory.tab(context)
        with gr.Tab("Progress", id="progress"):
            progress.tab(context)
    return app
