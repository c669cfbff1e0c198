"""The search: which malrule makes the wrong line from the line before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from workbench.verification.exact.polynomials import rational, same
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.relations import FLIP, STRICT, StatedRelation, Statement, compare, cut
from workbench.verification.malrules import brackets, equations, numbers, products, roots, signs
from workbench.verification.malrules.equations import EquationResidues, Sides, marked, right_moves
from workbench.verification.malrules.signs import Rule, Slip, Slips
from workbench.verification.malrules.trees import (
    PRIME,
    Spot,
    combined,
    constant,
    groups,
    multiplies_sum,
    put,
    residue,
    size,
    spots,
    write,
)
from workbench.verification.text.grammar import BinaryOperation, Node, Unreadable

MAX_TOKENS = 60
MAX_NODES = 60
_PLAIN: tuple[Rule, ...] = (*signs.RULES, *products.RULES, *numbers.RULES)


@dataclass(frozen=True)
class Found:
    """A malrule that makes the line, and the place where it does."""

    malrule: str
    was: str
    made: str = ""
    """Empty where the rule works on the whole line."""


@lru_cache(maxsize=4096)
def expression(before: Node, after: ClaimSide) -> Found | None:
    """Return the malrule that turns an expression into another, correct simplification allowed."""
    if size(before) + size(after.node) > MAX_NODES:
        return None
    target = residue(after.node)
    rounded = after.bare and any("." in t.text for t in after.tokens) and _divides(before)
    places: dict[str, list[Spot]] = {"": list(spots(before))}
    for place in places[""]:
        if place.kind:
            places.setdefault(place.kind, []).append(place)
    close: Found | None = None
    for at, rule in _rules_for(before, after.node):
        for place in places.get(at, ()):
            for slip in _slips(rule, place):
                whole = place.put(slip.node)
                if _is(whole, target, after):
                    return Found(slip.malrule, write(slip.was), write(slip.made))
                if rounded and close is None and _near(whole, after):
                    close = Found(slip.malrule, write(slip.was), write(slip.made))
    return close


def _divides(node: Node) -> bool:
    return isinstance(node, BinaryOperation) and (node.op == "/" or _divides(node.left) or _divides(node.right))


def _rules_for(before: Node, after: Node) -> tuple[Rule, ...]:
    """The rules that can lead to a line of this form."""
    divides = isinstance(after, BinaryOperation) and after.op == "/"
    return _rules(size(after) < size(before), multiplies_sum(after), groups(after) < groups(before), divides)


@lru_cache(maxsize=16)
def _rules(shorter: bool, factored: bool, opened: bool, divides: bool) -> tuple[Rule, ...]:
    """The rules in the order in which they are tried, for each of the forms that a line may have."""
    return (
        *numbers.FRACTION_RULES,
        *products.POWERS,
        *(products.WORKED_OUT if shorter else ()),
        *((*roots.FACTORING, *brackets.FACTORING) if factored else ()),
        *(brackets.OPENING if opened else ()),
        *_PLAIN,
        *(numbers.LAST if divides else ()),
    )


def _slips(rule: Slips, place: Spot) -> list[Slip]:
    """What a rule makes of a place, as far as the numbers stay within bounds."""
    found: list[Slip] = []
    with suppress(Unreadable):
        found.extend(rule(place))
    return found


def _is(made: Node, target: int | None, after: ClaimSide) -> bool:
    if target is None or residue(made) != target:
        return False
    try:
        return same(rational(made), after.rational)
    except Unreadable:
        return False


def _near(made: Node, after: ClaimSide) -> bool:
    """Whether a decimal is a value rounded or cut off at the digits it shows."""
    exact = constant(made)
    return exact is not None and cut(exact, after)


class EquationShape(NamedTuple):
    """A wrong equation, as it is or turned round, with the residues of its sides."""

    left: ClaimSide
    right: ClaimSide
    ends: tuple[int | None, int | None]


def _shapes(pair: StatedRelation) -> tuple[EquationShape, EquationShape]:
    """An equation as it is and turned round."""
    one, other = residue(pair.left.node), residue(pair.right.node)
    return EquationShape(pair.left, pair.right, (one, other)), EquationShape(pair.right, pair.left, (other, one))


def equation(old: Sides, after: StatedRelation) -> Found | None:
    """Return the malrule that turns an equation or inequality into another, correct simplification allowed."""
    start = marked(old)
    shapes = _shapes(after)
    kept = {start.left, start.right} & set(shapes[0].ends)
    try:
        moves = [(m, marked(m.sides)) for rule in equations.RULES for m in rule(old)]
    except Unreadable:
        moves = []
    undone = [m for m in moves if m[0].malrule == "drops_negative"]
    searches: list[Callable[[EquationShape], Found | None]] = [
        lambda shape: _moved(undone, shape) if shape.left.lone_letter else None,
        lambda shape: _one_side(start, shape),
        lambda shape: _moved(moves, shape),
        lambda shape: None if kept or shape is not shapes[0] else _rearranged(moves, shape),
        lambda shape: _after_a_right_move(old, shape),
        lambda shape: _both_sides(old, shape),
    ]
    found = (look(shape) for look in searches for shape in shapes)
    return next((f for f in found if f is not None), None)


def _one_side(old: EquationResidues, new: EquationShape) -> Found | None:
    """One side is as it was; the other is rewritten wrongly."""
    if old.left == new.ends[0]:
        return expression(old.sides.right, new.right)
    if old.right == new.ends[1]:
        return expression(old.sides.left, new.left)
    return None


def _both_sides(old: Sides, new: EquationShape) -> Found | None:
    """The same malrule on either side."""
    one = expression(old.left, new.left)
    other = expression(old.right, new.right) if one is not None else None
    return one if one is not None and other is not None and one.malrule == other.malrule else None


Moves = Sequence[tuple[equations.Move, EquationResidues]]


def _moved(moves: Moves, new: EquationShape) -> Found | None:
    """A malrule of equations gives both sides."""
    if None in new.ends:
        return None
    for move, made in moves:
        if made.left == new.ends[0]:
            same_right = made.right == new.ends[1]
            if same_right or (new.right.bare and not new.right.letters and _near(move.sides.right, new.right)):
                return _found(move)
    return None


def _found(move: equations.Move) -> Found:
    return Found(move.malrule, write(move.place) if move.place is not None else "")


def _after_a_right_move(old: Sides, new: EquationShape) -> Found | None:
    """A correct move first, then one side worked out wrongly."""
    found = (_one_side(sides, new) for sides in right_moves(old))
    return next((f for f in found if f is not None and f.malrule != "drops_term"), None)


def _rearranged(moves: Moves, new: EquationShape) -> Found | None:
    """A malrule, then correct moves of terms from side to side."""
    target = combined("-", *new.ends)
    if not target:
        return None
    for move, made in moves:
        gap = combined("-", made.left, made.right)
        if gap is not None and target in (gap, -gap % PRIME):
            return _found(move)
    return None


def _copied(before: StatedRelation, after: StatedRelation) -> Found | None:
    """The same line with one number written down wrongly."""
    old, new = before.left.words + before.right.words, after.left.words + after.right.words
    differ = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    if len(old) != len(new) or len(differ) != 1 or before.relation != after.relation:
        return None
    was, made = differ[0]
    if not (was[0].isdigit() and made[0].isdigit() and (sorted(was) == sorted(made) or _one_off(was, made))):
        return None
    swapped = len(was) == len(made) and sorted(was) == sorted(made)
    return Found("swaps_digits" if swapped else "copies_wrongly", was, made)


def _one_off(was: str, made: str) -> bool:
    """Whether one digit is another, missing or too many."""
    if len(was) == len(made):
        return sum(a != b for a, b in zip(was, made, strict=True)) == 1
    longer, shorter = sorted((was, made), key=len, reverse=True)
    return any(longer[:k] + longer[k + 1 :] == shorter for k in range(len(longer)))


@lru_cache(maxsize=4096)
def statement(before: Statement, after: Statement) -> Found | None:
    """Return the malrule that turns what one line states into what the next states."""
    old, new = before.only, after.first
    if old is None or not all(len(a) == 1 for a in after.alternatives):
        return None
    if _size(old) + _size(new) > MAX_TOKENS:
        return None
    if old.relation != "=" or new.relation != "=":
        turned = _direction(before, after)
        if turned is not None:
            return Found(turned, "")
    lost = roots.roots(before, after)
    if lost is not None:
        return Found(lost, roots.shown(before))
    if len(after.alternatives) > 1:
        return None
    return equation(Sides(old.left.node, old.right.node), new) or _copied(old, new)


def claim(before: Statement, wrong: Claim) -> Found | None:
    """Return the malrule by which a claim without letters comes from an equation of which it keeps one side."""
    left, right = wrong.parts[0], wrong.parts[-1]
    pair = before.only
    if left is None or right is None or wrong.relations != ("=",) or pair is None:
        return None
    if _size(pair) + len(left.tokens) + len(right.tokens) > MAX_TOKENS:
        return None
    ends = residue(left.node), residue(right.node)
    return _one_side(marked(Sides(pair.left.node, pair.right.node)), EquationShape(left, right, ends))


def _size(pair: StatedRelation) -> int:
    return len(pair.left.tokens) + len(pair.right.tokens)


def _direction(before: Statement, after: Statement) -> str | None:
    """Whether only the inequality sign is wrong, and how."""
    old, new = before.first, after.first
    target = before.solutions
    if target is None or old.relation not in FLIP or new.relation not in FLIP:
        return None
    for relation, name in ((FLIP[new.relation], ""), (STRICT[new.relation], "strictness_changed")):
        changed = Statement(((StatedRelation(new.left, relation, new.right),),))
        if changed.solutions is not None and compare(target, changed.solutions) is None:
            kept = new.relation[0] == old.relation[0]
            return name or ("inequality_kept" if kept else "flips_for_negative")
    return None


def system(earlier: Sequence[StatedRelation], after: StatedRelation) -> Found | None:
    """Return the malrule that makes an equation from two earlier ones."""
    pairs = [Sides(p.left.node, p.right.node) for p in earlier if p.relation == "="][-6:]
    try:
        moves = [(m, marked(m.sides)) for m in equations.eliminations(pairs[-4:])]
    except Unreadable:
        return None
    shape, turned = _shapes(after)
    found = _moved(moves, shape) or _moved(moves, turned)
    for sides in _put_in(earlier, pairs):
        found = found or equation(sides, after)
    found = found or _rearranged(moves, shape)
    for sides in reversed(pairs):
        found = found or equation(sides, after)
    return found


def _put_in(earlier: Sequence[StatedRelation], pairs: Sequence[Sides]) -> Iterator[Sides]:
    """Each equation with an earlier `y = 10 - x` put into it."""
    for pair in earlier[-3:]:
        if pair.relation == "=" and pair.left.lone_letter and not pair.right.bare:
            (letter,) = pair.left.letters
            for old in pairs[-4:]:
                yield Sides(put(old.left, letter, pair.right.node), put(old.right, letter, pair.right.node))
