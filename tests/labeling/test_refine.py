"""Refinement: exact bounds, thresholds that labels can prove, versions, and what no label may change."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.records import LINEAR, RIGHT, SIGN_KEPT, STORY, rollout
from workbench.errors import BadInput
from workbench.labeling.candidates import item_of, run_checkers
from workbench.labeling.features import View, features
from workbench.labeling.judge import (
    Example,
    Judge,
    Threshold,
    choose,
    least_labels,
    make_judge,
    parts,
    thresholds_to_try,
)
from workbench.labeling.refine import LabelledStep, marked, refine, whole_in_file, whole_in_store
from workbench.labeling.refined import JUDGE, RefinedVerifier, refined, reverify
from workbench.labeling.reliability import (
    Reliability,
    Standing,
    fewest_decisions,
    is_ambiguous,
    is_proved,
    lower_bound,
    posterior,
    reliabilities,
    share_interval,
    weighed,
)
from workbench.labeling.versions import BUILTIN, Version, chosen, load, names, revert, save, use
from workbench.store import Store
from workbench.types import (
    Diagnosis,
    Evidence,
    Judgement,
    Knowledge,
    Label,
    Mark,
    Problem,
    Scope,
    StepVerdict,
)
from workbench.verification import Verifier

CORRECT, INCORRECT, UNKNOWN = Judgement.CORRECT, Judgement.INCORRECT, Judgement.UNKNOWN
TALE = replace(STORY, solution=("6 + 4 = 10", "Answer: 10"))
WRONG_TALE = "Tom has many cards.\n6 * 4 = 24\nAnswer: 24"


# Bounds


def test_fewest_decisions_by_hand():
    # 0.95 ** 58 = 0.0510 and 0.95 ** 59 = 0.0485; 0.9 ** 28 = 0.0523 and 0.9 ** 29 = 0.0471
    assert fewest_decisions(0.95) == 59
    assert fewest_decisions(0.9) == 29
    assert fewest_decisions(0.5, 0.25) == 2
    # three quarters of the labels make the judge: 59 / 0.75 = 78.7
    assert least_labels(0.95) == 79


def test_lower_bound_by_hand():
    # All of n right: the bound b has b ** n = risk.
    assert lower_bound(2, 2, 0.25) == pytest.approx(0.5)
    # 1 of 2: 1 - (1 - b) ** 2 = 0.19 has b = 0.1
    assert lower_bound(1, 2, 0.19) == pytest.approx(0.1)
    assert lower_bound(0, 5) == 0.0
    assert lower_bound(59, 59) >= 0.95 > lower_bound(58, 58)


def test_share_interval_has_both_exact_ends():
    found = share_interval(0, 10)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - 0.025**0.1)
    assert share_interval(0, 0).high == 1.0


def test_posterior_by_hand():
    # Beta(2, 1): mean 2/3, quantile q is sqrt(q)
    found = posterior(1, 0)
    assert found.value == pytest.approx(2 / 3)
    assert found.low == pytest.approx(0.025**0.5)


@pytest.mark.parametrize(("right", "n", "risk"), [(3, 2, 0.05), (-1, 2, 0.05), (1, 2, 0.0)])
def test_bounds_refuse_what_makes_no_sense(right: int, n: int, risk: float):
    with pytest.raises(BadInput, match="no bound"):
        lower_bound(right, n, risk)


# Thresholds


def test_the_bound_is_corrected_for_the_thresholds_tried():
    marks, scores = [True] * 60, [1.0] * 60
    one = [(CORRECT, 0.9)]
    assert choose(marks, scores, one, 0.95)[0].bound == pytest.approx(0.05 ** (1 / 60))
    assert choose(marks, scores, [(CORRECT, 0.9), (CORRECT, 0.8)], 0.95) == ()  # 0.025 ** (1 / 60) = 0.940


def test_the_widest_threshold_that_holds_is_chosen():
    marks = [True] * 200 + [False] * 40
    scores = [1 - i / 300 for i in range(240)]
    found = choose(marks, scores, [(CORRECT, scores[99]), (CORRECT, scores[199]), (CORRECT, scores[239])], 0.95)
    assert [t.decided for t in found] == [200]


def test_no_threshold_is_tried_that_could_not_be_certified():
    assert thresholds_to_try([0.99] * 50, 0.95) == []
    assert thresholds_to_try([0.7] * 500, 0.95) == []  # the judge itself expects 0.7
    tried = thresholds_to_try([0.999 - i / 1e5 for i in range(500)], 0.95)
    assert tried
    assert all(j is CORRECT for j, _ in tried)


# Fitting


def examples(n: int, noise: float, seed: int = 0) -> list[Example]:
    """`n` steps on problems of two each; one feature tells the mark but for the noise."""
    random = Random(seed)
    made = []
    for i in range(n):
        told = random.random() < 0.6
        mark = told if random.random() >= noise else not told
        made.append(Example({"finding:told": float(told), "place:depth": random.random()}, mark, f"p{i // 2}"))
    return made


def test_a_judge_learns_what_can_be_learned_and_holds_on_the_third_part():
    judge, trial = make_judge(examples(600, 0.0), 0.95)
    assert judge is not None
    assert {t.judgement for t in judge.thresholds} == {CORRECT, INCORRECT}
    assert all(t.bound >= 0.95 for t in judge.thresholds)
    assert trial.report.decided > 0.7 * trial.report.steps
    assert trial.report.precision.value == 1.0


def test_a_judge_of_noise_decides_nothing():
    judge, trial = make_judge(examples(600, 0.5), 0.95)
    assert judge is not None
    assert judge.thresholds == ()
    assert trial.report.decided == 0
    assert "the verifier is unchanged" in trial.note


def test_too_few_labels_say_how_many_it_takes():
    judge, trial = make_judge(examples(60, 0.0), 0.95)
    assert judge is None or judge.thresholds == ()
    assert "at least 79 are needed" in trial.note


def test_the_third_part_shares_no_problem_with_the_others():
    learning, third = parts(examples(100, 0.1), seed=3)
    assert len(learning) + len(third) == 100
    assert not {e.problem for e in learning} & {e.problem for e in third}
    assert len({e.problem for e in third}) == 12  # a quarter of 50, rounded to even


# What no label may change


def everything(judgement: Judgement, score: float) -> Judge:
    """A judge that says the same of every step."""
    return Judge(("finding",), 0.0, {}, (Threshold(judgement, score, 100, 100, 0.97),))


def withdrawn(verifier: Verifier) -> tuple[Reliability, ...]:
    """Every rule that the sample solutions meet, as if all labels spoke against it."""
    steps = [
        step
        for problem, text in SAMPLES
        for mode in Knowledge
        for step in verifier.verify(problem, text, mode).steps
        if step.judgement is not UNKNOWN
    ]
    made = reliabilities([(s, Mark.INCORRECT if s.judgement is CORRECT else Mark.CORRECT, None) for s in steps])
    return tuple(replace(r, right=0, wrong=100) for r in made)


SAMPLES: tuple[tuple[Problem, str], ...] = (
    (LINEAR, RIGHT),
    (LINEAR, SIGN_KEPT),
    (LINEAR, "We think about it.\nx = 7\nAnswer: x = 7"),
    (TALE, "6 + 4 = 10\nAnswer: 10"),
    (TALE, WRONG_TALE),
    (TALE, "6 + 4 = 11\nAnswer: 11"),
)


@pytest.mark.parametrize("judgement", [CORRECT, INCORRECT])
@pytest.mark.parametrize("mode", list(Knowledge))
def test_what_is_proved_stays_whatever_the_labels_say(judgement: Judgement, mode: Knowledge):
    base = Verifier()
    judge = everything(judgement, 0.0 if judgement is CORRECT else 1.0)
    hostile = refined(Version(base.version, 0.95, withdrawn(base), dict.fromkeys(Knowledge, judge)), base)
    settled = changed = 0
    for problem, text in SAMPLES:
        before, after = base.verify(problem, text, mode), hostile.verify(problem, text, mode)
        assert after.answer_judgement is before.answer_judgement
        for old, new in zip(before.steps, after.steps, strict=True):
            if is_proved(old):
                settled += 1
                assert (new.judgement, new.scope, new.evidence) == (old.judgement, old.scope, old.evidence)
            changed += new.judgement is not old.judgement
    assert settled
    assert changed  # the judge did have a say elsewhere, or this test would show nothing


def test_settled_by_hand():
    step = StepVerdict("x", INCORRECT, Diagnosis.NOT_EQUIVALENT)
    assert is_proved(step)
    assert not is_proved(replace(step, confidence=0.6))
    assert is_proved(replace(step, confidence=0.6, evidence=(Evidence("counterexample", "at x = 1"),)))
    assert is_proved(replace(step, judgement=CORRECT, scope=Scope.MEANING, confidence=0.9))
    assert not is_proved(replace(step, judgement=CORRECT))
    assert not is_ambiguous(replace(step, judgement=CORRECT))
    assert is_ambiguous(replace(step, judgement=UNKNOWN, confidence=0.0))


def test_the_judge_decides_nothing_behind_a_wrong_step():
    base = Verifier()
    judge = everything(INCORRECT, 1.0)
    verdict = refined(Version(base.version, 0.95, (), {Knowledge.FREE: judge}), base).verify(
        STORY, ["Some words.", "More words."], Knowledge.FREE
    )
    assert [s.judgement for s in verdict.steps] == [INCORRECT, UNKNOWN]
    assert verdict.steps[0].checker == JUDGE
    assert verdict.steps[0].confidence == 0.97


def test_a_judge_without_thresholds_changes_nothing():
    base = Verifier()
    version = Version(base.version, 0.95, (), {Knowledge.ANSWER: Judge(("finding",), 0.0, {})})
    for problem, text in SAMPLES:
        assert refined(version, base).verify(problem, text).steps == base.verify(problem, text).steps


# Reliability


def test_reliabilities_count_what_people_bore_out():
    step = StepVerdict("x", INCORRECT, Diagnosis.BUGGY, checker="equivalence", malrule="sign_kept")
    found = reliabilities(
        [
            (step, Mark.INCORRECT, None),
            (step, Mark.INCORRECT, "sign_kept"),
            (step, Mark.INCORRECT, "drops_term"),  # wrong, but of another malrule
            (step, Mark.CORRECT, None),
            (step, Mark.CANT_TELL, None),
            (replace(step, judgement=UNKNOWN), Mark.CORRECT, None),
        ]
    )
    assert [(r.rule, r.right, r.wrong) for r in found] == [("sign_kept", 2, 2)]


def test_a_withdrawn_malrule_loses_its_name_and_the_step_stays_wrong():
    step = StepVerdict("x", INCORRECT, Diagnosis.BUGGY, checker="equivalence", malrule="sign_kept")
    rule = Reliability("equivalence", "sign_kept", INCORRECT, 0, 20)
    assert rule.standing is Standing.WITHDRAWN
    made = weighed(step, {("equivalence", "sign_kept", INCORRECT): rule})
    assert (made.judgement, made.diagnosis, made.malrule) == (INCORRECT, Diagnosis.NOT_EQUIVALENT, None)


def test_a_likely_judgement_gets_its_rules_reliability():
    step = StepVerdict("x", INCORRECT, Diagnosis.UNGROUNDED, checker="grounding", confidence=0.8)
    key = ("grounding", "ungrounded", INCORRECT)
    assert weighed(step, {key: Reliability(*key, 7, 1)}).confidence == 0.8  # Beta(8, 2)
    assert weighed(step, {key: Reliability(*key, 0, 20)}).judgement is UNKNOWN
    assert weighed(replace(step, confidence=1.0), {key: Reliability(*key, 0, 20)}).judgement is INCORRECT


# Marks


def test_people_count_before_models_and_quarrels_are_left_out():
    items = [item_of(STORY, ["6 + 4 = 10"], "t"), item_of(STORY, ["a"], "t"), item_of(STORY, ["b"], "t")]
    said = [
        Label(items[0].id, "ann", Mark.CORRECT, "2026-01-01T00:00:00+00:00"),
        Label(items[0].id, "ai:x", Mark.INCORRECT, "2026-01-01T00:00:00+00:00"),
        Label(items[1].id, "ann", Mark.CORRECT, "2026-01-01T00:00:00+00:00"),
        Label(items[1].id, "bob", Mark.INCORRECT, "2026-01-01T00:00:00+00:00"),
        Label(items[1].id, "ai:x", Mark.INCORRECT, "2026-01-01T00:00:00+00:00"),
        Label(items[2].id, "ai:x", Mark.INCORRECT, "2026-01-01T00:00:00+00:00"),
    ]
    found = marked(items, said)
    assert [(m.item.id, m.mark, m.by_people) for m in found] == [
        (items[0].id, Mark.CORRECT, True),
        (items[2].id, Mark.INCORRECT, False),
    ]


def test_refine_needs_labels_and_a_target_in_reach():
    with pytest.raises(BadInput, match="no labels"):
        refine([])
    with pytest.raises(BadInput, match="target is 1"):
        refine([LabelledStep(item_of(STORY, ["a"], "t"), ("a",), Mark.CORRECT)], 1.0)


def test_whole_solutions_come_from_the_file(tmp_path: Path):
    file = tmp_path / "labels.jsonl"
    rows = [
        {"problem": "p", "steps": ["a", "b", "c"], "first_error": 0},
        {"question": {"problem": "q", "pre_generated_steps": ["d", "e"]}, "label": {}},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = whole_in_file(file)
    one, other = replace(STORY, text="p"), replace(STORY, text="q")
    assert found[item_of(one, ["a"], "t").id] == ("a", "b", "c")
    assert found[item_of(other, ["d"], "t").id] == ("d", "e")


# Features


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_features_are_finite_numbers_for_any_text(lines: list[str]):
    heard = run_checkers(TALE, lines, Verifier(), Knowledge.REFERENCE)
    for at in range(len(heard.verdict.steps)):
        found = features(View(TALE, tuple(lines), at, heard))
        assert all(abs(value) < 100 for value in found.values())


# Versions


def version(bias: float = 0.0) -> Version:
    judge = Judge(("finding",), bias, {"finding:unknown": 1.5}, (Threshold(CORRECT, 0.9, 80, 80, 0.96),))
    return Version(Verifier().version, 0.95, (), {Knowledge.ANSWER: judge}, labels={"people": 80})


def test_a_version_comes_back_from_its_file(tmp_path: Path):
    made = version()
    path = save(tmp_path, made)
    assert path.name == f"{made.hash}.json"
    assert load(tmp_path, made.hash[:5]) == made
    assert load(tmp_path, str(path)) == made
    assert replace(made, made="another day", labels={}).hash == made.hash
    assert version(0.1).hash != made.hash


def test_a_version_that_was_tampered_with_is_refused(tmp_path: Path):
    path = save(tmp_path, version())
    path.write_text(path.read_text().replace("1.5", "2.5"))
    with pytest.raises(BadInput, match="was changed after it was made"):
        load(tmp_path, str(path))
    path.write_text("{")
    with pytest.raises(BadInput, match="is not a verifier version"):
        load(tmp_path, str(path))


def test_an_unknown_version_names_the_nearest(tmp_path: Path):
    with pytest.raises(BadInput, match="there are none yet"):
        load(tmp_path, "abc")
    save(tmp_path, version())
    with pytest.raises(BadInput, match="the nearest is"):
        load(tmp_path, "zzz")


def test_use_and_revert_are_a_stack_that_a_torn_line_does_not_break(tmp_path: Path):
    first, second = version(1.0), version(2.0)
    save(tmp_path, first)
    save(tmp_path, second)
    assert len(names(tmp_path)) == 2
    assert chosen(tmp_path) == BUILTIN
    assert use(tmp_path, first.hash[:6]) == first.hash
    with (tmp_path / "chosen.jsonl").open("a") as file:
        file.write('{"use": "cut o')
    use(tmp_path, second.hash)
    assert chosen(tmp_path) == second.hash
    assert revert(tmp_path) == first.hash
    use(tmp_path, second.hash)
    assert revert(tmp_path, first.hash) == BUILTIN  # with all that was chosen after it
    with pytest.raises(BadInput, match="not among the choices"):
        revert(tmp_path)


def test_a_version_for_another_verifier_is_refused():
    with pytest.raises(BadInput, match="make it again"):
        refined(replace(version(), base="older"))
    assert isinstance(refined(version()), RefinedVerifier)
    assert refined(version()).version == version().hash


# A stored run


def test_reverify_shows_what_changes_and_keeps_both(tmp_path: Path):
    base = Verifier()
    judge = everything(INCORRECT, 1.0)
    other = refined(Version(base.version, 0.95, (), {Knowledge.ANSWER: judge}), base)
    made = [rollout("6 + 4 = 10\nAnswer: 10", 0, STORY), rollout("We add.\n6 + 4 = 10\nAnswer: 10", 1, STORY)]
    with Store.open(tmp_path / "s.db") as store:
        store.runs.create("r", "{}", {"verifier": base.version})
        store.verdicts.save_rollouts("r", made)
        store.verdicts.save("r", [(m.id, base.verify(STORY, m.text)) for m in made])
        dry = reverify(store, "r", {STORY.id: STORY}, other, keep=False)
        assert store.verdicts.of([made[1].id], other.version) == {}
        found = reverify(store, "r", {STORY.id: STORY}, other)
        assert found == dry == reverify(store, "r", {STORY.id: STORY}, other)
        assert (found.rollouts, found.rollouts_changed, found.steps_changed) == (2, 1, 1)
        assert (found.rewards_lost, found.rewards_won, found.first_errors_moved) == (1, 0, 1)
        assert found.kinds == {"unknown -> incorrect": 1}
        assert found.examples[0].text == "We add."
        assert made[1].id in store.verdicts.of([made[1].id], other.version)
        assert made[1].id in store.verdicts.of([made[1].id], base.version)
        item = item_of(STORY, ["We add."], "r", made[1].id)
        assert whole_in_store(store, [item]) == {item.id: ("We add.", "6 + 4 = 10", "Answer: 10")}
        back = reverify(store, "r", {STORY.id: STORY}, base)
        assert (back.old, back.kinds, back.rewards_won) == ((other.version,), {"incorrect -> unknown": 1}, 1)
        store.runs.create("empty", "{}", {"verifier": base.version})
        with pytest.raises(BadInput, match="no verdicts of another version"):
            reverify(store, "empty", {}, other)
