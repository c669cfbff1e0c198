"""The work that SymPy does, in a process of its own: the only module that imports it.

What numbers leave open, SymPy decides. Work is counted in function calls, so
that what is given up is given up on every machine alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import sympy
from sympy.core.cache import clear_cache

from workbench.verification.symbolic import deciding
from workbench.verification.symbolic.pool import Holds, Outcome, Reply
from workbench.verification.symbolic.trees import TRIGONOMETRIC, Call, Tree, number_of

MAX_CALLS = 400_000


class TooMuch(Exception):
    """The work limit was reached."""


def serve(request: Holds, reply: Reply) -> None:
    """Answer one request, whatever SymPy makes of it."""
    clear_cache()  # or the count of calls would depend on what was asked before
    reply(within_limit(lambda: _holds(request)))


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
        if value is None:
            raise TypeError("an exponent that has to be worked out")
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
    """Numbers disprove; SymPy proves what numbers leave open."""
    seen = deciding.holds(asked.left, asked.sign, asked.right)
    if seen.holds is not None or asked.sign != "=":
        return seen
    return Outcome(True if is_zero(expression(asked.left) - expression(asked.right)) else None)
