"""Right moves: what a pupil may do to an equation in mind before writing the next line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.verification.malrules.equations import Sides, denominators, divisors
from workbench.verification.malrules.residues import residue
from workbench.verification.malrules.trees import Term, constant, is_sum, monomial, number, sum_of, terms
from workbench.verification.reading.grammar import BinaryOperation


class EquationResidues(NamedTuple):
    """An equation with the residues of its sides."""

    sides: Sides
    left: int | None
    right: int | None


def marked(sides: Sides) -> EquationResidues:
    """An equation with its residues."""
    return EquationResidues(sides, residue(sides.left), residue(sides.right))


@lru_cache(maxsize=256)
def right_moves(old: Sides) -> tuple[EquationResidues, ...]:
    """Moves a pupil may make in mind: letters to one side, one term across, divided or multiplied through."""
    return tuple(marked(sides) for sides in _moves(old))


def _moves(old: Sides) -> Iterator[Sides]:
    left, right = terms(old.left), terms(old.right)
    for letters_left in (True, False):
        mine = [t for t in left if _lettered(t) == letters_left] + _other_sign(right, letters_left)
        other = [t for t in right if _lettered(t) != letters_left] + _other_sign(left, not letters_left)
        yield Sides(sum_of(mine), sum_of(other))
    for here, flip in ((old, False), (old.turned, True)):
        parts = terms(here.left)
        for at, part in enumerate(parts):
            kept = sum_of([t for k, t in enumerate(parts) if k != at])
            moved = Sides(kept, BinaryOperation("-", here.right, part.signed))
            yield moved.turned if flip else moved
    yield from _scaled(old)


def _scaled(old: Sides) -> Iterator[Sides]:
    for here in (old, old.turned):
        found = None if is_sum(here.left) else monomial(here.left)
        if found is not None and found.letters and found.number not in (0, 1):
            by = number(found.number)
            scaled = Sides(BinaryOperation("/", here.left, by), BinaryOperation("/", here.right, by))
            yield scaled if here is old else scaled.turned
    for value in denominators(old):
        yield Sides(BinaryOperation("*", old.left, number(value)), BinaryOperation("*", old.right, number(value)))
    for value in divisors(old):
        yield Sides(BinaryOperation("/", old.left, number(value)), BinaryOperation("/", old.right, number(value)))


def _lettered(term: Term) -> bool:
    return constant(term.node) is None


def _other_sign(parts: Sequence[Term], lettered: bool) -> list[Term]:
    return [Term(-t.sign, t.node) for t in parts if _lettered(t) == lettered]
