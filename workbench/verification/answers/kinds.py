"""What an answer is: a value, what a name is given, a list, point, set or ratio, a region of numbers, a relation."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.verification.answers.regions import Piece, Region, united
from workbench.verification.answers.trees import Tree, letters


@dataclass(frozen=True)
class Value:
    """One formula."""

    tree: Tree


@dataclass(frozen=True)
class Given:
    """`x = 5`, `f(x) = 2x`, `D = (0, 1)`: what a name stands for."""

    name: str
    what: Reading


@dataclass(frozen=True)
class Listing:
    """Several answers: `list` as written, `choice` joined by words, `set` in braces, `point` in brackets, `ratio`."""

    kind: str
    items: tuple[Reading, ...]

    @property
    def ordered(self) -> bool:
        """Whether the order counts: of points and ratios, and of plain values behind commas."""
        # `A, C` are options, whose order says nothing.
        plain = self.kind == "list" and all(isinstance(i, Value) and not _is_option(i.tree) for i in self.items)
        return plain or self.kind in ("point", "ratio", "remainder")


def _is_option(tree: Tree) -> bool:
    return isinstance(tree, str) and len(tree) == 1 and tree.isupper()


@dataclass(frozen=True)
class Numbers:
    """A region of the real numbers, and the letter it is said of."""

    region: Region
    letter: str = ""


@dataclass(frozen=True)
class Relation:
    """An equation or inequality that is not solved for a letter; `<` and `<=` with the smaller side first."""

    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Nothing:
    """A text that states no answer, such as `4 = 4` or `1 = 5`."""

    why: str


Reading = Value | Given | Listing | Numbers | Relation | Nothing


def members(reading: Reading) -> tuple[Reading, ...]:
    """The members; the values of one letter without its name, also of its numbered kind `x_1`, `x_2`."""
    if not isinstance(reading, Listing):
        return (reading,)
    return tuple(i.what if isinstance(i, Given) else i for i in reading.items)


def letters_of(reading: Reading) -> frozenset[str]:
    """Return the letters that values in an answer are made of."""
    if isinstance(reading, Value):
        return letters(reading.tree)
    if isinstance(reading, Given):
        return letters_of(reading.what)
    if isinstance(reading, Listing):
        return frozenset().union(*(letters_of(i) for i in reading.items))
    return frozenset()


def interval(point: Listing, letter: str = "") -> Numbers | None:
    """Return the open interval that a point of two values may also mean."""
    ends = [i.tree for i in point.items if isinstance(i, Value)]
    if len(ends) != 2 or len(point.items) != 2:
        return None
    return Numbers(united([Piece(ends[0], False, ends[1], False)]), letter)
