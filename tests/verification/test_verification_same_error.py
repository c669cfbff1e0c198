"""Other spellings of one solution have one first error: letters, spacing, LaTeX, steps merged."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from workbench.problems.catalogue import BY_NAME, SPLITS, make, write_solution
from workbench.problems.work import Work
from workbench.types import Knowledge, Problem
from workbench.verification import Verifier

VERIFIER = Verifier()
ALGEBRA = ("linear_one", "linear_both", "linear_brackets", "linear_frac", "inequality", "quadratic")
EXPRESSIONS = ("expand", "factor", "order")


def solutions(skills: tuple[str, ...]) -> list[tuple[Problem, list[str]]]:
    """Right solutions and, for each malrule, a wrong one."""
    found = []
    for name in skills:
        skill = BY_NAME[name]
        for level in (1, 2, 3):
            problem = make(name, level, 41, level, SPLITS["dev"])
            for beliefs in (frozenset[str](), *(frozenset({m}) for m in skill.malrules)):
                found.append((problem, write_solution(skill, dict(problem.params), Work(beliefs=beliefs)).lines))
    return found


def first_error(problem: Problem, lines: list[str]) -> int | None:
    return VERIFIER.verify(problem, lines, Knowledge.ANSWER).first_error


def renamed(text: str) -> str:
    return re.sub(r"(?<![A-Za-z])[xyn](?![A-Za-z])", "t", text)


def tight(text: str) -> str:
    return re.sub(r" *([-+*/=<>]) *", r"\1", text)


def airy(text: str) -> str:
    return re.sub(r" *([+*=<>]) *", r"  \1  ", text)


def latex(text: str) -> str:
    text = re.sub(r"(?<![\w)])(-?\w+)/(\w+)(?!\w)", r"\\frac{\1}{\2}", text)
    text = text.replace(" * ", r" \cdot ").replace("<", r"\lt").replace(">", r"\gt")
    return "Answer: " + text[8:] if text.startswith("Answer: ") else f"${text}$"


@pytest.mark.parametrize("spell", [tight, airy, latex], ids=lambda f: f.__name__)
def test_another_spelling_has_the_same_first_error(spell: Callable[[str], str]):
    for problem, lines in solutions((*ALGEBRA, *EXPRESSIONS)):
        spelled = [spell(line) for line in lines]
        assert first_error(problem, spelled) == first_error(problem, lines), (problem.text, lines, spelled)


def test_another_letter_has_the_same_first_error_and_malrule():
    for problem, lines in solutions(ALGEBRA):
        other = replace(problem, text=renamed(problem.text), answer=renamed(problem.answer or ""))
        before = VERIFIER.verify(problem, lines)
        after = VERIFIER.verify(other, [renamed(line) for line in lines])
        assert after.first_error == before.first_error, (problem.text, lines)
        assert [s.malrule for s in after.steps] == [s.malrule for s in before.steps]


def test_merged_steps_have_the_same_first_error():
    for problem, lines in solutions(("linear_one", "linear_both", "linear_brackets", "inequality")):
        at = first_error(problem, lines)
        body, answer = lines[:-1], lines[-1:]
        if len(body) < 2:
            continue
        merged = [f"{body[0]}, so {body[1]}", *body[2:], *answer]
        expected = None if at is None else max(0, at - 1)
        assert first_error(problem, merged) == expected, (problem.text, merged)
