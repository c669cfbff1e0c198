"""The measures against a table of solutions counted by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.evaluation.evaluate import decided_share, pass_at_16, process_rate, right_for_wrong_reasons, solve_rate
from workbench.types import (
    Diagnosis,
    Group,
    Judged,
    Judgement,
    Knowledge,
    Problem,
    Rollout,
    StepVerdict,
    StopReason,
    Verdict,
)

LETTERS = {"c": Judgement.CORRECT, "i": Judgement.INCORRECT, "u": Judgement.UNKNOWN}


def judged(steps: str, right: bool | None) -> Judged:
    """A solution from its steps' judgements, one letter each, and whether its answer is right."""
    said = tuple(StepVerdict("2 = 2", LETTERS[letter], Diagnosis.EXPECTED) for letter in steps)
    answer = None if right is None else Judgement.CORRECT if right else Judgement.INCORRECT
    knowledge = Knowledge.FREE if right is None else Knowledge.ANSWER
    rollout = Rollout("r", "p", 0, 0, 0, "", (), (), StopReason.END, "v")
    return Judged(rollout, Verdict(said, None, answer, "v1", knowledge))


def group(problem: str, *members: Judged) -> Group:
    return Group(Problem(problem, "", "4"), members)


GROUPS = [
    group("a", judged("cc", True), judged("ci", True), judged("cu", True), judged("ci", False)),
    group("b", judged("uu", False), judged("cc", False)),
]


def test_each_measure_by_hand() -> None:
    assert solve_rate(GROUPS).value == (3 / 4 + 0) / 2
    assert process_rate(GROUPS).value == (2 / 4 + 0) / 2  # unknown is no error
    assert right_for_wrong_reasons(GROUPS).value == (1 / 4 + 0) / 2
    assert decided_share(GROUPS).value == (3 / 4 + 1 / 2) / 2


def test_an_undecided_answer_is_not_solved() -> None:
    member = judged("c", True)
    undecided = Verdict(member.verdict.steps, "4", Judgement.UNKNOWN, "v1", Knowledge.ANSWER)
    assert solve_rate([group("a", Judged(member.rollout, undecided))]).value == 0


def test_a_solution_without_steps_is_not_decided() -> None:
    assert decided_share([group("a", judged("", True))]).value == 0


def test_groups_of_one_problem_are_joined() -> None:
    split = [group("a", *GROUPS[0].members[:1]), group("a", *GROUPS[0].members[1:]), GROUPS[1]]
    assert solve_rate(split) == solve_rate(GROUPS)


def test_pass_at_16_by_hand() -> None:
    # One right of 32: half of the sets of 16 hold it. None right of 16: never.
    once = group("a", judged("c", True), *[judged("c", False)] * 31)
    never = group("b", *[judged("c", False)] * 16)
    assert pass_at_16([once, never]).value == pytest.approx(0.25)


def test_pass_at_16_of_fewer_samples_is_bad_input() -> None:
    with pytest.raises(BadInput, match="'a' has 4 samples"):
        pass_at_16(GROUPS)


def test_verdicts_without_the_answer_are_refused_where_the_answer_counts() -> None:
    free = [group("a", judged("cc", None))]
    for measure in (solve_rate, process_rate, right_for_wrong_reasons, pass_at_16):
        with pytest.raises(BadInput, match="without the known answer"):
            measure(free)
    assert decided_share(free).value == 1


def test_no_groups_and_an_empty_group_are_bad_input() -> None:
    with pytest.raises(BadInput, match="no problems"):
        solve_rate([])
    with pytest.raises(BadInput, match="'a' has no values"):
        solve_rate([group("a")])


SOLUTIONS = st.builds(judged, st.text("ciu", max_size=4), st.booleans())


@settings(max_examples=20)
@given(st.lists(st.lists(SOLUTIONS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_right_and_wrong_reasons_add_up_to_the_solve_rate(table: list[list[Judged]]) -> None:
    groups = [group(str(i), *members) for i, members in enumerate(table)]
    parts = process_rate(groups).value + right_for_wrong_reasons(groups).value
    assert parts == pytest.approx(solve_rate(groups).value)
