"""A policy before and after training, on the same problems with the same chances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.engine.protocol import Engine
from workbench.evaluation.evaluate import by_problem, evaluate
from workbench.files import read_text, write_atomically
from workbench.run.plan import RunPlan
from workbench.statistics import paired_difference
from workbench.types import Estimate, from_json, to_json

EVALUATION_SEED = 0
"""The same in all runs, so that runs of other training seeds meet the same chances too."""
RATES = ("solve_rate", "process_rate")
"""The measures that the table of a run shows."""

Tell = Callable[[str, int, int], None]
"""Is told how far a long part is: what is being done, how much of it is done, and how much there is."""


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


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
    rounds: int = 0
    """Of training before it: after further rounds the policy is another one and is measured again."""


def measure_sets(
    plan: RunPlan, open_policy: Callable[[], Engine], when: str, rounds: int, cache: Path, tell: Tell = silent
) -> Scores:
    """Return a policy's scores on the final sets; those that `cache` holds for as many rounds are kept.

    The policy is opened only where something is left to be measured.
    """
    scores = from_json(Scores, read_text(cache)) if cache.is_file() else Scores({}, rounds)
    if scores.rounds != rounds:
        scores = Scores({}, rounds)
    left = {name: problems for name, problems in plan.material.final.items() if name not in scores.sets}
    policy = open_policy() if left else None
    for name, problems in left.items():
        assert policy is not None
        what = f"{when} training: {len(problems)} problems of {name}"
        counter = _Counter(what, len(problems) * plan.config.evaluation.samples, tell)
        found = evaluate(
            policy,
            problems,
            plan.verifier,
            plan.config.evaluation.samples,
            seed=EVALUATION_SEED,
            max_tokens=plan.config.sampling.max_tokens,
            progress=counter.add,
        )
        solved = {key: list(values) for key, values in by_problem(found).items()}
        scores = Scores({**scores.sets, name: Score(found.metrics(), solved)}, rounds)
        write_atomically(cache, to_json(scores) + "\n")
    return scores


class _Counter:
    """Sums up portions of work for `Tell`."""

    def __init__(self, what: str, total: int, tell: Tell) -> None:
        self.what, self.total, self.tell, self.done = what, total, tell, 0
        tell(what, 0, total)

    def add(self, portion: int) -> None:
        self.done += portion
        self.tell(self.what, self.done, self.total)


def dev_check(plan: RunPlan) -> Callable[[Engine, int], dict[str, Estimate]]:
    """Return what the loop calls now and then to see how the policy does on `dev`."""

    def check(policy: Engine, round: int) -> dict[str, Estimate]:
        samples, limit = plan.config.evaluation.samples, plan.config.sampling.max_tokens
        found = evaluate(policy, plan.material.dev, plan.verifier, samples, seed=EVALUATION_SEED, max_tokens=limit)
        return found.metrics()

    return check


def gains(before: Scores, after: Scores) -> dict[str, dict[str, Any]]:
    """Return the rates before and after and the gain of the solve rate, by set."""
    table = {}
    for name, old in before.sets.items():
        new = after.sets[name]
        rates = {rate: {"before": asdict(old.metrics[rate]), "after": asdict(new.metrics[rate])} for rate in RATES}
        rates["solve_rate"]["gain"] = asdict(paired_difference(old.solved, new.solved))
        table[name] = {"n": len(old.solved), **rates}
    return table
