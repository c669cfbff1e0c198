"""Polynomials in atoms whose powers may be worth something: `√2² = 2`, `i² = -1`, `sin² = 1 - cos²`."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, isqrt, lcm

from workbench.verification.text.grammar import Number, Unreadable

Monomial = tuple[tuple[str, int], ...]
"""Atoms with their powers, sorted."""
Poly = dict[Monomial, Fraction]
Quotient = tuple[Poly, Poly]

ONE: Poly = {(): Fraction(1)}
_MAX_TERMS = 150
_MAX_POWER = 120
MAX_BITS = 4096
MAX_NUMBER_BITS = 100_000
"""Of a lone number, such as 2004!."""
_TRIALS = 3000
"""Primes up to here are taken out of roots and logarithms."""


def number(value: Number) -> Poly:
    """Return a number as a polynomial."""
    return {(): Fraction(value)} if value else {}


def constant(poly: Poly) -> Fraction | None:
    """Return the value of a polynomial without atoms, else None."""
    if not poly:
        return Fraction(0)
    return poly[()] if len(poly) == 1 and () in poly else None


def add(a: Poly, b: Poly, factor: Number = 1) -> Poly:
    """Return a + factor * b."""
    total = dict(a)
    for monomial, coefficient in b.items():
        new = total.get(monomial, Fraction(0)) + factor * coefficient
        if new:
            total[monomial] = new
        else:
            total.pop(monomial, None)
    return total


def shown(poly: Poly) -> str:
    """Return a polynomial as text, the same for equal ones: the name of an atom made of it."""
    return "+".join(f"{c}*{'*'.join(f'{a}^{n}' for a, n in m)}" for m, c in sorted(poly.items()))


def _size(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def primes(base: int, limit: int = _TRIALS) -> dict[int, int]:
    """The prime factors of a whole number; what is left above the limit counts as one."""
    found: dict[int, int] = {}
    p = 2
    while p * p <= base and p < limit:
        while base % p == 0:
            found[p] = found.get(p, 0) + 1
            base //= p
        p += 1 if p == 2 else 2
    if base > 1:
        root = isqrt(base)
        if root * root == base:
            found[root] = found.get(root, 0) + 2
        else:
            found[base] = found.get(base, 0) + 1
    return found


@dataclass
class Ring:
    """The atoms of one comparison: what their powers reduce to, and which letters can only be positive."""

    positive: frozenset[str] = frozenset()
    """Letters under an even root or a logarithm: elsewhere the formula has no value."""
    powers: dict[str, tuple[int, Poly]] = field(default_factory=dict)
    known: bool = True
    """Whether different polynomials in these atoms are different values."""

    def multiply(self, a: Poly, b: Poly) -> Poly:
        """Return a * b, reduced. Raise `Unreadable` beyond the bounds."""
        first, second = constant(a), constant(b)
        if first is not None and second is not None:
            if _size(first) + _size(second) > MAX_NUMBER_BITS:
                raise Unreadable("too large")
            return number(first * second)
        total: Poly = {}
        for m, c in a.items():
            for n, d in b.items():
                powers = dict(m)
                for atom, k in n:
                    powers[atom] = powers.get(atom, 0) + k
                monomial = tuple(sorted(powers.items()))
                total[monomial] = total.get(monomial, Fraction(0)) + c * d
        total = {m: c for m, c in total.items() if c}
        big = any(_size(c) > MAX_BITS for c in total.values())
        if len(total) > _MAX_TERMS or big or any(k > 2 * _MAX_POWER for m in total for _, k in m):
            raise Unreadable("too large")
        return self._reduced(total)

    def _reduced(self, poly: Poly) -> Poly:
        for monomial in poly:
            for atom, k in monomial:
                if atom in self.powers and k >= self.powers[atom][0]:
                    n, worth = self.powers[atom]
                    rest = tuple((a, p if a != atom else p % n) for a, p in monomial if a != atom or p % n)
                    term: Poly = {rest: poly[monomial]}
                    for _ in range(k // n):
                        term = self.multiply(term, worth)
                    return self._reduced(add({m: c for m, c in poly.items() if m != monomial}, term))
        return poly

    def raised(self, a: Poly, n: int) -> Poly:
        """Return a to the n."""
        if (value := constant(a)) is not None:
            if _size(value) * n > MAX_BITS:
                raise Unreadable("too large")
            return number(value**n)
        if n > (_MAX_POWER if len(a) <= 2 else _MAX_POWER // 5):
            raise Unreadable("exponent out of bounds")
        result = ONE
        for _ in range(n):
            result = self.multiply(result, a)
        return result

    def atom(self, name: str, n: int = 0, worth: Poly | None = None) -> Poly:
        """Return an atom as a polynomial; its n-th power is `worth`."""
        if worth is not None:
            self.powers[name] = (n, worth)
        return {((name, 1),): Fraction(1)}

    # Quotients

    def plus(self, a: Quotient, b: Quotient, sign: int = 1) -> Quotient:
        """Return a + sign * b."""
        if a[1] == b[1]:
            return add(a[0], b[0], sign), a[1]
        return add(self.multiply(a[0], b[1]), self.multiply(b[0], a[1]), sign), self.multiply(a[1], b[1])

    def times(self, a: Quotient, b: Quotient) -> Quotient:
        """Return a * b."""
        return self._lowest(self.multiply(a[0], b[0]), self.multiply(a[1], b[1]))

    def over(self, a: Quotient, b: Quotient) -> Quotient:
        """Return a / b. Raise `Unreadable` where b is zero."""
        if not b[0]:
            raise Unreadable("division by zero")
        return self.times(a, (b[1], b[0]))

    def _lowest(self, top: Poly, bottom: Poly) -> Quotient:
        """The quotient without common powers of an atom, and with a number as divisor taken out."""
        if not top:
            return top, ONE
        if (value := constant(bottom)) is not None:
            return {m: c / value for m, c in top.items()}, ONE
        if len(bottom) == 1:
            ((monomial, value),) = bottom.items()
            shared = {a: min([k, *(dict(m).get(a, 0) for m in top)]) for a, k in monomial}
            return self._without(top, shared, value), self._without(bottom, shared, value)
        return top, bottom

    def _without(self, poly: Poly, shared: dict[str, int], value: Fraction) -> Poly:
        return {
            tuple((a, k - shared.get(a, 0)) for a, k in m if k > shared.get(a, 0)): c / value for m, c in poly.items()
        }

    def power(self, base: Quotient, n: int) -> Quotient:
        """Return a whole power."""
        if n < 0:
            base = self.over((ONE, ONE), base)
        return self._lowest(self.raised(base[0], abs(n)), self.raised(base[1], abs(n)))


def degree(monomial: Monomial) -> tuple[int, Monomial]:
    """Return what monomials are ordered by: the sum of their powers first."""
    return sum(k for _, k in monomial), monomial


def monomial_quotient(top: Monomial, bottom: Monomial) -> Monomial | None:
    """Return the quotient; None where an atom would get a negative power."""
    powers = dict(top)
    for atom, k in bottom:
        powers[atom] = powers.get(atom, 0) - k
    if any(k < 0 for k in powers.values()):
        return None
    return tuple(sorted((a, k) for a, k in powers.items() if k))


def exact_root(value: Fraction) -> Fraction | None:
    """Return the square root where it is a fraction."""
    if value < 0:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if top * top == value.numerator and bottom * bottom == value.denominator else None


def parted(poly: Poly) -> tuple[Fraction, Monomial, Poly]:
    """The content with the sign of the first term, the common powers of atoms, and the rest."""
    first = min(poly)
    divisor = Fraction(gcd(*(c.numerator for c in poly.values())), lcm(*(c.denominator for c in poly.values())))
    content = divisor if poly[first] > 0 or (len(poly) > 1 and poly[max(poly, key=degree)] > 0) else -divisor
    shared = {a: min(dict(m).get(a, 0) for m in poly) for a, _ in first}
    common = tuple((a, k) for a, k in sorted(shared.items()) if k)
    rest = {
        tuple((a, k - shared.get(a, 0)) for a, k in m if k > shared.get(a, 0)): c / content for m, c in poly.items()
    }
    return content, common, rest
