"""Formulas in a problem of any kind: right where they follow from earlier ones or are equal for every value.

It never calls a step wrong. In a problem told in words a formula may bring a new fact, so that one that does not
follow says nothing; one that does follow is right whatever the words are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, pairwise

from workbench.types import Diagnosis, Judgement
from workbench.verification.lines.findings import Context, Finding, correct
from workbench.verification.symbolic import deciding
from workbench.verification.symbolic.consequences import follows, follows_from_two, product
from workbench.verification.symbolic.displayed import Formula, Written, formulas
from workbench.verification.symbolic.formulas import FORMULA
from workbench.verification.symbolic.trees import Call, Tree, letters, nodes, put

_NAME = "symbolic"
_RECENT = 10
"""How many earlier relations a formula may go on from."""
_MOST = 24
"""Formulas of one step that are looked at."""
_OTHERWISE = re.compile(
    r"\b(?:mod(?:ulo)?|base|binary|congruent|wrong|mistake|incorrect(?:ly)?|contradict\w*|impossible|not equal|"
    r"not true|false|guess)\b|\\p?mod|\\equiv",
    re.IGNORECASE,
)
"""Words and signs of steps that calculate otherwise, or that take something back."""


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RELATION = re.compile(r"[=<>≤≥]|\\[lg](?:eq?|t)(?![a-z])")
_LABEL = re.compile(r"^\s*(?:step\s+)?\d{1,2}[.:)]|\b(?:step|equation|part|line|case)\s+\(?\d{1,2}\)?", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """A relation of an earlier formula."""

    left: Written
    sign: str
    right: Written
    sure: bool
    """It stands in the problem, or in a step found right."""


class _Standing(Enum):
    """What a formula is to those before it."""

    NEW = "new"
    """It says something that does not follow, as a fact told in words does not."""
    NAMES = "names"
    """It says what a letter stands for that nothing before it has."""
    UNREAD = "unread"
    REPEATS = "repeats"
    RIGHT = "right"


@dataclass(frozen=True)
class _Told:
    """What one formula of the step comes to, and why."""

    standing: _Standing
    why: str = ""


_ESTABLISHED = frozenset((_Standing.NAMES, _Standing.REPEATS, _Standing.RIGHT))
"""Where any formula of a step is something else, the step is not judged: its mistake may be just there."""
_REPEATS = _Told(_Standing.REPEATS, "It says the same as an earlier line.")


def check(context: Context) -> Finding | None:
    """Return that the formulas of a step hold; None where one is open, or where nothing is said."""
    step = context.step
    if ("\\" not in step and "$" not in step) or _OTHERWISE.search(step):
        return None
    own = [f for f in formulas(step) if f.signs or f.display]
    if not own or len(own) > _MOST:
        return None
    known, shown = _before(context)
    told: list[_Told] = []
    for formula in own:
        for found in _of_formula(formula, known, shown):
            if found.standing not in _ESTABLISHED:
                return None
            told.append(found)
    standings = [t.standing for t in told]
    if not standings or standings[-1] is _Standing.NAMES:
        return None
    if _answers_otherwise(step):
        return None
    right = [t for t in told if t.standing is _Standing.RIGHT]
    if right:
        return correct(_NAME, right[-1].why, context.wrong_before)
    if set(standings) != {_Standing.REPEATS} or _says_more(step):
        return None  # `Since f(2) = 4, the answer is 7` repeats one thing and says another
    return correct(_NAME, told[-1].why, context.wrong_before, Diagnosis.SIMILAR)


def _answers_otherwise(step: str) -> bool:
    """Whether a number stands in a box that no relation of the step has."""
    if "\\boxed" not in step:
        return False
    found = [m.group() for m in FORMULA.finditer(step)]
    said = {n for text in found if _RELATION.search(text) for n in _NUMBER.findall(text)}
    boxed = {n for text in found if "\\boxed" in text for n in _NUMBER.findall(text)}
    return not boxed <= said


def _says_more(step: str) -> bool:
    """Whether a number stands in the words, or alone between delimiters, that no formula of the step has."""
    written = set(_NUMBER.findall(" ".join(m.group() for m in FORMULA.finditer(step) if _RELATION.search(m.group()))))
    bare = FORMULA.sub(lambda m: " " if _RELATION.search(m.group()) else m.group(), step)
    return not set(_NUMBER.findall(_LABEL.sub(" ", bare))) <= written


def _before(context: Context) -> tuple[list[Known], list[tuple[Written, bool]]]:
    """The relations and the expressions before a step: the problem's and those of steps not found wrong."""
    known: list[Known] = []
    shown: list[tuple[Written, bool]] = []
    texts = [(context.problem.text, True)]
    for line, verdict in zip(context.earlier, context.verdicts, strict=True):
        if verdict.judgement is not Judgement.INCORRECT and not verdict.carried:
            texts.append((line.text, verdict.judgement is Judgement.CORRECT))
    for text, sure in texts:
        for formula in formulas(text) if "\\" in text or "$" in text else ():
            known += _relations(formula, sure)
            shown.append((formula.sides[-1], sure))
    return known, shown


def _relations(formula: Formula, sure: bool) -> Iterator[Known]:
    for (left, right), sign in zip(pairwise(formula.sides), formula.signs, strict=True):
        yield Known(left, sign, right, sure)
    if len(formula.sides) > 2 and set(formula.signs) == {"="}:
        yield Known(formula.sides[0], "=", formula.sides[-1], sure)


def _of_formula(formula: Formula, known: list[Known], shown: list[tuple[Written, bool]]) -> Iterator[_Told]:
    """Judge the relations of a formula in order; each is known to those after it."""
    if not formula.signs:
        yield _expression(formula.sides[0], shown)
    values = _values(known)
    for one in _relations(formula, False):
        if one.left is formula.sides[0] and one.right is formula.sides[-1] and len(formula.sides) > 2:
            known.append(one)
            break
        yield _relation(one, known, values)
        known.append(one)
    shown.append((formula.sides[-1], False))


def _expression(side: Written, shown: Sequence[tuple[Written, bool]]) -> _Told:
    """A displayed expression must be worth what one of the last is; a bare number says nothing."""
    if side.tree is None or nodes(side.tree) < 3 or not letters(side.tree):
        return _Told(_Standing.UNREAD)
    if any(sure and side.text == before.text for before, sure in shown):
        return _REPEATS
    if any(before.tree is not None and _equal(before.tree, side.tree) for before, _ in shown[-3:]):
        return _Told(_Standing.RIGHT, "It is equal to the expression before.")
    return _Told(_Standing.NEW)


def _relation(one: Known, known: Sequence[Known], values: Mapping[str, Tree]) -> _Told:
    """What a relation is to those before it."""
    left, right = one.left, one.right
    if any(_same(one, k) for k in known if k.sure):
        return _REPEATS
    if not left.values or not right.values or one.sign not in ("=", "<", ">", "<=", ">="):
        return _Told(_Standing.UNREAD)
    if left.text == right.text:
        return _Told(_Standing.NAMES)
    lettered = frozenset().union(*map(letters, (*left.values, *right.values)))
    if left.tree is not None and right.tree is not None:
        outcome = deciding.holds(left.tree, one.sign, right.tree)
        if outcome.holds is True:
            return _Told(_Standing.RIGHT, "Both sides are equal." if one.sign == "=" else "It holds.")
        if outcome.holds is False and not lettered:
            return _Told(_Standing.NEW)
    why = _consequence(one, known)
    if why is None and one.sign == "=" and left.tree is not None and right.tree is not None:
        put_in = _put_in(left.tree, values), _put_in(right.tree, values)
        if put_in != (left.tree, right.tree) and _equal(*put_in):
            why = "It is true for the values found before."
    if why is not None:
        return _Told(_Standing.RIGHT, why)
    heard = frozenset().union(*(letters(v) for k in known for v in (*k.left.values, *k.right.values)))
    if isinstance(left.tree, str) and one.sign == "=" and "(" not in left.text and left.tree not in heard:
        return _Told(_Standing.NAMES)
    return _Told(_Standing.NEW)


def _same(one: Known, other: Known) -> bool:
    """Whether two relations say the same sign by sign, from the left or from the right."""
    sides, others = (one.left.text, one.right.text), (other.left.text, other.right.text)
    return one.sign == other.sign and (sides == others or (one.sign == "=" and sides == others[::-1]))


def _consequence(one: Known, known: Sequence[Known]) -> str | None:
    """Whether a relation follows from one of the last, with values put in, or from two of them."""
    gap = product(one.left.values, one.right.values)
    if gap is None or not letters(gap):
        return None
    lately = [k for k in known[-_RECENT:] if k.left.values and k.right.values and k.sign != "!="]
    for old in reversed(lately):
        if follows(gap, one.sign, old.left.values, old.sign, old.right.values, _value(one)):
            return "It follows from an earlier line."
    if one.sign != "=" or one.left.tree is None or one.right.tree is None:
        return None
    for old in reversed(lately):
        if old.sign == "=" and old.left.tree is not None and old.right.tree is not None:
            for name, value in _assigned(lately, old):
                if follows(
                    gap,
                    "=",
                    (put(old.left.tree, name, value),),
                    "=",
                    (put(old.right.tree, name, value),),
                    _value(one),
                ):
                    return "It follows from the lines before."
    equations = [k for k in lately if k.sign == "=" and k.left.tree is not None and k.right.tree is not None][-6:]
    for a, b in combinations(equations, 2):
        if follows_from_two(gap, (a.left.values[0], a.right.values[0]), (b.left.values[0], b.right.values[0])):
            return "It follows from the lines before."
    return None


def _value(one: Known) -> tuple[str, Tree] | None:
    """The letter and its value in `x = 5`."""
    for name, value in ((one.left.tree, one.right.tree), (one.right.tree, one.left.tree)):
        if isinstance(name, str) and value is not None and not letters(value):
            return name, value
    return None


def _assigned(lately: Sequence[Known], beside: Known) -> Iterator[tuple[str, Tree]]:
    """The letters of a relation that other relations say the value of."""
    used = frozenset().union(*map(letters, (*beside.left.values, *beside.right.values)))
    for old in lately:
        if old is beside or old.sign != "=" or old.left.tree is None or old.right.tree is None:
            continue
        for name, value in ((old.left.tree, old.right.tree), (old.right.tree, old.left.tree)):
            if isinstance(name, str) and name in used and name not in letters(value):
                yield name, value


def _values(known: Sequence[Known]) -> dict[str, Tree]:
    """The letters that earlier relations give a value without letters; none that has two."""
    found: dict[str, Tree] = {}
    spoiled: set[str] = set()
    for one in known:
        name, value = one.left.tree, one.right.tree
        if one.sign != "=" or not isinstance(name, str) or value is None or letters(value):
            continue
        if name in found and not _equal(found[name], value):
            spoiled.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if name not in spoiled}


def _put_in(tree: Tree, values: Mapping[str, Tree]) -> Tree:
    if isinstance(tree, Call):
        return Call(tree.name, tuple(_put_in(a, values) for a in tree.args))
    return values.get(tree, tree) if isinstance(tree, str) else tree


def _equal(left: Tree, right: Tree) -> bool:
    return deciding.holds(left, "=", right).holds is True


__all__ = ["check"]
