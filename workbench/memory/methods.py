"""Which of its skill's methods a solution follows, told by the shape of its lines.

Shapes are learned once from solutions that the generators write by each method. A shape that several methods share,
or that none shows, tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random

from workbench.problems.catalogue import BY_NAME, DIFFICULTIES, draw, write_solution
from workbench.problems.work import Work

_EXAMPLES = 40
"""Solutions by each method and level: more show hardly a new shape."""
_NUMBER = re.compile(r"\d+(?:[./]\d+)?")

Shape = tuple[str, ...]


def method_of(skill: str, lines: Sequence[str]) -> int | None:
    """The method that a right solution follows, as its skill numbers them; None where it cannot be told."""
    if skill not in BY_NAME:
        return None
    found = _methods(skill).get(_shape(lines), frozenset())
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=64)
def _methods(skill: str) -> dict[Shape, frozenset[int]]:
    """The methods that show each shape."""
    known, rng = BY_NAME[skill], Random(skill)
    shapes: dict[Shape, frozenset[int]] = {}
    for level in DIFFICULTIES * _EXAMPLES:
        params = draw(known, level, rng, "fit")
        written = {
            path: tuple(write_solution(known, params, Work(path=path)).lines) for path in range(known.paths(params))
        }
        for path, lines in written.items():
            if len(written) > 1 and list(written.values()).count(lines) == 1:
                shape = _shape(lines)
                shapes[shape] = shapes.get(shape, frozenset()) | {path}
    return shapes


def _shape(lines: Sequence[str]) -> Shape:
    """Lines without their numbers and signs of numbers, each letter `x`; the answer left out."""
    body = [line for line in lines if not line.startswith("Answer")]
    return tuple(re.sub(r"\b[a-z]\b", "x", _NUMBER.sub("0", line)) for line in body)
