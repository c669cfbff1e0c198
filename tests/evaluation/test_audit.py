"""The audit's counts, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.evaluation.audit import (
    NOT_LOCATED,
    Audit,
    Failure,
    audit,
    by_diagnosis,
    cells,
    failures_of,
    said_by_memory,
    thirds,
    trends,
)
from workbench.types import Diagnosis, Judgement, Level, MemoryItem

WRONG_REASONS = "3x = 20 + 5\n3x = 15\nx = 5\nAnswer: x = 5"
STORY_RIGHT, STORY_WRONG = "6 + 4 = 10\nAnswer: 10", "6 - 4 = 2\nAnswer: 2"


def failure(kind: str, round: int, skill: str = "s", key: str = "", malrule: str | None = None) -> Failure:
    return Failure(key or f"{skill}{kind}{round}", f"p{round % 2}", skill, round, kind, malrule)


def test_each_rollout_counts_once_by_its_first_error() -> None:
    groups = [group([RIGHT, SIGN_KEPT, LATE, WRONG_REASONS], LINEAR, 0), group([STORY_RIGHT, STORY_WRONG], STORY, 1)]
    judged = [m for g in groups for m in g.members]
    found = audit(judged, {"p1": LINEAR, "p2": STORY})
    assert found.tried == {("linear_one", 0): 4, ("word_short", 1): 2}
    assert [f.rollout_id for f in found.failures] == [judged[k].rollout.id for k in (1, 2, 3, 5)]
    assert [f.malrule for f in found.failures] == ["sign_kept", "subtracts_coefficient", "sign_kept", None]
    assert [f.right_answer for f in found.failures] == [False, False, True, False]
    assert found.failures[3].kind == NOT_LOCATED
    assert {f.round for f in found.failures[:3]} == {0}


def test_an_error_of_reading_is_counted_apart() -> None:
    (member,) = group([STORY_WRONG], STORY).members
    for diagnosis in (Diagnosis.MISREAD, Diagnosis.OVERRULED):
        undecided = [replace(s, judgement=Judgement.UNKNOWN, diagnosis=diagnosis) for s in member.verdict.steps]
        open_ = replace(member, verdict=replace(member.verdict, steps=tuple(undecided)))
        assert [f.kind for f in audit([open_], {}).failures] == [diagnosis.value]


def test_a_problem_that_is_gone_has_no_skill() -> None:
    found = audit(group([SIGN_KEPT]).members, {})
    assert found.tried == {("unknown", 0): 1}


def test_cells_count_share_problems_and_thirds() -> None:
    failures = (
        failure("rounded", 0),
        failure("rounded", 1),
        failure("rounded", 1, key="again"),
        failure("buggy", 5, malrule="sign_kept"),
        failure("buggy", 5, "t", malrule="sign_kept"),
    )
    tried = {("s", r): 4 for r in range(6)} | {("t", 5): 2}
    made = cells(Audit(failures, tried))
    assert [(c.skill, c.kind, c.count) for c in made] == [
        ("s", "rounded", 3),
        ("s", "sign_kept", 1),
        ("t", "sign_kept", 1),
    ]
    first = made[0]
    assert first.share == 3 / 24
    assert first.problems == 2
    assert (first.early, first.late) == (3 / 8, 0.0)  # rounds 0 and 1 of six, 4 rollouts each
    assert made[2].early is None  # t was not tried in rounds 0 and 1
    assert made[2].late == 1 / 2
    assert first.examples[0] in ("srounded1", "again")  # newest first
    assert [c.kind for c in cells(Audit(failures, tried), by_diagnosis)] == ["rounded", "buggy", "buggy"]


def test_trends_are_shares_of_all_rollouts_in_stretches() -> None:
    failures = (*(failure("a", r, key=f"a{r}") for r in range(4)), failure("b", 3))
    spans, lines = trends(Audit(failures, {("s", r): 2 for r in range(4)} | {("t", 3): 2}), stretches=2)
    assert spans == [(0, 1), (2, 3)]
    assert [(t.kind, t.shares) for t in lines] == [("a", (0.5, 2 / 6)), ("b", (0.0, 1 / 6))]


def test_an_empty_audit_has_nothing_to_say() -> None:
    empty = audit([], {})
    assert cells(empty) == []
    assert trends(empty) == ([], [])
    assert empty.count() == 0


@pytest.mark.parametrize(
    ("rounds", "early", "late"), [([3], [3], [3]), ([0, 1], [0], [1]), (list(range(7)), [0, 1], [5, 6])]
)
def test_thirds(rounds: list[int], early: list[int], late: list[int]) -> None:
    assert thirds(rounds) == (early, late)


def test_memory_speaks_of_a_cell_by_evidence_or_by_skill_and_malrule() -> None:
    base = MemoryItem("m", Level.LESSON, "s", "p", "text", (), "v", 0)
    by_rollout = MemoryItem("r", Level.LESSON, "other", "p", "text", ("x", "f1"), "v", 0, uses=1)
    by_malrule = MemoryItem("k", Level.PATTERN, "s", None, "text", ("y",), "v", 0, malrule="sign_kept", uses=9)
    again = MemoryItem("a", Level.LESSON, "other", "q", "text", ("f1",), "v", 0)
    gone = MemoryItem("g", Level.LESSON, "s", "p", "old text", ("f1",), "v", 0, uses=20, retired="old")
    other = MemoryItem("o", Level.LESSON, "t", "p", "text", (), "v", 0, malrule="sign_kept")
    members = [failure("buggy", 0, key="f1", malrule="sign_kept")]
    said = said_by_memory([gone, again, other, base, by_rollout, by_malrule], members, "s", "sign_kept")
    assert [item.id for item in said] == ["k", "r", "g"]


def test_a_cell_opens_newest_first() -> None:
    failures = (failure("a", 0), failure("b", 1), failure("a", 2))
    found = Audit(failures, {("s", 0): 9})
    assert failures_of(found, "s", "a") == [failures[2], failures[0]]
    assert failures_of(found, "t", "a") == []
