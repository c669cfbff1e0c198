"""Skills of expressions: expanding brackets and factoring."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

from workbench.problems.equations import SOLVE, blanks
from workbench.problems.notation import Number, calculation, linear, quadratic, show, signed, term
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Wording, Work, integer, integers, nonzero

# --- expanding ----------------------------------------------------------------------------------


def _draw_expand(rng: Random, level: int, kind: str) -> Params:
    low, high = (10, 15) if kind == NUMBERS else (1, 9)
    p: Params = {"x": rng.choice("xxyn"), "a": rng.randint(2, 9), "b": rng.randint(low, high)}
    p["shape"] = "single" if level == 1 else "pair"
    if level == 1 and rng.random() < 0.4:
        p["b"] = -integer(p, "b")
    if level == 1:
        p["m"] = rng.randint(1, 4)
    if level == 2:
        p["a"] = rng.randint(1, 9)
    if level == 3:
        p["a"] = -rng.randint(1, 9)
        p["b"] = integer(p, "b") * rng.choice((1, -1))
        if rng.random() < 0.35:
            p["a"] = p["b"] = nonzero(rng, -9, 9) + (18 if kind == NUMBERS else 0)
    if level > 1:
        p["m"] = 1 if p["a"] == p["b"] else rng.choice((1, 1, 2, 3))
    if kind == DEPTH:
        p["c"] = nonzero(rng, -9, 9)
    return p


def _describe_expand(p: Params) -> str:
    a, b = integers(p, "a b")
    x = str(p["x"])
    tail = signed(integer(p, "c")) if "c" in p else ""
    if p["shape"] == "single":
        return f"{a}({linear(integer(p, 'm'), b, x)}){tail}"
    if a == b:
        return f"({linear(1, a, x)})^2{tail}"
    return f"({linear(integer(p, 'm'), a, x)})({linear(1, b, x)}){tail}"


def _solve_expand(work: Work, p: Params) -> None:
    a, b = integers(p, "a b")
    x = str(p["x"])
    c = integer(p, "c", 0)
    tail = signed(c)
    problem = _describe_expand(p)
    if p["shape"] == "single":
        m = integer(p, "m")
        wrong = {"first_term_only": b} if b > 0 else {"sign_lost": -a * b}
        value = work.step(lambda v: f"{problem} = {term(a * m, x)}{signed(v)}{tail}", a * b, wrong)
        if c:
            before, top = f"{term(a * m, x)}{signed(value)}{tail}", a * m
            value = int(work.compute(lambda v: f"{before} = {linear(top, v, x)}", value + c))
        work.answer(linear(a * m, value, x))
        return
    m = integer(p, "m")
    if work.path == 1:
        inside = linear(1, b, x)
        work.line(f"{problem} = {term(m, x)}({inside}){signed(a, f'({inside})')}{tail}")
    full = (m * b, a, a * b)
    wrong_terms: dict[str, tuple[int, int, int]] = {}
    if a == b:
        wrong_terms["squares_each_term"] = (0, 0, a * b)
    elif a < 0 and b < 0:
        wrong_terms["minus_times_minus"] = (m * b, a, -a * b)
    elif a < 0 or b < 0:
        wrong_terms["sign_lost"] = (m * b, a, -a * b) if (a + b) % 2 else full
    elif (a + b) % 2:
        wrong_terms["ends_only"] = (0, 0, a * b)
    first, second, last = work.step(
        lambda t: f"{problem} = {term(m, f'{x}^2')}{signed(t[0], x)}{signed(t[1], x)}{signed(t[2])}{tail}",
        full,
        wrong_terms,
    )
    middle: Number = 0
    if first or second or c:
        before = f"{term(m, f'{x}^2')}{signed(first, x)}{signed(second, x)}{signed(last)}{tail}"
        middle = work.compute(lambda v: f"{before} = {quadratic(v, last + c, x, m)}", first + second)
    work.answer(quadratic(middle, last + c, x, m))


EXPAND = Skill(
    name="expand",
    draw=_draw_expand,
    describe=_describe_expand,
    solve=_solve_expand,
    wording=Wording(
        ("Expand {e}.", "Expand the brackets: {e}.", "Multiply out {e}."),
        ("Multiply out the brackets: {e}.", "Expand: {e}."),
    ),
    malrules={
        "first_term_only": 0.65,
        "sign_lost": 0.6,
        "squares_each_term": 0.75,
        "minus_times_minus": 0.7,
        "ends_only": 0.7,
    },
    depth=lambda p: (1 if p["shape"] == "single" else 2) + 2 * ("c" in p),
    paths=lambda p: 1 if p["shape"] == "single" else 2,
)

# --- factoring ----------------------------------------------------------------------------------


def _draw_factor(rng: Random, level: int, kind: str) -> Params:
    x = rng.choice("xxyn")
    low, high = (9, 13) if kind == NUMBERS else (1, 8)
    if level == 1:
        while True:
            g, m = rng.randint(2, 9), rng.randint(1, 7)
            b = nonzero(rng, -9, 9) + (18 if kind == NUMBERS else 0)
            if gcd(m, b) == 1 and b:
                break
        p: Params = {"x": x, "g": g, "m": m, "b": b}
        return {**p, "e": rng.randint(1, 9)} if kind == DEPTH else p
    a, b = rng.randint(low, high), rng.randint(1, high)
    if level == 3:
        a = -a
        b = b if rng.random() < 0.6 else -b
        if a + b == 0:
            b += 1
    p = {"x": x, "a": min(a, b), "b": max(a, b), "k": rng.choice((1, 1, 2, 3, 4, 5))}
    return {**p, "e": rng.randint(1, 9)} if kind == DEPTH else p


def _describe_factor(p: Params) -> str:
    x = str(p["x"])
    e = integer(p, "e", 0)
    if "g" in p:
        g, m, b = integers(p, "g m b")
        return f"{linear(g * m, g * b - e, x)}{signed(e)}"
    a, b, k = integers(p, "a b k")
    return f"{quadratic(k * (a + b), k * a * b - e, x, k)}{signed(e)}"


def _solve_factor(work: Work, p: Params) -> None:
    x, problem = str(p["x"]), _describe_factor(p)
    if "g" in p:
        g, m, b = integers(p, "g m b")
        constant, now = g * b, problem
        if "e" in p:
            now = linear(g * m, constant, x)
            work.line(f"{problem} = {now}")
        if work.path == 1:
            pulled = term(g * m, x) if m == 1 else f"{g} * {term(m, x)}"
            work.line(f"{now} = {pulled}{' + ' if b > 0 else ' - '}{g} * {abs(b)}")
        wrong = {"divides_first_only": constant} if b > 0 else {"sign_lost": -b}
        inner = work.step(lambda v: f"{now} = {g}({linear(m, v, x)})", b, wrong)
        work.answer(f"{g}({linear(m, inner, x)})")
        return
    a, b, k = integers(p, "a b k")
    now = problem
    if "e" in p:
        now = quadratic(k * (a + b), k * a * b, x, k)
        work.line(f"{problem} = {now}")
    front = str(k) if k > 1 else ""
    if front:
        pulled = f"{k}({quadratic(a + b, a * b, x)})"
        work.line(f"{now} = {pulled}")
        now = pulled
    if work.path == 1:
        work.line(f"{calculation(a, '*', b)} and {calculation(a, '+', b)}")
    wrong_pair: dict[str, tuple[int, int]] = {}
    if a < 0 < b:
        wrong_pair["factor_signs"] = (-a, -b)
    elif a < 0:
        wrong_pair["ignores_minus"] = (-a, -b)
    elif (a + b) % 2:
        wrong_pair["copies_numbers"] = (a + b, a * b)
    u, v = work.step(lambda w: f"{now} = {front}({linear(1, w[0], x)})({linear(1, w[1], x)})", (a, b), wrong_pair)
    work.answer(f"{front}({linear(1, u, x)})({linear(1, v, x)})")


FACTOR = Skill(
    name="factor",
    draw=_draw_factor,
    describe=_describe_factor,
    solve=_solve_factor,
    wording=Wording(
        ("Factor {e}.", "Factor the expression {e}.", "Write {e} as a product."),
        ("Write the expression {e} as a product.", "Factor: {e}."),
    ),
    malrules={
        "divides_first_only": 0.65,
        "sign_lost": 0.5,
        "factor_signs": 0.6,
        "ignores_minus": 0.7,
        "copies_numbers": 0.7,
    },
    depth=lambda p: 1 + ("a" in p) + 2 * ("e" in p),
    paths=lambda p: 2,
)


# --- quadratic equations ------------------------------------------------------------------------


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
    e = integer(p, "e", 0)
    if "s" not in p:
        b = integer(p, "b")
        c = r * r + b + e
        return f"{x}^2{signed(b)}{signed(e)} = {c}", b, c
    s = integer(p, "s")
    k = integer(p, "k")
    return f"{quadratic(-k * (r + s), k * r * s + e, x, k)} = {e}", -(r + s), r * s


def _solve_quadratic(work: Work, p: Params) -> None:
    x, r = str(p["x"]), integer(p, "r")
    e = integer(p, "e", 0)
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
        work.line(f"{calculation(-r, '*', -s)} and {calculation(-r, '+', -s)}")
    wrong = {"factor_signs": (-r, -s)} if (s % 2 == 0 if r > 0 else r + s > 0) else {}
    u, v = work.step(lambda w: f"({linear(1, -w[0], x)})({linear(1, -w[1], x)}) = 0", (r, s), wrong)
    wrong_roots = {"root_signs": (-u, -v)} if (u, v) == (r, s) and not wrong else {}
    u, v = work.step(lambda w: f"{x} = {w[0]} or {x} = {w[1]}", (u, v), wrong_roots)
    work.answer(f"{x} = {u} or {x} = {v}")


QUADRATIC = Skill(
    name="quadratic",
    draw=_draw_quadratic,
    describe=lambda p: blanks(_quadratic_equation(p)[0], str(p["x"])),
    solve=_solve_quadratic,
    wording=SOLVE,
    malrules={"sign_kept": 0.5, "one_root": 0.6, "halves_square": 0.45, "factor_signs": 0.6, "root_signs": 0.7},
    depth=lambda p: 2 + 1 * ("e" in p),
    paths=lambda p: 2 if "s" in p else 1,
)
