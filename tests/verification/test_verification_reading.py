"""Reading of steps and of quantities; figures on other people's data with loose bounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_reading import DATA, Figures, measure_first_errors, measure_gold

from workbench.types import Diagnosis, Judgement, Knowledge, Problem
from workbench.verification import Verifier
from workbench.verification.units.measures import measure
from workbench.verification.units.names import NAMES, SOFT

VERIFIER = Verifier()
UNITS = sorted(word for word, name in NAMES.items() if len(word) > 2 and name not in SOFT)
FEW = settings(max_examples=80, deadline=None)
STORY = "A farmer sells 24 melons in the morning and 36 in the afternoon. How many melons does he sell?"


def step(line: str, *before: str, problem: str = "Mia packs boxes for a shop."):
    return VERIFIER.verify(Problem("p", problem, None), [*before, line], Knowledge.FREE).steps[-1]


WRITINGS = (
    "{a} + {b} = {c}", "So {a} + {b} = {c} boxes in all.", r"\({a} + {b} = {c}\)", "a total of {a}+{b} = {c}",
    "{a} boxes + {b} boxes = {c} boxes", "${a} + ${b} = ${c}", "{a} plus {b} equals {c}",
    r"\begin{{aligned}} {a} + {b} &= {c} \end{{aligned}}", "Step 2: {a} + {b} = {c}", "**{a} + {b} = {c}**",
    "{a} plus {b} is {c}", "{a} + {b} is equal to {c}", "There are {a} + {b} boxes, which is {c} boxes.",
)  # fmt: skip


@FEW
@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 9), st.sampled_from(WRITINGS))
def test_every_writing_of_a_sum_gets_the_same_judgement(a, b, off, writing):
    assert step(writing.format(a=a, b=b, c=a + b)).judgement is Judgement.CORRECT
    assert step(writing.format(a=a, b=b, c=a + b + off)).judgement is Judgement.INCORRECT


@FEW
@given(st.integers(1, 90), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_a_quantity_equals_itself_in_another_unit(amount, small, large):
    low, high = measure(small), measure(large)
    if low.dimension != high.dimension or low.customary != high.customary or high.size <= low.size:
        return
    if (amount * high.size / low.size).denominator != 1:
        return
    worth = amount * high.size / low.size
    assert step(f"{amount} {large} = {worth} {small}").judgement is Judgement.CORRECT
    wrong = step(f"{amount} {large} = {worth + 1} {small}")
    assert wrong.judgement is Judgement.INCORRECT
    assert step(wrong.repair or "").judgement is Judgement.CORRECT


def test_a_wrong_conversion_is_explained_in_its_unit():
    found = step("2 hours = 100 minutes")
    assert found.reason == "2 hours is 120 minutes, not 100 minutes."
    assert found.repair == "2 hours = 120 minutes"


def test_a_quantity_from_nowhere_is_ungrounded():
    found = step("517 - 36 = 481", problem=STORY)
    assert found.diagnosis is Diagnosis.UNGROUNDED
    assert found.evidence[0].kind == "quantity"
    assert step("36 - 24 = 12", problem=STORY).judgement is Judgement.CORRECT
    assert step("60 * 7 = 420", "24 + 36 = 60", problem=STORY).judgement is Judgement.CORRECT
    assert step("A crate holds 45, so 45 + 24 = 69.", problem=STORY).judgement is Judgement.CORRECT


@pytest.fixture(scope="module")
def data() -> Path:
    if not (DATA / "gsm8k").exists():
        pytest.skip("the development data is not on this machine")
    return DATA


def test_gold_steps_pass_and_are_decided(data: Path) -> None:
    figures: Figures = measure_gold(data / "gsm8k" / "train.jsonl", 1000)
    assert figures.share("incorrect", "steps") <= 0.004, figures.flagged
    assert figures.share("computing decided", "computing") >= 0.95, figures.undecided


def test_first_errors_of_students_are_often_the_first_flagged(data: Path) -> None:
    figures: Figures = measure_first_errors(data / "stepverify" / "dev.jsonl")
    assert figures.counts["exact"] >= 12
    assert figures.counts["flagged"] <= 40
