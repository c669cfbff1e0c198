from __future__ import annotations

import pytest
from verification_cases import CASES, KNOWN_FAILURES, Case

from workbench.types import Judgement, Knowledge, Problem
from workbench.verification import Verifier

VERIFIER = Verifier()


def judge(case: Case):
    lines = [*case.before.splitlines(), case.line]
    return VERIFIER.verify(Problem("p", case.problem, None), lines, Knowledge.FREE).steps[-1]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.problem[:12]}|{c.before[:14]}|{c.line}")
def test_case(case):
    step = judge(case)
    assert step.judgement is case.judgement, step.reason
    if case.repair is not None:
        assert step.repair == case.repair
    if case.judgement is Judgement.INCORRECT:
        assert step.reason
        assert step.evidence


@pytest.mark.parametrize("case", [c for c in CASES if c.repair], ids=lambda c: c.line)
def test_repair_is_accepted_as_correct(case):
    fixed = case._replace(line=case.repair)
    assert judge(fixed).judgement is Judgement.CORRECT


@pytest.mark.parametrize("case", KNOWN_FAILURES, ids=lambda c: c.line)
@pytest.mark.xfail(strict=True, reason="known failure of the thin verifier")
def test_known_failure(case):
    assert judge(case).judgement is case.judgement
