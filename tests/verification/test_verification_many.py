"""Many solutions over processes: order, crashes, the cache, threads."""

from __future__ import annotations

import threading

import pytest
from verification_helpers import Deadly

from workbench.types import Diagnosis, Judgement, Knowledge, Problem
from workbench.verification import DEFAULT, Finding, Verifier
from workbench.verification.many import (
    CHUNK,
    VerdictCache,
    VerificationTask,
    content_key,
    verify_many,
)

VERIFIER = Verifier()


def task(n: int) -> VerificationTask:
    problem = Problem(str(n), f"Solve x + {n} = {2 * n}.", f"x = {n}")
    return VerificationTask(problem, [f"x = {2 * n} - {n}", f"x = {n if n % 3 else n + 1}", f"Answer: x = {n}"])


TASKS = [task(n) for n in range(1, 3 * CHUNK + 6)]


def alone(tasks: list[VerificationTask]):
    return [VERIFIER.verify(t.problem, t.solution, t.knowledge) for t in tasks]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_order_is_kept_and_the_verdicts_are_the_same(jobs: int):
    assert list(verify_many(TASKS, VERIFIER, jobs=jobs)) == alone(TASKS)


def test_from_a_thread():
    found: list = []
    thread = threading.Thread(target=lambda: found.extend(verify_many(TASKS, VERIFIER, jobs=2)))
    thread.start()
    thread.join(120)
    assert found == alone(TASKS)


def test_a_crash_makes_one_solution_unknown_and_the_rest_go_on():
    verifier = Verifier(checkers=(Deadly(),))
    problem = Problem("p", "p", "1")
    tasks = [VerificationTask(problem, ["die" if n in (3, 20) else "live", f"{n}"]) for n in range(40)]
    found = list(verify_many(tasks, verifier, jobs=2))
    dead = [n for n, verdict in enumerate(found) if verdict.steps[0].judgement is Judgement.UNKNOWN]
    assert dead == [3, 20]
    assert found[3].steps[0].diagnosis is Diagnosis.UNDECIDED
    assert found[3].answer_judgement is Judgement.UNKNOWN
    assert len(found[3].steps) == 2


def test_a_checker_that_cannot_be_sent_is_used_here():
    class Mine:
        name = "mine"

        def __call__(self, context: object) -> Finding | None:
            return None

    verifier = Verifier(checkers=(*DEFAULT, Mine()))
    with pytest.warns(UserWarning, match="cannot be sent"):
        found = list(verify_many(TASKS[:3], verifier, jobs=2))
    assert [v.first_error for v in found] == [None, None, 1]


def test_a_caller_may_stop_early():
    running = verify_many(TASKS, VERIFIER, jobs=2)
    assert next(running) == alone(TASKS[:1])[0]
    running.close()


def test_the_cache_is_bounded_and_keyed_by_content():
    cache = VerdictCache(size=5)
    list(verify_many(TASKS[:8], VERIFIER, cache=cache))
    assert len(cache) == 5
    assert cache.get(content_key(VERIFIER, TASKS[0])) is None
    kept = cache.get(content_key(VERIFIER, TASKS[7]))
    assert kept == alone(TASKS[7:8])[0]
    other = VerificationTask(TASKS[7].problem, TASKS[7].solution, Knowledge.FREE)
    assert cache.get(content_key(VERIFIER, other)) is None


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_cached_is_not_judged_again(jobs: int, monkeypatch):
    cache = VerdictCache()
    first = list(verify_many(TASKS, VERIFIER, jobs=jobs, cache=cache))
    monkeypatch.setattr(Verifier, "verify", lambda *_: pytest.fail("judged again"))
    assert list(verify_many(TASKS, VERIFIER, jobs=jobs, cache=cache)) == first
