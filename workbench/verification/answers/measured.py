"""Answers with words between their numbers: quantities in units, and several values with labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from workbench.verification.answers.equality import same
from workbench.verification.answers.formulas import read_formula
from workbench.verification.answers.grades import DIFFERENT, EQUAL, Grade, in_form, together, undecided, verdict
from workbench.verification.answers.kinds import Given, Listing, Nothing, Value
from workbench.verification.answers.reading import read_answer_kind
from workbench.verification.answers.same_value import is_worked_out, same_measure, same_value
from workbench.verification.answers.trees import Tree
from workbench.verification.answers.values import Answer, read_answer, without_unit_letter
from workbench.verification.lines.claims import ClaimSide
from workbench.verification.units.measures import related
from workbench.verification.units.names import singular


def compare_measured(known: str, stated: str) -> Grade:
    """Return the grade of two answers of which at least one has words in it. Raise `Unreadable`."""
    labelled = _compare_labelled(known, stated)
    if labelled is not None:
        return labelled
    for text, other in ((stated, known), (known, stated)):
        if isinstance(reading := read_answer_kind(text), Nothing) and read_answer(other) is not None:
            return Grade(False, reading.why)
    a, b = read_answer(known), read_answer(stated)
    if a is None and b is None:
        return undecided("Neither can be read as mathematics.")
    if a is None or b is None:
        which = "known" if a is None else "stated"
        return undecided(f"The {which} answer cannot be read as mathematics.")
    return _equal(a, b)


def _equal(known: Answer, stated: Answer) -> Grade:
    if known.statements and stated.statements:
        return _equal_statements(known, stated)
    if known.statements:
        return _equal_values(_assigned(known), list(stated.values), False)
    if stated.statements:
        return _equal_values(list(known.values), _assigned(stated), False)
    if not known.values or not stated.values:
        return undecided("One of the answers is words alone.")
    if not known.units and not _lettered(known):
        stated = without_unit_letter(stated)
    if known.bracketed != stated.bracketed:
        return undecided("One is a point in brackets, the other a list.")
    if any(x.units and any(p.percent for p in y.values) for x, y in ((known, stated), (stated, known))):
        return Grade(False, "One is a percentage, the other a quantity.")
    if known.units and stated.units and not _lettered(known) and (unit := _units(known, stated)) is not None:
        return unit
    return _equal_values(list(known.values), list(stated.values), known.ordered and stated.ordered)


def _units(known: Answer, stated: Answer) -> Grade | None:
    """Answers with units: None where the units agree, so that the values decide."""
    if known.units & stated.units:
        powers = [answer.units & {"square", "sq", "cubic", "cu"} for answer in (known, stated)]
        return None if powers[0] == powers[1] or not all(powers) else Grade(False, "The units differ.")
    pair = related(known.units, stated.units)
    if pair is None or len(known.values) != 1 or len(stated.values) != 1:
        return Grade(False, "The units differ.")
    equal = same_measure(known.values[0], pair[0], stated.values[0], pair[1])
    return Grade(equal, "It is the same quantity in another unit." if equal else "The quantities differ.")


def _lettered(answer: Answer) -> bool:
    return any(p.letters for p in answer.values)


def _assigned(answer: Answer) -> list[ClaimSide]:
    """The values of an answer such as `x = 2 or x = 3`, where it speaks of one letter."""
    by_letter = _by_letter(answer) or {}
    return next(iter(by_letter.values())) if len(by_letter) == 1 else []


def _equal_values(known: Sequence[ClaimSide], stated: Sequence[ClaimSide], ordered: bool) -> Grade:
    """The same values, each once; in order where both are plain lists."""
    if not known or not stated:
        return undecided("One of the answers is words alone.")
    if len(known) != len(stated):
        return Grade(False, f"One has {len(known)} values, the other {len(stated)}.")
    if ordered or len(known) == 1:
        return together([_one(a, b) for a, b in zip(known, stated, strict=True)], "Both are equal.")
    left = list(stated)
    for part in known:
        match = next((p for p in left if same_value(part, p)), None)
        if match is None:
            return DIFFERENT
        left.remove(match)
    return EQUAL


def _one(known: ClaimSide, stated: ClaimSide) -> Grade:
    if same_value(known, stated):
        return EQUAL
    worked_out = is_worked_out(known.node) and not is_worked_out(stated.node)
    if worked_out and not (known.letters or stated.letters) and known.known == stated.known is not None:
        return in_form("not worked out")
    return DIFFERENT


def _equal_statements(known: Answer, stated: Answer) -> Grade:
    left, right = _by_letter(known), _by_letter(stated)
    if left is None or right is None:
        return undecided("The statements cannot be compared with their words.")
    if left.keys() != right.keys():
        return DIFFERENT
    return together([_equal_values(left[k], right[k], False) for k in left], "Both are equal.")


def _by_letter(answer: Answer) -> dict[str, list[ClaimSide]] | None:
    """The assigned values by letter; None where the answer is not made of assignments."""
    found: dict[str, list[ClaimSide]] = {}
    for statement in answer.statements:
        if not statement.assignments:
            return None
        for letter, part in statement.assignments:
            found.setdefault(letter, []).append(part)
    return found


# Several values with labels


_JOINT = re.compile(r"\s*(?:,\s*and\b|,(?!\d{3})|;|\band\b|&)\s*")
_BEHIND = re.compile(r"(\$?[-−]?[0-9][0-9.,/]*)\s+([A-Za-z][A-Za-z ]{0,40})")
_BEFORE = re.compile(r"([A-Za-z][A-Za-z ]{0,40}?)\s*(?:[:=]|\bis\b|\bhas\b|\bgets\b|\s)\s*(\$?[-−]?[0-9][0-9.,/]*)")
_MAX_LABELS = 12
Labels = dict[str, Tree]


def _compare_labelled(known: str, stated: str) -> Grade | None:
    """`3 boys and 5 girls`: each value belongs to its label, in whatever order; None where neither is of the kind."""
    a, b = _labels(known), _labels(stated)
    if a is None and b is None:
        return None
    if a is None or b is None:
        return _against_list(a or b or {}, read_answer_kind(known if a is None else stated))
    if any(related(frozenset((w,)), frozenset((w,))) for w in (*a, *b)):
        return None  # Hours and minutes are one quantity.
    if a.keys() == b.keys():
        return together([verdict(same(a[k], b[k])) for k in a], "Each label has the same value.")
    if Counter(a.values()) == Counter(b.values()):
        return undecided("The values are the same, but not what they are said of.")
    return DIFFERENT


def _labels(text: str) -> Labels | None:
    """The value of each label, where there are several."""
    found: Labels = {}
    parts = _JOINT.split(text)
    if not 2 <= len(parts) <= _MAX_LABELS:
        return None
    for part in parts:
        behind, before = _BEHIND.fullmatch(part), _BEFORE.fullmatch(part)
        if behind is None and before is None:
            return None
        number, words = behind.groups() if behind is not None else reversed(before.groups() if before else ())
        tree = read_formula(number.removeprefix("$"))
        label = " ".join(singular(w) for w in words.split())
        if tree is None or label in found:
            return None
        found[label] = tree
    return found


def _against_list(labels: Labels, other: object) -> Grade | None:
    """Labelled values against bare ones: the same in the same order, surely other ones, or left open."""
    if any(related(frozenset((w,)), frozenset((w,))) for w in labels):
        return None
    items = other.items if isinstance(other, Listing) else (other,)
    values = [i.what if isinstance(i, Given) else i for i in items]
    trees = [v.tree for v in values if isinstance(v, Value)]
    if other is None or len(trees) != len(values):
        return None
    if len(trees) == len(labels) and all(same(a, b) for a, b in zip(labels.values(), trees, strict=True)):
        return EQUAL
    if len(trees) == len(labels) and Counter(trees) == Counter(labels.values()):
        return undecided("It is not said which value is which.")
    return (
        Grade(False, f"One has {len(labels)} values, the other {len(trees)}.")
        if len(trees) != len(labels)
        else DIFFERENT
    )
