"""The styles of step cards: they take the page's own text colour, so that they suit light and dark pages."""

from __future__ import annotations

import html
from collections.abc import Sequence

from workbench.types import Diagnosis, Evidence, Judgement, Knowledge, Scope, StepVerdict, Verdict
from workbench.ui.palette import LOOKS
from workbench.verification import hints
from workbench.verification.display import clean, maths_html, plain_html
from workbench.verification.malrules.catalogue import CATALOGUE

_STYLE = """
.wb-cards { display: flex; flex-direction: column; gap: 8px; line-height: 1.45; font-size: 0.95rem; }
.wb-title { font-weight: 600; padding: 2px 2px 4px; }
.wb-card { border: 1px solid rgba(128,128,128,.28); border-left: 4px solid var(--wb-mark);
  border-radius: 8px; padding: 8px 12px 6px; background: rgba(128,128,128,.045); }
.wb-row { display: flex; align-items: center; gap: 10px; min-height: 42px; }
.wb-sign { flex: none; width: 22px; height: 22px; border-radius: 50%; background: var(--wb-mark); color: #fff;
  font-weight: 700; font-size: 13px; display: inline-flex; align-items: center; justify-content: center; }
.wb-step { flex: 1; min-width: 0; overflow-wrap: anywhere; max-height: 12em; overflow-y: auto; font-size: 1.05rem; }
.wb-word { flex: none; font-size: 0.82rem; font-weight: 600; opacity: .85; }
.wb-line { font-size: 0.86rem; height: 24px; line-height: 24px; opacity: .8; padding-left: 32px; }
.wb-card summary { cursor: pointer; list-style: none; }
.wb-card summary::-webkit-details-marker { display: none; }
.wb-why > summary { display: flex; gap: 6px; padding-left: 10px; }
.wb-why > summary::before { content: "›"; flex: none; width: 16px; text-align: center; transition: transform .12s;
  font-size: 1.1rem; }
.wb-why[open] > summary::before { transform: rotate(90deg); }
.wb-why > summary > span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.wb-why > summary math { font-size: 1em; }
.wb-body { padding: 6px 0 6px 32px; font-size: 0.88rem; overflow-wrap: anywhere; }
.wb-body dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; margin: 0 0 8px; }
.wb-body dt { opacity: .65; margin: 0; }
.wb-body dd { margin: 0; min-width: 0; }
.wb-hints > span { opacity: .65; }
.wb-hint { margin: 4px 0 0 2px; padding-left: 10px; border-left: 2px solid rgba(128,128,128,.3); }
.wb-hint > summary { text-decoration: underline; text-decoration-style: dotted; text-underline-offset: 3px; }
.wb-hint p { margin: 4px 0; }
.wb-dispute { margin-top: 8px; padding: 3px 10px; border-radius: 6px; border: 1px solid rgba(128,128,128,.45);
  background: transparent; color: inherit; font: inherit; cursor: pointer; }
.wb-dispute:hover, .wb-dispute:focus-visible { border-color: currentColor; }
.wb-dispute[disabled] { opacity: .55; cursor: default; }
.wb-foot { font-size: 0.88rem; opacity: .85; min-height: 24px; padding: 2px; }
.wb-empty, .wb-cut { opacity: .65; font-style: italic; }
.wb-pending { --wb-mark: rgba(128,128,128,.5); }
.wb-pending .wb-step { opacity: .75; }
.wb-math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", math; }
.wb-step .wb-math { font-size: 1.12em; }
.wb-tally { font-size: 0.88rem; margin-top: 6px; }
.wb-bar { display: grid; grid-template-columns: minmax(70px, 34%) 1fr 3.4em; gap: 10px; align-items: center;
  min-height: 30px; }
.wb-answer { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: right; }
.wb-track { background: rgba(128,128,128,.14); border-radius: 4px; height: 12px; }
.wb-track i { display: block; height: 100%; background: var(--wb-mark); border-radius: 4px; }
.wb-math mfrac { padding: 0 .1em; }
"""


def card_style(tag: bool = True) -> str:
    """The styles that cards need, once a page; in a `style` element, or bare with `tag=False`."""
    marks = "".join(f".wb-{judgement.value} {{ --wb-mark: {LOOKS[judgement].colour}; }}\n" for judgement in Judgement)
    feet = ".wb-foot b { color: var(--wb-mark); }\n"
    return f"<style>{_STYLE}{marks}{feet}</style>" if tag else _STYLE + marks + feet


# Step cards: each step of a solution with its verdict by colour, sign and word, as HTML for the app and notebooks.


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
    Diagnosis.UNREADABLE: "could not be read as mathematics",
    Diagnosis.UNDECIDED: "nothing here could be checked",
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


def step_card(verdict: StepVerdict | None, text: str, number: int = 1, dispute: bool = False) -> str:
    """One step as a card; without a verdict it is pending, of the same size.

    `number` counts from 1. `dispute` adds a button that carries `data-dispute` with the step's number.
    """
    if verdict is None:
        return _card("pending", PENDING, PENDING_WORD, number, plain_html(text), _line("&nbsp;"))
    look = LOOKS[verdict.judgement]
    word = look.word + (" · carried" if verdict.carried else "")
    why = _details("wb-why", _summary(verdict), _body(verdict, number, dispute))
    return _card(verdict.judgement.value, look.sign, word, number, maths_html(text), why)


def solution_cards(
    verdict: Verdict, title: str = "", pending: str | None = None, dispute: bool = False, finished: bool = True
) -> str:
    """A whole solution as cards under its title, with the final answer's judgement below once it is finished.

    `pending` is the line that is being written.
    """
    cards = [step_card(step, step.text, i, dispute) for i, step in enumerate(verdict.steps, 1)]
    return cards_block(cards, title, pending, _footer(verdict) if finished else None)


def cards_block(cards: Sequence[str], title: str = "", pending: str | None = None, footer: str | None = None) -> str:
    """Cards under a title; `pending` is the line that is being written, `footer` is HTML below the last card."""
    head = f'<div class="wb-title">{html.escape(clean(title))}</div>' if title else ""
    waiting = step_card(None, pending, len(cards) + 1) if pending is not None else ""
    foot = f'<div class="wb-foot">{footer or "&nbsp;"}</div>'
    return f'<section class="wb-cards">{head}{"".join(cards)}{waiting}{foot}</section>'


def hint_levels(step: StepVerdict) -> tuple[str, str, str] | None:
    """Where to look, what kind of mistake, the corrected step; None for a step that is not wrong."""
    if step.judgement is not Judgement.INCORRECT:
        return None
    named = hints(step)
    kind = DIAGNOSES[step.diagnosis]
    where, rule = named[:2] if named else (_where(step), f"This is {kind}." if kind[0] == "a" else f"It is {kind}.")
    if step.diagnosis is Diagnosis.NOT_EQUIVALENT:
        rule = named[1] if named else "The line does not follow from what stands before it."
    mended = step.repair or "No corrected step is known; work it out from the line before."
    return where, rule, mended


def _where(step: StepVerdict) -> str:
    place = next((e.text for e in step.evidence if e.kind == "place"), None)
    if place is not None:
        return place
    kinds = [e.kind for e in step.evidence]
    return next((LOOK_AT[kind] for kind in kinds if kind in LOOK_AT), "Compare this line with the one before it.")


def _card(name: str, sign: str, word: str, number: int, step: str, below: str) -> str:
    return (
        f'<article class="wb-card wb-{name}" data-step="{number}">'
        f'<div class="wb-row"><span class="wb-sign" aria-hidden="true">{sign}</span>'
        f'<div class="wb-step" dir="auto"><bdi>{step}</bdi></div>'
        f'<span class="wb-word">{word}</span></div>{below}</article>'
    )


def _line(content: str) -> str:
    return f'<div class="wb-line">{content}</div>'


def _details(name: str, summary: str, body: str) -> str:
    return f'<details class="{name}"><summary class="wb-line">{summary}</summary>{body}</details>'


def _summary(verdict: StepVerdict) -> str:
    return f"<span>{maths_html(verdict.reason or _sentence(DIAGNOSES[verdict.diagnosis]))}</span>"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _body(verdict: StepVerdict, number: int, dispute: bool) -> str:
    """Everything that is known of a step, opened on demand."""
    rows = [("Diagnosis", html.escape(DIAGNOSES[verdict.diagnosis]))]
    if verdict.reason:
        rows.append(("Reason", maths_html(verdict.reason)))
    rows += [(_kind(e), maths_html(e.text)) for e in verdict.evidence if e.text != verdict.reason]
    rule = CATALOGUE.get(verdict.malrule or "")
    if rule is not None:
        rows.append(("Malrule", f"{html.escape(rule.name)}: {maths_html(rule.misconception)}"))
    elif verdict.malrule:
        rows.append(("Malrule", html.escape(clean(verdict.malrule))))
    if verdict.repair:
        rows.append(("Repair", maths_html(verdict.repair)))
    if verdict.carried:
        rows.append(("Carried", "right in itself, from an earlier wrong step"))
    rows.append(("Checked", _scope(verdict)))
    if verdict.judgement is not Judgement.UNKNOWN:
        rows.append(("Confidence", _confidence(verdict.confidence)))
    listed = "".join(f"<dt>{term}</dt><dd>{said}</dd>" for term, said in rows)
    button = (
        f'<button type="button" class="wb-dispute" data-dispute="{number}">This verdict is wrong</button>'
        if dispute
        else ""
    )
    return f'<div class="wb-body"><dl>{listed}</dl>{_hints(verdict)}{button}</div>'


def _kind(evidence: Evidence) -> str:
    return html.escape(EVIDENCE.get(evidence.kind, evidence.kind.capitalize()))


def _scope(verdict: StepVerdict) -> str:
    if verdict.judgement is Judgement.UNKNOWN:
        return "not decided"
    meant = "what it computes, and that it is the thing to compute"
    return meant if verdict.scope is Scope.MEANING else "what it computes or infers"


def _confidence(share: float) -> str:
    share = min(max(share, 0.0), 1.0)
    return f"{share:.0%}"


def _hints(verdict: StepVerdict) -> str:
    """Hints one inside the other: each gives away more."""
    levels = hint_levels(verdict)
    made = ""
    for title, said in reversed(list(zip(HINTS, levels, strict=True)) if levels else []):
        made = f'<details class="wb-hint"><summary>{title}</summary><p>{maths_html(said)}</p>{made}</details>'
    return f'<div class="wb-hints"><span>Hints for a pupil</span>{made}</div>' if made else ""


def _footer(verdict: Verdict) -> str:
    if not verdict.steps:
        return "Nothing was written."
    wrong = sum(step.judgement is Judgement.INCORRECT for step in verdict.steps)
    open_steps = sum(step.judgement is Judgement.UNKNOWN for step in verdict.steps)
    counted = f"{len(verdict.steps)} step{'s' * (len(verdict.steps) != 1)}, {wrong} incorrect, {open_steps} unknown."
    if verdict.answer_judgement is not None:
        look = LOOKS[verdict.answer_judgement]
        said = ANSWER_WORDS[verdict.answer_judgement]
        return f'<span class="wb-{verdict.answer_judgement.value}"><b>{look.sign}</b> {said}</span> {counted}'
    known = "" if verdict.knowledge is Knowledge.FREE else " No answer is known."
    return ("" if verdict.answer is not None else "There is no final answer. ") + counted + known


__all__ = ["card_style", "cards_block", "hint_levels", "solution_cards", "step_card"]
