"""The rows of `workbench verify` and `workbench grade`: read with exact complaints, verdicts as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl, shown
from workbench.problems.readers import domain_in
from workbench.types import Judgement, Knowledge, Problem, Verdict, content_id
from workbench.verification.answers import final_answer
from workbench.verification.domain import Domain
from workbench.verification.text.decimal_comma import with_decimal_points

_SOLUTION = '{"problem": ..., "steps": [...]}'
_ANSWER = '{"gold": ..., "pred": ...}'
NO_ERROR = -1
"""What stands for `no step is wrong` in files."""

Id = str | int | float | None
"""Whatever a file uses to name its rows."""


@dataclass(frozen=True)
class SolutionRow:
    """One solution to be judged."""

    id: Id
    problem: Problem
    """With its answer and its worked solution, where the row has them."""
    steps: tuple[str, ...]
    first_error: int | None = None
    """What a person says: the index of the first wrong step, -1 for none; None where nobody said."""


@dataclass(frozen=True)
class AnswerRow:
    """One pair of answers to be compared."""

    id: Id
    gold: str
    pred: str | None
    """None where the solution states no answer."""


def read_solutions(path: Path, decimal_comma: bool = False) -> list[SolutionRow]:
    """Return the solutions of a JSONL file. Raise `BadInput` that names the line and the field.

    With `decimal_comma` all texts are read as German and French write numbers.
    """
    number, country = count(), _pointed if decimal_comma else _as_it_is
    rows = list(read_jsonl(path, lambda line: solution_row(country(json_object(line, _SOLUTION)), next(number))))
    return _some(path, rows, "problem` and `steps")


def read_answers(path: Path, decimal_comma: bool = False, last_number: bool = False) -> list[AnswerRow]:
    """Return the pairs of answers of a JSONL file, as `read_solutions` does.

    With `last_number` a solution that states no answer is taken to end with its last number.
    """
    number, country = count(), _pointed if decimal_comma else _as_it_is
    rows = list(
        read_jsonl(path, lambda line: _answer(country(json_object(line, _ANSWER)), next(number), last_number))
    )
    return _some(path, rows, "gold` and `pred")


_TEXTS = frozenset({"problem", "steps", "solution", "answer", "reference_solution", "gold", "pred"})


def _as_it_is(row: dict[str, Any]) -> dict[str, Any]:
    return row


def _pointed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose texts have decimal points."""

    def pointed(value: Any) -> Any:
        if isinstance(value, list):
            return [pointed(v) for v in value]
        return with_decimal_points(value) if isinstance(value, str) else value

    return {name: pointed(value) if name in _TEXTS else value for name, value in row.items()}


def _some(path: Path, rows: list[Any], fields: str) -> list[Any]:
    if not rows:
        raise BadInput(f"{path} holds no rows; write one JSON object with `{fields}` a line.")
    return rows


def solution_row(row: dict[str, Any], number: int) -> SolutionRow:
    """Return one row of a file as a record; `number` is its id if it has none. Raise `ValueError` with the field."""
    text = _text(row, "problem")
    domain = domain_in(row)
    answer, reference = _optional(row, "answer"), _reference(row, domain)
    if answer is None and reference:
        answer = domain.answer("\n".join(reference))
    steps = _steps(row, domain)
    problem = Problem(content_id(text, answer), text, answer, solution=reference, domain=domain.name)
    return SolutionRow(_id(row, number), problem, steps, _first_error(row, len(steps)))


def _answer(row: dict[str, Any], number: int, last_number: bool) -> AnswerRow:
    gold = _text(row, "gold")
    if row.get("pred") is not None:
        return AnswerRow(_id(row, number), gold, _text(row, "pred"))
    if row.get("solution") is None:
        raise ValueError(f"neither `pred` nor `solution` among {shown(sorted(row))}; give the answer to be graded")
    return AnswerRow(_id(row, number), gold, final_answer(_text(row, "solution"), last_number))


def _text(row: dict[str, Any], name: str) -> str:
    if name not in row:
        raise ValueError(f"no field `{name}` among {shown(sorted(row))}; put the text there")
    value = row[name]
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is {shown(value)}, which is not text; write it in quotes")
    return value


def _optional(row: dict[str, Any], name: str) -> str | None:
    return _text(row, name) if row.get(name) is not None else None


def _lines(row: dict[str, Any], name: str) -> tuple[str, ...]:
    value = row[name]
    wrong = next((v for v in value if not isinstance(v, str)), None) if isinstance(value, list) else value
    if wrong is not None or not isinstance(value, list):
        raise ValueError(f"`{name}` holds {shown(wrong)}, which is not text; make it a list of texts")
    return tuple(value)


def _steps(row: dict[str, Any], domain: Domain) -> tuple[str, ...]:
    if row.get("steps") is not None:
        return _lines(row, "steps")
    if row.get("solution") is None:
        raise ValueError(
            f"neither `steps` nor `solution` among {shown(sorted(row))}; give the steps as a list or as one text"
        )
    return tuple(step.text for step in domain.split(_text(row, "solution")))


def _reference(row: dict[str, Any], domain: Domain) -> tuple[str, ...]:
    name = "reference_solution"
    if row.get(name) is None:
        return ()
    if isinstance(row[name], list):
        return _lines(row, name)
    return tuple(step.text for step in domain.split(_text(row, name)))


def _first_error(row: dict[str, Any], steps: int) -> int | None:
    value = row.get("first_error")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < NO_ERROR:
        raise ValueError(f"`first_error` is {shown(value)}; give the 0-based index of a step, or -1 for none")
    if row.get("steps") is not None and value >= steps:
        raise ValueError(f"`first_error` is {value}, but there are {steps} steps; count from 0, or give -1 for none")
    return value


def _id(row: dict[str, Any], number: int) -> Id:
    """The row's own id, whatever it is; its number, counted from 0, where it has none."""
    value = row.get("id")
    if value is None:
        return number
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"`id` is {shown(value)}; give a text or a number, or leave it out")
    return value


def permitted(problem: Problem, knowledge: Knowledge) -> Problem:
    """Return the problem with no more than what may be known of it."""
    if knowledge is Knowledge.FREE:
        return Problem(problem.id, problem.text, None, domain=problem.domain)
    if knowledge is Knowledge.ANSWER:
        return Problem(problem.id, problem.text, problem.answer, domain=problem.domain)
    return problem


def first_error(verdict: Verdict) -> int:
    """Return the index of the first step judged incorrect, -1 for none."""
    return NO_ERROR if verdict.first_error is None else verdict.first_error


def verdict_record(id: Id, verdict: Verdict) -> dict[str, Any]:
    """Return a judged solution as `workbench verify` writes it."""
    right = verdict.answer_judgement
    return {
        "id": id,
        "first_error": first_error(verdict),
        "steps": [asdict(step) for step in verdict.steps],
        "answer_judgement": right.value if right else None,
        "verifier": verdict.verifier,
    }


# How verdicts on whole solutions agree with what people marked: ProcessBench's measures.


@dataclass(frozen=True)
class Summary:
    """The measures of one run over a file; those that need marks are None where the file has none."""

    rows: int
    marked: int
    """Rows of which a person said where the first error is."""
    steps: int
    decided: float
    """Share of steps that are not unknown."""
    flagged: float
    """Share of steps judged incorrect."""
    right_on_wrong: float | None
    """Share of the wrong solutions whose first error is found exactly."""
    right_on_right: float | None
    """Share of the right solutions in which nothing is flagged."""
    f1: float | None
    """The harmonic mean of both, as ProcessBench counts."""
    precision: float | None
    """Share of the flagged rows in which the first error is exactly the marked one."""
    seconds_per_step: float


def summarise(marks: Sequence[int | None], verdicts: Sequence[Verdict], seconds: float) -> Summary:
    """Return the measures of verdicts against the marked first errors, in the same order."""
    judgements = [step.judgement for verdict in verdicts for step in verdict.steps]
    pairs = [(m, first_error(v)) for m, v in zip(marks, verdicts, strict=True) if m is not None]
    on_wrong = _share([found == mark for mark, found in pairs if mark != NO_ERROR])
    on_right = _share([found == mark for mark, found in pairs if mark == NO_ERROR])
    return Summary(
        rows=len(verdicts),
        marked=len(pairs),
        steps=len(judgements),
        decided=_share([j is not Judgement.UNKNOWN for j in judgements]) or 0.0,
        flagged=_share([j is Judgement.INCORRECT for j in judgements]) or 0.0,
        right_on_wrong=on_wrong,
        right_on_right=on_right,
        f1=harmonic(on_wrong, on_right),
        precision=_share([found == mark for mark, found in pairs if found != NO_ERROR]),
        seconds_per_step=seconds / max(1, len(judgements)),
    )


def harmonic(a: float | None, b: float | None) -> float | None:
    """Return the harmonic mean; None where one of the two is unknown."""
    if a is None or b is None:
        return None
    return 2 * a * b / (a + b) if a + b else 0.0


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
