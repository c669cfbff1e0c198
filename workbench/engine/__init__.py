"""The door to a model: sampling, scoring and weight updates."""

from __future__ import annotations

import os
import warnings

# Read by the OpenMP library when torch is loaded: how long its idle threads spin before they sleep. Two threads keep
# 0.32 of the tutor's idle speed beside a job that takes both cores with this value, and 0.18 with 20000, at the same
# idle speed (`workbench bench busy --set training.threads=2`). One thread keeps 0.65: see `hardware.choose_threads`.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")


def start_quietly(offline: bool) -> None:
    """Import transformers without its bars and warnings, before anything else does: our own progress is shown."""
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.filterwarnings("ignore", module=r"(transformers|peft|torch|huggingface_hub)\b")
    # Shown in notebooks without widgets, by the progress bars that are switched off here.
    warnings.filterwarnings("ignore", message="IProgress not found")
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
