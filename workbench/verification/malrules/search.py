"""The search: which malrule makes the wrong line from the line before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.verification.arithmetic import rounds
from workbench.verification.claims import Part
from workbench.verification.grammar import Bin, Node, Unreadable
from workbench.verification.malrules import brackets, equations, fractions, numbers, products, roots, signs, systems
from workbench.verification.malrules.equations import Sides
from workbench.verification.malrules.signs import Rule, Slip
from workbench.verification.malrules.trees import (
    Spot,
    Term,
    constant,
    is_sum,
    monomial,
    number,
    opposite,
    residue,
    spots,
    sum_of,
    terms,
    write,
)
from workbench.verification.polynomials import rational, same
from workbench.verification.relations import Pair, Statement, compare

MAX_TOKENS = 40
RULES: tuple[Rule, ...] = (
    *fractions.RULES,
    *roots.RULES,
    *brackets.RULES,
    *signs.RULES,
    *products.RULES,
    *numbers.RULES,
    *fractions.LAST,
)


@dataclass(frozen=True)
class Found:
    """A malrule that makes the line, and the place where it does."""

    malrule: str
    was: str
    made: str = ""
    """Empty where the rule works on the whole line."""


def expression(before: Node, after: Part) -> Found | None:
    """The malrule that turns an expression into another, correct simplification allowed."""
    target = residue(after.node)
    rounded = after.bare and any("." in t.text for t in after.tokens)
    places = list(spots(before))
    for rule in RULES:
        for place in places:
            for slip in _slips(rule, place):
                whole = place.put(slip.node)
                if _is(whole, target, after) or (rounded and _rounds(whole, after)):
                    return Found(slip.malrule, write(slip.was), write(slip.made))
    return None


def _slips(rule: Rule, place: Spot) -> Iterator[Slip]:
    """What a rule makes of a place, as far as the numbers stay within bounds."""
    try:
        yield from rule(place)
    except Unreadable:
        return


def _is(made: Node, target: int | None, after: Part) -> bool:
    if target is None or residue(made) != target:
        return False
    try:
        return same(rational(made), after.rational)
    except Unreadable:
        return False


def _rounds(made: Node, after: Part) -> bool:
    exact = constant(made)
    return exact is not None and rounds(exact, after)


def equation(before: Pair, after: Pair) -> Found | None:
    """The malrule that turns an equation or inequality into another, correct simplification allowed."""
    old = Sides(before.left.node, before.right.node)
    shapes = [(after.left, after.right), (after.right, after.left)]
    for left, right in shapes:
        found = _one_side(old, left, right)
        if found is not None:
            return found
    try:
        moves = [m for rule in equations.RULES for m in rule(old)]
    except Unreadable:
        moves = []
    for left, right in shapes:
        found = _moved(moves, left, right) or _after_a_right_move(old, left, right)
        if found is not None:
            return found
    return _rearranged(moves, after) or _copied(before, after)


def _one_side(old: Sides, left: Part, right: Part) -> Found | None:
    """One side is as it was; the other is rewritten wrongly."""
    if residue(old.left) == residue(left.node):
        return expression(old.right, right)
    if residue(old.right) == residue(right.node):
        return expression(old.left, left)
    return None


def _moved(moves: Sequence[equations.Move], left: Part, right: Part) -> Found | None:
    """A malrule of equations gives both sides."""
    targets = residue(left.node), residue(right.node)
    if None in targets:
        return None
    for move in moves:
        if residue(move.sides.left) == targets[0]:
            same_right = residue(move.sides.right) == targets[1]
            if same_right or (right.bare and not right.letters and _rounds(move.sides.right, right)):
                return Found(move.malrule, move.place)
    return None


def _after_a_right_move(old: Sides, left: Part, right: Part) -> Found | None:
    """A correct move first, then one side worked out wrongly."""
    for sides in _right_moves(old):
        found = _one_side(sides, left, right)
        if found is not None:
            return found
    return None


def _right_moves(old: Sides) -> Iterator[Sides]:
    """Moves a pupil may make in mind: letters to one side, one term across, divided or multiplied through."""
    left, right = terms(old.left), terms(old.right)
    for letters_left in (True, False):
        mine = [t for t in left if _lettered(t) == letters_left] + _other_sign(right, letters_left)
        other = [t for t in right if _lettered(t) != letters_left] + _other_sign(left, not letters_left)
        yield Sides(sum_of(mine), sum_of(other))
    for here, flip in ((old, False), (old.turned, True)):
        parts = terms(here.left)
        for at, part in enumerate(parts):
            kept = sum_of([t for k, t in enumerate(parts) if k != at])
            moved = Sides(kept, Bin("-", here.right, part.signed))
            yield moved.turned if flip else moved
    yield from _scaled(old)


def _scaled(old: Sides) -> Iterator[Sides]:
    for here in (old, old.turned):
        found = None if is_sum(here.left) else monomial(here.left)
        if found is not None and found.letters and found.number not in (0, 1):
            by = number(found.number)
            scaled = Sides(Bin("/", here.left, by), Bin("/", here.right, by))
            yield scaled if here is old else scaled.turned
        for value in equations.denominators(old):
            by = number(value)
            scaled = Sides(Bin("*", here.left, by), Bin("*", here.right, by))
            yield scaled if here is old else scaled.turned


def _lettered(term: Term) -> bool:
    return constant(term.node) is None


def _other_sign(parts: Sequence[Term], lettered: bool) -> list[Term]:
    return [Term(-t.sign, t.node) for t in parts if _lettered(t) == lettered]


def _rearranged(moves: Sequence[equations.Move], after: Pair) -> Found | None:
    """A malrule, then correct moves of terms from side to side."""
    target = residue(Bin("-", after.left.node, after.right.node))
    if not target:
        return None
    for move in moves:
        gap = residue(Bin("-", move.sides.left, move.sides.right))
        if gap is not None and target in (gap, opposite(gap)):
            return Found(move.malrule, move.place)
    return None


def _copied(before: Pair, after: Pair) -> Found | None:
    """The same line with one number written down wrongly."""
    old = [t.text for p in (before.left, before.right) for t in p.tokens]
    new = [t.text for p in (after.left, after.right) for t in p.tokens]
    differ = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    if len(old) != len(new) or len(differ) != 1 or before.relation != after.relation:
        return None
    was, made = differ[0]
    if not (was[0].isdigit() and made[0].isdigit()):
        return None
    swapped = len(was) == len(made) and sorted(was) == sorted(made)
    return Found("swaps_digits" if swapped else "copies_wrongly", was, made)


def statement(before: Statement, after: Statement) -> Found | None:
    """The malrule that turns what one line states into what the next states."""
    if len(before.alternatives) != 1 or len(before.alternatives[0]) != 1:
        return None
    if not all(len(a) == 1 for a in after.alternatives):
        return None
    old, new = before.alternatives[0][0], after.alternatives[0][0]
    if _size(old) + _size(new) > MAX_TOKENS:
        return None
    if old.relation != "=" or new.relation != "=":
        turned = _direction(before, after)
        if turned is not None:
            return Found(turned, "")
    lost = roots.roots(before, after)
    if lost is not None:
        return Found(lost, roots.shown(before))
    return equation(old, new) if len(after.alternatives) == 1 else None


def _size(pair: Pair) -> int:
    return len(pair.left.tokens) + len(pair.right.tokens)


_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def _direction(before: Statement, after: Statement) -> str | None:
    """Whether only the inequality sign is wrong, and how."""
    old, new = before.alternatives[0][0], after.alternatives[0][0]
    target = before.solutions
    if target is None or old.relation not in _FLIP or new.relation not in _FLIP:
        return None
    for relation, name in ((_FLIP[new.relation], ""), (_STRICT[new.relation], "strictness_changed")):
        changed = Statement(((Pair(new.left, relation, new.right),),))
        if changed.solutions is not None and compare(target, changed.solutions) is None:
            kept = new.relation[0] == old.relation[0]
            return name or ("inequality_kept" if kept else "flips_for_negative")
    return None


def system(earlier: Sequence[Pair], after: Pair) -> Found | None:
    """The malrule that makes an equation from two earlier ones."""
    pairs = [Sides(p.left.node, p.right.node) for p in earlier if p.relation == "="][-6:]
    try:
        moves = list(systems.eliminations(pairs[-4:]))
    except Unreadable:
        return None
    shapes = [(after.left, after.right), (after.right, after.left)]
    for left, right in shapes:
        found = _moved(moves, left, right)
        if found is not None:
            return found
    found = _rearranged(moves, after)
    for pair in reversed(earlier):
        found = found or equation(pair, after)
    return found
