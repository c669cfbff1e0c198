"""The Progress tab."""

from __future__ import annotations

from workbench.ui.context import AppContext


def tab(context: AppContext) -> None:
    """Draw the tab inside the open blocks."""
