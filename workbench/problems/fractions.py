"""Skills of fractions: adding them, and a fraction of a number."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from random import Random

from workbench.problems.arithmetic import WORK_OUT
from workbench.problems.notation import apply, show, value_of
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Work, integer, integers

# --- adding fractions ---------------------------------------------------------------------------


def _draw_frac_add(rng: Random, level: int, kind: str) -> Params:
    top = 4 if kind == NUMBERS else 0
    if level == 1:
        d = rng.randint(3, 12) + (10 if kind == NUMBERS else 0)
        dens = [d, d]
    elif level == 2:
        d = rng.randint(2, 6) + top
        dens = [d, d * rng.randint(2, 3)]
        rng.shuffle(dens)
    else:
        while True:
            dens = [rng.randint(2, 7) + top, rng.randint(2, 7) + top]
            if gcd(*dens) == 1:
                break
    if kind == DEPTH:
        dens.append(dens[0])
    p: Params = {}
    for i, d in enumerate(dens):
        p[f"n{i}"], p[f"d{i}"] = rng.randint(1, d - 1), d
    return p


def _fractions(p: Params) -> list[tuple[int, int]]:
    return [(integer(p, f"n{i}"), integer(p, f"d{i}")) for i in range(3) if f"n{i}" in p]


def _sum_text(fractions: list[tuple[int, int]]) -> str:
    return " + ".join(f"{n}/{d}" for n, d in fractions)


def _solve_frac_add(work: Work, p: Params) -> None:
    fractions = _fractions(p)
    common = lcm(*(d for _, d in fractions))
    tops, bottoms = sum(n for n, _ in fractions), sum(d for _, d in fractions)
    added = [(tops, bottoms)]
    if any(d != common for _, d in fractions):
        before = _sum_text(fractions)
        wrong = {"top_only": [(n, common) for n, _ in fractions]}
        if fractions[0][1] < fractions[1][1]:
            wrong = {"adds_denominators": added, **wrong}
        same = [(n * common // d, common) for n, d in fractions]
        if work.path == 1 and len(fractions) == 2:
            (n0, d0), (n1, d1) = fractions
            common = d0 * d1
            same = [(n0 * d1, common), (n1 * d0, common)]
        fractions = work.step(lambda f: f"{before} = {_sum_text(f)}", same, wrong)
        if fractions == added:
            work.answer(f"{tops}/{bottoms}")
            return
    before = _sum_text(fractions)
    bottom = fractions[0][1]
    wrong_pair = {"adds_bottoms": (tops, bottoms)} if bottom < 8 and len({d for _, d in _fractions(p)}) == 1 else {}
    n, d = work.step(lambda f: f"{before} = {f[0]}/{f[1]}", (sum(n for n, _ in fractions), bottom), wrong_pair)
    if gcd(n, d) > 1:
        work.line(f"{n}/{d} = {show(Fraction(n, d))}")
    work.answer(show(Fraction(n, d)))


FRAC_ADD = Skill(
    name="frac_add",
    draw=_draw_frac_add,
    describe=lambda p: _sum_text(_fractions(p)),
    solve=_solve_frac_add,
    wording=WORK_OUT,
    malrules={"adds_denominators": 0.75, "top_only": 0.35, "adds_bottoms": 0.75},
    depth=lambda p: len(_fractions(p)) - 1,
    paths=lambda p: 2 if len(_fractions(p)) == 2 and gcd(integer(p, "d0"), integer(p, "d1")) > 1 else 1,
)

# --- a fraction of a number ---------------------------------------------------------------------


def _draw_frac_of(rng: Random, level: int, kind: str) -> Params:
    d = rng.randint(3, 9) + (3 if kind == NUMBERS else 0)
    n = 1 if level == 1 else rng.randint(2, d - 1)
    if level == 3:
        e = rng.randint(2, 7) + (3 if kind == NUMBERS else 0)
        p: Params = {"n": rng.randint(1, d - 1), "d": d, "m": rng.randint(1, e - 1), "e": e}
        return {**p, "w": rng.randint(2, 5)} if kind == DEPTH else p
    k = rng.randint(10, 15) if kind == NUMBERS else rng.randint(2, 9)
    p = {"n": n, "d": d, "w": d * k}
    if level == 1:
        p["extra"] = rng.randint(1, 20)
    if kind == DEPTH:
        p["plus"] = rng.randint(2, 9)
    return p


def _describe_frac_of(p: Params) -> str:
    if "e" in p:
        return f"{p['n']}/{p['d']} * {p['m']}/{p['e']}" + (f" * {p['w']}" if "w" in p else "")
    text = f"{p['n']}/{p['d']} of {p['w']}"
    for name in ("extra", "plus"):
        text += f" + {p[name]}" if name in p else ""
    return text


def _solve_frac_of(work: Work, p: Params) -> None:
    if "e" in p:
        _solve_frac_times(work, p)
        return
    n, d, w = integers(p, "n d w")
    rest = "".join(f" + {p[k]}" for k in ("extra", "plus") if k in p)
    problem = _describe_frac_of(p)
    ways = {"takes_away": f"{w} - {d}"} if n == 1 and d < 6 else {}
    right = f"{w} / {d}" if n == 1 else f"{w} / {d} * {n}"
    if n > 1 and work.path == 1:
        right = f"{w} * {n} / {d}"
    if n > 1 and w % n == 0:
        ways["divides_by_top"] = f"{w} / {n} * {d}"
    if n > 1:
        ways["forgets_top"] = f"{w} / {d}"
    way = work.step(lambda t: f"{problem} = {t}{rest}", right, ways)
    now = way
    while " " in now:
        left, operator, second, *more = now.split(" ")
        value = apply(Fraction(left), operator, Fraction(second))
        before, tail = now, " ".join(["", *more])
        chosen = work.compute(lambda v, b=before, t=tail: f"{b}{rest} = {show(v)}{t}{rest}", value)  # type: ignore[misc]
        now = f"{show(chosen)}{tail}"
    for name in ("extra", "plus"):
        if name in p:
            rest = rest.removeprefix(f" + {p[name]}")
            before = f"{now} + {p[name]}"
            chosen = work.compute(
                lambda v, b=before, r=rest: f"{b}{r} = {show(v)}{r}",  # type: ignore[misc]
                Fraction(now) + integer(p, name),
            )
            now = show(chosen)
    work.answer(now)


def _solve_frac_times(work: Work, p: Params) -> None:
    n, d, m, e = integers(p, "n d m e")
    w = integer(p, "w", 1)
    factor = f" * {w}" if w > 1 else ""
    wrong = {"cross_multiplies": (f"{n} * {e}", f"{d} * {m}")} if n > 1 and m > 1 else {}
    if n == 1 or m == 1:
        wrong = {"adds_tops": (f"{n} + {m}", f"{d} * {e}")} if n + m != n * m else {}
    problem = _describe_frac_of(p)
    over, under = work.step(lambda f: f"{problem} = ({f[0]}{factor}) / ({f[1]})", (f"{n} * {m}", f"{d} * {e}"), wrong)
    top, bottom = value_of(over) * w, value_of(under)
    chosen = work.compute(lambda v: f"({over}{factor}) / ({under}) = {show(v)}/{bottom}", top)
    value = Fraction(chosen) / bottom
    if show(value) != f"{show(chosen)}/{bottom}":
        work.line(f"{show(chosen)}/{bottom} = {show(value)}")
    work.answer(show(value))


FRAC_OF = Skill(
    name="frac_of",
    draw=_draw_frac_of,
    describe=_describe_frac_of,
    solve=_solve_frac_of,
    wording=WORK_OUT,
    malrules={
        "takes_away": 0.7,
        "divides_by_top": 0.7,
        "forgets_top": 0.45,
        "cross_multiplies": 0.75,
        "adds_tops": 0.5,
    },
    depth=lambda p: (
        (1 if p["n"] == 1 and "e" not in p else 2) + ("extra" in p) + ("plus" in p) + ("e" in p and "w" in p)
    ),
    paths=lambda p: 2 if "e" not in p and p["n"] != 1 else 1,
)
