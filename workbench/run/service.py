"""One run from its plan to its results: record, train, measure, save, resume."""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from filelock import FileLock, Timeout

from workbench import __version__
from workbench.config import Config, dump_config
from workbench.domains import common_domain
from workbench.engine.hardware import choose_threads
from workbench.engine.policy import Policy, load_policy
from workbench.engine.protocol import Engine, Learner
from workbench.errors import BadInput, StorageError, WorkbenchError
from workbench.files import append_line, make_folder, whole_lines, write_atomically
from workbench.methods import Method
from workbench.problems.readers import write_problems
from workbench.prompts import TEXT_HASH
from workbench.run.plan import (
    CONFIG_FILE,
    LATEST,
    PROBLEMS_FILE,
    RUNS,
    STORE_FILE,
    Material,
    RunPlan,
    plan_new,
    plan_resumed,
)
from workbench.run.scores import Scores, Tell, dev_check, gains, measure_sets, silent
from workbench.store import Store
from workbench.training import checkpoint
from workbench.training.loop import Evaluate
from workbench.training.loop import run as run_loop
from workbench.types import Problem, Round, to_json
from workbench.verification import Verifier

METRICS, RESULTS = "metrics.jsonl", "results.json"
SCRATCH = "scratch"
"""The name of a run that leaves nothing behind."""


class Run:
    """One training run, open within `with run:`. There one process holds it, and its status is kept in the store.

    Left after `finish` it is finished, after an error failed, else interrupted; the last two can be resumed. An error
    that a person can do something about is raised again with the command that resumes the run.
    """

    def __init__(
        self,
        plan: RunPlan,
        check: Evaluate | None = None,
        method: Method[Any] | None = None,
        learner: Learner | None = None,
    ) -> None:
        """Take a plan and what it cannot name.

        `check` evaluates the policy every `evaluation.every` rounds, on the plan's `dev` problems if left out.
        `method` and `learner` are those of the settings if left out; a learner of another engine comes untrained.
        """
        self.plan, self.method, self.learner = plan, method, learner
        self.done: list[Round] = []
        """All rounds so far, earlier sittings' too."""
        self._check = check or (dev_check(plan) if plan.material.dev else None)
        self._store: Store | None = None
        self._open = ExitStack()
        self._start: Policy | None = None
        self._rounds: Iterator[Round] | None = None
        self._finished = False

    @classmethod
    def create(
        cls,
        config: Config,
        *,
        name: str | None = None,
        runs_folder: Path = RUNS,
        store: str | None = None,
        verifier: Verifier | None = None,
        problems: Sequence[Problem] | None = None,
        method: Method[Any] | None = None,
        learner: Learner | None = None,
    ) -> Run:
        """Return a new run that is kept in `runs_folder`. See `plan_new`, also for what it raises."""
        plan = plan_new(config, name=name, runs_folder=runs_folder, store=store, verifier=verifier, problems=problems)
        return cls(plan, None, method, learner)

    @classmethod
    def resume(
        cls,
        run: str = LATEST,
        *,
        runs_folder: Path = RUNS,
        store: str | None = None,
        minutes: float | None = None,
        rounds: int | None = None,
        verifier: Verifier | None = None,
        method: Method[Any] | None = None,
        learner: Learner | None = None,
    ) -> Run:
        """Return a run that was interrupted, or a finished one with a new limit, counted from its start.

        `run` is a name, a folder or `latest`. See `plan_resumed`, also for what it raises.
        """
        given = {"training.minutes": minutes, "training.rounds": rounds}
        limits = [f"{key}={value}" for key, value in given.items() if value is not None]
        plan = plan_resumed(run, runs_folder=runs_folder, store=store, overrides=limits, verifier=verifier)
        return cls(plan, None, method, learner)

    @classmethod
    def scratch(
        cls,
        config: Config,
        problems: Sequence[Problem],
        *,
        verifier: Verifier | None = None,
        method: Method[Any] | None = None,
        learner: Learner | None = None,
    ) -> Run:
        """Open a run in a folder that goes with it, at the latest when Python ends. No `with` is needed.

        `verifier`: the builtin one if left out.
        """
        folder = Path(tempfile.mkdtemp(prefix="workbench-"))
        store = str(folder / STORE_FILE)
        judge = verifier or Verifier(common_domain(problems))
        plan = RunPlan(SCRATCH, folder / SCRATCH, store, config, Material(problems), judge)
        run = cls(plan, None, method, learner)
        weakref.finalize(run, shutil.rmtree, folder, ignore_errors=True)
        return run.__enter__()

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def folder(self) -> Path:
        return self.plan.folder

    @property
    def config(self) -> Config:
        return self.plan.config

    @property
    def verifier(self) -> Verifier:
        return self.plan.verifier

    @property
    def store(self) -> Store:
        """The store, while the run is open."""
        if self._store is None:
            raise BadInput(f"The run {self.name!r} is not open; use it within 'with run:'.")
        return self._store

    def __enter__(self) -> Run:
        if self._store is not None:
            return self  # a scratch run is open from its beginning
        plan = self.plan
        if plan.material.final and not plan.resumed and self.learner is None:
            # Loaded before the run is recorded: a model that cannot be used leaves no empty run behind.
            self._start = load_policy(plan.config.model)
            choose_threads(self._start.parameter_count(), plan.config.training.threads)
        with ExitStack() as opened:
            opened.enter_context(_alone(plan))
            self._store = opened.enter_context(Store.open(plan.store))
            _record(plan, self._store)
            self._store.runs.save_problems(plan.name, plan.material.train)
            self._open = opened.pop_all()
        self.done = self._earlier_rounds()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._open:
            # Entered once more, it is resumed.
            self._rounds, self.plan = None, replace(self.plan, resumed=True)
            store, self._store = self.store, None
            if error is None or isinstance(error, KeyboardInterrupt):
                _mark(store, self.name, "finished" if self._finished and error is None else "interrupted")
                return
            _mark(store, self.name, "failed")
            if isinstance(error, WorkbenchError) and self.plan.resume is not None:
                raise type(error)(f"{error} Fix this, then resume with: {self.plan.resume}") from error

    # Training

    def rounds(self) -> Iterator[Round]:
        """Train, and yield each round when it is done, stored and written to metrics.jsonl.

        Asking for the next round trains one; to pause is not to ask. A further call goes on with the same rounds, and
        where an error or Ctrl-C ended them, from the newest checkpoint.
        """
        if self._rounds is None:
            self._rounds = self._train()
        return self._rounds

    def _train(self) -> Iterator[Round]:
        plan, file = self.plan, self.plan.folder / METRICS
        try:
            self.done, self._finished = self._earlier_rounds(), False
            write_atomically(file, "".join(f"{to_json(r)}\n" for r in self.done))
            loop = run_loop(
                plan.config,
                plan.material.train,
                self.store,
                plan.name,
                plan.checkpoints,
                self._check,
                verifier=plan.verifier,
                method=self.method,
                learner=self.learner,
            )
            for done in loop:
                self.done.append(done)
                append_line(file, to_json(done))
                yield done
        finally:
            self._rounds = None

    def _earlier_rounds(self) -> list[Round]:
        """Rounds before the newest checkpoint: those after it are going to be repeated."""
        newest = checkpoint.newest(self.plan.checkpoints) if self.plan.checkpoints.is_dir() else None
        resumed = int(newest.name.removeprefix("round-")) if newest else 0
        # A kill can come between checkpoint and line, or within a line: the store has every round too.
        written = whole_lines(self.plan.folder / METRICS, Round)
        found = {r.index: r for r in (*self.store.runs.rounds(self.name), *written)}
        return [found[index] for index in sorted(found) if index < resumed]

    @property
    def share_done(self) -> float:
        """How much of the limit on rounds or on time is used up, from 0 to 1."""
        limits = self.plan.config.training
        of_rounds = len(self.done) / limits.rounds if limits.rounds else 0.0
        of_time = sum(stage_seconds(self.done).values()) / (limits.minutes * 60) if limits.minutes else 0.0
        return min(1.0, max(of_rounds, of_time))

    # Measuring and the end

    def measure(self, when: Literal["before", "after"], tell: Tell = silent) -> Scores:
        """Return the scores of the untrained or of the trained policy on the final sets.

        Each set is written to before.json or after.json when it is measured, and then not measured again.
        """
        return self._measured(when, self._untrained if when == "before" else self.policy, tell)

    def _measured(self, when: Literal["before", "after"], open_policy: Any, tell: Tell) -> Scores:
        rounds = len(self.done) if when == "after" else 0
        try:
            return measure_sets(self.plan, open_policy, when, rounds, self.plan.folder / f"{when}.json", tell)
        finally:
            self._start = None

    def _untrained(self) -> Engine:
        if self.learner is None:
            return self._start or load_policy(self.plan.config.model)
        if self.done:
            raise BadInput(f"The run {self.name!r} has begun; measure 'before' ahead of its first round.")
        return self.learner.average

    def policy(self) -> Engine:
        """Return the policy of the newest checkpoint; before the first round the untrained one.

        What a run has learned is the moving average of its weights. Raises `StorageError` where rounds were trained
        and there is no whole checkpoint.
        """
        plan = self.plan
        newest = checkpoint.newest(plan.checkpoints)
        if newest is None and self.done:
            raise StorageError(
                f"{plan.checkpoints} has no whole checkpoint after {len(self.done)} rounds; train to a multiple of "
                f"checkpoint.every = {plan.config.checkpoint.every} or to the end, or check the disk."
            )
        if self.learner is not None:
            if newest is not None:
                self.learner.restore(newest)
            return self.learner.average
        policy = load_policy(plan.config.model, trainable=True)
        if newest is not None:
            checkpoint.restore_learned(newest, policy)
        return policy

    def finish(self, tell: Tell = silent) -> dict[str, Any]:
        """Measure and save the trained policy; return the results, which are written to results.json too."""
        plan = self.plan
        before = self.measure("before", tell)
        policy = self.policy()
        after = self._measured("after", lambda: policy, tell)
        policy.save(plan.model)
        stages = stage_seconds(self.done)
        seconds = sum(stages.values())
        results = {
            "run": plan.name,
            "folder": str(plan.folder),
            "model": str(plan.model),
            "method": plan.method,
            "verifier": plan.verifier.version,
            "title": plan.material.title,
            "rounds": len(self.done),
            "rollouts": int(sum(r.metrics["rollouts"] for r in self.done)),
            "seconds": seconds,
            "stages": {n: s / seconds for n, s in sorted(stages.items(), key=lambda item: -item[1])},
            "splits": gains(before, after),
            "resume": plan.resume,
        }
        write_atomically(plan.folder / RESULTS, json.dumps(results, indent=2) + "\n")
        self._finished = True
        return results


@contextmanager
def _alone(plan: RunPlan) -> Iterator[None]:
    """Hold a run for one user. Raises `BadInput` if another one trains it."""
    make_folder(plan.folder.parent)
    # Not local to a thread: the one that ends a run need not be the one that began it.
    lock = FileLock(plan.folder.parent / f".{plan.folder.name}.lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise BadInput(
            f"The run {plan.name!r} is being trained by another process; wait for it or stop it."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _record(plan: RunPlan, store: Store) -> None:
    """Put a new run into its folder and the store, or mark an old one as running."""
    known = plan.name in store.runs.names()
    if plan.resumed or not known:
        # Before the store has it: a run without its settings could not be resumed after a kill.
        make_folder(plan.folder)
        write_atomically(plan.folder / CONFIG_FILE, dump_config(plan.config))
        if plan.given_problems:
            write_problems(plan.folder / PROBLEMS_FILE, plan.material.train)
    if plan.resumed and known:
        store.runs.set_status(plan.name, "running")
    else:
        versions = {
            "workbench": __version__,
            "torch": version("torch"),
            "transformers": version("transformers"),
            "python": platform.python_version(),
            "text": TEXT_HASH,
            "verifier": plan.verifier.version,
        }
        store.runs.create(plan.name, plan.config.model_dump_json(), versions)


def _mark(store: Store, run: str, status: str) -> None:
    # A full disk may be why the run ended: that is then the error to be shown, not this one.
    with suppress(WorkbenchError):
        store.runs.set_status(run, status)


# What runs and comparisons share.


def stage_seconds(rounds: Sequence[Round]) -> dict[str, float]:
    """Return the wall time of training by stage. Evaluation is no training and is not counted."""
    totals: dict[str, float] = {}
    for done in rounds:
        for stage, seconds in done.seconds.items():
            if stage != "evaluate":
                totals[stage] = totals.get(stage, 0.0) + seconds
    return totals
