"""From a malrule that was found to words: the named finding, and three levels of hints."""

from __future__ import annotations

from dataclasses import replace

from workbench.types import Diagnosis, Evidence, Judgement, StepVerdict
from workbench.verification.algebra import rewrites
from workbench.verification.algebra.relations import Statement, statements
from workbench.verification.findings import Context, Finding
from workbench.verification.malrules import search
from workbench.verification.malrules.catalogue import CATALOGUE
from workbench.verification.malrules.search import Found, expression
from workbench.verification.reading.grammar import Unreadable

PLACE = "place"
"""Kind of the evidence that says where a malrule was at work."""


def named(finding: Finding, found: Found | None) -> Finding:
    """The finding with the malrule that makes its line; unchanged where none was found."""
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
        evidence=(*finding.evidence, Evidence(PLACE, where)),
    )


def name_arithmetic(context: Context, finding: Finding) -> Finding:
    """A wrong calculation with the malrule that gives its result."""
    if finding.judgement is not Judgement.INCORRECT or finding.diagnosis is not Diagnosis.NOT_EQUIVALENT:
        return finding
    before = _before(context)
    if before is not None and len(context.line.claims) == 1:
        found = search.claim(before, context.line.claims[0])
        if found is not None:
            return named(finding, found)
    for claim in context.line.claims:
        parts = [p if p is not None else context.carry for p in claim.parts]
        for left, relation, right in zip(parts, claim.relations, parts[1:], strict=False):
            if left is None or right is None or relation != "=" or left.letters or right.letters:
                continue
            try:
                if left.value == right.value:
                    continue
            except Unreadable:
                continue
            mended = finding.repair or rewrites.fraction_tops(context.line.text, left, right)
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
    """Where to look, the rule, and the rule applied; None where no malrule is named.

    Only the last gives the corrected step away.
    """
    if step.malrule is None or step.malrule not in CATALOGUE:
        return None
    rule = CATALOGUE[step.malrule]
    where = next((e.text for e in step.evidence if e.kind == PLACE), rule.look)
    applied = f"{rule.rule} So the step is: {step.repair}" if step.repair else f"{rule.rule} Write the line again so."
    return where, rule.rule, applied
