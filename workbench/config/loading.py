"""A configuration from a YAML file and `--set` overrides, with complaints that name key and place.

This loader is our own because no configuration library says in which line of which file a key is wrong, and which
known key is nearest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ValidationError

from workbench.config.fields import PRESETS, Config, method_settings, preset
from workbench.errors import BadInput
from workbench.files import read_text
from workbench.methods import METHODS, method_named

ALIASES: Mapping[str, str] = MappingProxyType({"training.lr": "training.learning_rate"})
"""Short names of keys."""

METHOD = "method"
NAME = f"{METHOD}.name"
"""The key that chooses the method. The others of its section are those of the method's settings."""

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{
            name: tuple(field.annotation.model_fields)
            for name, field in Config.model_fields.items()
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        },
        METHOD: tuple(dict.fromkeys(key for method in METHODS for key in method.settings.model_fields)),
    }
)
"""The keys of each section; of `method` those of all methods."""

KEYS = ("preset", *(f"{section}.{key}" for section, keys in SECTIONS.items() for key in keys))
"""Every key, dotted."""


class Setting(NamedTuple):
    """One value that the caller set."""

    key: str
    """Dotted, aliases resolved."""
    value: Any
    source: str
    """Where it came from, as the caller would say it."""


def load_config(path: Path | None = None, overrides: Sequence[str] = (), stored: bool = False) -> Config:
    """Return the configuration from a YAML file, if any, and then `section.key=value` overrides.

    Later settings win over earlier ones, and all of them over the preset. Setting one of `training.minutes`
    and `training.rounds` lifts the preset's other limit. `stored`: the file is that of a run, perhaps one made before
    methods had settings of their own. Raises `BadInput`, which names the key, where it was set, and the nearest
    known key or what is allowed.
    """
    in_file = _file_settings(path, stored) if path is not None else []
    return _resolved({s.key: s for s in (*in_file, *map(_override, overrides))})


def config_of(values: Mapping[str, Any], source: str) -> Config:
    """Return the configuration from dotted keys with their values. Raises `BadInput` as `load_config` does.

    `source`: where the values came from, as the caller would say it.
    """
    settings = [Setting(_known(key, source), value, source) for key, value in values.items()]
    return _resolved({s.key: s for s in settings})


def read_overrides(texts: Sequence[str]) -> dict[str, Any]:
    """Return dotted keys with their values from `section.key=value` texts."""
    return {s.key: s.value for s in map(_override, texts)}


def _resolved(settings: Mapping[str, Setting]) -> Config:
    """Return the preset with the settings in their places."""
    named = settings.get("preset", Setting("preset", "laptop", "default"))
    if not isinstance(named.value, str) or named.value not in PRESETS:
        allowed = ", ".join(PRESETS)
        raise BadInput(f"preset = {named.value!r} ({named.source}): the presets are {allowed}.")
    values = preset(named.value).model_dump(exclude={METHOD})
    if ("training.minutes" in settings) != ("training.rounds" in settings):
        values["training"].update(minutes=None, rounds=None)
    own: dict[str, Any] = {}
    for setting in settings.values():
        section, _, key = setting.key.rpartition(".")
        (own if section == METHOD else values[section] if section else values)[key] = setting.value
    try:
        _require_own(settings)
        return Config.model_validate({**values, METHOD: method_settings(own)})
    except ValidationError as error:
        raise _bad_value(error, settings) from error


def _require_own(settings: Mapping[str, Setting]) -> None:
    """Raise `BadInput` for a method that there is not, or a setting that is another method's."""
    named = settings.get(NAME, Setting(NAME, METHODS[0].name, "default"))
    method = method_named(named.value)
    if method is None:
        known = ", ".join(m.name for m in METHODS)
        raise BadInput(f"{NAME} = {named.value!r} ({named.source}): the methods are {known}.")
    for setting in settings.values():
        section, _, key = setting.key.rpartition(".")
        if section == METHOD and key not in method.settings.model_fields:
            having = [m.name for m in METHODS if key in m.settings.model_fields]
            raise BadInput(
                f"{setting.key} = {setting.value!r} ({setting.source}): {method.name} has no such setting; "
                f"{' and '.join(having)} {'have' if len(having) > 1 else 'has'}."
            )


def _bad_value(error: ValidationError, settings: Mapping[str, Setting]) -> BadInput:
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"][:2]]
    of_method = error.title in {method.settings.__name__ for method in METHODS}
    key = ".".join([METHOD, *place[:1]] if of_method else place)
    source = settings[key].source if key in settings else "default"
    complaint = first["msg"].removeprefix("Value error, ")
    complaint = complaint.replace("Input should", "it should").replace("String should", "it should")
    return BadInput(f"{key} = {first['input']!r} ({source}): {complaint}.")


def _known(key: str, source: str) -> str:
    """The key with aliases resolved. Raises `BadInput` with the nearest known key."""
    key = ALIASES.get(key, key)
    if key not in KEYS:
        raise BadInput(f"Unknown key {key!r} ({source}); the nearest known key is {nearest_key(key)!r}.")
    return key


def nearest_key(key: str) -> str:
    """The known key most like a dotted one; the same name in another section is nearer than any other."""
    name = key.rpartition(".")[2]

    def likeness(known: str) -> tuple[float, float]:
        # Who writes training.method means the key that names the method.
        own = METHOD if known == NAME else known.rpartition(".")[2]
        of_name = SequenceMatcher(None, name, own).ratio()
        of_whole = SequenceMatcher(None, key, known).ratio()
        return of_name + of_whole, of_whole

    sections = () if "." in key else tuple(SECTIONS)
    nearest = max((*KEYS, *ALIASES, *sections), key=likeness)
    return ALIASES.get(nearest, nearest)


def _override(text: str) -> Setting:
    """A setting from `section.key=value`; the value is YAML if it is a plain scalar, text otherwise."""
    source = f"--set {text}"
    key, equals, raw = text.partition("=")
    key = key.strip()
    if not equals:
        raise BadInput(f"--set {text!r} has no '='; write it as training.learning_rate=1e-4.")
    if key in SECTIONS:
        raise BadInput(f"{key!r} ({source}) is a section; set one of its keys: {', '.join(SECTIONS[key])}.")
    return Setting(_known(key, source), _scalar(raw.strip()), source)


def _scalar(raw: str) -> Any:
    try:
        value = yaml.safe_load(raw)
    except (yaml.YAMLError, ValueError):
        return raw
    return value if value is None or isinstance(value, str | int | float | bool) else raw


def _file_settings(path: Path, stored: bool) -> list[Setting]:
    """Return every setting of a YAML file. Raises `BadInput` that names the line."""
    text = read_text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise BadInput(f"{path}{line}: not valid YAML: {error.problem or error.context}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not valid YAML: {str(error).splitlines()[0]}.") from error
    if root is None:
        return []
    if not isinstance(values, dict):
        raise BadInput(f"{path}: the file should be a mapping of sections, such as 'training:'.")
    lines = _lines(root, path)
    if stored:
        values = upgraded(values)
    return [setting for name, value in values.items() for setting in _entry(path, lines, str(name), value)]


def _entry(path: Path, lines: Mapping[str, int], name: str, value: Any) -> list[Setting]:
    """The settings under one top-level key of a file."""
    source = f"{path}, line {lines.get(name, 1)}"
    if name not in SECTIONS:
        return [_setting(path, lines, name, value)]
    if value is None:  # a section whose lines are all commented out
        return []
    if not isinstance(value, dict):
        raise BadInput(f"{name} = {value!r} ({source}): a section holds keys, such as {SECTIONS[name][0]!r}.")
    return [_setting(path, lines, f"{name}.{key}", item) for key, item in value.items()]


def _setting(path: Path, lines: Mapping[str, int], key: str, value: Any) -> Setting:
    source = f"{path}, line {lines.get(ALIASES.get(key, key), 1)}"
    return Setting(_known(key, source), value, source)


def _lines(root: yaml.Node, path: Path) -> dict[str, int]:
    """The line of each key in the two upper levels. Raises `BadInput` for a key that is given twice.

    PyYAML lets the second of two equal keys win without a word, which loses a whole section.
    """
    lines: dict[str, int] = {}

    def walk(node: yaml.Node, prefix: str) -> None:
        for key, value in node.value:
            name, line = prefix + str(key.value), key.start_mark.line + 1
            name = ALIASES.get(name, name)
            if name in lines:
                raise BadInput(f"{path}, line {line}: {name!r} is given twice, first on line {lines[name]}.")
            lines[name] = line
            if not prefix and isinstance(value, yaml.MappingNode):
                walk(value, f"{name}.")

    walk(root, "")
    return lines


# Configurations that were stored before each method had settings of its own.


_TEACHER = {
    "teacher": "teacher",
    "teacher_temperature": "teacher_temperature",
    "doubt": "entropy_weighting",
    "divergence": "divergence",
}
_RENAMED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "pmd": {
            **_TEACHER,
            "distill_weight": "distill_weight",
            "hard_target_weight": "hard_target_weight",
            "policy_gradient_weight": "policy_gradient_weight",
            "blame": "failed_rollout_weight",
            "affirm": "sharpening",
        },
        "sdpo": {**_TEACHER, "feedback": "feedback", "distill_weight": "distill_weight"},
        "grpo": {**_TEACHER, "anchor": "anchor"},
        "rft": {},
        "sft": {},
    }
)
"""By method: keys of the old section `training` and what they are called in `method`."""
_GONE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "training": {"credit": "step", "teacher": ("ema", "frozen")},
        "memory": {"replay": 0, "mode": "evolving", "levels": ["experience", "insight", "pattern"]},
    }
)
_OLD_METHOD_KEYS = ("method", "credit", "feedback", "anchor", *_RENAMED["pmd"])


def upgraded(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored configuration in today's shape; one that has it is returned as it is.

    Runs that were made before methods had settings of their own keep them in `training`. Raises `BadInput` for one
    that used a switch that is gone: only a plan's ablation can say that now.
    """
    config = {name: dict(value) if isinstance(value, Mapping) else value for name, value in stored.items()}
    training, memory = config.get("training"), config.get("memory", {})
    if METHOD in config or not isinstance(training, dict) or not isinstance(memory, dict):
        return config
    name = training.get("method", METHODS[0].name)
    if name not in _RENAMED:
        raise BadInput(f"The stored configuration names the method {name!r}, which is unknown.")
    if name == "pmd":
        _require_gone_unused(training, memory)
    method = {new: training[old] for old, new in _RENAMED[name].items() if old in training}
    # These two were factors of another weight; now each says its own.
    for key in ("sharpening", "anchor"):
        if key in method:
            method[key] *= training.get("distill_weight", 0.5)
    config[METHOD] = {"name": name, **method}
    config["training"] = {key: value for key, value in training.items() if key not in _OLD_METHOD_KEYS}
    if "memory" in config:
        config["memory"] = {key: value for key, value in memory.items() if key not in _GONE["memory"]}
    return config


def _require_gone_unused(training: Mapping[str, Any], memory: Mapping[str, Any]) -> None:
    for section, values in (("training", training), ("memory", memory)):
        for key, usual in _GONE[section].items():
            allowed = usual if isinstance(usual, tuple) else (usual,)
            found = values.get(key, allowed[0])
            if (list(found) if isinstance(found, tuple) else found) not in allowed:
                raise BadInput(f"The stored run has {section}.{key} = {found!r}, which no configuration can say now.")
