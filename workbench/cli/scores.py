"""A policy before and after training, on the same problems with the same chances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.cli.render import interval_record
from workbench.cli.solve import measure
from workbench.config import Config
from workbench.engine.protocol import Engine
from workbench.evaluation.evaluate import by_problem
from workbench.evaluation.evaluate import evaluate as run_evaluation
from workbench.files import read_text, write_atomically
from workbench.problems.splits import evenly, load_split, practised
from workbench.statistics import paired_difference
from workbench.types import Estimate, Problem, from_json, to_json

FINAL_SPLITS = ("test", "numbers", "wording", "depth")
EVALUATION_SEED = 0
"""The same in all runs, so that runs of other training seeds meet the same chances too."""


@dataclass(frozen=True)
class Score:
    """A policy on one set of problems."""

    metrics: dict[str, Estimate]
    solved: dict[str, list[float]]
    """Of each problem's samples, by problem id."""


@dataclass(frozen=True)
class Scores:
    """A policy on several sets, by name."""

    sets: dict[str, Score]


@dataclass(frozen=True)
class Material:
    """What a run trains on and is measured on."""

    train: Sequence[Problem]
    dev: Sequence[Problem]
    final: Mapping[str, Sequence[Problem]]
    title: str


def read_material(config: Config) -> Material:
    """The problems of a run. Raises `BadInput` for a file that cannot be used, or has no answers."""
    settings, own = config.evaluation, practised(config.problems.path, config.problems.difficulty)
    if config.problems.path is None:
        final = {name: evenly(load_split(name), settings.final_problems) for name in FINAL_SPLITS}
        title = "Held-out problems, before and after, in per cent [95 %]"
        return Material(own, evenly(load_split("dev"), settings.problems), final, title)
    path = Path(config.problems.path)
    title = f"A sample of {path.name} itself, which was trained on: before and after, in per cent [95 %]"
    return Material(own, evenly(own, settings.problems), {path.stem: evenly(own, settings.final_problems)}, title)


def measure_sets(policy: Engine, material: Material, config: Config, when: str, cache: Path) -> Scores:
    """A policy's scores on all final sets; those that `cache` holds are not measured again."""
    scores = from_json(Scores, read_text(cache)) if cache.is_file() else Scores({})
    for name, problems in material.final.items():
        if name in scores.sets:
            continue
        what = f"{when} training: {len(problems)} problems of {name}"
        samples, limit = config.evaluation.samples, config.sampling.max_tokens
        found = measure(policy, problems, what, samples, limit, EVALUATION_SEED)
        solved = {key: list(values) for key, values in by_problem(found).items()}
        scores = Scores({**scores.sets, name: Score(found.metrics(), solved)})
        write_atomically(cache, to_json(scores) + "\n")
    return scores


def dev_check(material: Material, config: Config) -> Callable[[Engine, int], dict[str, Estimate]]:
    """What the loop calls now and then to see how the policy does."""

    def check(policy: Engine, round: int) -> dict[str, Estimate]:
        samples, limit = config.evaluation.samples, config.sampling.max_tokens
        return run_evaluation(policy, material.dev, samples, seed=EVALUATION_SEED, max_tokens=limit).metrics()

    return check


def compare(before: Scores, after: Scores) -> dict[str, dict[str, Any]]:
    """Solve rate with its gain, and process rate, by set, for machines and for the table."""
    table = {}
    for name, old in before.sets.items():
        new = after.sets[name]
        rates = {
            rate: {
                "before": interval_record(old.metrics[rate]),
                "after": interval_record(new.metrics[rate]),
            }
            for rate in ("solve_rate", "process_rate")
        }
        rates["solve_rate"]["gain"] = interval_record(paired_difference(old.solved, new.solved))
        table[name] = {"n": len(old.solved), **rates}
    return table
