"""Step cards: each step of a solution with its verdict by colour, sign and word, for the app, reports, notebooks."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from workbench.types import Diagnosis, Evidence, Judgement, Knowledge, Scope, StepVerdict, Verdict
from workbench.ui.pages import render, shown
from workbench.ui.palette import LOOKS
from workbench.verification.display import plain_html
from workbench.verification.domain import Domain
from workbench.verification.maths import MATHS

PENDING, PENDING_WORD = "…", "checking"

DIAGNOSES = {
    Diagnosis.EXPECTED: "the expected step",
    Diagnosis.DETOUR: "right, but not needed",
    Diagnosis.SIMILAR: "right, but no progress",
    Diagnosis.VALID: "right, by a rule that was not recognised",
    Diagnosis.WRONG_RULE: "a true line, but not what its words claim",
    Diagnosis.BUGGY: "a known mistake",
    Diagnosis.NOT_EQUIVALENT: "does not follow, by no mistake that is known",
    Diagnosis.ROUNDED: "rounded where the exact value was due",
    Diagnosis.UNGROUNDED: "a quantity from nowhere",
    Diagnosis.OFF_PATH: "worked out rightly, but the wrong thing to work out",
    Diagnosis.UNREADABLE: "could not be read",
    Diagnosis.UNDECIDED: "nothing here could be checked",
    Diagnosis.MISREAD: "two readings of it differ",
    Diagnosis.OVERRULED: "people overruled this kind of verdict",
}
EVIDENCE = {
    "value": "True value",
    "counterexample": "Counterexample",
    "roots": "Solutions",
    "domain": "Domain",
    "quantity": "Quantity",
    "unit": "Unit",
    "claim": "Claim",
    "answer": "Answer",
    "place": "Place",
}
LOOK_AT = {
    "value": "Work the calculation out once more.",
    "unit": "Look at the unit.",
    "answer": "Compare the answer with what was asked.",
    "quantity": "Look at where each number comes from.",
    "claim": "Compare the words with what was done.",
}
"""The first hint where no malrule is named, by the kind of evidence."""
HINTS = ("Where to look", "What kind of mistake", "The corrected step")
ANSWER_WORDS = {
    Judgement.CORRECT: "The final answer is right.",
    Judgement.INCORRECT: "The final answer is wrong.",
    Judgement.UNKNOWN: "The final answer could not be compared.",
}


def step_card(
    verdict: StepVerdict | None, text: str, number: int = 1, dispute: bool = False, domain: Domain = MATHS
) -> Markup:
    """Return one step as its domain shows it, as a card; without a verdict it is pending, of the same size.

    `number` counts from 1. `dispute` adds a button that carries `data-dispute` with the step's number.
    """
    if verdict is None:
        return render("cards.card", "pending", PENDING, PENDING_WORD, number, Markup(plain_html(text)), "", None)
    look = LOOKS[verdict.judgement]
    word = look.word + (" · carried" if verdict.carried else "")
    summary = shown(verdict.reason or _sentence(DIAGNOSES[verdict.diagnosis]), domain)
    levels = hint_levels(verdict, domain) or ()
    hints = [(title, shown(hint, domain)) for title, hint in zip(HINTS, levels, strict=False)]
    facts = [(name, shown(fact, domain)) for name, fact in _facts(verdict, domain)]
    body = render("cards.body", facts, hints, number if dispute else None)
    step = shown(text, domain)
    return render("cards.card", verdict.judgement.value, look.sign, word, number, step, summary, body)


def solution_cards(
    verdict: Verdict,
    title: str = "",
    pending: str | None = None,
    dispute: bool = False,
    finished: bool = True,
    domain: Domain = MATHS,
) -> Markup:
    """Return a whole solution as cards under its title, with the final answer's judgement below once it is finished.

    `pending` is the line that is being written.
    """
    cards = [step_card(step, step.text, i, dispute, domain) for i, step in enumerate(verdict.steps, 1)]
    return cards_block(cards, title, pending, _footer(verdict) if finished else None)


def cards_block(
    cards: Sequence[Markup], title: str = "", pending: str | None = None, foot: str | None = None
) -> Markup:
    """Return cards under a title; `pending` is the line that is being written, `foot` stands below the last card."""
    waiting = [step_card(None, pending, len(cards) + 1)] if pending is not None else []
    return render("cards.block", [*cards, *waiting], title, foot)


def hint_levels(step: StepVerdict, domain: Domain = MATHS) -> tuple[str, str, str] | None:
    """Return where to look, what kind of mistake, and the corrected step; None for a step that is not wrong."""
    if step.judgement is not Judgement.INCORRECT:
        return None
    named = domain.hints(step)
    kind = DIAGNOSES[step.diagnosis]
    where, rule = named[:2] if named else (_where(step), f"This is {kind}." if kind[0] == "a" else f"It is {kind}.")
    if step.diagnosis is Diagnosis.NOT_EQUIVALENT:
        rule = named[1] if named else "The line does not follow from the lines before it."
    return where, rule, step.repair or "No corrected step is known; work it out from the line before."


def _where(step: StepVerdict) -> str:
    place = next((e.text for e in step.evidence if e.kind == "place"), None)
    if place is not None:
        return place
    kinds = [e.kind for e in step.evidence]
    return next((LOOK_AT[kind] for kind in kinds if kind in LOOK_AT), "Compare this line with the one before it.")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _facts(verdict: StepVerdict, domain: Domain) -> list[tuple[str, str]]:
    """Return everything that is known of a step, each with its name."""
    facts = [("Diagnosis", DIAGNOSES[verdict.diagnosis])]
    if verdict.reason:
        facts.append(("Reason", verdict.reason))
    facts += [(_kind(e), e.text) for e in verdict.evidence if e.text != verdict.reason]
    rule = domain.malrules.get(verdict.malrule or "")
    if verdict.malrule:
        facts.append(("Malrule", f"{rule.name}: {rule.misconception}" if rule else verdict.malrule))
    if verdict.repair:
        facts.append(("Repair", verdict.repair))
    if verdict.carried:
        facts.append(("Carried", "right in itself, from an earlier wrong step"))
    facts.append(("Checked", _scope(verdict)))
    if verdict.judgement is not Judgement.UNKNOWN:
        facts.append(("Confidence", f"{min(max(verdict.confidence, 0.0), 1.0):.0%}"))
    return facts


def _kind(evidence: Evidence) -> str:
    return EVIDENCE.get(evidence.kind, evidence.kind.capitalize())


def _scope(verdict: StepVerdict) -> str:
    if verdict.judgement is Judgement.UNKNOWN:
        return "not decided"
    meant = "what it computes, and that it is the thing to compute"
    return meant if verdict.scope is Scope.MEANING else "what it computes or infers"


def _footer(verdict: Verdict) -> str:
    if not verdict.steps:
        return "Nothing was written."
    wrong = sum(step.judgement is Judgement.INCORRECT for step in verdict.steps)
    open_steps = sum(step.judgement is Judgement.UNKNOWN for step in verdict.steps)
    counted = f"{len(verdict.steps)} step{'s' * (len(verdict.steps) != 1)}, {wrong} incorrect, {open_steps} unknown."
    if verdict.answer_judgement is not None:
        judgement = verdict.answer_judgement
        return render("cards.answered", judgement, ANSWER_WORDS[judgement], counted)
    known = "" if verdict.knowledge is Knowledge.FREE else " No answer is known."
    return ("" if verdict.answer is not None else "There is no final answer. ") + counted + known
