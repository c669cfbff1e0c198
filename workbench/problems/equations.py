"""Skills of linear equations of four shapes, and of inequalities."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from workbench.problems.notation import Number, bracketed, linear, show, signed, term
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Wording, Work, integer, integers, nonzero

SOLVE = Wording(("Solve {e}.", "Find {x} if {e}.", "Solve for {x}: {e}."), ("Solve {e} for {x}.", "Find {x}: {e}."))
LETTERS = ("x", "x", "y", "n")


def blanks(equation: str, letter: str) -> dict[str, str]:
    """Return what fills the frames `SOLVE`."""
    return {"e": equation, "x": letter}


def _size(kind: str, usual: int) -> tuple[int, int]:
    return (usual + 1, 3 * usual) if kind == NUMBERS else (1, usual)


def _move_and_divide(work: Work, x: str, a: Number, b: Number, c: Number, sign: str = "=") -> tuple[Number, str]:
    """Lines from `ax + b = c` to the bare letter; returns its value and the final relation."""
    right_side = c
    if b:
        wrong: dict[str, Number] = {"sign_kept": b} if b > 0 else {}
        kept = signed(b) + signed(-b) if work.path == 1 else ""
        moved = work.step(lambda m: f"{term(a, x)}{kept} {sign} {show(right_side)}{signed(m)}", -b, wrong)
        c = work.compute(lambda v: f"{term(a, x)} {sign} {show(v)}", c + moved)
    if a == 1:
        return c, sign
    right = Fraction(c) / a
    flipped = {"<": ">", ">": "<"}.get(sign, "=")
    relation = flipped if a < 0 else sign
    wrong_way: dict[str, tuple[str, str]] = {}
    if sign != "=" and a < 0:
        wrong_way["inequality_kept"] = (sign, "/")
    elif sign != "=" and c < 0:
        wrong_way["flips_for_negative"] = (flipped, "/")
    elif sign == "=" and 2 <= a <= 4:
        wrong_way["subtracts_coefficient"] = (sign, "-")
    elif sign == "=" and a < 0:
        wrong_way["drops_negative"] = (sign, "|")

    def write(way: tuple[str, str]) -> str:
        by = show(-a) if way[1] == "|" else bracketed(a)
        return f"{x} {way[0]} {show(c)} {'-' if way[1] == '-' else '/'} {by}"

    relation, way = work.step(write, (relation, "/"), wrong_way)
    values: dict[str, Number] = {"/": right, "-": c - a, "|": -right}
    value = work.compute(lambda v: f"{x} {relation} {show(v)}", values[way])
    return value, relation


def _finish(work: Work, x: str, a: Number, b: Number, c: Number) -> None:
    if a == 0:
        work.answer("no solution")
        return
    value, _ = _move_and_divide(work, x, a, b, c)
    work.answer(f"{x} = {show(value)}")


# --- one side -----------------------------------------------------------------------------------


def _draw_one(rng: Random, level: int, kind: str) -> Params:
    low, high = _size(kind, 12 + 4 * (level - 1))
    b = rng.randint(low, high) * rng.choice((1, 1, -1))
    a = 1 if level == 1 else rng.randint(2, 9)
    if level == 3 and rng.random() < 0.4:
        a = -rng.randint(1, 6)
    s = rng.randint(-6, 6) if level == 3 else rng.randint(1, 12 if level == 1 else 9)
    p: Params = {"x": rng.choice(LETTERS), "a": a, "b": b, "s": s}
    if kind == DEPTH:
        p["d"] = nonzero(rng, -9, 9)
    return p


def _one_relation(p: Params) -> tuple[str, int]:
    """`ax + b + d = c`, or with the sign of an inequality, and c."""
    a, b, s = integers(p, "a b s")
    d = integer(p, "d", 0)
    c = a * s + b + d
    return f"{linear(a, b, str(p['x']))}{signed(d)} {p.get('sign', '=')} {c}", c


def _solve_one(work: Work, p: Params) -> None:
    a, b = integers(p, "a b")
    x, c, sign = str(p["x"]), _one_relation(p)[1], str(p.get("sign", "="))
    total: Number = b
    if "d" in p:
        total = work.compute(lambda v: f"{linear(a, v, x)} {sign} {c}", b + integer(p, "d"))
    value, relation = _move_and_divide(work, x, a, total, c, sign)
    work.answer(f"{x} {relation} {show(value)}")


LINEAR_ONE = Skill(
    name="linear_one",
    draw=_draw_one,
    describe=lambda p: blanks(_one_relation(p)[0], str(p["x"])),
    solve=_solve_one,
    wording=SOLVE,
    malrules={"sign_kept": 0.6, "subtracts_coefficient": 0.55, "drops_negative": 0.6},
    depth=lambda p: (1 if p["a"] == 1 else 2) + 2 * ("d" in p),
    paths=lambda p: 2,
)

# --- both sides ---------------------------------------------------------------------------------


def _draw_both(rng: Random, level: int, kind: str) -> Params:
    low, high = _size(kind, 10)
    d = rng.randint(1, 4) if level < 3 else nonzero(rng, -4, 5)
    a = d + rng.randint(1 if level == 1 else 2, 6)
    while level == 3 and (a in (0, d) or rng.random() < 0.4):
        a = d + nonzero(rng, -5, 6)
    b = 0 if level == 1 else rng.randint(low, high) * rng.choice((1, 1, -1))
    s = nonzero(rng, -5, 9) if level == 3 else rng.randint(1, 9)
    if level == 1 and kind == NUMBERS:
        s = rng.randint(10, 15)
    p: Params = {"x": rng.choice(LETTERS), "a": a, "b": b, "d": d, "s": s}
    if level == 1:
        p["b"] = rng.choice((0, 0, rng.randint(1, 5)))
    if kind == DEPTH:
        p["e"] = nonzero(rng, -9, 9)
    return p


def _both_equation(p: Params) -> tuple[str, int]:
    a, b, d, s = integers(p, "a b d s")
    x = str(p["x"])
    extra = integer(p, "e", 0)
    c = (a - d) * s + b - extra
    return f"{linear(a, b, x)} = {linear(d, c, x)}{signed(extra)}", c


def _solve_both(work: Work, p: Params) -> None:
    a, b, d = integers(p, "a b d")
    x, c = str(p["x"]), _both_equation(p)[1]
    if "e" in p:
        c = int(work.compute(lambda v: f"{linear(a, b, x)} = {linear(d, v, x)}", c + integer(p, "e")))
    if work.path == 1:
        chosen = work.step(
            lambda v: f"{term(a, x)}{signed(v, x)}{signed(b)} = {show(c)}",
            -d,
            {"sign_kept_letter": d} if d > 1 else {},
        )
        k = work.compute(lambda v: f"{linear(v, b, x)} = {show(c)}", a + chosen)
        work.path = 0
        _finish(work, x, k, b, c)
        return
    wrong: dict[str, tuple[int, int]] = {}
    if d > 1:
        wrong["sign_kept_letter"] = (d, -b)
    if b > 0:
        wrong["sign_kept"] = (-d, b)
    m, v = work.step(lambda w: f"{term(a, x)}{signed(w[0], x)} = {show(c)}{signed(w[1])}", (-d, -b), wrong)
    k = a + m
    if k == 0:
        work.answer("no solution")
        return
    total = work.compute(lambda t: f"{term(k, x)} = {show(t)}", c + v)
    _finish(work, x, k, 0, total)


LINEAR_BOTH = Skill(
    name="linear_both",
    draw=_draw_both,
    describe=lambda p: blanks(_both_equation(p)[0], str(p["x"])),
    solve=_solve_both,
    wording=SOLVE,
    malrules={"sign_kept_letter": 0.5, "sign_kept": 0.5, "subtracts_coefficient": 0.4, "drops_negative": 0.5},
    depth=lambda p: (3 if p["b"] else 2) + 2 * ("e" in p),
    paths=lambda p: 2 if p["b"] else 1,
)

# --- brackets -----------------------------------------------------------------------------------


def _draw_brackets(rng: Random, level: int, kind: str) -> Params:
    low, high = _size(kind, 9)
    b = rng.randint(low, high) * (1 if level == 1 else rng.choice((1, -1)))
    s = rng.randint(1, 9)
    p: Params = {"x": rng.choice(LETTERS), "a": rng.randint(2, 5 if level == 1 else 8), "b": b, "s": s}
    if level == 3:
        p["a"] = -rng.randint(2, 5)
        p["d"] = rng.randint(1, 12)
    if kind == DEPTH:
        p["e"] = nonzero(rng, -9, 9)
    return p


def _brackets_equation(p: Params) -> tuple[str, int, str]:
    a, b, s = integers(p, "a b s")
    x = str(p["x"])
    d = integer(p, "d", 0)
    e = integer(p, "e", 0)
    c = a * (s + b) + d + e
    inside = linear(1, b, x)
    left = f"{d} - {-a}({inside})" if d else f"{a}({inside})"
    return f"{left}{signed(e)} = {c}", c, left


def _solve_brackets(work: Work, p: Params) -> None:
    a, b = integers(p, "a b")
    x = str(p["x"])
    _, c, left = _brackets_equation(p)
    if "e" in p:
        e = integer(p, "e")
        c = int(work.compute(lambda v: f"{left} = {show(v)}", c - e))
    if "d" in p:
        d = integer(p, "d")
        wrong = {"minus_bracket": -a * b} if b > 0 or a > -4 else {"first_term_only": b}
        product = work.step(lambda v: f"{d} - {term(-a, x)}{signed(v)} = {c}", a * b, wrong)
        constant = work.compute(lambda v: f"{term(a, x)}{signed(v)} = {c}", d + product)
        _finish(work, x, a, constant, c)
        return
    if work.path == 1:
        value = work.compute(lambda v: f"{linear(1, b, x)} = {c} / {a} = {show(v)}", Fraction(c, a))
        work.path = 0
        _finish(work, x, 1, b, value)
        return
    wrong = {"first_term_only": b} if b > 0 else {"sign_lost": -a * b}
    product = work.step(lambda v: f"{term(a, x)}{signed(v)} = {c}", a * b, wrong)
    _finish(work, x, a, product, c)


LINEAR_BRACKETS = Skill(
    name="linear_brackets",
    draw=_draw_brackets,
    describe=lambda p: blanks(_brackets_equation(p)[0], str(p["x"])),
    solve=_solve_brackets,
    wording=SOLVE,
    malrules={
        "first_term_only": 0.5,
        "minus_bracket": 0.65,
        "sign_lost": 0.3,
        "sign_kept": 0.25,
        "subtracts_coefficient": 0.2,
        "drops_negative": 0.3,
    },
    depth=lambda p: (4 if "d" in p else 3) + 2 * ("e" in p),
    paths=lambda p: 1 if "d" in p else 2,
)

# --- fractions ----------------------------------------------------------------------------------


def _draw_frac(rng: Random, level: int, kind: str) -> Params:
    low, high = _size(kind, 9 + 3 * (level == 1))
    b = rng.randint(low, high) * rng.choice((1, 1, -1))
    p: Params = {"x": rng.choice(LETTERS), "a": rng.randint(2, 9), "b": b, "q": rng.randint(1, 9)}
    p["shape"] = {1: "bare", 2: "sum", 3: "top"}[level]
    if level == 1:
        p["b"] = abs(b)
    if kind == DEPTH:
        p["e"] = nonzero(rng, -9, 9)
    return p


def _frac_equation(p: Params) -> tuple[str, int]:
    a, b, q = integers(p, "a b q")
    x = str(p["x"])
    e = integer(p, "e", 0)
    if p["shape"] == "top":
        return f"({linear(1, b, x)})/{a}{signed(e)} = {q + e}", q + e
    if p["shape"] == "bare":
        return f"{x}/{a}{signed(e)} = {q + b + e} - {b}", q + b + e
    return f"{x}/{a}{signed(b)}{signed(e)} = {q + b + e}", q + b + e


def _solve_frac(work: Work, p: Params) -> None:
    a, b = integers(p, "a b")
    x, c = str(p["x"]), _frac_equation(p)[1]
    e = integer(p, "e", 0)
    right: Number = c
    if p["shape"] == "bare":
        right = work.compute(lambda v: f"{x}/{a}{signed(e)} = {show(v)}", c - b)
        if e:
            right = work.compute(lambda v: f"{x}/{a} = {show(v)}", right - e)
        _times(work, x, a, right, {"divides_again": "/"} if a < 6 else {})
        return
    if p["shape"] == "top":
        if e:
            right = work.compute(lambda v: f"({linear(1, b, x)})/{a} = {show(v)}", right - e)
        top = _times(work, linear(1, b, x), a, right, {"divides_again": "/"} if a in (2, 3) else {}, finish=False)
        _finish(work, x, 1, b, top)
        return
    if e:
        b = int(work.compute(lambda v: f"{x}/{a}{signed(v)} = {show(c)}", b + e))
    if work.path == 1 and b:
        product = work.step(lambda v: f"{x}{signed(v)} = {show(c)} * {a}", a * b, {"multiplies_first_only": b})
        work.path = 0
        _finish(work, x, 1, product, work.compute(lambda v: f"{x}{signed(product)} = {show(v)}", c * a))
        return
    if b:
        moved = work.step(lambda m: f"{x}/{a} = {show(c)}{signed(m)}", -b, {"sign_kept": b} if b > 0 else {})
        right = work.compute(lambda v: f"{x}/{a} = {show(v)}", c + moved)
    _times(work, x, a, right, {"divides_again": "/"} if a < 4 else {})


def _times(work: Work, left: str, a: int, right: Number, wrong: dict[str, str], finish: bool = True) -> Number:
    """From `left/a = right` to `left = right * a`."""
    way = work.step(lambda w: f"{left} = {show(right)} {w} {a}", "*", wrong)
    value = right * a if way == "*" else Fraction(right) / a
    value = work.compute(lambda v: f"{left} = {show(v)}", value)
    if finish:
        work.answer(f"{left} = {show(value)}")
    return value


LINEAR_FRAC = Skill(
    name="linear_frac",
    draw=_draw_frac,
    describe=lambda p: blanks(_frac_equation(p)[0], str(p["x"])),
    solve=_solve_frac,
    wording=SOLVE,
    malrules={"sign_kept": 0.55, "divides_again": 0.7, "multiplies_first_only": 0.6},
    depth=lambda p: 2 + 2 * ("e" in p),
    paths=lambda p: 2 if p["shape"] == "sum" else 1,
)

# --- inequalities -------------------------------------------------------------------------------


def _draw_inequality(rng: Random, level: int, kind: str) -> Params:
    low, high = _size(kind, 10)
    a = {1: 1, 2: rng.randint(2, 6), 3: -rng.randint(2, 6)}[level]
    b = rng.randint(low, high) * rng.choice((1, 1, -1))
    if level == 3 and kind != NUMBERS and rng.random() < 0.5:
        b = 0
    s = rng.randint(-8, 9) if level == 1 else nonzero(rng, -6, 8)
    p: Params = {"x": rng.choice(LETTERS), "a": a, "b": b, "s": s, "sign": rng.choice("<>")}
    if kind == DEPTH:
        p["d"] = nonzero(rng, -9, 9)
    return p


INEQUALITY = Skill(
    name="inequality",
    draw=_draw_inequality,
    describe=lambda p: blanks(_one_relation(p)[0], str(p["x"])),
    solve=_solve_one,
    wording=SOLVE,
    malrules={"sign_kept": 0.55, "inequality_kept": 0.75, "flips_for_negative": 0.7},
    depth=lambda p: (1 if p["a"] == 1 else 2) + 2 * ("d" in p),
    paths=lambda p: 2 if p["b"] else 1,
)
