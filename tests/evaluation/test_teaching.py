"""What a teacher can tell: figures from log-probabilities set by hand, and slips of the shipped tutor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records import LINEAR, STORY
from workbench.config import Config, ModelSettings
from workbench.engine.policy import Policy, load_policy
from workbench.errors import BadInput
from workbench.lab.teaching import ALONE, ANOTHER, BOTH, CRITIQUE, KINDS, MEMORY, WrongStep, slips, told
from workbench.problems.splits import load_split
from workbench.prompts import Help

RIGHT, WRONG = (1,), (2, 2)
HELP = Help(lessons=("Undo it.",), right_so_far=("3x = 15",), next_step="x = 5")
FOUND = [
    WrongStep(LINEAR, (), WRONG, RIGHT, HELP),
    WrongStep(STORY, (), WRONG, RIGHT, replace(HELP, next_step="6 + 4 = 10")),
]
OF_RIGHT = {ALONE: -2.0, MEMORY: -1.5, CRITIQUE: -0.5, BOTH: -0.1, ANOTHER: -3.0}
OF_WRONG = {ALONE: -0.5, MEMORY: -0.55, CRITIQUE: -1.0, BOTH: -2.0, ANOTHER: -1.4}
"""Of each token, by what the teacher reads."""


class Reader:
    """An engine whose prompt is the help itself, and whose log-probabilities are set by what was read."""

    def problem_ids(self, text: str, help: Help) -> list[tuple[str, Help]]:
        return [(text, help)]

    def logprobs(self, exchanges) -> list[list[float]]:
        kinds = [kind_of(*e.prompt[0]) for e in exchanges]
        return [
            [(OF_RIGHT if e.reply == RIGHT else OF_WRONG)[kind]] * len(e.reply)
            for e, kind in zip(exchanges, kinds, strict=True)
        ]


def kind_of(text: str, help: Help) -> str:
    own = {slip.problem.text: slip.help for slip in FOUND}[text]
    if help.next_step is None:
        return MEMORY if help.lessons else ALONE
    return ANOTHER if help.next_step != own.next_step else BOTH if help.lessons else CRITIQUE


def test_the_figures_follow_from_the_log_probabilities() -> None:
    found = told(Reader(), FOUND)  # type: ignore[arg-type]
    assert list(found) == list(KINDS)
    # The wrong step has two tokens: alone its odds are -2 - (-1) = -1 against the corrected one.
    assert {k: t.prefers.value for k, t in found.items()} == {ALONE: 0, MEMORY: 0, CRITIQUE: 1, BOTH: 1, ANOTHER: 0}
    gains = {k: t.gain.value for k, t in found.items()}
    assert gains == pytest.approx({ALONE: 0.0, MEMORY: 0.6, CRITIQUE: 2.5, BOTH: 4.9, ANOTHER: 0.8})
    assert {k: t.better.value for k, t in found.items()} == {ALONE: 0, MEMORY: 0, CRITIQUE: 1, BOTH: 1, ANOTHER: 0}
    # Moved by 0.05, 0.5, 1.5 and 0.9 nats a token.
    assert {k: t.moved.value for k, t in found.items()} == {ALONE: 0, MEMORY: 0, CRITIQUE: 1, BOTH: 1, ANOTHER: 1}
    assert {k: t.most.value for k, t in found.items()} == {ALONE: 0, MEMORY: 0, CRITIQUE: 0, BOTH: 1, ANOTHER: 0}


def test_one_problem_has_no_other_to_compare_with() -> None:
    with pytest.raises(BadInput, match="1 wrong steps with a known correction are too few"):
        told(Reader(), FOUND[:1])  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def tutor() -> Policy:
    return load_policy(ModelSettings(device="cpu"))


def test_slips_are_whole_steps_that_went_wrong(tutor) -> None:
    problems = [p for p in load_split("train") if p.skill in ("frac_add", "linear_both")][::8]
    heard: list[int] = []
    found = slips(tutor, problems, Config(), tell=heard.append)
    assert sum(heard) == 2 * 8 * len(problems)
    assert len({s.problem.id for s in found}) > 1
    for slip in found:
        wrong, right = tutor.text(slip.wrong), tutor.text(slip.right)
        assert wrong.strip()
        assert "\n" not in wrong
        assert not slip.written or tutor.text(slip.written).endswith("\n")
        assert wrong.strip() != right.strip() == slip.help.next_step
        assert wrong not in slip.help.right_so_far
    assert any(s.help.lessons or s.help.strategies or s.help.patterns for s in found)
    assert told(tutor, found)[CRITIQUE].gain.value > 0
