"""Grading one final answer against another, exactly and with a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.types import Judgement
from workbench.verification.answers import values as answer_intervals
from workbench.verification.answers.same_value import same_measure, same_value
from workbench.verification.answers.shape import AnswerKind, AnswerShape, clean, shape
from workbench.verification.answers.values import Answer, read_answer, without_unit_letter
from workbench.verification.exact.polynomials import proportional, same
from workbench.verification.lines.claims import ClaimSide
from workbench.verification.lines.relations import Interval, Roots, Statement, compare
from workbench.verification.text.grammar import MAX_CHARS, Unreadable
from workbench.verification.units.measures import related


@dataclass(frozen=True)
class Grade:
    """Whether a stated answer is the known one; None where it could not be told."""

    equal: bool | None
    reason: str

    @property
    def judgement(self) -> Judgement:
        """The same as a judgement."""
        return {True: Judgement.CORRECT, False: Judgement.INCORRECT, None: Judgement.UNKNOWN}[self.equal]


def grade(gold: str, pred: str) -> Judgement:
    """Return whether a stated answer is the known one."""
    return compare_answers(gold, pred).judgement


def compare_answers(gold: str, pred: str) -> Grade:
    """Return the grade of a stated answer, with the reason as a sentence. Never raises on any text."""
    if len(gold) > MAX_CHARS or len(pred) > MAX_CHARS:
        return Grade(False, "The answer is too long to be one.")
    return _compare(gold, pred)


@lru_cache(maxsize=8192)
def _compare(gold: str, pred: str) -> Grade:
    known, stated = clean(gold), clean(pred)
    if not known:
        return Grade(None, "There is no known answer to compare with.")
    if not stated:
        return Grade(False, "No answer is stated.")
    if _plain(known) == _plain(stated):
        return Grade(True, "Both are written the same.")
    if _plain(known).rstrip("!") == _plain(stated).rstrip("!"):
        return Grade(None, "The mark behind the number may be a factorial.")
    try:
        return _by_shape(known, stated)
    except (Unreadable, RecursionError):
        return Grade(None, "The answers are beyond what can be compared exactly.")


def _plain(text: str) -> str:
    return " ".join(text.replace("$", "").split()).rstrip(".").casefold()


def _by_shape(known: str, stated: str) -> Grade:
    """Texts that are no mathematics first, then brackets, then values."""
    spoken = _choice(known, stated) or _clock(known, stated)
    if spoken is not None:
        return spoken
    a, b = shape(known), shape(stated)
    if AnswerKind.INTERVALS in (a.kind, b.kind):
        return _intervals(a, b, known, stated)
    if AnswerKind.MATRIX in (a.kind, b.kind):
        return _members(a, b, True) if a.width == b.width else Grade(False, "The matrices have different shapes.")
    if AnswerKind.SET in (a.kind, b.kind):
        return _sets(a, b, known, stated)
    if a.kind is AnswerKind.TUPLE and b.kind is AnswerKind.TUPLE:
        return _members(a, b, True)
    if AnswerKind.TUPLE in (a.kind, b.kind):
        return _point(a if a.kind is AnswerKind.TUPLE else b, stated if a.kind is AnswerKind.TUPLE else known)
    return _values(known, stated)


_OPTION = re.compile(r"^\(?([A-Ea-e])\)?(?:[.:)]\s*(.*))?$", re.DOTALL)


def _choice(known: str, stated: str) -> Grade | None:
    """`(C)`, `C` and `C. 12` are the same option."""
    a, b = _OPTION.match(known), _OPTION.match(stated)
    if a is None or b is None or not (known[0] == "(" or known[0].isupper()):
        return None
    same_letter = a.group(1).upper() == b.group(1).upper()
    return Grade(same_letter, "It is the same option." if same_letter else "It is another option.")


_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?:\s*([ap])\.?\s*m\.?)?$", re.IGNORECASE)


def _clock(known: str, stated: str) -> Grade | None:
    """Times of the day; a missing `am` or `pm` is no contradiction."""
    a, b = _CLOCK.match(known), _CLOCK.match(stated)
    if a is None or b is None:
        return None
    halves = [m.group(3).lower() for m in (a, b) if m.group(3)]
    equal = (int(a.group(1)), a.group(2)) == (int(b.group(1)), b.group(2)) and len(set(halves)) < 2
    return Grade(equal, "It is the same time." if equal else "It is another time.")


def _intervals(a: AnswerShape, b: AnswerShape, known: str, stated: str) -> Grade:
    return _interval_grade(_as_pieces(a, known), _as_pieces(b, stated))


def _interval_grade(known: answer_intervals.Pieces | None, stated: answer_intervals.Pieces | None) -> Grade:
    if known is None or stated is None:
        return Grade(False, "Only one of the answers is an interval.")
    equal = known == stated
    return Grade(equal, "Both describe the same numbers." if equal else "They describe different sets of numbers.")


def _as_pieces(a: AnswerShape, text: str) -> answer_intervals.Pieces | None:
    """The set that an answer describes; a tuple of two numbers is an open interval, since the other answer is one."""
    pair = a.kind is AnswerKind.TUPLE and len(a.items) == 2
    texts = (text,) if pair else a.items if a.kind is AnswerKind.INTERVALS else None
    found = answer_intervals.from_pieces(texts) if texts is not None else None
    return found if found is not None else answer_intervals.from_inequality(text)


def _sets(a: AnswerShape, b: AnswerShape, known: str, stated: str) -> Grade:
    """Sets without order; a plain list may stand for one."""
    if AnswerKind.TUPLE in (a.kind, b.kind):
        return Grade(False, "One is a set and the other a point.")
    items = [_listed(s, text) for s, text in ((a, known), (b, stated))]
    return _members(AnswerShape(AnswerKind.SET, items[0]), AnswerShape(AnswerKind.SET, items[1]), False)


def _listed(a: AnswerShape, text: str) -> tuple[str, ...]:
    if a.kind is AnswerKind.SET:
        return a.items
    return tuple(re.sub(r"^\s*[a-zA-Z]\s*=\s*", "", p).strip() for p in re.split(r",| or | and ", text) if p.strip())


def _members(a: AnswerShape, b: AnswerShape, ordered: bool) -> Grade:
    """Member by member; without order each is used once."""
    if a.kind is not b.kind or len(a.items) != len(b.items):
        return Grade(False, f"One has {len(a.items)} values, the other {len(b.items)}.")
    if ordered:
        grades = [compare_answers(x, y) for x, y in zip(a.items, b.items, strict=True)]
        different = next((g for g in grades if g.equal is False), None)
        unsure = next((g for g in grades if g.equal is None), None)
        return different or unsure or Grade(True, "All members are equal.")
    left = list(b.items)
    for item in a.items:
        match = next((x for x in left if compare_answers(item, x).equal), None)
        if match is None:
            return Grade(False, f"{item} is missing.")
        left.remove(match)
    return Grade(True, "Both have the same members.")


def _point(point: AnswerShape, other: str) -> Grade:
    """`(2, 3)` against `x = 2, y = 3`."""
    read = read_answer(other)
    if read is None or not read.statements:
        return Grade(None, "One is a point in brackets, the other a list.")
    by_letter = _by_letter(read)
    if by_letter is None and len(point.items) == 2:
        return _interval_grade(
            answer_intervals.from_pieces((f"({','.join(point.items)})",)), answer_intervals.from_inequality(other)
        )
    if by_letter is None or any(len(v) != 1 for v in by_letter.values()):
        return Grade(False, "Only one of the answers is a point.")
    parts = [by_letter[k][0] for k in sorted(by_letter)]
    read_items = [read_answer(v) for v in point.items]
    known = [r.values[0] for r in read_items if r is not None and len(r.values) == 1]
    return _verdict(len(known) == len(point.items) and _equal_values(known, parts, True))


def _verdict(equal: bool) -> Grade:
    return Grade(equal, "Both are equal." if equal else "They differ.")


def _values(gold: str, pred: str) -> Grade:
    known, stated = read_answer(gold), read_answer(pred)
    if known is None and stated is None:
        words = [re.fullmatch(r"[A-Za-z ,'’-]+", t) is not None for t in (gold, pred)]
        return Grade(False, "The words differ.") if all(words) else Grade(None, "Neither can be read as mathematics.")
    if known is None:
        strange = "\\" in gold or not gold.isascii()
        return Grade(None if strange else False, "The known answer cannot be read as mathematics.")
    if stated is None:
        return Grade(None if "\\" in pred else False, "The stated answer cannot be read as mathematics.")
    return _equal(known, stated)


def _equal(known: Answer, stated: Answer) -> Grade:
    if known.statements and stated.statements:
        return _verdict(_equal_statements(known, stated))
    if known.statements:
        return _verdict(_equal_values(_assigned(known), list(stated.values), False))
    if stated.statements:
        return _verdict(bool(known.values) and _equal_values(list(known.values), _named(known, stated), False))
    if not known.values:
        return Grade(False, "The words differ.")
    if not known.units and not _lettered(known):
        stated = without_unit_letter(stated)
    if known.bracketed != stated.bracketed:
        return Grade(None, "One is a point in brackets, the other a list.")
    if known.units and stated.units and not _lettered(known) and (unit := _units(known, stated)) is not None:
        return unit
    return _verdict(_equal_values(list(known.values), list(stated.values), known.ordered and stated.ordered))


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


def _named(known: Answer, stated: Answer) -> list[ClaimSide]:
    """What `y = 2x + 1` or `x = 2 or x = 3` gives its letter, where a bare value is known."""
    pair = stated.statements[0].only if len(stated.statements) == 1 and _lettered(known) else None
    if pair is not None and pair.relation == "=" and len(pair.left.tokens) == 1:
        letters = frozenset().union(*(p.letters for p in known.values))
        return [] if pair.left.letters <= letters else [pair.right]
    return _assigned(stated)


def _assigned(answer: Answer) -> list[ClaimSide]:
    """The values of an answer such as `x = 2 or x = 3`, where it speaks of one letter."""
    by_letter = _by_letter(answer) or {}
    return next(iter(by_letter.values())) if len(by_letter) == 1 else []


def _equal_values(known: Sequence[ClaimSide], stated: Sequence[ClaimSide], ordered: bool) -> bool:
    """The same values, each once; in order where both are plain lists."""
    if not known or len(known) != len(stated):
        return False
    if ordered or len(known) == 1:
        return all(same_value(a, b) for a, b in zip(known, stated, strict=True))
    left = list(stated)
    for part in known:
        match = next((p for p in left if same_value(part, p)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _equal_statements(known: Answer, stated: Answer) -> bool:
    """Letter by letter: the same values, or the same interval in solved form."""
    left, right = _by_letter(known), _by_letter(stated)
    if left is not None and right is not None:
        return left.keys() == right.keys() and all(_equal_values(left[k], right[k], False) for k in left)
    if len(known.statements) != len(stated.statements):
        return False
    return all(_same_statement(a, b) for a, b in zip(known.statements, stated.statements, strict=True))


def _by_letter(answer: Answer) -> dict[str, list[ClaimSide]] | None:
    """The assigned values by letter; None where the answer is not made of assignments."""
    found: dict[str, list[ClaimSide]] = {}
    for statement in answer.statements:
        if not statement.assignments:
            return None
        for letter, part in statement.assignments:
            found.setdefault(letter, []).append(part)
    return found


def _same_statement(known: Statement, stated: Statement) -> bool:
    if known.solved and not stated.solved:
        return False
    a, b = known.solutions, stated.solutions
    if a is not None and b is not None:
        matching = isinstance(a, Roots) == isinstance(b, Roots) and isinstance(a, Interval) == isinstance(b, Interval)
        return matching and a.letter == b.letter and compare(a, b) is None
    return _same_formula(known, stated)


def _same_formula(known: Statement, stated: Statement) -> bool:
    """`y = 2x + 1` and `y = 1 + 2x`; unsolved equations may differ by a factor."""
    a, b = known.only, stated.only
    if a is None or b is None or not a.relation == b.relation == "=":
        return False
    if same(a.left.rational, b.left.rational) and same(a.right.rational, b.right.rational):
        return True
    rows = known.equation, stated.equation
    return not known.solved and rows[0] is not None and rows[1] is not None and proportional(rows[0], rows[1])
