"""What a training run is to do: a new one from the options, or an old one as it was written down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.runs import CONFIG_FILE, RUNS, find_run, new_name, resolve_model, store_place
from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.verification import Verifier

LIMITS = ("training.minutes", "training.rounds")
"""The only settings that may change when a run goes on."""


@dataclass(frozen=True)
class Options:
    """What the caller asked for."""

    config: Path | None
    overrides: tuple[str, ...]
    """`section.key=value`, the other options among them."""
    run: str | None
    runs_folder: Path
    store: str | None
    verifier: str | None = None
    """A version's name; None for the one in use."""


@dataclass(frozen=True)
class RunPlan:
    """One run: its place and its configuration."""

    name: str
    folder: Path
    store: str
    config: Config
    resumed: bool
    extended: bool
    """Whether the caller set new limits for an old run."""
    go_on: str
    """The command that goes on with it."""
    verifier: Verifier
    """The version that judges its rollouts, from its first round to its last."""

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def model(self) -> Path:
        return self.folder / "model"


def overrides(settings: Sequence[str], **options: object) -> tuple[str, ...]:
    """`--set` settings and then the options that are short for one; `training__seed=3` is `training.seed`."""
    # JSON is YAML: a file called "null" or "1e5" stays a name.
    given = {key.replace("__", "."): value for key, value in options.items() if value is not None}
    return (*settings, *(f"{key}={json.dumps(value)}" for key, value in given.items()))


def plan_new(options: Options) -> RunPlan:
    """A run that does not exist yet. Raises `BadInput` for a bad setting or a name that is taken."""
    from workbench.config import load_config

    config = _resolved(load_config(options.config, options.overrides), options.runs_folder)
    name = new_name(options.run, config.method.name, options.runs_folder)
    return _plan(name, options.runs_folder / name, config, options, resumed=False)


def plan_resumed(options: Options) -> RunPlan:
    """An existing run, perhaps with other limits. Raises `BadInput` where the options contradict it."""
    from workbench.config import load_config

    folder = find_run(options.run or "latest", options.runs_folder, options.store)
    file = folder / CONFIG_FILE
    stored = load_config(file, stored=True)
    wanted = _resolved(
        load_config(options.config or file, options.overrides, stored=options.config is None), options.runs_folder
    )
    _require_same(folder.name, stored, wanted)
    limits = [text for text in options.overrides if text.partition("=")[0].strip() in LIMITS]
    named = {text.partition("=")[0].strip() for text in limits}
    lifted = [f"{key}=null" for key in LIMITS if limits and key not in named]
    config = load_config(file, [*limits, *lifted], stored=True)
    return _plan(folder.name, folder, config, options, resumed=True, extended=bool(limits))


def _plan(
    name: str, folder: Path, config: Config, options: Options, resumed: bool, extended: bool = False
) -> RunPlan:
    store = store_place(options.store, folder.parent)
    go_on = f"workbench train --resume --run {name}"
    if folder.parent != RUNS:
        go_on += f" --runs-folder {folder.parent}"
    if options.store is not None:
        go_on += f" --store {options.store}"
    verifier = _verifier(name, folder.parent, options, resumed)
    return RunPlan(name, folder, store, config, resumed, extended, go_on, verifier)


def _verifier(name: str, runs_folder: Path, options: Options, resumed: bool) -> Verifier:
    """The version asked for, or the one in use; an old run keeps its own. Raises `BadInput` for another."""
    from workbench.cli.verify import CHOSEN, verifier_named
    from workbench.store import Store

    place = store_place(options.store, runs_folder)
    if not resumed:
        return verifier_named(options.verifier or CHOSEN, options.store, runs_folder)
    with Store.open(place) as store:
        own = store.run_info(name).versions.get("verifier") if name in store.run_names() else None
    if own is None:
        return verifier_named(options.verifier, options.store, runs_folder)
    try:
        verifier = verifier_named(own, options.store, runs_folder)
    except BadInput as error:
        if options.verifier is not None:
            return verifier_named(options.verifier, options.store, runs_folder)
        raise BadInput(
            f"The run {name!r} was judged by the verifier {own}, which is not here any more; "
            "go on with another, such as --verifier builtin, or start a new run."
        ) from error
    if options.verifier is not None and verifier_named(options.verifier, options.store, runs_folder).version != own:
        raise BadInput(
            f"The run {name!r} is judged by the verifier {own}, not {options.verifier!r}; "
            "leave that out to go on with it, or start a new run."
        )
    return verifier


def _resolved(config: Config, runs_folder: Path) -> Config:
    """With the model's folder where a run was named."""
    path = resolve_model(config.model.path, runs_folder)
    return config.model_copy(update={"model": config.model.model_copy(update={"path": path})})


def _require_same(name: str, stored: Config, wanted: Config) -> None:
    old, new = _flat(stored), _flat(wanted)
    for key, value in new.items():
        if key not in LIMITS and old[key] != value:
            raise BadInput(
                f"The run {name!r} has {key} = {old[key]!r}, not {value!r}; "
                "leave that out to go on with it, or start a new run."
            )


def _flat(config: Config) -> dict[str, object]:
    sections = config.model_dump(exclude={"preset"})
    return {f"{name}.{key}": value for name, section in sections.items() for key, value in section.items()}
