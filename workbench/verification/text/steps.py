"""Cutting a solution's text into steps, with where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.types import Step

Span = tuple[int, int]

_LINE = re.compile(r"[^\r\n]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”')]*\s+(?=[A-Z#$(\\0-9-])")
_NAMED = re.compile(r"(?<=\S)\s+(?=\**step\s*\d{1,3}\s*[:.)])", re.IGNORECASE)
_ROWS = re.compile(r"\\begin\{(?:align|aligned|gather|gathered|eqnarray|split)\*?\}")
_ROW_END = re.compile(r"\\\\\s*(?=\S)")
_MARKUP = re.compile(
    r"\s*(?:\\[\[\]]|\$\$|```[a-z]*|[-=_*]{3,}|\\(?:begin|end)\{[a-z]{1,10}\*?\}(?:\{[^{}]{0,20}\})?)\s*"
)
_CLOSES = re.compile(r"\s*(?:\\\]|\\end)")
_LABEL = re.compile(
    r"(?:#{1,3}\s+(?=[A-Za-z])|\*\*step\s*\d{1,3}\s*[:.)]\*\*\s*|step\s*\d{1,3}\s*[:.)]\s*|"
    r"(?:\d{1,2}[.)]|\(\d{1,2}\)|\(?[a-h]\))\s+(?=\S)(?![-+*/=^])|[*•]\s+(?=[A-Za-z])|-\s+(?=[A-Za-z]{2}))",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|vs|No|approx|e\.g|i\.e)|\b[A-Z])\.$|^\s*\d{1,2}\.$")
_PARAGRAPH = 80
_MARGIN = re.compile(
    r"(?<=[0-9A-Za-z)}\]])(?<!\bor)(?<!\band)(?<!or\})(?<!or \})"
    r"(?:\s+\(\s*[-+*/×÷:]\s*\d{1,4}[a-z]?\s*\)|(?:\s{2,}|\s+(?=[×÷:]|/\s*[-+(])|\s+(?=[-+*/]\d))"
    r"[-+*/×÷:]\s*\(?[-+]?\d{1,4}[a-z]?\)?)\s*$"
)
_UNKNOWN = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
_LABELLED = re.compile(r"(?<=\S)\s+(?=\(\d{1,2}\)\s*$)")
_NUMBERED = re.compile(r"^\s*\(\d{1,2}\)\s+(?=[a-z(]|[-−](?=[0-9a-z(]))", re.IGNORECASE)


def other_reading(step: str) -> str | None:
    """Return a step as it may also be meant; None where there is one reading.

    Without the note of what is done next, as in `3x + 5 = 20 (-5)`; with the number at its end as a factor and no
    label, as in `20 = 5 (4)`; with the number before it as a label and no factor, as in `(2) x - y = 4`.
    """
    for pattern in (_MARGIN, _LABELLED, _NUMBERED):
        if pattern is _MARGIN and _UNKNOWN.search(step) is None:
            continue  # `120 ÷ 10 = 12 × 3` has nothing to be solved, so the factor is no note
        other = pattern.sub("", step)
        if other != step:
            return other
    return None


def split(solution: str | Sequence[str]) -> tuple[Step, ...]:
    """Return the steps of a solution. A sequence is taken as it is; its spans count from each step's own start."""
    if not isinstance(solution, str):
        return tuple(Step(text, 0, len(text)) for text in solution)
    spans = [(m.start(), m.end()) for m in _LINE.finditer(solution) if m.group().strip()]
    if len(spans) == 1 and spans[0][1] - spans[0][0] > _PARAGRAPH:
        spans = list(_sentences(solution, *spans[0]))
    cut = [piece for span in spans for piece in _pieces(solution, span)]
    return tuple(_steps(solution, cut))


def _pieces(text: str, span: Span) -> Iterator[Span]:
    """A line cut where it names its steps, and at the rows of aligned equations."""
    start, end = span
    ends = _ROW_END if _ROWS.search(text, start, end) else _NAMED
    for match in ends.finditer(text, start, end):
        yield start, match.end()
        start = match.end()
    yield start, end


def _steps(text: str, spans: Sequence[Span]) -> Iterator[Step]:
    """The steps of the spans; a line that is markup alone belongs to the step that it opens or closes."""
    waiting: int | None = None
    held: Step | None = None
    for start, end in spans:
        if _MARKUP.fullmatch(text, start, end):
            if held is not None and _CLOSES.match(text, start, end):
                held = Step(held.text, held.start, end)
            elif waiting is None:
                waiting = start
            continue
        if held is not None:
            yield held
        held = _step(text, start, end, start if waiting is None else waiting)
        waiting = None
    if held is not None:
        yield held if waiting is None else Step(held.text, held.start, spans[-1][1])
    elif spans:
        yield Step(text[spans[0][0] : spans[-1][1]].strip(), spans[0][0], spans[-1][1])


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """The spans of a paragraph's sentences; abbreviations and list numbers do not end one."""
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if _ABBREVIATION.search(text[max(begin, match.start() - 8) : match.start()]):
            continue
        yield begin, match.start() + len(match.group().rstrip())
        begin = match.end()
    if begin < end:
        yield begin, end


def _step(text: str, start: int, end: int, opened: int) -> Step:
    """One step: blanks and a list number are cut from the text, the span keeps the line."""
    body = text[start:end].strip()
    label = _LABEL.match(body)
    stripped = body[label.end() :] if label else body
    return Step(stripped or body, opened, end)
