"""Skills of proportion: percent, ratio, unit rate, units."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from workbench.problems.notation import Number, apply, calculation, show
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Wording, Work, integer, integers

TOLD = Wording(("{a}", "{b}"), ("{h}",))
"""The wording of a skill that tells its problems in two ways of its own, and in a third that is held out."""
NAMES = ("Ann", "Ben", "Eva", "Leo", "Mia", "Sam", "Tom", "Zoe")
THINGS = ("pens", "apples", "books", "cards", "stamps", "shells", "eggs", "cups")

# --- percent ------------------------------------------------------------------------------------


def _draw_percent(rng: Random, level: int, kind: str) -> Params:
    p: Params = {"p": rng.choice((10, 20, 30, 40, 50, 60, 70, 80, 90))}
    top = 20 if level == 1 else 40
    p["w"] = 10 * (rng.randint(top + 1, 2 * top) if kind == NUMBERS else rng.randint(1, top))
    if level == 1:
        p["plus"] = rng.randint(1, 9)
    if level > 1:
        p["thing"] = rng.choice(("coat", "bag", "lamp", "chair", "phone", "bike"))
        p["change"] = "up" if level == 2 else "down"
        p["p"] = rng.choice((10, 20, 30, 40, 50))
    if kind == DEPTH:
        p["fee"] = rng.randint(2, 9)
    return p


def _describe_percent(p: Params) -> dict[str, str]:
    fee = f" + {p['fee']}" if "fee" in p else ""
    if "change" not in p:
        text = f"Work out {p['p']}% of {p['w']} + {p['plus']}{fee}."
        return {"a": text, "b": text.replace("Work out", "Find"), "h": f"What is the value of {text[9:-1]}?"}
    up, down = ("goes up by", "is raised by"), ("goes down by", "is cut by")
    verb = up if p["change"] == "up" else down
    fee = f" Then the price goes up by {p['fee']} dollars more." if "fee" in p else ""
    rest = f"{p['p']}%.{fee} What is the new price?"
    return {
        "a": f"A {p['thing']} costs {p['w']} dollars. The price {verb[0]} {rest}",
        "b": f"The price of a {p['thing']} is {p['w']} dollars. It {verb[1]} {rest}",
        "h": f"A {p['thing']} costs {p['w']} dollars. The price {verb[1]} {rest}",
    }


def _percent_of(work: Work, percent: int, whole: int, misread: bool) -> Number:
    """Lines that find `percent` % of `whole` by way of 10 %."""
    problem = f"{percent}% of {whole}"
    if percent == 50 and work.path == 0:
        return work.compute(lambda v: f"{problem} = {whole} / 2 = {show(v)}", Fraction(whole, 2))
    wrong = {}
    if misread and percent > 10:
        wrong["divides_by_percent"] = f"{whole} / {percent}"
    way = work.step(lambda t: f"{problem} = {t}", f"{whole} / 10 * {percent // 10}", wrong)
    if way.endswith(f"/ {percent}"):
        return work.compute(lambda v: f"{way} = {show(v)}", Fraction(whole, percent))
    tenth = work.compute(lambda v: f"{way} = {show(v)} * {percent // 10}", Fraction(whole, 10))
    return work.operate(tenth, "*", percent // 10)


def _solve_percent(work: Work, p: Params) -> None:
    percent, whole = integers(p, "p w")
    if "change" not in p:
        value = _percent_of(work, percent, whole, misread=percent in (20, 30, 40, 60))
        value = work.operate(value, "+", integer(p, "plus"))
    elif work.path == 1 and p["change"] == "down":
        left = work.compute(lambda v: f"100 - {percent} = {show(v)}", 100 - percent)
        value = _percent_of(work, int(left), whole, misread=False)
    else:
        operator = "+" if p["change"] == "up" else "-"
        amount_wrong = percent >= 30 or p["change"] == "up"
        if amount_wrong and whole > percent and "percent_as_amount" in work.beliefs:
            value = _percent_as_amount(work, percent, whole, operator)
        else:
            change = _percent_of(work, percent, whole, misread=False)
            value = change
            if not ("forgets_base" in work.beliefs and whole >= 100):
                value = work.operate(whole, operator, change)
            else:
                work.wrong("forgets_base", calculation(whole, operator, change))
    if "fee" in p:
        value = work.operate(value, "+", integer(p, "fee"))
    work.answer(show(value))


def _percent_as_amount(work: Work, percent: int, whole: int, operator: str) -> Number:
    """20 % more taken as 20 more."""
    right = f"{percent}% of {whole} = {whole} / 10 * {percent // 10}"
    if percent == 50 and work.path == 0:
        right = f"50% of {whole} = {whole} / 2 = {show(Fraction(whole, 2))}"
    work.step(lambda t: t, right, {"percent_as_amount": calculation(whole, operator, percent)})
    return apply(whole, operator, percent)


PERCENT = Skill(
    name="percent",
    draw=_draw_percent,
    describe=_describe_percent,
    solve=_solve_percent,
    wording=TOLD,
    malrules={"divides_by_percent": 0.75, "percent_as_amount": 0.5, "forgets_base": 0.4},
    depth=lambda p: 2 + ("fee" in p),
    paths=lambda p: 2 if p.get("change") == "down" or p["p"] == 50 else 1,
)

# --- ratio --------------------------------------------------------------------------------------


def _draw_ratio(rng: Random, level: int, kind: str) -> Params:
    top = 5 if level == 1 else 7
    a = rng.randint(1, top - 1)
    b = rng.randint(a + 1, top)
    high = 20 if level == 1 else 12
    unit = rng.randint(high + 1, high + 10) if kind == NUMBERS else rng.randint(2, high)
    first, second = rng.sample(NAMES, 2)
    p: Params = {"a": a, "b": b, "unit": unit, "n0": first, "n1": second, "thing": rng.choice(THINGS)}
    if kind == DEPTH:
        p["c"] = rng.randint(1, 5)
        p["n2"] = rng.choice([n for n in NAMES if n not in (first, second)])
    p["ask"] = {1: 0, 2: 1, 3: rng.choice((0, 1))}[level]
    if level == 3:
        p["eaten"] = rng.randint(1, min(a, b) * unit)
    return p


def _describe_ratio(p: Params) -> dict[str, str]:
    a, b, unit = integers(p, "a b unit")
    parts, people = [a, b], [str(p["n0"]), str(p["n1"])]
    if "c" in p:
        parts.append(integer(p, "c"))
        people.append(str(p["n2"]))
    total, ratio, who = sum(parts) * unit, ":".join(map(str, parts)), people[integer(p, "ask")]
    them = f"{', '.join(people[:-1])} and {people[-1]}"
    thing = p["thing"]
    ask = f"How many {thing} does {who} get?"
    if "eaten" in p:
        ask = f"{who} then gives away {p['eaten']} of them. How many {thing} does {who} have now?"
    return {
        "a": f"{them} share {total} {thing} in the ratio {ratio}. {ask}",
        "b": f"There are {total} {thing}. {them} share them in the ratio {ratio}. {ask}",
        "h": f"{them} share {thing} in the ratio {ratio}. There are {total} of them. {ask}",
    }


def _solve_ratio(work: Work, p: Params) -> None:
    parts = integers(p, "a b") + ([integer(p, "c")] if "c" in p else [])
    total, ask = sum(parts) * integer(p, "unit"), integer(p, "ask")
    mine, other = parts[ask], parts[1 - ask]
    sum_text = " + ".join(map(str, parts))
    whole = work.compute(lambda v: f"{sum_text} = {show(v)}", sum(parts)) or sum(parts)
    if work.path == 1:
        value = work.operate(work.operate(total, "*", mine), "/", whole)
    else:
        wrong: dict[str, int] = {}
        if total % mine == 0 and mine > 1:
            wrong["divides_by_own_part"] = mine
        if parts[1] - parts[0] == 1:
            wrong["shares_equally"] = len(parts)
        divisor = work.step(lambda d: f"{total} / {show(d)} = {show(Fraction(total) / d)}", whole, wrong)
        one = Fraction(total) / divisor
        value = one
        if divisor == whole:
            times = work.step(
                lambda m: f"{show(one)} * {m} = {show(one * m)}",
                mine,
                {"other_share": other} if integer(p, "unit") % 2 else {},
            )
            value = one * times
    if "eaten" in p:
        value = work.operate(value, "-", integer(p, "eaten"))
    work.answer(show(value))


RATIO = Skill(
    name="ratio",
    draw=_draw_ratio,
    describe=_describe_ratio,
    solve=_solve_ratio,
    wording=TOLD,
    malrules={"divides_by_own_part": 0.65, "shares_equally": 0.6, "other_share": 0.45},
    depth=lambda p: 3 + ("eaten" in p) + 2 * ("c" in p),
    paths=lambda p: 2 if integer(p, "unit") * (integer(p, "a") + integer(p, "b")) <= 30 and "c" not in p else 1,
)

# --- unit rate ----------------------------------------------------------------------------------


def _draw_rate(rng: Random, level: int, kind: str) -> Params:
    unit = rng.randint(11, 15) if kind == NUMBERS else rng.randint(2, 9)
    n = rng.randint(2, 9)
    m = n * rng.randint(2, 4) if level == 1 else rng.choice([v for v in range(2, 12) if v != n])
    p: Params = {"n": n, "unit": unit, "m": m, "thing": rng.choice(THINGS), "who": rng.choice(NAMES)}
    if level == 3:
        p["back"] = 1
    if kind == DEPTH:
        p["bag"] = rng.randint(2, 9)
    return p


def _describe_rate(p: Params) -> dict[str, str]:
    n, unit, m = integers(p, "n unit m")
    thing, who = p["thing"], p["who"]
    if "back" in p:
        bag = f" and pays {p['bag']} dollars for a bag" if "bag" in p else ""
        has = m * unit + (integer(p, "bag", 0))
        return {
            "a": f"{n} {thing} cost {n * unit} dollars. {who} has {has} dollars{bag}. "
            f"How many {thing} does {who} get?",
            "b": f"{who} pays {n * unit} dollars for {n} {thing}. How many {thing} does {who} get for "
            f"{has} dollars{' if a bag costs ' + str(p['bag']) + ' dollars' if bag else ''}?",
            "h": f"How many {thing} does {who} get for {has} dollars if {n} {thing} cost {n * unit} dollars"
            f"{' and a bag costs ' + str(p['bag']) + ' dollars' if bag else ''}?",
        }
    bag = f" and a bag for {p['bag']} dollars" if "bag" in p else ""
    return {
        "a": f"{n} {thing} cost {n * unit} dollars. How much do {m} {thing}{bag} cost?",
        "b": f"{who} pays {n * unit} dollars for {n} {thing}. How much does {who} pay for {m} {thing}{bag}?",
        "h": f"How much does {who} pay for {m} {thing}{bag} if {n} {thing} cost {n * unit} dollars?",
    }


def _solve_rate(work: Work, p: Params) -> None:
    n, unit, m = integers(p, "n unit m")
    cost = n * unit
    value: Number
    if "back" in p:
        has: Number = m * unit
        if "bag" in p:
            has = work.operate(m * unit + integer(p, "bag"), "-", integer(p, "bag"))
        wrong = {"divides_by_count": calculation(has, "/", n)} if m % 2 == 0 else {}
        right = calculation(cost, "/", n)
        value = work.operate(has, "/", unit) if work.step(lambda t: t, right, wrong) == right else Fraction(has) / n
    elif work.path == 1 and m % n == 0:
        times = work.operate(m, "/", n)
        value = work.operate(cost, "*", times)
    else:
        more = m - n
        wrong = {}
        if more == 1 or more == 2 or (m % n == 0 and n > 4):
            wrong["adds_the_difference"] = f"{cost} + {more} = {cost + more}"
        if m < n:
            wrong["multiplies_total"] = f"{cost} * {m} = {cost * m}"
        first = work.step(lambda t: t, f"{cost} / {n} = {unit}", wrong)
        found = int(first.split(" = ")[1])
        value = work.operate(unit, "*", m) if first.startswith(f"{cost} / ") else found
    if "bag" in p and "back" not in p:
        value = work.operate(value, "+", integer(p, "bag"))
    work.answer(show(value))


RATE = Skill(
    name="rate",
    draw=_draw_rate,
    describe=_describe_rate,
    solve=_solve_rate,
    wording=TOLD,
    malrules={"adds_the_difference": 0.75, "multiplies_total": 0.65, "divides_by_count": 0.75},
    depth=lambda p: 2 + ("bag" in p),
    paths=lambda p: 2 if "back" not in p and integer(p, "m") % integer(p, "n") == 0 else 1,
)

# --- units --------------------------------------------------------------------------------------

_UNITS = {
    "hours": ("minutes", 60),
    "minutes": ("seconds", 60),
    "metres": ("centimetres", 100),
    "kilograms": ("grams", 1000),
    "centimetres": ("millimetres", 10),
    "weeks": ("days", 7),
    "years": ("months", 12),
    "days": ("hours", 24),
}


def _draw_units(rng: Random, level: int, kind: str) -> Params:
    while True:
        big = rng.choice(list(_UNITS))
        factor = _UNITS[big][1]
        high = 3 if factor == 24 else 9
        count = rng.randint(10, 15) if kind == NUMBERS else rng.randint(2, high)
        p: Params = {"big": big, "n": count, "rest": rng.randint(2, min(factor - 1, 59))}
        if level == 2 and factor > 10:
            p["more"] = rng.randint(2, min(factor - 1, 40))
        if level == 3:
            p = {"big": big, "n": count, "back": 1, "lost": rng.randint(2, 20)}
        if kind == DEPTH:
            p["third"] = rng.randint(2, 9)
        if level != 2 or "more" in p:
            return p


def _describe_units(p: Params) -> dict[str, str]:
    big, n = str(p["big"]), integer(p, "n")
    small, factor = _UNITS[big]
    if "back" in p:
        unit, given = big, f"{n * factor} {small} and {p['lost']} {big}"
    else:
        more = f" and {p['more']} {small}" if "more" in p else ""
        unit, given = small, f"{n} {big} and {p['rest']} {small}{more}"
    if "third" in p:
        given += f" and then {p['third']} {unit}"
    return {
        "a": f"How many {unit} are {given}?",
        "b": f"Change to {unit}: {given}.",
        "h": f"Change {given} to {unit}.",
    }


def _solve_units(work: Work, p: Params) -> None:
    n = integer(p, "n")
    factor = _UNITS[str(p["big"])][1]
    wrong: dict[str, tuple[Number, str, Number]] = {}
    if "back" in p:
        total = n * factor
        right = (total, "/", factor)
        if factor in (7, 10, 24):
            wrong["wrong_way"] = (total, "*", factor)
        if factor in (60, 12):
            wrong["ten_for_all"] = (total, "/", 10)
        rests = [integer(p, "lost")]
    else:
        right = (n, "*", factor)
        if factor in (60, 24):
            wrong["ten_for_all"] = (n, "*", 100 if factor == 60 else 10)
        if factor in (100, 1000):
            wrong["ten_for_all"] = (n, "*", factor // 10)
        if factor in (7, 12):
            wrong["forgets_to_change"] = (n, "*", 1)
        rests = [integer(p, k) for k in ("rest", "more") if k in p]
    if "third" in p:
        rests.append(integer(p, "third"))
    if work.path == 1 and len(rests) > 1:
        rests = [rests[0] + rests[1], *rests[2:]]
        work.line(f"{' + '.join(show(integer(p, k)) for k in ('rest', 'more') if k in p)} = {rests[0]}")
    chosen = work.step(lambda c: calculation(*c), right, wrong)
    value = apply(*chosen)
    for rest in rests:
        value = work.operate(value, "+", rest)
    work.answer(show(value))


UNITS = Skill(
    name="units",
    draw=_draw_units,
    describe=_describe_units,
    solve=_solve_units,
    wording=TOLD,
    malrules={"ten_for_all": 0.7, "wrong_way": 0.7, "forgets_to_change": 0.75},
    depth=lambda p: 2 + ("more" in p) + 2 * ("third" in p),
    paths=lambda p: 2 if "more" in p else 1,
)
