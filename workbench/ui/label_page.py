"""What the Label tab shows of records: the item, what the checkers say, where people disagree."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from workbench.domains import domain_of
from workbench.labeling.agreement import Agreement, Disagreement
from workbench.labeling.candidates import CheckerReport
from workbench.types import LabelItem, Mark
from workbench.ui.cards import cards_block, step_card
from workbench.ui.pages import render
from workbench.ui.palette import LOOKS
from workbench.verification.domain import Finding

SIGNS = {Mark.CORRECT: "✓", Mark.INCORRECT: "✗", Mark.CANT_TELL: "?"}


def task_html(item: LabelItem) -> Markup:
    """Return one step in its context. It carries the item's id, which is sent with the key that is pressed."""
    return render("label.task", item)


def status_html(text: str, bad: bool = False) -> Markup:
    """Return one line on what just happened."""
    return render("label.status", text, bad)


def saved_text(mark: Mark, step: str) -> str:
    """Return what is said after a label's commit."""
    short = step if len(step) <= 60 else f"{step[:57]}..."
    return f"Saved: {SIGNS[mark]} {mark.value} for “{short}”."


def said_html(heard: CheckerReport, item: LabelItem) -> Markup:
    """Return what the verifier says of the item's step, and what each checker found."""
    # The verifier splits lines by its own rules; an item from elsewhere may hold a line that it splits in two.
    if len(heard.verdict.steps) != len(item.lines):
        return render("label.unread")
    card = step_card(heard.verdict.steps[-1], item.step, len(item.lines), domain=domain_of(item.problem))
    return render("label.said", cards_block([card]), [_finding_row(finding) for finding in heard.findings[-1]])


def _finding_row(finding: Finding) -> tuple[str, str, str]:
    look = LOOKS[finding.judgement]
    why = finding.reason or "; ".join(fact.text for fact in finding.evidence)
    return finding.checker, f"{look.sign} {look.word}", why


def disagreement_html(found: Disagreement, item: LabelItem, left: int) -> Markup:
    """Return one item on which people differ, with what each said."""
    rows = [
        (label.annotator, f"{SIGNS[label.mark]} {label.mark.value}", label.reason, label.corrected or "")
        for label in found.labels
        if label.mark is not None
    ]
    return render("label.disagreement", item, rows, left)


def agreement_html(found: Agreement, gold: Mapping[str, tuple[int, int]], to_settle: int) -> Markup:
    """Return how far people agree, by pair and together, and how they mark gold items."""
    pairs = [
        (p.first, p.second, p.items, f"{p.agreed:.0%}", "–" if p.kappa is None else f"{p.kappa:.2f}")
        for p in found.pairs
    ]
    golds = [(name, f"{right} of {of}") for name, (right, of) in sorted(gold.items())]
    return render("label.agreement", found, pairs, golds, to_settle)
