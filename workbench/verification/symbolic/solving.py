"""The work that SymPy does, in a process of its own: the only module that imports it.

Differences are proved by interval arithmetic, equalities by SymPy. Work is counted in function calls, so
that what is given up is given up on every machine alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from math import factorial
from types import FrameType
from typing import Any

import sympy
from mpmath import iv
from sympy.core.cache import clear_cache

from workbench.verification.symbolic.functions import TRIGONOMETRIC, Call, Tree, letters
from workbench.verification.symbolic.pool import Equations, Holds, Outcome, Reply, SameRoots

DIGITS = 40


class Undefined(Exception):
    """The value does not exist among the real numbers, or might not."""


def interval(tree: Tree, at: Mapping[str, Tree]) -> Any:
    """Return an interval that holds the real value of a tree. Raise `Undefined`."""
    if isinstance(tree, str):
        return interval(at[tree], {})
    if not isinstance(tree, Call):
        return iv.mpf(tree.numerator) / tree.denominator
    args = [interval(a, at) for a in tree.args]
    if tree.name == "^":
        return _power(args[0], tree.args[1])
    if tree.name not in _INTERVALS:
        raise Undefined
    return _INTERVALS[tree.name](*args)


def _nonzero(x: Any) -> Any:
    if 0 in x:
        raise Undefined
    return x


def _positive(x: Any) -> Any:
    if not x.a > 0:
        raise Undefined
    return x


def _nonnegative(x: Any) -> Any:
    if x.a >= 0:
        return x
    if x.b < 0 or x.delta > 1e-20:
        raise Undefined
    return iv.mpf([0, x.b])  # zero, but for rounding


def _root(x: Any, n: int) -> Any:
    if not 2 <= n <= 12:
        raise Undefined
    if n % 2 and x.b < 0:
        return -_root(-x, n)
    inside = _nonnegative(x)
    if inside.a > 0:
        return iv.exp(iv.log(inside) / n)
    return iv.mpf([0, iv.exp(iv.log(inside.b) / n).b if inside.b > 0 else 0])


def _power(base: Any, exponent: Tree) -> Any:
    value = number_of(exponent)
    if value.denominator == 1:
        return base ** int(value) if value >= 0 else 1 / _nonzero(base ** int(-value))
    return _power(_root(base, value.denominator), value.numerator)


_INTERVALS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / _nonzero(b),
    "neg": lambda x: -x,
    "factorial": lambda x: iv.mpf(factorial(int(x.mid))),
    "pi": lambda: iv.pi,
    "sqrt": lambda x: iv.sqrt(_nonnegative(x)),
    "cbrt": lambda x: _root(x, 3),
    "root": lambda x, n: _root(x, int(n.mid)),
    "abs": abs,
    "sin": lambda x: iv.sin(x),
    "cos": lambda x: iv.cos(x),
    "tan": lambda x: iv.sin(x) / _nonzero(iv.cos(x)),
    "cot": lambda x: iv.cos(x) / _nonzero(iv.sin(x)),
    "sec": lambda x: 1 / _nonzero(iv.cos(x)),
    "csc": lambda x: 1 / _nonzero(iv.sin(x)),
    "exp": lambda x: iv.exp(x),
    "ln": lambda x: iv.log(_positive(x)),
    "log": lambda x, base=10: iv.log(_positive(x)) / _nonzero(iv.log(_positive(iv.mpf(base)))),
}


def number_of(exponent: Tree) -> Fraction:
    """Return an exponent as a fraction; the reader has made sure that it is one."""
    match exponent:
        case Call("neg", (inner,)):
            return -number_of(inner)
        case Call("/", (top, bottom)):
            return number_of(top) / number_of(bottom)
        case Call() | str():
            raise Undefined
    return Fraction(exponent)


def gap(left: Tree, right: Tree, at: Mapping[str, Tree]) -> Any:
    """Return an interval that holds the difference of two sides."""
    with_digits = iv.dps
    iv.dps = DIGITS
    try:
        return interval(left, at) - interval(right, at)
    finally:
        iv.dps = with_digits


MAX_CALLS = 400_000
_POINTS = (2, 3, Fraction(1, 2), -2, Fraction(7, 3), -3, Fraction(1, 3), 7, Fraction(-1, 2), 11)
_ENOUGH_POINTS = 3
_MAX_ROOTS = 8


class TooMuch(Exception):
    """The work limit was reached."""


def serve(request: Holds | SameRoots, reply: Reply) -> None:
    """Answer one request, whatever SymPy makes of it."""
    clear_cache()  # or the count of calls would depend on what was asked before
    reply(within_limit(lambda: _holds(request) if isinstance(request, Holds) else _same_roots(request)))


def within_limit(work: Callable[[], Outcome]) -> Outcome:
    """Return the outcome of work, or an open one where it takes too many calls or fails."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        if event == "call":
            count += 1
            if count > MAX_CALLS:
                raise TooMuch

    sys.setprofile(counted)
    try:
        outcome = work()
    except MemoryError:
        raise
    except Exception:
        outcome = Outcome(None)  # SymPy raises all kinds; none of them says anything about the step
    finally:
        sys.setprofile(None)
    return outcome if count <= MAX_CALLS else Outcome(None)


# SymPy


_add, _mul, _pow = (partial(operation, evaluate=False) for operation in (sympy.Add, sympy.Mul, sympy.Pow))
_AS_WRITTEN: dict[str, Callable[..., Any]] = {
    **{name: partial(getattr(sympy, name), evaluate=False) for name in (*TRIGONOMETRIC, "exp", "factorial")},
    "+": _add,
    "-": lambda a, b: _add(a, _mul(-1, b)),
    "*": _mul,
    "/": lambda a, b: _mul(a, _pow(b, -1)),
    "neg": lambda x: _mul(-1, x),
    "^": _pow,
    "pi": lambda: sympy.pi,
    "sqrt": lambda x: _pow(x, sympy.Rational(1, 2)),
    "cbrt": lambda x: sympy.real_root(x, 3),
    "root": sympy.real_root,
    "abs": partial(sympy.Abs, evaluate=False),
    "ln": partial(sympy.log, evaluate=False),
    "log": lambda x, base=10: sympy.log(x) / sympy.log(base),
}


def expression(tree: Tree) -> Any:
    """Return the tree as SymPy's, node by node, with nothing worked out on the way."""
    if isinstance(tree, str):
        return sympy.Symbol(tree, real=True)
    if not isinstance(tree, Call):
        return sympy.Rational(tree.numerator, tree.denominator)
    args = [expression(a) for a in tree.args]
    if tree.name == "^":
        value = number_of(tree.args[1])
        return _AS_WRITTEN["^"](args[0], sympy.Rational(value.numerator, value.denominator))
    return _AS_WRITTEN[tree.name](*args)


def is_zero(difference: Any) -> bool:
    """Return whether SymPy can prove that an expression is zero, by the cheap ways first."""
    ways: tuple[Callable[[Any], Any], ...] = (
        lambda e: e.doit(),
        sympy.expand,
        lambda e: sympy.radsimp(sympy.sqrtdenest(e.doit())),
        lambda e: sympy.expand(sympy.powdenest(e.doit())),
        sympy.trigsimp,
        lambda e: sympy.expand_log(e.doit(), force=False),
        sympy.simplify,
    )
    return any(way(difference) == 0 for way in ways)


def _holds(asked: Holds) -> Outcome:
    if letters(asked.left) | letters(asked.right):
        return _identity(asked)
    difference = gap(asked.left, asked.right, {})
    if asked.sign in ("<", ">"):
        return _ordered(difference, asked.sign)
    if asked.sign in ("<=", ">=") and 0 not in difference:
        return _ordered(difference, asked.sign[0])
    if 0 not in difference:
        left, right = _about(asked.left, {}), _about(asked.right, {})
        return Outcome(False, f"The left side is about {left}, the right side {right}.")
    if asked.sign in ("=", "<=", ">=") and is_zero(expression(asked.left) - expression(asked.right)):
        return Outcome(True)
    return Outcome(None)


def _ordered(difference: Any, sign: str) -> Outcome:
    if 0 in difference:
        return Outcome(None)
    holds = bool(difference.b < 0) == (sign == "<")
    return Outcome(holds, "" if holds else "The two sides stand the other way round.")


def _identity(asked: Holds) -> Outcome:
    """For all values: a difference at one point disproves; SymPy proves, if enough points agree."""
    if asked.sign != "=":
        return Outcome(None)
    names = sorted(letters(asked.left) | letters(asked.right))
    agreed = 0
    for shift in range(len(_POINTS)):
        at: dict[str, Tree] = {name: _POINTS[(shift + i) % len(_POINTS)] for i, name in enumerate(names)}
        try:
            difference = gap(asked.left, asked.right, at)
        except Undefined:
            continue
        if 0 not in difference:
            where = ", ".join(f"{name} = {value}" for name, value in at.items())
            sides = f"the left side is about {_about(asked.left, at)}, the right side {_about(asked.right, at)}"
            return Outcome(False, f"For {where} {sides}.")
        agreed += 1
    if agreed >= _ENOUGH_POINTS and is_zero(expression(asked.left) - expression(asked.right)):
        return Outcome(True)
    return Outcome(None)


def _about(tree: Tree, at: Mapping[str, Tree]) -> str:
    value = interval(tree, at).mid
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


# Equations in one letter


def _same_roots(asked: SameRoots) -> Outcome:
    before, after = _roots(asked.letter, asked.before), _roots(asked.letter, asked.after)
    if before is None or after is None:
        return Outcome(None)
    lost = [r for r in before if all(_differ(r, s) for s in after)]
    gained = [r for r in after if all(_differ(r, s) for s in before)]
    if lost:
        return Outcome(False, f"This line loses {_listed(asked.letter, lost)}.")
    if gained and _assigns(asked):
        return Outcome(False, f"This line gains {_listed(asked.letter, gained)}.")
    if gained:
        return Outcome(None)  # as squaring does: allowed, if it is checked at the end
    sides = ((before, after), (after, before))
    matched = all(any(_equal(r, s) for s in others) for some, others in sides for r in some)
    return Outcome(True if matched else None)


def _assigns(asked: SameRoots) -> bool:
    """Whether the line after states values."""
    return all(left == asked.letter and not letters(right) for left, right in asked.after)


def _listed(letter: str, roots: list[Any]) -> str:
    return " and ".join(f"{letter} = {sympy.sstr(root)}".replace("sqrt", "√").replace("**", "^") for root in roots)


def _roots(letter: str, equations: Equations) -> list[Any] | None:
    """The real roots of alternatives, each proved to fit; None where they are not a short list."""
    found: list[Any] = []
    for left, right in equations:
        if left == letter and not letters(right):
            found.append(sympy.nsimplify(expression(right).doit()))
            interval(right, {})  # raises where the value does not exist
            continue
        symbol = sympy.Symbol(letter, real=True)
        solved = sympy.solveset(expression(left).doit() - expression(right).doit(), symbol, domain=sympy.S.Reals)
        if not isinstance(solved, sympy.FiniteSet) or len(solved) > _MAX_ROOTS:
            return [] if solved is sympy.S.EmptySet else None
        for root in solved:
            if not is_zero((expression(left) - expression(right)).subs(symbol, root)):
                return None
            found.append(root)
    return found


def _differ(a: Any, b: Any) -> bool:
    """Whether two numbers are certainly not equal: SymPy keeps track of the digits it can trust."""
    value = (a - b).evalf(DIGITS, maxn=200)
    return bool(value.is_number and value.is_real and abs(value) > sympy.Float("1e-25"))


def _equal(a: Any, b: Any) -> bool:
    return not _differ(a, b) and is_zero(a - b)
