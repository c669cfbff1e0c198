"""Cutting a solution's text into steps, with where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.types import Step

_LINE = re.compile(r"[^\r\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”')]*\s+(?=[A-Z#$(\\0-9-])")
_LABEL = re.compile(
    r"(?:step\s*\d{1,3}\s*[:.)]\s*|\d{1,2}[.)]\s+(?=\S)(?![-+*/=^])|[-*•]\s+(?=[A-Za-z]))", re.IGNORECASE
)
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|vs|No|approx|e\.g|i\.e)|\b[A-Z])\.$|^\s*\d{1,2}\.$")
_PARAGRAPH = 80


def split(solution: str | Sequence[str]) -> tuple[Step, ...]:
    """The steps of a solution. A sequence is taken as it is; its spans count from each step's own start."""
    if not isinstance(solution, str):
        return tuple(Step(text, 0, len(text)) for text in solution)
    spans = [(m.start(), m.end()) for m in _LINE.finditer(solution) if m.group().strip()]
    if len(spans) == 1 and spans[0][1] - spans[0][0] > _PARAGRAPH:
        spans = list(_sentences(solution, *spans[0]))
    return tuple(_step(solution, start, end) for start, end in spans)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of a paragraph's sentences; abbreviations and list numbers do not end one."""
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if _ABBREVIATION.search(text[max(begin, match.start() - 8) : match.start()]):
            continue
        yield begin, match.start() + len(match.group().rstrip())
        begin = match.end()
    if begin < end:
        yield begin, end


def _step(text: str, start: int, end: int) -> Step:
    """One step: blanks and a list number are cut from the text, the span keeps the line."""
    raw = text[start:end]
    body = raw.strip()
    label = _LABEL.match(body)
    stripped = body[label.end() :] if label else body
    return Step(stripped or body, start, end)
