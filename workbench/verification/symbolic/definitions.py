"""Functions that a problem defines, such as f(x) = 2x + 3."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.verification.symbolic.functions import named_constants
from workbench.verification.symbolic.parsing import Definition, FunctionToken, function_tokens, parse_function
from workbench.verification.symbolic.trees import Tree, letters
from workbench.verification.text.grammar import Unreadable, word_set

MAX_PROBLEM = 2000
MAX_FORMULA = 160
_DEFINES = re.compile(r"(?<![A-Za-z\\])([A-Za-z])\s*(?:\\left)?\(\s*([a-z])\s*(?:\\right)?\)\s*=(?!=)")
_USES = re.compile(r"(?<![A-Za-z\\])[a-zA-Z](?:['’]{1,2}|\^\{?\\prime\}?)?\s*(?:\\left)?\(")
_ENDS = frozenset(("sep", "edge", "word", "row", "end"))
_LIMITS = word_set("if when where for otherwise unless on")
"""Words behind a formula that may say that it holds for some values only."""
_GOES_ON = _LIMITS | word_set(
    "and find what then is are has have compute evaluate determine calculate with so suppose let which at as be "
    "gives give how solve show the models represents"
)
"""Words right behind a formula that end it."""

Defined = dict[str, Definition]


def uses_function(text: str) -> bool:
    """Return whether a letter stands before a bracket: a search, and no more."""
    return "(" in text and _USES.search(text) is not None


@lru_cache(maxsize=1024)
def definitions(text: str) -> Defined:
    """Return the functions that a text defines, each by one formula for all values. Anything else defines nothing."""
    found: Defined = {}
    if len(text) > MAX_PROBLEM or "(" not in text:
        return found
    spoiled: set[str] = set()
    for match in _DEFINES.finditer(text):
        name, letter = match.groups()
        body = _formula(text, match.end(), found)
        if name in found and body is not None and not letters(body):
            continue  # `f(x) = 5` asks for a value of x
        if name in found or body is None or not letters(body) <= {letter}:
            spoiled.add(name)
        else:
            found[name] = Definition(letter, body)
    return {name: definition for name, definition in found.items() if name not in spoiled}


def _formula(text: str, start: int, found: Defined) -> Tree | None:
    """The formula from a place on; None where it is not read to its end, or holds for some values only."""
    tokens = function_tokens(text, start, min(len(text), start + MAX_FORMULA))
    end = next((i for i, t in enumerate(tokens) if t.kind in _ENDS), len(tokens))
    if end == len(tokens) and start + MAX_FORMULA < len(text):
        return None
    behind = next((t for t in tokens[end:] if t.kind not in ("sep", "edge", "row")), FunctionToken("end", "", 0, 0))
    word = behind.text.lower()
    if word in _LIMITS and not _everywhere(text, behind.end):
        return None
    if behind is (tokens[end] if end < len(tokens) else None) and behind.kind == "word" and word not in _GOES_ON:
        return None  # `f(x) = x rounded down`
    try:
        return parse_function(named_constants(tokens[:end]), found)
    except (Unreadable, RecursionError):
        return None


def _everywhere(text: str, at: int) -> bool:
    """`for all real numbers x` limits nothing."""
    return re.match(r"\s*(?:all|every|any)\b(?![^.]{0,40}[<>≤≥])", text[at : at + 60]) is not None
