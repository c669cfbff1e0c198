"""Whether a relation holds, decided by numbers: intervals disprove, and agreement to sixty digits proves.

Two sides that agree to sixty digits at a dozen unrelated points are equal: school expressions are bounded to eighty
nodes. Where a sign matters, as under a root or between bars, the points lie on both sides of every number in sight.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from workbench.verification.symbolic.pool import Outcome
from workbench.verification.symbolic.trees import TRIGONOMETRIC, Call, Tree, letters, names
from workbench.verification.symbolic.values import Undefined, about, gap, is_zero, shown

_POINTS = tuple(
    Fraction(p) for p in ["2", "3", "1/2", "-2", "7/3", "-3", "1/3", "7", "-1/2", "11", "-17/5", "1/7", "23/2", "-29"]
)
_ENOUGH = 6
_TRIED = 40
_SPLITS = frozenset(("abs", "sqrt", "root"))
_FAR = 1e-6


def holds(left: Tree, sign: str, right: Tree) -> Outcome:
    """Return whether `left sign right` holds: between numbers, or for all values of the letters."""
    degrees = in_degrees(left), in_degrees(right)
    outcomes = [_holds(left, sign, right)]
    if outcomes[0].holds is not True and (_bare_log(left) or _bare_log(right)):
        outcomes.append(_holds(natural(left), sign, natural(right)))
    if outcomes[0].holds is not True and degrees != (left, right):
        outcomes.append(_holds(degrees[0], sign, degrees[1]))
    # Wrong only if it is so under every reading of an unsaid base or of an angle without a unit.
    return outcomes[0] if all(o.holds == outcomes[0].holds for o in outcomes) else Outcome(None)


def _bare_log(tree: Tree) -> bool:
    return isinstance(tree, Call) and (
        (tree.name == "log" and len(tree.args) == 1) or any(_bare_log(a) for a in tree.args)
    )


def natural(tree: Tree) -> Tree:
    """Return the tree with every logarithm of no stated base as a natural one."""
    if not isinstance(tree, Call):
        return tree
    name = "ln" if tree.name == "log" and len(tree.args) == 1 else tree.name
    return Call(name, tuple(natural(a) for a in tree.args))


def in_degrees(tree: Tree) -> Tree:
    """Return the tree with `sin 30` as the sine of thirty degrees."""
    if not isinstance(tree, Call):
        return tree
    if tree.name in TRIGONOMETRIC and not isinstance(tree.args[0], Call | str) and tree.args[0] >= 1:
        return Call(tree.name, (Call("/", (Call("*", (tree.args[0], Call("pi", ()))), 180)),))
    return Call(tree.name, tuple(in_degrees(a) for a in tree.args))


def _holds(left: Tree, sign: str, right: Tree) -> Outcome:
    lettered = letters(left) | letters(right)
    if lettered:
        return _identity(left, right, sorted(lettered)) if sign == "=" else Outcome(None)
    try:
        sides = about(left, {}), about(right, {})
        difference = gap(left, right, {})
    except Undefined:
        return Outcome(None)
    if is_zero(difference):
        return _told(sign in ("=", "<=", ">="), "The two sides are equal.")
    if 0 in difference:
        return Outcome(None)
    if sign == "=":
        one, other = map(shown, sides)
        text = f"The left side is about {one}, the right side {other}."
        return Outcome(False, text if one != other else "The two sides are close, but not equal.")
    if sign == "!=":
        return Outcome(True)
    return _told(bool(difference.b < 0) == (sign[0] == "<"), "The two sides stand the other way round.")


def _told(held: bool, why_not: str) -> Outcome:
    return Outcome(True) if held else Outcome(False, why_not)


def _identity(left: Tree, right: Tree, lettered: list[str]) -> Outcome:
    """For all values: a difference at one point disproves, agreement at many proves."""
    splits = bool((names(left) | names(right)) & _SPLITS)
    agreed = 0
    for at in islice(_places(left, right, lettered, splits), _TRIED if splits else len(_POINTS)):
        try:
            values = {k: float(v) for k, v in at.items()}
            one, other = about(left, values), about(right, values)
            far = abs(one - other) > _FAR * max(1.0, abs(one), abs(other))
            if not far and agreed >= _ENOUGH and not splits:
                continue
            difference = gap(left, right, at)
        except Undefined:
            continue
        if 0 not in difference:
            where = ", ".join(f"{name} = {value}" for name, value in at.items())
            return Outcome(False, f"For {where} the left side is about {shown(one)}, the right side {shown(other)}.")
        if far or not is_zero(difference):
            return Outcome(None)  # the two evaluators do not agree
        agreed += 1
    return Outcome(True) if agreed >= _ENOUGH else Outcome(None)


def _places(left: Tree, right: Tree, lettered: list[str], splits: bool) -> Iterator[dict[str, Fraction]]:
    """Values for the letters: fixed ones, and for trees with cases some on both sides of every number in them."""
    for shift in range(len(_POINTS)):
        yield {name: _POINTS[(shift + 3 * i) % len(_POINTS)] for i, name in enumerate(lettered)}
    if splits:
        around = sorted({Fraction(c) for tree in (left, right) for c in _numbers(tree)})[:6]
        for c in around:
            for value in (c + Fraction(1, 9), c - Fraction(1, 9), -c + Fraction(1, 9), -c - Fraction(1, 9)):
                yield {name: value + 5 * i for i, name in enumerate(lettered)}


def _numbers(tree: Tree) -> Iterator[int | Fraction]:
    if isinstance(tree, Call):
        for arg in tree.args:
            yield from _numbers(arg)
    elif not isinstance(tree, str):
        yield tree
