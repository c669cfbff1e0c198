"""Where a solution ends: what it states as its answer, and whether that is the known one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.types import Judgement
from workbench.verification.answers import final_answer, grade
from workbench.verification.exact.polynomials import magnitude
from workbench.verification.reference.reading import LineReading, close, read_statement
from workbench.verification.reference.tidy import tidy
from workbench.verification.text.grammar import Number

_BARE = 24
"""A step of at most this many characters that holds one number and computes nothing states the answer."""
_STARTS = re.compile(r"\W*(?:[A-Za-z] ?= ?)?\W*(?:\d|[a-z]+\W*$)")
_ALONE = re.compile(r"[.!]\s+(-?\$?\d[\d.,/]*%?)\s*\.?\s*$")
"""`... are left. 17`: the answer on its own behind a sentence."""
_SHORT = 60
"""An answer of at most this many characters may hold its value anywhere: `12 - 4 = 8`, `8 (of 20)`."""
_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|so|hence|in total|altogether|in all|finally|in the end|in conclusion|answer|overall)\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"\b(?:therefore|thus|hence|in total|altogether|in all|finally|in the end|in conclusion|overall)\b", re.I
)
_ONLY = re.compile(
    r"\s*(?:step \d+: ?)?(?:####|the answer is:?|answer:|\\boxed\{)?"
    r"[\s$]*-?[\d.,/]{1,20}[%}]*(?:\s+\w{1,20})?\.?\s*$",
    re.IGNORECASE,
)
_TURNS = re.compile(r"\b(?:therefore|thus|so|hence|which means|giving|leaving|but|answer)\b", re.I)
_SENTENCE = re.compile(r"(?<=[a-z)}0-9%\]][.!?])\s+(?=[A-Z*\\$])|\n+")
_SIGNED = re.compile(r"(?<![\w)}\]$.])(?<![\w)}\]] )[-−–][ ]?\\?\$?[ ]?(?=[0-9.])")


@dataclass(frozen=True)
class Ending:
    """What a solution ends with."""

    stated: bool
    """The last step says so: behind a marker, as all that it says, or as its conclusion."""
    value: Number | None
    """Its last value, without a sign."""
    right: bool
    """It is the known answer."""
    marked: bool = False
    """It stands behind a marker or alone."""


def ending(steps: Sequence[str], read: Sequence[LineReading], known: Number | None, answer: str | None) -> Ending:
    """Return the end of a solution; `known` is the value of the known answer, `answer` its text."""
    said = _said(steps, read)
    if said is not None:
        values = _signed(said)
        right = answer is not None and grade(answer, said) is Judgement.CORRECT
        if known is not None and values and not right:
            right = any(close(v, known) for v in (values if len(said) <= _SHORT else values[-1:]))
        return Ending(True, magnitude(values[-1]) if values else None, right, True)
    last, concludes = _conclusion(steps[-1])
    line = read_statement(last)
    values = _results(line, last)
    right = known is not None and any(close(v, known) for v in values)
    value = magnitude(values[-1]) if values else _last_value(read)
    return Ending(concludes and bool(values) and not line.computations, value, right)


def concludes(step: str) -> bool:
    """Whether a step has a word with which solutions end."""
    return _CONCLUDES.search(step) is not None


def has_answer_word(step: str) -> bool:
    """Whether a step has a word with which only the end of a solution is told."""
    return _ANSWERS.search(step) is not None


def answer_steps(steps: Sequence[str], read: Sequence[LineReading], end: Ending) -> int:
    """How many last steps only state the answer: at most all but one."""
    count = 0
    if not end.marked or read[-1].computations:
        return 0
    while count < len(steps) - 1 and not read[-1 - count].computations:
        # Of two answer lines both state the answer: `#### 6`, then `The answer is: 6`.
        if count and not _ONLY.match(steps[-1 - count]):
            break
        count += 1
    return count


def _said(steps: Sequence[str], read: Sequence[LineReading]) -> str | None:
    """The answer as a last step states it: behind a marker, or as all that it says."""
    stated = final_answer(steps[-1])
    if stated is not None:
        return stated
    last = read[-1]
    short = len(steps[-1].strip()) <= _BARE and _STARTS.match(tidy(steps[-1])) is not None
    if short and len(last.quantities) == 1 and not last.computations:
        return steps[-1]
    if (behind := _ALONE.search(steps[-1][-_BARE:])) is not None:
        return behind.group(1)
    # Behind the answer there may be a closing word.
    return final_answer(steps[-2]) if not last.quantities and len(steps) > 1 else None


def _conclusion(step: str) -> tuple[str, bool]:
    """The last sentence that has a number, from its last turn on, and whether it concludes."""
    pieces = [p for p in _SENTENCE.split(step) if p and re.search(r"[0-9]", p)] or [step]
    sentence = pieces[-1]
    concluding = _CONCLUDES.search(sentence) is not None
    for turn in reversed(list(_TURNS.finditer(sentence))):
        if read_statement(sentence[turn.start() :]).quantities:
            return sentence[turn.start() :], concluding
    return sentence, concluding


def _results(line: LineReading, text: str) -> list[Number]:
    """What a sentence finds: its last result and all that is said behind it, or all that it says."""
    if not line.computations:
        return _signed(text)
    last = line.computations[-1]
    result = last.result
    if result is None:
        return _signed(text)[-1:]
    values = _signed(text)
    behind = next((i for i in reversed(range(len(values))) if close(magnitude(values[i]), magnitude(result))), None)
    return values[behind:] if behind is not None else [result]


def _signed(text: str) -> list[Number]:
    """The numbers of a text with their signs."""
    line = read_statement(text)
    written = text if line.moved else tidy(text)
    minus = {found.end() for found in _SIGNED.finditer(written)}
    found = [q for q in line.quantities if written[q.start : q.end].lower() != "one"] or line.quantities
    return [-q.value if q.start in minus else q.value for q in found]


def _last_value(read: Sequence[LineReading]) -> Number | None:
    for step in reversed(read):
        if step.computations and step.computations[-1].result is not None:
            return step.computations[-1].result
        if step.quantities:
            return step.quantities[-1].value
    return None
