"""A domain that is no mathematics lives in this file alone, and goes through everything that reads verdicts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workbench import domains
from workbench.__main__ import app
from workbench.config import load_config
from workbench.domains import common_domain, domain_of
from workbench.errors import BadInput
from workbench.evaluation.audit import audit, cells
from workbench.labeling.candidates import candidates_of, item_of, run_checkers
from workbench.labeling.exchange import import_labels
from workbench.labeling.queue import fill_queue
from workbench.memory.checking import check
from workbench.memory.reflection import ask, diagnose
from workbench.memory.state import MemoryState, remember
from workbench.problems.readers import read_problems, write_problems
from workbench.store import Store
from workbench.training.loop import run
from workbench.types import (
    Diagnosis,
    Evidence,
    Group,
    Judged,
    Judgement,
    Level,
    Mark,
    Problem,
    Rollout,
    StopReason,
    Writer,
    from_json,
    to_json,
)
from workbench.ui.annotation import task_html
from workbench.ui.audit import example_html, kind_sentence
from workbench.ui.cards import solution_cards
from workbench.ui.solving import tally
from workbench.ui.tabs.solve import ANSWER
from workbench.ui.tabs.solve import check as check_pasted
from workbench.verification import Verifier
from workbench.verification.domain import Domain, Finding, Lessons, Malrule, StepContext
from workbench.verification.many import VerificationTask, verify_many

# The domain: a list is sorted by swapping neighbours. A step is `swap 2 3 -> 1 3 2`.
# >>> toy

SWAP = re.compile(r"swap (\d+) (\d+) -> ([\d ]+)")
LISTED = re.compile(r"\d+(?: \d+)+")


def state(context: StepContext) -> list[str]:
    """The list before a step."""
    lines = [context.problem.text, *context.solution[: len(context.verdicts)]]
    return LISTED.findall(" . ".join(line.partition("->")[2] or line for line in lines))[-1].split()


class Swaps:
    name = "swaps"

    def __call__(self, context: StepContext) -> Finding | None:
        step = SWAP.fullmatch(context.step)
        if step is None:
            return None
        before, (one, other) = state(context), step.groups()[:2]
        after = [{one: other, other: one}.get(n, n) for n in before]
        if step[3].split() == after:
            return Finding(Judgement.CORRECT, Diagnosis.EXPECTED, self.name, "The two have changed places.")
        text = f"After the swap the list is {' '.join(after)}."
        repair, evidence = f"swap {one} {other} -> {' '.join(after)}", (Evidence("value", text),)
        malrule = "copies_list" if step[3].split() == before else None
        kind = Diagnosis.BUGGY if malrule else Diagnosis.NOT_EQUIVALENT
        return Finding(Judgement.INCORRECT, kind, self.name, text, evidence, repair, malrule)


COPIES = Malrule("copies_list", "Says swap, and copies the list.", "the list were left alone", "Look at it.", "Swap.")
SORTING = Domain(
    "sorting",
    (Swaps(),),
    malrules={COPIES.name: COPIES},
    lessons=Lessons({COPIES.name: ("A swap changes the list: write the two in each other's place.",)}),
    show=lambda text: f"<kbd>{text}</kbd>",
)
# <<< toy

PROBLEM = Problem("p", "Sort 3 1 2 by swapping neighbours.", "1 2 3", "swaps", domain="sorting")
OTHER = Problem("q", "Sort 2 1 4 3 by swapping neighbours.", "1 2 3 4", "swaps", domain="sorting")
RIGHT = "swap 3 1 -> 1 3 2\nswap 3 2 -> 1 2 3\nAnswer: 1 2 3"
COPIED = "swap 3 1 -> 3 1 2\nswap 3 2 -> 2 1 3\nAnswer: 2 1 3"
SLIPPED = "swap 3 1 -> 1 3 2\nswap 3 2 -> 1 2 2\nI am done.\nAnswer: 1 2 2"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line that a further domain needs."""
    monkeypatch.setattr(domains, "DOMAINS", (*domains.DOMAINS, SORTING))


def group(*texts: str, problem: Problem = PROBLEM) -> Group:
    verifier = Verifier(SORTING)
    rollouts = [
        Rollout(f"r{k}", problem.id, 0, k, k, text, (1, 2), (-0.1, -0.1), StopReason.END, "v")
        for k, text in enumerate(texts)
    ]
    return Group(problem, tuple(Judged(r, verifier.verify(problem, r.text)) for r in rollouts))


def test_it_is_verified():
    right, copied, slipped = (m.verdict for m in group(RIGHT, COPIED, SLIPPED).members)
    assert right.process_correct
    assert right.answer == "1 2 3"
    assert copied.first_error == 0
    assert copied.steps[0].malrule == "copies_list"
    assert copied.steps[0].repair == "swap 3 1 -> 1 3 2"
    assert copied.answer_judgement is Judgement.INCORRECT
    assert [s.judgement for s in slipped.steps] == [
        Judgement.CORRECT,
        Judgement.INCORRECT,
        Judgement.UNKNOWN,
        Judgement.UNKNOWN,
    ]


def test_its_name_enters_the_version_and_maths_keeps_its_own():
    assert Verifier().version == "d87ce257df3625d4"
    assert Verifier(SORTING).version != Verifier(replace(SORTING, name="tidying")).version
    assert Verifier().for_domain(SORTING).version == Verifier(SORTING).version
    assert Verifier().for_domain(domain_of(Problem("m", "1 + 1", "2"))) == Verifier()


def test_many_solutions_at_once_as_one_by_one():
    tasks = [VerificationTask(PROBLEM, text) for text in (RIGHT, COPIED, SLIPPED)]
    verdicts = list(verify_many(tasks, Verifier(SORTING)))
    assert verdicts == [m.verdict for m in group(RIGHT, COPIED, SLIPPED).members]


def test_its_problems_are_read_back_from_a_file(tmp_path: Path):
    write_problems(tmp_path / "p.jsonl", [PROBLEM, OTHER])
    assert read_problems(tmp_path / "p.jsonl") == [PROBLEM, OTHER]
    assert common_domain([PROBLEM, OTHER]) is SORTING
    with pytest.raises(BadInput, match="several domains, 'maths' and 'sorting'"):
        common_domain([PROBLEM, Problem("m", "1 + 1", "2")])


def test_an_unknown_domain_is_refused_with_its_line(tmp_path: Path):
    file = tmp_path / "p.jsonl"
    file.write_text('{"text": "a", "answer": "b"}\n{"text": "a", "answer": "c", "domain": "sortin"}\n')
    with pytest.raises(BadInput, match=r"line 2: There is no domain 'sortin'; the known ones are 'maths', 'sorting'"):
        read_problems(file)


def test_verify_judges_a_file_of_it(tmp_path: Path):
    rows = [
        {"problem": PROBLEM.text, "domain": "sorting", "answer": "1 2 3", "solution": text}
        for text in (RIGHT, COPIED)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = CliRunner().invoke(app, ["verify", str(tmp_path / "in.jsonl"), "--mode", "answer"])
    assert done.exit_code == 0, done.output
    written = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [row["first_error"] for row in written] == [-1, 0]


def test_a_model_is_trained_on_it(tiny_tutor: Path, tmp_path: Path):
    limits = ("training.rounds=2", "sampling.problems_per_round=2", "sampling.group_size=2", "sampling.max_tokens=24")
    model = ("preset=tiny", f"model.path={tiny_tutor}", "model.device=cpu", "training.threads=1")
    settings = load_config(None, (*model, *limits, "reflection.pattern_every=1", "reflection.writer=both"))
    with Store.open(tmp_path / "w.db") as store:
        store.runs.create("toy", "{}", {})
        made = list(run(settings, [PROBLEM, OTHER], store, "toy", tmp_path / "c", verifier=Verifier(SORTING)))
        judged = store.verdicts.judged("toy")
    assert [r.index for r in made] == [0, 1]
    assert {m.verdict.verifier for m in judged} == {Verifier(SORTING).version}


def test_its_failures_are_audited():
    members = group(RIGHT, COPIED, COPIED, SLIPPED).members
    found = cells(audit(members, {PROBLEM.id: PROBLEM}))
    assert [(c.skill, c.kind, c.count) for c in found] == [
        ("swaps", "copies_list", 2),
        ("swaps", "not_equivalent", 1),
    ]


def test_its_steps_are_labelled(tmp_path: Path):
    members = list(group(RIGHT, COPIED, SLIPPED).members)
    said = run_checkers(PROBLEM, COPIED)
    assert said.verdict == members[1].verdict
    assert {f.checker for f in said.findings[0]} == {"swaps"}
    candidates = candidates_of(members, {PROBLEM.id: PROBLEM}, "toy", Verifier(SORTING))
    assert "swap 3 1 -> 3 1 2" in {c.item.step for c in candidates}
    with Store.open(tmp_path / "w.db") as store:
        store.runs.create("toy", "{}", {})
        store.runs.save_problems("toy", [PROBLEM])
        store.verdicts.save_rollouts("toy", [m.rollout for m in members])
        store.verdicts.save("toy", [(m.rollout.id, m.verdict) for m in members])
        assert fill_queue(store, "toy", {PROBLEM.id: PROBLEM}, 4, verifier=Verifier(SORTING)) > 0
        item = store.labels.items()[0]
        assert item.problem == PROBLEM
        row = {"item": item.id, "rating": -1, "labeler": "ana", "malrule": "copies_list"}
        (tmp_path / "labels.jsonl").write_text(json.dumps(row) + "\n")
        import_labels(store, tmp_path / "labels.jsonl")
        assert [(label.mark, label.malrule) for label in store.labels.active()] == [(Mark.INCORRECT, "copies_list")]
        (tmp_path / "labels.jsonl").write_text(json.dumps({**row, "malrule": "copies_lis"}) + "\n")
        with pytest.raises(BadInput, match="nearest is 'copies_list'"):
            import_labels(store, tmp_path / "labels.jsonl")


def test_the_app_shows_its_steps():
    members = group(COPIED).members
    made = solution_cards(members[0].verdict, "toy", domain=SORTING)
    assert "<kbd>swap 3 1 -> 3 1 2</kbd>" in made
    assert "copies_list: Says swap, and copies the list." in made
    assert "<kbd>swap 3 1 -> 3 1 2</kbd>" in example_html(members[0], PROBLEM)
    assert f"<kbd>{PROBLEM.text}</kbd>" in task_html(item_of(PROBLEM, COPIED.split("\n")[:1], "toy"))
    assert kind_sentence("copies_list") == COPIES.misconception
    asked, verdict = check_pasted(PROBLEM.text, "1 2 3", PROBLEM, COPIED, ANSWER, "", Verifier())
    assert verdict == members[0].verdict
    assert [(one.answer, one.count) for one in tally([verdict, verdict], domain_of(asked))] == [("2 1 3", 2)]


def test_memory_holds_its_lessons():
    made = group(RIGHT, COPIED, SLIPPED)
    lessons = diagnose(made)
    assert [(r.text, r.malrule) for r in lessons] == [
        ("After the swap the list is 1 3 2.", "copies_list"),
        ("After the swap the list is 1 2 3.", None),
    ]
    state = remember(MemoryState(), lessons, 0, "toy@0", 1 / 3)
    assert {item.skill for item in state.live()} == {"swaps"}
    assert "Right: swap 3 1 -> 1 3 2" in ask(made)[0].message


@pytest.mark.parametrize(
    ("text", "malrule"),
    [
        ("A swap changes the list: write the two in each other's place.", "copies_list"),
        ("Swap 9 with 7 first.", None),  # no reader of numbers speaks against it: that is mathematics
    ],
)
def test_a_written_lesson_is_compared_with_its_own_sentences(text, malrule):
    made = group(COPIED, SLIPPED)
    own = replace(diagnose(made)[0], text=text, malrule=None, level=Level.LESSON, writer=Writer.POLICY)
    found = check(own, made)
    assert found.drop is None
    assert found.reflection.malrule == malrule


def test_the_default_domain_is_left_out_of_json():
    known = Problem("a", "1 + 1", "2")
    assert "domain" not in json.loads(to_json(known))
    assert json.loads(to_json(PROBLEM))["domain"] == "sorting"
    assert from_json(Problem, to_json(PROBLEM)) == PROBLEM
    assert from_json(Problem, to_json(known)) == known
