"""The measures of a policy from judged rollouts, each a fraction with its 95 % interval over problems.

`MEASURES` is the table of them: a further measure is a function and one line there, and `evaluate`, the evaluations
inside a run and `workbench evaluate` have it. All but `decided_share` raise `BadInput` for verdicts made without the
known answer. Groups of the same problem, as from several rounds, are joined.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench import resources
from workbench.engine.protocol import Engine, rollout_seed
from workbench.errors import BadInput
from workbench.files import read_text
from workbench.statistics import mean_interval, pass_at_k
from workbench.training.rollouts import record
from workbench.types import Estimate, Group, Judged, Problem, Verdict
from workbench.verification import Verifier

MANY = 16
"""Samples of each problem that pass@16 needs."""


def solve_rate(groups: Iterable[Group]) -> Estimate:
    """Return the share of problems whose final answer is right: mean over each problem's samples, then over problems.

    Samples at T = 1 give the solve rate, one greedy sample a problem the greedy solve rate. An answer that
    could not be decided is not right.
    """
    return _share(groups, lambda verdict: verdict.answer_correct)


def process_rate(groups: Iterable[Group]) -> Estimate:
    """Return the share of solutions with the right answer and no step incorrect; read it beside `decided_share`."""
    return _share(groups, lambda verdict: verdict.process_correct)


def decided_share(groups: Iterable[Group]) -> Estimate:
    """Return the share of solutions in which every step was decided, that is judged correct or incorrect."""
    return _share(groups, lambda verdict: verdict.all_decided, needs_answer=False)


def right_for_wrong_reasons(groups: Iterable[Group]) -> Estimate:
    """Return the share of solutions with the right answer and some step incorrect: `solve_rate` - `process_rate`."""
    return _share(groups, lambda verdict: verdict.right_for_wrong_reasons)


def pass_at_16(groups: Iterable[Group]) -> Estimate:
    """Return the chance that one of 16 samples has the right answer: unbiased estimator, mean over problems.

    Raise `BadInput` if a problem has fewer than 16 samples.
    """
    solved = values_by_problem(groups, lambda verdict: verdict.answer_correct, needs_answer=True)
    for problem, values in solved.items():
        if len(values) < MANY:
            raise BadInput(f"Problem {problem!r} has {len(values)} samples; pass@16 needs at least {MANY}.")
    chances = {problem: [pass_at_k(len(v), int(sum(v)), MANY)] for problem, v in solved.items()}
    return mean_interval(chances)


def values_by_problem(
    groups: Iterable[Group], measure: Callable[[Verdict], float], needs_answer: bool
) -> dict[str, list[float]]:
    """Return a measure of each sample's verdict by problem id, as the intervals take it."""
    values: dict[str, list[float]] = {}
    for group in groups:
        measured = values.setdefault(group.problem.id, [])
        for member in group.members:
            if needs_answer:
                _require_answer(member)
            measured.append(float(measure(member.verdict)))
    return values


def _share(groups: Iterable[Group], measure: Callable[[Verdict], bool], needs_answer: bool = True) -> Estimate:
    return mean_interval(values_by_problem(groups, measure, needs_answer))


def _require_answer(member: Judged) -> None:
    """A verdict of `free` mode says nothing of the answer; counting it as wrong would be a false figure."""
    if member.verdict.answer_judgement is None:
        raise BadInput(
            f"The verdict on rollout {member.rollout.id!r} was made without the known answer; "
            "verify it with knowledge 'answer'."
        )


# Evaluating a policy on problems: sample, verify, measure. No memory is read: the weights hold it.


@dataclass(frozen=True)
class Evaluation:
    """A policy's judged samples on some problems."""

    groups: tuple[Group, ...]
    """Samples at temperature 1."""
    greedy: tuple[Group, ...]
    """One greedy sample a problem; empty where not asked for."""

    def metrics(self) -> dict[str, Estimate]:
        """Return every measure that these samples allow, by name, in the order of `MEASURES`."""
        found = {name: measure(self) for name, measure in MEASURES.items()}
        return {name: estimate for name, estimate in found.items() if estimate is not None}


Measure = Callable[[Evaluation], Estimate | None]
"""None where the samples do not allow it."""
MEASURES: Mapping[str, Measure] = {
    "solve_rate": lambda found: solve_rate(found.groups),
    "greedy": lambda found: solve_rate(found.greedy) if found.greedy else None,
    "process_rate": lambda found: process_rate(found.groups),
    "right_for_wrong_reasons": lambda found: right_for_wrong_reasons(found.groups),
    "decided_share": lambda found: decided_share(found.groups),
    "pass_at_16": lambda found: (
        pass_at_16(found.groups) if min(len(g.members) for g in found.groups) >= MANY else None
    ),
}
"""Every measure of an evaluation, in the order in which people are shown them."""


def evaluate(
    policy: Engine,
    problems: Sequence[Problem],
    verifier: Verifier,
    samples: int = 4,
    greedy: bool = False,
    seed: int = 0,
    max_tokens: int = 160,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Judge `samples` solutions of each problem at temperature 1, and a greedy one if asked.

    The samples depend on (seed, problem, index) alone, so that two policies meet the same chances.
    """
    prompts = [policy.problem_ids(p.text) for p in problems]
    seeds = [[rollout_seed("evaluate", seed, p.id, k) for k in range(samples)] for p in problems]
    judged = judge(policy, problems, prompts, seeds, verifier, max_tokens, 1.0, progress)
    best: tuple[Group, ...] = ()
    if greedy:
        best = judge(policy, problems, prompts, [[0]] * len(problems), verifier, max_tokens, 0.0, progress)
    return Evaluation(judged, best)


def judge(
    policy: Engine,
    problems: Sequence[Problem],
    prompts: Sequence[Sequence[int]],
    seeds: Sequence[Sequence[int]],
    verifier: Verifier,
    max_tokens: int = 160,
    temperature: float = 1.0,
    progress: Callable[[int], None] | None = None,
) -> tuple[Group, ...]:
    """Sample replies to prompts about problems and judge each in `answer` mode."""
    sampled = policy.sample(prompts, seeds, max_tokens, temperature, progress)
    groups = []
    for problem, made, own in zip(problems, sampled, seeds, strict=True):
        rollouts = [record(policy, problem, s, "evaluate", 0, k, own[k], policy.name) for k, s in enumerate(made)]
        # A policy often writes the same solution twice: one verdict serves both.
        verdicts = {text: verifier.verify(problem, text) for text in dict.fromkeys(r.text for r in rollouts)}
        groups.append(Group(problem, tuple(Judged(r, verdicts[r.text]) for r in rollouts)))
    return tuple(groups)


def by_problem(evaluation: Evaluation) -> Mapping[str, list[float]]:
    """Return the share solved of each problem's samples, for paired comparisons."""
    return {g.problem.id: [float(m.verdict.answer_correct) for m in g.members] for g in evaluation.groups}


# The measurements that ship with the project: JSON files, each with the command, commit and machine it came from.


FOLDER = resources.RESULTS


def read_result(name: str) -> Mapping[str, Any]:
    """Return a committed result by its file's name. Raise `BadInput` with the names there are."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.json"))) or "none; run from a checkout of the project"
        raise BadInput(f"There is no result {name!r} in {FOLDER}; there are {known}.")
    found: Mapping[str, Any] = json.loads(read_text(path))
    return found


def interval(figure: Mapping[str, float]) -> Estimate:
    """Return a figure of a result as a record."""
    return Estimate(figure["value"], figure["low"], figure["high"])


def by_split(result: Mapping[str, Any]) -> dict[str, Estimate]:
    """Return the gain in solve rate of a training run's result on each split."""
    return {split: interval(found["solve_rate"]["gain"]) for split, found in result["splits"].items()}
