"""A quiet, offline start of the model libraries: our own progress says what goes on."""

from __future__ import annotations

import os
import warnings


def start_quietly(offline: bool) -> None:
    """Import transformers without its bars and warnings. Must run before anything else imports it."""
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.filterwarnings("ignore", module=r"(transformers|peft|torch|huggingface_hub)\b")
    # Said of notebooks without widgets, by the progress bars that are switched off here.
    warnings.filterwarnings("ignore", message="IProgress not found")
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
