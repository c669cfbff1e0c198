"""What a teacher can tell: how each kind of context moves a policy at the step where it went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import gt, sub
from random import Random

from workbench.config import Config
from workbench.engine.protocol import Engine, Exchange, rollout_seed
from workbench.errors import BadInput
from workbench.evaluation.evaluate import judge
from workbench.memory.retrieval import library
from workbench.memory.state import MemoryState
from workbench.methods.measures import LEAST_MOVE
from workbench.methods.memory_use import MemoryAccess, read_memory, write_memory
from workbench.methods.pmd import pmd_signals
from workbench.methods.routing import token_steps
from workbench.prompts import NO_HELP, Help
from workbench.statistics import mean_interval
from workbench.types import Estimate, Group, Problem
from workbench.verification import Verifier
from workbench.verification.maths import MATHS

ALONE, MEMORY, CRITIQUE, BOTH, ANOTHER = "nothing", "memory", "critique", "memory and critique", "another problem's"
KINDS = (ALONE, MEMORY, CRITIQUE, BOTH, ANOTHER)
"""Kinds of context that a teacher may read beside the problem."""


@dataclass(frozen=True)
class WrongStep:
    """A step that a rollout got wrong, where the corrected one is known."""

    problem: Problem
    written: tuple[int, ...]
    """Tokens of the rollout before the step."""
    wrong: tuple[int, ...]
    right: tuple[int, ...]
    """The corrected step."""
    help: Help
    """What the teacher of that rollout reads."""


@dataclass(frozen=True)
class Told:
    """What one kind of context does, over slips; intervals are over problems."""

    prefers: Estimate
    """Share of slips where the corrected step is likelier than the wrong one."""
    gain: Estimate
    """Nats by which the context raises the corrected step's log-odds against the wrong one."""
    better: Estimate
    """Share of slips where it raises them further than another problem's context does."""
    moved: Estimate
    """Share whose wrong step's tokens it moves by `LEAST_MOVE` nats each, on average, up or down."""
    most: Estimate
    """Share whose tokens it moves so, and further than another problem's context does."""


def slips(
    policy: Engine,
    problems: Sequence[Problem],
    config: Config,
    seed: int = 0,
    tell: Callable[[int], None] | None = None,
) -> list[WrongStep]:
    """Practise problems twice, so that the second time has a memory to read, and collect what went wrong.

    No weight changes. Each distinct wrong step of a problem counts once. `tell` hears of rollouts as they are made.
    """
    first, second = (_practised(policy, problems, config, (seed, turn), tell) for turn in range(2))
    pooling = config.reflection.pattern_every - 1
    memory, _ = write_memory(MemoryState(), policy, first, config.reflection, pooling, "bench@0")
    access = MemoryAccess.of(policy, config.memory, library(problems, policy.embed), problems, str(seed))
    found: dict[tuple[str, tuple[int, ...]], WrongStep] = {}
    for group in second:
        signals = pmd_signals(policy, group, read_memory(group.problem, memory, access))
        prompt = len(policy.problem_ids(group.problem.text))
        helps = {m.rollout.index: c for m, c in zip(group.members, signals.contexts, strict=True) if c is not None}
        for target in signals.targets:
            assert target.member is not None
            context, ids = helps[target.member], group.members[target.member].rollout.token_ids
            start = len(target.exchange.prompt) - prompt
            wrong = _step_tokens(policy, group, target.member, context.prefix, start)
            if wrong:
                slip = WrongStep(group.problem, ids[:start], wrong, tuple(target.exchange.reply), context.help)
                found.setdefault((group.problem.id, ids[: start + len(wrong)]), slip)
    return list(found.values())


def _practised(
    policy: Engine,
    problems: Sequence[Problem],
    config: Config,
    turn: tuple[int, int],
    tell: Callable[[int], None] | None,
) -> tuple[Group, ...]:
    prompts = [policy.problem_ids(p.text) for p in problems]
    seeds = [[rollout_seed("teacher", *turn, p.id, k) for k in range(config.sampling.group_size)] for p in problems]
    return judge(policy, problems, prompts, seeds, Verifier(), config.sampling.max_tokens, progress=tell)


def _step_tokens(policy: Engine, group: Group, member: int, step: int, start: int) -> tuple[int, ...]:
    """The tokens of a step without its line end, which a corrected step has none of; empty where none was written."""
    rollout = group.members[member].rollout
    pieces = policy.pieces(rollout.token_ids)
    owners = token_steps(pieces, MATHS.split(rollout.text))
    places = [i for i, owner in enumerate(owners) if i >= start and owner == step and pieces[i].strip("\n")]
    return tuple(rollout.token_ids[i] for i in places)


def told(teacher: Engine, found: Sequence[WrongStep], seed: int = 0) -> Mapping[str, Told]:
    """What each of `KINDS` of context does to the teacher at the slips. Raises `BadInput` where there are too few."""
    if len({slip.problem.id for slip in found}) < 2:
        raise BadInput(
            f"{len(found)} wrong steps with a known correction are too few to compare; take more problems."
        )
    random = Random(seed)
    others = [random.choice([o.help for o in found if o.problem.id != slip.problem.id]) for slip in found]
    read = {kind: [_part(slip.help, kind) for slip in found] for kind in KINDS[:-1]} | {ANOTHER: others}
    odds: dict[str, list[float]] = {}
    moves: dict[str, list[float]] = {}
    plain = _logprobs(teacher, found, read[ALONE], wrong=True)
    for kind, helps in read.items():
        wrong, right = (_logprobs(teacher, found, helps, wrong=w) for w in (True, False))
        odds[kind] = [sum(r) - sum(w) for r, w in zip(right, wrong, strict=True)]
        moves[kind] = [
            sum(abs(b - a) for a, b in zip(before, after, strict=True)) / len(before)
            for before, after in zip(plain, wrong, strict=True)
        ]
    return {kind: _told(found, odds[kind], moves[kind], odds[ALONE], odds[ANOTHER], moves[ANOTHER]) for kind in KINDS}


def _part(help: Help, kind: str) -> Help:
    """The part of a help that a kind of context is."""
    if kind == ALONE:
        return NO_HELP
    if kind == MEMORY:
        return Help(help.patterns, help.strategies, help.lessons)
    return replace(help, patterns=(), strategies=(), lessons=()) if kind == CRITIQUE else help


def _logprobs(teacher: Engine, found: Sequence[WrongStep], helps: Sequence[Help], wrong: bool) -> list[list[float]]:
    """Log-probabilities of the tokens of each wrong, or each corrected, step."""
    exchanges = [
        Exchange((*teacher.problem_ids(slip.problem.text, help), *slip.written), slip.wrong if wrong else slip.right)
        for slip, help in zip(found, helps, strict=True)
    ]
    return teacher.logprobs(exchanges)


def _told(
    found: Sequence[WrongStep],
    odds: Sequence[float],
    moves: Sequence[float],
    alone: Sequence[float],
    others_odds: Sequence[float],
    others_moves: Sequence[float],
) -> Told:
    def mean(values: Iterable[float]) -> Estimate:
        by_problem: dict[str, list[float]] = {}
        for slip, value in zip(found, values, strict=True):
            by_problem.setdefault(slip.problem.id, []).append(float(value))
        return mean_interval(by_problem)

    return Told(
        prefers=mean(o > 0 for o in odds),
        gain=mean(map(sub, odds, alone)),
        better=mean(map(gt, odds, others_odds)),
        moved=mean(m >= LEAST_MOVE for m in moves),
        most=mean(m >= LEAST_MOVE and m > other for m, other in zip(moves, others_moves, strict=True)),
    )
