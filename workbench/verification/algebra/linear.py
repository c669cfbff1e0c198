"""Linear systems: which equations follow from which, by exact elimination."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.verification.algebra.polynomials import Poly, add, divide_numbers, scale
from workbench.verification.reading.grammar import Number


def is_linear(row: Poly) -> bool:
    """Whether no monomial has degree two or more."""
    return all(len(m) <= 1 for m in row)


def _reduce(row: Poly, basis: dict[str, Poly]) -> Poly:
    for letter, pivot in basis.items():
        if letter in row:
            row = add(row, scale(pivot, -row[letter]))
    return row


def echelon(rows: Iterable[Poly]) -> dict[str, Poly] | None:
    """Reduced rows by pivot letter; None where the rows contradict each other."""
    basis: dict[str, Poly] = {}
    for row in rows:
        reduced = _reduce(row, basis)
        letter = min((m for m in reduced if m), default=None)
        if letter is None:
            if reduced:
                return None
            continue
        pivot = scale(reduced, divide_numbers(1, reduced[letter]))
        basis = {k: add(r, scale(pivot, -r.get(letter, 0))) for k, r in basis.items()}
        basis[letter] = pivot
    return basis


def implied(row: Poly, basis: dict[str, Poly]) -> bool:
    """Whether an equation follows from a consistent system."""
    return not _reduce(row, basis)


def solution(basis: dict[str, Poly]) -> dict[str, Number]:
    """The letters that the system fixes, with their values."""
    return {k: -r.get("", 0) for k, r in basis.items() if set(r) <= {k, ""}}


def remainder(row: Poly, basis: dict[str, Poly]) -> Poly:
    """What is left of an equation after the system's are taken out; zero where it follows."""
    return _reduce(row, basis)
