"""The catalogue of malrules, and corrupted twins of the project's own problems."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from workbench.lab.step_figures import CHANGES, by_changes, by_malrules, same_name
from workbench.types import Diagnosis, Judgement, Knowledge, Problem
from workbench.verification import CATALOGUE, Verifier, hints
from workbench.verification.malrules.catalogue import LESSONS

VERIFIER = Verifier()
ROWS = Path(__file__).resolve().parents[2] / "data" / "cases" / "malrules.jsonl"


def cases() -> list[dict]:
    return [json.loads(line) for line in ROWS.read_text().splitlines()]


def test_the_catalogue_is_large_and_worded():
    assert len(CATALOGUE) >= 40
    for name, rule in CATALOGUE.items():
        assert re.fullmatch(r"[a-z_]+", name)
        assert rule.misconception.endswith(".")
        assert rule.look.endswith(".")
        assert rule.rule.endswith(".")
        assert rule.as_if.startswith("as if ")
        if name in LESSONS:
            assert rule.rule == LESSONS[name][0]


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_malrule_names_its_own_example(name: str):
    text, line = CATALOGUE[name].example.split(" -> ")
    step = VERIFIER.verify(Problem("p", text, None), [line], Knowledge.FREE).steps[0]
    assert (step.judgement, step.malrule) == (Judgement.INCORRECT, name)


def test_every_malrule_has_a_case():
    assert {row["malrule"] for row in cases()} == set(CATALOGUE)


@pytest.mark.parametrize("row", cases(), ids=lambda row: f"{row['malrule']}|{row['step']}")
def test_case_is_named_and_its_repair_holds(row):
    problem = Problem("p", row["problem"], None)
    step = VERIFIER.verify(problem, [*row["before"], row["step"]], Knowledge.FREE).steps[-1]
    assert (step.judgement, step.diagnosis, step.malrule) == (Judgement.INCORRECT, Diagnosis.BUGGY, row["malrule"])
    if step.repair is not None:
        fixed = VERIFIER.verify(problem, [*row["before"], step.repair], Knowledge.FREE).steps[-1]
        assert fixed.judgement is Judgement.CORRECT


def test_hints_do_not_give_the_answer_away_at_once():
    for row in cases():
        problem = Problem("p", row["problem"], None)
        step = VERIFIER.verify(problem, [*row["before"], row["step"]], Knowledge.FREE).steps[-1]
        where, rule, applied = hints(step) or ("", "", "")
        assert where
        assert rule
        assert applied
        if step.repair is not None:
            assert step.repair not in where
            assert step.repair not in rule
            assert step.repair in applied


@pytest.mark.parametrize("knowledge", [Knowledge.FREE, Knowledge.ANSWER])
def test_twins_of_the_generators_malrules(knowledge):
    found: Counter[str] = Counter()
    for item in by_malrules(2):
        problem, lines, at = item.problem, item.lines, item.at
        verdict = VERIFIER.verify(problem, lines, knowledge)
        step = verdict.steps[at]
        found["all"] += 1
        found["flagged"] += verdict.first_error == at
        found["named"] += same_name(step.malrule, item.by)
        if verdict.first_error == at and step.repair is not None:
            found["repaired"] += 1
            fixed = VERIFIER.verify(problem, [*lines[:at], step.repair], knowledge).steps[at]
            found["repair right"] += fixed.judgement is Judgement.CORRECT
    assert found["all"] >= 200
    assert found["flagged"] >= 0.99 * found["all"], found
    assert found["named"] >= 0.9 * found["all"], found
    assert found["repaired"] >= 0.9 * found["all"], found
    assert found["repair right"] == found["repaired"], found


def test_ten_corruptions_outside_the_catalogue():
    found: Counter[str] = Counter()
    for item in by_changes(1):
        hit = VERIFIER.verify(item.problem, item.lines).first_error == item.at
        found["all"] += 1
        found["flagged"] += hit
        found[item.by] += not hit
    assert len(CHANGES) == 10
    assert found["all"] >= 150
    assert found["flagged"] >= 0.95 * found["all"], found


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ("Solve 2 >= 3.", "(7)(2) = (7)/(3)"),
        ("Solve x/0 = 3.", "x = 3/0"),
        ("Simplify (x + 1)^12 * (x - 1)^12.", "(x^2 - 1)^11"),
        ("Solve (x + 1/3)^12 = 2.", "x^12 + 1/3^12 = 2"),
        ("Work out 99999999999999999999 * 99999999999999999999.", "99999999999999999999 * 99999999999999999999 = 7"),
        ("Solve x = 1.", "(x)^-12 = (0)^-1"),
    ],
)
def test_odd_lines_never_raise(problem, line):
    assert VERIFIER.verify(Problem("p", problem, "1"), [line, line]).steps


def test_random_lines_never_raise():
    rng = Random(3)
    pieces = ["x", "2", "(x + 1)", "-", " + ", "/", "*", "^2", "(", ")", " = ", " < ", "20%", "0", "1/3", "x^2", "7"]
    for _ in range(400):
        before = "".join(rng.choice(pieces) for _ in range(rng.randint(3, 9)))
        line = "".join(rng.choice(pieces) for _ in range(rng.randint(3, 11)))
        assert VERIFIER.verify(Problem("p", f"Solve {before}.", None), [line], Knowledge.FREE).steps
