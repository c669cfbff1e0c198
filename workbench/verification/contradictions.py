"""The numbers in a sentence about solutions: each calculation true, each result known, each number from somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from workbench.types import Group, Judgement
from workbench.verification.answers import final_answer, grade
from workbench.verification.domain import Verify
from workbench.verification.lines.calculations import numbers

_OPERATION = re.compile(
    r"\b(?:(?P<divide>divid\w+(?: both sides| it| everything)? by)|(?P<times>(?:multipl\w+|times)(?: \w+){0,2} by)|"
    r"(?P<minus>subtract\w*|take(?: away)?)|(?P<plus>add))\s+(?P<n>-?\d+(?:\.\d+|/\d+)?)",
    re.IGNORECASE,
)
_SIGNS = {"divide": "/", "times": "*", "minus": "-", "plus": "+"}
_ANYWHERE = frozenset(map(Fraction, (2, 10, 100)))
"""Numbers that rules are made of: they need not stand in the problem."""
_SCALES = frozenset({"10", "100", "1000"})
"""A rule may ask to divide by 100 where the solution wrote it otherwise."""


def contradicts(text: str, group: Group, verify: Verify) -> bool:
    """Return whether a number in a sentence is wrong, or known neither from the problem nor from a proof."""
    if not any(c.isdigit() for c in text):
        return False
    said, _, denied = text.partition(", not ")
    right, wrong = _known(group)
    if any(n not in right | _ANYWHERE for n in _numbers(said)):
        return True
    if any(n not in wrong or n in right for n in _numbers(denied) if denied):
        return True
    return _false_answer(said, group) or _false_claim(said, group, verify) or _foreign_operation(said, group)


def _numbers(text: str) -> set[int | Fraction]:
    return set(numbers(text, fractions=True))


def _right_lines(group: Group) -> Iterator[str]:
    """What is given or proved: the problem, its answer, steps judged correct before any error, repairs, values."""
    yield group.problem.text
    yield group.problem.answer or ""
    for member in group.members:
        verdict = member.verdict
        error = verdict.first_error
        for step in verdict.steps[:error]:
            if step.judgement is Judgement.CORRECT and (error is not None or verdict.answer_correct):
                yield step.text
        if error is not None:
            step = verdict.steps[error]
            yield step.repair or ""
            yield from (e.text.partition(", not ")[0] for e in step.evidence)


def _known(group: Group) -> tuple[set[int | Fraction], set[int | Fraction]]:
    """Numbers that are right for this problem, and numbers that stand only in a wrong line or after it."""
    right = set[int | Fraction]().union(*(_numbers(line) for line in _right_lines(group)))
    wrong: set[int | Fraction] = set()
    for member in group.members:
        error = member.verdict.first_error
        if error is not None:
            steps = member.verdict.steps[error:]
            wrong = wrong.union(*(_numbers(step.text) for step in steps))
            wrong = wrong.union(*(_numbers(e.text.partition(", not ")[2]) for e in steps[0].evidence))
    return right, wrong - right


def _false_answer(text: str, group: Group) -> bool:
    """Whether it states an answer that is not the known one."""
    stated = final_answer(text)
    known = group.problem.answer
    return stated is not None and known is not None and grade(known, stated) is Judgement.INCORRECT


def _false_claim(text: str, group: Group, verify: Verify) -> bool:
    """Whether the verifier proves a calculation or an equation in the sentence wrong."""
    claim = re.sub(r"\s+(?:is|gives|makes|equals)\s+(?=[-(]?[\da-z(])", " = ", text.rstrip(". "))
    if "=" not in claim:
        return False
    verdict = verify(group.problem, [claim])
    return any(step.judgement is Judgement.INCORRECT for step in verdict.steps)


def _foreign_operation(text: str, group: Group) -> bool:
    """Whether it asks for an operation with a number that no right line does."""
    lines = " ".join(_right_lines(group)).replace(" ", "").replace("(", "").replace(")", "")
    for match in _OPERATION.finditer(text):
        kind = next(name for name in _SIGNS if match[name])
        number, sign = match["n"], _SIGNS[kind]
        if number in _SCALES:
            continue
        shown = [rf"{re.escape(sign)}{re.escape(number)}(?![\d])"]
        if sign in "*+":
            shown.append(rf"(?<!\d){re.escape(number)}(?:{re.escape(sign)}|[a-z(])")
        if not any(re.search(pattern, lines) for pattern in shown):
            return True
    return False
