"""A verdict that somebody finds wrong: the step goes into the label queue with its context."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, cast

import gradio as gr

from workbench.errors import WorkbenchError
from workbench.types import LabelItem, Problem, content_id
from workbench.ui.context import AppContext

SOURCE = "solve"
ON_LOAD = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-dispute]');
  if (!button) return;
  button.disabled = true;
  trigger('dispute', { step: Number(button.dataset.dispute) });
});
const open = new Set();
const all = () => [...element.querySelectorAll('.wb-card details')];
const place = (details) => {
  const card = details.closest('.wb-card');
  return card.dataset.step + '/' + [...card.querySelectorAll('details')].indexOf(details);
};
element.addEventListener('toggle', (event) => {
  if (!event.target.closest('.wb-card')) return;
  open[event.target.open ? 'add' : 'delete'](place(event.target));
}, true);
new MutationObserver(() => {
  if (!all().length) open.clear();
  all().forEach((details) => { if (open.has(place(details))) details.open = true; });
}).observe(element, { childList: true, subtree: true });
"""
"""Carries a click on a card's button to the server: which step, and nothing of its text. And what somebody
opened stays open when the next frame replaces the cards."""


@dataclass(frozen=True)
class Shown:
    """What a panel shows to one person: where a disputed step is taken from."""

    problem: Problem
    lines: tuple[str, ...]


class Queue(Protocol):
    """Where items wait for labels: the store."""

    def add_label_items(self, items: Iterable[LabelItem]) -> int:
        """Add items; one that is there already is left as it is. Returns how many are new."""


def dispute(queue: Queue, shown: Shown | None, number: int) -> str:
    """Put step `number` of what is shown, counted from 1, into the queue; returns what to tell the person."""
    if shown is None or not 1 <= number <= len(shown.lines):
        return "This step is no longer on the page; solve again."
    context = shown.lines[:number]
    item = LabelItem(content_id(shown.problem.text, context), shown.problem, context, SOURCE)
    if queue.add_label_items([item]):
        return f"Step {number} waits in the label queue."
    return f"Step {number} was in the label queue already."


def panel(context: AppContext, name: str, value: str = "", start: Shown | None = None) -> tuple[gr.HTML, gr.State]:
    """Cards whose steps can be disputed, and the state that says what they show (`Shown` or None)."""
    cards = gr.HTML(value, elem_id=name, js_on_load=ON_LOAD)
    state = gr.State(start)

    def disputed(shown: Shown | None, event: gr.EventData) -> None:
        step = getattr(event, "step", 0)
        try:
            said = dispute(cast(Queue, context.store), shown, step if isinstance(step, int) else 0)
        except WorkbenchError as error:
            gr.Warning(f"The step could not be sent: {type(error).__name__}.")
            raise
        gr.Info(said, duration=5)

    cards.dispute(disputed, state, None, show_progress="hidden")
    return cards, state
