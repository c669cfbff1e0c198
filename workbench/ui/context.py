"""What every tab of the app works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.store import Store


@dataclass(frozen=True)
class AppContext:
    """The app's surroundings, fixed at its start. State of one person lives in gradio's session state, not here."""

    store: Store
    run: str | None
    """The run that Memory and Progress open on; None in an empty store."""
    models: dict[str, Path]
    """Policies to choose from by name; the first is the untrained one, the last the one shown beside it."""
    signed_in: bool = False
    """Whether people sign in, so that the annotator's name comes from there."""
