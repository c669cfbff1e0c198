"""One validated configuration: its fields, presets, YAML, overrides and hash."""

from workbench.config.fields import (
    PRESETS,
    Checkpoint,
    Config,
    Evaluation,
    Memory,
    Model,
    Problems,
    Reflection,
    Sampling,
    Training,
    config_hash,
    dump_config,
    preset,
)
from workbench.config.loading import load_config

__all__ = [
    "PRESETS",
    "Checkpoint",
    "Config",
    "Evaluation",
    "Memory",
    "Model",
    "Problems",
    "Reflection",
    "Sampling",
    "Training",
    "config_hash",
    "dump_config",
    "load_config",
    "preset",
]
