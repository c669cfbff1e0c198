"""A formula of an answer as a tree."""

from __future__ import annotations

from typing import NamedTuple

from workbench.verification.text.grammar import Number


class Call(NamedTuple):
    """An operation or a function, by name, with what it is of."""

    name: str
    args: tuple[Tree, ...]


Tree = Number | str | Call
"""A number, a letter (which may have a subscript), or a call."""

PI = Call("pi", ())


def letters(tree: Tree) -> frozenset[str]:
    """Return the letters of a tree, without the constants e and i."""
    if isinstance(tree, Call):
        return frozenset().union(*(letters(a) for a in tree.args))
    return frozenset((tree,)) - {"e", "i"} if isinstance(tree, str) else frozenset()
