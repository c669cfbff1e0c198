"""The loop: sample, verify, reflect, remember, distil, evaluate. A generator of rounds; pausing is not asking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import torch

from workbench.config import Config
from workbench.errors import BadInput, WorkbenchError
from workbench.memory.reflection import KINDS, Request, ask, ask_pattern, diagnose, read_reply
from workbench.memory.retrieval import Recalled, recall
from workbench.memory.state import (
    MemoryState,
    note_use,
    remember,
    remember_experience,
    retire,
    visit,
)
from workbench.store import Store
from workbench.training import checkpoint
from workbench.training.checkpoint import State
from workbench.training.collapse import collapse
from workbench.training.policy import Policy, load_policy
from workbench.training.rollouts import roll_out
from workbench.training.sampling import sample
from workbench.training.signals import Signals, grpo_signals, health, pmd_signals
from workbench.training.update import move_teacher, update
from workbench.types import UNKNOWN_SKILL, Group, Interval, Level, MemoryItem, Problem, Reflection, Round, StopReason
from workbench.verification import Verifier

Evaluate = Callable[[Policy, int], dict[str, Interval]]
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
    verifier: Verifier | None = None,
) -> Iterator[Round]:
    """Train and yield each round when it is done and stored.

    Goes on from the newest checkpoint in `folder` if there is one. Stops after `training.rounds` or
    `training.minutes`, evaluation not counted. `store` must have the run. Of a problem only the text, the
    skill and the answer are read. Raises `WorkbenchError` when the policy collapses.
    """
    trainer = Trainer(config, problems, store, name, verifier or Verifier())
    state = trainer.start(folder)
    limits = config.training
    while not _done(limits.rounds, limits.minutes, state):
        clock = Clock()
        evaluation: dict[str, Interval] = {}
        if evaluate and state.round % config.evaluation.every == 0:
            with clock.stage("evaluate"):
                evaluation = evaluate(state.policy, state.round)
        started = time.perf_counter()
        done = replace(trainer.round(state, clock), evaluation=evaluation)
        with clock.stage("store"):
            store.save_round(name, done)
            state.round += 1
            state.seconds += time.perf_counter() - started
            last = _done(limits.rounds, limits.minutes, state)
            if state.round % config.checkpoint.every == 0 or last:
                checkpoint.save(folder, state)
        yield done
        so_far = [r for r in store.rounds(name) if r.index <= done.index]
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


@dataclass
class Trainer:
    """What stays the same from round to round."""

    config: Config
    problems: Sequence[Problem]
    store: Store
    name: str
    verifier: Verifier

    def start(self, folder: Path) -> State:
        """The state before the first round, or that of the newest checkpoint."""
        settings = self.config.training
        if any(p.answer is None for p in self.problems):
            raise BadInput("Training needs the answer of every problem; add the field `answer` to each row.")
        self.problems = [blind(p) for p in self.problems]
        if settings.threads:
            torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        policy = load_policy(self.config.model, trainable=True)
        checkpoint.check_space(folder, policy)
        optimizer = torch.optim.AdamW(
            [p for p in policy.model.parameters() if p.requires_grad],
            lr=settings.learning_rate,
            betas=(0.9, 0.95),
            weight_decay=settings.weight_decay,
        )
        state = State(policy, policy.frozen_copy(), optimizer, MemoryState(), 0, 0.0)
        newest = checkpoint.newest(folder)
        if newest is not None:
            checkpoint.restore(newest, state)
        self.store.rewind(self.name, state.round - 1)
        return state

    def round(self, state: State, clock: Clock) -> Round:
        """One turn: everything but evaluation and the checkpoint."""
        config = self.config
        chosen, epoch = draw(self.problems, config.sampling.problems_per_round, state.round, config.training.seed)
        seen = sum(p.id in state.memory.visits for p in chosen) / len(chosen)
        groups = roll_out(
            state.policy, chosen, config, self.store, self.name, state.round, self.verifier, clock.stage
        )
        if config.training.method == "grpo":
            with clock.stage("signals"):
                signals = [grpo_signals(state.policy, group) for group in groups]
            state.memory = _visited(state.memory, groups, state.round)
            written = 0.0
        else:
            with clock.stage("reflect"):
                written = self._remember(state, groups)
            with clock.stage("signals"):
                signals = self._teach(state, groups)
        with clock.stage("update"):
            losses = self._learn(state, signals)
        with clock.stage("store"):
            self.store.save_memory(self.name, state.round, state.memory.items.values())
        metrics = {
            **_outcomes(groups),
            **health(signals, groups),
            **losses,
            "seen_before": seen,
            "rollouts": float(sum(len(g.members) for g in groups)),
            "insights_written": written,
            "memory_live": float(len(state.memory.live())),
        }
        return Round(state.round, epoch, metrics, clock.seconds)

    def _remember(self, state: State, groups: Sequence[Group]) -> float:
        """Score, reflect, write, retire. Returns how many insights and patterns were written."""
        version = f"{self.name}@{state.round}"
        memory = _visited(state.memory, groups, state.round)
        reflections = self._reflect(state.policy, groups)
        for group in groups:
            share = group.solved / len(group.members)
            memory = remember_experience(memory, group, state.round, version)
            own = [r for r in reflections if r.problem_id == group.problem.id]
            memory = remember(memory, own, state.round, version, share)
        pooled = []
        if state.round % self.config.reflection.pattern_every == self.config.reflection.pattern_every - 1:
            requests = _pattern_requests(memory, state.round)
            pooled = [
                r for q, t in zip(requests, _write(state.policy, requests), strict=True) if (r := read_reply(q, t))
            ]
            memory = remember(memory, pooled, state.round, version, 0.0)
        epoch = -(-len(self.problems) // self.config.sampling.problems_per_round)
        state.memory = retire(memory, state.round, self.config.memory.expiry_epochs * epoch)
        return float(len(reflections) + len(pooled))

    def _reflect(self, policy: Policy, groups: Sequence[Group]) -> list[Reflection]:
        writer = self.config.reflection.writer
        written: list[Reflection] = []
        if writer in ("diagnosis", "both"):
            written += [r for group in groups for r in diagnose(group)]
        if writer in ("policy", "both"):
            requests = [request for group in groups for request in ask(group)]
            replies = _write(policy, requests)
            written += [r for q, t in zip(requests, replies, strict=True) if (r := read_reply(q, t))]
        return written

    def _teach(self, state: State, groups: Sequence[Group]) -> list[Signals]:
        """Recall memory for each group and build its training rows."""
        settings, live = self.config.memory, state.memory.live()
        tokens = _counter(state.policy)
        signals = []
        for group in groups:
            recalled = recall(group.problem, live, settings.token_budget, settings.max_items, tokens)
            if settings.token_budget == 0:
                recalled = Recalled()
            signals.append(pmd_signals(state.policy, group, recalled))
            used = [key for context in signals[-1].contexts if context for key in context.used]
            state.memory = note_use(state.memory, group.problem.id, used)
        return signals

    def _learn(self, state: State, signals: Sequence[Signals]) -> dict[str, float]:
        """The round's updates, each on its share of the groups."""
        settings = self.config.training
        share = -(-len(signals) // settings.updates_per_round)
        total: dict[str, list[float]] = {}
        for start in range(0, len(signals), share):
            part = signals[start : start + share]
            rows = [row for s in part for row in s.rows]
            targets = [t for s in part for t in s.targets]
            for key, value in update(state.policy, state.teacher, state.optimizer, rows, targets, settings).items():
                total.setdefault(key, []).append(value)
            move_teacher(state.teacher, state.policy, settings)
        return {key: sum(values) / len(values) for key, values in total.items()}


def draw(problems: Sequence[Problem], count: int, round: int, seed: int) -> tuple[list[Problem], float]:
    """The problems of a round and the epoch it stands in: every epoch is a new shuffle of all of them."""
    chosen = []
    for place in range(round * count, (round + 1) * count):
        epoch, at = divmod(place, len(problems))
        order = list(range(len(problems)))
        Random(f"{seed}/{epoch}").shuffle(order)
        chosen.append(problems[order[at]])
    return list(dict.fromkeys(chosen)), round * count / len(problems)


def _visited(memory: MemoryState, groups: Sequence[Group], round: int) -> MemoryState:
    for group in groups:
        memory = visit(memory, group, round)
    return memory


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


def _write(policy: Policy, requests: Sequence[Request]) -> list[str]:
    """The policy's greedy replies to reflection requests."""
    if not requests:
        return []
    forms = [f" Reply with one line: '{KINDS[r.level]}: ...'." if policy.instruction else "" for r in requests]
    prompts = [policy.message_ids(r.message + form) for r, form in zip(requests, forms, strict=True)]
    replies = sample(policy, prompts, [[0]] * len(prompts), max_tokens=48, temperature=0)
    return [policy.text(r.ids) if r.stop is StopReason.END else "" for (r,) in replies]


def _pattern_requests(memory: MemoryState, round: int) -> list[Request]:
    """One question for each skill with enough insights."""
    by_skill: dict[str, list[MemoryItem]] = {}
    for item in memory.live():
        if item.level in (Level.LESSON, Level.STRATEGY) and item.writer == "policy" and item.skill != UNKNOWN_SKILL:
            by_skill.setdefault(item.skill, []).append(item)
    return [
        ask_pattern(skill, sorted(items, key=lambda i: (-i.written_round, i.id))[:5])
        for skill, items in sorted(by_skill.items())
        if len(items) >= 2
    ]


def _counter(policy: Policy) -> Callable[[str], int]:
    return lambda text: len(policy.encode(text))
