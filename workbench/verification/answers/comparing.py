"""Two answers compared as what they are: values, named values, points, lists, sets, regions, relations, ratios."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from workbench.verification.answers import regions
from workbench.verification.answers.equality import quotient, same
from workbench.verification.answers.grades import DIFFERENT, EQUAL, Grade, in_form, together, undecided, verdict
from workbench.verification.answers.kinds import (
    Given,
    Listing,
    Nothing,
    Numbers,
    Reading,
    Relation,
    Value,
    interval,
    letters_of,
    members,
)
from workbench.verification.answers.relations import as_relations, relations
from workbench.verification.answers.same_value import form_differs
from workbench.verification.answers.trees import Call, Tree, letters

_KINDS = {Value: "a value", Given: "a value", Numbers: "a set of numbers", Relation: "an equation or inequality"}


def compare_readings(known: Reading, stated: Reading) -> Grade:
    """Return the grade of two answers that were read. Raise `Unreadable`."""
    for side in (stated, known):
        if isinstance(side, Nothing):
            return Grade(False, side.why)
    if isinstance(known, Listing) or isinstance(stated, Listing):
        found = _listings(known, stated)
        if found is not None:
            return found
    known, stated = _alone(known), _alone(stated)
    if isinstance(known, Value) and isinstance(stated, Value):
        return _values(known.tree, stated.tree)
    if isinstance(known, Given) or isinstance(stated, Given):
        return _given(known, stated)
    if isinstance(known, Numbers) and isinstance(stated, Numbers):
        return _numbers(known, stated)
    if isinstance(known, Relation) or isinstance(stated, Relation):
        return relations(known, stated)
    return Grade(False, f"One is {_kind(known)}, the other {_kind(stated)}.")


def _kind(reading: Reading) -> str:
    if isinstance(reading, Listing):
        return {"list": "a list", "choice": "a list", "set": "a set", "point": "a point"}.get(
            reading.kind, f"a {reading.kind}"
        )
    return _KINDS.get(type(reading), "no answer")


def _alone(reading: Reading) -> Reading:
    """A list or set of one member is its member."""
    if isinstance(reading, Listing) and reading.kind in ("set", "choice", "list") and len(reading.items) == 1:
        return reading.items[0]
    return reading


# Values and what a name is given


def _values(known: Tree, stated: Tree, form: bool = True) -> Grade:
    percent = _percent(known, stated)
    if percent is not None:
        return verdict(percent)
    equal = same(known, stated)
    if not equal:
        return verdict(equal)
    other = form_differs(known, stated) if form else None
    return in_form(other) if other is not None else EQUAL


def _percent(known: Tree, stated: Tree) -> bool | None:
    """A percentage against a bare number: its hundredth, or the same number where that is at least 1."""
    marked = [isinstance(t, Call) and t.name == "pct" for t in (known, stated)]
    if marked[0] == marked[1]:
        return None
    share, bare = (known, stated) if marked[0] else (stated, known)
    if not isinstance(share, Call) or letters(bare):
        return None
    count = quotient(bare)
    if same(share.args[0], bare) and count is not None and abs(count) >= 1:
        return True
    return same(share, bare)


def _given(known: Reading, stated: Reading) -> Grade:
    if isinstance(known, Given) and isinstance(stated, Given):
        if known.name == stated.name:
            return _content(known, stated)
        found = as_relations(known, stated)
        if found is not None:
            return found
        if known.name in letters_of(stated) or stated.name in letters_of(known):
            return DIFFERENT
        lone = len(known.name) == 1 == len(stated.name)
        grade = compare_readings(known.what, stated.what)
        return grade if grade.equal is False or not lone else Grade(False, "They are values of different letters.")
    named, other = (known, stated) if isinstance(known, Given) else (stated, known)
    if not isinstance(named, Given):
        return DIFFERENT
    if isinstance(other, Relation):
        return relations(known, stated)
    if named.name in letters_of(other):
        return Grade(False, "One says of a letter what the other says with it.")
    if isinstance(known, Given):
        return _content(known, Given(known.name, stated))
    return compare_readings(known, named.what)


def _content(known: Given, stated: Given) -> Grade:
    """What one name is given twice: a formula in letters may have any form, a number must be worked out."""
    a, b = known.what, stated.what
    if isinstance(a, Value) and isinstance(b, Value):
        return _values(a.tree, b.tree, form=not letters(a.tree))
    return compare_readings(a, b)


# Lists


def _listings(known: Reading, stated: Reading) -> Grade | None:
    """Lists, sets, points and ratios; None where one of them has a single member."""
    known, stated = _as_points(known), _as_points(stated)
    by_name = [_by_name(side) for side in (known, stated)]
    if by_name[0] is not None and by_name[1] is not None:
        return _names(by_name[0], by_name[1])
    a, b = members(known), members(stated)
    kinds = {side.kind for side in (known, stated) if isinstance(side, Listing)}
    if "matrix" in kinds:
        if isinstance(known, Given) or isinstance(stated, Given):
            return compare_readings(*(side.what if isinstance(side, Given) else side for side in (known, stated)))
        both = isinstance(known, Listing) and isinstance(stated, Listing) and kinds == {"matrix"}
        return _in_order(a, b) if both and len(a) == len(b) else Grade(False, "The matrices have different shapes.")
    if kinds & {"ratio", "remainder"}:
        return _ratio(known, stated)
    if "point" in kinds:
        return _point(known, stated)
    if isinstance(known, Numbers) or isinstance(stated, Numbers):
        return _finite(known, stated)
    if any(isinstance(side, Relation) for side in (known, stated)):
        return relations(known, stated)
    if len(a) != len(b):
        return Grade(False, f"One has {len(a)} values, the other {len(b)}.")
    if len(a) == 1 == len(b):
        return None
    ordered = all(isinstance(side, Listing) and side.ordered for side in (known, stated))
    return _in_order(a, b) if ordered else _in_any_order(a, b)


def _by_name(reading: Reading) -> dict[str, tuple[Reading, ...]] | None:
    """What each of several names is given: `x = 1, y = 2` and `(x, y) = (1, 2)`."""
    if isinstance(reading, Given) and reading.name[0] == "(" and isinstance(reading.what, Listing):
        names = reading.name[1:-1].split(",")
        return (
            {n: (i,) for n, i in zip(names, reading.what.items, strict=True)}
            if reading.what.kind == "point"
            else None
        )
    if not isinstance(reading, Listing) or not all(isinstance(i, Given) for i in reading.items):
        return None
    found: dict[str, tuple[Reading, ...]] = {}
    for item in reading.items:
        if isinstance(item, Given):
            found[item.name] = (*found.get(item.name, ()), item.what)
    numbered = {n.partition("_")[0] for n in found}
    return found if len(found) > 1 and not (len(numbered) == 1 and all("_" in n for n in found)) else None


def _as_points(reading: Reading) -> Reading:
    """`x = 1, y = 2 or x = 3, y = 4` as two points: what belongs together stays together."""
    if not isinstance(reading, Listing) or not all(isinstance(i, Given) for i in reading.items):
        return reading
    groups: list[dict[str, Reading]] = [{}]
    for item in reading.items:
        if isinstance(item, Given):
            if item.name in groups[-1]:
                groups.append({})
            groups[-1][item.name] = item.what
    if len(groups) < 2 or len(groups[0]) < 2 or any(g.keys() != groups[0].keys() for g in groups):
        return reading
    return Listing("list", tuple(Listing("point", tuple(g[name] for name in sorted(g))) for g in groups))


def _names(a: dict[str, tuple[Reading, ...]], b: dict[str, tuple[Reading, ...]]) -> Grade:
    if a.keys() != b.keys():
        return Grade(False, "They are values of different letters.")
    return together([_in_any_order(a[n], b[n]) for n in a], "Each letter has the same value.")


def _in_order(a: Sequence[Reading], b: Sequence[Reading]) -> Grade:
    return together([compare_readings(x, y) for x, y in zip(a, b, strict=True)])


def _in_any_order(a: Sequence[Reading], b: Sequence[Reading]) -> Grade:
    """Member by member, each used once."""
    if len(a) != len(b):
        return Grade(False, f"One has {len(a)} values, the other {len(b)}.")
    left, doubts, forms = list(b), 0, []
    for item in a:
        grades = [compare_readings(item, other) for other in left]
        at = next((i for i, g in enumerate(grades) if g.equal or g.form), None)
        if at is None:
            if not any(g.equal is None for g in grades):
                return Grade(False, "A value is missing.")
            doubts += 1
            continue
        forms.append(grades[at])
        left.pop(at)
    return (
        undecided("Not all members could be compared.") if doubts else together(forms, "Both have the same members.")
    )


def _point(known: Reading, stated: Reading) -> Grade | None:
    """Points member by member; against names in alphabetical order; two values may be an interval."""
    points = [side for side in (known, stated) if isinstance(side, Listing) and side.kind == "point"]
    if len(points) == 2:
        a, b = points[0].items, points[1].items
        return _in_order(a, b) if len(a) == len(b) else Grade(False, f"One has {len(a)} values, the other {len(b)}.")
    point, other = points[0], stated if points[0] is known else known
    if isinstance(other, Numbers):
        between = interval(point)
        return (
            _numbers(between, other) if between is not None else Grade(False, "Only one of the answers is a point.")
        )
    names = _by_name(other)
    if names is not None:
        if all(len(v) == 1 for v in names.values()) and len(names) == len(point.items):
            return _in_order(point.items, [names[n][0] for n in sorted(names)])
        return Grade(False, "Only one of the answers is a point.")
    if isinstance(other, Given):
        return compare_readings(known, other.what) if point is known else compare_readings(other.what, stated)
    if isinstance(other, Listing) and other.kind == "set":
        return (
            compare_readings(point, other.items[0])
            if len(other.items) == 1
            else Grade(False, "One is a set and the other a point.")
        )
    if isinstance(other, Listing):
        if any(isinstance(i, Listing) for i in other.items):
            return Grade(False, "One is a point, the other several.")
        found = _in_any_order(point.items, other.items)
        return found if found.equal is False else undecided("One is a point in brackets, the other a list.")
    if isinstance(other, Value) and letters(other.tree):
        return undecided("One is a point, the other a formula.")  # It may be a vector such as 3i + 4j.
    return Grade(False, f"One is a point, the other {_kind(other)}.")


def _ratio(known: Reading, stated: Reading) -> Grade:
    """`3:4:5` and `6:8:10`; of two parts also their quotient."""
    kinds = {side.kind if isinstance(side, Listing) else "" for side in (known, stated)}
    if "remainder" in kinds:
        if kinds == {"remainder"}:
            return _in_order(members(known), members(stated))
        return undecided("Only one of the answers has a remainder.")
    a, b = (_parts(side) for side in (known, stated))
    if a is None or b is None:
        return undecided("Only one of the answers is a ratio.")
    if len(a) != len(b):
        return Grade(False, f"One has {len(a)} parts, the other {len(b)}.")
    pairs = combinations(range(len(a)), 2)
    crossed = [same(Call("*", (a[i], b[j])), Call("*", (a[j], b[i]))) for i, j in pairs]
    return verdict(False if False in crossed else None if None in crossed else True)


def _parts(side: Reading) -> list[Tree] | None:
    if isinstance(side, Given):
        return _parts(side.what)
    if isinstance(side, Value):
        return [side.tree, 1]
    found = [i.tree for i in side.items if isinstance(i, Value)] if isinstance(side, Listing) else []
    return found if len(found) > 1 and isinstance(side, Listing) and len(found) == len(side.items) else None


# Regions


def _numbers(known: Numbers, stated: Numbers) -> Grade:
    if known.letter and stated.letter and known.letter != stated.letter:
        return Grade(False, "They are about different letters.")
    equal = regions.equal(known.region, stated.region)
    if equal is None:
        return verdict(None)
    return Grade(equal, "Both describe the same numbers." if equal else "They describe different sets of numbers.")


def _finite(known: Reading, stated: Reading) -> Grade:
    """A region against a list: equal only where the region is made of points."""
    region, other = (known, stated) if isinstance(known, Numbers) else (stated, known)
    if not isinstance(region, Numbers):
        return DIFFERENT
    points = [p for p in region.region if p.low is not None and p.low_closed and p.high_closed and p.low == p.high]
    if len(points) != len(region.region):
        return Grade(False, "Only one of the answers is an interval.")
    return _in_any_order([Value(p.low) for p in points if p.low is not None], members(other))
