"""Roots, trigonometry and logarithms: what SymPy decides in its own process, and what happens when that dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.symbolic import checker as symbolic
from workbench.verification.symbolic.functions import read_sentence
from workbench.verification.symbolic.pool import Holds, Outcome, Pool
from workbench.verification.symbolic.trees import Call

VERIFIER = Verifier(checkers=())
"""With nothing but its last resort."""
RIGHT, WRONG, UNKNOWN = Judgement.CORRECT, Judgement.INCORRECT, Judgement.UNKNOWN
WORD = "Tom draws a triangle."
FAR, FAR_LINE = "Expand √(x - 90)·√(x - 90).", "√(x - 90)·√(x - 90) = x - 90"
"""Numbers cannot decide it: where they are tried there is no value."""


def judge(problem: str, *lines: str):
    return VERIFIER.verify(Problem("p", problem, None), list(lines), Knowledge.FREE).steps[-1]


@pytest.mark.parametrize(
    ("problem", "line", "judgement"),
    [
        (WORD, "√12 = 2√3", RIGHT),
        (WORD, "√12 = 3√2", WRONG),
        (WORD, r"\frac{1}{\sqrt{2}} = \frac{\sqrt{2}}{2}", RIGHT),
        (WORD, "√(3 + 2√2) = 1 + √2", RIGHT),
        (WORD, "√(3 + 2√2) = 1 + √3", WRONG),
        (WORD, "∛(2 + √5) = (1 + √5)/2", RIGHT),
        (WORD, "log_2 8 = 3", RIGHT),
        (WORD, "ln 6 = ln 2 + ln 4", WRONG),
        (WORD, "sin 30° = 1/2", RIGHT),
        (WORD, "√2 = 1.41", UNKNOWN),
        (WORD, "√2 < 1.5", RIGHT),
        (WORD, "√(-4) = 2", UNKNOWN),
        (WORD, "1/(√2·√2 - 2) = 3", UNKNOWN),
        (WORD, "He cut a log 5 = 5", UNKNOWN),
        (WORD, "twice √16 = 4", UNKNOWN),
        (WORD, "5 apples + √16 = 7", UNKNOWN),
        ("Simplify sin^2 x + cos^2 x.", "sin^2 x + cos^2 x = 1", RIGHT),
        ("Simplify sin^2 x + cos^2 x.", "sin^2 x + cos^2 x = 2", WRONG),
        ("Simplify √(x^2).", "√(x^2) = x", WRONG),
        ("Simplify √(x^2).", "√(x^2) = |x|", RIGHT),
        ("Expand (√x + 1)^2.", "x + 2√x + 1", RIGHT),
        ("Solve x^2 = 2.", "x = ±√2", RIGHT),
        ("Solve x^2 = 2.", "x = √2", WRONG),
        ("Solve x^2 - 4x + 1 = 0.", "x = 2 ± √3", RIGHT),
        ("Solve √(x+3) = 5.", "x + 3 = 25", RIGHT),
        ("Solve √(x+3) = 5.", "x = 21", WRONG),
        ("Solve √x = x - 2.", "x = (x-2)^2", RIGHT),
        ("Solve √x = x - 2.", "x = 4 or x = 1", WRONG),
        ("Solve |x - 3| = 5.", "x = 8 or x = -2", RIGHT),
        ("Solve sin x = 1.", "x = 90°", UNKNOWN),
    ],
)
def test_what_it_decides(problem: str, line: str, judgement: Judgement):
    found = judge(problem, line)
    assert found.judgement is judgement, found.reason
    assert found.evidence or judgement is not WRONG


@pytest.mark.parametrize(
    "bomb",
    [
        "√(9^9^9) = 3",
        "2^(2^(2^(2^2))) = √2",
        "((9^9)^9)^9 = √3",
        "(10000000)! = √2",
        "((5!)!)! = √2",
        "√" * 300 + "2 = 1",
        "(" * 200 + "√2" + ")" * 200 + " = √2",
        "√2^x = 3",
        "exp(exp(exp(exp(exp(9))))) = √2",
        "(√2 + √3 + √5 + √7)^912 = (√2 + √3 + √5 + √7)^913",
    ],
)
def test_a_bomb_costs_nothing(bomb: str):
    began = time.perf_counter()
    assert judge(WORD, bomb).judgement is UNKNOWN
    assert time.perf_counter() - began < 5


def test_a_root_may_be_left_out_for_what_it_means():
    assert judge("How long is the third side?", "c^2 = 9 + 16", "c = √25").judgement is not WRONG
    assert judge("How long is the third side?", "c^2 = 9 + 16", "c = √25 or c = 3").judgement is not WRONG


def test_what_follows_from_a_wrong_line_is_carried():
    step = judge("Solve √(x + 1) = 4.", "x + 1 = 8", "√(x + 1) = √8")
    assert step.judgement is RIGHT
    assert step.carried


def test_what_numbers_decide_never_reaches_the_pool(monkeypatch):
    monkeypatch.setattr(symbolic, "ask", lambda question: pytest.fail("asked"))
    for line in ("√50 = 5√2", "3x = 25", "He has three apples.", "9**9**9 = 3", "Step 4: 7 + 8 = 15", "twice 5 = 10"):
        judge("Solve 3x + 5 = 20.", line)


def test_importing_the_package_imports_no_sympy():
    code = "import sys, workbench.cli, workbench.verification as v; v.Verifier(); sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_same_from_a_thread():
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: judge(WORD, f"√{n * n * 2} = {n}√2"), range(2, 18)))
    assert all(f.judgement is RIGHT for f in found)


def deep(n: int) -> Holds:
    """A question that keeps SymPy busy for a while."""
    roots = [Call("sqrt", (p,)) for p in (2, 3, 5, 7, 11, 13)]
    total = roots[0]
    for root in roots[1:]:
        total = Call("+", (total, root))
    square = Call("^", (total, 4))
    return Holds(square, "=", Call("*", (square, Call("/", (n, n)))))


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=lambda s: s.name)
def test_killing_a_worker_in_mid_check_gives_nothing_and_the_next_check_works(blow: signal.Signals):
    pool = Pool("workbench.verification.symbolic.solving:serve", memory=512 << 20, size=1)
    assert pool.ask(Holds(Call("sqrt", (16,)), "=", 4), 30) == Outcome(True)
    (worker,) = pool.idle
    threading.Timer(0.05, os.kill, (worker.process.pid, blow)).start()
    replies = [pool.ask(deep(n), 3) for n in range(2, 200) if worker.process.poll() is None and not pool.lost]
    assert replies[-1] is None
    assert pool.lost == 1
    assert pool.ask(Holds(Call("sqrt", (16,)), "=", 4), 30) == Outcome(True)
    pool.close()


def test_a_check_that_was_lost_is_unknown_and_not_kept(monkeypatch):
    monkeypatch.setattr(symbolic.POOL, "ask", lambda question, seconds: None)
    assert judge(FAR, FAR_LINE).judgement is UNKNOWN
    monkeypatch.undo()
    assert judge(FAR, FAR_LINE).judgement is RIGHT


def test_memory_of_a_worker_is_capped():
    pool = Pool("verification_helpers:swallow", memory=64 << 20, size=1)
    assert pool.ask(1 << 20, 30) == "fits"
    assert pool.ask(1 << 30, 30) in (None, "too much")
    assert pool.ask(1 << 20, 30) == "fits"
    pool.close()


def test_sentences_beyond_the_bounds_are_not_read():
    assert read_sentence("√2 = " + "1 + " * 200 + "1") is None
    assert read_sentence("x^99 = √2") is None
