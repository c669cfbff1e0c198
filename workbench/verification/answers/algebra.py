"""A formula as a quotient of polynomials in atoms: letters, π, surds, sines, logarithms of primes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from math import comb, factorial, gcd, pi

from workbench.verification.answers import angles
from workbench.verification.answers.rings import (
    MAX_BITS,
    ONE,
    Poly,
    Quotient,
    Ring,
    add,
    constant,
    degree,
    exact_root,
    monomial_quotient,
    number,
    parted,
    primes,
    shown,
)
from workbench.verification.answers.trees import Call, Tree
from workbench.verification.exact.polynomials import tidy
from workbench.verification.text.grammar import Number, Unreadable


class Field(Ring):
    """The atoms of one comparison."""

    # Trees

    def read(self, tree: Tree) -> Quotient:
        """Return a tree as a quotient. Raise `Unreadable` where a part has no exact form."""
        if isinstance(tree, str):
            if tree == "i":
                return self.atom("i", 2, number(-1)), ONE
            if tree == "e":
                self.known = False
            return self.atom(tree), ONE
        if not isinstance(tree, Call):
            return number(tree), ONE
        match tree.name, tree.args:
            case "+" | "-", (a, b):
                return self.plus(self.read(a), self.read(b), 1 if tree.name == "+" else -1)
            case "*", (a, b):
                return self.times(self.read(a), self.read(b))
            case "/", (a, b):
                return self.over(self.read(a), self.read(b))
            case "neg", (a,):
                return self.times((number(-1), ONE), self.read(a))
            case "pct", (a,):
                return self.times((number(Fraction(1, 100)), ONE), self.read(a))
            case "degree", (a,):
                return self.read(a)
            case "pi", _:
                return self.atom("π"), ONE
            case "^", (a, b):
                return self._exponential(a, b)
            case "root", (a, int(n)):
                return self.root(self.read(a), n)
            case "abs", (a,):
                top, bottom = self.read(a)
                return self.over((self.magnitude(top), ONE), (self.magnitude(bottom), ONE))
        if tree.name in ("sin", "cos", "tan", "cot", "sec", "csc"):
            sine, cosine = angles.sine_and_cosine(self, self._angle(tree.args[0]))
            top, bottom = angles.ratio(tree.name, sine, cosine)
            return self.over((top, ONE), (bottom, ONE))
        if tree.name in ("ln", "log", "lg"):
            return self._logarithm(tree)
        return self._other(tree)

    def _other(self, tree: Call) -> Quotient:
        """Functions of whole numbers by their value; any other as an atom of its own."""
        parts = [self.read(a) for a in tree.args]
        values = [constant(top) for top, bottom in parts if bottom == ONE]
        if len(values) == len(parts) and None not in values:
            worth = _whole(tree.name, [v for v in values if v is not None])
            if worth is not None:
                return number(worth), ONE
        self.known = False
        names = ",".join(f"{shown(top)}/{shown(bottom)}" for top, bottom in parts)
        return self.atom(f"{tree.name}({names})"), ONE

    def _exponential(self, base: Tree, exponent: Tree) -> Quotient:
        top, bottom = self.read(exponent)
        value = constant(top) if bottom == ONE else None
        if value is not None:
            if value.denominator == 1:
                return self.power(self.read(base), _small(value.numerator))
            if not 2 <= value.denominator <= 12:
                raise Unreadable("exponent out of bounds")
            return self.power(self.root(self.read(base), value.denominator), _small(value.numerator))
        self.known = False
        if bottom != ONE:
            raise Unreadable("a quotient as exponent")
        result: Quotient = (ONE, ONE)
        for monomial, coefficient in top.items():
            if not monomial:
                result = self.times(result, self._exponential(base, tidy(coefficient)))
                continue
            if base == "e" and (of := _LOGARITHM.fullmatch(monomial[0][0])) and monomial[0][1] == len(monomial) == 1:
                result = self.times(result, self._exponential(int(of[1]), tidy(coefficient)))
                continue
            for prime, times in self._bases(base):
                whole = coefficient * times
                name = f"{prime}^({shown({monomial: Fraction(1, whole.denominator)})})"
                result = self.times(result, self.power((self.atom(name), ONE), _small(whole.numerator)))
        return result

    def _bases(self, base: Tree) -> Iterable[tuple[str, int]]:
        """The primes of a positive base with their powers; a letter is its own."""
        top, bottom = self.read(base)
        above, below = constant(top), constant(bottom)
        if above is not None and below is not None:
            value = above / below
            if value <= 0:
                raise Unreadable("a base that is not positive")
            yield from ((str(p), k) for p, k in primes(value.numerator).items())
            yield from ((str(p), -k) for p, k in primes(value.denominator).items())
        else:
            yield f"({shown(top)}/{shown(bottom)})", 1

    # Roots and absolute values

    def root(self, of: Quotient, n: int) -> Quotient:
        """Return the real n-th root, squares taken out as absolute values; of a negative number, i times a root."""
        top, bottom = of
        under = self.multiply(top, self.raised(bottom, n - 1))
        outside = bottom if n % 2 else self.magnitude(bottom)
        return self.over((self._root(under, n), ONE), (outside, ONE))

    def _root(self, poly: Poly, n: int) -> Poly:
        value = constant(poly)
        if value is not None:
            return self._root_of_number(value, n)
        if not _symbols(poly):
            self.known = False
            if n == 2 and (found := self._denested(poly)) is not None:
                return found
        content, common, rest = parted(poly)
        sign = 1
        if n % 2 and content < 0:
            sign, content = -1, -content
        if content < 0:
            rest = add({}, rest, -1)
        outside = self.multiply(number(sign), self._root_of_number(abs(content), n))
        inside = rest
        for atom, k in common:
            if atom in self.positive and n == 2 and k % 2:
                own = self.atom(f"root2({atom})", 2, {((atom, 1),): Fraction(1)})
                outside = self.multiply(outside, self.multiply(own, self.raised({((atom, 1),): Fraction(1)}, k // 2)))
                continue
            if atom in self.powers:
                inside = self.multiply(inside, self.raised({((atom, 1),): Fraction(1)}, k))
                continue
            out = self.raised({((atom, 1),): Fraction(1)}, k // n)
            outside = self.multiply(outside, out if n % 2 else self.magnitude(out))
            inside = self.multiply(inside, self.raised({((atom, 1),): Fraction(1)}, k % n))
        if inside == ONE:
            return outside
        if n == 2 and (square := self._square_root(inside)) is not None:
            return self.multiply(outside, self.magnitude(square))
        if not all(len(inside) == 1 and a in self.positive for m in inside for a, _ in m):
            self.known = False
        return self.multiply(outside, self.atom(f"root{n}({shown(inside)})", n, inside))

    def _root_of_number(self, value: Fraction, n: int) -> Poly:
        """Each prime on its own, so that equal surds are the same polynomial."""
        if value < 0 and n % 2 == 0:
            if n != 2:
                raise Unreadable("an even root of a negative number")
            return self.multiply(self.atom("i", 2, number(-1)), self._root_of_number(-value, n))
        sign = -1 if value < 0 else 1
        value = abs(value)
        under = value.numerator * value.denominator ** (n - 1)
        if under.bit_length() > MAX_BITS:
            raise Unreadable("too large")
        result = number(Fraction(sign, value.denominator))
        for prime, k in primes(under).items():
            result = self.multiply(result, number(prime ** (k // n)))
            if rest := k % n:
                shared = gcd(rest, n)
                index = n // shared
                self.known &= index == 2
                atom = self.atom(f"{prime}^(1/{index})", index, number(prime))
                result = self.multiply(result, self.raised(atom, rest // shared))
        return result

    def _denested(self, poly: Poly) -> Poly | None:
        """`√(3 + 2√2)` is 1 + √2: the root of a sum of a number and one square root."""
        surds = [m for m in poly if m]
        if len(surds) != 1 or len(surds[0]) == 0 or any(self.powers.get(a, (0, {}))[0] != 2 for a, _ in surds[0]):
            return None
        a, surd = poly.get((), Fraction(0)), {surds[0]: poly[surds[0]]}
        squared = constant(self.multiply(surd, surd))
        if squared is None or a <= 0 or a * a < squared:
            return None
        d = exact_root(a * a - squared)
        if d is None:
            return None
        first, second = (self._root_of_number((a + sign * d) / 2, 2) for sign in (1, -1))
        return add(first, second, 1 if poly[surds[0]] > 0 else -1)

    def _square_root(self, poly: Poly) -> Poly | None:
        """The polynomial whose square it is; None where there is none."""
        rest, found = poly, Poly()
        lead = max(poly, key=degree)
        half = tuple((a, k // 2) for a, k in lead)
        value = exact_root(poly[lead])
        if value is None or any(k % 2 for _, k in lead):
            return None
        found = {half: value}
        rest = add(poly, self.multiply(found, found), -1)
        for _ in range(8):
            if not rest:
                return found
            top = max(rest, key=degree)
            term = monomial_quotient(top, half)
            if term is None or degree(term) >= degree(half):
                return None
            found = add(found, {term: rest[top] / (2 * value)})
            rest = add(poly, self.multiply(found, found), -1)
        return None

    def magnitude(self, poly: Poly) -> Poly:
        """Return the absolute value: of each letter on its own, of a sum with the sign that comes first."""
        value = constant(poly)
        if value is not None:
            return number(abs(value))
        if not _symbols(poly):
            approximate = _approximate(poly)
            if abs(approximate) < 1e-9:
                raise Unreadable("a sign that cannot be told")
            return poly if approximate > 0 else add({}, poly, -1)
        content, common, rest = parted(poly)
        result = number(abs(content))
        for atom, k in common:
            base: Poly = {((atom, 1),): Fraction(1)}
            if atom == "i":
                raise Unreadable("the absolute value of a complex number")
            if atom in self.positive or atom in self.powers or atom == "π" or k % 2 == 0:
                result = self.multiply(result, self.raised(base, k))
            else:
                bars = self.atom(f"|{atom}|", 2, self.raised(base, 2))
                result = self.multiply(result, self.multiply(self.raised(base, k - 1), bars))
        if constant(rest) is not None:
            return result
        if rest[min(rest)] < 0:
            rest = add({}, rest, -1)
        self.known = False
        return self.multiply(result, self.atom(f"|{shown(rest)}|", 2, self.multiply(rest, rest)))

    # Angles and logarithms

    def _angle(self, of: Tree) -> Poly:
        """An angle in radians; degrees count as such wherever they are written."""
        if isinstance(of, Call) and of.name == "degree":
            of = Call("/", (Call("*", (of.args[0], Call("pi", ()))), 180))
        top, bottom = self.read(of)
        if bottom != ONE:
            raise Unreadable("a quotient as an angle")
        return top

    def _logarithm(self, tree: Call) -> Quotient:
        above = self._natural(tree.args[0])
        if tree.name == "ln":
            return above
        return self.over(above, self._natural(tree.args[1] if tree.name == "log" else 10))

    def _natural(self, of: Tree) -> Quotient:
        """The natural logarithm, as a sum over the primes of a number."""
        if of == "e":
            return ONE, ONE
        if isinstance(of, Call) and of.name == "^" and of.args[0] == "e":
            return self.read(of.args[1])
        top, bottom = self.read(of)
        above, below = constant(top), constant(bottom)
        self.known = False
        if above is not None and below is not None:
            if above / below <= 0:
                raise Unreadable("a logarithm of nothing")
            total: Poly = {}
            for part, sign in ((Fraction(above / below).numerator, 1), (Fraction(above / below).denominator, -1)):
                for prime, k in primes(part).items():
                    total = add(total, self.atom(f"ln({prime})"), sign * k)
            return total, ONE
        return self.atom(f"ln({shown(top)}/{shown(bottom)})"), ONE


def _small(n: int) -> int:
    if abs(n) > MAX_BITS:
        raise Unreadable("exponent out of bounds")
    return n


_SURD = re.compile(r"([0-9]+)\^\(1/([0-9]+)\)|π|i")


_LOGARITHM = re.compile(r"ln\(([0-9]+)\)")


def _symbols(poly: Poly) -> bool:
    """Whether a polynomial has an atom that is no number."""
    return any(_SURD.fullmatch(a) is None for m in poly for a, _ in m)


def _approximate(poly: Poly) -> float:
    """The value of a polynomial in surds and π."""
    total = 0.0
    for monomial, coefficient in poly.items():
        term = float(coefficient)
        for atom, k in monomial:
            surd = _SURD.fullmatch(atom)
            if surd is None or atom == "i":
                raise Unreadable("no real number")
            term *= (pi if atom == "π" else int(surd[1]) ** (1 / int(surd[2]))) ** k
        total += term
    return total


MAX_FACTORIAL = 3000


def _whole(name: str, values: list[Fraction]) -> Number | None:
    """The value of a function of numbers where it is exact."""
    if name in ("floor", "ceil"):
        return values[0].__floor__() if name == "floor" else values[0].__ceil__()
    if name == "based":
        return int(str(values[0]), int(values[1]))
    if any(v.denominator != 1 or not 0 <= v <= MAX_FACTORIAL for v in values):
        return None
    whole = [int(v) for v in values]
    if name == "factorial":
        return factorial(whole[0])
    return comb(*whole) if name == "binom" else None
