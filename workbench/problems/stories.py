"""Word problems: a story is a start, a chain of events, sometimes a number that does not matter."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from workbench.problems.notation import Number, apply, calculation, show
from workbench.problems.proportion import NAMES, THINGS, TOLD
from workbench.problems.work import DEPTH, NUMBERS, Params, Skill, Work, integer

# Each event: how it is told (three ways; the last is never trained on) and how many operations it takes.
_TOLD: dict[str, tuple[str, str, str]] = {
    "buy": ("{who} buys {n} more.", "Then {who} gets {n} more {thing}.", "{who} then buys {n} more {thing}."),
    "give": ("{who} gives away {n} of them.", "Then {who} loses {n} {thing}.", "Then {who} gives away {n} {thing}."),
    "left": (
        "There are also {n} left from last week.",
        "{n} more {thing} were left at home.",
        "There are also {n} {thing} left at home.",
    ),
    "each": (
        "{who} gives {n} {thing} to each of {k} friends.",
        "Each of {k} friends gets {n} {thing} from {who}.",
        "{who} gives each of {k} friends {n} of the {thing}.",
    ),
    "packs": (
        "{who} buys {k} packs with {n} {thing} in each.",
        "Then {who} gets {k} packs of {n} {thing}.",
        "{who} then buys {k} packs of {n} {thing}.",
    ),
    "double": (
        "Then the number of {thing} is doubled.",
        "Now {who} doubles the number of {thing}.",
        "Then {who} doubles the number.",
    ),
    "half": (
        "Half of the {thing} are lost.",
        "Then {who} gives away half of them.",
        "Then half of the {thing} are lost.",
    ),
    "share": (
        "The {thing} are shared equally by {k} friends.",
        "{k} friends share the {thing} equally.",
        "Now {k} friends share them equally.",
    ),
}
_PLAIN = ("buy", "give") * 2
_OPERATIONS = {"each": 2, "packs": 2}
_ASK = ("How many {thing} are there now?", "How many {thing} does {who} have now?", "How many are there now?")
_ASK_SHARED = ("How many does each get?", "How many {thing} does each friend get?", "How many {thing} does each get?")
_START = ("{who} has {a} {thing}.", "There are {a} {thing} in a box of {who}.", "{who} has a box of {a} {thing}.")
_ASIDE = ("{who} is {q} years old.", "The box costs {q} dollars.", "The box of {who} costs {q} dollars.")


def _draw_story(rng: Random, operations: int, level: int, kind: str, aside: float) -> Params:
    """Random events of the wanted number of operations whose values stay whole and small."""
    top = 200 if kind == NUMBERS else 40 + 20 * level
    while True:
        p: Params = {"who": rng.choice(NAMES), "thing": rng.choice(THINGS)}
        p["a"] = value = rng.randint(30, 90) if kind == NUMBERS else rng.randint(5, 12 + 8 * level)
        left, i = operations, 0
        while left and 0 < value <= top:
            choices = [*_PLAIN, "left", "half", "double"]
            choices += ["each", "packs"] if left > 1 else ["share"]
            event = rng.choice(choices)
            n = rng.randint(10, 30) if kind == NUMBERS else rng.randint(2, 9 + 2 * level)
            k = rng.randint(2, 6)
            if event in ("each", "packs"):
                n = rng.randint(2, 9)
            after = Fraction(apply(value, *_effect(event, n, k)))
            if after.denominator > 1 or after < 1 or (i and p[f"e{i - 1}"] == event):
                break
            p[f"e{i}"] = event
            if event not in ("half", "double", "share"):
                p[f"n{i}"] = n
            if event in ("each", "packs", "share"):
                p[f"k{i}"] = k
            value, left, i = int(after), left - _OPERATIONS.get(event, 1), i + 1
        else:
            if left == 0 and value <= top:
                if rng.random() < aside:
                    p["q"] = rng.randint(6, 14)
                return p


def _effect(event: str, n: int, k: int) -> tuple[str, int]:
    """What an event does to the count: the operator, and the number after it."""
    return {
        "buy": ("+", n),
        "left": ("+", n),
        "give": ("-", n),
        "each": ("-", n * k),
        "packs": ("+", n * k),
        "double": ("*", 2),
        "half": ("/", 2),
        "share": ("/", k),
    }[event]


def _events(p: Params) -> list[tuple[str, int, int]]:
    told = (i for i in range(8) if f"e{i}" in p)
    return [(str(p[f"e{i}"]), integer(p, f"n{i}", 0), integer(p, f"k{i}", 0)) for i in told]


def _describe_story(p: Params) -> dict[str, str]:
    told = {}
    for way, name in enumerate("abh"):
        blanks = {"who": p["who"], "thing": p["thing"], "a": p["a"], "q": p.get("q", 0)}
        sentences = [_START[way].format(**blanks)]
        if "q" in p:
            sentences.append(_ASIDE[way].format(**blanks))
        for event, n, k in _events(p):
            sentences.append(_TOLD[event][way].format(n=n, k=k, **blanks))
        shared = _events(p)[-1][0] == "share"
        sentences.append((_ASK_SHARED if shared else _ASK)[way].format(**blanks))
        told[name] = " ".join(sentences)
    return told


def _solve_story(work: Work, p: Params) -> None:
    value: Number = integer(p, "a")
    events = _events(p)
    if work.path == 1:
        events = _swapped(events)
    for event, n, k in events:
        right = _effect(event, n, k)
        if event in ("each", "packs"):
            malrule = "each_once" if event == "each" else "one_pack"
            if malrule in work.beliefs:
                work.wrong(malrule, calculation(n, "*", k))
                work.line(calculation(value, right[0], n))
                value = apply(value, right[0], n)
            else:
                value = work.operate(value, right[0], work.operate(n, "*", k))
            continue
        wrong = {
            "left": {"keyword_left": ("-", n)},
            "double": {"double_adds_two": ("+", 2)},
            "half": {"half_takes_two": ("-", 2)},
            "share": {"share_subtracts": ("-", k)},
        }.get(event, {})
        if wrong.keys() & work.beliefs:
            value = apply(value, *work.step(lambda way, v=value: calculation(v, *way), right, wrong))  # type: ignore[misc]
        else:
            value = work.operate(value, *right)
    if "q" in p and "uses_every_number" in work.beliefs:
        work.wrong("uses_every_number", f"Answer: {show(value)}")
        work.line(calculation(value, "+", integer(p, "q")))
        value += integer(p, "q")
    work.answer(show(value))


def _swapped(events: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The same story with two neighbouring plain additions or subtractions in the other order."""
    for i in range(len(events) - 1):
        if {events[i][0], events[i + 1][0]} <= {"buy", "give", "left"} and events[i][0] == "give":
            return [*events[:i], events[i + 1], events[i], *events[i + 2 :]]
    return events


def _depth(p: Params) -> int:
    return sum(_OPERATIONS.get(event, 1) for event, _, _ in _events(p))


def _draw_short(rng: Random, level: int, kind: str) -> Params:
    return _draw_story(rng, 3 if kind == DEPTH else 2, level, kind, aside={1: 0.0, 2: 0.25, 3: 0.5}[level])


def _draw_long(rng: Random, level: int, kind: str) -> Params:
    return _draw_story(rng, 6 if kind == DEPTH else 2 + level, level, kind, aside=0.15)


_STORY_MALRULES = {
    "keyword_left": 0.6,
    "each_once": 0.6,
    "one_pack": 0.6,
    "double_adds_two": 0.6,
    "half_takes_two": 0.6,
    "share_subtracts": 0.6,
    "uses_every_number": 0.6,
}


def _paths(p: Params) -> int:
    return 2 if _swapped(_events(p)) != _events(p) else 1


WORD_SHORT = Skill(
    name="word_short",
    draw=_draw_short,
    describe=_describe_story,
    solve=_solve_story,
    wording=TOLD,
    malrules=_STORY_MALRULES,
    depth=_depth,
    paths=_paths,
)
WORD_LONG = Skill(
    name="word_long",
    draw=_draw_long,
    describe=_describe_story,
    solve=_solve_story,
    wording=TOLD,
    # Held less firmly: a long story invites one mistake after another.
    malrules=dict.fromkeys(_STORY_MALRULES, 0.4),
    depth=_depth,
    paths=_paths,
)
