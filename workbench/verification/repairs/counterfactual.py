"""Which malrules explain a wrong answer in whose story no line is wrong.

Every line of such a solution is computed rightly, so that no verdict names a malrule; but the answer is known. A
malrule explains the solution if one of its lines, written as it should have been without the malrule and followed
through to the end, gives the known answer. It is possible if some line could be its work but the end comes out
otherwise, as with two mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

from workbench.types import Judgement, Problem, StepVerdict
from workbench.verification.domain import CounterfactualRepair, Explanation
from workbench.verification.exact.polynomials import compute
from workbench.verification.lines.calculations import calculations, numbers

_RATIO = re.compile(r"(?<!\d)\d{1,99}(?::\d{1,99})+")
_MINUS = re.compile(r"[-\u2212]\s*[($]*\.?\d")
_UNIT = re.compile(r"(?<=\d) +[A-Za-z]{2,20}\.?$")
_BETWEEN_UNITS = (7, 10, 12, 24, 60, 100, 1000)
"""How many small units make a big one, for the units that stories speak of."""


@dataclass(frozen=True)
class CalculationLine:
    """A line such as `12 - 3 = 9` or `12 × 3 = 36 apples`."""

    left: Fraction
    sign: str
    right: Fraction
    value: Fraction
    written: str = ""
    """The line itself."""

    def with_value(self, value: Fraction) -> str:
        """Return the line with these numbers and a value, in the signs and the unit that it was written in."""
        unit = _UNIT.search(self.written)
        own = {"*": "×x·", "/": "÷"}.get(self.sign, "")
        sign = next((s for s in own if s in self.written), self.sign)
        return f"{self.left} {sign} {self.right} = {value}{unit[0] if unit else ''}"


@dataclass(frozen=True)
class Story:
    """A problem's text as the malrules of stories see it."""

    text: str
    numbers: tuple[Fraction, ...]
    parts: tuple[Fraction, ...]
    """Of a ratio such as `2:3`; empty where the text has none."""


def explain(problem: Problem, lines: Sequence[str], malrules: frozenset[str]) -> Explanation:
    """Return which of some malrules explain a wrong answer, by the lines of its solution."""
    known = number_of(problem.answer or "")
    steps = [o for o in map(operation, lines) if o is not None]
    misreadings = {m: _MISREADINGS[m] for m in malrules if m in _MISREADINGS}
    if known is None or not steps or not misreadings:
        return Explanation()
    story = story_of(problem.text)
    certain, possible = set(), set()
    for malrule, without in misreadings.items():
        for place, step in enumerate(steps):
            for value in without(step, story):
                possible.add(malrule)
                if value is not None and value != step.value and follow(steps, place, value) == known:
                    certain.add(malrule)
    return Explanation(frozenset(certain), frozenset(possible))


def operation(line: str) -> CalculationLine | None:
    """Return the one operation that is all of a line but a unit; None for any other line."""
    written = line.strip()
    found = calculations(_UNIT.sub("", written))
    if not found or not found[0].alone or found[0].result is None:
        return None
    left, sign, right, value, _ = found[0]
    return CalculationLine(Fraction(left), sign, Fraction(right), Fraction(value or 0), written)


def number_of(answer: str) -> Fraction | None:
    """Return the one number of an answer, whatever its unit; None where it has none or several."""
    found = numbers(answer, fractions=True)
    if len(found) != 1:
        return None
    return Fraction(-found[0] if _MINUS.search(answer) else found[0])


def story_of(text: str) -> Story:
    """Return a problem's text with the numbers in it."""
    ratio = _RATIO.search(text)
    parts = tuple(Fraction(p) for p in ratio[0].split(":")) if ratio else ()
    return Story(text.lower(), tuple(dict.fromkeys(map(Fraction, numbers(text)))), parts)


def follow(steps: Sequence[CalculationLine], place: int, value: Fraction) -> Fraction | None:
    """Return the last value of a solution if the line at `place` had this one; None for a division by zero."""
    changed: dict[Fraction, Fraction] = {steps[place].value: value}
    for step in steps[place + 1 :]:
        left, right = (changed.get(n, n) for n in (step.left, step.right))
        if (left, right) == (step.left, step.right):
            value = step.value
            changed.pop(value, None)  # an equal number that comes later is this line's
            continue
        result = apply(left, step.sign, right)
        if result is None:
            return None
        value = changed[step.value] = result
    return value


def apply(left: Fraction, sign: str, right: Fraction) -> Fraction | None:
    """Return the value of an operation; None for a division by zero."""
    return Fraction(compute(sign, left, right)) if sign != "/" or right else None


Misreading = Callable[[CalculationLine, Story], Iterable[Fraction | None]]
"""The values that a line would have without the malrule; empty where the line is not its work."""


def _where(
    sign: str, word: str, value: Callable[[Fraction, Fraction], Fraction], right: int | None = None
) -> Misreading:
    """Lines of one sign, in stories with a word: what `value` makes of their two numbers."""

    def without(step: CalculationLine, story: Story) -> Iterable[Fraction]:
        fits = step.sign == sign and word in story.text and step.right and step.right in (right, *story.numbers)
        return [value(step.left, step.right)] if fits and right in (None, step.right) else []

    return without


def _each(sign: str, word: str) -> Misreading:
    """A number that should have been taken as often as another number says."""

    def without(step: CalculationLine, story: Story) -> Iterable[Fraction | None]:
        if step.sign != sign or word not in story.text or step.right not in story.numbers:
            return []
        return [apply(step.left, sign, step.right * k) for k in story.numbers if k != step.right]

    return without


def _needless(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    aside = "years old" in story.text or "costs" in story.text
    return [step.left] if aside and step.sign == "+" and step.right in story.numbers else []


def _percent_as_amount(step: CalculationLine, story: Story) -> Iterable[Fraction | None]:
    if step.sign not in "+-" or not re.search(rf"(?<![\d.]){step.right}%", story.text):
        return []
    return [apply(step.left, step.sign, step.left * step.right / 100)]


def _forgets_base(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    """The change stands for the new price: a line that multiplies or divides gave it."""
    if step.sign not in "*/" or "%" not in story.text:
        return []
    return [new for whole in story.numbers for new in (whole + step.value, whole - step.value)]


def _shares(step: CalculationLine, story: Story, divisors: Iterable[Fraction | int]) -> Iterable[Fraction]:
    if step.sign != "/" or not any(story.parts) or step.right not in divisors:
        return []
    return [step.left / sum(story.parts) * part for part in story.parts]


def _other_share(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    if step.sign == "/" and story.parts and step.right == sum(story.parts):
        return [step.value * part for part in story.parts]  # one part, and nobody's share of it
    if step.sign != "*" or step.right not in story.parts:
        return []
    return [step.left * part for part in story.parts if part != step.right]


def _adds_difference(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    if step.sign != "+":
        return []
    return [step.left / n * m for n, m in permutations(story.numbers, 2) if m - n == step.right and n]


def _multiplies_total(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    if step.sign != "*" or step.right not in story.numbers:
        return []
    return [step.left / n * step.right for n in story.numbers if n not in (0, step.right)]


def _divides_by_count(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    if step.sign != "/" or not step.right or step.right not in story.numbers:
        return []
    return [step.left / (cost / step.right) for cost in story.numbers if cost not in (0, step.left)]


def _ten_for_all(step: CalculationLine, story: Story) -> Iterable[Fraction | None]:
    if step.sign not in "*/" or step.right not in (10, 100, 1000):
        return []
    return [apply(step.left, step.sign, Fraction(n)) for n in _BETWEEN_UNITS if n != step.right]


def _wrong_way(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    return [step.left / step.right] if step.sign == "*" and step.right in _BETWEEN_UNITS else []


def _forgets_to_change(step: CalculationLine, story: Story) -> Iterable[Fraction]:
    if step.sign == "*" and step.right == 1:
        return [step.left * n for n in _BETWEEN_UNITS]
    if step.sign == "+" and {step.left, step.right} <= set(story.numbers):
        return [step.left * n + step.right for n in _BETWEEN_UNITS]
    return []


_MISREADINGS: Mapping[str, Misreading] = {
    "keyword_left": _where("-", "left", lambda a, b: a + b),
    "each_once": _each("-", "each"),
    "one_pack": _each("+", "pack"),
    "double_adds_two": _where("+", "doubl", lambda a, b: a * 2, right=2),
    "half_takes_two": _where("-", "half", lambda a, b: a / 2, right=2),
    "share_subtracts": _where("-", "share", lambda a, b: a / b),
    "uses_every_number": _needless,
    "percent_as_amount": _percent_as_amount,
    "forgets_base": _forgets_base,
    "divides_by_own_part": lambda step, story: _shares(step, story, story.parts),
    "shares_equally": lambda step, story: _shares(step, story, (len(story.parts),)),
    "other_share": _other_share,
    "adds_the_difference": _adds_difference,
    "multiplies_total": _multiplies_total,
    "divides_by_count": _divides_by_count,
    "ten_for_all": _ten_for_all,
    "wrong_way": _wrong_way,
    "forgets_to_change": _forgets_to_change,
}


# The line that a wrong answer needs where none is wrong: one number or sign changed, and the known answer follows.


def counterfactual_repair(problem: Problem, steps: Sequence[StepVerdict]) -> CounterfactualRepair | None:
    """Return the one change of one line from which the known answer follows; None where there is none, or a choice.

    The least change is meant: a number that the solution has not used yet goes before one that it has, and that
    before another sign.
    """
    known = number_of(problem.answer or "")
    lines = [(place, operation(s.text)) for place, s in enumerate(steps) if s.judgement is Judgement.CORRECT]
    computed = [(place, o) for place, o in lines if o is not None]
    if known is None or not computed:
        return None
    given = story_of(problem.text).numbers
    used = {n for _, o in computed for n in (o.left, o.right)}
    unused = [n for n in given if n not in used]
    for others, signs in ((unused, ""), (given, ""), ((), "+-*/")):
        found: dict[tuple[int, Fraction], CounterfactualRepair] = {}
        for place, step, value in _leading_to(known, computed, others, signs):
            found.setdefault((place, value), CounterfactualRepair(place, step.with_value(value)))
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _leading_to(
    known: Fraction, computed: Sequence[tuple[int, CalculationLine]], numbers: Sequence[Fraction], signs: str
) -> Iterator[tuple[int, CalculationLine, Fraction]]:
    """Changed lines from which the known answer follows, with their place and value."""
    steps = [o for _, o in computed]
    for at, (place, step) in enumerate(computed):
        for other in _changed(step, numbers, signs):
            value = apply(other.left, other.sign, other.right)
            if value is None or value == step.value or not _plain(other, value):
                continue
            if follow(steps, at, value) == known:
                yield place, other, value


def _plain(step: CalculationLine, value: Fraction) -> bool:
    """Whether it can be written in whole numbers, without a sign to bracket."""
    return value.denominator == step.left.denominator == step.right.denominator == 1 <= step.right


def _changed(step: CalculationLine, numbers: Sequence[Fraction], signs: str) -> Iterator[CalculationLine]:
    for n in numbers:
        yield replace(step, right=n)
        yield replace(step, left=n)
    for sign in signs:
        yield replace(step, sign=sign)
