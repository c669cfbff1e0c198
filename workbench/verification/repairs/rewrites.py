"""Corrected steps where no single edit will do: one operation of a sum, or the right pair of brackets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from workbench.types import Diagnosis, Evidence, EvidenceKind, Judgement, StepVerdict
from workbench.verification.exact.polynomials import Poly, add, magnitude, numerator, rational
from workbench.verification.exact.univariate import coefficients, monic, rational_roots
from workbench.verification.lines import quantities
from workbench.verification.lines.claims import Claim, ClaimSide, make_part
from workbench.verification.lines.findings import Context, Finding
from workbench.verification.lines.relations import Statement, statements
from workbench.verification.malrules import search
from workbench.verification.malrules.catalogue import CATALOGUE
from workbench.verification.malrules.search import Found, expression
from workbench.verification.malrules.trees import (
    Term,
    constant,
    is_sum,
    monomial,
    monomial_node,
    sum_of,
    terms,
    write,
)
from workbench.verification.repairs import edits
from workbench.verification.repairs.edits import Edit
from workbench.verification.text import kinds
from workbench.verification.text.grammar import MAX_CHARS, Token, Unreadable, has_function

_RANK = {"^": 3, "*": 2, "/": 2, "+": 1, "-": 1}


def one_operation(text: str, left: ClaimSide | None, right: ClaimSide | None) -> str | None:
    """`9 + 6 * 6 = 15 * 6` made `9 + 6 * 6 = 9 + 36`: the left side with the operation that is due done."""
    if left is None or right is None or right.start < left.end or len(text) > MAX_CHARS:
        return None
    due = _due(left.tokens)
    if due is None:
        return None
    first, last = left.tokens[due], left.tokens[due + 2]
    try:
        result = make_part(left.tokens[due : due + 3]).value
    except Unreadable:
        return None
    if result.denominator != 1 or result < 0:
        return None
    around = left.tokens[max(0, due - 1)], left.tokens[min(due + 3, len(left.tokens) - 1)]
    if due and around[0].kind is kinds.OPEN and around[1].kind is kinds.CLOSE:
        first, last = around
    done = text[left.start : first.start] + str(result) + text[last.end : left.end]
    try:
        computed = left.tokens[due]._replace(text=str(result))
        if make_part((*left.tokens[:due], computed, *left.tokens[due + 3 :])).value != left.value:
            return None
    except Unreadable:
        return None
    return edits.apply(text, Edit(right.start, right.end, done))


def wrong_order(left: ClaimSide | None, right: ClaimSide) -> bool:
    """Return whether the right side is the left with another operation done than the one that is due."""
    due = _due(left.tokens) if left is not None else None
    if left is None or due is None:
        return False
    before, after = (Counter(t.text for t in p.tokens if t.kind is kinds.OP) for p in (left, right))
    done = before - after
    return sum(done.values()) == 1 and left.tokens[due + 1].text not in done


def _due(tokens: tuple[Token, ...]) -> int | None:
    """Where the first operation between two plain numbers stands that binds most tightly."""
    found: list[tuple[int, int]] = []
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.kind is kinds.OPEN) - (token.kind is kinds.CLOSE)
        if token.kind is not kinds.OP or not 0 < i < len(tokens) - 1:
            continue
        if tokens[i - 1].kind is kinds.NUM and tokens[i + 1].kind is kinds.NUM:
            found.append((-10 * depth - _RANK.get(token.text, 0), i - 1))
    return min(found)[1] if found else None


def gathered(text: str, claim: Claim, left: Poly, right: Poly) -> str | None:
    """`7x = 21` for `3x + 4 = 21` made `3x = 17`: letters on one side, numbers on the other."""
    letter = next(iter(sorted(claim.letters)), "")
    first, last = claim.parts[0], claim.parts[-1]
    if first is None or last is None or not {*left, *right} <= {letter, ""} or not letter:
        return None
    many = left.get(letter, 0) - right.get(letter, 0)
    number = right.get("", 0) - left.get("", 0)
    moved = (letter in left) + (letter in right) > 1 or ("" in left and "" in right)
    if not moved or not many or many.denominator != 1 or number.denominator != 1:
        return None
    if many < 0:
        many, number = -many, -number
    sides = write(monomial_node(many, letter)), str(number)
    if first.bare and not last.bare:
        sides = sides[1], sides[0]
    one_term = all(p.bare or (not is_sum(p.node) and monomial(p.node) is not None) for p in (first, last))
    if len(claim.parts) != 2 or first.bare == last.bare or not one_term:
        return None
    gap = text[first.end : last.start]
    return edits.apply(text, Edit(first.start, last.end, f"{sides[0]}{gap}{sides[1]}"))


def brackets(text: str, wrong: ClaimSide, target: Poly) -> str | None:
    """`(x + 5)(x + 6)` with the numbers and signs that multiply out to the target, a number in front kept."""
    spots = _bracket_spots(wrong.tokens)
    try:
        wanted = monic(coefficients(target))
        roots = list(rational_roots(wanted))
    except Unreadable:
        return None
    if len(wanted) != 3 or len(spots) != 2:
        return None
    if len(roots) == 1:
        roots *= 2
    if len(roots) != 2 or any(r.denominator != 1 or r == 0 for r in roots):
        return None
    for sign, number in reversed(spots):
        keep = next((r for r in roots if str(abs(int(r))) == number.text), None)
        root = keep if keep is not None else sorted(roots)[0]
        roots.remove(root)
        gap = text[sign.end : number.start]
        written = ("-" if root > 0 else "+") + gap + str(abs(int(root)))
        text = edits.apply(text, Edit(sign.start, number.end, written))
    return text


def _bracket_spots(tokens: tuple[Token, ...]) -> list[tuple[Token, Token]]:
    """The sign and the number of each bracket of the form `(x + 5)`."""
    found = []
    for i in range(len(tokens) - 4):
        shape = [t.kind for t in tokens[i : i + 5]]
        if shape == [kinds.OPEN, kinds.VAR, kinds.OP, kinds.NUM, kinds.CLOSE] and tokens[i + 2].text in "+-":
            found.append((tokens[i + 2], tokens[i + 3]))
    return found


def missing_term(text: str, wrong: ClaimSide, target: Poly) -> str | None:
    """`x^2 + 36` with the term that was left out, at its place by degree."""
    try:
        gap = add(target, numerator(*wrong.rational), -1)
        parts = [rational(t.node) for t in terms(wrong.node)]
    except Unreadable:
        return None
    if len(gap) != 1 or any(t.kind is kinds.OPEN for t in wrong.tokens) or len(wrong.rational[1]) != 1:
        return None
    (letters, size), first = next(iter(gap.items())), wrong.tokens[0]
    degrees = [max(map(len, top), default=0) for top, _ in parts]
    if size.denominator != 1 or any(letters in top for top, _ in parts):
        return None
    after = next((i for i, d in enumerate(degrees) if d < len(letters)), len(parts))
    written = write(monomial_node(magnitude(size), letters))
    sign = "-" if size < 0 else "+"
    spaced = " " if " " in text[first.start : wrong.tokens[-1].end] or len(wrong.tokens) == 1 else ""
    if after == 0:
        lead = text[first.start : first.end]
        joined = "" if lead in "+-" else f"{spaced}+{spaced}"
        return edits.apply(text, Edit(first.start, first.start, f"{'-' if size < 0 else ''}{written}{joined}"))
    at = wrong.tokens[-1].end if after == len(parts) else _operator_before(wrong.tokens, after)
    return edits.apply(text, Edit(at, at, f"{spaced}{sign}{spaced}{written}"))


def expanded(text: str, wrong: ClaimSide, target: Poly) -> str | None:
    """Return a sum without brackets as the sum that it should be, the highest powers first."""
    if any(t.kind in (kinds.OPEN, kinds.FRAC) or t.text == "/" for t in wrong.tokens) or not 0 < len(target) <= 6:
        return None
    if any(c.denominator != 1 for c in target.values()):
        return None
    ordered = sorted(target.items(), key=lambda item: (-len(item[0]), item[0]))
    written = write(sum_of([Term(1 if c > 0 else -1, monomial_node(magnitude(c), m)) for m, c in ordered]))
    return edits.apply(text, Edit(wrong.start, wrong.end, written))


def _operator_before(tokens: tuple[Token, ...], term: int) -> int:
    """Where the operand before the given term of a sum without brackets ends."""
    seen = 0
    for i in range(1, len(tokens)):
        if tokens[i].text in ("+", "-") and tokens[i - 1].kind in kinds.OPERAND_ENDS:
            seen += 1
            if seen == term:
                return tokens[i - 1].end
    return tokens[-1].end


def fraction_tops(text: str, target: ClaimSide, wrong: ClaimSide) -> str | None:
    """`1/6 + 1/6` for `1/2 + 1/3` made `3/6 + 2/6`: the tops that the new bottoms need."""
    spots = _fraction_spots(wrong.tokens)
    try:
        wanted = [constant(t.signed) for t in terms(target.node)]
    except Unreadable:
        return None
    if len(spots) < 2 or len(spots) != len(wanted):
        return None
    for (top, bottom), exact in reversed(list(zip(spots, wanted, strict=True))):
        new = None if exact is None else exact * int(bottom.text)
        if new is None or new.denominator != 1 or new < 0:
            return None
        text = edits.apply(text, Edit(top.start, top.end, str(new)))
    return text


def _fraction_spots(tokens: tuple[Token, ...]) -> list[tuple[Token, Token]]:
    """Top and bottom of each term of a sum that is a fraction of whole numbers; empty where any is not."""
    if any(t.kind is kinds.OPEN for t in tokens) or len(tokens) % 4 != 3:
        return []
    found = []
    for i in range(0, len(tokens), 4):
        top, bar, bottom = tokens[i : i + 3]
        joined = i + 3 == len(tokens) or tokens[i + 3].text == "+"
        if not (joined and bar.text == "/" and top.text.isdigit() and bottom.text.isdigit()):
            return []
        found.append((top, bottom))
    return found


# From a malrule that was found to words: the named finding, and three levels of hints.


def named(finding: Finding, found: Found | None) -> Finding:
    """Return the finding with the malrule that makes its line; unchanged where none was found."""
    if found is None:
        return finding
    rule = CATALOGUE[found.malrule]
    # Two trees may be written alike, and `turns 11 into 11` would say nothing.
    made = found.made if found.made != found.was else ""
    what = f"The line turns {found.was} into {made}" if made else "The line goes on"
    where = f"{rule.look[:-1]}: {found.was}." if found.was else rule.look
    return replace(
        finding,
        diagnosis=Diagnosis.BUGGY,
        malrule=found.malrule,
        reason=f"{what}, {rule.as_if}. {rule.rule}" if made else f"{what} {rule.as_if}. {rule.rule}",
        evidence=(*finding.evidence, Evidence(EvidenceKind.PLACE, where)),
    )


def name_arithmetic(context: Context, finding: Finding) -> Finding:
    """Return a wrong calculation with the malrule that gives its result."""
    if finding.judgement is not Judgement.INCORRECT or finding.diagnosis is not Diagnosis.NOT_EQUIVALENT:
        return finding
    if any(quantities.differs(claim) for claim in context.line.claims):
        return finding  # the malrules know numbers without units
    before = _before(context)
    if before is not None and len(context.line.claims) == 1:
        found = search.claim(before, context.line.claims[0])
        if found is not None:
            return named(finding, found)
    for claim in context.line.claims:
        for left, relation, right in claim.pairs(context.carry):
            if relation != "=" or left.letters or right.letters:
                continue
            if left.known is None or right.known is None or left.known == right.known:
                continue
            if has_function(left.node) or has_function(right.node):
                return finding  # the malrules know sums, products and powers
            mended = finding.repair or fraction_tops(context.line.text, left, right)
            found = expression(left.node, right) or expression(right.node, left)
            return named(replace(finding, repair=mended), found)
    return finding


def _before(context: Context) -> Statement | None:
    """The equation that stands directly before a line."""
    if not context.earlier:
        return context.reading.statements[-1] if context.reading.statements else None
    found = statements(context.earlier[-1], None)
    return found[-1] if found else None


def hints(step: StepVerdict) -> tuple[str, str, str] | None:
    """Return where to look, the rule, and the rule applied; None where no malrule is named.

    Only the last gives the corrected step away.
    """
    if step.malrule is None or step.malrule not in CATALOGUE:
        return None
    rule = CATALOGUE[step.malrule]
    where = next((e.text for e in step.evidence if e.kind == EvidenceKind.PLACE), rule.look)
    applied = f"{rule.rule} So the step is: {step.repair}" if step.repair else f"{rule.rule} Now rewrite the line."
    return where, rule.rule, applied
