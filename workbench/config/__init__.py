"""One validated configuration: its fields, presets, YAML, overrides and hash."""

from workbench.config.fields import PRESETS, Config, config_hash, dump_config, preset
from workbench.config.loading import config_of, load_config, read_overrides, upgraded
from workbench.settings import (
    CheckpointSettings,
    EvaluationSettings,
    MemorySettings,
    ModelSettings,
    ProblemSettings,
    ReflectionSettings,
    SamplingSettings,
    TrainingSettings,
)

__all__ = [
    "PRESETS",
    "CheckpointSettings",
    "Config",
    "EvaluationSettings",
    "MemorySettings",
    "ModelSettings",
    "ProblemSettings",
    "ReflectionSettings",
    "SamplingSettings",
    "TrainingSettings",
    "config_hash",
    "config_of",
    "dump_config",
    "load_config",
    "preset",
    "read_overrides",
    "upgraded",
]
