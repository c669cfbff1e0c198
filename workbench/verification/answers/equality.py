"""Whether two formulas are equal wherever both have a value: proved, refuted, or left open.

A difference that reduces to zero is a proof. Values at points, of both signs, only ever refute: that they agree is no
proof.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache

from workbench.verification.answers.algebra import Field
from workbench.verification.answers.rings import ONE, Quotient, constant
from workbench.verification.answers.trees import Call, Tree, letters
from workbench.verification.text.grammar import Unreadable

_POINTS = (2.375, -1.625, 0.53125, -0.71875, 5.1875, -3.4375, 7.0625, 0.09375, -9.28125, 1.15625)
_TOLERANCE = 1e-9
_LARGEST = 1e150


@lru_cache(maxsize=8192)
def same(known: Tree, stated: Tree) -> bool | None:
    """Return whether two formulas are equal; None where neither could be shown."""
    if known == stated:
        return True
    if not isinstance(known, Call | str) and not isinstance(stated, Call | str):
        return known == stated
    cut = next((t for t in (known, stated) if isinstance(t, Call) and t.name == "cut"), None)
    if cut is not None:
        return _is_cut(stated if cut is known else known, cut)
    if _without_base(known) == _without_base(stated) and not (_in_base(known) and _in_base(stated)):
        return None  # `1202` for `1202_7`: the base may have been left out.
    proved = _proved(known, stated)
    if proved is not None:
        return proved
    return False if _differs(known, stated) else None


def _in_base(tree: Tree) -> bool:
    return isinstance(tree, Call) and tree.name == "based"


def _without_base(tree: Tree) -> Tree:
    return tree.args[0] if isinstance(tree, Call) and _in_base(tree) else tree


def _is_cut(exact: Tree, cut: Call) -> bool | None:
    """`3.14159...` is what begins with these digits."""
    digits, places = cut.args
    if isinstance(digits, Call | str) or not isinstance(places, int):
        return None
    try:
        value = _value(exact, {}, [1.0])
    except (Unreadable, ArithmeticError, ValueError):
        return None
    if isinstance(exact, Call) and exact.name == "cut":
        return digits == exact.args[0]
    return None if value.imag else abs(value.real - float(digits)) < 10.0**-places


def _proved(known: Tree, stated: Tree) -> bool | None:
    field = Field(_positive(known) | _positive(stated))
    try:
        a, b = field.read(known), field.read(stated)
        difference = field.plus(a, b, -1)[0]
        if not difference:
            return True
    except (Unreadable, RecursionError):
        return None
    return False if field.known else None


def _positive(tree: Tree) -> frozenset[str]:
    """The letters that a formula can only have positive: alone under an even root or a logarithm."""
    if not isinstance(tree, Call):
        return frozenset()
    found = frozenset().union(*(_positive(a) for a in tree.args))
    root = tree.name == "root" and tree.args[1] in (2, 4, 6)
    power = (
        tree.name == "^" and isinstance(tree.args[1], Call) and tree.args[1].name == "/" and tree.args[1].args[1] == 2
    )
    if (root or power or tree.name in ("ln", "log", "lg")) and isinstance(tree.args[0], str | Call):
        found |= _alone(tree.args[0])
    return found


def _alone(tree: Tree) -> frozenset[str]:
    """The letter of `x`, `3x` or `1/x`, which has the sign of the whole."""
    while isinstance(tree, Call) and tree.name in ("*", "/"):
        left, right = tree.args
        if isinstance(left, Call | str) == isinstance(right, Call | str):
            return frozenset()
        tree, other = (left, right) if isinstance(left, Call | str) else (right, left)
        if isinstance(other, Call | str) or other <= 0:
            return frozenset()
    return frozenset((tree,)) if isinstance(tree, str) else frozenset()


def _differs(known: Tree, stated: Tree) -> bool:
    """Whether the values are surely different at a point where both exist."""
    names = sorted(letters(known) | letters(stated))
    positive = _positive(known) | _positive(stated)
    for at, _ in enumerate(_POINTS if names else _POINTS[:1]):
        point = {name: _POINTS[(at + 3 * i) % len(_POINTS)] + i for i, name in enumerate(names)}
        point |= {name: abs(point[name]) for name in positive if name in point}
        largest = [1e-300]
        try:
            a, b = _value(known, point, largest), _value(stated, point, largest)
        except (Unreadable, ArithmeticError, ValueError, RecursionError):
            continue
        if abs(a - b) > _TOLERANCE * largest[0]:
            return True
    return False


def _value(tree: Tree, point: Mapping[str, float], largest: list[float]) -> complex:
    """The value at a point, real where it is; `largest` keeps the largest magnitude on the way."""
    found = _worked_out(tree, point, largest)
    if abs(found) > _LARGEST:
        raise Unreadable("too large")
    largest[0] = max(largest[0], abs(found))
    return found


def _worked_out(tree: Tree, point: Mapping[str, float], largest: list[float]) -> complex:
    if isinstance(tree, str):
        return {"i": 1j, "e": complex(math.e)}.get(tree) or complex(point[tree])
    if not isinstance(tree, Call):
        return complex(float(tree))
    if tree.name == "^":
        return _raised(tree, point, largest)
    if tree.name in ("sin", "cos", "tan", "cot", "sec", "csc") and _in_degrees(tree.args[0]):
        (degrees,) = tree.args
        assert isinstance(degrees, Call)
        return _FUNCTIONS[tree.name](_value(degrees.args[0], point, largest) * math.pi / 180)
    if tree.name not in _FUNCTIONS:
        raise Unreadable(f"no value of {tree.name}")
    return complex(_FUNCTIONS[tree.name](*(_value(a, point, largest) for a in tree.args)))


def _in_degrees(tree: Tree) -> bool:
    return isinstance(tree, Call) and tree.name == "degree"


def _raised(tree: Call, point: Mapping[str, float], largest: list[float]) -> complex:
    base = _value(tree.args[0], point, largest)
    exponent = _fraction(tree.args[1])
    if exponent is not None and exponent.denominator % 2 and base.real < 0 and not base.imag:
        # The real root, as schools have it: (-8)^(1/3) is -2.
        return complex((-1) ** exponent.numerator * (-base.real) ** float(exponent))
    power = _value(tree.args[1], point, largest)
    if not base and power.real <= 0:
        raise Unreadable("a power of zero")
    if base.real < 0 and not base.imag and exponent is None:
        raise Unreadable("a negative base")
    return base**power


def _fraction(tree: Tree) -> Fraction | None:
    field = Field()
    try:
        top, bottom = field.read(tree)
    except (Unreadable, RecursionError):
        return None
    return constant(top) if bottom == ONE else None


def _root(of: complex, index: complex) -> complex:
    n = int(index.real)
    if of.imag or (of.real < 0 and n % 2 == 0 and n > 2):
        raise Unreadable("a complex root")
    if of.real < 0:
        return 1j * math.sqrt(-of.real) if n == 2 else complex(-((-of.real) ** (1 / n)))
    return complex(of.real ** (1 / n))


def _log(of: complex, base: complex = complex(math.e)) -> complex:
    if of.imag or base.imag or of.real <= 0 or base.real <= 0:
        raise Unreadable("a complex logarithm")
    return complex(math.log(of.real) / math.log(base.real))


def _factorial(of: complex) -> complex:
    if of.imag or of.real != int(of.real) or not 0 <= of.real <= 60:
        raise Unreadable("a factorial of no whole number")
    return complex(math.factorial(int(of.real)))


_FUNCTIONS: dict[str, Callable[..., complex]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pct": lambda a: a / 100,
    "degree": lambda a: a,
    "pi": lambda: complex(math.pi),
    "abs": lambda a: complex(abs(a)),
    "root": _root,
    "factorial": _factorial,
    "ln": _log,
    "log": _log,
    "lg": lambda a: _log(a, complex(10)),
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "cot": lambda a: 1 / cmath.tan(a),
    "sec": lambda a: 1 / cmath.cos(a),
    "csc": lambda a: 1 / cmath.sin(a),
    "arctan": lambda a: complex(math.atan(a.real)),
    "arcsin": lambda a: complex(math.asin(a.real)),
    "arccos": lambda a: complex(math.acos(a.real)),
}


def real_value(tree: Tree) -> float:
    """Return the value of a formula without letters to fifteen digits. Raise `Unreadable` where it is not real."""
    try:
        found = _value(tree, {}, [1.0])
    except (ArithmeticError, ValueError, KeyError) as error:
        raise Unreadable("no value") from error
    if abs(found.imag) > _TOLERANCE:
        raise Unreadable("no real value")
    return found.real


def quotient_of(tree: Tree) -> Quotient | None:
    """Return a formula as a quotient of polynomials; None where it has no such form."""
    try:
        return Field(_positive(tree)).read(tree)
    except (Unreadable, RecursionError):
        return None


def quotient(tree: Tree) -> Fraction | None:
    """Return the value of a formula that is a fraction; None for any other."""
    read = quotient_of(tree)
    return constant(read[0]) if read is not None and read[1] == ONE else None
