"""Two answers compared as what they are: values, named values, points, lists, sets, regions, relations, ratios."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from workbench.verification.answers import regions
from workbench.verification.answers.equality import quotient, quotient_of, same
from workbench.verification.answers.formulas import Call, Tree, letters
from workbench.verification.answers.grades import DIFFERENT, EQUAL, Grade, in_form, together, undecided, verdict
from workbench.verification.answers.kinds import Given, Listing, Nothing, Numbers, Reading, Relation, Value, interval
from workbench.verification.answers.rings import Poly, constant
from workbench.verification.answers.same_value import form_differs
from workbench.verification.exact import univariate

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
        return _relations(known, stated)
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
        found = _as_relations(known, stated)
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
        return _relations(known, stated)
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


def letters_of(reading: Reading) -> frozenset[str]:
    """Return the letters that values in an answer are made of."""
    if isinstance(reading, Value):
        return letters(reading.tree)
    if isinstance(reading, Given):
        return letters_of(reading.what)
    if isinstance(reading, Listing):
        return frozenset().union(*(letters_of(i) for i in reading.items))
    return frozenset()


# Lists


def _listings(known: Reading, stated: Reading) -> Grade | None:
    """Lists, sets, points and ratios; None where one of them has a single member."""
    known, stated = _as_points(known), _as_points(stated)
    by_name = [_by_name(side) for side in (known, stated)]
    if by_name[0] is not None and by_name[1] is not None:
        return _names(by_name[0], by_name[1])
    a, b = _members(known), _members(stated)
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
        return _relations(known, stated)
    if len(a) != len(b):
        return Grade(False, f"One has {len(a)} values, the other {len(b)}.")
    if len(a) == 1 == len(b):
        return None
    ordered = all(isinstance(side, Listing) and side.ordered for side in (known, stated))
    return _in_order(a, b) if ordered else _in_any_order(a, b)


def _members(reading: Reading) -> tuple[Reading, ...]:
    """The members; the values of one letter without its name, also of its numbered kind `x_1`, `x_2`."""
    if not isinstance(reading, Listing):
        return (reading,)
    return tuple(i.what if isinstance(i, Given) else i for i in reading.items)


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
            return _in_order(_members(known), _members(stated))
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


# Regions and relations


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
    return _in_any_order([Value(p.low) for p in points if p.low is not None], _members(other))


def _as_relations(known: Reading, stated: Reading) -> Grade | None:
    """Two equations in several letters, whichever letter they are solved for."""
    a, b = _as_relation(known), _as_relation(stated)
    if a is None or b is None or a.sign != b.sign:
        return None
    return _same_relation(a, b)


def _as_relation(reading: Reading) -> Relation | None:
    if isinstance(reading, Relation):
        return reading
    if (
        isinstance(reading, Given)
        and isinstance(reading.what, Value)
        and letters(reading.what.tree)
        and len(reading.name) == 1
    ):
        return Relation("=", reading.name, reading.what.tree)
    if isinstance(reading, Numbers) and len(reading.region) == 1 and reading.region[0].lettered:
        (piece,) = reading.region
        if piece.low is None and piece.high is not None:
            return Relation("≤" if piece.high_closed else "<", reading.letter, piece.high)
        if piece.high is None and piece.low is not None:
            return Relation("≤" if piece.low_closed else "<", piece.low, reading.letter)
    return None


def _relations(known: Reading, stated: Reading) -> Grade:
    found = _as_relations(known, stated)
    if found is not None:
        return found
    solved, open_ = (known, stated) if isinstance(stated, Relation) else (stated, known)
    if not isinstance(open_, Relation) or isinstance(solved, Relation):
        return DIFFERENT
    equal = _solved_by(open_, solved)
    if equal and open_ is stated:
        return in_form("not solved")
    if equal is None and isinstance(solved, Value):
        return Grade(False, "One is a value, the other an equation or inequality.")
    return verdict(equal)


def _same_relation(a: Relation, b: Relation) -> Grade:
    """Whether the differences of the sides are multiples of each other, positive ones for an inequality."""
    first, second = difference(a), difference(b)
    if first is None or second is None:
        return undecided("The relations are beyond what can be compared exactly.")
    if first.keys() == second.keys() and first:
        pivot = next(iter(first))
        factor = second[pivot] / first[pivot]
        if all(second[m] == factor * first[m] for m in first) and (factor > 0 or a.sign == "="):
            return EQUAL
    linear = all(sum(k for _, k in m) <= 1 for m in (*first, *second))
    return DIFFERENT if linear else _same_roots(first, second)


def _same_roots(first: Poly, second: Poly) -> Grade:
    """Equations of a higher degree are the same only where one letter has the same roots, which is left open else."""
    return undecided("The relations are beyond what can be compared exactly.") if first != second else EQUAL


def difference(relation: Relation) -> Poly | None:
    """Return the polynomial that an equation sets to zero; for an inequality only where nothing is divided by."""
    read = quotient_of(Call("-", (relation.left, relation.right)))
    if read is None or (relation.sign != "=" and constant(read[1]) is None):
        return None
    return read[0]


def _solved_by(relation: Relation, solved: Reading) -> bool | None:
    """Whether an equation or inequality in one letter has just these solutions; None where that is not worked out."""
    poly = difference(relation)
    names = {a for m in poly or {} for a, _ in m}
    if poly is None or len(names) != 1 or not next(iter(names)).isalpha():
        return None
    dense = [Fraction(0)] * (1 + max((k for m in poly for _, k in m), default=0))
    for monomial, coefficient in poly.items():
        dense[sum(k for _, k in monomial)] = coefficient
    if relation.sign != "=":
        return _solves_bound(relation.sign, dense, solved)
    roots = univariate.squarefree(tuple(dense))
    members = [i.tree for i in _members(solved) if isinstance(i, Value)]
    if isinstance(solved, Given):
        members = [solved.what.tree] if isinstance(solved.what, Value) else []
    if not members or any(letters(m) for m in members):
        return None
    if len(members) != univariate.real_roots(roots):
        return False
    values = [quotient(m) for m in members]
    if None in values:
        return None
    return all(v is not None and univariate.at(roots, v) == 0 for v in values)


def _solves_bound(sign: str, dense: Sequence[Fraction], solved: Reading) -> bool | None:
    if len(dense) != 2 or not isinstance(solved, Numbers):
        return None
    end = -dense[0] / dense[1]
    piece = regions.Piece(high=end, high_closed=sign == "≤") if dense[1] > 0 else regions.Piece(end, sign == "≤")
    return regions.equal((piece,), solved.region)
