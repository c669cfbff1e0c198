"""Whether a relation follows from others, by numbers: a constant times one, its square, its divisors cleared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import pairwise

from workbench.verification.symbolic import deciding
from workbench.verification.symbolic.trees import MAX_NODES, Call, Tree, letters, nodes, put
from workbench.verification.symbolic.values import Undefined, about

_POINTS = ((2.0, 3.0), (1.5, 0.7), (5.0, -1.3), (0.4, 1.9), (-1.7, 2.6), (7.0, 0.3))
_NEEDED = 3
_CLOSE = 1e-9
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}
_MAX_RATIO = 10_000


def product(left: Sequence[Tree], right: Sequence[Tree]) -> Tree | None:
    """Return what a relation sets against zero: a product where a plus-minus gives two values."""
    gaps = [Call("-", (a, b)) for a in left for b in right]
    whole = reduce(lambda a, b: Call("*", (a, b)), gaps[1:], gaps[0]) if gaps else None
    return whole if whole is None or nodes(whole) <= MAX_NODES else None


def follows(
    gap: Tree,
    sign: str,
    left: Sequence[Tree],
    other: str,
    right: Sequence[Tree],
    value: tuple[str, Tree] | None = None,
) -> bool:
    """Return whether `gap sign 0` follows from `left other right`; a `value` that it names must also fit that."""
    before = product(left, right)
    if before is None or letters(before) != letters(gap):
        return False
    if _is_multiple(gap, sign, before, other):
        return value is None or len(left) * len(right) > 1 or _fits(left[0], right[0], value)
    if sign != "=" or other != "=" or len(left) * len(right) > 1:
        return False
    forms: list[Tree] = [Call("*", (before, d)) for d in _divisors(before)]
    forms.append(Call("-", (Call("^", (left[0], 2)), Call("^", (right[0], 2)))))
    if not any(_is_multiple(gap, sign, form, other) for form in forms):
        return False
    # `x = 9` after `√x = -3`, squared, is no solution of it.
    return value is None or _fits(left[0], right[0], value)


def _is_multiple(gap: Tree, sign: str, form: Tree, other: str) -> bool:
    """Whether `gap sign 0` is `form other 0` times a number."""
    ratio = _ratio(gap, form)
    return ratio is not None and (sign == other if ratio > 0 else sign == _TURNED.get(other))


def _fits(left: Tree, right: Tree, value: tuple[str, Tree]) -> bool:
    return deciding.holds(put(left, *value), "=", put(right, *value)).holds is True


def follows_from_two(gap: Tree, one: tuple[Tree, Tree], other: tuple[Tree, Tree]) -> bool:
    """Return whether `gap = 0` is a sum of multiples of two equations that do not contradict each other."""
    first, second = Call("-", one), Call("-", other)
    if not letters(first) or not letters(second):
        return False
    lettered = sorted(letters(gap) | letters(first) | letters(second))
    rows = list(_rows((gap, first, second), lettered))
    if len(rows) < _NEEDED:
        return False
    if not _independent([(a, b) for _, a, b in rows]):
        return False  # from `r = 9` and `r = 11` anything would follow
    (g1, a1, b1), (g2, a2, b2) = rows[:2]
    below = a1 * b2 - a2 * b1
    if abs(below) < _CLOSE:
        return False
    p, q = _simple((g1 * b2 - g2 * b1) / below), _simple((a1 * g2 - a2 * g1) / below)
    if not p or not q:
        return False
    if any(abs(g - p * a - q * b) > 1e-6 * max(1.0, abs(g)) for g, a, b in rows):
        return False
    return deciding.holds(gap, "=", Call("+", (Call("*", (p, first)), Call("*", (q, second))))).holds is True


def _independent(rows: Sequence[tuple[float, float]]) -> bool:
    """Whether no multiples of two expressions add up to a number."""
    (a, b), *rest = rows
    steps = [(x - a, y - b) for x, y in rest]
    size = max(abs(x) for step in steps for x in step) or 1.0
    return any(abs(x * w - y * z) > _CLOSE * size * size for (x, y), (z, w) in pairwise(steps))


def _ratio(gap: Tree, form: Tree) -> Fraction | None:
    """The number that one expression is times another, for every value of their letters."""
    rows = list(_rows((gap, form), sorted(letters(gap))))
    ratio = _simple(rows[0][0] / rows[0][1]) if len(rows) >= _NEEDED and abs(rows[0][1]) > _CLOSE else None
    if not ratio or any(abs(g - ratio * f) > 1e-6 * max(1.0, abs(g)) for g, f in rows):
        return None
    return ratio if deciding.holds(gap, "=", Call("*", (ratio, form))).holds is True else None


def _rows(trees: Sequence[Tree], lettered: Sequence[str]) -> Iterator[tuple[float, ...]]:
    """The values of expressions at a few points where all have one."""
    for start, by in _POINTS:
        at = {name: start + by * i * (1 + i / 7) for i, name in enumerate(lettered)}
        try:
            yield tuple(about(tree, at) for tree in trees)
        except Undefined:
            continue


def _simple(ratio: float) -> Fraction | None:
    if not abs(ratio) < _MAX_RATIO:
        return None
    near = Fraction(ratio).limit_denominator(1000)
    return near if abs(near - ratio) < 1e-7 * max(1.0, abs(ratio)) else None


def _divisors(tree: Tree) -> list[Tree]:
    """The divisors with letters, and their product."""
    found = list(dict.fromkeys(_bottoms(tree)))[:3]
    whole = reduce(lambda a, b: Call("*", (a, b)), found[1:], found[0]) if found else None
    return [*found, *([whole] if whole is not None and len(found) > 1 else [])]


def _bottoms(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, Call):
        if tree.name == "/" and letters(tree.args[1]):
            yield tree.args[1]
        for arg in tree.args:
            yield from _bottoms(arg)


__all__ = ["follows", "follows_from_two", "product"]
