"""What is asked of SymPy and what it answers: records that cross to its process and back."""

from __future__ import annotations

from typing import NamedTuple

from workbench.verification.symbolic.trees import Tree

Equations = tuple[tuple[Tree, Tree], ...]
"""The two sides of each of several alternatives."""


class Holds(NamedTuple):
    """Whether `left sign right` holds: for numbers, or for all values of the letters."""

    left: Tree
    sign: str
    right: Tree


class SameRoots(NamedTuple):
    """Whether the equations after have the same real roots as those before."""

    letter: str
    before: Equations
    after: Equations


class Outcome(NamedTuple):
    """True or False where it is proved, else None; `witness` shows why it is False."""

    holds: bool | None
    witness: str = ""
