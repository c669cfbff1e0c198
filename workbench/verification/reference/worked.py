"""Formulas over the numbers of a problem, each with a fingerprint by which equal formulas know each other.

Each number of the problem becomes a random element of a prime field, so that a value computed from other numbers, or
by other operations, is told apart although it happens to be equal; `3 * (a + b)` and `3 * a + 3 * b` are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import combinations

from workbench.verification.domain import lazy
from workbench.verification.exact.polynomials import compute, divide_numbers, magnitude, worth
from workbench.verification.malrules.trees import PRIME, combined, inverse
from workbench.verification.reference.reading import Letters, LineReading, close, leaves, read_statement
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Number
from workbench.verification.text.tokens import or_none

LITERAL: frozenset[Number] = frozenset((0, 1, 2, 10, 60, 100, 1000))
"""Numbers that stand for themselves: a doubling is an addition, a percentage is a division."""
_MAX_TERMS = 12


def scramble(n: int) -> int:
    """Return a fixed pseudo-random element of the field for a whole number."""
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15
    n = (n ^ (n >> 27)) * 0x94D049BB133111EB
    return (n ^ (n >> 31)) % PRIME


def unsigned(x: int) -> int:
    """Return the same for a fingerprint and its negative: `9 - 5` and `5 - 9` are one difference."""
    return min(x, PRIME - x)


@dataclass(frozen=True)
class Symbols:
    """Fingerprints of numbers: those of the problem are symbols, all others stand for themselves."""

    given: frozenset[Number]

    def __call__(self, value: Number) -> int:
        """The fingerprint of one number; 0.2 is 20 over 100 where the problem speaks of 20."""
        if value in self.given:
            return scramble(value.numerator * 1009 + value.denominator)
        if value.denominator == 1:
            return value.numerator % PRIME
        hundredfold = value * 100
        if hundredfold in self.given:
            return self(hundredfold.numerator) * inverse(100 * hundredfold.denominator) % PRIME
        return self(value.numerator) * inverse(self(value.denominator)) % PRIME


@dataclass(frozen=True, slots=True)
class Formula:
    """A number, or an operation on two formulas; `operator` is empty for a number."""

    operator: str
    left: Formula | None
    right: Formula | None
    value: Number
    print: int
    size: int
    """How many numbers it is made of."""


def number_formula(value: Number, symbols: Symbols) -> Formula:
    """Return a number as a formula."""
    return Formula("", None, None, value, symbols(value), 1)


@or_none
def combine(operator: str, left: Formula, right: Formula) -> Formula | None:
    """Return an operation on two formulas; None where it has no value."""
    found = combined(operator, left.print, right.print)
    if found is None:
        return None
    value = compute(operator, left.value, right.value)
    return Formula(operator, left, right, value, found, left.size + right.size)


Signed = list[tuple[int, Formula]]
"""Summands with their signs, or factors with exponents 1 and -1."""


def pieces(formula: Formula, operators: str, sign: int = 1) -> Signed:
    """Return the summands of a formula for `+-`, its factors for `*/`."""
    if formula.operator in tuple(operators) and formula.left is not None and formula.right is not None:
        other = sign if formula.operator == operators[0] else -sign
        return pieces(formula.left, operators, sign) + pieces(formula.right, operators, other)
    return [(sign, formula)]


def expanded(formula: Formula) -> list[tuple[int, Signed]]:
    """Return a formula multiplied out: signed products of factors."""
    left, right = formula.left, formula.right
    if left is None or right is None:
        return [(1, [(1, formula)])]
    a, b = expanded(left), expanded(right)
    if formula.operator in "+-":
        sign = 1 if formula.operator == "+" else -1
        return a + [(sign * s, f) for s, f in b]
    if formula.operator == "*" and len(a) * len(b) <= _MAX_TERMS:
        return [(s * u, f + g) for s, f in a for u, g in b]
    if formula.operator == "/" and len(b) == 1:
        sign, below = b[0]
        return [(s * sign, f + [(-e, x) for e, x in below]) for s, f in a]
    if formula.operator == "/":
        return [(s, [*f, (-1, right)]) for s, f in a]
    return [(1, [(1, formula)])]


# A worked solution as a graph of quantities, and every value that lies on a way to its answer.


MAX_PARTS = 6
"""Sums and products of more parts are not taken apart."""
MAX_SIZE = 24
"""Formulas of more numbers are not regrouped."""
MAX_WIDE = 1500
MAX_OTHERS = 8
"""Other right solutions at most that are joined to the worked one."""
MAX_PATH = 60
_SCALES = (60, 1000, 100, 12, 7, 24, 365, 30, 52, 10)


class QuantityPlace(IntEnum):
    """Where a computed quantity lies with respect to the worked solution."""

    OFF = 0
    """Its value occurs nowhere."""
    NEARBY = 1
    """Its value occurs on another way to the answer, by another computation."""
    SAME_VALUE = 2
    """Its value occurs in the worked solution, by another computation."""
    ONE_MOVE = 3
    """One operation away from a quantity of the worked solution."""
    ANOTHER_WAY = 4
    """The same formula occurs when the worked solution is regrouped."""
    ON_PATH = 5
    """The worked solution computes this."""


@dataclass(eq=False)
class Worked:
    """A worked solution: what it computes, and what else lies on a way to its answer."""

    symbols: Symbols
    lines: tuple[LineReading, ...]
    answer: Number | None
    results: dict[Number, list[Formula]] = field(default_factory=dict)
    """The formulas of each computed value, down to the numbers that were given."""
    uses: dict[Number, int] = field(default_factory=dict)
    """How often a computed value was gone on from: equal values are used up in turn."""
    values: set[Number] = field(default_factory=set)
    """Every number that the worked solution mentions."""
    operand_sets: set[frozenset[Number]] = field(default_factory=set)
    """The numbers that each of its computations is made of."""
    path: dict[int, Formula] = field(default_factory=dict)
    """What it computes, by fingerprint."""
    wide: dict[int, Number] = field(default_factory=dict)
    """Fingerprint and value of what it would compute if regrouped."""
    parts: set[int] = field(default_factory=set)
    """Of these, the sums and products of parts of one of its own computations."""

    @property
    def given(self) -> frozenset[Number]:
        return self.symbols.given

    @lazy
    def operand_counts(self) -> dict[Number, int]:
        """In how many of its computations each number is an operand."""
        return dict(Counter(value for operands in self.operand_sets for value in operands))

    @lazy
    def wide_values(self) -> frozenset[Number]:
        return frozenset(self.wide.values())

    @lazy
    def near(self) -> frozenset[int]:
        """Fingerprints that one multiplication or division joins with the path, or a change of unit."""
        path = [x for x in self.path if x][:MAX_PATH]
        others = [*path, *(self.symbols(v) for v in self.given if v)]
        others += [inverse(x) for x in others]
        scales = [x for scale in _SCALES for x in (scale, inverse(scale))]
        found = {unsigned(x * y % PRIME) for x in path for y in others}
        found |= {unsigned(x * y % PRIME) for x in self.wide for y in scales}
        return frozenset(found)

    def place(self, fingerprints: Iterable[int], value: Number) -> QuantityPlace:
        """Return where a computed quantity lies."""
        prints = [unsigned(x) for x in fingerprints]
        if any(x in self.path for x in prints):
            return QuantityPlace.ON_PATH
        if any(x in self.wide for x in prints):
            return QuantityPlace.ANOTHER_WAY
        if any(x in self.near for x in prints):
            return QuantityPlace.ONE_MOVE
        if any(close(value, v) for v in self.values):
            return QuantityPlace.SAME_VALUE
        if any(close(value, v) for v in self.wide_values):
            return QuantityPlace.NEARBY
        return QuantityPlace.OFF


@lru_cache(maxsize=1024)
def work_through(
    problem: str,
    solution: tuple[str, ...],
    others: tuple[tuple[str, ...], ...] = (),
    letters: Letters = (),
) -> Worked:
    """Return the graph of a worked solution, joined by other right ones; `letters` are known unknowns."""
    given = frozenset(read_statement(problem, letters).values) - LITERAL
    worked = _one_path(Symbols(given), solution, letters)
    for other in others[:MAX_OTHERS]:
        _join(worked, _one_path(worked.symbols, other, letters))
    _complete(worked, problem)
    return worked


def _one_path(symbols: Symbols, solution: tuple[str, ...], letters: Letters) -> Worked:
    lines = tuple(read_statement(line, letters) for line in solution)
    stated = [q.value for q in lines[-1].quantities] if lines else []
    worked = Worked(symbols, lines, stated[-1] if stated else None)
    for line in lines:
        worked.values |= line.values
        for computation in line.computations:
            _add(worked, computation.operations, computation.result)
    for formula in list(worked.path.values()):
        if formula.size <= MAX_SIZE and len(worked.wide) < MAX_WIDE:
            _regroup(worked, formula)
    return worked


def _join(worked: Worked, other: Worked) -> None:
    """Accept what another right solution computes as well."""
    worked.lines += other.lines
    worked.values |= other.values
    worked.operand_sets |= other.operand_sets
    worked.parts |= other.parts
    worked.path |= {x: f for x, f in other.path.items() if x not in worked.path}
    worked.wide |= {x: v for x, v in other.wide.items() if x not in worked.wide}


def _complete(worked: Worked, problem: str) -> None:
    """What a share leaves of the whole: 40% of what is 60% gone, 2/3 where 1/3 is taken."""
    wholes = (100, 1) if "%" in problem or "percent" in problem else (1,)
    for whole in wholes:
        for value in worked.values | worked.given:
            if 0 < value < whole:
                worked.wide.setdefault(unsigned((whole - worked.symbols(value)) % PRIME), whole - value)


def _add(worked: Worked, operations: Sequence[Node], result: Number | None) -> None:
    """Add a chain's formulas: `3 * 4 + 2 = 12 + 2 = 14` says one quantity twice."""
    for node in operations:
        formula = _resolve(worked, node)
        if formula is None:
            continue
        worked.operand_sets.add(frozenset(v for leaf in leaves(node) if (v := worth(leaf)) is not None))
        written = {formula.value, result} if result is not None and close(formula.value, result) else {formula.value}
        for value in written:
            known = worked.results.setdefault(value, [])
            if len(known) < MAX_PARTS and all(formula.print != f.print for f in known):
                known.append(formula)


def _resolve(worked: Worked, node: Node) -> Formula | None:
    """The formula of an expression with earlier results put in for their values; its parts join the path."""
    if isinstance(node, BinaryOperation):
        left, right = _resolve(worked, node.left), _resolve(worked, node.right)
        formula = combine(node.op, left, right) if node.op in "+-*/" and left and right else None
        if formula is not None:
            worked.path.setdefault(unsigned(formula.print), formula)
        return formula
    value = worth(node)
    if value is None:
        return None
    if isinstance(node, Neg):
        return combine("-", number_formula(0, worked.symbols), _lookup(worked, -value))
    return _lookup(worked, value)


def _lookup(worked: Worked, value: Number) -> Formula:
    found = worked.results.get(value)
    if not found:
        return number_formula(value, worked.symbols)
    at = worked.uses.get(value, 0)
    worked.uses[value] = at + 1
    return found[min(at, len(found) - 1)]


def _regroup(worked: Worked, formula: Formula) -> None:
    """Add the partial sums and products of a formula, and of the formula multiplied out."""
    before = set(worked.wide)
    _partial_sums(worked, [(s * f.print, s * f.value) for s, f in pieces(formula, "+-")])
    _partial_products(worked, pieces(formula, "*/"))
    worked.parts |= worked.wide.keys() - before
    products = expanded(formula)
    if len(products) > 1:
        wholes = [_product(parts) for _, parts in products]
        _partial_sums(worked, [(s * p, s * v) for (s, _), (p, v) in zip(products, wholes, strict=True)])
    for _, parts in products:
        _partial_products(worked, parts)


def _product(parts: Signed) -> tuple[int, Number]:
    """Fingerprint and value of a product of factors."""
    whole: tuple[int, Number] = (1, 1)
    for exponent, formula in parts:
        whole = _times(whole, exponent, formula)
    return whole


def _times(product: tuple[int, Number], exponent: int, formula: Formula) -> tuple[int, Number]:
    x, v = formula.print, formula.value
    if exponent > 0:
        return product[0] * x % PRIME, product[1] * v
    return (product[0] * inverse(x) % PRIME, divide_numbers(product[1], v)) if x and v else product


def _partial_sums(worked: Worked, parts: Sequence[tuple[int, Number]]) -> None:
    for size in range(1, len(parts) + 1 if len(parts) <= MAX_PARTS else 2):
        for chosen in combinations(parts, size):
            total: Number = 0
            for _, value in chosen:
                total = total + value
            worked.wide[unsigned(sum(x for x, _ in chosen) % PRIME)] = magnitude(total)


def _partial_products(worked: Worked, parts: Signed) -> None:
    products: list[tuple[int, Number]] = [(1, 1)]
    for exponent, formula in parts[:MAX_PARTS]:
        products += [_times(product, exponent, formula) for product in products]
    for fingerprint, value in products[1:]:
        worked.wide[unsigned(fingerprint)] = magnitude(value)
