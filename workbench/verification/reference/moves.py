"""The computations of a solution, each with its place on the worked solution's graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from workbench.verification.reading.grammar import BinaryOperation, Neg, Node, Number
from workbench.verification.reference.formulas import PRIME, operate, unsigned
from workbench.verification.reference.reading import Computation, LineReading, close, leaves, worth
from workbench.verification.reference.worked import QuantityPlace, Worked

MAX_MOVES = 200
MAX_READINGS = 6
"""A number may be a given one and an earlier result; so many readings of a formula are followed."""


@dataclass(frozen=True)
class PlacedComputation:
    """One computation in a solution."""

    step: int
    value: Number
    place: QuantityPlace
    operands: frozenset[Number]
    prints: frozenset[int]
    repeated: bool
    """An earlier step has computed this already."""
    node: Node
    used: bool = False
    """A later step goes on from its value."""
    leads_on: bool = False
    """A later step gets from it to a quantity that lies on the path."""


def moves(worked: Worked, steps: Sequence[LineReading]) -> tuple[PlacedComputation, ...]:
    """The computations of all steps in order."""
    known: dict[Number, set[int]] = {}
    seen: set[int] = set()
    found: list[PlacedComputation] = []
    for i, step in enumerate(steps):
        for computation in step.computations:
            move = _move(worked, known, seen, i, computation)
            if move is not None and len(found) < MAX_MOVES:
                found.append(move)
                known.setdefault(move.value, set()).update(sorted(move.prints)[:MAX_READINGS])
                seen |= {unsigned(x) for x in move.prints}
    return tuple(_with_uses(found))


def _move(
    worked: Worked, known: dict[Number, set[int]], seen: set[int], step: int, computation: Computation
) -> PlacedComputation | None:
    value, operations = computation.result, computation.operations
    if value is None or not operations:
        return None
    prints: set[int] = set()
    operands: set[Number] = set()
    for node in operations:
        prints |= readings(worked, known, node)
        operands.update(v for leaf in leaves(node) if (v := worth(leaf)) is not None)
    repeated = any(unsigned(x) in seen for x in prints)
    place = worked.place(prints, value)
    return PlacedComputation(step, value, place, frozenset(operands), frozenset(prints), repeated, operations[0])


def readings(worked: Worked, known: dict[Number, set[int]], node: Node) -> set[int]:
    """The fingerprints that an expression may have: a number is an earlier result, or one that was given."""
    if isinstance(node, BinaryOperation):
        if node.op not in "+-*/":
            return set()
        pairs = product(readings(worked, known, node.left), readings(worked, known, node.right))
        found = {x for a, b in pairs if (x := operate(node.op, a, b)) is not None}
        return set(sorted(found)[:MAX_READINGS])
    if isinstance(node, Neg):
        return {PRIME - x for x in readings(worked, known, node.arg)}
    value = worth(node)
    if value is None:
        return set()
    found = set(known.get(value, ()))
    if value in worked.given or not found:
        found.add(worked.symbols(value))
        if not known.get(value) and value not in worked.given and value in worked.results:
            found.update(formula.print for formula in worked.results[value])
    return found


def _with_uses(found: Sequence[PlacedComputation]) -> list[PlacedComputation]:
    """The moves, each with what later ones make of it; read backwards."""
    done: list[PlacedComputation] = []
    for move in reversed(found):
        users = [m for m in done if m.step > move.step or m is not move]
        users = [m for m in users if not m.repeated and any(close(move.value, v) for v in m.operands)]
        on = any(
            m.place is QuantityPlace.ON_PATH or (m.place is QuantityPlace.ANOTHER_WAY and m.leads_on) for m in users
        )
        done.append(
            PlacedComputation(
                move.step,
                move.value,
                move.place,
                move.operands,
                move.prints,
                move.repeated,
                move.node,
                bool(users),
                on,
            )
        )
    return done[::-1]
