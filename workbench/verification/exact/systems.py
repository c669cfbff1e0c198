"""Systems of polynomial equations that substitution solves: all solutions, where they are few and rational."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from workbench.verification.exact.polynomials import (
    ONE,
    ZERO,
    Poly,
    add,
    divide_numbers,
    evaluate,
    multiply,
    poly_letters,
    power,
    scale,
)
from workbench.verification.exact.univariate import coefficients, rational_roots, real_roots, squarefree
from workbench.verification.text.grammar import Number, Unreadable

Values = Mapping[str, Number]
_GRID: tuple[Number, ...] = (1, 2, -1, -2, 3, 0, 5)


def put_in(poly: Poly, letter: str, value: Poly) -> Poly:
    """Return a polynomial with another in place of a letter. Raise `Unreadable` beyond the bounds."""
    total: Poly = ZERO
    powers: dict[int, Poly] = {0: ONE}
    for monomial, coefficient in poly.items():
        n = monomial.count(letter)
        if n not in powers:
            powers[n] = power(value, n)
        total = add(total, scale(multiply({monomial.replace(letter, ""): 1}, powers[n]), coefficient))
    return total


def points(rows: Sequence[Poly], letters: frozenset[str]) -> list[Values] | None:
    """Return every real solution of equations `row = 0`; None where they are not a short list of rational points."""
    try:
        found = list(_solve([r for r in rows if r], letters))
    except Unreadable:
        return None
    unique = {tuple(sorted(p.items())): p for p in found}
    return list(unique.values())


def _solve(rows: list[Poly], letters: frozenset[str]) -> Iterator[Values]:
    """The solutions one by one. Raise `Unreadable` where substitution does not lead on."""
    if any(not poly_letters(r) for r in rows):
        return  # a row such as 3 = 0
    if not letters:
        yield {}
        return
    if not rows:
        raise Unreadable("a letter is free")
    for row in sorted(rows, key=len):
        single = solved_for(row)
        if single is not None:
            letter, value = single
            rest = [r for other in rows if other is not row and (r := put_in(other, letter, value))]
            for point in _solve(rest, letters - {letter}):
                yield {**point, letter: evaluate(value, point)}
            return
    for row in rows:
        if len(poly_letters(row)) == 1:
            (letter,) = poly_letters(row)
            poly = squarefree(coefficients(row))
            roots = rational_roots(poly)
            if len(roots) != real_roots(poly):
                raise Unreadable("a root that is not rational")
            for root in roots:
                fixed: Poly = {"": root} if root else ZERO
                rest = [r for other in rows if other is not row and (r := put_in(other, letter, fixed))]
                for point in _solve(rest, letters - {letter}):
                    yield {**point, letter: root}
            return
    raise Unreadable("no letter can be put in")


def solved_for(row: Poly) -> tuple[str, Poly] | None:
    """Return a letter that stands alone in one term of an equation, and what it is equal to."""
    for monomial, coefficient in row.items():
        if len(monomial) == 1 and not any(monomial in other for other in row if other != monomial):
            rest = {m: c for m, c in row.items() if m != monomial}
            return monomial, scale(rest, divide_numbers(-1, coefficient))
    return None


def grid(letters: frozenset[str]) -> Iterator[Values]:
    """Yield small whole values for the letters, to look for a counterexample."""
    names = sorted(letters)
    if len(names) <= 3:
        for values in product(_GRID, repeat=len(names)):
            yield dict(zip(names, values, strict=True))
