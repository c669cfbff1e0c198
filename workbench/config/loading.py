"""A configuration from a YAML file and `--set` overrides, with complaints that name key and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ValidationError

from workbench.config.fields import PRESETS, Config, preset
from workbench.errors import BadInput
from workbench.files import read_text

ALIASES: Mapping[str, str] = MappingProxyType({"training.lr": "training.learning_rate"})
"""Short names of keys."""

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(field.annotation.model_fields)
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
)
"""The keys of each section."""

KEYS = ("preset", *(f"{section}.{key}" for section, keys in SECTIONS.items() for key in keys))
"""Every key, dotted."""


class Setting(NamedTuple):
    """One value that the caller set."""

    key: str
    """Dotted, aliases resolved."""
    value: Any
    source: str
    """Where it came from, as the caller would say it."""


def load_config(path: Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """The configuration from a YAML file, if any, and then `section.key=value` overrides.

    Later settings win over earlier ones, and all of them over the preset. Setting one of `training.minutes`
    and `training.rounds` lifts the preset's other limit. Raises `BadInput`, which names the key, where it
    was set, and the nearest known key or what is allowed.
    """
    in_file = _file_settings(path) if path is not None else []
    return _resolved({s.key: s for s in (*in_file, *map(_override, overrides))})


def config_of(values: Mapping[str, Any], source: str) -> Config:
    """The configuration from dotted keys with their values. Raises `BadInput` as `load_config` does.

    `source`: where the values came from, as the caller would say it.
    """
    settings = [Setting(_known(key, source), value, source) for key, value in values.items()]
    return _resolved({s.key: s for s in settings})


def read_overrides(texts: Sequence[str]) -> dict[str, Any]:
    """Dotted keys with their values from `section.key=value` texts."""
    return {s.key: s.value for s in map(_override, texts)}


def _resolved(settings: Mapping[str, Setting]) -> Config:
    """The preset with the settings in their places."""
    named = settings.get("preset", Setting("preset", "laptop", "default"))
    if not isinstance(named.value, str) or named.value not in PRESETS:
        allowed = ", ".join(PRESETS)
        raise BadInput(f"preset = {named.value!r} ({named.source}): the presets are {allowed}.")
    values = preset(named.value).model_dump()
    if ("training.minutes" in settings) != ("training.rounds" in settings):
        values["training"].update(minutes=None, rounds=None)
    for setting in settings.values():
        section, _, key = setting.key.rpartition(".")
        (values[section] if section else values)[key] = setting.value
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise _bad_value(error, settings) from error


def _bad_value(error: ValidationError, settings: Mapping[str, Setting]) -> BadInput:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"][:2])
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
        of_name = SequenceMatcher(None, name, known.rpartition(".")[2]).ratio()
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


def _file_settings(path: Path) -> list[Setting]:
    """Every setting of a YAML file. Raises `BadInput` that names the line."""
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
