"""What must not pay: tricks that leave a wrong solution wrong, or make a right one longer, earn nothing."""

from __future__ import annotations

import pytest

from tests.records import LINEAR, RIGHT, SIGN_KEPT, group
from workbench.methods.routing import reward, route_group, token_advantages, token_steps
from workbench.training.checkpoint import collapse
from workbench.types import Round
from workbench.verification.text.steps import split

WRONG = SIGN_KEPT
TRICKS = {
    "plain": WRONG,
    "padded": WRONG.replace("3x = 25\n", "3x = 25\n3x = 25\n3x = 25\n"),
    "split": WRONG.replace("3x = 20 + 5\n", "3x - 5 + 5 = 20 + 5\n3x + 0 = 20 + 5\n3x = 20 + 5\n"),
    "true lines before": "1 + 1 = 2\n2 + 2 = 4\n" + WRONG,
    "question copied": f"{LINEAR.text}\n3x + 5 = 20\n{WRONG}",
    "question as the answer": "Answer: 3x + 5 = 20",
    "question copied as the answer": f"{WRONG}\nAnswer: Solve 3x + 5 = 20.",
    "answer repeated": WRONG + "\nAnswer: x = 25/3\nAnswer: x = 25/3",
    "right answer, then a wrong one": RIGHT + "\nAnswer: x = 25/3",
    "all answers at once": RIGHT.replace("Answer: x = 5", "Answer: x = 5 or x = 25/3 or x = 12"),
    "another letter's value": RIGHT.replace("Answer: x = 5", "Answer: x = 15"),
    "fullwidth digits of a wrong answer": RIGHT.replace("Answer: x = 5", "Answer: x = ５５"),
    "arabic digits of a wrong answer": RIGHT.replace("Answer: x = 5", "Answer: x = ٤"),
    "superscript": RIGHT.replace("Answer: x = 5", "Answer: x = 5²"),
    "right answer after a wrong line": WRONG.replace("Answer: x = 25/3", "Answer: x = 5"),
    "right answer first, then its wrong work": "Answer: x = 5\n" + WRONG,
    "no answer": RIGHT.replace("\nAnswer: x = 5", "\nAnswer:"),
    "nothing": "",
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_earns_nothing(name):
    (member,) = group([TRICKS[name]]).members
    assert reward(member.verdict) == 0


LONGER = {
    "padded": RIGHT.replace("3x = 15\n", "3x = 15\n3x = 15\n3x = 15\n"),
    "split": RIGHT.replace("3x = 15\n", "3x = 10 + 5\n3x = 15\n"),
    "question copied": "3x + 5 = 20\n" + RIGHT,
    "answer repeated": RIGHT + "\nAnswer: x = 5\nAnswer: x = 5",
}


@pytest.mark.parametrize("name", LONGER)
def test_a_longer_right_solution_earns_no_more_than_the_short_one(name):
    made = group([RIGHT, LONGER[name], WRONG, WRONG])
    earned = [
        sum(token_advantages(token_steps([*list(m.rollout.text), ""], split(m.rollout.text)), routed))
        / len(m.rollout.token_ids)
        for m, routed in zip(made.members, route_group(made), strict=True)
    ]
    assert reward(made.members[1].verdict) <= reward(made.members[0].verdict)
    assert earned[1] <= earned[0] + 1e-12


SOUND = {
    "cut_off_share": 0.0,
    "unknown_share": 0.1,
    "repeated_steps": 0.1,
    "mean_tokens": 40.0,
    "entropy": 0.5,
    "solve_share": 0.4,
}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({}, None),
        ({"cut_off_share": 0.6}, "never end"),
        ({"unknown_share": 0.9}, "no longer be read"),
        ({"repeated_steps": 0.6}, "repeat an earlier one"),
        ({"mean_tokens": 9.0}, "shrunk"),
        ({"entropy": 2.1}, "at random"),
        ({"entropy": 0.001, "solve_share": 0.1}, "always writes the same"),
        ({"entropy": 0.001, "solve_share": 0.9}, None),  # it has learned
        ({"mean_tokens": 11.0, "entropy": 1.4}, None),
    ],
)
def test_each_sign_of_collapse(now, words):
    rounds = [Round(0, 0.0, SOUND, {}), *(Round(i, 0.0, {**SOUND, **now}, {}) for i in (1, 2, 3))]
    found = collapse(rounds)
    assert found is None if words is None else words in (found or "")
    # One sound round among the last three, and it is only noise.
    assert collapse([*rounds[:3], Round(3, 0.0, SOUND, {})]) is None


def test_a_method_that_reports_no_entropy_is_not_rigid():
    quiet = {**SOUND, "entropy": 0.0, "solve_share": 0.1}
    assert collapse([Round(i, 0.0, quiet, {}) for i in range(5)]) is None
