"""What is known before a line: the statements that it may be compared with, and what letters were defined as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.verification.exact import univariate as uni
from workbench.verification.exact.polynomials import constant
from workbench.verification.lines.claims import ClaimSide, Line, make_part
from workbench.verification.lines.problems import Reading
from workbench.verification.lines.relations import (
    FLIP,
    Difference,
    Roots,
    Solutions,
    StatedRelation,
    Statement,
    compare,
    union,
    within,
)
from workbench.verification.lines.roles import Role, closes_case, concludes, opens_case, role
from workbench.verification.text import kinds
from workbench.verification.text.grammar import Token, Unreadable

Definitions = Mapping[str, ClaimSide]
_OPEN = Token(kinds.OPEN, "(", 0, 0, False)
_CLOSE = Token(kinds.CLOSE, ")", 0, 0, False)


@dataclass(frozen=True)
class KnownStatement:
    """A statement made earlier, in the problem (line -1) or in a line."""

    statement: Statement
    line: int
    trusted: bool
    main: bool = True
    """The work goes on from it; a value tried out, a part or a case is only known."""


@dataclass(frozen=True)
class Thread:
    """The work up to a line."""

    known: tuple[KnownStatement, ...]
    definitions: Definitions
    in_case: bool = False
    """A line before was said of one case, and none has summed the cases up."""
    closed: bool = False
    """That line said itself what holds in the case: `If x > 1, both factors are positive.`"""


def begun(reading: Reading) -> Thread:
    """Return what the problem alone gives."""
    return Thread(tuple(KnownStatement(s, -1, True) for s in reading.statements), {})


def extended(
    thread: Thread, reading: Reading, line: Line, at: int, found: Sequence[Statement], wrong: bool, trusted: bool
) -> Thread:
    """Return the thread with the statements of line number `at`, which was judged wrong, or is trusted."""
    known, definitions, in_case = list(thread.known), dict(thread.definitions), thread.in_case
    for stated in found:
        statement = put_in(stated, definitions)
        if statement.equation is not None and not statement.equation:
            continue
        part = role(line, statement) is Role.NEXT and (not in_case or concludes(line, statement))
        main = part and (wrong or goes_on(reading, known, statement))
        in_case = in_case and not (main and concludes(line, statement))
        known.append(KnownStatement(statement, at, trusted, main))
        definition = _definition(reading, stated)
        if definition is not None:
            definitions.setdefault(*definition)
    opens = opens_case(line, tuple(found))
    closed = closes_case(line, tuple(found)) if opens else thread.closed
    return Thread(tuple(known), definitions, in_case or opens, closed)


def goes_on(reading: Reading, known: Sequence[KnownStatement], statement: Statement) -> bool:
    """Return whether later lines may be compared with a statement: it says what the main one before it says."""
    if not reading.pure or len(statement.letters) != 1:
        return True
    before = previous(known, statement)
    if before is None:
        return True
    a, b = before.statement.solutions, statement.solutions
    if a is None or b is None:
        return False
    try:
        return differs(reading, a, b, statement.solved) is None or only_gains_poles(known, a, b)
    except Unreadable:
        return False


def previous(known: Sequence[KnownStatement], statement: Statement) -> KnownStatement | None:
    """Return the last main statement about the same letters whose solutions are known."""
    for old in reversed(known):
        if old.main and old.statement.letters == statement.letters and old.statement.solutions is not None:
            return old
    return None


def differs(reading: Reading, before: Solutions, after: Solutions, solved: bool = True) -> Difference | None:
    """Return how two statements differ in what the problem asks for; the one root that it wants may be chosen.

    Only a solved statement may be true of whole numbers alone: `n <= 8`, but not `7n < 62` for `7n < 58`.
    """
    condition = reading.condition(before.letter)
    if condition is None:
        return compare(before, after)
    if not solved:
        condition = replace(condition, whole=False)
    plain = replace(condition, largest=None)
    found = compare(before, after, plain)
    if found is None or condition.largest is None:
        return found
    return found if compare(within(before, condition), after, plain) is not None else None


# Divisors


def poles(statement: Statement) -> uni.Coefficients:
    """Return the squarefree polynomial of the values for which a divisor of a statement is zero."""
    bottoms = [side.rational[1] for p in statement.pairs for side in (p.left, p.right)]
    kept = [uni.squarefree(uni.coefficients(b)) for b in bottoms if constant(b) is None]
    return union(kept) if kept else (1,)


def only_gains_poles(known: Sequence[KnownStatement], before: Solutions, after: Solutions) -> bool:
    """Return whether a statement has all solutions of another, and besides only zeros of an earlier divisor.

    `x + 2 = 4` after `(x^2 - 4)/(x - 2) = 4`: clearing a denominator may gain its zero.
    """
    if not isinstance(before, Roots) or not isinstance(after, Roots) or () in (before.poly, after.poly):
        return False
    shared = uni.common(before.poly, after.poly)
    gained = uni.divide(after.poly, shared)[0]
    if uni.real_roots(uni.divide(before.poly, shared)[0]):
        return False
    for old in known:
        if old.statement.letters == {before.letter}:
            gained = uni.divide(gained, uni.common(gained, poles(old.statement)))[0]
    return uni.real_roots(gained) == 0


def only_poles(known: Sequence[KnownStatement], after: Solutions) -> bool:
    """Return whether every solution of a statement makes an earlier divisor zero."""
    if not isinstance(after, Roots) or after.poly == ():
        return False
    rest = after.poly
    for old in known:
        rest = uni.divide(rest, uni.common(rest, poles(old.statement)))[0]
    return uni.real_roots(rest) == 0


# Definitions


def _definition(reading: Reading, statement: Statement) -> tuple[str, ClaimSide] | None:
    """`u = x^2`, where the problem has x and no u."""
    pair = statement.only
    if pair is None or pair.relation != "=" or not reading.letters:
        return None
    for side, other in ((pair.left, pair.right), (pair.right, pair.left)):
        new = side.lone_letter and not side.letters & reading.letters
        if new and other.letters and other.letters <= reading.letters:
            return next(iter(side.letters)), other
    return None


def put_in(statement: Statement, definitions: Definitions) -> Statement:
    """Return a statement with its defined letters put in; the same one where there are none."""
    if not definitions or not statement.letters & definitions.keys() or _defines(statement, definitions):
        return statement
    try:
        alternatives = tuple(
            tuple(StatedRelation(_side(p.left, definitions), p.relation, _side(p.right, definitions)) for p in a)
            for a in statement.alternatives
        )
    except Unreadable:
        return statement
    return Statement(alternatives)


def _defines(statement: Statement, definitions: Definitions) -> bool:
    """Whether a statement repeats a definition, so that nothing is to be put in."""
    only = statement.only
    sides = (only.left, only.right) if only is not None else ()
    return any(
        s.lone_letter and s.letters <= definitions.keys() and o.letters
        for s, o in zip(sides, sides[::-1], strict=True)
    )


def _side(side: ClaimSide, definitions: Definitions) -> ClaimSide:
    if not side.letters & definitions.keys():
        return side
    tokens: list[Token] = []
    for token in side.tokens:
        found = definitions.get(token.text) if token.kind is kinds.VAR else None
        inside = found.tokens if found is not None else (token,)
        marks = (_OPEN, _CLOSE) if found is not None else ()
        placed = [t._replace(start=token.start, end=token.end) for t in (*marks[:1], *inside, *marks[1:])]
        tokens += placed if found is not None else inside
    return make_part(tokens)


def is_bound(statement: Statement) -> bool:
    """Return whether a statement is made of inequalities."""
    return all(p.relation in FLIP for p in statement.pairs)
