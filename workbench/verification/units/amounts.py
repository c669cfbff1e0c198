"""What an expression with units is worth: `5 m * 3 m` is 15 square metres, `3 kg + 200 g` is 3200 grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from workbench.verification.exact.polynomials import power_number, small_exponent, value
from workbench.verification.text import kinds
from workbench.verification.text.grammar import (
    BinaryOperation,
    Neg,
    Node,
    Num,
    Pct,
    Token,
    Unreadable,
    Var,
    parse_tokens,
)
from workbench.verification.units.measures import Dimension, Measure

Amount = dict[Dimension, Fraction]
"""Base units by dimension: one entry for a quantity, more for a sum of what does not belong together."""

_FIRST = 0xE000
"""Where the characters begin that stand for units: none of them is in any text's grammar."""


def amount(tokens: Sequence[Token], measures: Mapping[int, Measure]) -> Amount:
    """Return what an expression is worth, whose token i has the unit `measures[i]`. Raise `Unreadable`."""
    written: list[Token] = []
    units = {chr(_FIRST + i): m for i, m in measures.items()}
    for i, token in enumerate(tokens):
        written.append(token)
        if i in measures:
            start = _fraction(written) if i - 2 not in measures else None
            start = _opening(written) if start is None else start
            written.insert(start, token._replace(kind=kinds.OPEN, text="("))
            written.append(token._replace(kind=kinds.OP, text="*"))
            written.append(token._replace(kind=kinds.VAR, text=chr(_FIRST + i)))
            written.append(token._replace(kind=kinds.CLOSE, text=")"))
    return _worth(parse_tokens(written), units)


def _fraction(written: Sequence[Token]) -> int | None:
    """Where a fraction begins that ends here, as in `1/2 hour`; None for `60 / 3 hours`, which divides."""
    if [t.kind for t in written[-3:]] == [kinds.NUM, kinds.OP, kinds.NUM] and written[-2].text == "/":
        return len(written) - 3 if not (written[-2].spaced or written[-1].spaced) else None
    latex = [t.kind for t in written[-3:]] == [kinds.FRAC, kinds.NUM, kinds.NUM]
    return len(written) - 3 if latex else None


def _opening(written: Sequence[Token]) -> int:
    """Where the operand begins that ends here: a number, a bracket, or LaTeX's fraction or root."""
    start = _bracket(written, len(written) - 1)
    if start and written[start - 1].kind is kinds.CLOSE:
        above = _bracket(written, start - 1)
        if above and written[above - 1].kind is kinds.FRAC:
            return above - 1
    return start - 1 if start and written[start - 1].kind is kinds.ROOT else start


def _bracket(written: Sequence[Token], i: int) -> int:
    """Where the bracket opens that closes at i; i itself where none does."""
    depth = 0
    for at in range(i, -1, -1):
        depth += (written[at].kind is kinds.CLOSE) - (written[at].kind is kinds.OPEN)
        if depth == 0:
            return at
    return i


def _worth(node: Node, units: Mapping[str, Measure]) -> Amount:
    match node:
        case Num(number):
            return {(): Fraction(number)}
        case Var(name) if name in units:
            return {units[name].dimension: units[name].size}
        case Neg(arg):
            return {d: -n for d, n in _worth(arg, units).items()}
        case Pct(arg):
            return {d: n / 100 for d, n in _worth(arg, units).items()}
        case BinaryOperation("+" | "-" as op, left, right):
            return _sum(_worth(left, units), _worth(right, units), 1 if op == "+" else -1)
        case BinaryOperation("*", left, right):
            return _product(_worth(left, units), _worth(right, units), 1)
        case BinaryOperation("/", left, right):
            return _product(_worth(left, units), _worth(right, units), -1)
        case BinaryOperation("^", left, right):
            return _power(_worth(left, units), small_exponent(value(right)))
    raise Unreadable("no quantity")


def _sum(a: Amount, b: Amount, sign: int) -> Amount:
    total = dict(a)
    for dimension, number in b.items():
        total[dimension] = total.get(dimension, Fraction(0)) + sign * number
    return total


def _product(a: Amount, b: Amount, sign: int) -> Amount:
    """A product, or with sign -1 a quotient, of two amounts that are one quantity each."""
    if len(a) != 1 or len(b) != 1:
        raise Unreadable("a sum of unlike quantities")
    ((first, x),) = a.items()
    ((second, y),) = b.items()
    if sign < 0 and y == 0:
        raise Unreadable("division by zero")
    powers = dict(first)
    for base, power in second:
        powers[base] = powers.get(base, 0) + sign * power
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    return {dimension: x * y if sign > 0 else x / y}


def _power(a: Amount, exponent: int) -> Amount:
    if len(a) != 1:
        raise Unreadable("a sum of unlike quantities")
    ((dimension, number),) = a.items()
    return {tuple((base, power * exponent) for base, power in dimension): Fraction(power_number(number, exponent))}


def factors(tokens: Sequence[Token], measures: Mapping[int, Measure]) -> list[tuple[Dimension, int]] | None:
    """Return the dimensions multiplied (1) and divided by (-1) in a pure product; None where there is a sum."""
    found: list[tuple[Dimension, int]] = []
    sign = 1
    for i, token in enumerate(tokens):
        if token.kind is kinds.OP and token.text in "*/":
            sign = 1 if token.text == "*" else -1
        elif token.kind is kinds.NUM or token.kind is kinds.MIXED:
            if i in measures:
                found.append((measures[i].dimension, sign))
        else:
            return _of_fraction(tokens, measures) if not i and token.kind is kinds.FRAC else None
    return found


def _of_fraction(tokens: Sequence[Token], measures: Mapping[int, Measure]) -> list[tuple[Dimension, int]] | None:
    r"""The same for `\\frac{60 miles}{3 hours}` alone."""
    shape = [t.kind for t in tokens]
    argument = [kinds.OPEN, kinds.NUM, kinds.CLOSE]
    if shape != [kinds.FRAC, *argument, *argument]:
        return None
    return [(measures[i].dimension, sign) for i, sign in ((2, 1), (5, -1)) if i in measures]
