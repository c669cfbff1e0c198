"""A plan: arms with their settings and ablations, seeds, length and measures; and what makes a run the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from workbench import resources
from workbench.config import Config, config_of
from workbench.engine.fetch import model_folder
from workbench.errors import BadInput
from workbench.files import read_text, what_was_wrong
from workbench.memory.state import MemoryState
from workbench.methods import Method, method_named
from workbench.methods.memory_use import read_levels, read_shuffled
from workbench.methods.method import RoundContext
from workbench.methods.pmd import PMD, Pmd, PmdSettings
from workbench.problems.splits import FOLDER as SPLITS
from workbench.prompts import TEXT_HASH
from workbench.types import Diagnosis, Group, Judgement, Level, StepVerdict, Verdict, content_id
from workbench.verification import Verifier


def by_outcome(group: Group) -> Group:
    """Return the group with what its final answers tell: all steps of a right solution pass, no other is decided."""

    def forget(verdict: Verdict) -> Verdict:
        told = (
            (Judgement.CORRECT, Diagnosis.VALID)
            if verdict.answer_correct
            else (Judgement.UNKNOWN, Diagnosis.UNDECIDED)
        )
        return replace(verdict, steps=tuple(StepVerdict(step.text, *told) for step in verdict.steps))

    return replace(group, members=tuple(replace(m, verdict=forget(m.verdict)) for m in group.members))


def forgotten(memory: MemoryState) -> MemoryState:
    """Return memory without its items: each round writes its own."""
    return replace(memory, items={})


def first_pass(context: RoundContext[PmdSettings]) -> bool:
    """Return whether the round is in the first pass over the problems."""
    return context.round < context.epoch_rounds


INSIGHTS = (Level.STRATEGY, Level.LESSON)

ABLATIONS: Mapping[str, Pmd] = MappingProxyType(
    {
        # Neither memory nor the teacher reads what the verifier says of steps.
        "outcome_credit": replace(PMD, see=by_outcome),
        "transient": replace(PMD, keep=forgotten),
        "frozen": replace(PMD, writes=first_pass),
        "shuffled": replace(PMD, read=read_shuffled),
        "without_experience": replace(PMD, read=read_levels(*INSIGHTS, Level.PATTERN)),
        "without_insight": replace(PMD, read=read_levels(Level.EXPERIENCE, Level.PATTERN)),
        "without_pattern": replace(PMD, read=read_levels(Level.EXPERIENCE, *INSIGHTS)),
    }
)


# A plan: which arms with which settings, over which seeds, for how long, and what is measured.


FOLDER = resources.PLANS
OUTSIDE = "outside"
ABLATION = "ablation"
BASE = "base"
"""The arm of the model before any training; every plan has it."""


class PlanPart(BaseModel):
    """What all parts of a plan share: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Draw(PlanPart):
    """So many problems of a split, spread over the whole, and so many samples of each at temperature 1."""

    problems: int = Field(gt=0)
    difficulty: int | None = Field(default=None, ge=0)
    """Only problems of this difficulty; null for all."""
    samples: int = Field(default=4, gt=0)


class Final(PlanPart):
    """What is measured once, at the end of a run. What is left out is not measured."""

    splits: dict[str, Draw] = {}
    """By the split's name."""
    greedy: bool = True
    """Whether a greedy sample of each problem is taken beside."""
    many: Draw | None = None
    """On `test`, for pass@k and maj@k."""
    with_memory: Draw | None = None
    """On `test`, once more with memory in the prompt, if the run has memory."""
    chosen: Draw | None = None
    """On `test`, the policy with the best evaluation on `dev`."""
    kept_solutions: int = Field(default=25, ge=0)
    """Right solutions of `test` that are kept as text, for reading."""


class Measures(PlanPart):
    """Everything that is measured of one run."""

    every: int = Field(gt=0)
    """Rounds between evaluations."""
    dev: Draw
    final: Final = Final()
    seed: int = Field(default=0, ge=0)
    """Of the sampling: the same for all runs, so that all meet the same chances."""


class Plan(PlanPart):
    """Arms by seeds, with the same budget and the same measures."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    about: str = ""
    """A sentence for people."""
    rounds: int = Field(gt=0)
    seeds: tuple[int, ...] = Field(min_length=1)
    ours: str = "pmd"
    """The arm that the others are compared with."""
    target: str | None = "grpo"
    """The arm whose plateau on `dev` is the target."""
    settings: dict[str, Any] = {}
    """Of all arms, dotted."""
    arms: dict[str, dict[str, Any]] = Field(min_length=1)
    """What each arm sets otherwise, dotted; `outside: trl` for one that TRL trains, not the loop, and
    `ablation: NAME` for PMD with one of its parts replaced."""
    grid: dict[str, list[Any]] = {}
    """Values to try for every arm: each arm is multiplied by all combinations."""
    measures: Measures
    report: str | None = None
    """Name of the report's files; `compare-NAME` if left out."""

    @field_validator("arms")
    @classmethod
    def _known_trainers(cls, arms: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, own in arms.items():
            if own.get(OUTSIDE, "trl") != "trl":
                raise ValueError(f"{name}: outside is {own[OUTSIDE]!r}, and only trl is known")
            if ABLATION in own and own[ABLATION] not in ABLATIONS:
                known = ", ".join(ABLATIONS)
                raise ValueError(f"{name}: there is no ablation {own[ABLATION]!r}; there are {known}")
        return arms


class PlannedRun(PlanPart):
    """One run of a plan."""

    plan: str
    arm: str
    seed: int
    config: Config
    measures: Measures
    outside: Literal["trl"] | None = None
    """Who trains it, if it is not the loop."""
    ablation: str | None = None
    """Which part of PMD is replaced, if one is."""

    @property
    def method(self) -> Method[Any]:
        """The training method, ablated or as it is."""
        if self.ablation is not None:
            return ABLATIONS[self.ablation]
        found = method_named(self.config.method.name)
        assert found is not None, "the configuration has checked the name"
        return found

    @property
    def trained(self) -> bool:
        """False for the arm that measures the untrained model."""
        return self.arm != BASE

    @property
    def kind(self) -> str:
        """The plan and the arm: what runs of several seeds share."""
        return f"{self.plan} {self.arm}"


def shipped() -> list[str]:
    """Names of the plans that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_plan(place: str) -> Plan:
    """A shipped plan by name, or one from a YAML file. Raises `BadInput` that says what is wrong in it."""
    path = FOLDER / f"{place}.yaml" if place in shipped() else Path(place)
    if not path.suffix:
        raise BadInput(f"There is no plan {place!r}; the shipped ones are {', '.join(shipped())}.")
    try:
        values = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not valid YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise BadInput(f"{path}: a plan is a mapping with `rounds`, `seeds`, `arms` and `measures`.")
    try:
        return Plan.model_validate({"name": path.stem, **values})
    except ValidationError as error:
        raise BadInput(f"{path}: {what_was_wrong(error)}.") from error


def narrowed(
    plan: Plan,
    rounds: int | None = None,
    seeds: Sequence[int] | None = None,
    arms: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Plan:
    """The plan with another budget, fewer arms or other settings of all arms. Raises `BadInput` for unknown arms."""
    changed: dict[str, Any] = {"settings": {**plan.settings, **(settings or {})}}
    if rounds is not None:
        changed["rounds"] = rounds
    if seeds:
        changed["seeds"] = tuple(dict.fromkeys(seeds))
    if arms:
        odd = [arm for arm in arms if arm not in plan.arms]
        if odd:
            raise BadInput(f"The plan {plan.name!r} has no arm {odd[0]!r}; it has {', '.join(plan.arms)}.")
        changed["arms"] = {arm: plan.arms[arm] for arm in arms}
    return plan.model_copy(update=changed)


def arms_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Every arm with its settings, the grid multiplied out."""
    if not plan.grid:
        return {name: {**plan.settings, **own} for name, own in plan.arms.items()}
    found = {}
    for (name, own), values in product(plan.arms.items(), product(*plan.grid.values())):
        point = dict(zip(plan.grid, values, strict=True))
        label = " ".join([name, *(f"{key.rpartition('.')[2]}={value}" for key, value in point.items())])
        found[label] = {**plan.settings, **point, **own}
    return found


def trials(plan: Plan) -> list[PlannedRun]:
    """Every run of the plan: the untrained model first, then seed by seed, so that an early end compares all arms."""
    found = [PlannedRun(plan=plan.name, arm=BASE, seed=0, config=_base(plan), measures=plan.measures)]
    arms = arms_of(plan)
    for seed in plan.seeds:
        for name, settings in arms.items():
            own = {key: value for key, value in settings.items() if key not in (OUTSIDE, ABLATION)}
            config = _config(plan, name, {**own, "training.seed": seed})
            if ABLATION in settings and config.method.name != PMD.name:
                raise BadInput(f"Plan {plan.name}, arm {name}: {config.method.name} has no ablations, pmd has.")
            found.append(
                PlannedRun(
                    plan=plan.name,
                    arm=name,
                    seed=seed,
                    config=config,
                    measures=plan.measures,
                    outside=settings.get(OUTSIDE),
                    ablation=settings.get(ABLATION),
                )
            )
    return found


def _config(plan: Plan, arm: str, settings: Mapping[str, Any]) -> Config:
    every = plan.measures.every
    budget = {"training.rounds": plan.rounds, "training.minutes": None, "evaluation.every": every}
    usual = {"checkpoint.every": every}
    return config_of({**usual, **settings, **budget}, f"plan {plan.name}, arm {arm}")


def _base(plan: Plan) -> Config:
    """The settings that the untrained model depends on: which model, and how long its solutions may be."""
    wanted = {k: v for k, v in plan.settings.items() if k.startswith(("model.", "sampling.", "preset"))}
    return config_of({**wanted, "training.rounds": 1}, f"plan {plan.name}, arm {BASE}")


# What makes a run the same run: its settings, measures, model, problems, texts and verifier.


_MODEL_FILES = ("*.safetensors", "config.json", "tokenizer.json", "chat_template.jinja")
_CODE = ("memory", "methods", "engine", "training")


def settings_key(trial: PlannedRun) -> str:
    """Sixteen hex digits of what the plan asks for, whatever the versions. The number of threads does not count."""
    config = trial.config.model_dump(exclude={"preset": True, "training": {"threads"}, "checkpoint": True})
    who = {OUTSIDE: trial.outside, ABLATION: trial.ablation}
    return content_id(config, trial.measures.model_dump(), trial.trained, who)


def versions(trial: PlannedRun) -> dict[str, str]:
    """What else decides the outcome, by name."""
    return {
        "model": model_hash(model_folder(trial.config.model.path)),
        "problems": _problems_hash(trial.config.problems.path),
        "text": TEXT_HASH,
        "verifier": Verifier().version,
    }


def run_key(trial: PlannedRun) -> str:
    """The name of the run's JSON: the same for the same settings and versions."""
    return content_id(settings_key(trial), versions(trial))


def code_hash() -> str:
    """Of the code that trains. It is recorded and not part of the key: a comment changed makes no other run."""
    root = resources.PACKAGE
    files = sorted(file for room in _CODE for file in (root / room).rglob("*.py"))
    return _digest(tuple(files))


@lru_cache(maxsize=8)
def model_hash(folder: str) -> str:
    """Of a model's files; of its name for one on the hub."""
    files = tuple(sorted(file for pattern in _MODEL_FILES for file in Path(folder).glob(pattern)))
    return _digest(files) if files else content_id(folder)


@lru_cache(maxsize=8)
def _problems_hash(path: str | None) -> str:
    return _digest(tuple(sorted(SPLITS.glob("*.jsonl"))) if path is None else (Path(path),))


def _digest(files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
