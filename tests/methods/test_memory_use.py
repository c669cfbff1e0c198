"""How pmd uses memory: what is asked and written, what a teacher reads, and each ablation against that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

import pytest

from tests.records import LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.engine.protocol import Exchange
from workbench.evaluation.compare.plan import ABLATIONS
from workbench.memory.checking import Checked, Drop
from workbench.memory.reflection import reflection_stats
from workbench.memory.retrieval import Recalled, library
from workbench.memory.state import MemoryState, confirm, retire, visit
from workbench.methods.memory_use import MemoryAccess, write_memory
from workbench.methods.method import RoundContext
from workbench.methods.pmd import PMD, Pmd, PmdSettings
from workbench.settings import MemorySettings, ReflectionSettings
from workbench.types import Group, Level, MemoryItem
from workbench.types import Reflection as Said

OTHER = replace(STORY, id="p3")
BY_DIAGNOSIS = ReflectionSettings(writer="diagnosis")


class Asked(AssertionError):
    """Somebody asked the policy."""


class Silent:
    """A policy that may not be asked: no model writes in these tests."""

    instruction = False

    def __getattr__(self, name: str) -> object:
        raise Asked(name)


class Even:
    """A teacher that finds all tokens equally likely."""

    def problem_ids(self, text: str, help: object = None) -> list[int]:
        return [1]

    def logprobs(self, exchanges: Sequence[Exchange]) -> list[list[float]]:
        return [[-1.0] * len(e.reply) for e in exchanges]


def context(memory: MemoryState, at_round: int, settings: ReflectionSettings, **limits: object) -> RoundContext:
    return RoundContext(
        settings=PmdSettings(),
        policy=Silent(),  # type: ignore[arg-type]
        teacher=Even(),  # type: ignore[arg-type]
        memory=memory,
        memory_settings=MemorySettings(**limits),
        reflection_settings=settings,
        problems=[LINEAR, STORY],
        library=library([LINEAR, STORY]),
        round=at_round,
        epoch_rounds=2,
        version=f"t@{at_round}",
        seed=0,
        stage=lambda name: nullcontext(),
    )


def remember(method: Pmd, memory: MemoryState, made: Group, at_round: int, **limits: object) -> MemoryState:
    """Memory after a round on one group that the diagnosis writes about, two rounds an epoch."""
    seen = context(visit(memory, made, at_round), at_round, BY_DIAGNOSIS, **limits)
    return method._remember([method.see(made)], seen)[0]


def practise(method: Pmd, rounds: int, **limits: object) -> MemoryState:
    memory = MemoryState()
    for at_round in range(rounds):
        memory = remember(method, memory, group([RIGHT, SIGN_KEPT], round=at_round), at_round, **limits)
    return memory


def words(text: str) -> int:
    return len(text.split())


def item(key: str, level: Level, problem, text: str) -> MemoryItem:
    return MemoryItem(key, level, problem.skill, problem.id, text, ("r",), "t@0", 0)


@pytest.fixture
def full() -> MemoryState:
    items = [
        item("own", Level.LESSON, LINEAR, "Change the sign of it."),
        item("way", Level.STRATEGY, LINEAR, "Move it across."),
        item("done", Level.EXPERIENCE, LINEAR, RIGHT),
        item("far", Level.LESSON, STORY, "Read what left means."),
        replace(item("rule", Level.PATTERN, LINEAR, "equation: undo it"), problem_id=None),
    ]
    return MemoryState({i.id: i for i in items})


def recalled(memory: MemoryState, method: Pmd = PMD, problems=(LINEAR, STORY, OTHER), **settings: object) -> Recalled:
    access = MemoryAccess(MemorySettings(**settings), words, library(problems), problems, "0/0")
    return method.read(LINEAR, memory, access)


def test_memory_is_written_in_every_round():
    assert {i.written_round for i in practise(PMD, 4).live()} == {3}


def test_frozen_memory_is_written_in_the_first_epoch_only():
    frozen = practise(ABLATIONS["frozen"], 8, expiry_epochs=None)
    assert {i.written_round for i in frozen.live()} == {1}
    assert frozen.visits["p1"].round == 7


def test_frozen_memory_with_expiry_retires_its_insights():
    frozen = practise(ABLATIONS["frozen"], 8, expiry_epochs=1)
    assert {i.level for i in frozen.live()} == {Level.EXPERIENCE}


def test_transient_memory_keeps_nothing_of_earlier_rounds():
    transient = ABLATIONS["transient"]
    once = practise(transient, 1)
    assert once.items
    later = remember(transient, once, group([RIGHT], STORY, 1), 1)
    assert not later.items
    assert set(later.visits) == {"p1", "p2"}


def test_a_teacher_without_memory_has_none_written_and_nothing_is_asked():
    """With a budget the policy is asked two questions here; `Silent` fails at the first."""
    made, by_policy = group([RIGHT, SIGN_KEPT]), ReflectionSettings(writer="both")
    memory = visit(MemoryState(), made, 0)
    after, metrics = PMD._remember([made], context(memory, 0, by_policy, token_budget=0))
    assert (after.items, metrics["reflections_asked"], metrics["writer_tokens"]) == ({}, 0, 0)
    with pytest.raises(Asked):
        PMD._remember([made], context(memory, 0, by_policy))


def test_levels_that_are_left_out_are_not_read(full):
    everything = recalled(full)
    assert {i.id for i in everything.items} == {"own", "way", "rule"}
    assert everything.experience is not None
    assert recalled(full, ABLATIONS["without_experience"]).experience is None
    assert {i.id for i in recalled(full, ABLATIONS["without_pattern"]).items} == {"own", "way"}
    assert {i.id for i in recalled(full, ABLATIONS["without_insight"]).items} == {"rule"}


def test_shuffled_memory_speaks_of_another_problem_and_no_longer(full):
    shuffled = recalled(full, ABLATIONS["shuffled"])
    assert {i.id for i in shuffled.items} <= {"far"}
    assert shuffled.experience is None


def test_shuffled_memory_of_one_skill_speaks_of_another_problem_too(full):
    same = replace(STORY, skill=LINEAR.skill)
    items = {**full.items, "far": replace(full.items["far"], skill=LINEAR.skill)}
    found = recalled(MemoryState(items), ABLATIONS["shuffled"], (LINEAR, same))
    assert "far" in {i.id for i in found.items} <= {"far", "rule"}
    assert recalled(full, ABLATIONS["shuffled"], (LINEAR,)) == Recalled()


def test_a_lesson_that_is_seen_again_is_as_good_as_new():
    memory = practise(PMD, 1, expiry_epochs=1)
    (lesson,) = (i for i in memory.live() if i.level is Level.LESSON)
    assert lesson.malrule == "sign_kept"
    again = confirm(memory, group([SIGN_KEPT], round=5), 5)
    assert again.items[lesson.id].confirmed_round == 5
    assert again.items[lesson.id].written_round == 0
    assert lesson.id in {i.id for i in retire(again, 6, expiry_rounds=2).live()}
    unseen = confirm(memory, group([RIGHT], round=5), 5)
    assert retire(unseen, 6, expiry_rounds=2).items[lesson.id].retired == (
        "written or confirmed 6 rounds ago and not confirmed since"
    )


def test_about_the_solution_that_is_remembered_no_strategy_is_asked_for():
    """The first solution was written down without the policy; without one, a question would fail."""
    memory, by_policy = practise(PMD, 1), ReflectionSettings(writer="policy")
    same, other = group([RIGHT], round=1), group([RIGHT.removeprefix("3x = 20 - 5\n")], round=1)
    _, stats = write_memory(memory, Silent(), [same], by_policy, 1, "t@1")  # type: ignore[arg-type]
    assert stats.metrics()["reflections_asked"] == 0
    with pytest.raises(Asked):
        write_memory(memory, Silent(), [other], by_policy, 1, "t@1")  # type: ignore[arg-type]


def test_what_a_round_wrote_is_counted():
    made = group([RIGHT, SIGN_KEPT])
    _, stats = write_memory(MemoryState(), Silent(), [made], BY_DIAGNOSIS, 0, "t@0")  # type: ignore[arg-type]
    metrics = stats.metrics()
    assert metrics["insights_written"] == 1
    assert metrics["reflections_asked"] == 0  # the diagnosis writer is no model


def test_replies_are_counted_by_what_became_of_them():
    made = Said("p1", "s", Level.LESSON, "one", ())
    found = [
        Drop.FORM,
        Drop.GARBLED,
        Checked(made),
        Checked(made),
        Checked(replace(made, text="two")),
        Checked(made, Drop.SKILL),
    ]
    metrics = reflection_stats(found).metrics()
    assert metrics["reflections_asked"] == 6
    assert metrics["reflections_parsed"] == 5
    assert metrics["insights_written"] == 2
    assert metrics["reflections_repeated"] == 1
    assert [metrics[f"dropped_{d}"] for d in Drop] == [1, 1, 1, 0, 0, 0]


def test_no_budget_reads_nothing(full):
    nothing = recalled(full, token_budget=0)
    assert not nothing.items
    assert nothing.experience is None
