"""Evaluating a policy on problems: sample, verify, measure. No memory is read: the weights hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.evaluation.metrics import (
    decided_share,
    pass_at_16,
    process_rate,
    right_for_wrong_reasons,
    solve_rate,
)
from workbench.training.policy import Policy
from workbench.training.rollouts import record
from workbench.training.sampling import rollout_seed, sample
from workbench.types import Estimate, Group, Judged, Problem
from workbench.verification import Verifier


@dataclass(frozen=True)
class Evaluation:
    """A policy's judged samples on some problems."""

    groups: tuple[Group, ...]
    """Samples at temperature 1."""
    greedy: tuple[Group, ...]
    """One greedy sample a problem; empty where not asked for."""

    def metrics(self) -> dict[str, Estimate]:
        """Every measure that these samples allow, by name."""
        found = {
            "solve_rate": solve_rate(self.groups),
            "process_rate": process_rate(self.groups),
            "right_for_wrong_reasons": right_for_wrong_reasons(self.groups),
            "decided_share": decided_share(self.groups),
        }
        if self.greedy:
            found["greedy"] = solve_rate(self.greedy)
        if min(len(g.members) for g in self.groups) >= 16:
            found["pass_at_16"] = pass_at_16(self.groups)
        return found


def evaluate(
    policy: Policy,
    problems: Sequence[Problem],
    samples: int = 4,
    greedy: bool = False,
    seed: int = 0,
    max_tokens: int = 160,
    verifier: Verifier | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Judge `samples` solutions of each problem at temperature 1, and a greedy one if asked.

    The samples depend on (seed, problem, index) alone, so that two policies meet the same chances.
    """
    prompts = [policy.problem_ids(p.text) for p in problems]
    seeds = [[rollout_seed("evaluate", seed, p.id, k) for k in range(samples)] for p in problems]
    judged = judge(policy, problems, prompts, seeds, max_tokens, 1.0, verifier, progress)
    best: tuple[Group, ...] = ()
    if greedy:
        best = judge(policy, problems, prompts, [[0]] * len(problems), max_tokens, 0.0, verifier, progress)
    return Evaluation(judged, best)


def judge(
    policy: Policy,
    problems: Sequence[Problem],
    prompts: Sequence[Sequence[int]],
    seeds: Sequence[Sequence[int]],
    max_tokens: int = 160,
    temperature: float = 1.0,
    verifier: Verifier | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Group, ...]:
    """Sample replies to prompts about problems and judge each in `answer` mode."""
    verifier = verifier or Verifier()
    sampled = sample(policy, prompts, seeds, max_tokens, temperature, progress=progress)
    groups = []
    for problem, made, own in zip(problems, sampled, seeds, strict=True):
        rollouts = [record(policy, problem, s, "evaluate", 0, k, own[k], policy.name) for k, s in enumerate(made)]
        # A policy often writes the same solution twice: one verdict serves both.
        verdicts = {text: verifier.verify(problem, text) for text in dict.fromkeys(r.text for r in rollouts)}
        groups.append(Group(problem, tuple(Judged(r, verdicts[r.text]) for r in rollouts)))
    return tuple(groups)


def by_problem(evaluation: Evaluation) -> Mapping[str, list[float]]:
    """The share solved of each problem's samples, for paired comparisons."""
    return {g.problem.id: [float(m.verdict.answer_correct) for m in g.members] for g in evaluation.groups}
