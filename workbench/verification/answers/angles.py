"""Sines and cosines of an angle: of sums by addition, of multiples of 15 degrees by their values."""

from __future__ import annotations

from fractions import Fraction

from workbench.verification.answers.rings import ONE, Monomial, Poly, Ring, add, number, shown
from workbench.verification.text.grammar import Unreadable

_MAX_MULTIPLE = 6


def ratio(name: str, sine: Poly, cosine: Poly) -> tuple[Poly, Poly]:
    """Return numerator and denominator of a trigonometric function."""
    return {
        "sin": (sine, ONE),
        "cos": (cosine, ONE),
        "tan": (sine, cosine),
        "cot": (cosine, sine),
        "sec": (ONE, cosine),
        "csc": (ONE, sine),
    }[name]


def sine_and_cosine(ring: Ring, angle: Poly) -> tuple[Poly, Poly]:
    """Return the sine and the cosine of an angle in radians."""
    if not angle:
        return {}, ONE
    monomial = min(angle)
    first = _of_term(ring, monomial, angle[monomial])
    rest = {m: c for m, c in angle.items() if m != monomial}
    if not rest:
        return first
    return _sum(ring, first, sine_and_cosine(ring, rest))


def _sum(ring: Ring, a: tuple[Poly, Poly], b: tuple[Poly, Poly]) -> tuple[Poly, Poly]:
    sine = add(ring.multiply(a[0], b[1]), ring.multiply(a[1], b[0]))
    return sine, add(ring.multiply(a[1], b[1]), ring.multiply(a[0], b[0]), -1)


def _of_term(ring: Ring, monomial: Monomial, factor: Fraction) -> tuple[Poly, Poly]:
    """The sine and cosine of one term: of a multiple by addition, of 30 and 45 degrees by their values."""
    if factor < 0:
        sine, cosine = _of_term(ring, monomial, -factor)
        return add({}, sine, -1), cosine
    unit = Fraction(1, factor.denominator)
    if monomial == (("π", 1),):
        factor %= 2
        unit = Fraction(1, 12) if 12 % factor.denominator == 0 else unit
        if unit == Fraction(1, 12):
            return _of_twelfths(ring, int(factor * 12))
    count = factor / unit
    if count > _MAX_MULTIPLE:
        raise Unreadable("a multiple out of bounds")
    ring.known = False
    name = shown({monomial: unit})
    cosine = ring.atom(f"cos({name})")
    sine = ring.atom(f"sin({name})", 2, add(ONE, ring.multiply(cosine, cosine), -1))
    result = (sine, cosine)
    for _ in range(int(count) - 1):
        result = _sum(ring, result, (sine, cosine))
    return result


def _of_twelfths(ring: Ring, count: int) -> tuple[Poly, Poly]:
    """The sine and cosine of a multiple of 15 degrees."""
    half, root2, root3 = (
        number(Fraction(1, 2)),
        ring.atom("2^(1/2)", 2, number(2)),
        ring.atom("3^(1/2)", 2, number(3)),
    )
    steps = {
        0: ({}, ONE),
        2: (half, ring.multiply(half, root3)),
        3: (ring.multiply(half, root2), ring.multiply(half, root2)),
        6: (ONE, {}),
    }
    result: tuple[Poly, Poly] = steps[0]
    for step in (6, 6, 6, 3, 2, 2) if count % 2 else (6, 6, 6, 2, 2):
        if count >= step and (step != 3 or count % 2):
            result = _sum(ring, result, steps[step])
            count -= step
    if count == 1:  # 15 degrees are 45 less 30.
        back = add({}, steps[2][0], -1), steps[2][1]
        return _sum(ring, result, _sum(ring, steps[3], back))
    return result
