"""Memory in the loop: its modes and levels, each against what the evolving memory does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from workbench.training.remembering import When, read_memory, write_memory

from tests.records import LINEAR, RIGHT, SIGN_KEPT, STORY, group
from workbench.config import Config, MemorySettings, ReflectionSettings
from workbench.memory.checking import Checked, Drop
from workbench.memory.reflection import reflection_stats
from workbench.memory.retrieval import Recalled, library
from workbench.memory.state import MemoryState, confirm, retire
from workbench.types import Level, MemoryItem
from workbench.types import Reflection as Said

OTHER = replace(STORY, id="p3")


def config(**memory: object) -> Config:
    return Config(memory=MemorySettings(**memory), reflection=ReflectionSettings(writer="diagnosis"))


def practise(settings: Config, rounds: int, start: MemoryState | None = None) -> MemoryState:
    """Memory after so many rounds on one mixed group, two rounds an epoch. No policy writes here."""
    memory = start or MemoryState()
    for round in range(rounds):
        made = group([RIGHT, SIGN_KEPT], round=round)
        memory, _ = write_memory(memory, None, [made], settings, When(round, 2, f"t@{round}"))  # type: ignore[arg-type]
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


def recalled(memory: MemoryState, **settings: object):
    return read_memory(
        LINEAR,
        [LINEAR, STORY, OTHER],
        memory,
        MemorySettings(**settings),
        words,
        "0/0",
        library([LINEAR, STORY, OTHER]),
    )


def test_evolving_memory_is_written_in_every_round():
    assert {i.written_round for i in practise(config(), 4).live()} == {3}


def test_frozen_memory_is_written_in_the_first_epoch_only():
    frozen = practise(config(mode="frozen", expiry_epochs=None), 8)
    assert {i.written_round for i in frozen.live()} == {1}
    assert frozen.visits["p1"].round == 7


def test_frozen_memory_with_expiry_retires_its_insights():
    frozen = practise(config(mode="frozen", expiry_epochs=1), 8)
    assert {i.level for i in frozen.live()} == {Level.EXPERIENCE}


def test_transient_memory_keeps_nothing_of_earlier_rounds():
    once = practise(config(mode="transient"), 1)
    later, _ = write_memory(once, None, [group([RIGHT], STORY, 1)], config(mode="transient"), When(1, 2, "t@1"))  # type: ignore[arg-type]
    assert not later.items
    assert set(later.visits) == {"p1", "p2"}


def test_levels_that_are_left_out_are_not_read(full):
    everything = recalled(full)
    assert {i.id for i in everything.items} == {"own", "way", "rule"}
    assert everything.experience is not None
    assert recalled(full, levels=("insight", "pattern")).experience is None
    assert {i.id for i in recalled(full, levels=("experience", "insight")).items} == {"own", "way"}
    assert not recalled(full, levels=("experience",)).items


def test_shuffled_memory_speaks_of_another_problem_and_no_longer(full):
    shuffled = recalled(full, mode="shuffled")
    assert {i.id for i in shuffled.items} <= {"far"}
    assert shuffled.experience is None


def test_shuffled_memory_of_one_skill_speaks_of_another_problem_too(full):
    same = replace(STORY, skill=LINEAR.skill)
    items = {**full.items, "far": replace(full.items["far"], skill=LINEAR.skill)}
    settings, known = MemorySettings(mode="shuffled"), library([LINEAR, same])
    found = read_memory(LINEAR, [LINEAR, same], MemoryState(items), settings, words, "0/0", known)
    assert "far" in {i.id for i in found.items} <= {"far", "rule"}
    assert read_memory(LINEAR, [LINEAR], full, settings, words, "0/0", known) == Recalled()


def test_a_lesson_that_is_seen_again_is_as_good_as_new():
    memory = practise(config(expiry_epochs=1), 1)
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
    memory, when = practise(config(), 1), When(1, 2, "t@1")
    by_policy = Config(reflection=ReflectionSettings(writer="policy"))
    _, metrics = write_memory(memory, None, [group([RIGHT], round=1)], by_policy, when)  # type: ignore[arg-type]
    assert metrics["reflections_asked"] == 0
    other = RIGHT.removeprefix("3x = 20 - 5\n")
    with pytest.raises(AttributeError):
        write_memory(memory, None, [group([other], round=1)], by_policy, when)  # type: ignore[arg-type]


def test_what_a_round_wrote_is_counted():
    made = group([RIGHT, SIGN_KEPT])
    _, metrics = write_memory(MemoryState(), None, [made], config(), When(0, 2, "t@0"))  # type: ignore[arg-type]
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
