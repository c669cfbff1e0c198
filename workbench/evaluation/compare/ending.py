"""What is measured when a run of a plan has ended, and how a policy solves while it reads its memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.config import MemorySettings
from workbench.engine.policy import load_policy
from workbench.engine.protocol import Engine, rollout_seed
from workbench.evaluation.compare.plan import Draw, PlannedRun
from workbench.evaluation.compare.record import Ending, count, count_many, first_errors, some_right
from workbench.evaluation.evaluate import Evaluation, evaluate, judge
from workbench.memory.retrieval import Recalled, library
from workbench.memory.state import MemoryState
from workbench.methods.memory_use import MemoryAccess, ReadMemory, read_memory
from workbench.methods.pmd import Pmd
from workbench.problems.splits import evenly, load_split, of_difficulty, practised
from workbench.prompts import Help
from workbench.training import checkpoint
from workbench.types import Group, Level, Problem
from workbench.verification import Verifier


def remembered(
    policy: Engine,
    problem: Problem,
    others: Sequence[Problem],
    memory: MemoryState,
    settings: MemorySettings,
    read: ReadMemory = read_memory,
) -> Recalled:
    """Return what memory has for a problem, within the budget; problems are compared by their words.

    `others`: the problems that it was written from, and from which shuffled memory is taken.
    """
    access = MemoryAccess.of(policy, settings, library([problem, *others]), others, "reading")
    return read(problem, memory, access)


def memory_help(recalled: Recalled) -> Help:
    """Return what was recalled as help: rules, strategies and lessons, and no critique."""
    return Help(recalled.texts(Level.PATTERN), recalled.texts(Level.STRATEGY), recalled.texts(Level.LESSON))


def evaluate_reading(
    policy: Engine,
    problems: Sequence[Problem],
    others: Sequence[Problem],
    memory: MemoryState,
    settings: MemorySettings,
    verifier: Verifier,
    samples: int = 4,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    read: ReadMemory = read_memory,
) -> Evaluation:
    """Judge `samples` solutions of each problem by a policy that reads memory, with the chances of `evaluate`.

    `others`: the problems that memory was written from.
    """
    helps = [memory_help(remembered(policy, p, others, memory, settings, read)) for p in problems]
    prompts = [policy.problem_ids(p.text, help) for p, help in zip(problems, helps, strict=True)]
    seeds = [[rollout_seed("evaluate", seed, p.id, k) for k in range(samples)] for p in problems]
    return Evaluation(judge(policy, problems, prompts, seeds, verifier, progress=progress), ())


# What is measured once, when a run has ended.


Tell = Callable[[Mapping[str, Any]], None]
"""Is told how far a run is."""
TEST = "test"


def measure_end(
    trial: PlannedRun,
    policy: Engine,
    memory: Path | None,
    best: int | None,
    best_folder: Path,
    verifier: Verifier,
    tell: Tell,
) -> Ending:
    """Measure everything that the plan wants at the end. `memory`: the checkpoint whose memory is read."""
    started, wanted, ending = time.perf_counter(), trial.measures.final, Ending()
    for name, draw in wanted.splits.items():
        tell({"measuring": name})
        problems = drawn(name, draw)
        groups = _sampled(trial, policy, problems, draw.samples, verifier)
        ending = replace(ending, splits={**ending.splits, name: count(groups, verifier)})
        if wanted.greedy:
            greedy = _greedy(trial, policy, problems, verifier)
            ending = replace(ending, greedy={**ending.greedy, name: count(greedy)})
        if name == TEST:
            kept = some_right(groups, wanted.kept_solutions, f"{trial.arm}/{trial.seed}")
            ending = replace(ending, malrules=first_errors(groups), solutions=kept)
    if wanted.many:
        tell({"measuring": "pass@k"})
        problems = drawn(TEST, wanted.many)
        ending = replace(ending, many=count_many(_sampled(trial, policy, problems, wanted.many.samples, verifier)))
    if wanted.with_memory and memory is not None and trial.method.remembers:
        tell({"measuring": "memory in the prompt"})
        ending = _beside_memory(trial, policy, memory, wanted.with_memory, verifier, ending)
    if wanted.chosen and best is not None and trial.trained:
        tell({"measuring": "the best on dev"})
        whole = trial.config.model.model_copy(update={"path": str(best_folder), "lora_rank": 0})
        chosen = load_policy(whole, trainable=True)
        groups = _sampled(trial, chosen, drawn(TEST, wanted.chosen), wanted.chosen.samples, verifier)
        ending = replace(ending, chosen=count(groups), chosen_round=best)
    return replace(ending, seconds=round(time.perf_counter() - started, 1))


def drawn(split: str, draw: Draw) -> list[Problem]:
    """Return the problems of a draw, spread over the split."""
    return evenly(of_difficulty(load_split(split), draw.difficulty, split), draw.problems)


def _sampled(
    trial: PlannedRun, policy: Engine, problems: Sequence[Problem], samples: int, verifier: Verifier
) -> Sequence[Group]:
    limit = trial.config.sampling.max_tokens
    return evaluate(policy, problems, verifier, samples, seed=trial.measures.seed, max_tokens=limit).groups


def _greedy(trial: PlannedRun, policy: Engine, problems: Sequence[Problem], verifier: Verifier) -> Sequence[Group]:
    prompts = [policy.problem_ids(p.text) for p in problems]
    return judge(policy, problems, prompts, [[0]] * len(problems), verifier, trial.config.sampling.max_tokens, 0.0)


def _beside_memory(
    trial: PlannedRun, policy: Engine, memory: Path, draw: Draw, verifier: Verifier, ending: Ending
) -> Ending:
    """The same problems and chances with memory in the prompt and without."""
    problems = drawn(TEST, draw)
    prompts = memory_prompts(trial, policy, memory, problems)
    seeds = [[rollout_seed("evaluate", trial.measures.seed, p.id, k) for k in range(draw.samples)] for p in problems]
    with_it = judge(policy, problems, prompts, seeds, verifier, trial.config.sampling.max_tokens)
    without = _sampled(trial, policy, problems, draw.samples, verifier)
    return replace(ending, with_memory=count(with_it), without_memory=count(without))


def memory_prompts(trial: PlannedRun, policy: Engine, memory: Path, problems: Sequence[Problem]) -> list[list[int]]:
    """Return each problem's prompt with what memory holds for it, as the teacher reads it but for the critique."""
    seen = practised(trial.config.problems.path, trial.config.problems.difficulty)
    state = checkpoint.read_memory(memory)
    known = library([*seen, *problems], policy.embed)
    access = MemoryAccess.of(policy, trial.config.memory, known, seen, "evaluate")
    read = trial.method.read if isinstance(trial.method, Pmd) else read_memory
    return [policy.problem_ids(p.text, memory_help(read(p, state, access))) for p in problems]
