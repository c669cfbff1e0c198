"""Solutions told as a pair or a set, as what they mean: `(x, y) = (4, 3)` is x = 4 and y = 3."""

from __future__ import annotations

import re

_NUMBER = r"\s*([-−]?\s?\d{1,6}(?:\.\d{1,6}|/\d{1,4})?)\s*"
_PAIR = re.compile(
    rf"(?<![A-Za-z0-9)])\(\s*([a-z])\s*,\s*([a-z])\s*\)\s*=\s*\({_NUMBER},{_NUMBER}\)(?!\s*[-+*/^(=,])"
)
_SET = re.compile(rf"(?<![A-Za-z0-9)\\])([a-z])\s*(?:∈|\\in\b)\s*\\?\{{{_NUMBER},{_NUMBER}\\?\}}(?!\s*[-+*/^∪∩\\=])")


def written_out(text: str) -> str | None:
    """Return a text with its one pair or set written out; None where there is none, or more."""
    if ("∈" in text or "\\in" in text) and len(_SET.findall(text)) == 1:
        return _SET.sub(r"\1 = \2 or \1 = \3", text)
    if ") = (" in text and len(found := _PAIR.findall(text)) == 1 and found[0][0] != found[0][1]:
        return _PAIR.sub(r"\1 = \3 and \2 = \4", text)
    return None


__all__ = ["written_out"]
