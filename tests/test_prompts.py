"""What models read and write: each format to the letter, and a hash that no changed sentence escapes."""

from itertools import islice

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import prompts
from workbench.lab import corpus
from workbench.problems.catalogue import SKILLS, SPLITS, make
from workbench.prompts import (
    CHAT_TEMPLATE,
    INSTRUCTION,
    LESSON,
    PATTERN,
    STRATEGY,
    TEXT_HASH,
    Attempt,
    Help,
    insight_reply,
    parse_insight,
    pattern_message,
    problem_message,
    reflection_message,
    solution_text,
)
from workbench.verification.malrules.catalogue import LESSONS, PATTERNS, STRATEGIES

KINDS = (LESSON, STRATEGY, PATTERN)
SENTENCES = [
    (name, key, i)
    for name in ("LESSONS", "STRATEGIES", "PATTERNS")
    for key, sentences in getattr(prompts, name).items()
    for i in range(len(sentences))
]


def test_the_hash_is_of_what_stands_here() -> None:
    assert prompts._fingerprint() == TEXT_HASH
    assert len(TEXT_HASH) == 16


@pytest.mark.parametrize("name", ["LESSONS", "STRATEGIES", "PATTERNS"])
def test_every_changed_sentence_changes_the_hash(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    table = getattr(prompts, name)
    for key, sentences in list(table.items()):
        for i, sentence in enumerate(sentences):
            monkeypatch.setitem(table, key, (*sentences[:i], sentence + "!", *sentences[i + 1 :]))
            assert prompts._fingerprint() != TEXT_HASH, (key, sentence)
        monkeypatch.setitem(table, key, sentences)
    assert prompts._fingerprint() == TEXT_HASH


@pytest.mark.parametrize(
    "name", ["VERSION", "INSTRUCTION", "CHAT_TEMPLATE", "ANSWER", "LESSON", "STRATEGY", "PATTERN"]
)
def test_every_changed_constant_changes_the_hash(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(prompts, name, getattr(prompts, name) + "!")
    assert prompts._fingerprint() != TEXT_HASH


@pytest.mark.parametrize(
    "name",
    ["problem_message", "solution_text", "reflection_message", "pattern_message", "insight_reply"],
)
def test_every_changed_format_changes_the_hash(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    usual = getattr(prompts, name)
    monkeypatch.setattr(prompts, name, lambda *args, **more: usual(*args, **more) + "\n")
    assert prompts._fingerprint() != TEXT_HASH


@pytest.mark.parametrize(
    ("help", "message"),
    [
        (Help(), "Problem: What is 2 + 2?"),
        (
            Help(patterns=("signs: two", "sums: last")),
            "Pattern: signs: two\nPattern: sums: last\nProblem: What is 2 + 2?",
        ),
        (Help(strategies=("Go left to right.",)), "Strategy: Go left to right.\nProblem: What is 2 + 2?"),
        (Help(lessons=("Mind signs.",)), "Lesson: Mind signs.\nProblem: What is 2 + 2?"),
        (
            Help(solved=(("What is 1 + 1?", ("1 + 1 = 2", "Answer: 2")),)),
            "Solved: What is 1 + 1?\n1 + 1 = 2\nAnswer: 2\nProblem: What is 2 + 2?",
        ),
        (Help(right_so_far=("a", "b")), "Problem: What is 2 + 2?\nRight so far:\na\nb"),
        (Help(next_step="2 + 2 = 4"), "Problem: What is 2 + 2?\nNext: 2 + 2 = 4"),
        (
            Help(("p",), ("s",), ("l",), (("q", ("r",)),), ("c",), "d"),
            "Pattern: p\nStrategy: s\nLesson: l\nSolved: q\nr\nProblem: What is 2 + 2?\nRight so far:\nc\nNext: d",
        ),
    ],
    ids=["none", "pattern", "strategy", "lesson", "solved", "prefix", "next", "all"],
)
def test_a_problem_with_each_kind_of_help(help: Help, message: str) -> None:
    assert problem_message("What is 2 + 2?", help) == message
    assert problem_message("What is 2 + 2?", help, instruction=True) == f"{INSTRUCTION}\n{message}"


def test_the_instruction_to_the_letter() -> None:
    assert INSTRUCTION == (
        "Solve the problem step by step. Write one step on each line, each with its calculation. "
        "End with a line of the form 'Answer: ...'."
    )


def test_a_solution_is_its_lines() -> None:
    assert solution_text(("2 + 2 = 4", "Answer: 4")) == "2 + 2 = 4\nAnswer: 4"


def test_a_reflection_shows_attempts_with_marks_and_repairs() -> None:
    attempts = (
        Attempt(("2 + 2 = 5", "Answer: 5"), ("-", "?"), "2 + 2 = 4"),
        Attempt(("Answer: 4",), ("+",)),
    )
    assert reflection_message("What is 2 + 2?", attempts, LESSON) == (
        "Problem: What is 2 + 2?\n"
        "Attempt:\n- 2 + 2 = 5\n? Answer: 5\nRight: 2 + 2 = 4\n"
        "Attempt:\n+ Answer: 4\n"
        "Write a lesson."
    )
    assert reflection_message("q", (), STRATEGY) == "Problem: q\nWrite a strategy."


def test_each_line_of_an_attempt_has_its_mark() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        reflection_message("q", [Attempt(("a", "b"), ("+",))], LESSON)


def test_a_pattern_is_asked_for_below_its_insights() -> None:
    assert pattern_message([(LESSON, "Mind signs."), (STRATEGY, "Go on.")]) == (
        "Insights:\nLesson: Mind signs.\nStrategy: Go on.\nWrite a pattern."
    )
    assert insight_reply(PATTERN, "signs: two") == "Pattern: signs: two"


sentences = st.text(st.characters(exclude_categories=("C", "Z")), min_size=8, max_size=200)


@given(st.sampled_from(KINDS), sentences)
def test_an_insight_survives_being_written_and_parsed(kind: str, sentence: str) -> None:
    assert parse_insight(insight_reply(kind, sentence), kind) == sentence
    assert parse_insight(f"  {insight_reply(kind, sentence)}\n", kind) == sentence


@pytest.mark.parametrize(("name", "key", "i"), SENTENCES)
def test_every_sentence_here_parses_as_an_insight(name: str, key: str, i: int) -> None:
    kind = {"LESSONS": LESSON, "STRATEGIES": STRATEGY, "PATTERNS": PATTERN}[name]
    sentence = getattr(prompts, name)[key][i]
    assert parse_insight(insight_reply(kind, sentence), kind) == sentence


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Lesson",
        "Lesson:",
        "Lesson:Mind the signs.",
        "Lesson: short",
        "Lesson: " + "a" * 201,
        "Lesson: Mind the signs.\nLesson: Mind the signs.",
        "Strategy: Mind the signs.",
        "lesson: Mind the signs.",
        "A Lesson: Mind the signs.",
        "Mind the signs.",
    ],
)
def test_a_reply_of_another_shape_is_no_lesson(reply: str) -> None:
    assert parse_insight(reply, LESSON) is None


def test_every_malrule_has_lessons_and_every_skill_strategies_and_patterns() -> None:
    assert {malrule for skill in SKILLS for malrule in skill.malrules} == set(LESSONS)
    assert {skill.name for skill in SKILLS} == set(STRATEGIES) == set(PATTERNS)
    texts = [s for table in (LESSONS, STRATEGIES, PATTERNS) for group in table.values() for s in group]
    assert len(set(texts)) == len(texts)


def test_there_is_a_strategy_for_each_path() -> None:
    split = SPLITS["train"]
    for skill in SKILLS:
        made = [make(skill.name, level, 0, i, split) for level in (1, 2, 3) for i in range(30)]
        assert max(skill.paths(dict(p.params)) for p in made) == len(STRATEGIES[skill.name])


def rendered(messages: list[dict[str, str]], add_generation_prompt: bool) -> str:
    """As transformers renders a chat template."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(CHAT_TEMPLATE)
    return template.render(messages=messages, add_generation_prompt=add_generation_prompt)


def test_the_corpus_writes_what_the_chat_template_renders() -> None:
    for message, reply in (("Problem: 2 + 2?", "2 + 2 = 4\nAnswer: 4"), (" a\n\n", "{{ b }}<c>\n")):
        user = {"role": "user", "content": message}
        (prompt, prompt_learned), (answer, answer_learned) = corpus.chat(message, reply)
        assert prompt == rendered([user], add_generation_prompt=True)
        both = [user, {"role": "assistant", "content": reply}]
        assert prompt + answer == rendered(both, add_generation_prompt=False)
        assert (prompt_learned, answer_learned) == (False, True)


@pytest.mark.parametrize("mixture", [corpus.CLEAN_MIXTURE, corpus.PUPIL_MIXTURE], ids=["clean", "pupils"])
def test_every_document_is_one_exchange(mixture: tuple[tuple[corpus.Maker, float], ...]) -> None:
    for document in islice(corpus.documents(mixture, "format"), 300):
        text = "".join(segment for segment, _ in document)
        assert text.startswith(corpus.USER)
        assert text.endswith(corpus.END)
        assert (text.count(corpus.USER), text.count(corpus.ASSISTANT), text.count(corpus.END)) == (1, 1, 2)
        assert any(learned for _, learned in document)
