"""Skills of number: signed numbers, order of operations, fractions, decimals."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from random import Random

from workbench.problems.work import DEPTH, NUMBERS, Number, Params, Skill, Work, bracketed, integer, integers, show

WORK_OUT = ("Work out {e}.", "What is {e}?", "Calculate {e}.", "Find the value of {e}.")
WORK_OUT_HELD_OUT = ("What is the value of {e}?", "Work out the value of {e}.")


def _terms(values: list[Number], operators: list[str]) -> str:
    text = show(values[0])
    for operator, value in zip(operators, values[1:], strict=True):
        text += f" {operator} {bracketed(value)}"
    return text


# --- signed numbers -----------------------------------------------------------------------------


def _draw_signed(rng: Random, level: int, kind: str) -> Params:
    size = (40 if kind == NUMBERS else 10) + 5 * (level - 1)
    low = 16 if kind == NUMBERS else 1
    count = {1: 2, 2: 3, 3: 3}[level] + (kind == DEPTH) + (kind == DEPTH and level == 1)
    p: Params = {"shape": "bracket" if level == 3 else "row"}
    for name in "abcd"[:count]:
        p[name] = rng.randint(low, size)
    if level < 3:
        for i, name in enumerate("abcd"[:count]):
            if rng.random() < (0.35 if i == 0 else 0.5):
                p[name] = -integer(p, name)
        p["ops"] = "".join(rng.choice("+-") for _ in range(count - 1))
    return p


def _signed_row(p: Params) -> tuple[list[Number], list[str]]:
    return [integer(p, n) for n in "abcd" if n in p], list(str(p["ops"]))


def _describe_signed(p: Params) -> str:
    if p["shape"] == "row":
        return _terms(*_signed_row(p))
    tail = f" + {p['d']}" if "d" in p else ""
    return f"{p['a']} - ({p['b']} - {p['c']}){tail}"


def _reduce_row(work: Work, values: list[Number], operators: list[str]) -> Number:
    while len(values) > 1:
        a, b, operator = values[0], values[1], operators[0]
        right = a + b if operator == "+" else a - b
        wrong: dict[str, Number] = {}
        if operator == "-" and b < 0:
            wrong["minus_minus"] = a + b
        if a < 0 and operator == "+" and b > 0:
            wrong["negative_start"] = a - b
        if a < 0 and operator == "-" and b > 0:
            wrong["negative_minus"] = a + b
        rest, rest_operators, before = values[2:], operators[1:], _terms(values, operators)
        value = work.compute(
            lambda v, r=rest, o=rest_operators, t=before: f"{t} = {_terms([v, *r], o)}",  # type: ignore[misc]
            right,
            wrong,
        )
        values, operators = [value, *rest], rest_operators
    return values[0]


def _solve_signed(work: Work, p: Params) -> None:
    if p["shape"] == "row":
        work.answer(show(_reduce_row(work, *_signed_row(p))))
        return
    a, b, c = integers(p, "a b c")
    tail = [integer(p, "d")] if "d" in p else []
    if work.path == 1:
        signs = work.step(
            lambda s: f"{_describe_signed(p)} = {_terms([a, b, c, *tail], [*s, *'+' * len(tail)])}",
            "-+",
            {"bracket_minus": "--"},
        )
        work.answer(show(_reduce_row(work, [a, b, c, *tail], [*signs, *"+" * len(tail)])))
        return
    end = f" + {tail[0]}" if tail else ""
    inner = work.compute(lambda v: f"{_describe_signed(p)} = {a} - {bracketed(v)}{end}", b - c)
    work.answer(show(_reduce_row(work, [a, inner, *tail], ["-", *"+" * len(tail)])))


SIGNED = Skill(
    name="signed",
    draw=_draw_signed,
    describe=_describe_signed,
    solve=_solve_signed,
    frames=WORK_OUT,
    held_out_frames=WORK_OUT_HELD_OUT,
    malrules={"minus_minus": 0.75, "negative_start": 0.65, "negative_minus": 0.6, "bracket_minus": 0.8},
    depth=lambda p: sum(n in p for n in "abcd") - 1,
    paths=lambda p: 2 if p["shape"] == "bracket" else 1,
)

# --- order of operations ------------------------------------------------------------------------

_ORDER_SHAPES = {
    1: ("{a} + {b} * {c}", "{a} * {b} + {c}"),
    2: ("{a} + {b} * {c} - {d}", "{a} * {b} + {c} * {d}"),
    3: ("({a} + {b}) * {c} - {d}", "{d} + {c} * ({a} + {b})"),
}
_ORDER_DEEP = {
    1: ("{a} + {b} * {c} + {d} * {e}",),
    2: ("{a} * {b} + {c} * {d} - {e} - {f}",),
    3: ("({a} + {b}) * {c} - {d} + {e} * {f}",),
}


def _draw_order(rng: Random, level: int, kind: str) -> Params:
    shape = rng.choice((_ORDER_DEEP if kind == DEPTH else _ORDER_SHAPES)[level])
    low, high = (11, 14) if kind == NUMBERS else (2, 9)
    p: Params = {"shape": shape}
    for name in "abcdef":
        if "{" + name + "}" in shape:
            p[name] = rng.randint(2, 9) if name == "c" else rng.randint(low, high)
    if level == 3:
        p["a"], p["b"] = rng.randint(1, low + 2), rng.randint(1, 6)
    return p


def _order_expression(p: Params) -> str:
    return str(p["shape"]).format(**{k: v for k, v in p.items() if k != "shape"})


def _solve_order(work: Work, p: Params) -> None:
    a, b, c = integers(p, "a b c")
    shape = str(p["shape"])
    now = _order_expression(p)
    if "(" in shape:
        bracket = f"({a} + {b})"
        wrong_rest = now.replace(f"{bracket} * {c}", f"{a} + {b * c}").replace(f"{c} * {bracket}", f"{c * a} + {b}")
        before = now
        now = work.step(
            lambda t: f"{before} = {t}", now.replace(bracket, show(a + b)), {"bracket_ignored": wrong_rest}
        )
    elif shape.startswith("{a} + {b} * {c}"):
        before, product = now, f"{a} + {b} * {c}"
        now = work.step(
            lambda t: f"{before} = {t}",
            now.replace(product, f"{a} + {b * c}", 1),
            {"left_to_right": now.replace(product, f"{a + b} * {c}", 1)},
        )
    _finish_order(work, now)


def _finish_order(work: Work, now: str) -> None:
    """Products first, left to right, then the sums: one operation a line."""
    while " " in now:
        parts = now.split(" ")
        at = parts.index("*") if "*" in parts else 1
        left, operator, right = Fraction(parts[at - 1]), parts[at], Fraction(parts[at + 1])
        value = {"*": left * right, "+": left + right, "-": left - right}[operator]
        head, tail, before = parts[: at - 1], parts[at + 2 :], now
        chosen = work.compute(
            lambda v, h=head, t=tail, b=before: f"{b} = {' '.join([*h, show(v), *t])}",  # type: ignore[misc]
            value,
        )
        now = " ".join([*head, show(chosen), *tail])
    work.answer(now)


ORDER = Skill(
    name="order",
    draw=_draw_order,
    describe=_order_expression,
    solve=_solve_order,
    frames=WORK_OUT,
    held_out_frames=WORK_OUT_HELD_OUT,
    malrules={"left_to_right": 0.75, "bracket_ignored": 0.6},
    depth=lambda p: str(p["shape"]).count("{") - 1,
)

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
    frames=WORK_OUT,
    held_out_frames=WORK_OUT_HELD_OUT,
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
        value = {
            "/": Fraction(left) / Fraction(second),
            "*": Fraction(left) * Fraction(second),
            "-": Fraction(left) - Fraction(second),
        }[operator]
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
    w = integer(p, "w") if "w" in p else 1
    factor = f" * {w}" if w > 1 else ""
    wrong = {"cross_multiplies": (f"{n} * {e}", f"{d} * {m}")} if n > 1 and m > 1 else {}
    if n == 1 or m == 1:
        wrong = {"adds_tops": (f"{n} + {m}", f"{d} * {e}")} if n + m != n * m else {}
    problem = _describe_frac_of(p)
    over, under = work.step(lambda f: f"{problem} = ({f[0]}{factor}) / ({f[1]})", (f"{n} * {m}", f"{d} * {e}"), wrong)
    top, bottom = (
        {f"{n} * {m}": n * m, f"{n} * {e}": n * e, f"{n} + {m}": n + m}[over] * w,
        {
            f"{d} * {e}": d * e,
            f"{d} * {m}": d * m,
        }[under],
    )
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
    frames=WORK_OUT,
    held_out_frames=WORK_OUT_HELD_OUT,
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

# --- decimals -----------------------------------------------------------------------------------


def decimal(value: Number) -> str:
    """A number with a finite decimal expansion of at most three places: `0.65`, `12`."""
    thousandths = Fraction(value) * 1000
    assert thousandths.denominator == 1, value
    text = f"{'-' if value < 0 else ''}{abs(int(thousandths)) // 1000}.{abs(int(thousandths)) % 1000:03d}"
    return text.rstrip("0").rstrip(".")


def _draw_decimal(rng: Random, level: int, kind: str) -> Params:
    whole = 10 if kind == NUMBERS else 0
    if level == 3:
        p: Params = {
            "shape": "times",
            "a": rng.choice([v for v in range(2, 30) if v % 10]) + whole * 3,
            "b": rng.randint(2, 9),
        }
        return {**p, "c": rng.randint(1, 9)} if kind == DEPTH else p
    top = 9 + whole * 3
    p = {"shape": "add", "a": rng.randint(2, 19) + whole * 3, "b": rng.randint(2, 19)}
    if level == 2:
        p = {
            "shape": "mixed",
            "a": rng.randint(1, top),
            "b": rng.choice([v for v in range(11, 90) if v % 10]),
        }
    return {**p, "c": rng.randint(1, 9)} if kind == DEPTH else p


def _decimal_values(p: Params) -> list[Fraction]:
    a, b = integers(p, "a b")
    second = {"times": Fraction(b), "add": Fraction(b, 10), "mixed": Fraction(b, 100)}[str(p["shape"])]
    return [Fraction(a, 10), second, *([Fraction(integer(p, "c"), 10)] if "c" in p else [])]


def _describe_decimal(p: Params) -> str:
    a, b, *c = map(decimal, _decimal_values(p))
    return f"{a} {'*' if p['shape'] == 'times' else '+'} {b}" + (f" + {c[0]}" if c else "")


def _solve_decimal(work: Work, p: Params) -> None:
    a, b, *c = _decimal_values(p)
    tail = f" + {decimal(c[0])}" if c else ""
    problem = _describe_decimal(p)
    if p["shape"] == "times":
        tenths, k = integers(p, "a b")
        product = work.compute(lambda v: f"{tenths} * {k} = {show(v)}", tenths * k)
        wrong = {"point_too_far": Fraction(product) / 100} if product >= 10 and product % 10 else {}
        value = work.step(lambda v: f"{problem} = {decimal(v)}{tail}", Fraction(product) / 10, wrong)
    elif p["shape"] == "mixed":
        padded = f"{decimal(a)}0" if a.denominator > 1 else f"{decimal(a)}.00"
        joined = (Fraction(integer(p, "a")) + integer(p, "b")) / 100
        texts = {"right": f"{padded} + {decimal(b)}", "wrong": decimal(joined)}
        wrong_way = {"decimal_as_whole": "wrong"} if integer(p, "a") < 7 else {}
        choice = work.step(lambda t: f"{problem} = {texts[t]}{tail}", "right", wrong_way)
        value = joined
        if choice == "right":
            value = Fraction(work.compute(lambda v: f"{texts['right']}{tail} = {decimal(v)}{tail}", a + b))
    else:
        total = a + b
        lost = Fraction(int(total * 10), 100)
        wrong = {"carry_after_point": lost} if a < 1 and b < 1 <= total and total.denominator > 1 else {}
        if a > 1 and not wrong and b < 1:
            wrong = {"whole_part_kept": total - 1 if (a % 1 + b) >= 1 else total}
        value = Fraction(work.compute(lambda v: f"{problem} = {decimal(v)}{tail}", total, wrong))
    if c:
        value = Fraction(work.compute(lambda v: f"{decimal(value)}{tail} = {decimal(v)}", value + c[0]))
    work.answer(decimal(value))


DECIMAL = Skill(
    name="decimal",
    draw=_draw_decimal,
    describe=_describe_decimal,
    solve=_solve_decimal,
    frames=WORK_OUT,
    held_out_frames=WORK_OUT_HELD_OUT,
    malrules={
        "point_too_far": 0.7,
        "decimal_as_whole": 0.75,
        "carry_after_point": 0.7,
        "whole_part_kept": 0.7,
    },
    depth=lambda p: 1 + ("c" in p),
)
