"""What a skill is: how to draw a problem, put it into words, and work it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from workbench.problems.notation import Number, apply, bracketed, show
from workbench.types import DOMAIN

BASE, NUMBERS, DEPTH = "base", "numbers", "depth"
"""Kinds of problem: as trained; larger or other numbers; longer compositions."""


@dataclass(frozen=True)
class Wording:
    """The sentences that a skill puts its problems into."""

    trained: tuple[str, ...]
    held_out: tuple[str, ...]
    """Frames of the `wording` split, made of words that the trained frames use."""


@dataclass(frozen=True)
class Skill:
    """One skill of the catalogue."""

    name: str
    draw: Callable[[Random, int, str], Params]
    """(random source, difficulty 1 to 3, kind) -> what the problem is made of."""
    describe: Callable[[Params], str | dict[str, str]]
    """The blanks of the sentence frame; a bare string fills `{e}`."""
    solve: Callable[[Work, Params], None]
    wording: Wording
    malrules: Mapping[str, float]
    """How firmly pupils hold each malrule on problems with its feature."""
    depth: Callable[[Params], int]
    """How many operations the problem composes."""
    paths: Callable[[Params], int] = lambda params: 1
    """How many valid methods `solve` knows for these parameters."""
    domain: str = DOMAIN
    """The domain of its problems, as `workbench/domains` names it."""

    def text(self, params: Params, frame: str) -> str:
        """Return the problem in words."""
        blanks = self.describe(params)
        return frame.format(e=blanks) if isinstance(blanks, str) else frame.format(**blanks)


def integer(params: Params, name: str, absent: int | None = None) -> int:
    """Return a parameter that the skill drew as a number; `absent`, if given, where it drew none."""
    value = params[name] if absent is None else params.get(name, absent)
    assert isinstance(value, int)
    return value


def integers(params: Params, names: str) -> list[int]:
    """Return several such parameters: `integers(p, "a b c")`."""
    return [integer(params, name) for name in names.split()]


def nonzero(rng: Random, low: int, high: int) -> int:
    """Return a random integer of [low, high] that is not 0."""
    return rng.choice([v for v in range(low, high + 1) if v])


# A pupil's work on paper: lines written one after another, under the beliefs the pupil holds.


T = TypeVar("T")
Params = dict[str, int | str]
SLIP = "slip"


@dataclass(frozen=True)
class Mistake:
    """Where a belief or a slip first turned a line wrong, and the line as it should have been."""

    line: int
    malrule: str
    corrected: str


@dataclass
class Work:
    """Lines in the making. `beliefs` are malrules held; `path` chooses among valid methods."""

    beliefs: frozenset[str] = frozenset()
    path: int = 0
    slip: Callable[[Number], Number] | None = None
    """Turns a computed value into a slightly wrong one, or returns it unchanged."""
    lines: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, text: str) -> None:
        self.lines.append(text)

    def wrong(self, malrule: str, corrected: str) -> None:
        """Note that the next line is wrong by a malrule."""
        self.mistakes.append(Mistake(len(self.lines), malrule, corrected))

    def step(self, write: Callable[[T], str], right: T, wrong: Mapping[str, T] | None = None) -> T:
        """Write a line that involves a choice and return what the pupil chose."""
        chosen = right
        for malrule, value in (wrong or {}).items():
            if malrule in self.beliefs and write(value) != write(right):
                chosen = value
                self.wrong(malrule, write(right))
                break
        self.line(write(chosen))
        return chosen

    def compute(
        self, write: Callable[[Number], str], right: Number, wrong: Mapping[str, Number] | None = None
    ) -> Number:
        """Write a line that ends in a computed value, where a pupil may also simply slip."""
        slipped = self.slip(right) if self.slip else right
        if slipped != right and not any(m in self.beliefs for m in wrong or {}):
            self.wrong(SLIP, write(right))
            self.line(write(slipped))
            return slipped
        return self.step(write, right, wrong)

    def operate(self, left: Number, operator: str, right: Number) -> Number:
        """Write one line of arithmetic, such as `12 - 3 = 9`."""
        value = apply(left, operator, right)
        return self.compute(lambda v: f"{show(left)} {operator} {bracketed(right)} = {show(v)}", value)

    def answer(self, text: str) -> None:
        self.line(f"Answer: {text}")
