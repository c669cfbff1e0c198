"""What is asked of SymPy and what it answers, and the killable child processes that work it out.

The pools of `pebble` and of the standard library start a child by running the caller's `__main__` again. That repeats
the work of a script without a guard, and fails where the program came from standard input. These children do not.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from workbench.verification.symbolic.trees import Tree


class Holds(NamedTuple):
    """Whether `left sign right` holds: for numbers, or for all values of the letters."""

    left: Tree
    sign: str
    right: Tree


class Outcome(NamedTuple):
    """True or False where it is proved, else None; `witness` shows why it is False."""

    holds: bool | None
    witness: str = ""


# The parent's side: the same from a thread, a notebook or a test. A child answers one request at a time.


_HEAD = struct.Struct("!Q")
_MAIN = "from workbench.verification.symbolic.pool import serve; serve()"
_START_SECONDS = 120.0
"""For the start of a child on a busy machine; imports are not part of any check's time."""


class WorkerLost(Exception):
    """The child died before it answered: killed, out of memory, or crashed."""


class WorkerLate(Exception):
    """The child was killed since it did not answer in time."""


class Worker:
    """One child process that runs a function, named as `module:function`, on each request."""

    def __init__(self, function: str, memory: int | None = None) -> None:
        arguments = [sys.executable, "-c", _MAIN, function, str(memory or 0)]
        # A session of its own: Ctrl-C is the parent's to answer.
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        self.owner = os.getpid()
        self.replies: queue.SimpleQueue[object] = queue.SimpleQueue()
        threading.Thread(target=_collect, args=(self.process.stdout, self.replies), daemon=True).start()
        _ALIVE.add(self)
        try:
            self.receive(_START_SECONDS)
        except WorkerLate as error:
            raise WorkerLost from error

    def send(self, request: object) -> None:
        """Hand over a request. Raise `WorkerLost`."""
        assert self.process.stdin is not None
        data = pickle.dumps(request)
        try:
            self.process.stdin.write(_HEAD.pack(len(data)) + data)
            self.process.stdin.flush()
        except (OSError, ValueError) as error:
            self.kill()
            raise WorkerLost from error

    def receive(self, seconds: float) -> Any:
        """Return the next answer. Raise `WorkerLate` or `WorkerLost`; the child is dead after either."""
        try:
            reply = self.replies.get(timeout=seconds)
        except queue.Empty as error:
            self.kill()
            raise WorkerLate from error
        if isinstance(reply, _Gone):
            self.kill()
            raise WorkerLost
        return reply

    def ask(self, request: object, seconds: float) -> Any:
        """Send and receive."""
        self.send(request)
        return self.receive(seconds)

    def kill(self) -> None:
        """End the child at once."""
        with suppress(OSError):
            self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        with suppress(OSError):
            assert self.process.stdin is not None
            self.process.stdin.close()


class Pool:
    """A few workers of one kind, started when they are first needed, shared by all threads."""

    def __init__(self, function: str, memory: int, size: int) -> None:
        self.function, self.memory, self.size = function, memory, size
        self.lost = 0
        """Checks that were given up since the worker died or was too late."""
        self._reset()

    def _reset(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(self.size)
        self.idle: list[Worker] = []
        self.busy: list[Worker] = []

    def ask(self, request: object, seconds: float) -> Any | None:
        """Return the answer, or None where the worker died over it or was late. The next check has a new worker."""
        if self.owner != os.getpid():
            self._reset()  # after a fork the workers are still the parent's
        with self._slots:
            try:
                worker = self._take()
            except WorkerLost:
                self._count_lost()
                return None
            self.busy.append(worker)
            try:
                reply = worker.ask(request, seconds)
            except (WorkerLost, WorkerLate):
                self._count_lost()
                return None
            except BaseException:
                worker.kill()  # interrupted: a late answer must not meet another question
                raise
            finally:
                self.busy.remove(worker)
            with self._lock:
                self.idle.append(worker)
            return reply

    def _count_lost(self) -> None:
        with self._lock:
            self.lost += 1

    def _take(self) -> Worker:
        with self._lock:
            while self.idle:
                worker = self.idle.pop()
                if worker.process.poll() is None:
                    return worker
        return Worker(self.function, self.memory)

    def close(self) -> None:
        """End the workers that are idle; the pool can be used again."""
        with self._lock:
            idle, self.idle = self.idle, []
        for worker in idle:
            worker.kill()


@dataclass(frozen=True)
class _Gone:
    """Stands in the queue of replies once the child's output has ended."""


_ALIVE: weakref.WeakSet[Worker] = weakref.WeakSet()


@atexit.register
def _kill_all() -> None:
    for worker in list(_ALIVE):
        # A fork of the owner has the same list, but not the same children.
        if worker.owner == os.getpid():
            worker.kill()


def _environment() -> dict[str, str]:
    """The caller's, with its module path and a fixed order of sets, so that equal work is equal."""
    path = os.pathsep.join(str(Path(place).absolute()) for place in sys.path)
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}


def _collect(stream: IO[bytes] | None, replies: queue.SimpleQueue[object]) -> None:
    """Move the child's answers into the queue until its output ends."""
    assert stream is not None
    with stream:
        while (reply := _read(stream)) is not None:
            replies.put(reply)
    replies.put(_Gone())


def _read(stream: IO[bytes]) -> Any | None:
    """One pickled object; None at the end of the stream, also where it ends in the middle of one."""
    try:
        head = stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        (size,) = _HEAD.unpack(head)
        data = stream.read(size)
        return pickle.loads(data) if len(data) == size else None
    except (OSError, ValueError, EOFError, pickle.UnpicklingError):
        return None


# The child


def serve() -> None:
    """The life of a child: read requests, answer each, end with the input."""
    function, memory = sys.argv[1], int(sys.argv[2])
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not get between the answers
    requests: queue.SimpleQueue[object] = queue.SimpleQueue()
    answer = _load(function)
    _cap_memory(memory)
    threading.Thread(target=_listen, args=(os.fdopen(os.dup(0), "rb"), requests), daemon=True).start()
    _reply(output, True)
    while True:
        answer(requests.get(), lambda reply: _reply(output, reply))


def _listen(stream: IO[bytes], requests: queue.SimpleQueue[object]) -> None:
    try:
        while (request := _read(stream)) is not None:
            requests.put(request)
    finally:
        os._exit(0)  # the parent is gone, or sent what cannot be loaded here: whatever we were doing


def _reply(output: IO[bytes], reply: object) -> None:
    data = pickle.dumps(reply)
    output.write(_HEAD.pack(len(data)) + data)
    output.flush()


Reply = Callable[[object], None]


def _load(function: str) -> Callable[[Any, Reply], None]:
    module, _, name = function.partition(":")
    loaded: Callable[[Any, Reply], None] = getattr(__import__(module, fromlist=[name]), name)
    return loaded


def _cap_memory(memory: int) -> None:
    """Limit the address space to what is in use now and `memory` bytes more, where the system can."""
    if not memory:
        return
    with suppress(ImportError, ValueError, OSError):
        import resource

        limit = _address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _address_space() -> int:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30
