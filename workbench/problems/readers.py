"""Problems from JSONL files, in this project's shape or in GSM8K's, and back into a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.domains import domain_named
from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl, shown, write_atomically
from workbench.types import DOMAIN, Problem, content_id, from_json, to_json
from workbench.verification.domain import Domain

TEXT, OTHER_TEXT, QUESTION, ANSWER = "text", "problem", "question", "answer"
OPTIONAL = tuple(f.name for f in fields(Problem) if f.name not in (TEXT, ANSWER))
EXAMPLE = '{"text": ..., "answer": ...}'
FINAL = "####"
CALCULATION = re.compile(r"<<[^<>]*>>")
"""GSM8K's marks for a calculator: `<<48/2=24>>`."""


def read_problems(path: Path, *, need_answers: bool = True) -> list[Problem]:
    """Return the problems of a JSONL file, in our shape (`text`, `answer`) or in GSM8K's (`question`, `answer`).

    A problem without an id gets one from its content. Raise `BadInput` that names the file, the line,
    what was wrong and what to do about it.
    """
    taken: set[str] = set()

    def parse(line: str) -> Problem:
        problem = problem_of(json_object(line, EXAMPLE), need_answers)
        if problem.id in taken:
            raise ValueError(
                f"the id {problem.id!r} stands on an earlier line too; give each problem its own id, "
                "or take the repeated problem out"
            )
        taken.add(problem.id)
        return problem

    problems = list(read_jsonl(path, parse))
    if not problems:
        raise BadInput(f"{path} holds no problems; write one JSON object with `text` and `answer` a line.")
    return problems


def write_problems(path: Path, problems: Iterable[Problem]) -> None:
    """Write problems as JSONL in our shape, whole or not at all. Raise `StorageError`."""
    write_atomically(path, "".join(f"{to_json(problem)}\n" for problem in problems))


def problem_of(row: dict[str, Any], need_answers: bool) -> Problem:
    """Return the problem in one row of a file. Raise `ValueError` that names the field."""
    name = next((key for key in (TEXT, OTHER_TEXT, QUESTION) if key in row), None)
    if name is None:
        raise ValueError(
            f"no field `{TEXT}` among {shown(sorted(row))}; put the problem's words there "
            f"(or in `{QUESTION}`, as GSM8K does)"
        )
    text, answer = _words(row, name), None
    if row.get(ANSWER) is not None:
        answer = _words(row, ANSWER)
    elif need_answers:
        raise ValueError(
            f"no answer to {shown(text)}; training and evaluation need the final answer of every problem "
            f"in the field `{ANSWER}`"
        )
    domain_in(row)
    given = {key: row[key] for key in OPTIONAL if key in row}
    if name == QUESTION and answer is not None:
        given["solution"], answer = _worked(answer)
    return _checked({"id": content_id(text, answer), **given, TEXT: text, ANSWER: answer})


def domain_in(row: dict[str, Any]) -> Domain:
    """Return the domain that a row names, mathematics where it names none. Raise `ValueError` for an unknown one."""
    name = row.get("domain", DOMAIN)
    if not isinstance(name, str):
        raise ValueError(f"`domain` is {shown(name)}, which is not text; write it in quotes or leave it out")
    try:
        return domain_named(name)
    except BadInput as error:
        raise ValueError(str(error).rstrip(".")) from error


def _words(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is {shown(value)}, which is not text; write it in quotes")
    if not value.strip():
        raise ValueError(f"`{name}` is {value!r}, which says nothing; fill it in or take the line out")
    return value


def _worked(answer: str) -> tuple[list[str], str]:
    """The lines of a GSM8K solution without the calculator's marks, and its final answer."""
    solution, mark, final = answer.rpartition(FINAL)
    if not mark or not final.strip():
        raise ValueError(
            f"`{ANSWER}` ends in {shown(answer[-30:])}, without '{FINAL}' and a final answer; end it as "
            f"GSM8K does, in '{FINAL} 72', or name the problem's field `{TEXT}` instead of `{QUESTION}`"
        )
    lines = (CALCULATION.sub("", line).strip() for line in solution.splitlines())
    return [line for line in lines if line], final.strip()


def _checked(values: dict[str, Any]) -> Problem:
    try:
        return from_json(Problem, json.dumps(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = first["loc"][0]
        raise ValueError(
            f"`{name}` is {shown(values[str(name)])}, but {first['msg'][0].lower()}{first['msg'][1:]}; "
            "correct the field or leave it out"
        ) from error
