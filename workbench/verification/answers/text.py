"""Where a solution states its final answer, as text."""

from __future__ import annotations

import re

from workbench.verification.reading.grammar import MAX_CHARS

ANSWER_LINE = re.compile(
    r"[\s*_#>-]*(?:(?:(?:the\s+)?(?:final\s+)?answer(?:\s+is)?\s*[:=]|(?:the\s+)?final\s+answer\s+is\b|"
    r"(?:(?:so|thus|therefore|hence),?\s+)?the\s+answer\s+is\b:?)(?P<answer>.*)|(?<=####)(?P<mark>.*))",
    re.IGNORECASE | re.DOTALL,
)
_BOXED = "\\boxed{"
_LAST_NUMBER = re.compile(r"-?[$]?[0-9][0-9,]*(?:\.[0-9]+)?(?:/[0-9]+)?%?")
_MAX_ANSWER_LINE = 2000
_MAX_LINES = 200


def answer_in(line: str) -> str | None:
    """The answer that one line states, if it is an answer line."""
    if len(line) > _MAX_ANSWER_LINE:
        return None
    match = ANSWER_LINE.match(line)
    if match is None:
        return boxed(line)
    found = match.group("answer") or match.group("mark") or ""
    return boxed(found) or found.strip(" \t*_").rstrip(". ") or None


def boxed(text: str) -> str | None:
    """What stands in the last LaTeX box."""
    start = text.rfind(_BOXED)
    if start < 0:
        return None
    begin, depth = start + len(_BOXED), 1
    for at in range(begin, min(len(text), begin + MAX_CHARS)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[begin:at].strip() or None
    return None


def final_answer(text: str) -> str | None:
    """The last answer that a solution states: `Answer: ...`, `#### ...`, `The answer is ...` or a box."""
    for line in text.splitlines()[: -_MAX_LINES - 1 : -1]:
        found = answer_in(line)
        if found is not None:
            return found
        _, marker, rest = line[-_MAX_ANSWER_LINE:].rpartition("Answer:")
        if marker and rest.strip():
            return rest.strip().rstrip(".").strip() or None
        match = re.search(r"\bthe answer is\b:?(.*)", line[-400:], re.IGNORECASE)
        if match and match.group(1).strip(" ."):
            return match.group(1).strip(" .")
    return None


def last_number(text: str) -> str | None:
    """The last number in free prose: a guess for models that state no answer."""
    found = _LAST_NUMBER.findall(text[-_MAX_ANSWER_LINE:])
    return found[-1].rstrip(",") if found else None
