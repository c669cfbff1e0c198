"""What a line says in roots, powers, functions: relations, alternatives, or one expression."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from workbench.verification.symbolic.parsing import FunctionToken, function_tokens, parse_function
from workbench.verification.symbolic.trees import Tree, letters
from workbench.verification.text.grammar import Unreadable, word_set

MAX_TEXT = 400
HINT = re.compile(
    r"[√∛π]|\\?\b(?:sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|abs|pi)(?![a-z])|log_?[0-9₀-₉]|\\d?binom|\\[lr]?vert|\||"
    r"[0-9)]!|\^\{?\(?-?[0-9]+/|\^\(?-?[a-z]|\^[({][^({)}]{0,20}[a-z]|\^\{?\\[dt]?frac"
)
"""What a line must have before it is read at all."""
_BREAKS = frozenset(("word", "sep", "edge", "row", "or"))
_PLAIN = word_set(
    "so then thus hence therefore we get have is means that since because also now and answer gives give "
    "giving the a an of simplify simplifies simplifying solve solving evaluate calculate compute find rewrite "
    "rewriting expand work out write writing show prove rationalise rationalize equation equations expression "
    "identity value values exact simplest form real number numbers for all text both sides square squaring "
    "squared isolate isolating divide dividing multiply multiplying add adding subtract subtracting by from "
    "each side yields yield becomes obtain obtaining which to take taking root roots the logarithm logarithms "
    "natural log logs rearrange rearranging factor factoring apply applying using definition rule rules power "
    "exponents bases equal equate equating left right hand"
)
"""Words that change nothing in the mathematics around them; a line with any other word is left alone."""
_ASKING = _PLAIN | word_set(
    "if what which when such that determine given following satisfies satisfying solution solutions"
)
_HYPOTHESIS = re.compile(
    r"\b(?:if|case|suppose|assum\w*|try|trying|guess|when|let|check\w*|test\w*|verify|plug\w*|for|would|not)\b", re.I
)
_SOLVE_FOR = re.compile(r"\b(?:solve|find) for (?:\$|\\\()?[a-z]\b", re.I)
_COMMENT = re.compile(r"[^:=<>]{0,60}:")


@dataclass(frozen=True)
class Relation:
    """One relation between two trees, with how its sides are written."""

    left: Tree
    sign: str
    right: Tree
    shown: tuple[str, str]


@dataclass(frozen=True)
class Sentence:
    """What a line says: alternatives joined by `or`, each of relations that hold together; or one bare expression."""

    alternatives: tuple[tuple[Relation, ...], ...] = ()
    expression: Tree | None = None

    @property
    def relations(self) -> tuple[Relation, ...]:
        """The relations of all alternatives."""
        return tuple(r for several in self.alternatives for r in several)

    @property
    def letters(self) -> frozenset[str]:
        return frozenset().union(*(letters(r.left) | letters(r.right) for r in self.relations))


@lru_cache(maxsize=2048)
def read_sentence(
    text: str, natural: bool = False, before: Tree | None = None, asks: bool = False
) -> Sentence | None:
    """Return what a line says; None where it cannot be read as a whole or is beyond the bounds.

    `natural` takes e for Euler's number; `before` is what stands before a leading equals sign.
    `asks` reads a problem, which may say `if` and `what`.
    """
    if len(text) > MAX_TEXT or (not text.isascii() and any(ord(c) > 0xFFFF for c in text)):
        return None
    comment = _COMMENT.match(text)
    if comment and _HYPOTHESIS.search(_SOLVE_FOR.sub("", comment.group())):
        return None
    tokens = named_constants(function_tokens(text, comment.end() if comment else 0), natural)
    known = _ASKING if asks else _PLAIN
    if any(t.kind == "other" or (t.kind == "word" and t.text.lower() not in known) for t in tokens):
        return None
    try:
        return _sentence(text, tokens, before)
    except (Unreadable, RecursionError):
        return None


def named_constants(tokens: list[FunctionToken], natural: bool = False) -> list[FunctionToken]:
    """Return the tokens with e as Euler's number, where there is a power of it or a natural logarithm."""
    if not any(t.text == "e" and t.kind == "var" for t in tokens):
        return tokens
    powers = any(t.text == "e" and after.text == "^" for t, after in pairwise(tokens))
    if not (natural or powers or any(t.text == "ln" for t in tokens)):
        return tokens
    return [t._replace(kind="e") if t.kind == "var" and t.text == "e" else t for t in tokens]


def _sentence(text: str, tokens: Sequence[FunctionToken], before: Tree | None) -> Sentence | None:
    groups = [[s for s in _stretches(group) if s] for group in _split(tokens, ("or",))]
    relations: list[list[tuple[Relation, ...]]] = []
    for group in groups:
        chains = [s for s in group if any(t.kind == "rel" for t in s)]
        if chains:
            relations.append(_alternatives(text, chains, before))
    bare = [s for group in groups for s in group if all(t.kind != "rel" for t in s)]
    if not relations:
        written = [s for s in bare if len(s) > 1 or (len(bare) == 1 and s[0].kind == "num")]
        return Sentence(expression=parse_function(written[0])) if len(written) == 1 else None
    found = [alternative for several in relations for alternative in several]
    if len(groups) > 1 and len(found[0]) == 1:  # `x = 2 or -2`
        (first,) = found[0]
        short = [s for g in groups if not any(t.kind == "rel" for s in g for t in s) for s in g]
        found += [(Relation(first.left, first.sign, parse_function(s), first.shown),) for s in short]
    return Sentence(tuple(found))


def _alternatives(
    text: str, chains: Sequence[Sequence[FunctionToken]], before: Tree | None
) -> list[tuple[Relation, ...]]:
    """The claims between two `or`: together one alternative, but two values of a letter are two."""
    read = [list(_chain(text, c, before)) for c in chains]
    plain = [r for chain in read for r, sign in chain if sign == ""]
    either = [r for chain in read for r, sign in chain if sign]
    if either:
        if plain and len(chains) == 1:
            raise Unreadable("a chain of which only a part has two signs")
        return [(*plain, r) for r in either]
    values = [r for r in plain if assigns(r)]
    several = len(chains) > 1 and len(values) > 1 and len(values) == len(plain)
    if several and len({str(r.left) for r in values}) == 1:
        return [(r,) for r in values]
    return [tuple(plain)]


def assigns(relation: Relation) -> bool:
    """Return whether a relation gives a letter a value."""
    return relation.sign in "=~" and isinstance(relation.left, str) and not letters(relation.right)


def _split(tokens: Sequence[FunctionToken], at: Sequence[str]) -> list[list[FunctionToken]]:
    groups: list[list[FunctionToken]] = [[]]
    for token in tokens:
        if token.kind in at:
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _stretches(tokens: Sequence[FunctionToken]) -> list[list[FunctionToken]]:
    """The stretches between words, signs of a sentence and delimiters; brackets hold together."""
    stretches: list[list[FunctionToken]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind in _BREAKS and depth <= 0:
            stretches.append([])
        else:
            stretches[-1].append(token)
    return stretches


def _parts(stretch: Sequence[FunctionToken]) -> tuple[list[Sequence[FunctionToken]], list[FunctionToken]]:
    """The sides of a chain and the signs between them."""
    cuts = [i for i, t in enumerate(stretch) if t.kind == "rel"]
    starts, ends = [0, *(c + 1 for c in cuts)], [*cuts, len(stretch)]
    return [stretch[a:b] for a, b in zip(starts, ends, strict=True)], [stretch[c] for c in cuts]


def _chain(text: str, stretch: Sequence[FunctionToken], before: Tree | None) -> Iterator[tuple[Relation, str]]:
    """The neighbouring relations of `a = b < c`; each sign of a plus-minus gives one of its own."""
    parts, signs = _parts(stretch)
    for i, (left, sign, right) in enumerate(zip(parts, signs, parts[1:], strict=False)):
        if not right or (not left and (i or before is None)):
            raise Unreadable("a side is missing")
        shown = (_shown(text, left), _shown(text, right))
        for way in "+-" if has_plus_minus((*left, *right)) else ("",):
            one = parse_function(signed(left, way)) if left else before
            assert one is not None
            yield Relation(one, sign.text, parse_function(signed(right, way)), shown), way


def _shown(text: str, side: Sequence[FunctionToken]) -> str:
    return text[side[0].start : side[-1].end] if side else ""


def has_plus_minus(tokens: Sequence[FunctionToken]) -> bool:
    """Return whether a plus-minus stands among the tokens."""
    return any(t.text in ("±", "+/-") for t in tokens)


def signed(tokens: Sequence[FunctionToken], sign: str) -> list[FunctionToken]:
    """Return the tokens with one of the signs of a plus-minus."""
    return [t._replace(text=sign) if t.text in ("±", "+/-") else t for t in tokens]


__all__ = ["HINT", "Relation", "Sentence", "assigns", "read_sentence"]
