"""How a policy solves while it reads its memory, as its teacher does in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.config import MemorySettings
from workbench.evaluation.evaluate import Evaluation, judge
from workbench.memory.retrieval import Recalled, library
from workbench.memory.state import MemoryState
from workbench.prompts import Help
from workbench.training.policy import Policy
from workbench.training.remembering import read_memory
from workbench.training.sampling import rollout_seed
from workbench.types import Level, Problem


def remembered(
    policy: Policy, problem: Problem, others: Sequence[Problem], memory: MemoryState, settings: MemorySettings
) -> Recalled:
    """What memory has for a problem, within the budget; problems are compared by their words.

    `others`: the problems that it was written from, and from which shuffled memory is taken.
    """
    known = library([problem, *others])
    return read_memory(problem, others, memory, settings, lambda text: len(policy.encode(text)), "reading", known)


def memory_help(recalled: Recalled) -> Help:
    """What was recalled as help: rules, strategies and lessons, and no critique."""
    return Help(recalled.texts(Level.PATTERN), recalled.texts(Level.STRATEGY), recalled.texts(Level.LESSON))


def evaluate_reading(
    policy: Policy,
    problems: Sequence[Problem],
    others: Sequence[Problem],
    memory: MemoryState,
    settings: MemorySettings,
    samples: int = 4,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Judge `samples` solutions of each problem by a policy that reads memory, with the chances of `evaluate`.

    `others`: the problems that memory was written from.
    """
    helps = [memory_help(remembered(policy, p, others, memory, settings)) for p in problems]
    prompts = [policy.problem_ids(p.text, help) for p, help in zip(problems, helps, strict=True)]
    seeds = [[rollout_seed("evaluate", seed, p.id, k) for k in range(samples)] for p in problems]
    return Evaluation(judge(policy, problems, prompts, seeds, progress=progress), ())
