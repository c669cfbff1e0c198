"""Other people's real data: umass-ml4ed/CogTutorBugs (CC BY 4.0), openai/grade-school-math (MIT)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
VERIFIER = Verifier()


def rows(name: str) -> list[dict]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the development data {name} is not on this machine")
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def test_gold_solutions_are_not_flagged():
    counts: Counter[str] = Counter()
    for row in rows("gsm8k/train.jsonl")[:300]:
        gold = row["answer"].rpartition("#### ")[2].strip()
        verdict = VERIFIER.verify(Problem("p", row["question"], gold), row["answer"])
        assert verdict.answer_correct
        counts.update(s.judgement.value for s in verdict.steps)
    assert counts["incorrect"] <= 0.005 * counts.total(), counts


def test_pupils_moves_are_told_apart():
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows("cogtutor/dev.jsonl"):
        problem = Problem("p", f"Solve {row['before']}.", None)
        step = VERIFIER.verify(problem, [row["after"]], Knowledge.FREE).steps[0]
        counts[row["verdict"], step.judgement.value] += 1
    for verdict, judgement in (("equivalent", Judgement.CORRECT), ("not_equivalent", Judgement.INCORRECT)):
        total = sum(n for (v, _), n in counts.items() if v == verdict)
        assert counts[verdict, judgement.value] >= 0.97 * total, counts
