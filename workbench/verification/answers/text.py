"""Where a solution states its final answer, as text.

The last statement counts: a box, an answer line such as `Answer: 72` or `#### 72`, a tag, or a sentence. The work is
bounded: only the end of a long text is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from workbench.verification.text.grammar import MAX_CHARS

_LEAD = r"[\s*_#>\-–•]*"
_THEN = r"(?:therefore|thus|then|simply|just)"
_IS = (
    rf"(?:,?\s+(?:{_THEN},?\s+)?"
    rf"(?:is|are|equals|(?:will|would|should|must)\s+(?:{_THEN}\s+)?be)\b(?!\s+(?:not|never)\b)(?:\s+{_THEN})?)"
)
_NAMED = r"(?:(?:the|my|our|your)\s+)?(?:(?:final|correct|right|exact|numerical|overall)\s+){0,2}"
ANSWER_LINE = re.compile(
    rf"{_LEAD}(?:{_NAMED}answer[*_]*(?:\s+is)?\s*[*_]*[:=](?P<answer>.*)|"
    rf"(?:(?:so|thus|therefore|hence),?\s+)?(?:the\s+(?:final\s+|correct\s+)?answer|final\s+answer)\s+is\b(?!\s+(?:not|never)\b):?(?P<told>.*)|"
    r"Ans(?:\b\.?\s*[:=]|\.)(?P<short>.*)|final answer\s+(?=[-$\\0-9])(?P<bare>.*)|(?<=####)(?P<mark>.*))",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(
    rf"\b{_NAMED}(?P<noun>answer|result|solutions?|(?:answer )?(?:option|choice))"
    rf"(?:\s+(?:to|of|for)\b[^.:=\n]{{1,80}}?)?[*_\"']*(?:{_IS}\s*[*_]*:?|\s*[*_]*[:=])",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"{_LEAD}{_NAMED}(?:answer|ans)\b\.?(?:\s+is\b)?[*_\s:.=#]*$", re.IGNORECASE)
_REVERSED = re.compile(
    r"(?:^|\s)(\$[^$]{1,80}\$|\\\(.{1,80}?\\\)|[-−]?\$?[0-9][0-9.,/]*%?)\s+(?:is|as)\s+(?:the|my|our)\s+(?:final\s+|correct\s+)?answer\b",
    re.IGNORECASE,
)
_OPTION = re.compile(r"\s*[*$(\\]*(?:text\w*\{)?\(?[A-E]\b")
_LETTER_A = re.compile(r"[\s*_>]*A[*_]*\s*[:.][*_]*(?P<answer>\s.*)", re.DOTALL)
_IN_TEXT = re.compile(r"\\text(?:bf|it)?\{\s*((?:the )?(?:final )?answer(?: is)?\s*:?)\s*\}", re.IGNORECASE)
_END = re.compile(r"(?:</?s>|<\|[a-z_]{1,20}\|>|<(?:eos|pad|end_of_turn)>|\[/?INST\]|</answer>)$", re.IGNORECASE)
_NEW_QUESTION = re.compile(
    r"\n[ \t]*(?:\*\*|#+ ?)?(?:question|problem|q|human|user|input)[ \t]*\d*[ \t]*:", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.])[-−]?\$?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:/[0-9]+)?%?")
_WHY = re.compile(r",?\s+\(?(?:since|because|as we|which means|rather than|instead of)\b|,\s+not\b", re.IGNORECASE)
_NEXT_SENTENCE = re.compile(r"(?<=[^.\s])(?<!\b[A-Za-z])[.!]\**\s+(?=[A-Z(])")
_PLAIN = re.compile(r"(?:[a-z] = )?-?[0-9]+(?:[./][0-9]+)?")
_BOX = re.compile(r"\\(?:boxed|fbox|framebox)(?![a-zA-Z])\s*")
_UNBRACED = re.compile(r"\\?[A-Za-z]+|-?[0-9][0-9.,]*")
_JOINS = re.compile(r"(?:\s|[,;&$]|\\[,;!()\[\]]|\\q?quad|\\text\s*\{\s*(?:and|or|,)\s*\}|\band\b|\bor\b)*")
_HAS_DIGIT = re.compile(r"[0-9]")
_CHECKS = re.compile(r"\b(?:check|verif|indeed|substitut|plug)", re.IGNORECASE)
_LONGEST = 20_000
_MAX_ANSWER_LINE = 2000
_MAX_LINES = 200
_MAX_BOXES = 20
_MAX_QUESTIONS = 3
_MAX_SENTENCE = 800


@lru_cache(maxsize=2048)
def answer_in(line: str) -> str | None:
    """Return the answer that one line states, if it is an answer line."""
    if len(line) > _MAX_ANSWER_LINE:
        return None
    match = ANSWER_LINE.match(line)
    if match is None:
        return boxed(line) or _tagged(line)
    return _stated(next((g for g in match.groups() if g), ""))


_PARTS = re.compile(r"\n|(?<=[a-z0-9)\]$}])[.;]\s")
_LAST_PARTS = 4


def working_and_answer(step: str) -> tuple[str, str]:
    """Return the lines or sentences of a step before those that state the answer, and these; `""` where none are."""
    for end in [m.end() for m in _PARTS.finditer(step)][: -_LAST_PARTS - 1 : -1]:
        if answer_in(step[end:]) is not None:
            return ("", step) if answer_in(step[:end]) is not None else (step[:end], step[end:])
    return "", step


def _stated(rest: str) -> str | None:
    """What is said behind a marker: its box, or its first sentence without what wraps it."""
    plain = rest.strip()
    if _PLAIN.fullmatch(plain) is not None:
        return plain
    if (found := boxed(rest)) is not None:
        return found
    told = bare(_WHY.split(_NEXT_SENTENCE.split(rest.strip(), 1)[0], 1)[0])
    again = ANSWER_LINE.match(told) if told is not None else None
    return told if again is None else _stated(next((g for g in again.groups() if g), ""))


_WRAPS = (
    ("```", "```"),
    ("`", "`"),
    ("'", "'"),
    ("**", "**"),
    ("__", "__"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("$$", "$$"),
    ('"', '"'),
    ("“", "”"),
)


def bare(text: str) -> str | None:
    """Return a stated answer without end marks of models, emphasis, back-ticks, and a formula's own delimiters."""
    text = _without_end(text).strip(" \t\n*_")
    while True:
        before = text
        text = text if text.endswith("...") else text.rstrip(". \n")
        for opening, closing in _WRAPS:
            inner = text[len(opening) : -len(closing)]
            if text.startswith(opening) and text.endswith(closing) and inner and opening not in inner:
                text = inner.strip()
        for opening, closing in _ENDS:
            if text.endswith(closing) and _unopened(text, opening):
                text = text.removesuffix(closing).rstrip()
        if text == before:
            return _LABEL.sub("", text.strip(" \t\n*_")) or None


def _unopened(text: str, opening: str) -> bool:
    """Whether nothing opens the bracket that closes a text; `[0, 4)` opens with another one."""
    return opening not in text and not (len(opening) == 1 and any(c in text for c in "([{"))


_ENDS = (("\\(", "\\)"), ("\\[", "\\]"), ("(", ")"), ("[", "]"), ("{", "}"))
_LABEL = re.compile(r"^(?:[=≈:→]\s*|(?:option|choice)\s+(?=\(?[A-E]\b))", re.IGNORECASE)


def _without_end(text: str) -> str:
    """The text without the marks with which models end it."""
    text = text.rstrip()
    while text.endswith((">", "]")) and (mark := _END.search(text, max(0, len(text) - 30))) is not None:
        text = text[: mark.start()].rstrip()
    return text


def boxed(text: str) -> str | None:
    """Return the content of the last LaTeX box; a list such as `\\boxed{2}, \\boxed{3}` counts as one."""
    if "box" not in text:
        return None
    boxes = [b for m in list(_BOX.finditer(text))[-_MAX_BOXES:] if (b := _box(text, m)) is not None]
    if not boxes:
        return None
    listed = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        between = text[box[1] : listed[0][0]]
        if not between or not between.strip() or _JOINS.fullmatch(between) is None:
            break
        listed.insert(0, box)
    return ", ".join(box[2] for box in listed)


def _box(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    """Where a box begins and ends, and what it holds: one word or sign where it has no braces."""
    at = match.end()
    if text[at : at + 1] != "{":
        short = _UNBRACED.match(text, at)
        found = short.group().rstrip(".,") if short else ""
        return (match.start(), at + len(found), found) if found else None
    depth = 0
    for end in range(at, min(len(text), at + MAX_CHARS)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            found = text[at + 1 : end].strip()
            return (match.start(), end + 1, found) if found else None
    return None


def _tagged(text: str) -> str | None:
    """What the last `<answer>` tag holds, closed or cut off."""
    low = text.lower() if "<" in text else ""
    start = max(low.rfind("<answer>"), low.rfind("<final_answer>"))
    if start < 0:
        return None
    inner = text[low.index(">", start) + 1 :][:_MAX_ANSWER_LINE].partition("</")[0]
    return final_answer(inner) or bare(inner)


def final_answer(text: str, last_number: bool = False) -> str | None:
    """Return the last answer that a solution states; its last number where that is allowed and nothing is stated."""
    return _last_stated(text[-_LONGEST:], last_number)


@lru_cache(maxsize=256)
def _last_stated(text: str, last_number: bool) -> str | None:
    text = _without_end(text)
    # A model that runs on asks itself a new question: what it answered to ours stands before.
    for question in islice(_NEW_QUESTION.finditer(text), _MAX_QUESTIONS):
        if (found := _found(text[: question.start()])) is not None:
            return found
    found = _found(text)
    if found is None and last_number:
        numbers = _NUMBER.findall(text)
        found = numbers[-1] if numbers else None
    return found


def stated_at(steps: Sequence[str]) -> tuple[int, str] | None:
    """Return the step in which a solution states its final answer, and the answer; None where it states none."""
    whole = final_answer("\n".join(steps))
    if whole is None:
        return None
    for at in range(len(steps) - 1, -1, -1):
        if final_answer("\n".join(steps[at:])) == whole:
            # Behind a heading such as `Answer:` it stands in the next step.
            told = next((i for i in range(at, len(steps)) if whole in steps[i]), at)
            return told, whole
    return None


def _found(text: str) -> str | None:
    if (tagged := _tagged(text)) is not None:
        return tagged
    lines = text.splitlines()[-_MAX_LINES:]
    solution = None
    goes_on = False
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at][-_MAX_ANSWER_LINE:]
        found = _in_heading(lines, at) if _HEADING.match(line) else _in_line(line)
        if found is None and at == len(lines) - 1 and (match := _LETTER_A.match(line)) is not None:
            found = _stated(match.group("answer"))
        if found is not None:
            return found
        # A result that the solution goes on from is not its answer: `The result: 6 + 4 = 10.`, then `10 - 3 = 7`.
        if not goes_on:
            solution = solution or _said(line, "solution") or _said(line, "result") or _reversed(line)
        goes_on = goes_on or (_HAS_DIGIT.search(line) is not None and _CHECKS.search(line) is None)
    return solution


def _in_heading(lines: list[str], at: int) -> str | None:
    """What stands on the lines behind `Final Answer`: the first that holds anything but a delimiter."""
    return next((_stated(line) for line in lines[at + 1 : at + 5] if line.strip(" \t*_#$`\\[]():-")), None)


@lru_cache(maxsize=2048)
def _in_line(line: str) -> str | None:
    line = _IN_TEXT.sub(r"\1 ", line) if "\\text" in line else line
    if (found := answer_in(line)) is not None:
        return found
    _, marker, rest = line.rpartition("Answer:")
    if marker and rest.strip():
        return _stated(rest)
    return _said(line, "answer") or _said(line, "result", "final") or _said(line, "choice") or _said(line, "option")


def _reversed(line: str) -> str | None:
    """`42 is the answer.`"""
    found = _REVERSED.findall(line[-_MAX_SENTENCE:]) if "answer" in line else []
    return bare(found[-1]) if found else None


def _said(line: str, noun: str, named: str = "") -> str | None:
    """What the last sentence of the form `the answer is ...` says."""
    if noun not in line.lower():
        return None
    line = line[-_MAX_SENTENCE:]
    for match in reversed(list(_SENTENCE.finditer(line))):
        option = noun in ("choice", "option") and not _OPTION.match(line, match.end())
        if noun in match.group("noun").lower() and named in match.group().lower() and not option:
            return _stated(line[match.end() :])
    return None
