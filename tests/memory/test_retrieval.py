"""Retrieval: fused rankings by hand, BM25 by hand, and what holds for any memory."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records import LINEAR, STORY
from workbench.memory.retrieval import Library, fuse, library, ranks, recall, similar_first
from workbench.memory.sentences import Bm25, shared, tokens
from workbench.types import UNKNOWN_SKILL, Level, MemoryItem, Problem, Writer


def item(key: str, **changes: object) -> MemoryItem:
    base = MemoryItem(key, Level.LESSON, "linear_one", f"of-{key}", f"lesson {key}", (), "t@0", 0)
    return replace(base, **changes)


def words(text: str) -> int:
    return len(text.split())


def test_ranks_share_the_better_place():
    assert ranks([0.5, 2.0, 0.5, -1.0]) == [2, 1, 2, 4]
    assert ranks([]) == []


def test_fusion_is_the_sum_of_reciprocal_places():
    assert fuse([[1, 2, 3], [3, 1, 2]]) == pytest.approx([1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62])


def test_bm25_by_hand():
    index = Bm25.of([("add", "add"), ("take",)])
    # idf = ln(1 + (2 - 1 + 0.5) / (1 + 0.5)) = ln 2
    # A length of 2 where the mean is 1.5 gives 1.2 * (0.25 + 0.75 * 4 / 3) = 1.5.
    assert index.scores(["add", "add", "never"]) == pytest.approx([math.log(2) * 2 * 2.2 / (2 + 1.5), 0.0])


def test_numbers_and_letters_of_the_algebra_are_all_the_same():
    assert tokens("Solve 3x + 15 = 20 for a box.") == tokens("Solve 7x + 1 = 2 for a box.")
    assert tokens("2.5 n") == ("#", "?")
    assert tokens("x² + 1") == ("?", "+", "#")
    assert shared("ab", "ab", {}) == 1
    assert shared("ab", "bc", {}) == pytest.approx(0.5)
    assert shared("", "bc", {}) == 0


SIMILAR = Problem("q1", "Solve 5x + 1 = 11.", "x = 2", "linear_one")
UNLIKE = Problem("q2", "Find y if -y/3 < 4.", "y > -12", "linear_one")


def by_length(texts) -> list[np.ndarray]:
    """An embedding that sees nothing but length."""
    return [np.array([len(t), 1.0], dtype=np.float32) for t in texts]


def test_the_insights_of_the_problem_that_is_most_alike_come_first():
    items = [item("far", problem_id="q2"), item("near", problem_id="q1")]
    known = library([LINEAR, SIMILAR, UNLIKE])
    assert [i.id for i in similar_first(LINEAR, items, known)] == ["near", "far"]


def test_an_embedding_and_a_record_have_a_say():
    texts = {"p1": "same words", "q1": "same words", "q2": "same words"}
    vectors = {k: np.array(v, dtype=np.float32) for k, v in {"p1": (1, 0), "q1": (0, 1), "q2": (1, 0)}.items()}
    items = [item("a", problem_id="q1", text="t"), item("b", problem_id="q2", text="t")]
    assert [i.id for i in similar_first(LINEAR, items, Library(texts))] == ["a", "b"]
    assert [i.id for i in similar_first(LINEAR, items, Library(texts, vectors))] == ["b", "a"]
    helped = [replace(items[0], helped=2), items[1]]
    assert [i.id for i in similar_first(LINEAR, helped, Library(texts))] == ["a", "b"]
    # One first place each: the earlier id decides.
    assert [i.id for i in similar_first(LINEAR, helped, Library(texts, vectors))] == ["a", "b"]


def test_embeddings_are_taken_from_their_mean():
    known = library([LINEAR, SIMILAR, STORY], by_length)
    assert np.allclose(sum(known.vectors.values()) @ [0, 1], 0)
    assert known.vectors["p1"] @ known.vectors["q1"] > 0 > known.vectors["p1"] @ known.vectors["p2"]


def test_of_an_unknown_skill_only_what_shares_words_is_recalled():
    own = replace(LINEAR, skill=UNKNOWN_SKILL)
    items = [
        item("alike", skill=UNKNOWN_SKILL, problem_id="q1"),
        item("other", skill=UNKNOWN_SKILL, problem_id="p9", text="read it twice"),
    ]
    found = recall(own, items, 100, 9, words, library([SIMILAR, replace(STORY, id="p9", text="Tom has cards.")]))
    assert [i.id for i in found.items] == ["alike"]


@pytest.mark.parametrize(
    ("text", "other", "recalled"),
    [
        ("У Тома 6 карт.", "Реши: карт 9.", True),
        ("Löse 3 Übungen.", "Zähle 7 Übungen.", True),
        ("Tom has 6 cards.", "Solve 3x + 5 = 20.", False),
        ("Löse 3 Fragen.", "Setze 3 ein.", False),
    ],
)
def test_words_agree_in_any_script_and_numbers_are_none(text, other, recalled):
    own = Problem("p1", text, None, UNKNOWN_SKILL)
    known = library([own, Problem("q1", other, None, UNKNOWN_SKILL)])
    note = item("note", skill=UNKNOWN_SKILL, problem_id="q1", text="2 + 2 = 4")
    assert [i.id for i in recall(own, [note], 100, 9, words, known).items] == ["note"] * recalled


def test_facts_of_one_problem_are_not_told_of_another():
    assert recall(LINEAR, [item("fact", writer=Writer.DIAGNOSIS)], 100, 9, words).items == ()
    assert recall(LINEAR, [item("fact", writer=Writer.DIAGNOSIS, problem_id="p1")], 100, 9, words).items


ITEMS = st.builds(
    item,
    st.text("abc", min_size=1, max_size=3),
    level=st.sampled_from(list(Level)),
    skill=st.sampled_from(["linear_one", "expand", UNKNOWN_SKILL]),
    problem_id=st.sampled_from(["p1", "q1", "q2", None]),
    text=st.sampled_from(["one", "one two", "one two three", "1 2 3 4 5 6"]),
    helped=st.integers(0, 3),
    hurt=st.integers(0, 3),
    written_round=st.integers(0, 9),
)


@given(st.lists(ITEMS, max_size=12, unique_by=lambda i: i.id), st.integers(0, 12), st.integers(0, 5), st.booleans())
def test_what_is_recalled_keeps_every_bound_in_any_order(items, budget, most, embedded):
    known = library([LINEAR, SIMILAR, UNLIKE], by_length if embedded else None)
    found = recall(LINEAR, items, budget, most, words, known)
    texts = [i.text for i in found.items]
    assert sum(map(words, texts)) <= budget
    assert len(texts) <= most
    assert len(set(texts)) == len(texts)
    assert all(i.problem_id == "p1" or i.skill == "linear_one" for i in found.items)
    assert all(i.level is not Level.EXPERIENCE for i in found.items)
    places = [0 if i.problem_id == "p1" else 1 if i.level is Level.PATTERN else 2 for i in found.items]
    assert all(a <= b for a, b in pairwise(places))
    again = recall(LINEAR, list(reversed(items)), budget, most, words, known)
    assert [i.id for i in again.items] == [i.id for i in found.items]
