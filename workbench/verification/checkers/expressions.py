"""Expressions line to line, and equations that must hold for every value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from workbench.types import Diagnosis, EvidenceKind, Judgement
from workbench.verification.answers.text import answer_in
from workbench.verification.checkers.vacuous import really_same
from workbench.verification.exact.polynomials import (
    ONE,
    difference,
    divide_numbers,
    evaluate,
    poly_letters,
    rational,
    same,
)
from workbench.verification.lines.claims import Claim, ClaimSide
from workbench.verification.lines.findings import Context, Finding, correct, incorrect
from workbench.verification.lines.known import KnownStatement, previous
from workbench.verification.lines.readings import rounds
from workbench.verification.lines.relations import Difference, StatedRelation, Statement, show
from workbench.verification.lines.roles import Role, plain, role, understood
from workbench.verification.malrules import search
from workbench.verification.repairs import fixes
from workbench.verification.repairs.rewrites import named
from workbench.verification.text.grammar import BinaryOperation, Neg, Node, Num, Number, Pct, Unreadable
from workbench.verification.text.tokens import or_none

_NAME = "equivalence"
_TRIALS: tuple[Number, ...] = (1, 2, 3, 5, -1, 7)


def identity(statement: Statement) -> bool:
    """Return whether a single equation holds for every value of its letters."""
    return statement.equation is not None and not statement.equation


def counterexample(left: ClaimSide, right: ClaimSide) -> str | None:
    """Return a sentence with values for which two expressions differ; None where none was found."""
    top, bottom = difference(left.rational, right.rational)
    letters = sorted(left.letters | right.letters)
    for trial in _TRIALS:
        at = {letter: trial + i for i, letter in enumerate(letters)}
        try:
            if evaluate(top, at) == 0 or evaluate(bottom, at) == 0:
                continue
            sides = [divide_numbers(evaluate(p.rational[0], at), evaluate(p.rational[1], at)) for p in (left, right)]
        except Unreadable:
            continue
        where = ", ".join(f"{k} = {show(v)}" for k, v in at.items())
        return f"For {where} the one is {show(sides[0])}, the other {show(sides[1])}."
    return None


def check_identity(context: Context, statement: Statement, known: Sequence[KnownStatement]) -> Finding | None:
    """Return an identity is right; in an expression problem an equation of two expressions must be one."""
    if identity(statement):
        before = previous(known, statement) if context.reading.pure else None
        if context.is_story and _goes_wrong(context, statement):
            return None
        real = really_same(before.statement, statement) if before is not None and identity(before.statement) else True
        if isinstance(real, Difference):
            return incorrect(_NAME, real.text, real.kind)
        return correct(_NAME, "Both sides are equal for every value.") if real else None
    reading = context.reading
    if reading.expression is None or reading.statements or len(statement.alternatives) != 1:
        return None
    pair = statement.first
    equation = pair.relation == "=" and statement.letters <= reading.expression.letters and reading.pure
    if equation and (role(context.line, statement) is Role.SUPPOSED or not understood(context.line, statement)):
        return None
    return _differs(context, pair.left, pair.right) if equation and _rewrites(reading.expression, pair) else None


def _goes_wrong(context: Context, statement: Statement) -> bool:
    """Whether another step of the same chain is no identity: `3x + 2x + 7 = 5x + 7 = 12x`."""
    own = statement.first
    for claim in context.line.claims:
        pairs = [(a, b) for a, r, b in claim.pairs(context.carry) if r == "="]
        if any(a is own.left and b is own.right for a, b in pairs):
            return any(
                a.letters and b.letters and not (a.lone_letter or b.lone_letter) and not same(a.rational, b.rational)
                for a, b in pairs
            )
    return False


def _rewrites(target: ClaimSide, pair: StatedRelation) -> bool:
    """Whether the pair claims to rewrite an expression, rather than to state an equation."""
    return bool(pair.left.letters and pair.right.letters) or same(target.rational, pair.left.rational)


def _differs(context: Context, left: ClaimSide, right: ClaimSide) -> Finding | None:
    text = counterexample(left, right)
    if text is None:
        return None
    finding = incorrect(_NAME, text, EvidenceKind.COUNTEREXAMPLE, fixes.for_expression(context.line, left, right))
    return named(finding, search.expression(left.node, right))


@or_none
def check_expression(context: Context) -> Finding | None:
    """Return a bare expression must equal the expression before it, or a piece of it."""
    part = context.line.expression
    if part is None:
        return None
    earlier = list(_candidates(context))
    if not earlier or not all(part.letters <= c.letters for c, _ in earlier[:1]):
        return None
    equal = [(c, trusted) for c, trusted in earlier if same(c.rational, part.rational)]
    if equal:
        carried = not any(trusted for _, trusted in equal)
        again = equal[-1][0].words == part.words
        diagnosis = Diagnosis.SIMILAR if again else Diagnosis.VALID
        return correct(_NAME, "It is equal to the expression before.", carried, diagnosis)
    parts = [node for c, _ in earlier for node in pieces(c.node)]
    if part.letters and part.node in parts:
        # A piece written down again may be the start of work on it, or a wrong simplification.
        return None
    matching = [node for node in parts if same(rational(node), part.rational)]
    if _drops_around(context, earlier[-1][0], part):
        around = "This is only a piece of the expression: the sign, factor or exponent around it is missing."
        return incorrect(_NAME, around, EvidenceKind.COUNTEREXAMPLE) if _presents(context, part) else None
    begun = [node for c, _ in earlier for node in _beginnings(c.node)]
    if matching and part.letters and all(any(node is b for b in begun) for node in matching):
        # `2x + 2` in 3x + 2 - x + 5: work on a part of the sum, or a term dropped.
        return None
    if matching:
        return correct(_NAME, "It is a piece of the expression before.")
    target = earlier[-1][0]
    if part.bare and not part.letters and not _ends_wrong(context, target, part):
        return None
    label = context.line.text[: part.start] + context.line.text[part.end :]
    if label.strip(" .$\\()[]") and any(_is_term(c, part) for c, _ in earlier):
        return correct(_NAME, "It is a term of the expression worked out.")
    if not context.reading.pure or not plain(label):
        return None
    if not target.letters and not part.letters:
        text = f"The expression before is {show(target.value)}, this one is {show(part.value)}."
        finding = incorrect(_NAME, text, EvidenceKind.VALUE, fixes.for_expression(context.line, target, part))
        return named(finding, search.expression(target.node, part))
    return _differs(context, target, part)


def _ends_wrong(context: Context, target: ClaimSide, part: ClaimSide) -> bool:
    """Whether a number alone ends the work on a sum of numbers, and is not what is left of it when rounded."""
    if target.letters or context.is_answer or not _presents(context, part):
        return False
    exact, shown = target.value, part.value
    return not rounds(exact, part, about=True) and shown not in (math.floor(exact), 100 * exact)


def _is_term(target: ClaimSide, part: ClaimSide) -> bool:
    """`x^2` and `14x` for (x + 7)^2."""
    (whole, below), (top, bottom) = target.rational, part.rational
    return below == bottom == ONE and len(top) == 1 < len(whole) and top.items() <= whole.items()


def _drops_around(context: Context, target: ClaimSide, part: ClaimSide) -> bool:
    """`9` for -3^2, `x^2 - 8x + 16` for 3(x - 4)^2: all but the sign, factor, exponent or divisor of the whole."""
    node: Node | None = target.node
    while node is not None:
        node = _inside(node)
        if node is not None and same(rational(node), part.rational):
            return not same(target.rational, part.rational)
    return False


def _inside(node: Node) -> Node | None:
    """What a sign, a number or an exponent stands around."""
    if isinstance(node, Neg | Pct):
        return node.arg
    if not isinstance(node, BinaryOperation) or node.op in "+-":
        return None
    if node.op in "*" and isinstance(node.left, Num):
        return node.right
    return node.left if isinstance(node.right, Num) and not isinstance(node.left, Num) else None


def _presents(context: Context, part: ClaimSide) -> bool:
    """Whether an expression stands alone in its line, and the solution ends with it."""
    if context.line.text.strip(" .$\\()[]") != context.line.text[part.start : part.end].strip(" .$\\()[]"):
        return False
    rest = context.solution[len(context.earlier) + 1 :]
    return context.reading.pure and all(answer_in(text) is not None for text in rest)


def _candidates(context: Context) -> Iterator[tuple[ClaimSide, bool]]:
    """The expressions that a bare expression may rewrite: the problem's, and each bare one since."""
    target = context.reading.expression
    if target is None:
        return
    yield target, True
    for line, verdict in zip(context.earlier, context.verdicts, strict=False):
        trusted = verdict.judgement is not Judgement.INCORRECT and not verdict.carried
        part = line.expression or _chain_end(line.claims, target)
        if part is not None and part.letters == target.letters and not (part.bare and not part.letters):
            yield part, trusted


@or_none
def _chain_end(claims: Sequence[Claim], target: ClaimSide) -> ClaimSide | None:
    """The last expression of a chain that began with the whole problem or went on from a line before."""
    if len(claims) != 1 or not target.letters:
        return None
    first, last = claims[0].parts[0], claims[0].whole[-1]
    whole = first is None or same(first.rational, target.rational)
    return last if whole and poly_letters(last.rational[0]) else None


def _beginnings(node: Node) -> Iterator[Node]:
    """The sums of the first terms of a sum, without its last one, its last two and so on; the same of a product."""
    if not isinstance(node, BinaryOperation) or node.op not in "+-*":
        return
    signs = "*" if node.op == "*" else "+-"
    while isinstance(node, BinaryOperation) and node.op in signs:
        node = node.left
        if isinstance(node, BinaryOperation) and node.op in signs:
            yield node


def pieces(node: Node) -> Iterator[Node]:
    """Yield the proper sub-expressions of a tree that are more than one number or letter."""
    match node:
        case Neg(arg) | Pct(arg):
            yield from _self_and_pieces(arg)
        case BinaryOperation(op, left, right):
            if op == "-":
                yield Neg(right)
            yield from _self_and_pieces(left)
            yield from _self_and_pieces(right)


def _self_and_pieces(node: Node) -> Iterator[Node]:
    if isinstance(node, BinaryOperation | Neg):
        yield node
        yield from pieces(node)
