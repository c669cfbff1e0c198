"""All text that a model reads or writes: the one module whose hash a tutor model is bound to.

The shipped model learned these formats and sentences. Any change to what is read or written changes
`TEXT_HASH`, and a model trained on other text is then refused with the command that makes a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.verification.malrules.catalogue import LESSONS

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


STRATEGIES: dict[str, tuple[str, ...]] = {
    "signed": (
        "Work from left to right and watch the signs.",
        "Open the bracket with changed signs, then go from left to right.",
    ),
    "order": ("Brackets first, then products, then sums.",),
    "frac_add": (
        "Write both with the least common denominator, then add the tops.",
        "Multiply the denominators to get a common one, then add the tops.",
    ),
    "frac_of": (
        "Divide by the bottom, then multiply by the top.",
        "Multiply by the top, then divide by the bottom.",
    ),
    "decimal": ("Give both numbers the same places, then add.",),
    "percent": (
        "Find ten percent, then as many tens as needed, then change the price.",
        "Take the percent that is left of the price.",
    ),
    "ratio": (
        "Add the parts, find one part, then multiply.",
        "Add the parts, multiply the total by the share, then divide.",
    ),
    "rate": (
        "Find the price of one, then multiply.",
        "Find how many times as many, then multiply the price.",
    ),
    "units": ("Change the big units, then add the rest.", "Add the small units, then change the big ones."),
    "linear_one": (
        "Move the number across, then divide.",
        "Do the same on both sides until the letter is alone.",
    ),
    "linear_both": (
        "Letters to the left, numbers to the right, then divide.",
        "First bring the letters together, then move the number.",
    ),
    "linear_brackets": ("Multiply out the bracket, then solve.", "Divide by the factor first, then solve."),
    "linear_frac": (
        "Move the number across, then multiply by the denominator.",
        "Multiply everything by the denominator first.",
    ),
    "inequality": (
        "Solve as an equation, but flip for a negative divisor.",
        "Do the same on both sides, but flip for a negative divisor.",
    ),
    "system": (
        "Combine the equations so that y goes away.",
        "Combine the equations so that x goes away.",
    ),
    "quadratic": (
        "Write it as a product, then make each bracket zero.",
        "Look for two numbers by product and sum, then make each bracket zero.",
    ),
    "expand": (
        "Multiply every term with every term, then collect.",
        "Split the first bracket, then multiply out.",
    ),
    "factor": (
        "Pull out the common number or the two brackets.",
        "Test the numbers by product and sum first.",
    ),
    "word_short": (
        "Follow the story one event at a time.",
        "Put what comes in together before what goes out.",
    ),
    "word_long": ("Write one line for each event of the story.", "Count what comes in before what goes out."),
}
"""What worked, by skill: one sentence for each valid path."""

PATTERNS: dict[str, tuple[str, str]] = {
    "signed": (
        "signs: two minus signs make a plus, also before a bracket",
        "signs: minus a negative is plus",
    ),
    "order": ("order: brackets, then products, then sums", "order: sums come last"),
    "frac_add": ("fractions: same bottom first, then add the tops", "fractions: never add the bottoms"),
    "frac_of": ("parts: the bottom divides, the top multiplies", "parts: tops together, bottoms together"),
    "decimal": ("decimals: places under places, carry over the point", "decimals: count the places"),
    "percent": ("percent: a part of the price, then change the price", "percent: ten percent first"),
    "ratio": ("ratio: total divided by all parts, times the own part", "ratio: one part first"),
    "rate": ("rate: the price of one first", "rate: divide to one, then multiply"),
    "units": (
        "units: the right number between units, then add",
        "units: big to small times, small to big divided",
    ),
    "linear_one": (
        "equation: across means the opposite, then divide",
        "equation: undo the sum, then the product",
    ),
    "linear_both": ("two sides: what crosses changes its sign", "two sides: letters left, numbers right"),
    "linear_brackets": ("bracket: the factor reaches every term", "bracket: multiply all, keep the signs"),
    "linear_frac": ("denominator: multiply it away on every term", "denominator: multiply to undo it"),
    "inequality": ("inequality: a negative divisor flips it", "inequality: flip only for a negative divisor"),
    "system": ("system: do the same on both sides of the equations", "system: left as right"),
    "quadratic": ("square: two roots, each makes a bracket zero", "square: look for both roots"),
    "expand": ("product: every term with every term, signs too", "product: do not forget the middle"),
    "factor": ("factor: check by multiplying back", "factor: product at the end, sum in the middle"),
    "word_short": ("story: read what each event does", "story: say it before you compute it"),
    "word_long": ("long story: one event, one line", "long story: go event by event"),
}
"""Short named rules, by skill: what the insights of a skill come to."""


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
