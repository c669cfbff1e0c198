"""One run of a plan from start to end: train, measure as it goes, measure at the end, write its JSON."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import torch
from filelock import FileLock, Timeout

from workbench.engine.hardware import describe_machine
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Engine
from workbench.errors import WorkbenchError
from workbench.evaluation.compare.ending import Tell, drawn, measure_end
from workbench.evaluation.compare.outside import train_by_trl
from workbench.evaluation.compare.plan import PlannedRun, code_hash, run_key, settings_key, versions
from workbench.evaluation.compare.record import (
    SUFFIX,
    Charges,
    Counts,
    DevPoint,
    Ending,
    RunRecord,
    count,
    first_errors,
    read_run,
)
from workbench.evaluation.evaluate import evaluate
from workbench.files import append_line, make_folder, whole_lines, write_atomically
from workbench.problems.splits import practised
from workbench.run.plan import STORE_FILE, Material, RunPlan
from workbench.run.service import Run, stage_seconds
from workbench.training import checkpoint
from workbench.training.checkpoint import collapse
from workbench.training.loop import blind
from workbench.types import Estimate, Round, to_json
from workbench.verification import Verifier

RUN = "run"
"""The run's name in its own store."""


@dataclass(frozen=True)
class Places:
    """Where a run lies while it goes on, and where its JSON is written."""

    out: Path
    work: Path
    keep: bool = False
    """Whether store and checkpoints stay when the run is finished."""


@dataclass(frozen=True)
class Seen:
    """What one evaluation on `dev` counted."""

    round: int
    counts: Counts
    malrules: dict[str, int]


def perform(trial: PlannedRun, places: Places, threads: int, tell: Tell) -> RunRecord | None:
    """Do the run, or resume it, and write its JSON. Return None if another process is at it or has just done it."""
    key = run_key(trial)
    make_folder(places.out / ".locks")
    lock = FileLock(places.out / ".locks" / f"{key}.lock", timeout=0)
    try:
        with lock:
            if (places.out / f"{key}{SUFFIX}").exists():
                return None
            return _perform(trial, places, key, threads, tell)
    except Timeout:
        return None


def _perform(trial: PlannedRun, places: Places, key: str, threads: int, tell: Tell) -> RunRecord:
    torch.set_num_threads(threads)
    folder = places.work / key
    make_folder(folder)
    # The builtin verifier, whatever version is in use: runs of the same key must be judged by the same one.
    verifier = Verifier()
    progress = _Progress(trial, folder, verifier, tell)
    sign: str | None = None
    rounds: list[Round] = []
    policy: Engine
    if trial.outside:
        policy, rounds = _train_outside(trial, folder, verifier, progress)
    elif trial.trained:
        policy, rounds, sign = _train(trial, folder, threads, verifier, progress)
    else:
        policy = load_policy(trial.config.model)
    last = progress.look(policy, len(rounds))
    memory = checkpoint.newest(folder / "checkpoints") if trial.trained and not sign else None
    ending = measure_end(trial, policy, memory, progress.best, progress.best_folder, verifier, tell)
    record = _record(trial, key, threads, rounds, {**progress.seen, last.round: last}, ending)
    record = replace(record, collapsed=sign, dev_seconds=round(mean(progress.seconds), 2))
    write_atomically(places.out / f"{key}{SUFFIX}", to_json(record) + "\n")
    if not places.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return read_run(places.out / f"{key}{SUFFIX}")


def _train(
    trial: PlannedRun, folder: Path, threads: int, verifier: Verifier, progress: _Progress
) -> tuple[Engine, list[Round], str | None]:
    """The trained policy, all rounds, and the sign of a collapse if one ended them."""
    settings = trial.config.training.model_copy(update={"threads": threads})
    config = trial.config.model_copy(update={"training": settings})
    material = Material(practised(config.problems.path, config.problems.difficulty))
    store = folder / STORE_FILE
    plan = RunPlan(RUN, folder, str(store), config, material, verifier, resumed=store.exists())
    with Run(plan, progress.evaluate, trial.method) as run:
        try:
            for done in run.rounds():
                progress.tell({"round": done.index + 1, "solved": done.metrics["solve_share"]})
        except WorkbenchError:
            rounds = run.store.runs.rounds(RUN)
            sign = collapse(rounds)
            if sign is None:
                raise
            # The average that the loop was training: the newest checkpoint may be some rounds older.
            return progress.policy or run.policy(), rounds, sign
        return run.policy(), run.store.runs.rounds(RUN), None


def _train_outside(
    trial: PlannedRun, folder: Path, verifier: Verifier, progress: _Progress
) -> tuple[Policy, list[Round]]:
    """What the outside trainer makes of the budget, from the beginning."""
    progress.forget()
    problems = [blind(p) for p in practised(trial.config.problems.path, trial.config.problems.difficulty)]

    def on_round(done: Round) -> None:
        progress.tell({"round": done.index + 1, "solved": done.metrics["solve_share"]})

    return train_by_trl(trial.config, problems, folder / "trl", progress.evaluate, verifier, on_round)


class _Progress:
    """The evaluations of a run so far, on disk too, and the weights of the best."""

    def __init__(self, trial: PlannedRun, folder: Path, verifier: Verifier, tell: Tell) -> None:
        self.trial, self.verifier, self.tell = trial, verifier, tell
        self.file, self.best_folder = folder / "evaluations.jsonl", folder / "best"
        self.dev = drawn("dev", trial.measures.dev)
        self.seen = {seen.round: seen for seen in whole_lines(self.file, Seen)}
        # A torn last line would swallow the next one.
        write_atomically(self.file, "".join(to_json(seen) + "\n" for seen in self.seen.values()))
        self.policy: Engine | None = None
        self.seconds: list[float] = []

    @property
    def best(self) -> int | None:
        """The round of the evaluation that solved most, the earliest of equals."""
        rounds = sorted(self.seen)
        return max(rounds, key=lambda r: sum(self.seen[r].counts.solved)) if rounds else None

    def forget(self) -> None:
        """Start over."""
        self.file.unlink(missing_ok=True)
        self.seen.clear()

    def evaluate(self, policy: Engine, round: int) -> dict[str, Estimate]:
        """Evaluate for the loop."""
        self.policy = policy
        seen = self.look(policy, round)
        share = seen.counts.share(seen.counts.solved)
        # The interval over problems is made when runs are compared; the loop only passes this on.
        return {"solve_rate": Estimate(share, share, share)}

    def look(self, policy: Engine, round: int) -> Seen:
        """Evaluate on `dev`, keep the counts, and the weights if none were better."""
        started, measures = time.perf_counter(), self.trial.measures
        limit = self.trial.config.sampling.max_tokens
        samples, seed = measures.dev.samples, measures.seed
        groups = evaluate(policy, self.dev, self.verifier, samples, seed=seed, max_tokens=limit).groups
        seen = Seen(round, count(groups), first_errors(groups))
        self.seen[round] = seen
        append_line(self.file, to_json(seen))
        if self.trial.trained and self.best == round:
            policy.save(self.best_folder)
        self.seconds.append(time.perf_counter() - started)
        self.tell({"evaluated": round, "solve_rate": seen.counts.share(seen.counts.solved)})
        return seen


def _record(
    trial: PlannedRun, key: str, threads: int, rounds: Sequence[Round], seen: Mapping[int, Seen], ending: Ending
) -> RunRecord:
    points, before = [], 0
    for at in sorted(r for r in seen if r <= len(rounds)):
        health = _means(rounds[before:at])
        epoch = rounds[before].epoch if before < at else 0.0
        points.append(DevPoint(at, charges(rounds[:at]), seen[at].counts, seen[at].malrules, health, epoch))
        before = at
    return RunRecord(
        key=key,
        settings_key=settings_key(trial),
        plan=trial.plan,
        arm=trial.arm,
        seed=trial.seed,
        method=trial.outside or (trial.config.method.name if trial.trained else trial.arm),
        rounds=len(rounds),
        versions=versions(trial),
        code=code_hash(),
        machine=describe_machine(),
        threads=threads,
        config=trial.config.model_dump(mode="json"),
        measures=trial.measures.model_dump(mode="json"),
        curve=tuple(points),
        ending=ending,
        charges=charges(rounds),
    )


def charges(rounds: Sequence[Round]) -> Charges:
    """Return what these rounds have used together."""
    return Charges(
        rollouts=int(sum(r.metrics["rollouts"] for r in rounds)),
        sampled_tokens=sum(r.metrics["rollouts"] * r.metrics["mean_tokens"] for r in rounds),
        teacher_tokens=_total(rounds, "teacher_tokens"),
        writer_tokens=_total(rounds, "writer_tokens"),
        seconds={stage: round(value, 3) for stage, value in stage_seconds(rounds).items()},
    )


def _total(rounds: Sequence[Round], name: str) -> float | None:
    values = [r.metrics.get(name) for r in rounds]
    return sum(v for v in values if v is not None) if all(v is not None for v in values) else None


def _means(rounds: Sequence[Round]) -> dict[str, float]:
    """The mean of each metric over the rounds that have it, to five digits."""
    values: dict[str, list[float]] = {}
    for done in rounds:
        for name, value in done.metrics.items():
            values.setdefault(name, []).append(value)
    return {name: float(f"{sum(v) / len(v):.5g}") for name, v in values.items()}
