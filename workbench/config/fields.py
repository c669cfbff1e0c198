"""A run's configuration: its sections together, their presets, their YAML and their hash."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import SerializeAsAny, field_validator

from workbench.errors import BadInput
from workbench.methods import METHODS, MethodSettings, method_named
from workbench.settings import (
    CheckpointSettings,
    EvaluationSettings,
    MemorySettings,
    ModelSettings,
    ProblemSettings,
    ReflectionSettings,
    SamplingSettings,
    Section,
    TrainingSettings,
)
from workbench.types import content_id

PresetName = Literal["tiny", "laptop", "gpu"]


def method_settings(values: Mapping[str, Any]) -> MethodSettings:
    """Return the settings of the method that `values` name, the first one if they name none.

    Raises `BadInput` for an unknown name, and pydantic's `ValidationError` for a bad value.
    """
    name = values.get("name", METHODS[0].name)
    method = method_named(name)
    if method is None:
        raise BadInput(f"there is no method {name!r}; the methods are {', '.join(m.name for m in METHODS)}")
    found: MethodSettings = method.settings.model_validate(values)
    return found


class Config(Section):
    """Everything that decides what a run does. The defaults are the preset `laptop`."""

    preset: PresetName = "laptop"
    """The preset that filled in what was not set."""
    model: ModelSettings = ModelSettings()
    """The policy."""
    problems: ProblemSettings = ProblemSettings()
    """What is trained on."""
    sampling: SamplingSettings = SamplingSettings()
    """Rollouts."""
    method: SerializeAsAny[MethodSettings] = METHODS[0].settings()
    """The training method, by its name, and its settings."""
    training: TrainingSettings = TrainingSettings()
    """Updates."""
    memory: MemorySettings = MemorySettings()
    """Procedural memory."""
    reflection: ReflectionSettings = ReflectionSettings()
    """Reflections."""
    evaluation: EvaluationSettings = EvaluationSettings()
    """Evaluations."""
    checkpoint: CheckpointSettings = CheckpointSettings()
    """Checkpoints."""

    @field_validator("method", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        return method_settings(value) if isinstance(value, Mapping) else value


PRESETS: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "tiny": {  # a run of seconds, for tests and first looks
            "sampling": {"problems_per_round": 4, "group_size": 4, "max_tokens": 96},
            "training": {"minutes": None, "rounds": 2},
            "evaluation": {"every": 2, "problems": 8, "final_problems": 8},
        },
        "laptop": {},
        "gpu": {  # a real small language model on one GPU
            "sampling": {"problems_per_round": 64, "group_size": 8, "max_tokens": 512},
            "training": {"learning_rate": 1e-5, "minutes": 60.0},
            "memory": {"token_budget": 512, "max_items": 6},
            "reflection": {"min_probability": 0.4},
            "evaluation": {"problems": 256},
        },
    }
)
"""What each preset sets otherwise than the defaults, by section."""


def preset(name: str) -> Config:
    """Return the configuration of a preset. Raises `BadInput` for any other name."""
    if name not in PRESETS:
        raise BadInput(f"There is no preset {name!r}; the presets are {', '.join(PRESETS)}.")
    return Config.model_validate({"preset": name, **PRESETS[name]})


def dump_config(config: Config) -> str:
    """Return the whole configuration as YAML, which `load_config` reads back to an equal one."""
    text: str = yaml.safe_dump(config.model_dump(), sort_keys=False, allow_unicode=True)
    return text


def config_hash(config: Config) -> str:
    """Return sixteen hex digits that two configurations share if and only if they set the same values.

    The preset's name does not count: what it set does.
    """
    return content_id(config.model_dump(exclude={"preset"}))
