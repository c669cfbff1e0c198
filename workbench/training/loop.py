"""The loop: sample, verify, teach, update, evaluate. A generator of rounds; to pause is not to ask for the next one.

What is taught is the method's business (`workbench.methods`); how it is learned is the engine's (`workbench.engine`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from workbench.config import Config
from workbench.engine.hardware import choose_threads, start_engine
from workbench.engine.learner import learner as learner_of
from workbench.engine.policy import load_policy
from workbench.engine.protocol import Engine, Learner
from workbench.errors import BadInput, WorkbenchError
from workbench.memory.reflection import ReflectionStats
from workbench.memory.retrieval import Library, library
from workbench.memory.state import MemoryState, visit
from workbench.methods import Method, RoundContext, Signals, method_named
from workbench.methods.method import health
from workbench.prompts import ANSWER
from workbench.store import Store
from workbench.store.memory import apply_human_edits
from workbench.training import checkpoint
from workbench.training.checkpoint import State, collapse
from workbench.training.rollouts import roll_out
from workbench.types import Estimate, Group, Problem, Round
from workbench.verification import Verifier
from workbench.verification.domain import Domain
from workbench.verification.many import VerdictCache

Evaluate = Callable[[Engine, int], dict[str, Estimate]]
"""Measures a policy after a number of rounds."""


@dataclass
class Clock:
    """Wall time by stage of one round."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to the stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def run(
    config: Config,
    problems: Sequence[Problem],
    store: Store,
    name: str,
    folder: Path,
    evaluate: Evaluate | None = None,
    *,
    verifier: Verifier,
    method: Method[Any] | None = None,
    learner: Learner | None = None,
) -> Iterator[Round]:
    """Train and yield each round when it is done and stored.

    Continues from the newest checkpoint in `folder` if there is one. Stops after `training.rounds` or
    `training.minutes`, evaluation not counted. `store` must have the run. Of a problem only the text, the skill and
    the answer are read, unless the method or the settings ask for the worked solution. `method`: that of
    `config.method` by default; an ablation is another one with the same settings. `learner`: what is trained, loaded
    from `config.model` by default. Raises `WorkbenchError` when the policy collapses.
    """
    method = method or method_named(config.method.name)
    if method is None:
        raise BadInput(f"There is no method {config.method.name!r}; pass it to the loop as a value.")
    problems = _as_known(problems, config, method, verifier.domain)
    learner = learner or _loaded(config, folder)
    # By the weights before training: a resumed run must compare problems as it did before.
    reads = method.remembers and config.memory.token_budget > 0
    compared = library(problems, learner.policy.embed) if reads else Library()
    trainer = Trainer(config, method, problems, compared, store, name, verifier)
    state = State(learner, MemoryState(), 0, 0.0)
    newest = checkpoint.newest(folder)
    if newest is not None:
        checkpoint.restore(newest, state)
    store.memory.rewind(name, state.round - 1)
    limits = config.training
    so_far = [r for r in store.runs.rounds(name) if r.index < state.round]
    while not _done(limits.rounds, limits.minutes, state):
        clock = Clock()
        evaluation: dict[str, Estimate] = {}
        if evaluate and state.round % config.evaluation.every == 0:
            with clock.stage("evaluate"):
                evaluation = evaluate(learner.average, state.round)
        started = time.perf_counter()
        done = replace(trainer.train_round(state, clock), evaluation=evaluation)
        with clock.stage("store"):
            store.runs.save_round(name, done)
            state.round += 1
            state.seconds += time.perf_counter() - started
            last = _done(limits.rounds, limits.minutes, state)
            if state.round % config.checkpoint.every == 0 or last:
                checkpoint.save(folder, state)
        yield done
        so_far.append(done)
        if (sign := collapse(so_far)) is not None:
            raise WorkbenchError(
                f"Round {done.index}: the policy has collapsed, {sign}; train again with a lower training.lr."
            )


def _loaded(config: Config, folder: Path) -> Learner:
    """Return the configured model, ready to be trained, once its checkpoints are sure to fit on the disk."""
    start_engine(config.training.seed)
    policy = load_policy(config.model, trainable=True)
    choose_threads(policy.parameter_count(), config.training.threads)
    learner = learner_of(policy, config.training, config.method.teacher_weights)
    checkpoint.check_space(folder, learner)
    return learner


def _done(rounds: int | None, minutes: float | None, state: State) -> bool:
    if rounds is not None and state.round >= rounds:
        return True
    return minutes is not None and state.seconds >= minutes * 60


def _as_known(problems: Sequence[Problem], config: Config, method: Method[Any], domain: Domain) -> list[Problem]:
    """Return the problems with what the run may know of them. Raises `BadInput` where that is not there."""
    if any(p.answer is None for p in problems):
        raise BadInput("Training needs the answer of every problem; add the field `answer` to each row.")
    if not method.needs_solution and config.training.knowledge == "answer":
        return [blind(p) for p in problems]
    if not all(p.solution for p in problems):
        what = f"Method {method.name}" if method.needs_solution else "training.knowledge=reference"
        raise BadInput(f"{what} needs the worked solution of every problem; add `solution` to each row.")
    return [answered(p, domain) for p in problems]


def blind(problem: Problem) -> Problem:
    """Return a problem without its worked solutions: training must not see them."""
    return replace(problem, solution=(), alternates=())


def answered(problem: Problem, domain: Domain) -> Problem:
    """Return a problem whose worked solutions end in its answer: GSM8K's do not, so nobody could learn it."""

    def ended(lines: tuple[str, ...]) -> tuple[str, ...]:
        stated = not lines or domain.answer(lines[-1]) is not None
        return lines if stated else (*lines, f"{ANSWER}{problem.answer}")

    return replace(problem, solution=ended(problem.solution), alternates=tuple(map(ended, problem.alternates)))


@dataclass(frozen=True)
class Trainer:
    """What stays the same from round to round."""

    config: Config
    method: Method[Any]
    problems: Sequence[Problem]
    library: Library
    """What retrieval compares problems by."""
    store: Store
    name: str
    verifier: Verifier
    verdicts: VerdictCache = field(default_factory=VerdictCache)
    """Those made before: a policy writes the same solution again when a problem comes back."""

    def train_round(self, state: State, clock: Clock) -> Round:
        """Train one round: everything but evaluation and the checkpoint."""
        sampling, seed = self.config.sampling, self.config.training.seed
        before = state.memory.items
        # People may edit, pin and retire while the run trains, or while it rested.
        items = apply_human_edits(state.memory.items, self.store.memory.human_edits(self.name))
        memory = replace(state.memory, items=items)
        chosen, epoch = draw(self.problems, sampling.problems_per_round, state.round, seed)
        seen = sum(p.id in memory.visits for p in chosen) / len(chosen)
        groups = roll_out(
            state.learner.policy,
            chosen,
            self.config,
            self.store,
            self.name,
            state.round,
            self.verifier,
            clock.stage,
            self.verdicts,
        )
        for group in groups:
            memory = visit(memory, group, state.round)
        taught = self.method.teach(groups, self._context(state, memory, clock))
        state.memory = memory if taught.memory is None else taught.memory
        with clock.stage("update"):
            losses = self._update(state, taught.signals)
        with clock.stage("store"):
            changed = [item for key, item in state.memory.items.items() if before.get(key) is not item]
            self.store.memory.save(self.name, state.round, changed)
        metrics = {
            **_outcomes(groups),
            **health(taught.signals, groups),
            **losses,
            "seen_before": seen,
            "rollouts": float(sum(len(g.members) for g in groups)),
            **ReflectionStats().metrics(),
            **taught.metrics,
            "memory_live": float(len(state.memory.live())),
        }
        return Round(state.round, epoch, metrics, dict(clock.seconds))

    def _context(self, state: State, memory: MemoryState, clock: Clock) -> RoundContext[Any]:
        config = self.config
        return RoundContext(
            settings=config.method,
            policy=state.learner.policy,
            teacher=state.learner.teacher,
            memory=memory,
            memory_settings=config.memory,
            reflection_settings=config.reflection,
            problems=self.problems,
            library=self.library,
            round=state.round,
            epoch_rounds=-(-len(self.problems) // config.sampling.problems_per_round),
            version=f"{self.name}@{state.round}",
            seed=config.training.seed,
            stage=clock.stage,
        )

    def _update(self, state: State, signals: Sequence[Signals]) -> dict[str, float]:
        """Make the round's updates, each on its share of the groups, and return the means of their losses."""
        total: dict[str, list[float]] = {}
        losses = self.config.method.losses
        for part in _parts(signals, self.config.training.updates_per_round):
            rows = [row for s in part for row in s.rows]
            targets = [t for s in part for t in s.targets]
            for key, value in state.learner.update(rows, targets, losses).items():
                total.setdefault(key, []).append(value)
        return {key: sum(values) / len(values) for key, values in total.items()}


def _parts(signals: Sequence[Signals], count: int) -> list[Sequence[Signals]]:
    """Return `count` parts, as even as can be; fewer where there is too little to give each something."""
    ends = [k * len(signals) // count for k in range(count + 1)]
    return [signals[start:end] for start, end in pairwise(ends) if start < end]


def draw(problems: Sequence[Problem], count: int, index: int, seed: int) -> tuple[list[Problem], float]:
    """Return the problems of a round and the epoch it stands in: every epoch is a new shuffle of all of them."""
    chosen: list[Problem] = []
    place, end = index * count, (index + 1) * count
    while place < end:
        epoch, at = divmod(place, len(problems))
        order = list(problems)
        Random(f"{seed}/{epoch}").shuffle(order)
        taken = order[at : at + end - place]
        chosen += taken
        place += len(taken)
    return list(dict.fromkeys(chosen)), index * count / len(problems)


def _outcomes(groups: Sequence[Group]) -> dict[str, float]:
    verdicts = [m.verdict for g in groups for m in g.members]
    rollouts = [m.rollout for g in groups for m in g.members]
    count = len(verdicts)
    return {
        "solve_share": sum(v.answer_correct for v in verdicts) / count,
        "process_share": sum(v.process_correct for v in verdicts) / count,
        "wrong_reasons_share": sum(v.right_for_wrong_reasons for v in verdicts) / count,
        "mean_tokens": sum(len(r.token_ids) for r in rollouts) / count,
        "cut_off_share": sum(r.stop == "length" for r in rollouts) / count,
    }
