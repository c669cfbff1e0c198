"""Where an equation or inequality in one letter changes: its roots, and the edges of its domain, by bisection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import isnan, nan

from workbench.verification.exact.polynomials import magnitude, tidy
from workbench.verification.symbolic.functions import Relation
from workbench.verification.symbolic.trees import Call, Tree
from workbench.verification.symbolic.values import Beyond, Undefined, about, gap, interval, is_zero

_NEAR = 1e-9
_STEPS = 60
_DENOMINATOR = 720
_POLE = 1e4
MAX_CHANGES = 24


@dataclass(frozen=True)
class Change:
    """A place where the truth of a relation may change."""

    x: float
    exact: Tree | None
    """The very value, where it is a simple fraction or was written down."""
    root: bool
    """Whether both sides are equal here, rather than one of them ceasing to exist."""


def _grid() -> tuple[float, ...]:
    """Close together near zero, where school equations have their roots, and ever wider out to a million."""
    near = [0.0137 + 0.1731 * i for i in range(120)]
    far = [21.3 * 1.21**i for i in range(58)]
    inner = [0.0123 * 0.4**i for i in range(1, 9)]
    positive = sorted([*inner, *near, *far])
    return (*(-x * 1.0007 for x in reversed(positive)), *positive)


_GRID = _grid()


@lru_cache(maxsize=256)
def changes(relation: Relation, letter: str, stated: tuple[Tree, ...] = ()) -> tuple[Change, ...] | None:
    """Return where a relation may change, in order; None where there are too many such places.

    `stated` are values that somebody wrote down: they are tried as they stand.
    """

    def height(x: float) -> float | None:
        try:
            at = {letter: x}
            return about(relation.left, at) - about(relation.right, at)
        except Beyond:
            return nan
        except Undefined:
            return None

    found: list[Change] = []
    heights = [(x, height(x)) for x in _points(relation, stated)]
    try:
        for x, kind in _scan(heights, height):
            found.append(_settled(relation, letter, x, kind, height(x)))
            if len(found) > 4 * MAX_CHANGES:
                return None
    except _Unsure:
        return None
    found += [c for value in stated if (c := _stated(relation, letter, value)) is not None]
    merged = _merged(found)
    return merged if len(merged) <= MAX_CHANGES else None


class _Unsure(Exception):
    """Both sides may be equal at a place that could not be made sure of."""


def _points(relation: Relation, stated: Sequence[Tree]) -> list[float]:
    around = {c for side in (relation.left, relation.right) for c in _constants(side)}
    extra = [c + d for c in around for d in (-0.31, -1e-4, 1e-4, 0.29)]
    return sorted({*_GRID, *extra, *(-x for x in extra)})


def _constants(tree: Tree) -> Iterator[float]:
    if isinstance(tree, Call):
        for arg in tree.args:
            yield from _constants(arg)
    elif not isinstance(tree, str) and magnitude(tree) < 10**7:
        yield float(tree)


Height = Callable[[float], float | None]


def _scan(heights: Sequence[tuple[float, float | None]], height: Height) -> Iterator[tuple[float, str]]:
    """Places where the sign of the difference changes, where it touches zero, and where it ceases to exist."""
    for (a, low), (b, high) in pairwise(heights):
        if (low is None and high is None) or (low is not None and isnan(low)) or (high is not None and isnan(high)):
            continue
        if low is None or high is None:
            yield _edge(height, a, b, low is not None), "edge"
        elif low == 0:
            yield a, "root"
        elif (low < 0) != (high < 0) and high != 0:
            yield _crossing(height, a, b, low < 0), "root"
    for (a, one), (_, two), (c, three) in zip(heights, heights[1:], heights[2:], strict=False):
        if one is None or two is None or three is None:
            continue
        if isnan(one) or isnan(two) or isnan(three):
            continue
        if abs(two) <= abs(one) and abs(two) <= abs(three) and (one < 0) == (two < 0) == (three < 0):
            lowest = _lowest(height, a, c)
            if lowest is not None:
                yield lowest, "touch"


def _crossing(height: Height, a: float, b: float, rising: bool) -> float:
    for _ in range(_STEPS):
        middle = (a + b) / 2
        value = height(middle)
        if value is None or value == 0:
            return middle
        if (value < 0) == rising:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def _edge(height: Height, a: float, b: float, exists_left: bool) -> float:
    for _ in range(_STEPS):
        middle = (a + b) / 2
        if (height(middle) is not None) == exists_left:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def _lowest(height: Height, a: float, c: float) -> float | None:
    """Where the difference touches zero without crossing it, if it does."""
    for _ in range(_STEPS):
        left, right = a + (c - a) * 0.382, a + (c - a) * 0.618
        one, two = height(left), height(right)
        if one is None or two is None or isnan(one) or isnan(two):
            return None
        if abs(one) < abs(two):
            c = right
        else:
            a = left
    middle = (a + c) / 2
    value = height(middle)
    return middle if value is not None and abs(value) < 1e-9 else None


def _settled(relation: Relation, letter: str, x: float, kind: str, height: float | None) -> Change:
    """A place as exactly as it can be known: a simple fraction is tried first. Raise `_Unsure`."""
    simple = Fraction(x).limit_denominator(_DENOMINATOR)
    if abs(float(simple) - x) < 1e-7 * max(1.0, abs(x)):
        try:
            root = is_zero(gap(relation.left, relation.right, {letter: simple}))
        except Undefined:
            return Change(float(simple), tidy(simple), False)
        if root or kind == "edge":
            return Change(float(simple), tidy(simple), root)
    if kind == "root" and crosses(relation, letter, x):
        return Change(x, None, True)
    pole = kind == "edge" or height is None or abs(height) > _POLE
    if not pole:
        raise _Unsure
    return Change(x, None, False)


def _stated(relation: Relation, letter: str, value: Tree) -> Change | None:
    try:
        x = about(value, {})
        if is_zero(gap(relation.left, relation.right, {letter: value})):
            return Change(x, value, True)
    except Undefined:
        return None
    return None


def _merged(found: Sequence[Change]) -> tuple[Change, ...]:
    """Each place once, as exactly as it is known."""
    merged: list[Change] = []
    for change in sorted(found, key=lambda c: c.x):
        if merged and abs(merged[-1].x - change.x) < _NEAR * max(1.0, abs(change.x)):
            before = merged[-1]
            exact = before.exact if before.exact is not None else change.exact
            merged[-1] = Change(before.x if before.exact is not None else change.x, exact, before.root or change.root)
        else:
            merged.append(change)
    return tuple(merged)


def crosses(relation: Relation, letter: str, x: float) -> bool:
    """Return whether the two sides certainly are equal somewhere very near: both exist, and change places."""
    width = Fraction(1, 10**11) * max(1, int(abs(x)))
    low, high = Fraction(x) - width, Fraction(x) + width
    try:
        ends = [gap(relation.left, relation.right, {letter: end}) for end in (low, high)]
        for side in (relation.left, relation.right):
            interval(side, {letter: box(low, high)})
    except Undefined:
        return False
    return bool((ends[0].b < 0 and ends[1].a > 0) or (ends[0].a > 0 and ends[1].b < 0))


def box(low: Fraction, high: Fraction) -> object:
    """Return the interval between two numbers."""
    from workbench.verification.symbolic.values import intervals

    iv = intervals()
    ends = [iv.mpf(e.numerator) / e.denominator for e in (low, high)]
    return iv.mpf([ends[0].a, ends[1].b])
