"""Readers: both shapes, what they say of bad files, and the round trip through our own."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput, StorageError
from workbench.problems.catalogue import DIFFICULTIES, SKILLS, SPLITS, make
from workbench.problems.readers import read_problems, write_problems
from workbench.types import Problem, content_id

GOOD = '{"text": "What is 2 + 2?", "answer": "4"}'
GSM8K = json.dumps(
    {
        "question": "Natalia sold 48 clips in April and half as many in May. How many altogether?",
        "answer": "In May she sold 48/2 = <<48/2=24>>24 clips.\n\nThat is 48+24 = <<48+24=72>>72.\n#### 72",
    }
)


def written(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "problems.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path


def complaint(path: Path, need_answers: bool = True) -> str:
    with pytest.raises(BadInput) as raised:
        read_problems(path, need_answers=need_answers)
    message = str(raised.value)
    assert str(path) in message
    assert "\n" not in message
    assert message.endswith(".")
    assert len(message) - len(str(path)) < 260
    return message


def test_text_and_answer_are_enough_and_the_id_comes_from_them(tmp_path: Path) -> None:
    [problem] = read_problems(written(tmp_path, GOOD))
    assert problem == Problem(content_id("What is 2 + 2?", "4"), "What is 2 + 2?", "4")


def test_problem_is_another_name_for_text_and_other_fields_are_left_aside(tmp_path: Path) -> None:
    row = '{"problem": "What is 2 + 2?", "answer": "4", "skill": "order", "source": "me", "solution": ["4"]}'
    [problem] = read_problems(written(tmp_path, row))
    assert problem.text == "What is 2 + 2?"
    assert (problem.skill, problem.solution) == ("order", ("4",))


def test_gsm8k_loses_its_marks_and_gives_its_last_line_as_answer(tmp_path: Path) -> None:
    [problem] = read_problems(written(tmp_path, GSM8K))
    assert problem.text.startswith("Natalia sold 48 clips")
    assert problem.answer == "72"
    assert problem.solution == ("In May she sold 48/2 = 24 clips.", "That is 48+24 = 72.")
    assert problem.id == content_id(problem.text, "72")


def test_both_shapes_may_stand_in_one_file_with_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    problems = read_problems(written(tmp_path, "\ufeff" + GOOD, "", GSM8K, "  "))
    assert [problem.answer for problem in problems] == ["4", "72"]


@pytest.mark.parametrize("row", ['{"text": "2 + 2?"}', '{"question": "2 + 2?", "answer": null}'])
def test_problems_that_are_only_solved_need_no_answer(tmp_path: Path, row: str) -> None:
    [problem] = read_problems(written(tmp_path, row), need_answers=False)
    assert (problem.text, problem.answer) == ("2 + 2?", None)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("{'text': 1}", ["not JSON at column 2", "'text': 1", "write one object a line"]),
        ('{"text": "a"', ["not JSON", "write one object a line"]),
        ("[" * 100_000, ["nested too deeply", "write one plain object"]),
        ('["a", "4"]', ["['a', '4'] is not an object", '{"text": ..., "answer": ...}']),
        ("7", ["7 is not an object"]),
        ('{"prompt": "a", "answer": "4"}', ["no field `text`", "['answer', 'prompt']", "`question`"]),
        ("{}", ["no field `text` among []"]),
        ('{"text": 7, "answer": "4"}', ["`text` is 7", "not text", "write it in quotes"]),
        ('{"text": null, "answer": "4"}', ["`text` is None", "write it in quotes"]),
        ('{"text": " ", "answer": "4"}', ["`text` is ' '", "fill it in or take the line out"]),
        ('{"text": "a", "answer": 4}', ["`answer` is 4", "write it in quotes"]),
        ('{"text": "a", "answer": ""}', ["`answer` is ''", "fill it in"]),
        ('{"text": "What?"}', ["no answer to 'What?'", "training and evaluation", "the field `answer`"]),
        ('{"text": "What?", "answer": null}', ["no answer to 'What?'", "training and evaluation"]),
        ('{"question": "What?"}', ["no answer to 'What?'", "the field `answer`"]),
        ('{"question": "What?", "answer": "It is 72"}', ["'It is 72'", "without '####'", "'#### 72'"]),
        ('{"question": "What?", "answer": "So 72 ####"}', ["'So 72 ####'", "a final answer"]),
        ('{"question": ["What?"], "answer": "#### 1"}', ["`question` is ['What?']", "write it in quotes"]),
        ('{"text": "a", "answer": "4", "difficulty": "hard"}', ["`difficulty` is 'hard'", "valid integer"]),
        ('{"text": "a", "answer": "4", "id": 7}', ["`id` is 7", "valid string", "leave it out"]),
        ('{"text": "a", "answer": "4", "solution": "4"}', ["`solution` is '4'", "correct the field"]),
        ('{"text": "a", "answer": "4", "params": [["a"]]}', ["`params` is [['a']]", "correct the field"]),
        (b'{"text": "\xff", "answer": "4"}', ["not UTF-8"]),
        (GOOD, ["the id", "stands on an earlier line too", "give each problem its own id"]),
    ],
)
def test_a_bad_line_is_named_with_its_value_and_the_remedy(
    tmp_path: Path, line: str | bytes, parts: list[str]
) -> None:
    message = complaint(written(tmp_path, GOOD, line))
    assert "line 2: " in message
    for part in parts:
        assert part in message


def test_the_same_id_on_two_problems_is_refused(tmp_path: Path) -> None:
    rows = [f'{{"id": "p1", "text": "What is {n} + 1?", "answer": "{n + 1}"}}' for n in (1, 2)]
    assert "line 2: the id 'p1' stands on an earlier line too" in complaint(written(tmp_path, *rows))


@pytest.mark.parametrize("content", ["", "\n  \n"])
def test_an_empty_file_is_told_what_belongs_there(tmp_path: Path, content: str) -> None:
    message = complaint(written(tmp_path, content))
    assert "holds no problems" in message
    assert "`text` and `answer`" in message


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        read_problems(tmp_path / "none.jsonl")


def test_long_values_are_cut_in_messages(tmp_path: Path) -> None:
    message = complaint(written(tmp_path, GOOD, json.dumps({"text": "a" * 5000})))
    assert f"'{'a' * 50}" in message


def test_generated_problems_survive_the_round_trip(tmp_path: Path) -> None:
    problems = [make(s.name, level, 3, 1, SPLITS["dev"]) for s in SKILLS for level in DIFFICULTIES]
    path = tmp_path / "dev.jsonl"
    write_problems(path, problems)
    assert read_problems(path) == problems


texts = st.text(min_size=1, max_size=40).filter(str.strip)


@given(st.lists(st.builds(Problem, st.uuids().map(str), texts, texts), min_size=1, max_size=4))
def test_any_problem_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, problems: list[Problem]
) -> None:
    path = tmp_path_factory.mktemp("trip") / "p.jsonl"
    write_problems(path, problems)
    assert read_problems(path) == problems


def test_writing_into_no_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no folder to be written in"):
        write_problems(tmp_path / "none" / "p.jsonl", [])
