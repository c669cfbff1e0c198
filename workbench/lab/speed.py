"""How fast and how far our peers decide the same pairs of equations: Math-Verify, SymPy's `solveset`, pycodemath."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

from workbench.files import json_object, read_jsonl, shown
from workbench.judging.coverage import Perturbation, twins
from workbench.problems.catalogue import DIFFICULTIES, SKILLS, SPLITS, make
from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.lines.claims import read_line
from workbench.verification.lines.relations import compare, statements
from workbench.verification.many import VerificationTask, verify_many

_EXAMPLE = '{"before": "3x + 5 = 20", "after": "3x = 15"}'


@dataclass(frozen=True)
class EquationPair:
    """An equation and what somebody made of it."""

    before: str
    after: str


@dataclass(frozen=True)
class Timing:
    """One checker on pairs of equations."""

    name: str
    pairs: int
    seconds_per_pair: float
    """Of this process's CPU time, so that a busy machine disturbs little."""
    same: tuple[bool | None, ...]
    """Whether both equations have the same solutions; None where the checker did not tell."""


Check = Callable[[EquationPair], bool | None]


def read_pairs(path: Path) -> list[EquationPair]:
    """Pairs from a JSONL file with `before` and `after`, each once. Raises `BadInput` that names the line."""
    return list(dict.fromkeys(read_jsonl(path, lambda line: _pair(json_object(line, _EXAMPLE)))))


def _pair(row: dict[str, object]) -> EquationPair:
    before, after = row.get("before"), row.get("after")
    if not isinstance(before, str) or not isinstance(after, str):
        raise ValueError(f"`before` is {shown(before)} and `after` is {shown(after)}; both must be text")
    return EquationPair(before, after)


def timed(name: str, check: Check, pairs: Sequence[EquationPair]) -> Timing:
    """The checker on every pair, one after another."""
    _settle()
    began = time.process_time()
    same = tuple(check(pair) for pair in pairs)
    return Timing(name, len(pairs), (time.process_time() - began) / max(1, len(pairs)), same)


def _settle() -> None:
    """Leave what is loaded to itself: else the collector walks through all modules of the peers while we measure."""
    gc.collect()
    gc.freeze()


def ours(verifier: Verifier) -> Check:
    """This project's verifier, from text to verdict, with the malrule and the repair of what is wrong."""

    def check(pair: EquationPair) -> bool | None:
        problem = Problem("pair", f"Solve {pair.before}.", None)
        judgement = verifier.verify(problem, [pair.after], Knowledge.FREE).steps[0].judgement
        return {Judgement.CORRECT: True, Judgement.INCORRECT: False, Judgement.UNKNOWN: None}[judgement]

    return check


def deciding() -> Check:
    """This project's decision alone, as peers make it: from text to whether the solutions are the same."""

    def check(pair: EquationPair) -> bool | None:
        before, after = (statements(read_line(text)) for text in (pair.before, pair.after))
        if len(before) != 1 or len(after) != 1:
            return None
        old, new = before[0].solutions, after[0].solutions
        return None if old is None or new is None else compare(old, new) is None

    return check


def math_verify() -> Check | None:
    """Math-Verify with its default settings; None where it is not installed."""
    try:
        from math_verify import parse, verify
    except ImportError:
        return None

    def check(pair: EquationPair) -> bool | None:
        before, after = parse(f"${pair.before}$"), parse(f"${pair.after}$")
        return bool(verify(before, after)) if before and after else None

    return check


def solveset() -> Check:
    """SymPy's `solveset` over the reals on both equations, which our own reader hands over."""
    from sympy import S, Symbol
    from sympy import solveset as solve

    from workbench.verification.symbolic.functions import read_sentence
    from workbench.verification.symbolic.solving import expression
    from workbench.verification.symbolic.trees import letters

    def check(pair: EquationPair) -> bool | None:
        found = []
        for text in (pair.before, pair.after):
            said = read_sentence(text)
            if said is None or len(said.relations) != 1:
                return None
            left, right = said.relations[0].left, said.relations[0].right
            names = sorted(letters(left) | letters(right)) or ["x"]
            difference = expression(left) - expression(right)
            found.append(solve(difference, Symbol(names[0], real=True), domain=S.Reals))
        return bool(found[0] == found[1])

    return check


def pycodemath() -> Check | None:
    """pycodemath's check of a derivation of two lines; None where it is not installed."""
    try:
        from pycodemath.core.errors import PycodemathError
        from pycodemath.verify import VerdictStatus, check_steps
    except ImportError:
        return None
    told = {VerdictStatus.VERIFIED: True, VerdictStatus.REFUTED: False}

    def check(pair: EquationPair) -> bool | None:
        try:
            return told.get(check_steps([pair.before, pair.after]).status)
        except PycodemathError:
            return None

    return check


# How fast the verifier is, as ratios within one run: caches cold, every row distinct, parsing counted.


REPEATS = 3
STEP_TARGET = 0.0001
PEER_TARGETS = {"math-verify": 200.0, "solveset": 50.0, "pycodemath": 200.0}
LEFT_OUT = "{} is not installed, so it was left out; install it with pip install 'tutor-workbench[bench]'."


@dataclass(frozen=True)
class Ratio:
    """How many times faster than a peer the verifier is on a pair: to decide, as the peer does, and in all."""

    peer: str
    pairs: int
    decision_seconds: float
    verdict_seconds: float
    """With the malrule, the counterexample and the repair, which no peer gives."""
    peer_seconds: float
    decision_ratio: float
    verdict_ratio: float
    target: float
    """Of the decision."""
    agree: float | None
    """Among the pairs that both decide."""


@dataclass(frozen=True)
class Speed:
    """One run of the benchmark."""

    verifier: str
    steps: int
    step_seconds: float
    """Per step of generated solutions, right and wrong, of this process's CPU time; the median of three runs."""
    step_target: float
    pairs_from: str
    ratios: tuple[Ratio, ...]
    mixed_steps: int
    mixed_seconds: tuple[tuple[int, float], ...]
    """Jobs and wall time, the start of the processes counted."""
    notes: tuple[str, ...]


def clear_caches() -> None:
    """Forget everything that the verifier keeps between calls."""
    for name, module in list(sys.modules.items()):
        if name.startswith("workbench.verification"):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if clear is not None:
                    clear()


def solutions(seed: int) -> Iterator[tuple[Problem, list[str]]]:
    """Distinct problems of all skills and levels with a solution, every second one with a slip in it."""
    seen: set[str] = set()
    for i in count():
        for skill in SKILLS:
            for level in DIFFICULTIES:
                problem = make(skill.name, level, seed, i, SPLITS["train-large"])
                if problem.text not in seen:
                    seen.add(problem.text)
                    yield problem, _written(problem, slip=len(seen) % 2 == 0)


def _written(problem: Problem, slip: bool) -> list[str]:
    steps = list(problem.solution)
    if slip:
        at = len(steps) // 2
        steps[at] = next(iter(twins(steps[at], Perturbation.SLIP)), steps[at])
    return steps


def tasks(steps: int, seed: int) -> list[VerificationTask]:
    """Solutions with about so many steps in all."""
    chosen: list[VerificationTask] = []
    have = 0
    for problem, written in solutions(seed):
        if have >= steps:
            break
        chosen.append(VerificationTask(problem, written))
        have += len(written)
    return chosen


def generated_pairs(number: int, seed: int) -> list[EquationPair]:
    """Neighbouring lines of solutions to equations in one letter, every second with a slip."""
    found: dict[EquationPair, None] = {}
    for pair in _line_pairs(seed):
        found.setdefault(pair)
        if len(found) == number:
            break
    return list(found)


def _line_pairs(seed: int) -> Iterator[EquationPair]:
    for problem, _ in solutions(seed):
        if not problem.skill.startswith(("linear", "quadratic")):
            continue
        lines = [s for s in problem.solution if s.count("=") == 1 and ":" not in s and "or" not in s]
        for i, (before, after) in enumerate(pairwise(lines)):
            made = twins(after, Perturbation.SLIP) if i % 2 else ()
            yield EquationPair(before, made[0] if made else after)


def measure(
    pairs: Sequence[EquationPair], pairs_from: str, peer_pairs: int, mixed_steps: int, jobs: Sequence[int] = (1, 2)
) -> Speed:
    """The whole benchmark. Peers see the first `peer_pairs` pairs, which would take minutes otherwise."""
    verifier = Verifier()
    batches = [tasks(2000, seed) for seed in range(1, REPEATS + 1)]
    per_step = sorted(_step_seconds(verifier, batch) for batch in batches)[REPEATS // 2]
    ratios, notes = _ratios(verifier, pairs, peer_pairs)
    mixed = tasks(mixed_steps, REPEATS + 1)
    return Speed(
        verifier=verifier.version,
        steps=sum(len(t.solution) for t in batches[0]),
        step_seconds=per_step,
        step_target=STEP_TARGET,
        pairs_from=pairs_from,
        ratios=tuple(ratios),
        mixed_steps=sum(len(t.solution) for t in mixed),
        mixed_seconds=tuple((n, _mixed_seconds(verifier, mixed, n)) for n in jobs),
        notes=tuple(notes),
    )


def _step_seconds(verifier: Verifier, batch: Sequence[VerificationTask]) -> float:
    clear_caches()
    _settle()
    began = time.process_time()
    for task in batch:
        verifier.verify(task.problem, task.solution, task.knowledge)
    return (time.process_time() - began) / sum(len(task.solution) for task in batch)


def _ratios(verifier: Verifier, pairs: Sequence[EquationPair], peer_pairs: int) -> tuple[list[Ratio], list[str]]:
    peers: dict[str, Check | None] = {
        "math-verify": math_verify(),
        "solveset": solveset(),
        "pycodemath": pycodemath(),
    }
    few = list(pairs[:peer_pairs])
    clear_caches()
    verdict = timed("verdict", ours(verifier), pairs)
    clear_caches()
    decision = timed("decision", deciding(), pairs)
    found = [_ratio(decision, verdict, timed(name, peer, few)) for name, peer in peers.items() if peer is not None]
    return found, [LEFT_OUT.format(name) for name, peer in peers.items() if peer is None]


def _ratio(decision: Timing, verdict: Timing, peer: Timing) -> Ratio:
    both = [a == b for a, b in zip(verdict.same, peer.same, strict=False) if a is not None and b is not None]
    return Ratio(
        peer=peer.name,
        pairs=peer.pairs,
        decision_seconds=decision.seconds_per_pair,
        verdict_seconds=verdict.seconds_per_pair,
        peer_seconds=peer.seconds_per_pair,
        decision_ratio=peer.seconds_per_pair / decision.seconds_per_pair,
        verdict_ratio=peer.seconds_per_pair / verdict.seconds_per_pair,
        target=PEER_TARGETS[peer.name],
        agree=sum(both) / len(both) if both else None,
    )


def _mixed_seconds(verifier: Verifier, work: Sequence[VerificationTask], jobs: int) -> float:
    clear_caches()
    began = time.perf_counter()
    for _ in verify_many(work, verifier, jobs):
        pass
    return time.perf_counter() - began
