"""A small exact evaluator, apart from the product's own: whether a written line is true at some values."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

Values = Mapping[str, Fraction | int]
OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda base, exponent: base ** int(exponent),
}
RELATIONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
REWRITTEN = (
    (re.compile(r"(\d+)% of"), r"\1/100 *"),
    (re.compile(r" of "), " * "),
    (re.compile(r"\^"), "**"),
    (re.compile(r"(\d+)\.(\d+)"), lambda m: f"({int(m[1] + m[2])}/{10 ** len(m[2])})"),
    (re.compile(r"(?<=[\dxyn)])(?=[xyn(])"), "*"),
)


def value(text: str, at: Values | None = None) -> Fraction:
    """The exact value of an expression with the letters bound to `at`."""
    for pattern, replacement in REWRITTEN:
        text = pattern.sub(replacement, text)
    return _value(ast.parse(text.strip(), mode="eval").body, at or {})


def _value(node: ast.expr, at: Values) -> Fraction:
    match node:
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.Name(id=letter):
            return Fraction(at[letter])
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, at)
        case ast.BinOp(left=left, op=operation, right=right):
            return OPERATORS[type(operation)](_value(left, at), _value(right, at))
    raise ValueError(ast.dump(node))


def holds(line: str, at: Values | None = None) -> bool:
    """Whether a line is true: each link of its chain, all parts of an `and`, one part of an `or`."""
    line = re.sub(r"^[A-Z][a-z ]*( by \d+)?: ", "", line).replace(", ", " and ")
    return any(
        all(_chain_holds(part, at) for part in alternative.split(" and ")) for alternative in line.split(" or ")
    )


def _chain_holds(chain: str, at: Values | None) -> bool:
    first, *rest = re.split(r" ([=<>]) ", chain)
    values = [value(first, at), *(value(side, at) for side in rest[1::2])]
    links = zip(rest[::2], values, values[1:], strict=False)
    return all(RELATIONS[relation](left, right) for relation, left, right in links)
