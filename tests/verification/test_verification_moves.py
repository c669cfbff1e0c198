"""Real pupils' moves, from umass-ml4ed/CogTutorBugs (CC BY 4.0): both classes, in both shapes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.types import Judgement, Knowledge, Problem, StepVerdict
from workbench.verification import Verifier

MOVES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "cogtutor" / "dev.jsonl"
VERIFIER = Verifier()
JUDGEMENT = {"equivalent": Judgement.CORRECT, "not_equivalent": Judgement.INCORRECT}


@dataclass(frozen=True)
class Measured:
    """Shares of right judgements by class, and the share of wrong moves whose malrule is named."""

    equivalent: float
    not_equivalent: float
    named: float


def in_problem(row: dict) -> StepVerdict:
    problem = Problem("p", f"Solve {row['before']}.", None)
    return VERIFIER.verify(problem, [row["after"]], Knowledge.FREE).steps[0]


def in_steps(row: dict) -> StepVerdict:
    problem = Problem("p", "Solve the equation.", None)
    return VERIFIER.verify(problem, [row["before"], row["after"]], Knowledge.FREE).steps[1]


def measure(rows: list[dict], judge) -> Measured:
    """The figures of the move data in one shape."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    named = 0
    for row in rows:
        step = judge(row)
        total[row["verdict"]] += 1
        right[row["verdict"]] += step.judgement is JUDGEMENT[row["verdict"]]
        named += row["verdict"] == "not_equivalent" and step.malrule is not None
    shares = {verdict: right[verdict] / total[verdict] for verdict in JUDGEMENT}
    return Measured(**shares, named=named / total["not_equivalent"])


@pytest.mark.parametrize("judge", [in_problem, in_steps])
def test_pupils_moves_are_told_apart_in_both_shapes(judge):
    if not MOVES.exists():
        pytest.skip("the development data cogtutor/dev.jsonl is not on this machine")
    found = measure([json.loads(line) for line in MOVES.read_text().split("\n") if line], judge)
    assert found.equivalent >= 0.995, found
    assert found.not_equivalent >= 0.995, found
    assert found.named >= 0.8, found
