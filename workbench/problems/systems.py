"""The skill of systems of two linear equations."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from workbench.problems.notation import Number, apply, bracketed, show, signed, term
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Wording, Work, integer, integers


def _draw_system(rng: Random, level: int, kind: str) -> Params:
    low, high = (16, 30) if kind == NUMBERS else (1, 15)
    if level > 1:
        low, high = (10, 19) if kind == NUMBERS else (1, 9)
    x, y = rng.randint(low, high), rng.randint(low, high)
    p: Params = {"x": x, "y": y, "shape": {1: "sum_difference", 2: "subtract", 3: "add"}[level]}
    if level == 2:
        p["a"] = rng.randint(2, 6)
    if level == 3:
        p["a"] = rng.randint(2, 4)
        p["b"] = rng.randint(1, 3)
    if kind == DEPTH:
        p["k"] = rng.randint(2, 4)
    return p


def _system(p: Params) -> tuple[int, int, int, int, int, int]:
    """Coefficients (a, b, p) and (c, d, q) of `ax + by = p` and `cx + dy = q`."""
    x, y = integers(p, "x y")
    if p["shape"] == "sum_difference":
        return 1, 1, x + y, 1, -1, x - y
    a = integer(p, "a")
    if p["shape"] == "subtract":
        return a, 1, a * x + y, 1, 1, x + y
    b = integer(p, "b")
    return a, 1, a * x + y, b, -1, b * x - y


def _describe_system(p: Params) -> str:
    a, b, m, c, d, n = _system(p)
    k = integer(p, "k", 1)
    first = f"{term(a, 'x')}{signed(b, 'y')} = {m}"
    second = f"{term(c * k, 'x')}{signed(d * k, 'y')} = {n * k}"
    return f"{first} and {second}"


def _solve_system(work: Work, p: Params) -> None:
    a, _, m, c, d, n = _system(p)
    if "k" in p:
        k = integer(p, "k")
        n = int(
            work.compute(lambda v: f"Divide by {k}: {term(c, 'x')}{signed(d, 'y')} = {show(v)}", Fraction(n * k, k))
        )
    subtract = p["shape"] == "subtract"
    if work.path == 1:
        _eliminate_x(work, m, n)
        return
    verb, operator = ("Subtract", "-") if subtract else ("Add", "+")
    coefficient = a - c if subtract else a + c
    wrong: dict[str, tuple[int, str]] = {}
    if subtract and a > 2:
        wrong["adds_right_side"] = (coefficient, "+")
    elif subtract:
        wrong["adds_coefficients"] = (a + c, "-")
    elif p["shape"] == "sum_difference" and n > 0:
        wrong["forgets_to_double"] = (1, "+")
    elif p["shape"] == "add" and n > 0:
        wrong["subtracts_right_side"] = (coefficient, "-")
    k2, op = work.step(
        lambda w: f"{verb} the equations: {term(w[0], 'x')} = {m} {w[1]} {bracketed(n)}",
        (coefficient, operator),
        wrong,
    )
    value = work.compute(lambda v: f"{term(k2, 'x')} = {show(v)}", apply(m, op, n))
    if k2 != 1:
        value = work.compute(lambda v, t=value: f"x = {show(t)} / {k2} = {show(v)}", Fraction(value) / k2)  # type: ignore[misc]
    y = _back_substitute(work, value, m if p["shape"] == "sum_difference" else n, c, p)
    work.answer(f"x = {show(value)}, y = {show(y)}")


def _back_substitute(work: Work, x: Number, constant: int, c: int, p: Params) -> Number:
    """From x to y through the plain equation `x + y = constant` or `cx - y = constant`."""
    if p["shape"] == "add":
        product = f"{c} * {bracketed(x)}" if c != 1 else show(x)
        return work.compute(lambda v: f"y = {product} - {bracketed(constant)} = {show(v)}", c * x - constant)
    return work.compute(lambda v: f"y = {constant} - {bracketed(x)} = {show(v)}", constant - x)


def _eliminate_x(work: Work, m: int, n: int) -> None:
    """The other path for `x + y = m`, `x - y = n`: subtract, find y first."""
    total = work.compute(lambda v: f"Subtract the equations: 2y = {m} - {bracketed(n)} = {show(v)}", m - n)
    y = work.compute(lambda v: f"y = {show(total)} / 2 = {show(v)}", Fraction(total) / 2)
    x = work.compute(lambda v: f"x = {m} - {bracketed(y)} = {show(v)}", m - y)
    work.answer(f"x = {show(x)}, y = {show(y)}")


SYSTEM = Skill(
    name="system",
    draw=_draw_system,
    describe=_describe_system,
    solve=_solve_system,
    wording=Wording(
        ("Solve the system {e}.", "Find x and y if {e}.", "Solve {e}."),
        ("Solve for x and y: {e}.", "Find x and y: {e}."),
    ),
    malrules={
        "adds_right_side": 0.65,
        "adds_coefficients": 0.6,
        "forgets_to_double": 0.75,
        "subtracts_right_side": 0.65,
    },
    depth=lambda p: 3 + 2 * ("k" in p),
    paths=lambda p: 2 if p["shape"] == "sum_difference" and "k" not in p else 1,
)
