"""Equations and inequalities in one letter, line to line, with what squaring or clearing denominators brings in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from workbench.types import Evidence, EvidenceKind, Judgement
from workbench.verification.answers.text import answer_in
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.symbolic import deciding
from workbench.verification.symbolic.comparing import (
    Alternatives,
    Comparison,
    Place,
    comes_in,
    compare,
    endless,
    fits,
    shown_place,
    without_logarithm,
    written,
)
from workbench.verification.symbolic.functions import HINT, Relation, Sentence, assigns, read_sentence
from workbench.verification.symbolic.roots import changes
from workbench.verification.symbolic.trees import Tree, has_functions, letters, names
from workbench.verification.symbolic.values import Undefined, about, shown

_NAME = "symbolic"
NATURAL = re.compile(r"(?<![a-z])e\s?\^|(?<![a-z])ln(?![a-z])")
_LONG = 2000
_DECIMAL = re.compile(r"-?\d*\.(\d+)")


class Stated(NamedTuple):
    """What the problem or an earlier line states about the letter."""

    condition: Alternatives
    trusted: bool


def read(context: Context, text: str, before: Tree | None = None) -> Sentence | None:
    """Return what a text says; e is Euler's number where the solution has powers of it or natural logarithms."""
    natural = "e" in text and any(NATURAL.search(t) for t in (context.problem.text, *context.solution))
    return read_sentence(text, natural, before)


def solving(context: Context) -> Sentence | None:
    """Return the equation or inequality in one letter that is all that the problem says."""
    text = context.problem.text
    said = read_sentence(text.rstrip(". "), "e" in text and bool(NATURAL.search(text)), asks=True)
    return said if said is not None and said.relations and len(said.letters) == 1 else None


def check(context: Context, said: Sentence) -> Finding | None:
    """Return how a line stands to the last one before it: it must keep the solutions that the problem has."""
    if len(said.letters) != 1 or not said.relations:
        return None
    (letter,) = said.letters
    after = said.alternatives
    last = next(_stated(context, letter), None)
    if last is None:
        return None
    problem = solving(context)
    asked = problem.alternatives if problem is not None and problem.letters == said.letters else None
    if not any(beyond(side) for side in (last.condition, after, asked or ())):
        return None
    rounded = _approximation(last.condition, after, letter, asked is not None)
    if rounded is not None:
        return rounded if rounded.judgement is not Judgement.UNKNOWN else None
    if any_endless(last.condition) or any_endless(after):
        return _one_of_many(last, after, letter, asked is not None)
    found = compared(last.condition, after, letter)
    if found is None:
        return None
    return _judged(context, last, after, letter, asked, found)


def _stated(context: Context, letter: str) -> Iterator[Stated]:
    """What was stated about the letter, the latest first, the problem last."""
    for line, verdict in zip(reversed(context.earlier), reversed(context.verdicts), strict=True):
        said = read(context, line.text)
        if said is not None and said.letters == {letter} and any(r.sign != "~" for r in said.relations):
            trusted = verdict.judgement is not Judgement.INCORRECT and not verdict.carried
            yield Stated(said.alternatives, trusted)
    said = solving(context)
    if said is not None and said.letters == {letter}:
        yield Stated(said.alternatives, True)


def beyond(side: Alternatives) -> bool:
    """Whether polynomials alone do not decide it."""
    return any(has_functions(r.left) or has_functions(r.right) for several in side for r in several)


def any_endless(side: Alternatives) -> bool:
    return any(endless(r) for several in side for r in several)


def compared(before: Alternatives, after: Alternatives, letter: str) -> Comparison | None:
    """How they differ; with a logarithm of no stated base only what holds for both bases."""
    found = compare(before, after, letter)
    other = _natural(before), _natural(after)
    if other == (before, after):
        return found
    again = compare(*other, letter)
    if found is None or again is None:
        return None
    if found.same or again.same:
        return found if found.same else None
    wrong = [bool(c.lost or c.gained) for c in (found, again)]
    return found if all(wrong) else None


def _natural(side: Alternatives) -> Alternatives:
    return tuple(
        tuple(replace(r, left=deciding.natural(r.left), right=deciding.natural(r.right)) for r in several)
        for several in side
    )


def _judged(
    context: Context, last: Stated, after: Alternatives, letter: str, asked: Alternatives | None, found: Comparison
) -> Finding | None:
    values = _values(after, letter)
    outside = [v for v in values if asked is not None and fits(asked, letter, v) is False]
    if found.same:
        if values and len(outside) == len(values) and last.trusted:
            return _does_not_fit(letter, outside)
        right = correct(_NAME, "It has the same solutions as the line before.", not last.trusted)
        return replace(right, evidence=_note(letter, outside))
    if asked is None:
        return None  # in a word problem a root may be left out for what it means
    lost = [p for p in found.lost if not _left_out(asked, letter, p)]
    gained = [p for p in found.gained if not _belongs(asked, letter, p)]
    case = not gained and any(_belongs(asked, letter, p) for p in (*found.shared, *found.gained))
    if lost and case and all(_elsewhere(context, letter, p) for p in lost):
        return correct(_NAME, "It is one of the cases.", not last.trusted)
    if lost and all(without_logarithm(after, letter, p) for p in lost):
        return None  # the rules of logarithms hold where they have a value
    if lost:
        text = f"This line loses {_listed(letter, lost)}."
        return incorrect(_NAME, text, EvidenceKind.ROOTS)
    if not gained:
        which = [p for p in found.lost if not p.between]
        if which and not found.shared and not found.gained:
            return None
        why = f"{_listed(letter, which)} does not fit the problem." if which else "It fits the problem."
        return correct(_NAME, why)
    explained = all(comes_in(last.condition, letter, p) or comes_in(asked, letter, p) for p in gained)
    if not values:
        if not explained or any(p.between for p in gained):
            return None
        right = correct(_NAME, "It follows from the line before, but may have more solutions: check them.")
        return replace(right, evidence=(Evidence(EvidenceKind.ROOTS, f"This line gains {_listed(letter, gained)}."),))
    goes_on = len(context.solution) > len(context.verdicts) + 1
    if explained and goes_on:
        return None  # they may yet be checked
    text = f"This line gains {_listed(letter, gained)}."
    return incorrect(_NAME, text, EvidenceKind.ROOTS)


def _values(after: Alternatives, letter: str) -> list[Tree]:
    """The values that a line gives the letter, where it does nothing else."""
    values: list[Tree] = []
    for several in after:
        given = [r for r in several if letters(r.left) or letters(r.right)]
        if len(given) != 1 or not assigns(given[0]) or given[0].left != letter:
            return []
        values.append(given[0].right)
    return values


def _elsewhere(context: Context, letter: str, place: Place) -> bool:
    """Whether another line states a lost solution: cases are worked out one after the other."""
    here = len(context.verdicts)
    lines = (text for i, text in enumerate(context.solution) if i != here and answer_in(text) is None)
    read_lines = (said for text in lines if (said := read(context, text)) is not None)
    values = (v for said in read_lines if said.letters == {letter} for v in _values(said.alternatives, letter))
    return not place.between and any(_near(v, place.x) for v in values)


def _near(value: Tree, x: float) -> bool:
    try:
        return abs(about(value, {}) - x) < 1e-9 * max(1.0, abs(x))
    except Undefined:
        return False


def _left_out(asked: Alternatives, letter: str, place: Place) -> bool:
    """Whether a lost solution is none of the problem's."""
    return place.exact is not None and fits(asked, letter, place.exact) is False


def _belongs(asked: Alternatives, letter: str, place: Place) -> bool:
    return place.exact is not None and fits(asked, letter, place.exact) is True


def _does_not_fit(letter: str, values: list[Tree]) -> Finding:
    named = " and ".join(f"{letter} = {written(v) or shown(about(v, {}))}" for v in values)
    return incorrect(_NAME, f"{named} does not fit the problem.", EvidenceKind.DOMAIN)


def _note(letter: str, outside: list[Tree]) -> tuple[Evidence, ...]:
    if not outside:
        return ()
    named = " and ".join(f"{letter} = {written(v) or shown(about(v, {}))}" for v in outside)
    return (Evidence(EvidenceKind.DOMAIN, f"{named} does not fit the problem and must be left out."),)


def _listed(letter: str, places: list[Place]) -> str:
    return " and ".join(shown_place(p, letter) for p in places[:4])


def leaves_out(context: Context, letter: str) -> bool:
    """Return whether roots that come in on the way are to be left out: the problem is an equation with functions.

    `x = 2` after `x^2 - x - 2 = 0` loses a root, but not one that sqrt(x + 2) = x has.
    """
    if not HINT.search(context.problem.text[:_LONG]):
        return False
    problem = solving(context)
    return problem is None or (problem.letters == {letter} and beyond(problem.alternatives))


# Decimals, and equations with solutions without end


def _approximation(before: Alternatives, after: Alternatives, letter: str, pure: bool) -> Finding | None:
    """`x ≈ 1.609` after `e^x = 5` must be one of its roots, to the digits shown."""
    if len(after) != 1 or len(after[0]) != 1 or len(before) != 1:
        return None
    given = [r for r in before[0] if r.sign != "~" and (letters(r.left) or letters(r.right))]
    if len(given) != 1:
        return None
    relation, equation = after[0][0], given[0]
    digits = _DECIMAL.fullmatch(relation.shown[1].replace("−", "-"))
    if relation.left != letter or letters(relation.right) or digits is None or endless(equation):
        return None
    if equation.sign not in "=~" or relation.sign not in "=~":
        return None
    found = changes(replace(equation, sign="=", shown=("", "")), letter)
    roots = [c.x for c in found or () if c.root]
    value, unit = about(relation.right, {}), float(Fraction(1, 10 ** len(digits[1])))
    near = [r for r in roots if abs(r - value) <= unit * 1.0001]
    if near and (relation.sign == "~" or (len(roots) == 1 and near[0] != value)):
        right = correct(_NAME, "It is rounded to the digits shown.")
        return right if relation.sign == "~" or not pure else replace(right, judgement=Judgement.UNKNOWN)
    if relation.sign == "~" and pure and roots and all(abs(r - value) > 3 * unit for r in roots):
        return incorrect(_NAME, f"{letter} is about {shown(roots[0])}.", EvidenceKind.VALUE)
    return None


def _one_of_many(last: Stated, after: Alternatives, letter: str, pure: bool) -> Finding | None:
    """A value after an equation with a letter in a trigonometric function: it must fit, others may fit too."""
    values = _values(after, letter)
    if not values or not all("pi" in names(v) or v == 0 for v in values):
        return None  # 30 may be meant in degrees
    found = [fits(last.condition, letter, v) for v in values]
    if pure and last.trusted and any(f is False for f in found):
        return _does_not_fit_line(letter, [v for v, f in zip(values, found, strict=True) if f is False])
    return correct(_NAME, "It fits the line before.") if not pure and all(f is True for f in found) else None


def _does_not_fit_line(letter: str, values: list[Tree]) -> Finding:
    named = " and ".join(f"{letter} = {shown(about(v, {}))}" for v in values)
    return incorrect(_NAME, f"{named} does not fit the line before.", EvidenceKind.COUNTEREXAMPLE)


# Answers


def check_answer(context: Context) -> Finding | None:
    """Return whether a stated answer fits an equation that is all that the problem says."""
    problem = solving(context)
    stated = answer_in(context.step)
    if problem is None or stated is None or not HINT.search(context.problem.text):
        return None
    (letter,) = problem.letters
    said = read(context, stated)
    if said is None or any_endless(problem.alternatives):
        return None
    if said.expression is not None:
        said = Sentence(((Relation(letter, "=", said.expression, ("", stated)),),))
    if said.letters != {letter}:
        return None
    if _approximation(problem.alternatives, said.alternatives, letter, True) is not None:
        return None
    found = compared(problem.alternatives, said.alternatives, letter)
    if found is None:
        return None
    if found.same:
        return correct(_NAME, "It is the solution of the problem.")
    if not found.lost and not found.gained:
        return None
    verb = "lacks" if found.lost else "has"
    text = f"This answer {verb} {_listed(letter, list(found.lost or found.gained))}."
    if found.gained and not found.lost:
        text = f"{_listed(letter, list(found.gained))} does not fit the problem."
    return incorrect(_NAME, text, EvidenceKind.ROOTS)


__all__ = ["check", "check_answer", "compared", "leaves_out", "read", "solving"]
