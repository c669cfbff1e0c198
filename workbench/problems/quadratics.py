"""The skill of quadratic equations."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from workbench.problems.equations import SOLVE, SOLVE_HELD_OUT, blanks
from workbench.problems.skill import DEPTH, NUMBERS, Skill, integer, integers, nonzero
from workbench.problems.work import Number, Params, Work, bracketed, linear, quadratic, show, signed


def _draw_quadratic(rng: Random, level: int, kind: str) -> Params:
    if level == 1:
        r = rng.randint(11, 13) if kind == NUMBERS else rng.randint(2, 10)
        p: Params = {"x": "x", "r": r, "b": nonzero(rng, -20, 20) + (30 if kind == NUMBERS else 0)}
    else:
        low, high = (9, 14) if kind == NUMBERS else (1, 10)
        r, s = sorted((rng.randint(low, high), rng.randint(low, high) - 3 * (kind == NUMBERS)))
        if level == 3:
            r = -r
        p = {"x": rng.choice("xyn"), "r": r, "s": s + (r == s), "k": rng.choice((1, 1, 2, 3, 4, 5))}
        if r + s == 0:
            p["s"] = s + 1
    if kind == DEPTH:
        p["e"] = nonzero(rng, -9, 9)
    return p


def _quadratic_equation(p: Params) -> tuple[str, int, int]:
    x, r = str(p["x"]), integer(p, "r")
    e = integer(p, "e") if "e" in p else 0
    if "s" not in p:
        b = integer(p, "b")
        c = r * r + b + e
        return f"{x}^2{signed(b)}{signed(e)} = {c}", b, c
    s = integer(p, "s")
    k = integer(p, "k")
    return f"{quadratic(-k * (r + s), k * r * s + e, x, k)} = {e}", -(r + s), r * s


def _solve_quadratic(work: Work, p: Params) -> None:
    x, r = str(p["x"]), integer(p, "r")
    e = integer(p, "e") if "e" in p else 0
    _, b, c = _quadratic_equation(p)
    if "s" in p:
        _solve_factored(work, p, b, c, e)
        return
    total: Number = b
    if e:
        total = work.compute(lambda v: f"{x}^2{signed(v)} = {c}", b + e)
    moved = work.step(lambda m: f"{x}^2 = {c}{signed(m)}", -total, {"sign_kept": total} if 0 < total < 8 else {})
    square = work.compute(lambda v: f"{x}^2 = {show(v)}", c + moved)
    root = Fraction(square)
    if square != r * r:
        work.answer(f"{x}^2 = {show(square)}")
        return
    wrong = {"halves_square": f"{x} = {show(root / 2)}"} if r % 2 == 0 else {}
    if r > 4:
        wrong["one_root"] = f"{x} = {r}"
    text = work.step(lambda t: t, f"{x} = {r} or {x} = -{r}", wrong)
    work.answer(text)


def _solve_factored(work: Work, p: Params, b: int, c: int, e: int) -> None:
    x = str(p["x"])
    r, s = integers(p, "r s")
    k = integer(p, "k")
    if e:
        work.compute(lambda v: f"{quadratic(k * b, v, x, k)} = 0", k * c)
    if k > 1:
        work.compute(lambda v: f"{quadratic(b, v, x)} = 0", c)
    if work.path == 1:
        work.line(f"{show(-r)} * {bracketed(-s)} = {r * s} and {show(-r)} + {bracketed(-s)} = {-(r + s)}")
    wrong = {"factor_signs": (-r, -s)} if r > 0 and s % 2 == 0 else {}
    if r < 0 and r + s > 0:
        wrong = {"factor_signs": (-r, -s)}
    u, v = work.step(lambda w: f"({linear(1, -w[0], x)})({linear(1, -w[1], x)}) = 0", (r, s), wrong)
    wrong_roots = {"root_signs": (-u, -v)} if (u, v) == (r, s) and not wrong else {}
    u, v = work.step(lambda w: f"{x} = {w[0]} or {x} = {w[1]}", (u, v), wrong_roots)
    work.answer(f"{x} = {u} or {x} = {v}")


QUADRATIC = Skill(
    name="quadratic",
    draw=_draw_quadratic,
    describe=lambda p: blanks(_quadratic_equation(p)[0], str(p["x"])),
    solve=_solve_quadratic,
    frames=SOLVE,
    held_out_frames=SOLVE_HELD_OUT,
    malrules={
        "sign_kept": 0.5,
        "one_root": 0.6,
        "halves_square": 0.45,
        "factor_signs": 0.6,
        "root_signs": 0.7,
    },
    depth=lambda p: 2 + 1 * ("e" in p),
    paths=lambda p: 2 if "s" in p else 1,
)
