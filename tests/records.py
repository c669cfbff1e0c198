"""Small records for tests: a group from texts, judged by the real verifier."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.types import Group, Judged, Problem, Rollout, StopReason, content_id
from workbench.verification import Verifier

LINEAR = Problem(id="p1", text="Solve 3x + 5 = 20.", answer="x = 5", skill="linear_one", difficulty=2)
RIGHT = "3x = 20 - 5\n3x = 15\nx = 15 / 3\nx = 5\nAnswer: x = 5"
SIGN_KEPT = "3x = 20 + 5\n3x = 25\nx = 25 / 3\nx = 25/3\nAnswer: x = 25/3"
LATE = "3x = 20 - 5\n3x = 15\nx = 15 - 3\nx = 12\nAnswer: x = 12"
STORY = Problem(
    id="p2",
    text="Tom has 6 cards. There are also 4 left from last week. How many cards are there now?",
    answer="10",
    skill="word_short",
)


def rollout(text: str, index: int = 0, problem: Problem = LINEAR, round: int = 0) -> Rollout:
    """A rollout of this text, one token a character, closed by token 0."""
    ids = (*(ord(c) for c in text), 0)
    return Rollout(
        id=content_id("test", problem.id, round, index, text),
        problem_id=problem.id,
        round=round,
        index=index,
        seed=index,
        text=text,
        token_ids=ids,
        logprobs=(-0.5,) * len(ids),
        stop=StopReason.END,
        policy_version="test@0",
    )


def group(texts: Sequence[str], problem: Problem = LINEAR, round: int = 0) -> Group:
    """A group with the verifier's own verdicts."""
    verifier = Verifier()
    made = [rollout(text, i, problem, round) for i, text in enumerate(texts)]
    return Group(problem, tuple(Judged(r, verifier.verify(problem, r.text)) for r in made))
