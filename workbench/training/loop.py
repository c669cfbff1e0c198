"""The loop: sample, verify, reflect, remember, distil, evaluate. A generator of rounds; pausing is not asking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random

from workbench.config import Config, TrainingSettings
from workbench.engine.hardware import start_engine
from workbench.engine.learner import learner
from workbench.engine.policy import load_policy
from workbench.engine.protocol import Engine, LossSettings
from workbench.errors import BadInput, WorkbenchError
from workbench.memory.reflection import ReflectionStats
from workbench.memory.retrieval import Library, Recalled, library
from workbench.memory.state import MemoryState, note_use
from workbench.methods.baselines import grpo_signals, rft_signals, sdpo_signals, sft_signals
from workbench.methods.pmd import Signals, by_outcome, health, pmd_signals
from workbench.methods.routing import Route, route
from workbench.prompts import ANSWER
from workbench.store import Store
from workbench.store.memory import apply_human_edits
from workbench.training import checkpoint
from workbench.training.checkpoint import State, collapse
from workbench.training.probes import embedder, signal_coverage
from workbench.training.remembering import When, read_memory, visited, write_memory, writes
from workbench.training.replay import corrections, replayed
from workbench.training.rollouts import roll_out
from workbench.types import Estimate, Group, Problem, Round
from workbench.verification import Verifier, final_answer
from workbench.verification.many import VerdictCache

Evaluate = Callable[[Engine, int], dict[str, Estimate]]
"""Measures a policy after so many rounds."""


@dataclass
class Clock:
    """Wall time by stage of one round."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
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
) -> Iterator[Round]:
    """Train and yield each round when it is done and stored.

    Goes on from the newest checkpoint in `folder` if there is one. Stops after `training.rounds` or
    `training.minutes`, evaluation not counted. `store` must have the run. Of a problem only the text, the
    skill and the answer are read, unless the settings ask for the worked solution. Raises `WorkbenchError`
    when the policy collapses.
    """
    trainer = Trainer(config, problems, store, name, verifier)
    state = trainer.start(folder)
    limits = config.training
    so_far = [r for r in store.runs.rounds(name) if r.index < state.round]
    while not _done(limits.rounds, limits.minutes, state):
        clock = Clock()
        evaluation: dict[str, Estimate] = {}
        if evaluate and state.round % config.evaluation.every == 0:
            with clock.stage("evaluate"):
                evaluation = evaluate(state.learner.average, state.round)
        started = time.perf_counter()
        done = replace(trainer.round(state, clock), evaluation=evaluation)
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


def _done(rounds: int | None, minutes: float | None, state: State) -> bool:
    if rounds is not None and state.round >= rounds:
        return True
    return minutes is not None and state.seconds >= minutes * 60


def blind(problem: Problem) -> Problem:
    """A problem without its worked solutions: training must not see them."""
    return replace(problem, solution=(), alternates=())


def answered(problem: Problem) -> Problem:
    """A problem whose worked solutions end in its answer: GSM8K's do not, and nobody could learn it from them."""

    def ended(lines: tuple[str, ...]) -> tuple[str, ...]:
        stated = not lines or final_answer(lines[-1]) is not None
        return lines if stated else (*lines, f"{ANSWER}{problem.answer}")

    return replace(problem, solution=ended(problem.solution), alternates=tuple(map(ended, problem.alternates)))


@dataclass
class Trainer:
    """What stays the same from round to round."""

    config: Config
    problems: Sequence[Problem]
    store: Store
    name: str
    verifier: Verifier
    known: Library = field(default_factory=Library)
    """What retrieval compares problems by."""
    judged: VerdictCache = field(default_factory=VerdictCache)

    def start(self, folder: Path) -> State:
        """The state before the first round, or that of the newest checkpoint."""
        settings = self.config.training
        if any(p.answer is None for p in self.problems):
            raise BadInput("Training needs the answer of every problem; add the field `answer` to each row.")
        if settings.method != "sft" and settings.knowledge == "answer":
            self.problems = [blind(p) for p in self.problems]
        elif not all(p.solution for p in self.problems):
            what = "Method sft" if settings.method == "sft" else "training.knowledge=reference"
            raise BadInput(f"{what} needs the worked solution of every problem; add `solution` to each row.")
        else:
            self.problems = [answered(p) for p in self.problems]
        start_engine(settings.seed, settings.threads)
        policy = load_policy(self.config.model, trainable=True)
        trained = learner(policy, settings, "frozen" if settings.teacher == "frozen" else "ema")
        checkpoint.check_space(folder, trained)
        if settings.method == "pmd" and self.config.memory.token_budget:
            # By the weights before training: a resumed run must compare problems as it did before.
            self.known = library(self.problems, embedder(policy))
        state = State(trained, MemoryState(), 0, 0.0)
        newest = checkpoint.newest(folder)
        if newest is not None:
            checkpoint.restore(newest, state)
        self.store.memory.rewind(self.name, state.round - 1)
        return state

    @property
    def epoch_rounds(self) -> int:
        """Rounds that one pass over the problems takes."""
        return -(-len(self.problems) // self.config.sampling.problems_per_round)

    def round(self, state: State, clock: Clock) -> Round:
        """One turn: everything but evaluation and the checkpoint."""
        config = self.config
        before = state.memory.items
        # People may edit, pin and retire while the run trains, or while it rested.
        items = apply_human_edits(state.memory.items, self.store.memory.human_edits(self.name))
        state.memory = replace(state.memory, items=items)
        chosen, epoch = draw(self.problems, config.sampling.problems_per_round, state.round, config.training.seed)
        seen = sum(p.id in state.memory.visits for p in chosen) / len(chosen)
        policy, teacher = state.learner.policy, state.learner.teacher
        groups = roll_out(
            policy, chosen, config, self.store, self.name, state.round, self.verifier, clock.stage, self.judged
        )
        written: dict[str, float] = ReflectionStats().metrics()
        if config.training.method == "pmd":
            # Without step credit neither memory nor the teacher may read what the verifier says of steps.
            taught = [by_outcome(g) for g in groups] if config.training.credit == "outcome" else groups
            with clock.stage("reflect"):
                when = When(state.round, self.epoch_rounds, f"{self.name}@{state.round}")
                state.memory, written = write_memory(state.memory, policy, taught, config, when, teacher)
            with clock.stage("signals"):
                signals = self._teach(state, taught)
                written |= self._coverage(state, taught, signals)
        else:
            with clock.stage("signals"):
                signals = [_opponent(policy, group, config.training) for group in groups]
            state.memory = visited(state.memory, groups, state.round)
        with clock.stage("update"):
            losses = self._learn(state, signals)
        with clock.stage("store"):
            changed = [item for key, item in state.memory.items.items() if before.get(key) is not item]
            self.store.memory.save(self.name, state.round, changed)
        metrics = {
            **_outcomes(groups),
            **health(signals, groups),
            **losses,
            "seen_before": seen,
            "rollouts": float(sum(len(g.members) for g in groups)),
            **written,
            "memory_live": float(len(state.memory.live())),
        }
        return Round(state.round, epoch, metrics, dict(clock.seconds))

    def _teach(self, state: State, groups: Sequence[Group]) -> list[Signals]:
        """Recall memory for each group and build its training rows."""
        settings, count = self.config.training, _counter(state.learner.policy)
        memory, seed = state.memory, f"{settings.seed}/{state.round}"
        signals = []
        for group in groups:
            recalled = Recalled()
            if any(route(m.verdict) is not Route.REINFORCE for m in group.members):
                recalled = read_memory(
                    group.problem, self.problems, memory, self.config.memory, count, seed, self.known
                )
            signals.append(pmd_signals(state.learner.policy, group, recalled, settings.blame, settings.affirm))
            used = [key for context in signals[-1].contexts if context for key in context.used]
            state.memory = note_use(state.memory, group.problem.id, used)
        return self._replay(state, signals) if self.config.memory.replay else signals

    def _coverage(self, state: State, groups: Sequence[Group], signals: Sequence[Signals]) -> dict[str, float]:
        """How many contexts tell the teacher something, in the rounds that measure it."""
        if state.round % self.config.reflection.measure_every:
            return {}
        seed = f"{self.config.training.seed}/{state.round}/coverage"
        found = signal_coverage(state.learner.teacher, groups, signals, seed)
        return {"contexts_tried": found.tried, "contexts_moving": found.moving, "contexts_usable": found.usable}

    def _replay(self, state: State, signals: list[Signals]) -> list[Signals]:
        """Bring corrections of earlier rounds back, and keep this round's for later ones."""
        settings = self.config.memory
        seed = f"{self.config.training.seed}/{state.round}/replay"
        both = replayed(signals, state.memory, settings.replay, seed)
        if writes(settings, state.round, self.epoch_rounds):
            kept = (*state.memory.corrections, *corrections(signals, state.round))
            state.memory = replace(state.memory, corrections=kept)
        return both

    def _learn(self, state: State, signals: Sequence[Signals]) -> dict[str, float]:
        """The round's updates, each on its share of the groups."""
        settings = self.config.training
        total: dict[str, list[float]] = {}
        for part in _parts(signals, settings.updates_per_round):
            rows = [row for s in part for row in s.rows]
            targets = [t for s in part for t in s.targets]
            for key, value in state.learner.update(rows, targets, _losses(settings)).items():
                total.setdefault(key, []).append(value)
        return {key: sum(values) / len(values) for key, values in total.items()}


def _losses(settings: TrainingSettings) -> LossSettings:
    return LossSettings(
        settings.divergence,
        settings.teacher_temperature,
        settings.doubt,
        settings.distill_weight,
        settings.hard_target_weight,
        settings.policy_gradient_weight,
    )


def _parts(signals: Sequence[Signals], count: int) -> list[Sequence[Signals]]:
    """So many parts, as even as can be; fewer where there is too little to give each something."""
    ends = [k * len(signals) // count for k in range(count + 1)]
    return [signals[start:end] for start, end in pairwise(ends) if start < end]


def _opponent(policy: Engine, group: Group, settings: TrainingSettings) -> Signals:
    """What a method without memory makes of a group."""
    if settings.method == "sdpo":
        return sdpo_signals(policy, group, settings.feedback)
    if settings.method == "rft":
        return rft_signals(policy, group)
    if settings.method == "sft":
        return sft_signals(policy, group)
    return grpo_signals(policy, group, settings.anchor)


def draw(problems: Sequence[Problem], count: int, round: int, seed: int) -> tuple[list[Problem], float]:
    """The problems of a round and the epoch it stands in: every epoch is a new shuffle of all of them."""
    chosen: list[Problem] = []
    place, end = round * count, (round + 1) * count
    while place < end:
        epoch, at = divmod(place, len(problems))
        order = list(problems)
        Random(f"{seed}/{epoch}").shuffle(order)
        taken = order[at : at + end - place]
        chosen += taken
        place += len(taken)
    return list(dict.fromkeys(chosen)), round * count / len(problems)


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


def _counter(policy: Engine) -> Callable[[str], int]:
    return lambda text: len(policy.encode(text))
