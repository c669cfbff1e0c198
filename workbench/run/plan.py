"""What a run is to do and where it lies: name, folder, store, settings, problems, verifier. Needs no torch."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.store import Store
    from workbench.types import Problem
    from workbench.verification import Verifier

RUNS = Path("runs")
STORE_FILE, CONFIG_FILE, PROBLEMS_FILE = "workbench.db", "config.yaml", "problems.jsonl"
LATEST = "latest"
BUILTIN, IN_USE = "builtin", "chosen"
"""Names for the verifier that no label has changed, and for the version that is in use."""
LIMITS = ("training.minutes", "training.rounds")
"""The only settings that may change when a run is resumed."""
FINAL_SPLITS = ("test", "numbers", "wording", "depth")
ROOM = 64 << 20
"""Bytes for the store and the logs."""
COPIES = 16
"""Of the weights: policy, average, teacher and two moments in three checkpoints at most, and the trained model."""


# Runs by name, path or `latest`: where they lie and what they are called.


def store_place(store: str | None, runs_folder: Path) -> str:
    """Return the store that was named, or the one that lies among the runs."""
    return store if store is not None else str(runs_folder / STORE_FILE)


def new_name(wanted: str | None, method: str, runs_folder: Path) -> str:
    """Return a name for a new run: the wanted one, or method and time. Raises `BadInput` if it is taken."""
    from workbench.store.runfile import NAME

    if wanted is None:
        base = f"{method}-{datetime.now():%Y%m%d-%H%M%S}"
        taken = (n for n in range(2, 1000) if not (runs_folder / f"{base}-{n}").exists())
        return base if not (runs_folder / base).exists() else f"{base}-{next(taken)}"
    if wanted == LATEST or not NAME.fullmatch(wanted):
        raise BadInput(f"{wanted!r} cannot name a run; use letters, digits, '.', '_' and '-'.")
    if (runs_folder / wanted).exists():
        raise BadInput(f"There is a run {wanted!r} in {runs_folder}; resume it or choose another name.")
    return wanted


def find_run(run: str, runs_folder: Path, store: str | None = None) -> Path:
    """Return the folder of a run given by name, path or `latest`. Raises `BadInput` with the nearest name."""
    if (Path(run) / CONFIG_FILE).is_file():
        return Path(run)
    names = _names(runs_folder, store)
    if run == LATEST:
        if not names:
            raise BadInput(f"There are no runs in {runs_folder}; start one with 'workbench train'.")
        return runs_folder / names[-1]
    if run in names:
        return runs_folder / run
    near = get_close_matches(run, names, n=1, cutoff=0)
    hint = f"the nearest is {near[0]!r}" if near else "there are none yet, start one with 'workbench train'"
    raise BadInput(f"There is no run {run!r} in {runs_folder}; {hint}.")


def run_in_store(run: str, store: Store) -> str:
    """Return the name of a run given by name, folder or `latest`. Raises `BadInput` with the nearest name."""
    if run == LATEST:
        latest = store.runs.latest()
        if latest is None:
            raise BadInput(f"There are no runs in {store.path}; start one with 'workbench train'.")
        return latest
    name = Path(run).name if run not in store.runs.names() and Path(run).is_dir() else run
    return store.runs.info(name).name


def _names(runs_folder: Path, store: str | None) -> list[str]:
    """Names of the runs that have a folder, oldest first: by the store, or without one by the clock."""
    from workbench.store import Store
    from workbench.store.connection import store_path

    configs = sorted(runs_folder.glob(f"*/{CONFIG_FILE}"), key=lambda path: path.stat().st_mtime)
    names = [path.parent.name for path in configs]
    place = store_place(store, runs_folder)
    if not store_path(place).exists():
        return names
    with Store.open(place) as opened:
        order = opened.runs.names()
    return sorted(names, key=lambda name: order.index(name) if name in order else -1)


def resolve_model(name: str | None, runs_folder: Path = RUNS) -> str | None:
    """Return what the library calls a model named as a run, `latest`, a folder, a hub id or not at all."""
    from workbench.engine.fetch import SMOLLM2

    if name is None or name == SMOLLM2:
        return name
    folder = Path(name).expanduser()
    if (folder / "config.json").is_file():
        return name
    is_run = name == LATEST or (folder / CONFIG_FILE).is_file()
    if not is_run and not (runs_folder / name / CONFIG_FILE).is_file():
        # A mistyped run must not be asked for on the network: a hub id is org/name here.
        if name.strip() and "/" not in name and not folder.exists():
            raise BadInput(f"There is no run or folder {name!r}; a model on the hub is named org/name.")
        return name
    run = find_run(name, runs_folder)
    if not (run / "model" / "config.json").is_file():
        raise BadInput(
            f"The run {run.name!r} has no trained model yet; "
            f"train it to its end with: {_resume_command(run.name, run.parent, None)}"
        )
    return str(run / "model")


# The verifier: a value that is handed down from here to all that judges.


def verifier_named(version: str, store: str | Path) -> Verifier:
    """Return a version of the verifier: `builtin`, `chosen` (the one in use beside `store`), a hash or a file.

    Raises `BadInput` with the versions that exist, or where it was made for an older builtin verifier.
    """
    from workbench.domains import DOMAINS
    from workbench.verification import Verifier

    verifier = next((v for v in map(Verifier, DOMAINS) if v.version == version), Verifier())
    file = _store_file(store)
    if version in (BUILTIN, verifier.version) or (version == IN_USE and not file.absolute().parent.is_dir()):
        return verifier  # without a store there is no other version, and nothing more to import
    from workbench.labeling.versions import chosen, load, versions_folder

    folder = versions_folder(file)
    name = chosen(folder) if version == IN_USE else version
    if name in (BUILTIN, verifier.version):
        return verifier
    from workbench.labeling.refined import refined

    return refined(load(folder, name), verifier)


def _store_file(store: str | Path) -> Path:
    """The store's file. For a plain path without loading SQLAlchemy: one step is judged in half a second."""
    if "://" not in str(store):
        return Path(store)
    from workbench.store.connection import store_path

    return store_path(store)


# What a run trains on and is measured on.


@dataclass(frozen=True)
class Material:
    """The problems of a run."""

    train: Sequence[Problem]
    dev: Sequence[Problem] = ()
    """Evaluated now and then during the training."""
    final: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    """Measured before and after the training, by the name of the set."""
    title: str = ""
    """What the table of the measures says above itself."""


def read_material(config: Config, problems: Sequence[Problem] | None = None) -> Material:
    """Return the problems that the settings name, or those given, which are then their own measure.

    Raises `BadInput` for a file that cannot be used, or has no answers.
    """
    from workbench.problems.splits import evenly, load_split, of_difficulty, practised

    settings, path, difficulty = config.evaluation, config.problems.path, config.problems.difficulty
    if problems is not None:
        own = of_difficulty(problems, difficulty, "The list of problems")
    else:
        own = practised(path, difficulty)
    if path is None and problems is None:
        final = {name: evenly(load_split(name), settings.final_problems) for name in FINAL_SPLITS}
        title = "Held-out problems, before and after, in per cent [95 %]"
        return Material(own, evenly(load_split("dev"), settings.problems), final, title)
    name = Path(path or PROBLEMS_FILE)
    title = f"A sample of {name.name} itself, which was trained on: before and after, in per cent [95 %]"
    return Material(own, evenly(own, settings.problems), {name.stem: evenly(own, settings.final_problems)}, title)


# The plan of one run.


@dataclass(frozen=True)
class RunPlan:
    """One run: where it lies and what it does. `Run` carries it out."""

    name: str
    folder: Path
    store: str
    """A path or a `sqlite:///` URL."""
    config: Config
    material: Material
    verifier: Verifier
    """The version that judges all its rollouts and evaluations, from the first round to the last."""
    resumed: bool = False
    resume: str | None = None
    """The command that resumes it; None where no command can."""
    given_problems: bool = False
    """Whether the problems came as a list: they are then written into the folder, where the settings name them."""

    @property
    def method(self) -> str:
        return self.config.method.name

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def model(self) -> Path:
        return self.folder / "model"


def plan_new(
    config: Config,
    *,
    name: str | None = None,
    runs_folder: Path = RUNS,
    store: str | None = None,
    verifier: Verifier | None = None,
    problems: Sequence[Problem] | None = None,
) -> RunPlan:
    """Plan a run that does not exist yet; nothing but the runs folder and the store is made.

    `verifier`: the one in use beside the store if left out. `problems`: a list instead of the settings' file. Raises
    `BadInput` for a name that is taken, and `StorageError` for a disk that has no room.
    """
    config = _with_model(config, runs_folder)
    name = new_name(name, config.method.name, runs_folder)
    folder, place = runs_folder / name, store_place(store, runs_folder)
    material = read_material(config, problems)
    if problems is not None:
        path = str((folder / PROBLEMS_FILE).absolute())
        config = config.model_copy(update={"problems": config.problems.model_copy(update={"path": path})})
    from workbench.domains import common_domain

    judge = verifier or verifier_named(IN_USE, place).for_domain(common_domain(material.train))
    resume = _resume_command(name, runs_folder, store)
    plan = RunPlan(name, folder, place, config, material, judge, False, resume, problems is not None)
    _require_room(plan)
    if _status(plan) is not None or plan.checkpoints.exists():
        raise BadInput(f"{place} has a run {name!r}; resume it or choose another name.")
    return plan


def plan_resumed(
    run: str = LATEST,
    *,
    runs_folder: Path = RUNS,
    store: str | None = None,
    config: Path | None = None,
    overrides: Sequence[str] = (),
    verifier: Verifier | None = None,
) -> RunPlan:
    """Plan to resume a run, perhaps with other limits.

    `overrides` are `section.key=value`. Raises `BadInput` where they, the file `config` or the verifier contradict
    what the run was started with, and where the run is finished and no limit is raised.
    """
    from workbench.config import load_config

    folder = find_run(run, runs_folder, store)
    file, place = folder / CONFIG_FILE, store_place(store, folder.parent)
    wanted = _with_model(load_config(config or file, overrides, stored=config is None), runs_folder)
    _require_same(folder.name, load_config(file, stored=True), wanted)
    limits = [text for text in overrides if _key(text) in LIMITS]
    # A new limit stands alone: rounds given now lift the minutes of the start, and the other way round.
    lifted = [f"{key}=null" for key in LIMITS if limits and key not in map(_key, limits)]
    settings = load_config(file, [*limits, *lifted], stored=True)
    judge = _own_verifier(folder.name, place, verifier)
    resume = _resume_command(folder.name, folder.parent, store)
    plan = RunPlan(folder.name, folder, place, settings, read_material(settings), judge, True, resume)
    _require_room(plan)
    status = _status(plan)
    # A kill may come between a run's folder and its first row: a run without checkpoints just starts.
    if status is None and plan.checkpoints.exists():
        raise BadInput(f"{place} has no run {plan.name!r}; give the --store it was made with.")
    if status == "finished" and not limits:
        raise BadInput(f"The run {plan.name!r} is finished; give larger --minutes or --rounds to train on.")
    return plan


def _status(plan: RunPlan) -> str | None:
    """The run's status in the store; None where the store does not have it."""
    from workbench.store import Store

    with Store.open(plan.store) as store:
        return store.runs.info(plan.name).status if plan.name in store.runs.names() else None


def _require_room(plan: RunPlan) -> None:
    """Raise where the model is missing, or the disk will not take the run."""
    from workbench.engine.fetch import model_folder
    from workbench.files import free_space_check, require_writable

    weights = sum(file.stat().st_size for file in Path(model_folder(plan.config.model.path)).glob("*.safetensors"))
    copies = 1 if plan.config.model.lora_rank else COPIES
    require_writable(plan.folder if plan.resumed else plan.folder.parent)
    free_space_check(plan.folder.parent, ROOM + (0 if plan.resumed else copies * weights))


def _resume_command(name: str, runs_folder: Path, store: str | None) -> str:
    words = ["workbench", "train", "--resume", "--run", name]
    words += ["--runs-folder", str(runs_folder)] if runs_folder != RUNS else []
    words += ["--store", store] if store is not None else []
    return shlex.join(words)


def _own_verifier(run: str, place: str, wanted: Verifier | None) -> Verifier:
    """The verifier that judged a run so far. Raises `BadInput` if another one is wanted."""
    from workbench.store import Store

    with Store.open(place) as store:
        own = store.runs.info(run).versions.get("verifier") if run in store.runs.names() else None
    if own is None:
        return wanted or verifier_named(BUILTIN, place)
    try:
        verifier = verifier_named(own, place)
    except BadInput as error:
        if wanted is not None:
            return wanted
        raise BadInput(
            f"The run {run!r} was judged by the verifier {own}, which is not here any more; "
            "resume with another, such as --verifier builtin, or start a new run."
        ) from error
    if wanted is not None and wanted.version != own:
        raise BadInput(
            f"The run {run!r} is judged by the verifier {own}, not {wanted.version!r}; "
            "leave that out to resume it, or start a new run."
        )
    return verifier


def _with_model(config: Config, runs_folder: Path) -> Config:
    """The settings with the model's folder where a run was named."""
    path = resolve_model(config.model.path, runs_folder)
    return config.model_copy(update={"model": config.model.model_copy(update={"path": path})})


def _key(override: str) -> str:
    return override.partition("=")[0].strip()


def _require_same(name: str, stored: Config, wanted: Config) -> None:
    old, new = _flat(stored), _flat(wanted)
    for key, value in new.items():
        if key not in LIMITS and old.get(key) != value:
            raise BadInput(
                f"The run {name!r} has {key} = {old.get(key)!r}, not {value!r}; "
                "leave that out to resume it, or start a new run."
            )


def _flat(config: Config) -> dict[str, object]:
    sections = config.model_dump(exclude={"preset"})
    return {f"{name}.{key}": value for name, section in sections.items() for key, value in section.items()}
