"""All text that a model reads or writes: the one module whose hash a tutor model is bound to.

The shipped model learned these formats and sentences. Any change to what is read or written changes
`TEXT_HASH`, and a model trained on other text is then refused with the command that makes a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.verification.malrules.catalogue import LESSONS, PATTERNS, STRATEGIES

VERSION = "1"
INSTRUCTION = (
    "Solve the problem step by step. Write one step on each line, each with its calculation. "
    "End with a line of the form 'Answer: ...'."
)
"""Put in front for models that did not learn these formats in pretraining."""

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

ANSWER = "Answer: "


@dataclass(frozen=True)
class Help:
    """What a teacher reads beside the problem. Empty help is the plain problem."""

    patterns: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()
    solved: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Solved neighbours: (problem text, solution lines)."""
    right_so_far: tuple[str, ...] = ()
    """The verified prefix of the attempt, verbatim."""
    next_step: str | None = None
    """The corrected step. The wrong one is never quoted."""


NO_HELP = Help()


def problem_message(text: str, help: Help = NO_HELP, instruction: bool = False) -> str:
    """What the policy reads of a problem; with help, what the teacher reads."""
    lines = [INSTRUCTION] if instruction else []
    lines += [f"Pattern: {p}" for p in help.patterns]
    lines += [f"Strategy: {s}" for s in help.strategies]
    lines += [f"Lesson: {lesson}" for lesson in help.lessons]
    for neighbour, solution in help.solved:
        lines += [f"Solved: {neighbour}", *solution]
    lines.append(f"Problem: {text}")
    if help.right_so_far:
        lines += ["Right so far:", *help.right_so_far]
    if help.next_step is not None:
        lines.append(f"Next: {help.next_step}")
    return "\n".join(lines)


def solution_text(lines: Sequence[str]) -> str:
    """A solution as the policy writes it."""
    return "\n".join(lines)


@dataclass(frozen=True)
class Attempt:
    """An attempt as a reflection reads it: lines with their marks, and the repair where one is known."""

    lines: tuple[str, ...]
    marks: tuple[str, ...]
    """`+` correct, `-` incorrect, `?` unknown; as many as lines."""
    repair: str | None = None


LESSON, STRATEGY, PATTERN = "Lesson", "Strategy", "Pattern"


def reflection_message(problem: str, attempts: Sequence[Attempt], ask: str) -> str:
    """What the policy reads to write a lesson or a strategy about its attempts."""
    lines = [f"Problem: {problem}"]
    for attempt in attempts:
        lines.append("Attempt:")
        lines += [f"{mark} {line}" for mark, line in zip(attempt.marks, attempt.lines, strict=True)]
        if attempt.repair is not None:
            lines.append(f"Right: {attempt.repair}")
    return "\n".join([*lines, f"Write a {ask.lower()}."])


def pattern_message(insights: Sequence[tuple[str, str]]) -> str:
    """What the policy reads to pool insights, each a (kind, text), into a pattern."""
    return "\n".join(["Insights:", *(f"{kind}: {text}" for kind, text in insights), "Write a pattern."])


def insight_reply(kind: str, text: str) -> str:
    """How the policy writes an insight or a pattern."""
    return f"{kind}: {text}"


def parse_insight(reply: str, kind: str) -> str | None:
    """The sentence of a reply of the wanted kind; None where the reply has another shape."""
    head, colon, text = reply.strip().partition(": ")
    if not colon or head != kind or "\n" in text or not 8 <= len(text) <= 200:
        return None
    return text.strip()


def _fingerprint() -> str:
    """A hash of every sentence and of each format filled with a fixed example."""
    help = Help(("p",), ("s",), ("l",), (("n", ("a", "b")),), ("c",), "d")
    attempt = Attempt(("e", "f"), ("+", "-"), "g")
    rendered = [
        *(VERSION, INSTRUCTION, CHAT_TEMPLATE, ANSWER, LESSON, STRATEGY, PATTERN),
        *(LESSONS, STRATEGIES, PATTERNS),
        problem_message("t", help),
        problem_message("t", help, instruction=True),
        solution_text(("a", "b")),
        reflection_message("t", (attempt,), LESSON),
        pattern_message(((LESSON, "h"), (STRATEGY, "i"))),
        insight_reply(PATTERN, "j"),
    ]
    return hashlib.sha256(json.dumps(rendered).encode()).hexdigest()[:16]


TEXT_HASH = _fingerprint()
"""Stands in every tutor model's README and in every run."""
