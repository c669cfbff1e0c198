"""Reference mode on real data: eth-lre/verify-then-generate (CC BY 4.0), openai/grade-school-math (MIT)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.lab.rewriting import Unfit, rewrite
from workbench.problems import catalogue
from workbench.types import Judgement, Knowledge, Problem, Scope, StepVerdict
from workbench.verification import Verifier

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
VERIFIER = Verifier()
MODES = (Knowledge.FREE, Knowledge.ANSWER, Knowledge.REFERENCE)


def rows(name: str) -> list[dict]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the development data {name} is not on this machine")
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def pupils() -> Iterator[tuple[Problem, list[str], int]]:
    """Wrong solutions of real pupils and models with the step that a teacher marked."""
    for row in rows("stepverify/dev.jsonl"):
        lines = tuple(row["reference_solution"].split("\n"))
        problem = Problem(str(row["row"]), row["problem"], lines[-1].strip(), solution=lines)
        yield problem, row["steps"], row["first_error"]


def gold(row: dict) -> Problem:
    lines = tuple(row["answer"].replace("####", "Answer:").split("\n"))
    return Problem("p", row["question"], lines[-1].removeprefix("Answer:").strip(), solution=lines)


def test_first_errors_are_where_teachers_marked_them():
    found: Counter[str] = Counter()
    for problem, steps, marked in pupils():
        first = VERIFIER.verify(problem, steps, Knowledge.REFERENCE).first_error
        found["exact" if first == marked else "other"] += 1
    # Two teachers who marked the same solution agree in 0.60 of the pairs.
    assert found["exact"] / found.total() >= 0.52, found


def test_rewritten_gold_is_not_flagged():
    flagged = total = solutions = 0
    for seed, row in enumerate(rows("gsm8k/train.jsonl")[:330]):
        try:
            steps = rewrite(row["answer"], seed)
        except Unfit:
            continue
        verdict = VERIFIER.verify(gold(row), steps, Knowledge.REFERENCE)
        solutions += 1
        total += len(steps)
        flagged += sum(s.judgement is Judgement.INCORRECT for s in verdict.steps)
    assert solutions >= 290
    assert flagged <= 0.005 * total, (flagged, total)


def test_alternate_paths_of_our_own_problems_pass():
    tried = 0
    for skill in catalogue.BY_NAME:
        for i in range(12):
            problem = catalogue.make(skill, 1 + i % 3, 11, i, catalogue.SPLITS["train"])
            for alternate in problem.alternates:
                tried += 1
                assert VERIFIER.verify(problem, alternate, Knowledge.REFERENCE).first_error is None, alternate
    assert tried >= 60


def keeps(less: StepVerdict, more: StepVerdict) -> bool:
    """Whether knowing more changed a verdict only where it may."""
    if less.judgement is Judgement.INCORRECT and less.confidence >= 1:
        return more.judgement is Judgement.INCORRECT and more.confidence >= 1
    if less.judgement is Judgement.CORRECT and less.scope is Scope.MEANING:
        return more.judgement is Judgement.CORRECT and more.scope is Scope.MEANING
    if less.judgement is Judgement.CORRECT:
        return more.judgement is Judgement.CORRECT or more.scope is Scope.MEANING
    return True


def assert_monotone(problem: Problem, steps: list[str] | tuple[str, ...]) -> None:
    verdicts = [VERIFIER.verify(problem, steps, mode) for mode in MODES]
    for less, more in pairwise(verdicts):
        for a, b in zip(less.steps, more.steps, strict=True):
            assert keeps(a, b), (problem.text, steps, a, b)


def test_knowing_more_never_takes_back_what_is_certain_on_pupils_solutions():
    for problem, steps, _ in list(pupils())[::3]:
        assert_monotone(problem, steps)


def test_knowing_more_never_takes_back_what_is_certain_on_gold():
    for row in rows("gsm8k/train.jsonl")[:200]:
        problem = gold(row)
        assert_monotone(problem, problem.solution)


def test_knowing_more_never_takes_back_what_is_certain_on_our_problems():
    for skill in catalogue.BY_NAME:
        problem = catalogue.make(skill, 2, 3, 0, catalogue.SPLITS["train"])
        other = catalogue.make(skill, 2, 3, 1, catalogue.SPLITS["train"])
        assert_monotone(problem, problem.solution)
        assert_monotone(problem, other.solution)


STORY = "Ann has 12 pens. She buys 3 boxes with 4 pens in each and gives 5 pens away. How many pens has she now?"
WORKED = ("3 * 4 = 12 pens in the boxes.", "12 + 12 = 24 pens.", "24 - 5 = 19 pens.", "Answer: 19")
NUMBERS = st.integers(0, 40)
LINES = st.builds(
    "{}{} {} {} = {}{}".format,
    st.sampled_from(["", "She has ", "So there are "]),
    NUMBERS,
    st.sampled_from("+-*/"),
    NUMBERS,
    NUMBERS,
    st.sampled_from(["", " pens", " boxes left."]),
)
ENDS = st.builds("{}{}".format, st.sampled_from(["Answer: ", "", "The answer is "]), NUMBERS)


@given(st.lists(LINES, min_size=1, max_size=5), ENDS)
@settings(deadline=None, max_examples=150)
def test_knowing_more_never_takes_back_what_is_certain(lines, end):
    assert_monotone(Problem("p", STORY, "19", solution=WORKED), [*lines, end])


@given(st.lists(LINES, min_size=1, max_size=5), ENDS)
@settings(deadline=None, max_examples=100)
def test_at_most_one_step_goes_astray(lines, end):
    verdict = VERIFIER.verify(Problem("p", STORY, "19", solution=WORKED), [*lines, end], Knowledge.REFERENCE)
    astray = [s for s in verdict.steps if s.checker == "reference" and s.judgement is Judgement.INCORRECT]
    assert len(astray) <= 1
    assert all(s.evidence and s.scope is Scope.MEANING and 0 < s.confidence < 1 for s in astray)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(deadline=None, max_examples=150)
def test_no_text_breaks_reference_mode(line, problem):
    VERIFIER.verify(Problem("p", problem, line, solution=(line, problem)), [problem, line], Knowledge.REFERENCE)


def test_a_doubling_reference_stays_small():
    lines = tuple(f"{2**i} + {2**i} = {2 ** (i + 1)}" for i in range(60))
    problem = Problem("p", "A pond doubles its lilies every day. How many after 60 days?", None, solution=lines)
    assert VERIFIER.verify(problem, lines, Knowledge.REFERENCE).first_error is None
