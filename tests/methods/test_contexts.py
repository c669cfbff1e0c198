"""What the teacher reads: the verified prefix, the corrected step, memory; never the wrong step."""

from __future__ import annotations

from dataclasses import replace

from tests.records import LATE, LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.memory.retrieval import Recalled
from workbench.methods.contexts import teacher_context
from workbench.methods.routing import route_group
from workbench.prompts import problem_message
from workbench.types import Level, MemoryItem

LESSON = MemoryItem("m1", Level.LESSON, "linear_one", "p1", "Change the sign.", ("r",), "t@0", 0)
PAST = MemoryItem("m2", Level.EXPERIENCE, "linear_one", "p1", RIGHT, ("r",), "t@0", 0)


def contexts(texts, problem=LINEAR, recalled=None):
    judged = group(texts, problem)
    routed = route_group(judged)
    return [
        teacher_context(judged, m, r, recalled or Recalled()) for m, r in zip(judged.members, routed, strict=True)
    ]


def test_a_verified_solution_needs_no_teacher():
    assert contexts([RIGHT]) == [None]


def test_the_correction_comes_from_the_line_itself():
    (context,) = contexts([SIGN_KEPT])
    assert context.source == "line"
    assert context.correction == "3x = 20 - 5"
    assert context.help.right_so_far == ()


def test_a_sibling_with_the_same_prefix_gives_the_corrected_step():
    context = contexts([LATE, RIGHT])[0]
    assert (context.source, context.correction) == ("sibling", "x = 15 / 3")
    assert context.help.right_so_far == ("3x = 20 - 5", "3x = 15")


def test_memory_gives_the_corrected_step_where_no_sibling_does():
    context = contexts([LATE], recalled=Recalled((), PAST))[0]
    assert (context.source, context.correction) == ("memory", "x = 15 / 3")
    assert context.used == ("m2",)


def test_the_wrong_step_is_never_quoted():
    for wrong in (SIGN_KEPT, LATE):
        for others in ([], [RIGHT]):
            context = contexts([wrong, *others], recalled=Recalled((LESSON,), PAST))[0]
            message = problem_message(LINEAR.text, context.help)
            error = group([wrong]).members[0].verdict.first_error
            assert wrong.split("\n")[error] not in message.split("\n")
            assert "Change the sign." in message


def test_a_wrong_meaning_reads_a_verified_sibling_and_where_it_goes_on():
    context = contexts(["6 - 4 = 2\nAnswer: 2", "6 + 4 = 10\nAnswer: 10"], STORY)[0]
    assert context.help.solved == ((STORY.text, ("6 + 4 = 10", "Answer: 10")),)
    assert (context.prefix, context.correction) == (0, "6 + 4 = 10")


def test_without_anything_to_read_there_is_no_context():
    assert contexts(["6 - 1 = 5\nAnswer: 5"], STORY) == [None]


def test_a_known_solution_is_one_more_that_the_teacher_may_read():
    known = replace(LINEAR, solution=tuple(RIGHT.split("\n")))
    (context,) = contexts([LATE], known)
    assert (context.source, context.correction) == ("reference", "x = 15 / 3")


def test_where_nobody_solves_it_the_known_answer_shows_the_line():
    (context,) = contexts(["6 - 4 = 2\nAnswer: 2"], STORY)
    assert (context.prefix, context.correction, context.source) == (0, "6 + 4 = 10", "answer")


def test_a_lesson_alone_is_a_context():
    lesson = replace(LESSON, skill="word_short", problem_id="p2")
    (context,) = contexts(["6 - 1 = 5\nAnswer: 5"], STORY, Recalled((lesson,)))
    assert context.correction is None
    assert context.used == ("m1",)
