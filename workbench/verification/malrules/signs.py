"""Malrules of sums: the signs and sizes of two terms, unlike terms, terms that get lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from workbench.verification.exact.polynomials import magnitude
from workbench.verification.malrules.trees import Factor, Kind, Spot, Term, monomial_node, negated, product_of, sum_of
from workbench.verification.text.grammar import BinaryOperation, Node, Number, Var


class Slip(NamedTuple):
    """What a malrule makes of a place in an expression."""

    malrule: str
    node: Node
    """The whole place as the malrule leaves it."""
    was: Node
    """The part that the malrule works on, and what it becomes."""
    made: Node


def replaced(malrule: str, was: Node, made: Node) -> Slip:
    """Return what a malrule makes of all that stands at a place."""
    return Slip(malrule, made, was, made)


Slips = Callable[[Spot], Iterator[Slip]]


class Rule(NamedTuple):
    """A malrule and the kind of place where it can be at work; empty for every kind."""

    at: Kind
    slips: Slips


def rules(at: Kind, *slips: Slips) -> tuple[Rule, ...]:
    """Several malrules of one kind of place."""
    return tuple(Rule(at, s) for s in slips)


Combine = Callable[[Number, Number, bool], Number | None]
"""(first, second, whether the second is a negative number behind its operator) -> the wrong sum."""

LIKE_TERMS: tuple[tuple[str, Combine], ...] = (
    ("minus_minus", lambda a, b, bracketed: a - b if bracketed and b > 0 else None),
    ("negative_start", lambda a, b, _: a - b if a < 0 < b else None),
    ("negative_minus", lambda a, b, _: a - b if a < 0 and b < 0 else None),
    ("two_minuses_plus", lambda a, b, _: -(a + b) if a < 0 and b < 0 else None),
    ("smaller_from_larger", lambda a, b, _: -(a + b) if b < 0 < a else None),
    ("sign_of_sum", lambda a, b, _: -(a + b) if a < 0 < b else None),
    ("adds_instead", lambda a, b, _: a - b if b < 0 < a else None),
    ("adds_sizes", lambda a, b, _: b - a if a * b < 0 else None),
    ("subtracts_instead", lambda a, b, _: a - b if a > 0 and b > 0 else None),
    ("subtracts_instead", lambda a, b, _: b - a if a > 0 and b > 0 else None),
    ("multiplies_instead", lambda a, b, _: a * b if magnitude(a) > 1 and magnitude(b) > 1 else None),
)


def joined_terms(malrule: str, spot: Spot, i: int, j: int, made: Node) -> Slip:
    """Return what a malrule makes of two terms of a sum, at the place of the first."""
    kept = [Term(1, made) if k == i else t for k, t in enumerate(spot.terms) if k != j]
    return Slip(malrule, sum_of(kept), sum_of([spot.terms[i], spot.terms[j]]), made)


def joined_factors(malrule: str, spot: Spot, i: int, j: int, made: Node) -> Slip:
    """Return what a malrule makes of two factors of a product, at the place of the first."""
    kept = [Factor(1, made) if k == i else f for k, f in enumerate(spot.factors) if k != j]
    return Slip(malrule, product_of(kept), product_of([spot.factors[i], spot.factors[j]]), made)


def like_terms(name: str, combine: Combine) -> Slips:
    """Return the rule that puts two like terms together wrongly."""

    def rule(spot: Spot) -> Iterator[Slip]:
        for i, j, a, b in spot.pairs:
            if a.letters != b.letters:
                continue
            bracketed = spot.terms[j].sign < 0 < b.number
            wrong = combine(a.number, b.number, bracketed)
            if wrong is not None:
                yield joined_terms(name, spot, i, j, monomial_node(wrong, a.letters))

    return rule


def combines_unlike(spot: Spot) -> Iterator[Slip]:
    """`3x + 4` as `7x` or `7`."""
    for i, j, a, b in spot.pairs:
        if a.letters != b.letters:
            for letters in dict.fromkeys((a.letters, b.letters, "".join(sorted(a.letters + b.letters)), "")):
                yield joined_terms("combines_unlike", spot, i, j, monomial_node(a.number + b.number, letters))


def adds_exponents(spot: Spot) -> Iterator[Slip]:
    """`x + x` as `x^2`, `x^2 + x^3` as `x^5`."""
    for i, j, a, b in spot.pairs:
        if a.letters and b.letters and len(a.letters + b.letters) <= 12:
            letters = "".join(sorted(a.letters + b.letters))
            for total in dict.fromkeys((a.number + b.number, a.number * b.number)):
                yield joined_terms("adds_exponents", spot, i, j, monomial_node(total, letters))


def forgets_letter(spot: Spot) -> Iterator[Slip]:
    """`5x` as `5`, in a sum or alone."""
    for i, (term, found) in enumerate(zip(spot.terms, spot.monomials, strict=True)):
        if found is not None and found.letters:
            made = monomial_node(found.number, "")
            parts = [Term(1, made) if k == i else t for k, t in enumerate(spot.terms)]
            yield Slip("forgets_letter", sum_of(parts), term.signed, made)


def drops_minus(spot: Spot) -> Iterator[Slip]:
    """Yield a term that loses its minus sign."""
    for i, (term, found) in enumerate(zip(spot.terms, spot.monomials, strict=True)):
        negative = found.number < 0 if found is not None else term.sign < 0
        if negative:
            yield _other_sign(spot, i, "drops_minus")


def adds_minus(spot: Spot) -> Iterator[Slip]:
    """Yield a term that gets a minus sign from nowhere."""
    for i, found in enumerate(spot.monomials):
        if found is not None and found.number > 0:
            yield _other_sign(spot, i, "adds_minus")


def _other_sign(spot: Spot, i: int, name: str) -> Slip:
    term = spot.terms[i]
    other = Term(1, negated(term.signed))
    return Slip(name, sum_of([other if k == i else t for k, t in enumerate(spot.terms)]), term.signed, other.node)


def drops_term(spot: Spot) -> Iterator[Slip]:
    """Yield a term that is left out."""
    for i in range(len(spot.terms)) if len(spot.terms) > 1 else ():
        yield replaced("drops_term", spot.node, sum_of([*spot.terms[:i], *spot.terms[i + 1 :]]))


def bracket_minus(spot: Spot) -> Iterator[Slip]:
    """`a - (b - c)` as `a - b - c`: only the first sign in the bracket is changed."""
    for i, term in enumerate(spot.terms):
        inner = Spot(term.node).terms
        if term.sign > 0 or len(inner) < 2:
            continue
        opened = [Term(-1, inner[0].node), *inner[1:]]
        whole = [*spot.terms[:i], *opened, *spot.terms[i + 1 :]]
        yield Slip("bracket_minus", sum_of(whole), negated(term.node), sum_of(opened))


def right_to_left(spot: Spot) -> Iterator[Slip]:
    """`18 - 6 - 4` as `18 - (6 - 4)`."""
    for i, j, a, b in spot.pairs:
        if i == 0 or j != i + 1 or a.letters or b.letters or not (a.number < 0 and b.number < 0):
            continue
        if spot.terms[i].sign < 0 and spot.terms[j].sign < 0:
            made = BinaryOperation("-", spot.terms[i].node, spot.terms[j].node)
            whole = [*spot.terms[:i], Term(-1, made), *spot.terms[j + 1 :]]
            yield Slip("right_to_left", sum_of(whole), sum_of(spot.terms[: j + 1]), sum_of(whole[: i + 1]))


def left_to_right(spot: Spot) -> Iterator[Slip]:
    """`a + b * c` as `(a + b) * c`."""
    for i in range(1, len(spot.terms)):
        before, term = spot.terms[i - 1], spot.terms[i]
        pieces = Spot(term.node).factors
        if len(pieces) < 2 or isinstance(pieces[1].node, Var):
            continue
        head = sum_of([before, Term(term.sign, pieces[0].node)])
        made = product_of([Factor(1, head), *pieces[1:]])
        whole = [*spot.terms[: i - 1], Term(1, made), *spot.terms[i + 1 :]]
        yield Slip("left_to_right", sum_of(whole), sum_of([before, term]), made)
        if i == 1 or len(spot.terms) == i + 1:
            everything = BinaryOperation("+", sum_of(spot.terms[:i]), Term(term.sign, pieces[0].node).signed)
            made = product_of([Factor(1, everything), *pieces[1:]])
            yield Slip("left_to_right", sum_of([Term(1, made), *spot.terms[i + 1 :]]), spot.node, made)


RULES: tuple[Rule, ...] = (
    *rules(
        "sum",
        bracket_minus,
        left_to_right,
        right_to_left,
        *(like_terms(name, combine) for name, combine in LIKE_TERMS),
    ),
    *rules("", drops_minus, forgets_letter),
    *rules("sum", combines_unlike, adds_exponents),
    *rules("", adds_minus),
    *rules("sum", drops_term),
)
