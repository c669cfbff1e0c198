"""Skills of number: signed numbers, order of operations, decimals."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from workbench.problems.notation import Number, apply, bracketed, show
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Wording, Work, integer, integers

WORK_OUT = Wording(
    ("Work out {e}.", "What is {e}?", "Calculate {e}.", "Find the value of {e}."),
    ("What is the value of {e}?", "Work out the value of {e}."),
)


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
            apply(a, operator, b),
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
    wording=WORK_OUT,
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
        head, tail, before = parts[: at - 1], parts[at + 2 :], now
        chosen = work.compute(
            lambda v, h=head, t=tail, b=before: f"{b} = {' '.join([*h, show(v), *t])}",  # type: ignore[misc]
            apply(left, operator, right),
        )
        now = " ".join([*head, show(chosen), *tail])
    work.answer(now)


ORDER = Skill(
    name="order",
    draw=_draw_order,
    describe=_order_expression,
    solve=_solve_order,
    wording=WORK_OUT,
    malrules={"left_to_right": 0.75, "bracket_ignored": 0.6},
    depth=lambda p: str(p["shape"]).count("{") - 1,
)

# --- decimals -----------------------------------------------------------------------------------


def decimal(value: Number) -> str:
    """Return a number with a finite decimal expansion of at most three places: `0.65`, `12`."""
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
        p = {"shape": "mixed", "a": rng.randint(1, top), "b": rng.choice([v for v in range(11, 90) if v % 10])}
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
    wording=WORK_OUT,
    malrules={"point_too_far": 0.7, "decimal_as_whole": 0.75, "carry_after_point": 0.7, "whole_part_kept": 0.7},
    depth=lambda p: 1 + ("c" in p),
)
