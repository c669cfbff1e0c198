"""Memory: written once, scored only on later rounds, retired with a reason, retrieved under a budget."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.memory.queries import overview
from workbench.memory.reflection import ask, ask_pattern, attempt, diagnose, read_reply, telling
from workbench.memory.retrieval import recall
from workbench.memory.state import (
    MemoryState,
    note_use,
    remember,
    remember_experience,
    retire,
    visit,
)
from workbench.types import Level, MemoryItem, Reflection, Writer
from workbench.verification.malrules.catalogue import LESSONS

LESSON = Reflection("p1", "linear_one", Level.LESSON, "Change the sign of what crosses.", ("r1",))


def with_lesson(round: int = 0) -> MemoryState:
    state = visit(MemoryState(), group([RIGHT, SIGN_KEPT], round=round), round)
    return remember(state, [LESSON], round, "t@0", 0.5)


def only(state: MemoryState) -> MemoryItem:
    (item,) = state.items.values()
    return item


def test_the_same_lesson_twice_is_one_item_with_both_evidences():
    state = remember(with_lesson(), [replace(LESSON, evidence=("r2",))], 3, "t@3", 0.5)
    assert only(state).evidence == ("r1", "r2")
    assert only(state).written_round == 3


def test_two_wordings_of_one_mistake_are_one_lesson():
    first = replace(LESSON, malrule="sign_kept", writer=Writer.POLICY)
    state = remember(MemoryState(), [first], 0, "t@0", 0.5)
    state = remember(state, [replace(first, text="Plus becomes minus.", evidence=("r9",))], 4, "t@4", 0.5)
    assert only(state).text == first.text
    assert (only(state).written_round, only(state).evidence) == (4, ("r1", "r9"))
    other = remember(state, [replace(first, problem_id="p2", text="Plus becomes minus.")], 4, "t@4", 0.5)
    assert len(other.items) == 2


def test_chance_alone_retires_nothing():
    def state(helped: int, hurt: int) -> MemoryState:
        made = with_lesson()
        return replace(made, items={k: replace(v, helped=helped, hurt=hurt) for k, v in made.items.items()})

    # P(at least 17 of 20) = 0.0013, P(at least 16 of 20) = 0.0059
    assert retire(state(4, 16), 1, expiry_rounds=20).live()
    assert not retire(state(3, 17), 1, expiry_rounds=20).live()


def test_an_item_is_scored_on_a_later_round_not_on_its_own():
    key = only(with_lesson()).id
    first = note_use(with_lesson(), "p1", [key])
    unknown = visit(first, group([RIGHT, RIGHT], round=4), 4)
    assert (only(unknown).helped, only(unknown).hurt) == (0, 0)  # no visit before the use to compare with
    state = note_use(visit(with_lesson(), group([SIGN_KEPT, LATE], round=4), 4), "p1", [key])
    same_round = visit(state, group([RIGHT, RIGHT], round=4), 4)
    assert (only(same_round).helped, only(same_round).hurt) == (0, 0)
    better = visit(state, group([RIGHT, RIGHT], round=5), 5)
    assert (only(better).uses, only(better).helped, only(better).hurt) == (1, 1, 0)
    worse = visit(state, group([SIGN_KEPT, LATE], round=5), 5)
    assert (only(worse).helped, only(worse).hurt) == (0, 1)


def test_an_item_of_no_effect_helps_as_often_as_it_hurts():
    """A use comes only at a visit with failures; compared with that one, nearly every next visit would be better."""
    rng, state, key = Random(0), with_lesson(), only(with_lesson()).id
    for round in range(1, 2001):
        texts = [RIGHT if rng.random() < 0.8 else SIGN_KEPT for _ in range(4)]
        state = visit(state, group(texts, round=round), round)
        if SIGN_KEPT in texts:
            state = note_use(state, "p1", [key])
    helped, hurt = only(state).helped, only(state).hurt
    assert abs(helped - hurt) < 3 * (helped + hurt) ** 0.5


def test_an_unused_item_is_not_scored():
    later = visit(with_lesson(), group([RIGHT, RIGHT], round=5), 5)
    assert (only(later).helped, only(later).hurt) == (0, 0)


@pytest.mark.parametrize(
    ("round", "hurt", "reason"),
    [
        (10, 0, None),
        (21, 0, "written or confirmed 21 rounds ago and not confirmed since"),
        (1, 3, None),
        (1, 8, "hurt 8 times, helped 0"),
    ],
)
def test_retirement_says_why(round, hurt, reason):
    state = with_lesson()
    state = replace(state, items={k: replace(v, hurt=hurt) for k, v in state.items.items()})
    state = retire(state, round, expiry_rounds=20)
    assert only(state).retired == reason
    assert (state.live() == []) == (reason is not None)


@pytest.mark.parametrize(
    ("reason", "after"),
    [
        ("written or confirmed 21 rounds ago and not confirmed since", None),
        ("written 21 rounds ago and not confirmed since", None),  # as earlier versions put it
        ("hurt 8 times, helped 0", "hurt 8 times, helped 0"),
        ("by a person: too vague", "by a person: too vague"),
    ],
)
def test_only_what_had_expired_comes_back_when_it_is_written_again(reason, after):
    state = with_lesson()
    gone = {key: replace(item, retired=reason, confirmed_round=5) for key, item in state.items.items()}
    again = only(remember(replace(state, items=gone), [LESSON], 30, "t@30", 0.5))
    assert (again.retired, again.confirmed_round) == (after, 5)


@pytest.mark.parametrize("change", [{"pinned": True}, {"retired": "by a person"}])
def test_what_a_person_did_outlasts_a_writing(change):
    lesson = with_lesson()
    experience = remember_experience(MemoryState(), group([RIGHT]), 0, "t@0")
    for state in (lesson, experience):
        touched = replace(state, items={key: replace(item, **change) for key, item in state.items.items()})
        written = (
            remember(touched, [LESSON], 3, "t@3", 0.5)
            if state is lesson
            else remember_experience(touched, group([RIGHT], round=3), 3, "t@3")
        )
        assert (only(written).pinned, only(written).retired) == (only(touched).pinned, only(touched).retired)


def test_an_experience_that_a_person_wrote_is_not_overwritten():
    state = remember_experience(MemoryState(), group([RIGHT]), 0, "t@0")
    by_hand = replace(only(state), text="x = 5", writer=Writer.PERSON)
    again = only(remember_experience(MemoryState({by_hand.id: by_hand}), group([RIGHT], round=3), 3, "t@3"))
    assert (again.text, again.writer, again.evidence) == ("x = 5", "person", by_hand.evidence)
    assert again.written_round == 3
    (newest,) = remember_experience(state, group([RIGHT], round=3), 3, "t@3").items.values()
    assert newest.evidence != only(state).evidence


def test_the_best_verified_solution_is_the_experience():
    long = "3x = 20 - 5\n3x = 15\n3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5"
    state = remember_experience(MemoryState(), group([SIGN_KEPT, long, RIGHT]), 0, "t@0")
    assert only(state).text == RIGHT
    assert remember_experience(MemoryState(), group([SIGN_KEPT]), 0, "t@0") == MemoryState()


def test_the_diagnosis_writer_says_what_the_evidence_says():
    (lesson,) = diagnose(group([SIGN_KEPT, SIGN_KEPT]))
    assert lesson.level is Level.LESSON
    assert lesson.text
    assert diagnose(group([RIGHT])) == []


def test_the_diagnosis_writer_explains_a_story_without_a_wrong_line():
    (said,) = diagnose(group(["6 - 4 = 2\nAnswer: 2"], STORY))
    assert said.malrule == "keyword_left"
    assert said.text in LESSONS["keyword_left"]


def test_the_attempt_that_is_shown_is_the_one_whose_mistake_is_known():
    slip = "3x = 20 - 5\n3x = 88\nx = 88 / 3\nAnswer: x = 88/3"
    assert telling(group([slip, SIGN_KEPT, RIGHT]))[0].rollout.text == SIGN_KEPT
    assert telling(group([slip]))[0].rollout.text == slip
    assert telling(group([RIGHT])) == []


def test_the_overview_tells_why_items_are_gone():
    item = only(with_lesson())
    reasons = (
        "hurt 8 times, helped 0",
        "by a person: wrong",
        "by a person",
        "written or confirmed 9 rounds ago",
        None,
    )
    items = [replace(item, id=str(k), retired=reason) for k, reason in enumerate(reasons)]
    assert overview(items, []).retired == {"hurt": 1, "by a person": 2, "expired": 1}


def test_a_mixed_group_is_shown_contrastively():
    lesson, strategy = ask(group([LATE, RIGHT]))
    assert lesson.message.count("Attempt:") == 2
    assert "- x = 15 - 3" in lesson.message.split("\n")
    assert "+ Answer: x = 5" in lesson.message
    assert strategy.level is Level.STRATEGY
    assert ask(group([RIGHT]))[0].level is Level.STRATEGY


def test_an_attempt_ends_at_its_first_error_with_the_repair():
    shown = attempt(group([LATE]).members[0])
    assert shown.marks == ("+", "+", "-")
    whole = attempt(group(["6 - 4 = 2\nAnswer: 2"], STORY).members[0])
    assert whole.marks[-1] == "-"


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("Lesson: Change the sign of a term.", "Change the sign of a term."),
        ("Strategy: Change the sign of a term.", None),
        ("Lesson: short", None),
        ("Lesson: two\nlines of text here", None),
        ("Change the sign of a term.", None),
        ("Lesson: " + "x" * 500, None),
    ],
)
def test_replies_are_read_strictly(reply, text):
    request = ask(group([LATE]))[0]
    reflection = read_reply(request, reply)
    assert (reflection.text if reflection else None) == text


def test_patterns_pool_the_insights_of_a_skill():
    request = ask_pattern("linear_one", [only(with_lesson())] * 2)
    assert request.message.count("Lesson:") == 1
    assert request.problem_id is None


def words(text: str) -> int:
    return len(text.split())


def item(key: str, **changes: object) -> MemoryItem:
    base = MemoryItem(key, Level.LESSON, "linear_one", "other", f"lesson number {key}", (), "t@0", 0)
    return replace(base, **changes)


def test_the_problems_own_insights_come_first_then_patterns_then_the_skills():
    items = [
        item("skill"),
        item("pattern", level=Level.PATTERN, problem_id=None),
        item("own", problem_id="p1"),
        item("foreign", skill="expand"),
    ]
    recalled = recall(LINEAR, items, budget=100, max_items=9, count=words)
    assert [i.id for i in recalled.items] == ["own", "pattern", "skill"]


def test_what_helped_comes_before_what_hurt():
    items = [item("bad", hurt=2), item("good", helped=2), item("new", written_round=9)]
    recalled = recall(LINEAR, items, budget=100, max_items=9, count=words)
    assert [i.id for i in recalled.items] == ["good", "new", "bad"]


def test_the_budget_and_the_count_bound_what_is_read():
    items = [item(str(i)) for i in range(9)]
    assert len(recall(LINEAR, items, budget=7, max_items=9, count=words).items) == 2
    assert len(recall(LINEAR, items, budget=100, max_items=3, count=words).items) == 3
    assert recall(LINEAR, items, budget=0, max_items=9, count=words).items == ()
