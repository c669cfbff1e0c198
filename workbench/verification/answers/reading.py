"""An answer's text read as what it is: as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from workbench.verification.answers.equality import real_value, same
from workbench.verification.answers.formulas import read_formula
from workbench.verification.answers.kinds import Given, Listing, Nothing, Numbers, Reading, Relation, Value, interval
from workbench.verification.answers.notation import ROW, is_thousands
from workbench.verification.answers.regions import ALL, Piece, meet, united
from workbench.verification.answers.trees import Call, Tree, letters
from workbench.verification.text.grammar import MAX_CHARS, Unreadable

_NONE = re.compile(
    r"(?:there (?:is|are|exists?) )?no (?:real )?(?:solutions?|answers?|roots?|such (?:number|value)s?)(?: exists?)?"
    r"|none|DNE|∅|\{\s*\}|no real number|does not exist|the empty set|empty set|(?:it )?has no (?:real )?solutions?",
    re.IGNORECASE,
)
_EVERY = re.compile(
    r"(?:all|every|any)(?: the)? (?:real|reals|real numbers?|values?(?: of [a-z])?|numbers?)|ℝ|(?-i:R)|\\mathbb\s*R"
    r"|true for all [a-z]|[xynt] ∈ (?:ℝ|R)",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"(?:(?:[a-z] (?:is|can be) )?(?:all|every|any)(?: the)? "
    r"(?:real|reals|real numbers?|values?(?: of [a-z])?|numbers?)(?: [a-z])?|(?:all|every|any) [a-z]|ℝ),? "
    r"(?:except|but|other than|excluding|besides)(?: for)?:? (?:[a-z] ?= ?)?([^=]+)",
    re.IGNORECASE,
)
"""`all real numbers except 2 and 5`."""
_AND = re.compile(r",?\s+(?:and|or)\s+(?:[a-z] ?= ?)?")
_JOINT = re.compile(
    r"\s*(?:[,;]\s*(?:and|or)\b|[,;]|\band\b|\bor\b|∨|∧|\\lor(?![a-z])|\\land(?![a-z])|\\vee(?![a-z])|\\wedge(?![a-z]))\s*"
)
_EITHER = frozenset(("or", "∨", "\\lor", "\\vee"))
_SIGN = re.compile(r"<=|>=|≠|[=<>≤≥≈]")
_FLIPPED = {">": "<", "≥": "≤"}
_NAME = re.compile(
    r"[A-Za-zα-ορ-ωΔΩ](?:_(?:\{[^{}]{1,8}\}|[A-Za-z0-9])|[₀-₉]|')?|[A-Za-z](?:_[0-9a-z])?\s?\(\s*[a-z0-9](?:\s*,\s*[a-z])*\s*\)"
    r"|[a-z]\^\{?-1\}?\([a-z]\)|[A-Z]{2,3}|\\(?:angle|triangle|theta|alpha|beta|lambda|mu|overline)\s*\{?\s*[A-Z]{0,3}\}?"
    r"|[a-zA-Z]{3,12}|\\frac\{d?[a-z]\}\{d[a-z]\}|\|[A-Z]{1,2}\||(?:[A-Za-z]{1,2}(?:_\{?[0-9]\}?)?\s?:\s?)+[A-Za-z]{1,2}(?:_\{?[0-9]\}?)?"
)
_NAMES = re.compile(r"\(\s*[A-Za-z](?:_\{?[0-9]\}?)?(?:\s*,\s*[A-Za-z](?:_\{?[0-9]\}?)?)+\s*\)")
_BUILDER = re.compile(
    r"\{\s*([a-z])(?:\s*∈\s*(?:ℝ|R|\\mathbb\s*\{?\s*R\s*\}?))?\s*(?:\||\\mid|:|\bsuch that\b)\s*(.+)\}", re.DOTALL
)
_MEMBER = re.compile(r"^([a-zA-Z])\s*∈\s*")
_REMAINDER = re.compile(r"([0-9,]+)\s*(?:R|r|remainder|rem\.?|with (?:a )?remainder(?: of)?)\s*([0-9]+)")
_RATIO = re.compile(r"\s*:\s*|\s+to\s+")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_MATRIX = re.compile(r"\\begin\{([pbvB]?matrix|array)\}(?:\{[lcr| ]{1,20}\})?(.*)\\end\{\1\}", re.DOTALL)
_MAX_ITEMS = 40


@lru_cache(maxsize=8192)
def read_answer_kind(text: str) -> Reading | None:
    """Return what a cleaned text says; None where any of it was not read."""
    if not text or len(text) > MAX_CHARS:
        return None
    try:
        return _read(text.strip(), 0)
    except (Unreadable, RecursionError):
        return None


def _read(text: str, depth: int) -> Reading | None:
    if depth > 6:
        return None
    if _NONE.fullmatch(text):
        return Listing("set", ())
    if _EVERY.fullmatch(text):
        return Numbers(ALL)
    if match := _EXCEPT.fullmatch(text):
        return _without(f"ℝ ∖ {{{_AND.sub(', ', match[1]).strip('{}')}}}")
    if text.startswith("\\begin"):
        return _matrix(text)
    if "∪" in text:
        return _union(text)
    if "∖" in text:
        return _without(text)
    if match := _BUILDER.fullmatch(text):
        inner = _read(match[2], depth + 1)
        return inner if isinstance(inner, Numbers) and inner.letter in ("", match[1]) else None
    if (match := _MEMBER.match(text)) and (inside := _read(text[match.end() :], depth + 1)) is not None:
        return _as_region(inside, match[1])
    parts, joins = _cut(text)
    return _single(text, depth) if len(parts) == 1 else _several(parts, joins, depth)


def _cut(text: str, thousands: bool = True) -> tuple[list[str], list[str]]:
    """The parts between the outermost commas and joining words, and what joins them."""
    parts, joins, depth, start = [""], [], 0, 0
    at = 0
    while at < len(text):
        char = text[at]
        depth += (char in "([{") - (char in ")]}")
        match = _JOINT.match(text, at) if depth == 0 and (char in ",; ∨∧\\" or at == start) else None
        if match is None or (char == "," and thousands and is_thousands(text, at)) or len(parts) > _MAX_ITEMS:
            at += 1
            continue
        if text[start:at].strip():
            parts[-1] = text[start:at].strip()
            parts.append("")
            joins.append(match.group().strip(" ,;").lower() or ",")
        start = at = match.end()
    parts[-1] = text[start:].strip()
    return parts, joins


def _several(parts: Sequence[str], joins: Sequence[str], depth: int) -> Reading | None:
    """Answers joined by commas, `and` or `or`: bounds of one letter are one region, all else is a list."""
    if "≠" in parts[0] and not any(_SIGN.search(part) for part in parts[1:]):  # `x ≠ 2, 5`
        parts = [parts[0], *(f"{parts[0].partition('≠')[0]}≠ {part}" for part in parts[1:])]
        joins = [","]
    found = [_read(part, depth + 1) for part in parts]
    if any(f is None for f in found):
        return None
    items = [f for f in found if f is not None]
    if all(isinstance(i, Numbers) for i in items):
        return _joined([i for i in items if isinstance(i, Numbers)], joins)
    if isinstance(items[0], Given) and all(isinstance(i, Value) for i in items[1:]):
        items = [items[0], *(Given(items[0].name, i) for i in items[1:])]  # `x = 2 or 3`
    if any(isinstance(i, Nothing) for i in items):
        return next(i for i in items if isinstance(i, Nothing))
    flat = [x for i in items for x in (i.items if isinstance(i, Listing) and i.kind == "choice" else (i,))]
    return Listing("list" if set(joins) <= {","} else "choice", tuple(flat))


def _joined(items: Sequence[Numbers], joins: Sequence[str]) -> Reading | None:
    named = {i.letter for i in items if i.letter}
    if len(named) != 1:
        return Listing("list", tuple(items)) if len(named) > 1 else None
    region = items[0].region
    either = not _EITHER.isdisjoint(joins)
    if either and not set(joins) <= _EITHER | {","}:
        return None
    for item in items[1:]:
        region = united([*region, *item.region]) if either else meet(region, item.region)
    return Numbers(region, named.pop()) if region else Listing("set", ())


def _union(text: str) -> Reading | None:
    name, sign, body = text.partition("=")
    if sign:
        inner = _union(body.strip())
        return Given(name.strip(), inner) if inner is not None and _NAME.fullmatch(name.strip()) else None
    match = _MEMBER.match(text)
    letter, body = (match[1], text[match.end() :]) if match else ("", text)
    pieces: list[Piece] = []
    for part in body.split("∪"):
        inner = _as_region(_single(part.strip(), 4), "")
        if inner is None:
            return None
        pieces += inner.region
    return Numbers(united(pieces), letter)


def _without(text: str) -> Reading | None:
    """All numbers of a region but some."""
    whole, _, points = text.partition("∖")
    region, holes = _as_region(_read(whole.strip(), 4), ""), _as_region(_read(points.strip(), 4), "")
    if region is None or holes is None:
        return None
    left = region.region
    for hole in holes.region:
        if hole.low is None or hole.low != hole.high:
            return None
        left = meet(left, united([Piece(high=hole.low), Piece(low=hole.low)]))
    return Numbers(left)


def _as_region(reading: Reading | None, letter: str) -> Numbers | None:
    """An interval or a finite set as a region."""
    if isinstance(reading, Numbers):
        return Numbers(reading.region, letter)
    if not isinstance(reading, Listing) or reading.kind not in ("set", "point"):
        return None
    if reading.kind == "point":
        return interval(reading, letter)
    points = [i.tree for i in reading.items if isinstance(i, Value)]
    return (
        Numbers(united([Piece(p, True, p, True) for p in points]), letter)
        if len(points) == len(reading.items)
        else None
    )


def _single(text: str, depth: int) -> Reading | None:
    if text[:1] in _PAIRS and len(text) > 1 and text[-1] in ")]}" and _closes(text) == len(text) - 1:
        found = _bracketed(text, depth)
        if found is not None:
            return found
    signs = [m for m in _SIGN.finditer(text) if text[: m.start()].count("{") == text[: m.start()].count("}")]
    if signs:
        return _related(text, signs, depth)
    if match := _REMAINDER.fullmatch(text):
        items = [read_formula(g) for g in match.groups()]
        return Listing("remainder", tuple(Value(i) for i in items if i is not None))
    if "±" in text and text.count("±") == 1:
        both = [read_formula(re.sub(r"^\+|(?<=\()\+", "", text.replace("±", sign))) for sign in "+-"]
        return Listing("set", tuple(Value(b) for b in both if b is not None)) if None not in both else None
    if ":" in text or " to " in text:
        parts = [read_formula(p) for p in _RATIO.split(text)]
        return Listing("ratio", tuple(Value(p) for p in parts if p is not None)) if None not in parts else None
    tree = read_formula(text)
    return Value(tree) if tree is not None else None


def _closes(text: str) -> int:
    """Where the bracket closes that opens a text; brackets of intervals need not match."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return at
    return -1


def _bracketed(text: str, depth: int) -> Reading | None:
    """A point, a set or an interval."""
    # In brackets (3,250) is two numbers, unless other commas show by their blank that this one is a thousand's.
    parts, joins = _cut(text[1:-1], thousands=", " in text or ";" in text)
    if text[0] == "{" and text[-1] == "}":
        items = [_read(p, depth + 1) for p in parts]
        return Listing("set", tuple(i for i in items if i is not None)) if None not in items else None
    if len(parts) < 2 or not set(joins) <= {","}:
        inner = _read(text[1:-1].strip(), depth + 1) if text[0] == "(" and text[-1] == ")" else None
        return inner if isinstance(inner, Given | Listing | Numbers | Relation) else None
    if (
        len(parts) == 2
        and ("∞" in text or text[0] == "[" or text[-1] == "]")
        and text[0] in "(["
        and text[-1] in ")]"
    ):
        return _interval(parts, text[0] == "[", text[-1] == "]")
    if (text[0], text[-1]) not in (("(", ")"), ("[", "]")):
        return None
    items = [_read(p, depth + 1) for p in parts]
    return Listing("point", tuple(i for i in items if i is not None)) if None not in items else None


def _interval(parts: Sequence[str], low_closed: bool, high_closed: bool) -> Reading | None:
    plain = [p.replace(" ", "").removeprefix("+").replace("−", "-") for p in parts]
    low, high = (None if p in ("∞", "-∞") else read_formula(p) for p in plain)
    if (low is None and plain[0] != "-∞") or (high is None and plain[1] != "∞"):
        return None
    region = united([Piece(low, low_closed and low is not None, high, high_closed and high is not None)])
    return Numbers(region)


def _matrix(text: str) -> Reading | None:
    """The rows of a matrix as points."""
    match = _MATRIX.fullmatch(text)
    if match is None:
        return None
    rows = [row.split("&") for row in match.group(2).split(ROW) if row.strip()]
    cells = [[read_formula(cell.strip()) for cell in row] for row in rows[:_MAX_ITEMS]]
    if any(c is None for row in cells for c in row):
        return None
    return Listing("matrix", tuple(Listing("point", tuple(Value(c) for c in row if c is not None)) for row in cells))


# Relations


def _related(text: str, signs: Sequence[re.Match[str]], depth: int) -> Reading | None:
    starts, ends = [0, *(m.end() for m in signs)], [*(m.start() for m in signs), len(text)]
    sides = [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    names = [{"<=": "≤", ">=": "≥"}.get(m.group(), m.group()) for m in signs]
    if not all(sides):
        return None
    if "≈" in names and set(names) <= {"=", "≈"}:
        # The exact value is on the left of `≈`, unless only a name is there.
        exact = sides[: names.index("≈") + 1]
        sides = exact if len(exact) > 1 or _NAME.fullmatch(exact[0]) is None else sides[:2]
        names = ["="] * (len(sides) - 1)
        if not names:
            return _single(sides[0], depth)
    if set(names) == {"="}:
        return _equation(sides, depth)
    return _bounds(sides, names)


def _equation(sides: Sequence[str], depth: int) -> Reading | None:
    """`x = 5`, `(m, n) = (5, 8)`, `3 + 4 = 7`, or an equation in letters that is not solved."""
    if _NAMES.fullmatch(sides[0]) and len(sides) == 2:
        return _named_point(sides[0], _read(sides[1], depth + 1))
    trees = [read_formula(side) for side in sides]
    if len(trees) == 2 and trees[0] is not None and trees[0] == trees[1]:
        return Nothing("Both sides are the same, which is no answer.")
    if len(sides) == 2 and (given := _given(sides, trees, depth)) is not None:
        return given
    named = _NAME.fullmatch(sides[0]) is not None and not (trees[1] is not None and letters(trees[1]))
    values = trees[1:] if named else trees
    chain = [t for t in values if t is not None]
    if len(chain) != len(values):
        return None
    if any(letters(t) for t in chain) and not named:
        return Relation("=", chain[0], chain[1]) if len(chain) == 2 else None
    if any(same(a, b) is False and not _rounded(a, sides[-1], b) for a, b in pairwise(chain)):
        return Nothing("It is a false equality, which states no answer.")
    if not named and len(set(chain)) < len(chain):
        return Nothing("Two sides are the same, which is no answer.")
    return Given(sides[0], Value(chain[-1])) if named else Value(chain[-1])


def _rounded(exact: Tree, text: str, shown: Tree) -> bool:
    """`10/3 = 3.33`: the last side is the value before it at the decimals that it shows."""
    places = len(text.partition(".")[2])
    if not places or not text.replace(".", "", 1).isdigit():
        return False
    return abs(real_value(exact) - real_value(shown)) <= 0.5 * 10.0**-places


def _given(sides: Sequence[str], trees: Sequence[Tree | None], depth: int) -> Reading | None:
    """What one side says of the name on the other."""
    for name, tree, other, text in (
        (sides[0], trees[0], trees[1], sides[1]),
        (sides[1], trees[1], trees[0], sides[0]),
    ):
        lone = isinstance(tree, str)
        if not lone and (name != sides[0] or not _NAME.fullmatch(name) or (tree is not None and other is None)):
            continue
        if other is not None and lone and name == sides[1] and letters(other):
            continue
        what = Value(other) if other is not None else _read(text, depth + 1)
        if what is not None and not isinstance(what, Nothing):
            return _spread(name.replace(" ", ""), what)
    return None


def _spread(name: str, what: Reading) -> Reading:
    """`x = ±2` gives x two values."""
    if isinstance(what, Listing) and what.kind == "set" and what.items and name.islower() and len(name) == 1:
        return Listing("choice", tuple(Given(name, item) for item in what.items))
    return Given(name, what)


def _named_point(names: str, what: Reading | None) -> Reading | None:
    if not isinstance(what, Listing) or what.kind != "point":
        return None
    letters_ = [n.strip() for n in names[1:-1].split(",")]
    if len(letters_) != len(what.items):
        return None
    return Given("(" + ",".join(letters_) + ")", what)


def _bounds(sides: Sequence[str], signs: Sequence[str]) -> Reading | None:
    """A letter between bounds as a region; any other inequality with its smaller side first."""
    trees = [read_formula(side) for side in sides]
    known = [t for t in trees if t is not None]
    if len(known) != len(sides) or "=" in signs:
        return None
    lone = [i for i, t in enumerate(known) if isinstance(t, str) and t != "∞"]
    others = frozenset().union(*(letters(t) for i, t in enumerate(known) if i not in lone[:1]))
    if len(lone) == 1 and isinstance(letter := known[lone[0]], str) and letter not in others:
        return _region(known, signs, lone[0], letter)
    if len(known) != 2 or "≠" in signs:
        return None
    sign = signs[0]
    left, right = known if sign in "<≤" else reversed(known)
    return Relation(_FLIPPED.get(sign, sign), left, right)


def _region(trees: Sequence[Tree], signs: Sequence[str], at: int, letter: str) -> Reading | None:
    region = ALL
    for i, sign in enumerate(signs):
        if at not in (i, i + 1):
            return None
        end = trees[i + 1] if at == i else trees[i]
        below = (sign in "<≤") == (at == i)
        if sign == "≠":
            region = meet(region, united([Piece(high=end), Piece(low=end)])) if len(signs) == 1 else ALL
            if len(signs) > 1:
                return None
        elif end != "∞" and end != Call("neg", ("∞",)):
            piece = Piece(high=end, high_closed=sign in "≤≥") if below else Piece(end, sign in "≤≥")
            region = meet(region, (piece,))
    return Numbers(region, letter) if region else Listing("set", ())
