"""Reflections are held against the verdicts: planted lessons, numbers, methods, stories without a wrong line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.memory.planted import by_kind, planted
from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.memory.checking import Drop, check, check_pattern, method_of
from workbench.memory.sentences import malrules_by_skill
from workbench.types import UNKNOWN_SKILL, Group, Level, Problem, Reflection, Writer
from workbench.verification.maths import MATHS
from workbench.verification.repairs.counterfactual import explain


def lesson(made: Group, text: str) -> Reflection:
    ids = tuple(m.rollout.id for m in made.members)
    return Reflection(made.problem.id, made.problem.skill, Level.LESSON, text, ids, writer=Writer.POLICY)


def strategy(made: Group, text: str) -> Reflection:
    return replace(lesson(made, text), level=Level.STRATEGY)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_wrong_planted_lessons_are_dropped_and_right_ones_kept(seed):
    found = {kind: [check(c.reflection, c.group).drop for c in cases] for kind, cases in by_kind(planted(seed))}
    assert sum(map(len, found.values())) == 200
    kept = found["right"].count(None) / len(found["right"])
    wrong = [drop for kind, drops in found.items() if kind != "right" for drop in drops]
    dropped = 1 - wrong.count(None) / len(wrong)
    print(f"seed {seed}: kept {kept:.3f} of the right, dropped {dropped:.3f} of the wrong")
    assert kept >= 0.95
    assert dropped >= 0.95
    assert found["skill"].count(Drop.SKILL) >= 0.9 * len(found["skill"])


@pytest.mark.parametrize(
    ("text", "drop"),
    [
        ("A number that crosses the equals sign changes its sign.", None),
        ("The number that crosses the equals sign changes its sign.", None),  # a word off
        ("Divide by the negative number with its sign.", Drop.MALRULE),  # a mistake of the skill, not this one
        ("Adding the equations gives two times the letter.", Drop.SKILL),
        ("Take it slowly, line by line.", None),  # the writer's own words: nothing known speaks against them
        ("20 - 5 is 15, not 25.", None),
        ("20 - 5 is 16, not 25.", Drop.VALUE),
        ("20 - 5 is 25.", Drop.VALUE),
        ("Take 5 away from both sides.", None),
        ("Take 3 away from both sides.", Drop.VALUE),  # no right line takes away 3
        ("Take 7 away from both sides.", Drop.VALUE),  # 7 is nowhere
        ("The answer is x = 5.", None),
        ("The answer is x = 25/3.", Drop.VALUE),
    ],
)
def test_a_lesson_is_held_against_the_located_error(text, drop):
    made = group([SIGN_KEPT, RIGHT])
    checked = check(lesson(made, text), made)
    assert checked.drop == drop


def test_a_kept_lesson_names_its_malrule_and_the_rollouts_that_show_it():
    made = group([RIGHT, LATE, SIGN_KEPT])
    checked = check(lesson(made, "A number that crosses the equals sign changes its sign."), made)
    assert checked.reflection.malrule == "sign_kept"
    assert checked.reflection.evidence == (made.members[2].rollout.id,)


def test_an_error_without_a_named_malrule_bears_out_no_malrule():
    slip = group(["3x = 20 - 5\n3x = 88\nx = 88 / 3\nAnswer: x = 88/3"])
    error = slip.members[0].verdict.steps[1]
    assert error.judgement == "incorrect"
    assert error.malrule != "sign_kept"
    assert check(lesson(slip, "A number that crosses the equals sign changes its sign."), slip).drop is Drop.MALRULE


LEFT = "6 - 4 = 2\nAnswer: 2"


def test_in_a_story_without_a_wrong_line_the_answer_decides():
    made = group([LEFT], STORY)
    assert explain(STORY, LEFT.split("\n"), malrules_by_skill()[STORY.skill]).certain == {"keyword_left"}
    assert check(lesson(made, "The word left does not always mean taking away."), made).drop is None
    assert check(lesson(made, "Half means divided by two."), made).drop is Drop.MALRULE


@pytest.mark.parametrize(
    ("skill", "text", "line", "malrules"),
    [
        ("rate", "7 books cost 0 and 14 of them?", "6 / 0 = 0", frozenset()),
        ("ratio", "Share 6 in the ratio 0:00.", "6 / 0 = 0", {"other_share"}),
        ("rate", f"Share {'9' * 5000} by 2.", f"{'9' * 5000} / 2 = 4", frozenset()),
        ("percent", "Take 25% from 40.", "40 - 5 = 35", frozenset()),
        ("percent", "Take 5% from 40.", "40 - 5 = 35", {"percent_as_amount"}),
    ],
    ids=["zero price", "zero ratio", "thousands of digits", "end of another percent", "a percent"],
)
def test_no_number_stops_an_explanation(skill, text, line, malrules):
    assert explain(Problem("p", text, "38", skill), [line], malrules_by_skill()[skill]).possible == malrules


def test_a_lesson_with_a_number_of_thousands_of_digits_is_dropped():
    made = group([SIGN_KEPT])
    assert check(lesson(made, f"Add {'9' * 5000} first."), made).drop is Drop.VALUE


def test_a_strategy_must_name_the_method_of_the_verified_solution():
    brackets = Problem("b", "Solve 3(x + 4) = 24.", "x = 4", "linear_brackets")
    out = "3x + 12 = 24\n3x = 24 - 12\n3x = 12\nx = 12 / 3\nx = 4\nAnswer: x = 4"
    made = group([out], brackets)
    assert method_of("linear_brackets", out.split("\n")) == 0
    assert check(strategy(made, "Multiply out the bracket, then solve."), made).drop is None
    assert check(strategy(made, "Divide by the factor first, then solve."), made).drop is Drop.METHOD
    assert check(strategy(made, "Work from left to right and watch the signs."), made).drop is Drop.SKILL


def test_a_pattern_must_be_of_its_skill():
    own = Reflection("", "signed", Level.PATTERN, "signs: minus a negative is plus", ())
    assert check_pattern(own, MATHS).drop is None
    assert check_pattern(replace(own, skill="percent"), MATHS).drop is Drop.SKILL


def test_a_skill_outside_the_catalogue_is_no_contradiction():
    own = replace(LINEAR, skill=UNKNOWN_SKILL)
    made = group([SIGN_KEPT], own)
    assert check(lesson(made, "A number that crosses the equals sign changes its sign."), made).drop is None
    assert check(lesson(made, "Never add denominators; make them the same first."), made).drop is Drop.MALRULE


@given(st.text(max_size=200))
@example("1/0 is 3")
@example("Divide by 1/0, not 0/0.")
def test_any_sentence_can_be_checked(text):
    made = group([SIGN_KEPT, RIGHT])
    for level in (Level.LESSON, Level.STRATEGY):
        assert check(replace(lesson(made, text), level=level), made).drop in (None, *Drop)


def written() -> list[tuple[bool, Group, Reflection]]:
    """Lessons that the shipped model wrote about its own solutions of `dev`, read and marked one by one.

    Of 40 drawn unseen, 5 that a reader could not decide are left out.
    """
    found = []
    for line in (Path(__file__).parent / "written.jsonl").read_text().splitlines():
        row = json.loads(line)
        problem = Problem(row["problem"], row["problem"], row["answer"], row["skill"])
        made = group(["\n".join(row["solution"])], problem)
        found.append((row["right"], made, lesson(made, row["lesson"])))
    return found


def test_lessons_that_the_policy_wrote_are_told_apart_as_a_reader_does():
    kept = [(right, check(said, made).drop is None) for right, made, said in written()]
    of_right = [k for right, k in kept if right]
    of_wrong = [k for right, k in kept if not right]
    assert (len(of_right), len(of_wrong)) == (15, 20)
    print(f"kept {sum(of_right)} of 15 right, {sum(of_wrong)} of 20 wrong")
    assert sum(of_right) >= 13
    assert sum(of_wrong) <= 2  # garbled ones are dropped by their probability, which is not looked at here
