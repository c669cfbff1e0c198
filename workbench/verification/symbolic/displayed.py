"""Formulas between delimiters as relations or bare expressions, with names of several signs as one letter each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.verification.domain import lazy
from workbench.verification.symbolic.formulas import ALIGNED, CLOSED, FORMULA, MAX_STEP, rows
from workbench.verification.symbolic.functions import has_plus_minus, named_constants, signed
from workbench.verification.symbolic.parsing import APPLIED, FunctionToken, function_tokens, parse_function
from workbench.verification.symbolic.trees import Tree
from workbench.verification.text.grammar import Unreadable, word_set

_WORDS = word_set("gcd lcm mod and if or cm mm km ft in kg max min arg det deg is to of the for so we by no at hr")
_MIXED = re.compile(r"(?<![\w^_{.])\d+ [dtc]?frac (?:\{ \d+ \} \{ \d+ \}|\d \d)(?! \^)")
"""`2 frac { 1 } { 2 }` may be a mixed number."""
_MAX_NAME = 8
"""Tokens of the brackets behind a function's or a sequence's name."""


@dataclass(frozen=True)
class Written:
    """One side of a relation, or an expression: as written, and its values: two for a plus-minus, none if unread."""

    text: str
    values: tuple[Tree, ...]

    @lazy
    def tree(self) -> Tree | None:
        """The value of a side that has one."""
        return self.values[0] if len(self.values) == 1 else None


@dataclass(frozen=True)
class Formula:
    """The sides of `a = b < c` with the signs between them; a bare expression has one side."""

    sides: tuple[Written, ...]
    signs: tuple[str, ...]
    display: bool
    """It stands in a line of its own."""


@lru_cache(maxsize=1024)
def formulas(text: str) -> tuple[Formula, ...]:
    """Return the formulas between the delimiters of a text, in their order."""
    found: list[Formula] = []
    if len(text) > MAX_STEP:
        return ()
    for match in FORMULA.finditer(text):
        start, end = match.span(match.lastindex or 0)
        inside = ALIGNED.sub(lambda m: " " * len(m.group()), text[start:end])
        display = not match.group().startswith(("\\(",)) and (match[0][0] != "$" or match[0][:2] == "$$")
        if "\\begin" in inside:  # rows of a matrix or of cases are no formulas of their own
            whole = Written(" ".join(inside.split()), ())
            found.append(Formula((whole, Written("", ())), ("=",), display))
            continue
        tokens = _named(named_constants(function_tokens(inside)))
        last: Written | None = None
        for row in rows(tokens):
            if row:
                found.append(_formula(row, last, display))
                last = found[-1].sides[-1]
    return tuple(found)


def _formula(row: Sequence[FunctionToken], before: Written | None, display: bool) -> Formula:
    cuts = [i for i, t in enumerate(row) if t.kind == "rel"]
    starts, ends = [0, *(c + 1 for c in cuts)], [*cuts, len(row)]
    sides = [_written(row[a:b]) for a, b in zip(starts, ends, strict=True)]
    if cuts and not cuts[0] and before is not None:
        sides[0] = before
    return Formula(tuple(sides), tuple(row[c].text for c in cuts), display)


def _written(tokens: Sequence[FunctionToken]) -> Written:
    shown = " ".join(t.text for t in tokens)
    if not tokens or any(t.kind in CLOSED for t in tokens) or _MIXED.search(shown):
        return Written(shown, ())
    try:
        ways = "+-" if has_plus_minus(tokens) else ("",)
        return Written(shown, tuple(parse_function(signed(tokens, way)) for way in ways))
    except (Unreadable, RecursionError):
        return Written(shown, ())


def _named(tokens: Sequence[FunctionToken]) -> list[FunctionToken]:
    """`f(x + 1)`, `a_{n}` and `AB` as one letter each, `rst` as three."""
    found: list[FunctionToken] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _name_end(tokens, at)
        if end > at + 1:
            text = "".join(t.text for t in tokens[at:end])
            found.append(FunctionToken("var", text, token.start, tokens[end - 1].end))
        elif token.kind == "word" and token.text.isupper() and len(token.text) < 4 and _in_formula(tokens, at):
            found.append(token._replace(kind="var"))
        elif token.kind == "word" and len(token.text) < 4 and token.text.lower() not in _WORDS:
            letters = token.text if _in_formula(tokens, at) else ""
            found += [FunctionToken("var", c, token.start + i, token.start + i + 1) for i, c in enumerate(letters)]
            found += [] if letters else [token]
        else:
            found.append(token)
        at = max(end, at + 1)
    return found


def _in_formula(tokens: Sequence[FunctionToken], at: int) -> bool:
    """Whether a word is no command and no text: neither a backslash nor another word stands beside it."""
    around = [tokens[i] for i in (at - 1, at + 1) if 0 <= i < len(tokens)]
    return not any(t.kind in ("word", "other") for t in around)


def _name_end(tokens: Sequence[FunctionToken], at: int) -> int:
    """Where the name ends that begins with a letter: behind its index, and behind what a function is of."""
    if tokens[at].kind != "var":
        return at
    end = at + 1
    while end < len(tokens) and tokens[end].kind in ("under", "prime"):
        if tokens[end].kind == "under":
            end = _argument_end(tokens, end + 1)
            if not end:
                return at
        else:
            end += 1
    applied = tokens[at].text in APPLIED and end < len(tokens)
    if applied and tokens[end].text == "^" and [t.text for t in tokens[end + 1 : end + 5]] == ["{", "-", "1", "}"]:
        end += 5
    if applied and end < len(tokens) and tokens[end].text == "(":
        end = _argument_end(tokens, end) or end
    return end


def _argument_end(tokens: Sequence[FunctionToken], at: int) -> int:
    """Where a sign or a bracket ends; 0 where it is no short one."""
    if at >= len(tokens):
        return 0
    if tokens[at].kind in ("num", "var"):
        return at + 1
    if tokens[at].kind != "open":
        return 0
    depth = 0
    for i in range(at, min(len(tokens), at + _MAX_NAME + 2)):
        depth += (tokens[i].kind == "open") - (tokens[i].kind == "close")
        if depth == 0:
            return i + 1
    return 0


__all__ = ["Formula", "Written", "formulas"]
