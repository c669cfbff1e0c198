"""What a skill is: how to draw a problem, put it into words, and work it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from workbench.problems.work import Params, Work

BASE, NUMBERS, DEPTH = "base", "numbers", "depth"
"""Kinds of problem: as trained; larger or other numbers; longer compositions."""


@dataclass(frozen=True)
class Skill:
    """One skill of the catalogue."""

    name: str
    draw: Callable[[Random, int, str], Params]
    """(random source, difficulty 1 to 3, kind) -> what the problem is made of."""
    describe: Callable[[Params], str | dict[str, str]]
    """The blanks of the sentence frame; a bare string fills `{e}`."""
    solve: Callable[[Work, Params], None]
    frames: tuple[str, ...]
    held_out_frames: tuple[str, ...]
    """Frames of the `wording` split, made of words that the trained frames use."""
    malrules: Mapping[str, float]
    """How firmly pupils hold each malrule on problems with its feature."""
    depth: Callable[[Params], int]
    """How many operations the problem composes."""
    paths: Callable[[Params], int] = lambda params: 1
    """How many valid methods `solve` knows for these parameters."""

    def text(self, params: Params, frame: str) -> str:
        """The problem in words."""
        blanks = self.describe(params)
        return frame.format(e=blanks) if isinstance(blanks, str) else frame.format(**blanks)


def integer(params: Params, name: str) -> int:
    """A parameter that the skill drew as a number."""
    value = params[name]
    assert isinstance(value, int)
    return value


def integers(params: Params, names: str) -> list[int]:
    """Several of them: `integers(p, "a b c")`."""
    return [integer(params, name) for name in names.split()]


def nonzero(rng: Random, low: int, high: int) -> int:
    """A random integer of [low, high] that is not 0."""
    return rng.choice([v for v in range(low, high + 1) if v])
