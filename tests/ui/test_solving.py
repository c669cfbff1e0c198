"""Solutions as they come into being, what is asked, and what is disputed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from workbench.errors import BadInput
from workbench.types import Knowledge, LabelItem, Problem
from workbench.ui import context
from workbench.ui.annotation import Shown, dispute
from workbench.ui.context import BASE, models_at_hand, open_policy
from workbench.ui.pages import warning
from workbench.ui.serving import is_loopback, require_safe_host
from workbench.ui.solving import (
    Settings,
    asked_html,
    asked_problem,
    in_turn,
    read_problem,
    read_settings,
    sample_verdicts,
    write_solution,
)
from workbench.ui.tabs.solve import ANSWER, FREE, REFERENCE, check, pick_problem
from workbench.verification import Verifier


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """More threads than idle cores would wait for each other at every token."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


PROBLEM = Problem("p", "Solve 3x + 5 = 20.", "x = 5")


# The stream


def test_a_solution_grows_and_its_verdicts_with_it(tiny_tutor: Path):
    settings = Settings(temperature=1.0, seed=3, max_tokens=40)
    frames = list(write_solution(open_policy(tiny_tutor), PROBLEM, settings, Verifier()))
    assert frames[-1].finished
    assert not any(frame.finished for frame in frames[:-1])
    for before, after in pairwise(frames[:-1]):
        grew = len(after.verdict.steps) - len(before.verdict.steps)
        assert grew >= 0
        assert after.new_steps or grew == 0
    whole = sample_verdicts(open_policy(tiny_tutor), PROBLEM, settings, 1, Verifier())
    assert frames[-1].verdict == whole[0]
    assert frames[-1].cut == (len(frames) > 40)


def test_the_seed_decides(tiny_tutor: Path):
    def text(seed: int) -> list[str]:
        settings = Settings(temperature=1.0, seed=seed, max_tokens=20)
        *_, last = write_solution(open_policy(tiny_tutor), PROBLEM, settings, Verifier())
        return [step.text for step in last.verdict.steps]

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_iterators_in_turn():
    assert list(in_turn([iter("ab"), iter("xyz")])) == [(0, "a"), (1, "x"), (0, "b"), (1, "y"), (1, "z")]
    assert list(in_turn([])) == []


def test_a_model_is_loaded_once_by_many(tiny_tutor: Path, monkeypatch: pytest.MonkeyPatch):
    from workbench.engine import policy

    monkeypatch.setattr(context, "_open", type(context._open)())
    loaded = []
    load = policy.load_policy

    def counted(settings, trainable=False):
        loaded.append(settings.path)
        return load(settings, trainable)

    monkeypatch.setattr(policy, "load_policy", counted)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(open_policy(tiny_tutor))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 1
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


# What is asked


def test_a_problem_is_read_in_the_models_words():
    asked = read_problem(r"\frac{x}{3} = 4", " x = 12 ", None)
    assert (asked.text, asked.answer) == ("Solve x/3 = 4.", "x = 12")
    assert read_problem("Solve x = 2.", "", None).answer is None


def test_a_picked_problem_keeps_its_solution_only_while_its_text_stands():
    known = Problem("k", "Solve x + 2 = 5.", "x = 3", solution=("x = 5 - 2", "x = 3"))
    assert read_problem(known.text, "x = 3", known).solution == known.solution
    assert read_problem("Solve x + 2 = 6.", "x = 4", known).solution == ()
    assert asked_problem(known.text, "x = 3", ("x = 3",), known).solution == ("x = 3",)


def test_a_picked_problems_answer_judges_no_other_problem():
    picked = Problem("k", "Solve x + 2 = 5.", "x = 3")
    assert read_problem("Solve 2(x - 3) = 10.", "x = 3", picked).answer is None
    assert read_problem("Solve 2(x - 3) = 10.", "x = 8", picked).answer == "x = 8"


@pytest.mark.parametrize(
    ("text", "known"), [("", ""), ("  \n", ""), (None, None), ("x" * 1_000_000, ""), ("x", "9" * 3000)]
)
def test_what_is_no_problem_is_refused(text: str | None, known: str | None):
    with pytest.raises(BadInput):
        read_problem(text, known, None)


OUT_OF_RANGE = [
    (0, 0, 160, 5),
    (-1, 0, 160, 1),
    (9, 0, 160, 1),
    (1, 0, 10**9, 1),
    (1, 0, 160, 10**6),
    (1, 1e300, 160, 1),
]


@pytest.mark.parametrize("sampling", OUT_OF_RANGE)
def test_sampling_out_of_range_is_refused(sampling: tuple[float, float, float, float]):
    with pytest.raises(BadInput):
        read_settings(*sampling)


def test_sampling_in_range():
    assert read_settings(0.7, None, 160, 4) == (Settings(0.7, 0, 160), 4)


def test_the_preview_says_what_the_models_read():
    assert "The models read: Solve x/3 = 4." in asked_html(r"\frac{x}{3} = 4")
    assert "The models read" not in asked_html("Solve x = 2.")
    assert "1,000,000 characters" in asked_html("<" * 1_000_000)
    assert "<script" not in asked_html("<script>alert(1)</script> = 2")
    assert "<b>" not in warning("<b>")


# One's own solution


def test_what_the_verifier_knows_decides():
    own = "3x = 15\nx = 5\nAnswer: x = 5"
    for knows, knowledge in ((FREE, Knowledge.FREE), (ANSWER, Knowledge.ANSWER)):
        _, verdict = check(PROBLEM.text, "x = 5", None, own, knows, "", Verifier())
        assert verdict.knowledge is knowledge
    asked, verdict = check(PROBLEM.text, "x = 5", None, own, REFERENCE, "3x = 15\n\n x = 5 ", Verifier())
    assert verdict.knowledge is Knowledge.REFERENCE
    assert asked.solution == ("3x = 15", "x = 5")


@pytest.mark.parametrize(
    ("right", "own", "knows", "reference"),
    [
        ("x = 5", "  ", FREE, ""),
        ("", "x = 5", ANSWER, ""),
        ("x = 5", "x = 5", REFERENCE, " \n"),
        ("x = 5", "x" * 1_000_000, FREE, ""),
        ("x = 5", "x = 5", REFERENCE, "x" * 1_000_000),
    ],
)
def test_what_cannot_be_checked_says_why(right: str, own: str, knows: str, reference: str):
    with pytest.raises(BadInput):
        check(PROBLEM.text, right, None, own, knows, reference, Verifier())


def test_a_problem_is_picked_by_skill_and_level():
    import random

    found = pick_problem("percent", "2", "test", random.Random(0))
    assert (found.skill, found.difficulty) == ("percent", 2)
    assert pick_problem("<script>", "9", "../../etc", random.Random(0)).id


# Disputes


class FakeQueue:
    """Stands in for the store, which keeps an item once."""

    def __init__(self) -> None:
        self.items: dict[str, LabelItem] = {}

    def add_items(self, items: Iterable[LabelItem]) -> int:
        new = {item.id: item for item in items if item.id not in self.items}
        self.items |= new
        return len(new)


def test_a_disputed_step_goes_into_the_queue_once_with_its_context():
    queue, shown = FakeQueue(), Shown(PROBLEM, ("3x = 25", "x = 25/3", "Answer: x = 25/3"))
    assert dispute(queue, shown, 2) == "Step 2 waits in the label queue."
    assert dispute(queue, shown, 2) == "Step 2 was in the label queue already."
    (item,) = queue.items.values()
    assert item.lines == ("3x = 25", "x = 25/3")
    assert (item.step, item.source, item.problem) == ("x = 25/3", "solve", PROBLEM)
    dispute(queue, shown, 1)
    assert len(queue.items) == 2


@pytest.mark.parametrize(("shown", "number"), [(None, 1), (Shown(PROBLEM, ("a",)), 0), (Shown(PROBLEM, ("a",)), 2)])
def test_a_step_that_is_not_shown_is_not_sent(shown: Shown | None, number: int):
    queue = FakeQueue()
    assert "solve again" in dispute(queue, shown, number)
    assert not queue.items


# Where it is served, and with which models


OWN_HOSTS = ("127.0.0.1", "127.8.9.1", "::1", "localhost")
OPEN_HOSTS = ("0.0.0.0", "192.168.1.4", "::", "example.org", "localhost.example.org")


@pytest.mark.parametrize(("host", "own"), [*((h, True) for h in OWN_HOSTS), *((h, False) for h in OPEN_HOSTS)])
def test_only_loopback_needs_no_accounts(host: str, own: bool):
    assert is_loopback(host) is own
    require_safe_host(host, signs_in=True)
    if not own:
        with pytest.raises(BadInput, match="--auth"):
            require_safe_host(host, signs_in=False)


def test_the_last_model_is_the_one_to_show_beside_the_base(tmp_path: Path):
    for name in ("one", "two"):
        folder = tmp_path / name / "model"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    names = list(models_at_hand(tmp_path, tmp_path / "one"))
    assert names[0] == BASE
    assert names[-1] == "one"
    assert "two" in names
