"""One annotator's session: take an item, mark it, skip, undo; and what the Label tab shows of it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import gradio as gr
from markupsafe import Markup

from workbench.domains import domain_of
from workbench.errors import BadInput, WorkbenchError
from workbench.labeling.agreement import Agreement, Disagreement, disagreements
from workbench.labeling.candidates import CheckerReport
from workbench.labeling.overruled import ask_again
from workbench.labeling.queue import add_queue, shipped_queue
from workbench.store import Order, Store, is_person
from workbench.store.labels import ADJUDICATED, utc_now
from workbench.types import Label, LabelItem, Mark, Problem, content_id
from workbench.ui.cards import cards_block, step_card
from workbench.ui.context import AppContext
from workbench.ui.pages import render, script
from workbench.ui.palette import LOOKS
from workbench.verification.domain import Finding

LONGEST_NAME = 40
LONGEST_NOTE = 2000
"""Characters of a reason, and of a corrected step."""


@dataclass(frozen=True)
class Notes:
    """What a person may write beside a mark."""

    reason: str = ""
    malrule: str | None = None
    corrected: str | None = None


@dataclass(frozen=True)
class Turn:
    """What lies before a person after a request."""

    item: LabelItem | None
    said: str
    """What just happened, in a sentence."""
    notes: Notes = Notes()
    """What the fields hold: a label's own after an undo."""


def checked_name(name: str) -> str:
    """A person's name as it goes with labels. Raises `BadInput`."""
    tidy = " ".join(name.split())
    if not tidy:
        raise BadInput("Give a name, so that your labels can be told from others'.")
    if len(tidy) > LONGEST_NAME:
        raise BadInput(f"The name has {len(tidy)} characters; use at most {LONGEST_NAME}.")
    if not tidy.isprintable():
        raise BadInput("The name holds characters that cannot be seen; write it in plain letters.")
    if not is_person(tidy):
        raise BadInput(f"{tidy!r} would not count as a person's; choose a name without that beginning.")
    return tidy


def checked_notes(reason: str | None, malrule: str | None, corrected: str | None) -> Notes:
    """The fields as they go with a label. Raises `BadInput` for what is too long."""
    for name, text in (("reason", reason), ("corrected step", corrected)):
        if text and len(text) > LONGEST_NOTE:
            raise BadInput(f"The {name} has {len(text)} characters; use at most {LONGEST_NOTE}.")
    return Notes((reason or "").strip(), malrule or None, (corrected or "").strip() or None)


def stock_queue(store: Store) -> int:
    """Put the shipped items into a queue that is empty. Returns how many."""
    return add_queue(store, shipped_queue()) if store.labels.queue_size() == 0 else 0


def take(store: Store, annotator: str, order: Order, skipped: tuple[str, ...], said: str = "") -> Turn:
    """The next item."""
    return Turn(store.labels.take(annotator, order, skipped), said)


def mark(
    store: Store,
    annotator: str,
    shown: str,
    given: Mark,
    notes: Notes,
    order: Order,
    skipped: tuple[str, ...],
) -> Turn:
    """Save a mark on the item that the person saw, then the next item. It is in the database before this returns.

    Raises `BadInput` where no item was shown; a second mark on one item changes nothing.
    """
    if not shown:
        raise BadInput("There is no step to label; see below what to do.")
    label = Label(shown, annotator, given, utc_now(), notes.reason, notes.malrule, notes.corrected)
    if not store.labels.add(label):
        return take(store, annotator, order, skipped, "You had labelled that step already; nothing was changed.")
    (item,) = store.labels.items([shown])
    said = saved_text(given, item.step)
    if ask_again(store, [label]):
        said += " The verifier is certain of the opposite, so somebody else is asked next."
    return take(store, annotator, order, skipped, said)


def undo(store: Store, annotator: str) -> Turn | None:
    """Take back the person's last label and show its item again. None where there is nothing to take back."""
    last = store.labels.undo(annotator)
    if last is None or last.mark is None:
        return None
    (item,) = store.labels.items([last.item_id])
    store.labels.release(annotator)
    store.labels.lease(item.id, annotator)
    notes = Notes(last.reason, last.malrule, last.corrected)
    return Turn(item, f"Taken back: {last.mark.value}. Label it again, or skip it.", notes)


def settle(store: Store, annotator: str, shown: str, given: Mark) -> None:
    """Decide an item on which people differ. Raises `BadInput` where there is none, or it was decided meanwhile."""
    if shown not in {d.item_id for d in disagreements(store.labels.active())}:
        raise BadInput("There is nothing to settle here; people agree on this step, or none is shown.")
    if not store.labels.adjudicate(Label(shown, ADJUDICATED + annotator, given, utc_now())):
        raise BadInput("Somebody has settled this step meanwhile; here is the next.")


# A verdict that somebody finds wrong: the step goes into the label queue with its context.


SOURCE = "solve"


@dataclass(frozen=True)
class Shown:
    """What a panel shows to one person: where a disputed step is taken from."""

    problem: Problem
    lines: tuple[str, ...]


class Queue(Protocol):
    """Where items wait for labels: the store's labels."""

    def add_items(self, items: Iterable[LabelItem]) -> int:
        """Add items; one that is there already is left as it is. Returns how many are new."""


def dispute(queue: Queue, shown: Shown | None, number: int) -> str:
    """Put step `number` of what is shown, counted from 1, into the queue; returns what to tell the person."""
    if shown is None or not 1 <= number <= len(shown.lines):
        return "This step is no longer on the page; solve again."
    context = shown.lines[:number]
    item = LabelItem(content_id(shown.problem.text, context), shown.problem, context, SOURCE)
    if queue.add_items([item]):
        return f"Step {number} waits in the label queue."
    return f"Step {number} was in the label queue already."


def panel(context: AppContext, name: str, value: str = "", start: Shown | None = None) -> tuple[gr.HTML, gr.State]:
    """Cards whose steps can be disputed, and the state that says what they show (`Shown` or None)."""
    cards = gr.HTML(value, elem_id=name, js_on_load=script("cards"))
    state = gr.State(start)

    def disputed(shown: Shown | None, event: gr.EventData) -> None:
        step = getattr(event, "step", 0)
        try:
            said = dispute(context.store.labels, shown, step if isinstance(step, int) else 0)
        except WorkbenchError as error:
            gr.Warning(html.escape(str(error)))
        else:
            gr.Info(said, duration=5)

    cards.dispute(disputed, state, None, show_progress="hidden")
    return cards, state


# What the Label tab shows of records: the item, what the checkers say, where people disagree.


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
