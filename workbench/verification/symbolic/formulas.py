"""Chains between delimiters: each is read as a whole, whatever the words around it say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.verification.symbolic.functions import has_plus_minus, named_constants, signed
from workbench.verification.symbolic.parsing import FunctionToken, function_tokens, parse_function
from workbench.verification.symbolic.trees import Tree
from workbench.verification.text.grammar import Unreadable

MAX_STEP = 2000
FORMULA = re.compile(
    r"\$\$(.{1,400}?)\$\$|\$([^$]{1,400})\$|\\\((.{1,400}?)\\\)|\\\[(.{1,400}?)\\\]|"
    r"\\begin\{align\*?\}(.{1,400}?)\\end\{align\*?\}",
    re.DOTALL,
)
ALIGNED = re.compile(r"\\(?:begin|end)\{(?:align|aligned|split|gather|gathered)\*?\}")
CLOSED = frozenset(("sep", "edge", "row", "word", "or", "other"))


@dataclass(frozen=True)
class Side:
    """One side of a chain: its values, two where it has a plus-minus, none where it was not read."""

    values: tuple[Tree, ...]
    text: str


@dataclass(frozen=True)
class Chain:
    """The sides of `a = b < c` and the signs between them."""

    sides: tuple[Side, ...]
    signs: tuple[str, ...]


@lru_cache(maxsize=1024)
def chains(text: str, natural: bool = False) -> tuple[Chain, ...]:
    """Return the chains between the delimiters of a text, in their order; `natural` takes e for Euler's number."""
    found: list[Chain] = []
    if len(text) > MAX_STEP:
        return ()
    for match in FORMULA.finditer(text):
        start, end = match.span(match.lastindex or 0)
        inside = ALIGNED.sub(lambda m: " " * len(m.group()), text[start:end])
        tokens = named_constants(function_tokens(inside), natural)
        last: Side | None = None
        for row in rows(tokens):
            chain = _chain(inside, row, last)
            if chain is not None:
                found.append(chain)
                last = chain.sides[-1]
    return tuple(found)


def rows(tokens: Sequence[FunctionToken]) -> list[list[FunctionToken]]:
    """The rows and the parts of a list; nothing where the brackets do not close."""
    rows: list[list[FunctionToken]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind in ("row", "sep") and depth == 0:
            rows.append([])
        else:
            rows[-1].append(token)
    return rows if depth == 0 else []


def _chain(text: str, row: Sequence[FunctionToken], before: Side | None) -> Chain | None:
    """The chain of one row; a leading sign goes on from the row before."""
    cuts = [i for i, t in enumerate(row) if t.kind == "rel"]
    if not cuts:
        return None
    starts, ends = [0, *(c + 1 for c in cuts)], [*cuts, len(row)]
    sides = [_side(text, row, a, b) for a, b in zip(starts, ends, strict=True)]
    if not cuts[0] and before is not None:
        sides[0] = before
    return Chain(tuple(sides), tuple(row[c].text for c in cuts))


def _side(text: str, row: Sequence[FunctionToken], first: int, end: int) -> Side:
    tokens = row[first:end]
    if not tokens:
        return Side((), "")
    start = row[first - 1].end if first else tokens[0].start
    shown = text[start : row[end].start if end < len(row) else tokens[-1].end].strip()
    if any(t.kind in CLOSED for t in tokens):
        return Side((), shown)
    try:
        ways = "+-" if has_plus_minus(tokens) else ("",)
        return Side(tuple(parse_function(signed(tokens, way)) for way in ways), shown)
    except (Unreadable, RecursionError):
        return Side((), shown)
