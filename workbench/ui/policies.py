"""Policies that the app has open: each loaded once, whoever asks first, and shared by all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.training.policy import Policy

MOST_OPEN = 4
"""Policies kept at once; the one that was used longest ago goes first."""
MODELS_AT_ONCE = 2
"""How many people's requests to models are worked on at the same time; the others wait in one queue."""

_lock = threading.Lock()
_open: OrderedDict[Path, Policy] = OrderedDict()


def open_policy(folder: Path) -> Policy:
    """The policy in a model's folder. Raises `BadInput` for a folder that is none.

    Safe from several threads: a second caller waits for the first one's loading and gets the same policy.
    """
    from workbench.config import ModelSettings
    from workbench.training.policy import load_policy

    with _lock:
        if folder not in _open:
            _open[folder] = load_policy(ModelSettings(path=str(folder)))
            while len(_open) > MOST_OPEN:
                _open.popitem(last=False)
        _open.move_to_end(folder)
        return _open[folder]
