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
from workbench.config.loading import config_of, load_config, read_overrides

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
    "config_of",
    "dump_config",
    "load_config",
    "preset",
    "read_overrides",
]
