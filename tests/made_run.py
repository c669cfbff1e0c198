"""A small run for tests of what is shown of runs: imagined pupils solve, the real verifier and memory do the rest."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from workbench.config import preset
from workbench.memory.reflection import diagnose
from workbench.memory.state import MemoryState, note_use, remember, remember_experience, retire, visit
from workbench.problems.catalogue import BY_NAME
from workbench.problems.practice import write
from workbench.problems.splits import load_split
from workbench.store import Store
from workbench.types import (
    Estimate,
    Group,
    Judged,
    Level,
    Problem,
    Reflection,
    Rollout,
    Round,
    StopReason,
    Writer,
    content_id,
)
from workbench.verification import Verifier

SAMPLES = 4


def solutions(problem: Problem, round: int, rounds: int) -> list[str]:
    """What pupils write who hold fewer wrong beliefs in later rounds."""
    skill = BY_NAME[problem.skill]
    rng = Random(f"{problem.id}/{round}")
    doubt = 1 - 0.7 * round / rounds
    made = []
    for _ in range(SAMPLES):
        beliefs = frozenset(m for m in skill.malrules if rng.random() < 0.5 * doubt)
        made.append("\n".join(write(skill, dict(problem.params), rng, beliefs, 0).lines))
    return made


def judged_group(run: str, problem: Problem, round: int, texts: Sequence[str], verifier: Verifier) -> Group:
    """A group of these texts, as the loop would have stored it."""
    members = []
    for k, text in enumerate(texts):
        ids = tuple(range(1, 1 + len(text.split())))
        key = content_id(run, round, problem.id, k, text)
        logprobs = (-0.25,) * len(ids)
        rollout = Rollout(key, problem.id, round, k, k, text, ids, logprobs, StopReason.END, f"{run}@{round}")
        members.append(Judged(rollout, verifier.verify(problem, text)))
    return Group(problem, tuple(members))


def make_run(store: Store, name: str = "made", rounds: int = 6, per_round: int = 8, status: str = "finished") -> None:
    """Put a whole run into the store: rounds, problems, rollouts, verdicts, memory with its history."""
    problems, verifier = load_split("train")[:: 480 // (3 * per_round)], Verifier()
    store.runs.create(name, preset("tiny").model_dump_json(), {"verifier": verifier.version})
    store.runs.save_problems(name, problems)
    memory = MemoryState()
    for index in range(rounds):
        chosen = [problems[(index * per_round + k) % len(problems)] for k in range(per_round)]
        groups = [judged_group(name, p, index, solutions(p, index, rounds), verifier) for p in chosen]
        members = [m for g in groups for m in g.members]
        store.verdicts.save_rollouts(name, [m.rollout for m in members])
        store.verdicts.save(name, [(m.rollout.id, m.verdict) for m in members])
        memory = remembered(memory, groups, index)
        store.memory.save(name, index, memory.items.values())
        store.runs.save_round(name, made_round(index, members, len(memory.live())))
    store.runs.set_status(name, status)


def remembered(memory: MemoryState, groups: Sequence[Group], index: int) -> MemoryState:
    """Memory after these groups: lessons by the diagnosis writer, a pattern of each skill, uses, retirements."""
    for group in groups:
        memory = visit(memory, group, index)
        memory = remember_experience(memory, group, index, f"made@{index}")
        lessons = diagnose(group)
        skill = group.problem.skill
        evidence = tuple(key for lesson in lessons for key in lesson.evidence)
        pattern = Reflection(
            "", skill, Level.PATTERN, f"{skill}: look at each sign first", evidence, writer=Writer.POLICY
        )
        memory = remember(memory, [*lessons, *([pattern] if lessons else [])], index, f"made@{index}", 0.5)
        used = [i.id for i in memory.live() if i.skill == skill and i.level is not Level.EXPERIENCE][:3]
        memory = note_use(memory, group.problem.id, used)
    return retire(memory, index, 3)


def made_round(index: int, members: Sequence[Judged], live: int) -> Round:
    """The round's figures, with an evaluation every second round."""
    count = len(members)
    solved = sum(m.verdict.answer_correct for m in members) / count
    process = sum(m.verdict.process_correct for m in members) / count
    metrics = {
        "solve_share": solved,
        "process_share": process,
        "wrong_reasons_share": solved - process,
        "rollouts": float(count),
        "unknown_share": 0.02,
        "entropy": 0.4 / (1 + index / 8),
        "mean_tokens": 40.0 + index,
        "memory_live": float(live),
        "insights_written": 5.0,
    }
    evaluation = {}
    if index % 2 == 0:
        rate = 0.4 + 0.3 * index / (index + 6)
        evaluation = {
            "solve_rate": Estimate(rate, rate - 0.1, rate + 0.1),
            "process_rate": Estimate(rate - 0.03, rate - 0.13, rate + 0.07),
            "right_for_wrong_reasons": Estimate(0.03, 0.0, 0.06),
        }
    return Round(index, index / 3, metrics, {"sample": 1.5, "verify": 0.1, "update": 2.0}, evaluation)
