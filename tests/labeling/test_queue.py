"""What is ambiguous, in which order it comes, and what a queue holds; worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.labeling.labelled import item
from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.errors import BadInput
from workbench.labeling.candidates import (
    Candidate,
    candidates_of,
    chances_of_error,
    change_of_signal,
    disagreement,
    run_checkers,
)
from workbench.labeling.queue import (
    build_queue,
    by_diversity,
    by_score,
    fill_queue,
    gold_items,
    latest_distinct,
    problems_of_run,
    shipped_queue,
)
from workbench.problems.splits import load_split
from workbench.store import Order, QueuePlace, Store
from workbench.types import Diagnosis, Evidence, Judged, Judgement, Mark, Problem, StepVerdict, Verdict
from workbench.verification import Verifier
from workbench.verification.lines.findings import Finding

YES, NO, UNKNOWN = Judgement.CORRECT, Judgement.INCORRECT, Judgement.UNKNOWN
MISREAD = "6 + 5 = 11\nAnswer: 11"


def said(*judgements: Judgement, evidence: bool = False) -> list[Finding]:
    facts = (Evidence("answer", "It leads to a wrong answer."),) if evidence else ()
    return [Finding(j, Diagnosis.VALID, "c", evidence=facts) for j in judgements]


def step(judgement: Judgement = YES, confidence: float = 1.0, text: str = "s") -> StepVerdict:
    return StepVerdict(text, judgement, Diagnosis.VALID, confidence=confidence)


def candidate(text: str, verdict: StepVerdict, says: list[Finding] | None = None, worth: float = 0.0) -> Candidate:
    return Candidate(item(text), verdict, tuple(says or ()), worth)


def verdict(answer: Judgement | None, *steps: StepVerdict) -> Verdict:
    return Verdict(steps, None, answer, "v")


def test_disagreement_by_hand():
    assert disagreement(step(YES), said(YES, YES)) == 0
    assert disagreement(step(NO, 0.8), said(YES, NO)) == 1
    assert disagreement(step(NO, 0.8), said(YES, YES, YES, NO)) == 0.5
    assert disagreement(step(YES), said(YES) + said(UNKNOWN, evidence=True)) == 0.5
    assert disagreement(step(YES), said(YES, UNKNOWN)) == 0
    # A certain disproof is not open: who says correct saw a part of the line.
    assert disagreement(step(NO, 1.0), said(YES, NO)) == 0


def test_ambiguous_is_unknown_unsure_or_disputed():
    assert candidate("a", step(UNKNOWN, 0.0)).ambiguous
    assert candidate("a", step(NO, 0.8)).ambiguous
    assert candidate("a", step(YES), said(YES) + said(UNKNOWN, evidence=True)).ambiguous
    assert not candidate("a", step(YES), said(YES)).ambiguous
    assert not candidate("a", step(NO, 1.0), said(YES, NO)).ambiguous


def test_the_signal_that_changes_by_hand():
    failed = verdict(NO, step(), step(), step(), step())
    assert [change_of_signal(failed, i) for i in range(4)] == [0.75] * 4
    assert change_of_signal(verdict(NO, step()), 0) == 1
    assert change_of_signal(verdict(YES, step(), step()), 1) == 1
    located = verdict(NO, step(), step(NO), step())
    assert [change_of_signal(located, i) for i in range(3)] == [1, 1, 0]


def test_the_chance_of_an_error_by_hand():
    nothing: list[list[Finding]] = [[], [], []]
    failed = verdict(NO, step(UNKNOWN, 0), step(), step(UNKNOWN, 0))
    assert chances_of_error(failed, nothing) == [0.5, 0, 0.5]
    right = verdict(YES, step(UNKNOWN, 0), step(YES, 0.8), step())
    assert chances_of_error(right, nothing) == pytest.approx([0.05, 0.2, 0])


def test_orders_by_hand():
    unknown = candidate("a", step(UNKNOWN, 0), worth=0.1)
    unsure = candidate("b", step(NO, 0.8), said(YES, NO), worth=0.2)
    sure = candidate("c", step(), worth=0.9)
    given = [sure, unsure, unknown]
    assert by_score(given, Order.UNCERTAIN) == [unknown, unsure, sure]
    assert by_score(given, Order.DISAGREE)[0] == unsure
    assert by_score(given, Order.WORTH) == [sure, unsure, unknown]


def test_the_diverse_order_takes_what_is_least_like_what_came():
    texts = ["3x = 15", "3x = 16", "Subtract 5 from both sides.", "4x = 17"]
    order = [c.item.step for c in by_diversity([candidate(t, step()) for t in texts])]
    assert order[:2] == ["3x = 15", "Subtract 5 from both sides."]
    assert sorted(order) == sorted(texts)
    assert by_diversity([]) == []
    blank = [candidate(t, step()) for t in ("", " ")]
    assert len(by_diversity(blank)) == 2


def test_hearing_changes_no_verdict():
    for problem, text in ((LINEAR, RIGHT), (LINEAR, SIGN_KEPT), (STORY, MISREAD)):
        heard = run_checkers(problem, text)
        assert heard.verdict == Verifier().verify(problem, text)
        assert len(heard.findings) == len(heard.verdict.steps)
    assert [f.judgement for f in run_checkers(STORY, MISREAD).findings[0]] == [YES, UNKNOWN]


def test_candidates_go_up_to_the_first_error_and_come_once():
    members = group([RIGHT, SIGN_KEPT, LATE, RIGHT]).members
    found = candidates_of(members, {LINEAR.id: LINEAR}, "run")
    texts = [c.item.lines for c in found]
    assert len(texts) == len(set(texts))
    assert ("3x = 20 + 5",) in texts
    assert ("3x = 20 + 5", "3x = 25") not in texts
    assert candidates_of(members, {}, "run") == []


def test_a_misread_story_is_ambiguous_and_worth_a_label():
    found = candidates_of(group([MISREAD, MISREAD, "6 + 4 = 10\nAnswer: 10"], STORY).members, {STORY.id: STORY}, "r")
    misread = next(c for c in found if c.item.step == "6 + 5 = 11")
    assert misread.ambiguous
    assert misread.disagree == 0.5
    # One step is open, so it has the mistake; all of the signal moves; p = 2/5: 2 sqrt(0.24) = 0.98.
    assert misread.worth == pytest.approx(2 * 0.24**0.5)


def test_a_queue_holds_each_orders_first_a_random_slice_and_doubles():
    ambiguous = [candidate(f"{n} = {n}", step(UNKNOWN, 0), worth=n / 100) for n in range(60)]
    plain = [candidate(f"{n} + 0 = {n}", step()) for n in range(60)]
    queue = build_queue([*ambiguous, *plain], 40, seed=1)
    places = [place for _, place in queue]
    assert len(queue) == 40
    assert sum(p.control for p in places) == 4
    assert sum(p.readers == 2 for p in places) == 8
    ids = {one.id for one, _ in queue}
    assert ambiguous[-1].item.id in ids
    assert not {p.item.id for p in plain} & {one.id for one, place in queue if not place.control}
    assert queue == build_queue([*ambiguous, *plain], 40, seed=1)
    assert build_queue([], 40) == []


def test_gold_is_known_by_construction():
    made = gold_items(load_split("dev")[:60], 12)
    assert len(made) == 12
    for one, place in made:
        found = Verifier().verify(one.problem, list(one.lines)).steps[-1].judgement
        assert found is (YES if place.gold is Mark.CORRECT else NO), one


def test_the_latest_of_the_same_text_is_looked_at_once():
    members = list(group([RIGHT, LATE]).members)
    later = [Judged(replace(m.rollout, id=f"{m.rollout.id}-b", round=1), m.verdict) for m in members]
    assert latest_distinct([*members, *later], 10) == later
    assert latest_distinct([*members, *later], 1) == later[-1:]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workbench.db") as opened:
        yield opened


def test_a_run_fills_the_queue_once(store: Store):
    with pytest.raises(BadInput, match="no run 'r'"):
        fill_queue(store, "r", {})
    store.runs.create("r", '{"problems": {"path": null}}', {})
    made = group([MISREAD, "6 + 4 = 10\nAnswer: 10"], STORY).members
    store.verdicts.save_rollouts("r", [m.rollout for m in made])
    store.verdicts.save("r", [(m.rollout.id, m.verdict) for m in made])
    others = {p.id: p for p in load_split("dev")[:20]}
    added = fill_queue(store, "r", {STORY.id: STORY, **others}, 10, gold_share=1.0)
    places = store.labels.places()
    assert added == len(places)
    assert sum(place.gold is not None for place in places.values()) == sum(p.gold is None for p in places.values())
    assert {x.source for x in store.labels.items()} == {"r", "gold"}
    assert fill_queue(store, "r", {STORY.id: STORY, **others}, 10, gold_share=1.0) == 0


def test_a_run_knows_its_problems(store: Store, tmp_path: Path):
    store.runs.create("shipped", '{"problems": {"path": null}}', {})
    assert problems_of_run(store, "shipped") == {p.id: p for p in load_split("train")}
    gone = tmp_path / "gone.jsonl"
    store.runs.create("own", f'{{"problems": {{"path": "{gone}"}}}}', {})
    with pytest.raises(BadInput, match="put back the file"):
        problems_of_run(store, "own")


def test_fifty_items_ship_with_gold_beside_them():
    queue = shipped_queue()
    assert sum(place.gold is None for _, place in queue) == 50
    assert sum(place.gold is not None for _, place in queue) == 2
    assert shipped_queue(path=Path("nowhere.jsonl")) == []
    assert all(isinstance(one.problem, Problem) and isinstance(place, QueuePlace) for one, place in queue)
