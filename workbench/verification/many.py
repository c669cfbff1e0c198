"""Many solutions at once: over processes, in order, with a bounded cache of verdicts."""

from __future__ import annotations

import queue
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from workbench.types import Diagnosis, Judgement, Knowledge, Problem, StepVerdict, Verdict
from workbench.verification.symbolic import checker as symbolic
from workbench.verification.symbolic.pool import Reply, Worker, WorkerLate, WorkerLost
from workbench.verification.verifier import Verifier

CHUNK = 16
"""Solutions handed to a worker at once: enough to hide the cost of a message, few enough to share fairly."""
ROW_SECONDS = 60.0
"""A backstop: the verifier bounds its own work, and a solution takes milliseconds."""
CACHED = 10_000


@dataclass(frozen=True)
class VerificationTask:
    """One solution to be judged."""

    problem: Problem
    solution: str | Sequence[str]
    knowledge: Knowledge = Knowledge.ANSWER


@dataclass(eq=False)
class VerdictCache:
    """The verdicts of the most recent contents: the one cache for training, evaluation and judging again.

    It is bounded by the number of its entries, of some 2 kB each, and safe for any number of threads. Its users never
    put in a verdict that a deadline had a part in; training puts in none with an open step.
    """

    size: int = CACHED
    _kept: OrderedDict[object, Verdict] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: object) -> Verdict | None:
        """Return the verdict on this content, if it is still there."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: object, verdict: Verdict) -> None:
        """Keep a verdict; the one that was not asked for longest makes room."""
        with self._lock:
            self._kept[key] = verdict
            self._kept.move_to_end(key)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def content_key(verifier: Verifier, task: VerificationTask) -> object:
    """Return all that a verdict depends on."""
    problem, solution = task.problem, task.solution
    steps = solution if isinstance(solution, str) else tuple(solution)
    known = (problem.text, problem.answer, problem.solution, problem.alternates)
    return verifier.version, known, steps, task.knowledge


def verify_many(
    tasks: Iterable[VerificationTask], verifier: Verifier, jobs: int = 1, cache: VerdictCache | None = None
) -> Iterator[Verdict]:
    """Yield the verdicts on many solutions, in their order, as soon as each is there.

    With several jobs each works in a process of its own. Where one dies, the solution in its hands comes
    back unknown and the others go on. A verdict that a deadline had a part in is never cached.
    """
    store = cache if cache is not None else VerdictCache(0)
    work = list(tasks)
    worker = _start(verifier) if jobs > 1 and len(work) > 1 else None
    if worker is not None:
        yield from _spread(work, verifier, min(jobs, len(work)), store, worker)
        return
    for task in work:
        yield _verify(verifier, task, store)[0]


def _verify(verifier: Verifier, task: VerificationTask, cache: VerdictCache) -> tuple[Verdict, bool]:
    """The verdict on one solution, and whether it may be kept."""
    key = content_key(verifier, task)
    found = cache.get(key)
    if found is not None:
        return found, True
    lost = symbolic.POOL.lost
    verdict = verifier.verify(task.problem, task.solution, task.knowledge)
    kept = symbolic.POOL.lost == lost
    if kept:
        cache.put(key, verdict)
    return verdict, kept


# Over processes

_Chunk = Sequence[tuple[int, VerificationTask]]
"""Tasks with their numbers."""


@dataclass(eq=False)
class _Board:
    """What the threads share: chunks still to be done, verdicts by number, and the workers."""

    verifier: Verifier
    cache: VerdictCache
    chunks: queue.SimpleQueue[_Chunk] = field(default_factory=queue.SimpleQueue)
    done: queue.SimpleQueue[tuple[int, Verdict]] = field(default_factory=queue.SimpleQueue)
    workers: list[Worker] = field(default_factory=list)
    stopped: bool = False


def _spread(
    work: Sequence[VerificationTask], verifier: Verifier, jobs: int, cache: VerdictCache, first: Worker
) -> Iterator[Verdict]:
    """One thread for each worker; the verdicts are put back into order here."""
    board = _Board(verifier, cache)
    known = {i: v for i, task in enumerate(work) if (v := cache.get(content_key(verifier, task))) is not None}
    numbered = [(i, task) for i, task in enumerate(work) if i not in known]
    for start in range(0, len(numbered), CHUNK):
        board.chunks.put(numbered[start : start + CHUNK])
    for given in [first, *[None] * (jobs - 1)]:
        threading.Thread(target=_drive, args=(board, given), daemon=True).start()
    try:
        for number in range(len(work)):
            while number not in known:
                at, verdict = board.done.get()
                known[at] = verdict
            yield known.pop(number)
    finally:
        board.stopped = True
        for worker in board.workers:
            worker.kill()


def _drive(board: _Board, worker: Worker | None) -> None:
    """Give chunks to one worker until none are left; a new worker takes over from one that died."""
    while not board.stopped:
        try:
            chunk = board.chunks.get_nowait()
        except queue.Empty:
            break
        while chunk and not board.stopped:
            if worker is None and (worker := _start(board.verifier)) is None:
                board.done.put((chunk[0][0], _given_up(board.verifier, chunk[0][1])))
                chunk = chunk[1:]
                continue
            board.workers.append(worker)
            answered = _judge_chunk(board, worker, chunk)
            if answered < len(chunk):
                worker = None
                board.done.put((chunk[answered][0], _given_up(board.verifier, chunk[answered][1])))
            chunk = chunk[answered + 1 :]
    if worker is not None:
        worker.kill()


def _judge_chunk(board: _Board, worker: Worker, chunk: _Chunk) -> int:
    """Have a chunk judged; returns how many were answered, which is fewer where the worker was lost."""
    answered = 0
    with suppress(WorkerLost, WorkerLate):
        worker.send([task for _, task in chunk])
        for number, task in chunk:
            verdict, kept = worker.receive(ROW_SECONDS)
            if kept:
                board.cache.put(content_key(board.verifier, task), verdict)
            board.done.put((number, verdict))
            answered += 1
    return answered


def _start(verifier: Verifier) -> Worker | None:
    """A worker that has the verifier; None where it cannot be had elsewhere, as with a notebook's own checkers."""
    try:
        worker = Worker("workbench.verification.many:serve")
        worker.ask(verifier, ROW_SECONDS)
    except (WorkerLost, WorkerLate, AttributeError, TypeError):
        warnings.warn("The verifier cannot be sent to another process; this one does the work.", stacklevel=2)
        return None
    return worker


def _given_up(verifier: Verifier, task: VerificationTask) -> Verdict:
    """All unknown: the process died over this solution."""
    texts = [step.text for step in verifier.domain.split(task.solution)]
    reason = "The check broke off and was given up."
    steps = [StepVerdict(t, Judgement.UNKNOWN, Diagnosis.UNDECIDED, reason=reason, confidence=0.0) for t in texts]
    open_answer = task.knowledge is not Knowledge.FREE and task.problem.answer is not None
    unknown = Judgement.UNKNOWN if open_answer else None
    return Verdict(tuple(steps), None, unknown, verifier.version, task.knowledge)


_serving: list[Verifier] = []


def serve(request: Verifier | Sequence[VerificationTask], reply: Reply) -> None:
    """In the worker: first the verifier, then chunks of tasks, each answered one by one."""
    if isinstance(request, Verifier):
        _serving[:] = [request]
        reply(True)
        return
    for task in request:
        reply(_verify(_serving[0], task, VerdictCache(0)))
