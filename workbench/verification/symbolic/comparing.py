"""What solutions a line loses or gains against another, for conditions in one letter, with proof at one place.

A condition is a list of alternatives, each of relations that hold together. It is looked at where any of its
relations changes and once between two such places: nothing else can happen on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from workbench.verification.symbolic.functions import Relation
from workbench.verification.symbolic.roots import Change, box, changes, crosses
from workbench.verification.symbolic.trees import TRIGONOMETRIC, Call, Tree, letters, names, number_of
from workbench.verification.symbolic.values import Beyond, Unclear, Undefined, about, gap, is_zero, shown

Alternatives = tuple[tuple[Relation, ...], ...]
_NEAR = 1e-9
_MAX_VARIANTS = 16


@dataclass(frozen=True)
class Place:
    """A number, or one of the numbers between two places."""

    x: float
    exact: Tree | None
    between: bool


@dataclass(frozen=True)
class Comparison:
    """Certain differences of solutions between two lines; `same` where there is none and something was found."""

    lost: tuple[Place, ...]
    gained: tuple[Place, ...]
    same: bool
    shared: tuple[Place, ...]
    """What is a solution of both."""


def compare(before: Alternatives, after: Alternatives, letter: str) -> Comparison | None:
    """Return how the solutions after differ from those before; None where it cannot be told."""
    stated = tuple(
        r.right for several in (*before, *after) for r in several if r.left == letter and not letters(r.right)
    )
    relations = tuple(dict.fromkeys(r for several in (*before, *after) for r in several if _lettered(r)))
    if any(r.sign == "~" or endless(r) for r in relations):
        return None
    before, after = _without_decimals(before), _without_decimals(after)
    found = {r: changes(_equated(r), letter, stated) for r in relations}
    if any(f is None for f in found.values()):
        return None
    places = _places([c for f in found.values() if f for c in f])
    lost: list[Place] = []
    gained: list[Place] = []
    shared: list[Place] = []
    for place in places:
        try:
            was, now = (_true(side, letter, place, found) for side in (before, after))
        except Beyond:
            continue  # too far out for floating point, and for any school equation
        if was is None or now is None:
            return None
        if was and now:
            shared.append(place)
        if was != now:
            (lost if was else gained).append(place)
    sure_lost = tuple(p for p in lost if _proved(before, after, letter, p))
    sure_gained = tuple(p for p in gained if _proved(after, before, letter, p))
    if len(sure_lost) != len(lost) or len(sure_gained) != len(gained):
        return None
    return Comparison(sure_lost, sure_gained, bool(shared) and not lost and not gained, tuple(shared))


def _lettered(relation: Relation) -> bool:
    return bool(letters(relation.left) or letters(relation.right))


def _without_decimals(side: Alternatives) -> Alternatives:
    """`x = e^2 ≈ 7.39` without its decimals, which add nothing."""
    return tuple(tuple(r for r in several if r.sign != "~") for several in side)


def _equated(relation: Relation) -> Relation:
    """The same two sides with an equals sign: they are looked at once for all relations of them."""
    return Relation(relation.left, "=", relation.right, ("", ""))


def endless(relation: Relation) -> bool:
    """Whether a relation may have solutions without end: a letter in a trigonometric function."""
    return any(_inside(side) for side in (relation.left, relation.right))


def _inside(tree: Tree) -> bool:
    if not isinstance(tree, Call):
        return False
    return any((tree.name in TRIGONOMETRIC and letters(a)) or _inside(a) for a in tree.args)


def _places(found: Sequence[Change]) -> list[Place]:
    """Each change, and one simple number between neighbours and beyond both ends."""
    places: list[Place] = []
    for change in sorted(found, key=lambda c: (c.x, c.exact is None)):
        if places and abs(places[-1].x - change.x) < _NEAR * max(1.0, abs(change.x)):
            if places[-1].exact is None and change.exact is not None:
                places[-1] = Place(change.x, change.exact, False)
        else:
            places.append(Place(change.x, change.exact, False))
    if not places:
        return [_between(0.0, 1.0)]
    xs = [places[0].x - 3, *(p.x for p in places), places[-1].x + 3]
    cells = [_between(a, b) for a, b in pairwise(xs)]
    return [place for pair in zip(cells, places, strict=False) for place in pair] + [cells[-1]]


def _between(a: float, b: float) -> Place:
    middle = (a + b) / 2
    for bound in (1, 2, 10, 1000):
        simple = Fraction(middle).limit_denominator(bound)
        if a < simple < b:
            return Place(float(simple), simple, True)
    return Place(middle, Fraction(middle), True)


def _true(
    side: Alternatives, letter: str, place: Place, found: Mapping[Relation, tuple[Change, ...] | None]
) -> bool | None:
    """Whether a condition holds at a place, by floating point; None where it is too close to tell."""
    held = [
        [_holds(r, letter, place, found[r] or ()) if r in found else certainly(r, {}) for r in several]
        for several in side
    ]
    if any(all(h is True for h in several) for several in held):
        return True
    if any(not any(h is False for h in several) for several in held):
        return None
    return False


def _holds(relation: Relation, letter: str, place: Place, found: Sequence[Change]) -> bool | None:
    if not place.between:
        here = next((c for c in found if abs(c.x - place.x) < _NEAR * max(1.0, abs(place.x))), None)
        if here is not None and here.root:
            return relation.sign in ("=", "<=", ">=")
        if place.exact is not None:
            held = certainly(relation, {letter: place.exact})
            return False if held is None and here is not None else held
        if here is not None:
            return False  # where a side ceases to exist, and not at a simple number
    try:
        at = {letter: place.x}
        one, other = about(relation.left, at), about(relation.right, at)
    except Beyond:
        raise
    except Undefined:
        return False
    if abs(one - other) < _NEAR * max(1.0, abs(one), abs(other)):
        return relation.sign in ("=", "<=", ">=") if place.between and one == other else None
    return {"=": False, "!=": True}.get(relation.sign, (one < other) == (relation.sign[0] == "<"))


def certainly(relation: Relation, at: Mapping[str, Any]) -> bool | None:
    """Return whether a relation holds at a value, with certainty; None where an interval cannot tell."""
    try:
        difference = gap(relation.left, relation.right, at)
    except Unclear:
        return None
    except Undefined:
        return False
    if is_zero(difference):
        return relation.sign in ("=", "<=", ">=")
    if 0 in difference:
        return None
    if relation.sign in ("=", "!="):
        return relation.sign == "!="
    return bool(difference.b < 0) == (relation.sign[0] == "<")


def _proved(has: Alternatives, lacks: Alternatives, letter: str, place: Place) -> bool:
    """Whether a place certainly is a solution of the one and none of the other."""
    if place.exact is not None:
        at: Mapping[str, Any] = {letter: place.exact}
        there = any(all(certainly(r, at) is True for r in several) for several in has)
        return there and _fails(lacks, at)
    width = Fraction(1, 10**11) * max(1, int(abs(place.x)))
    at = {letter: box(Fraction(place.x) - width, Fraction(place.x) + width)}
    there = any(
        all(
            crosses(r, letter, place.x) if r.sign == "=" and _lettered(r) else certainly(r, at) is True
            for r in several
        )
        for several in has
    )
    return there and _fails(lacks, at)


def _fails(side: Alternatives, at: Mapping[str, Any]) -> bool:
    return all(any(certainly(r, at) is False for r in several) for several in side)


def fits(side: Alternatives, letter: str, value: Tree) -> bool | None:
    """Return whether a value certainly is, or certainly is not, a solution."""
    at: Mapping[str, Tree] = {letter: value}
    held = [[certainly(r, at) for r in several] for several in side]
    if any(all(h is True for h in several) for several in held):
        return True
    return False if all(any(h is False for h in several) for several in held) else None


def shown_place(place: Place, letter: str) -> str:
    """Return a place as `x = 7/2`, or to four decimal places."""
    if place.exact is None:
        return f"{letter} = {shown(place.x)}…"
    value = written(place.exact)
    return f"{letter} = {value}" if value else f"{letter} = {shown(place.x)}…"


def written(tree: Tree) -> str:
    """Return a number as written by hand; nothing for one that is not simple."""
    match tree:
        case Call("neg", (inner,)) if not isinstance(inner, Call):
            return f"-{inner}"
        case Call("sqrt", (inner,)) if not isinstance(inner, Call):
            return f"√{inner}"
        case Call("neg", (Call("sqrt", (inner,)),)) if not isinstance(inner, Call):
            return f"-√{inner}"
        case Call():
            return ""
    return str(tree)


# Roots that come in where both sides are squared, multiplied by a denominator, or taken out of a logarithm.


def comes_in(before: Alternatives, letter: str, place: Place) -> bool:
    """Return whether squaring, clearing denominators or dropping logarithms explains a new solution."""
    for several in before:
        for relation in several:
            if _divides_by_zero(relation, letter, place) or _other_sign(relation, letter, place):
                return True
    return False


def without_logarithm(after: Alternatives, letter: str, place: Place) -> bool:
    """Return whether a logarithm has no value at a place: `2 ln x = 4` for ln(x^2) = 4 speaks of x > 0 only."""
    sides = [side for several in after for relation in several for side in (relation.left, relation.right)]
    for inside in (arg for side in sides for arg in _logarithms(side)):
        try:
            if about(inside, {letter: place.x}) <= 0:
                return True
        except Undefined:
            continue
    return False


def _logarithms(tree: Tree) -> list[Tree]:
    """What the logarithms in a tree are of."""
    if not isinstance(tree, Call):
        return []
    own = [tree.args[0]] if tree.name in ("ln", "log") else []
    return own + [a for arg in tree.args for a in _logarithms(arg)]


def _divides_by_zero(relation: Relation, letter: str, place: Place) -> bool:
    bottoms = [b for side in (relation.left, relation.right) for b in _bottoms(side)]
    for bottom in bottoms:
        try:
            if abs(about(bottom, {letter: place.x})) < 1e-7:
                return True
        except Undefined:
            continue
    return False


def _bottoms(tree: Tree) -> list[Tree]:
    if not isinstance(tree, Call):
        return []
    own = [tree.args[1]] if tree.name == "/" else []
    return own + [b for a in tree.args for b in _bottoms(a)]


def _other_sign(relation: Relation, letter: str, place: Place) -> bool:
    """Whether the sides are equal with another sign at a root, or with a logarithm of the absolute value."""
    if not (names(relation.left) | names(relation.right)) & {"sqrt", "root", "abs", "ln", "log", "^"}:
        return False
    for left, right in _variants(relation):
        try:
            one, other = about(left, {letter: place.x}), about(right, {letter: place.x})
        except Undefined:
            continue
        if abs(one - other) < 1e-7 * max(1.0, abs(one), abs(other)):
            return True
    return False


def _variants(relation: Relation) -> list[tuple[Tree, Tree]]:
    lefts, rights = _signs(relation.left), _signs(relation.right)
    return list(product(lefts, rights))[: _MAX_VARIANTS * 4]


def _of_sizes(logarithm: Call) -> Tree:
    """A logarithm of absolute values, to a base that is one: log_x 49 = 2 becomes x^2 = 49."""
    return Call(logarithm.name, tuple(Call("abs", (a,)) if letters(a) else a for a in logarithm.args))


def _signs(tree: Tree) -> list[Tree]:
    """The tree with either sign at each root, and logarithms of absolute values."""
    if not isinstance(tree, Call):
        return [tree]
    made: list[Tree] = [Call(tree.name, args) for args in product(*(_signs(a) for a in tree.args))]
    halved = tree.name == "^" and (power := number_of(tree.args[1])) is not None and power.denominator % 2 == 0
    if (tree.name in ("sqrt", "root", "abs") or halved) and letters(tree):
        made += [Call("neg", (m,)) for m in made]
    if tree.name in ("ln", "log") and letters(tree):
        made = [_of_sizes(m) for m in made if isinstance(m, Call)]
    return made[:_MAX_VARIANTS]


__all__ = [
    "Alternatives",
    "Comparison",
    "Place",
    "comes_in",
    "compare",
    "endless",
    "fits",
    "shown_place",
    "without_logarithm",
    "written",
]
