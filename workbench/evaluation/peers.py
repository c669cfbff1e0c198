"""How fast and how far our peers decide the same pairs of equations: Math-Verify and SymPy's `solveset`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.files import json_object, read_jsonl, shown
from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.algebra.relations import compare, statements
from workbench.verification.reading.claims import read_line

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
    began = time.process_time()
    same = tuple(check(pair) for pair in pairs)
    return Timing(name, len(pairs), (time.process_time() - began) / max(1, len(pairs)), same)


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
