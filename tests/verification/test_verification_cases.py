"""The published case table in data/cases: every row holds, every known failure still fails."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.judging.cases import Case, judge_case, load_cases, read_cases, shortcomings, tally
from workbench.types import Judgement
from workbench.verification import Verifier

VERIFIER = Verifier()
CASES = load_cases()
HOLDING = [case for case in CASES if case.row.known_failure is None]
FAILING = [case for case in CASES if case.row.known_failure is not None]
REPAIRED = [case for case in HOLDING if case.row.judgement is Judgement.INCORRECT]


@pytest.mark.parametrize("case", HOLDING, ids=lambda c: c.name)
def test_case(case: Case):
    verdict = judge_case(case.row, VERIFIER)
    assert not shortcomings(case.row, verdict), verdict.reason
    if verdict.judgement is Judgement.INCORRECT:
        assert verdict.reason
        assert verdict.evidence


@pytest.mark.parametrize("case", FAILING, ids=lambda c: c.name)
@pytest.mark.xfail(strict=True, reason="known failure; the row says why")
def test_known_failure(case: Case):
    assert not shortcomings(case.row, judge_case(case.row, VERIFIER))


@pytest.mark.parametrize("case", REPAIRED, ids=lambda c: c.name)
def test_repair_is_itself_correct(case: Case):
    repair = judge_case(case.row, VERIFIER).repair
    if repair is not None:
        assert repair != case.row.step
        assert judge_case(case.row, VERIFIER, repair).judgement is Judgement.CORRECT


def question(case: Case) -> tuple[object, ...]:
    """What a case asks, without what is right to say."""
    row = case.row
    return row.problem, row.before, row.step, row.mode, row.answer, row.reference


def test_no_case_stands_twice_in_a_file():
    counts = Counter((case.file, question(case)) for case in CASES)
    assert not [place for place, count in counts.items() if count > 1]


def test_no_two_cases_contradict_each_other():
    said: dict[object, set[Judgement]] = {}
    for case in CASES:
        said.setdefault(question(case), set()).add(case.row.judgement)
    assert not [asked for asked, judgements in said.items() if len(judgements) > 1]


def test_the_tally_counts_every_case():
    counted = tally(CASES, VERIFIER)
    assert sum(t.holds + t.known_failures + t.broken for t in counted) == len(CASES)
    assert sum(t.known_failures for t in counted) == len(FAILING)
    assert not any(t.broken for t in counted)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"problem": "Solve x = 1.", "judgement": "correct"}', "step"),
        ('{"problem": "p", "step": "s", "judgement": "right"}', "judgement"),
        ('{"problem": "p", "step": ', "line 2"),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(line: str, complaint: str, tmp_path: Path):
    file = tmp_path / "mine.jsonl"
    file.write_text('{"problem": "p", "step": "3 + 4 = 7", "judgement": "correct"}\n' + line + "\n")
    with pytest.raises(BadInput, match=r"mine\.jsonl, line 2") as caught:
        read_cases(file)
    assert complaint in str(caught.value)
