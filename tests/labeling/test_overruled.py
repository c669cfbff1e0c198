"""Labels against proofs, by hand: who is asked next, and what is withdrawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.labeling.labelled import item, label
from workbench.__main__ import app
from workbench.labeling.candidates import Candidate
from workbench.labeling.overruled import (
    MarkedProof,
    Overruled,
    ask_again,
    contradicts,
    overruled,
    proof_on,
    proof_rule,
    without_withdrawn,
)
from workbench.labeling.queue import build_queue
from workbench.labeling.refine import marked, refine
from workbench.labeling.refined import RefinedVerifier, refined
from workbench.labeling.versions import Version, changed
from workbench.store import QueuePlace, Store
from workbench.types import (
    Diagnosis,
    Evidence,
    Judgement,
    Knowledge,
    Mark,
    Problem,
    Scope,
    StepVerdict,
    from_json,
    to_json,
)
from workbench.verification import Verifier

PROOF = StepVerdict(
    "4 + 5 = 8",
    Judgement.INCORRECT,
    Diagnosis.BUGGY,
    evidence=(Evidence("value", "4 + 5 is 9, not 8."),),
    checker="arithmetic",
    malrule="off_by_one",
    repair="4 + 5 = 9",
)
SOLVE = Problem("p", "Solve 3x + 5 = 20.", "x = 5")


def wrong(count: int, readers: int = 1) -> list[MarkedProof]:
    return [MarkedProof(f"i{n}", PROOF, Mark.CORRECT, readers) for n in range(count)]


def right(count: int) -> list[MarkedProof]:
    return [MarkedProof(f"r{n}", PROOF, Mark.INCORRECT, 1) for n in range(count)]


@pytest.mark.parametrize(
    ("given", "withdrawn"),
    [
        (wrong(2), False),
        (wrong(3), True),
        (wrong(1, readers=2), False),
        (wrong(2, readers=2), True),
        (wrong(3) + right(2), True),
        # One-sided exact 95 %: at least 8.5 % of 3 in 12 are wrong, at least 9.8 % of 3 in 11, 13.5 % of 3 in 8.
        (wrong(3) + right(9), False),
        (wrong(3) + right(5), True),
    ],
)
def test_enough_contradictions_withdraw_a_rule(given, withdrawn):
    (found,) = overruled(given)
    assert found.key == proof_rule(PROOF) == ("arithmetic", "off_by_one", "value", Judgement.INCORRECT)
    assert found.withdrawn is withdrawn


def test_what_counts_as_a_contradiction():
    computed = StepVerdict("4 + 5 = 9", Judgement.CORRECT, Diagnosis.VALID, checker="arithmetic")
    meant = StepVerdict("x = 5", Judgement.CORRECT, Diagnosis.EXPECTED, Scope.MEANING, checker="answer")
    likely = StepVerdict("7 * 2 = 14", Judgement.INCORRECT, Diagnosis.UNGROUNDED, confidence=0.8, checker="grounding")
    assert contradicts(PROOF, Mark.CORRECT)
    assert contradicts(meant, Mark.INCORRECT)
    # A right calculation may be the wrong thing to work out, and what is likely is no proof.
    assert not contradicts(computed, Mark.INCORRECT)
    assert not contradicts(likely, Mark.CORRECT)
    assert not contradicts(PROOF, Mark.CANT_TELL)
    assert overruled([MarkedProof("a", PROOF, Mark.CANT_TELL, 1), *right(2)]) == ()
    twice = [MarkedProof("a", PROOF, Mark.CORRECT, 1), MarkedProof("a", PROOF, Mark.CORRECT, 1)]
    assert overruled(twice)[0].overruled == 1


def test_a_withdrawn_verdict_is_unknown_and_says_how_often():
    rules = overruled(wrong(3))
    step = without_withdrawn(PROOF, rules)
    assert (step.judgement, step.diagnosis, step.confidence) == (Judgement.UNKNOWN, Diagnosis.OVERRULED, 0.0)
    assert step.reason == "Withdrawn: people overruled this kind of verdict 3 times."
    assert (step.malrule, step.repair) == (None, None)
    assert without_withdrawn(PROOF, overruled(wrong(2))) is PROOF
    assert without_withdrawn(PROOF, ()) is PROOF


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "runs" / "workbench.db") as opened:
        yield opened


def test_a_label_against_a_proof_comes_first_for_a_second_reader(store: Store):
    proved, open_, sure = (item(line, problem=SOLVE) for line in ("3x = 25", "Let us see.", "3x = 26"))
    places = {open_.id: QueuePlace(uncertain=1.0), proved.id: QueuePlace(), sure.id: QueuePlace()}
    store.labels.add_items([open_, proved, sure], places)
    assert proof_on(proved) is not None
    assert proof_on(open_) is None
    given = [label(proved, "Ann", Mark.CORRECT), label(sure, "Ann", Mark.INCORRECT)]
    for one in given:
        store.labels.add(one)
    assert ask_again(store, given) == 1
    assert ask_again(store, [label(proved, "ai:x", Mark.CORRECT)]) == 0
    taken = store.labels.take("Ben")
    assert taken is not None
    assert taken.id == proved.id
    # Ann has read it; for her the open step is next.
    assert [one.id for one in [store.labels.take("Ann")] if one] == [open_.id]
    assert store.labels.places()[proved.id].readers == 2


def test_some_steps_that_are_proved_wrong_are_in_the_queue():
    unknown = StepVerdict("3x = 1", Judgement.UNKNOWN, Diagnosis.UNDECIDED, confidence=0.0)
    candidates = [Candidate(item(f"3x = {n}"), PROOF if n % 2 else unknown, (), 0.0) for n in range(100)]
    queue = build_queue(candidates, 40, control_share=0.0)
    proofs = [place for it, place in queue if int(it.step.split()[-1]) % 2]
    assert len(proofs) == 2  # 5 %
    assert len(queue) == 40
    assert all(0 < place.uncertain < 1 for place in proofs)


def steps_against(count: int):
    items = [item(f"3x = {25 + n}", problem=SOLVE) for n in range(count)]
    labels = [label(one, "Ann", Mark.CORRECT) for one in items]
    return items, labels


def test_refining_withdraws_the_rule_and_the_version_says_so():
    items, labels = steps_against(4)
    version = refine(marked(items, labels), modes=(Knowledge.FREE,))
    kinds = {rule.rule: rule for rule in version.overruled}
    assert any(rule.withdrawn for rule in kinds.values()), kinds
    assert "withdrawn, for people overruled them" in changed(version)
    assert from_json(Version, to_json(version)) == version
    verifier = refined(version)
    assert isinstance(verifier, RefinedVerifier)
    before = Verifier().verify(SOLVE, ["3x = 27"], Knowledge.FREE).steps[0]
    after = verifier.verify(SOLVE, ["3x = 27"], Knowledge.FREE).steps[0]
    assert before.judgement is Judgement.INCORRECT
    assert (after.judgement, after.diagnosis) == (Judgement.UNKNOWN, Diagnosis.OVERRULED)
    # Another kind of proof stands.
    assert verifier.verify(SOLVE, ["4 + 4 = 9"], Knowledge.FREE).steps[0].judgement is Judgement.INCORRECT


def test_models_do_not_overrule():
    items, _ = steps_against(4)
    version = refine(marked(items, [label(one, "ai:x", Mark.CORRECT) for one in items]), modes=(Knowledge.FREE,))
    assert version.overruled == ()


def test_a_version_without_contradictions_keeps_its_hash():
    bare = Version("base", 0.95, (), {})
    few = Version("base", 0.95, (), {}, overruled=(Overruled("a", "r", "value", Judgement.INCORRECT, 1, 0, 9),))
    many = Version("base", 0.95, (), {}, overruled=(Overruled("a", "r", "value", Judgement.INCORRECT, 9, 0, 0),))
    assert bare.hash == few.hash != many.hash


def test_settled_steps_count_as_read_twice():
    (one,) = items = [item("3x = 25", problem=SOLVE)]
    labels = [
        label(one, "Ann", Mark.CORRECT),
        label(one, "Ben", Mark.INCORRECT),
        label(one, "settled:Cem", Mark.CORRECT),
    ]
    assert [(s.mark, s.readers) for s in marked(items, labels)] == [(Mark.CORRECT, 3)]
    assert [s.readers for s in marked(items, labels[:1])] == [1]


def test_the_command_lists_what_people_overrule(store: Store):
    items, labels = steps_against(4)
    store.labels.save(labels, "f.jsonl", items)
    found = CliRunner().invoke(app, ["labels", "overruled", "--json", "--store", str(store.path)])
    assert found.exit_code == 0, found.output
    rows = json.loads(found.stdout)
    assert sum(row["overruled"] for row in rows) == 4
    assert any(row["withdrawn"] for row in rows)
