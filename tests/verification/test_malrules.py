"""The catalogue of malrules, and corrupted twins of the project's own problems."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from workbench.problems.catalogue import BY_NAME, SPLITS, make, write_solution
from workbench.problems.work import Work
from workbench.prompts import LESSONS
from workbench.types import Diagnosis, Judgement, Knowledge, Problem
from workbench.verification import CATALOGUE, Verifier, hints

VERIFIER = Verifier()
ROWS = Path(__file__).resolve().parents[2] / "data" / "cases" / "malrules.jsonl"
SKILLS = (
    *("signed", "order", "frac_add", "frac_of", "decimal", "linear_one", "linear_both", "linear_brackets"),
    *("linear_frac", "inequality", "system", "quadratic", "expand", "factor"),
)
SAME_LINE = (
    {"factor_signs", "ignores_minus"},
    {"halves_square", "one_root"},
    {"multiplies_first_only", "top_only"},
)
"""Malrules that can give the very same line, so that either name is right."""


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


Twin = tuple[Problem, list[str], int, str]
"""Problem, lines, the wrong line's index, and the malrule behind it."""


def twins(count: int) -> Iterator[Twin]:
    """Solutions under one belief each, where the belief leads to a wrong answer."""
    for name in SKILLS:
        skill = BY_NAME[name]
        for level in (1, 2, 3):
            for split in ("dev", "depth-dev"):
                for i in range(count):
                    problem = make(name, level, 23, i, SPLITS[split])
                    params = dict(problem.params)
                    for malrule in skill.malrules:
                        for path in range(skill.paths(params)):
                            work = write_solution(skill, params, Work(beliefs=frozenset({malrule}), path=path))
                            # A wrong rule may give a true line: n = 4 - 2 after 2n = 4.
                            if work.mistakes and work.lines[-1] != problem.solution[-1]:
                                yield problem, work.lines, work.mistakes[0].line, malrule


def same_name(first: str | None, second: str) -> bool:
    return first == second or any({first, second} <= names for names in SAME_LINE)


@pytest.mark.parametrize("knowledge", [Knowledge.FREE, Knowledge.ANSWER])
def test_twins_of_the_generators_malrules(knowledge):
    found: Counter[str] = Counter()
    for problem, lines, at, malrule in twins(2):
        verdict = VERIFIER.verify(problem, lines, knowledge)
        step = verdict.steps[at]
        found["all"] += 1
        found["flagged"] += verdict.first_error == at
        found["named"] += same_name(step.malrule, malrule)
        if verdict.first_error == at and step.repair is not None:
            found["repaired"] += 1
            fixed = VERIFIER.verify(problem, [*lines[:at], step.repair], knowledge).steps[at]
            found["repair right"] += fixed.judgement is Judgement.CORRECT
    assert found["all"] >= 200
    assert found["flagged"] >= 0.99 * found["all"], found
    assert found["named"] >= 0.9 * found["all"], found
    assert found["repaired"] >= 0.9 * found["all"], found
    assert found["repair right"] == found["repaired"], found


NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])(?!.*(?<![\w.])\d+(?![\w.]))")


def last_number(change: Callable[[int, list[int]], int]) -> Callable[[str], str]:
    """A corruption of the last whole number of a line, from its value and all numbers of the line."""

    def corrupt(line: str) -> str:
        every = [int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w.])", line)] or [0]
        return NUMBER.sub(lambda m: str(change(int(m.group()), every)), line)

    return corrupt


FOREIGN: dict[str, Callable[[str], str]] = {
    "seven too many": last_number(lambda n, _: n + 7),
    "three times as much": last_number(lambda n, _: 3 * n + 3),
    "all numbers added": last_number(lambda _, every: sum(every) + 1),
    "two numbers written together": last_number(lambda n, every: int(f"{every[0]}{n}")),
    "squared": last_number(lambda n, _: n * n + 2),
    "next round number": last_number(lambda n, _: n // 10 * 10 + 20),
    "a nine behind": last_number(lambda n, _: 10 * n + 9),
    "the largest number": last_number(lambda n, every: max(every) + 4),
    "half, rounded up, and three": last_number(lambda n, _: (n + 1) // 2 + 3),
    "counted backwards": last_number(lambda n, _: abs(n - 100)),
}


def test_ten_corruptions_outside_the_catalogue():
    found: Counter[str] = Counter()
    for k, (name, corrupt) in enumerate(FOREIGN.items()):
        for skill in SKILLS:
            for level in (1, 3):
                problem = make(skill, level, 31 + k, k, SPLITS["dev"])
                lines = list(problem.solution[:-1])
                at = (k + level) % len(lines)
                wrong = corrupt(lines[at])
                if wrong == lines[at]:
                    continue
                verdict = VERIFIER.verify(problem, [*lines[:at], wrong, *problem.solution[at + 1 :]])
                found["all"] += 1
                found["flagged"] += verdict.first_error == at
                found[name] += verdict.first_error != at
    assert len(FOREIGN) == 10
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
