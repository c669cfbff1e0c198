"""Checking one's own solution, within the Solve tab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from workbench.errors import BadInput, WorkbenchError
from workbench.types import Knowledge, Problem, Verdict
from workbench.ui.asking import note_html, read_problem, too_long
from workbench.ui.cards import solution_cards
from workbench.ui.context import AppContext
from workbench.ui.disputes import Shown, panel
from workbench.ui.solving import asked_problem
from workbench.verification import Verifier

LONGEST = 20_000
FREE, ANSWER, REFERENCE = "the problem alone", "its answer too", "a worked solution too"
KNOWLEDGE = {FREE: Knowledge.FREE, ANSWER: Knowledge.ANSWER, REFERENCE: Knowledge.REFERENCE}
EXAMPLE = "3x + 4 = 24\n3x = 20\nx = 20/3\nAnswer: x = 20/3"


def draw(context: AppContext, problem: gr.Textbox, answer: gr.Textbox, picked: gr.State) -> None:
    """Draw the fields and the cards."""
    with gr.Row():
        with gr.Column(min_width=340):
            mine = gr.Textbox(
                EXAMPLE,
                label="Your solution",
                info="One step on each line.",
                lines=7,
                max_lines=16,
                elem_id="own-text",
            )
            known = gr.Radio(list(KNOWLEDGE), value=ANSWER, label="The verifier knows", elem_id="own-knows")
            worked = gr.Textbox(
                label="Worked solution",
                info="One step on each line; left empty, a picked problem's own is used.",
                lines=4,
                max_lines=12,
                visible=False,
                elem_id="own-worked",
            )
            go = gr.Button("Check", variant="primary", elem_id="own-go")
            note = gr.HTML("", elem_id="own-note", elem_classes="wb-hide-empty")
        with gr.Column(min_width=340):
            cards, state = panel(context, "own-cards")

    known.change(lambda k: gr.update(visible=k == REFERENCE), known, worked, queue=False, show_progress="hidden")

    def run(
        text: str, right: str, chosen: Problem | None, solution: str, knows: str, reference: str
    ) -> Iterator[dict[Any, Any]]:
        try:
            asked, verdict = check(text, right, chosen, solution, knows, reference)
        except WorkbenchError as error:
            yield {note: note_html(str(error))}
            return
        lines = tuple(step.text for step in verdict.steps)
        yield {cards: solution_cards(verdict, dispute=True), state: Shown(asked, lines), note: ""}

    asking = [problem, answer, picked, mine, known, worked]
    go.click(run, asking, [cards, state, note], show_progress="hidden", concurrency_limit=4)


def check(
    text: str | None,
    right: str | None,
    chosen: Problem | None,
    solution: str | None,
    knows: str,
    reference: str | None,
) -> tuple[Problem, Verdict]:
    """The problem and the verdict on a pasted solution. Raises `BadInput` for what cannot be checked."""
    solution, reference = solution or "", reference or ""
    asked = read_problem(text, right, chosen)
    for given in (solution, reference):
        if len(given) > LONGEST:
            raise BadInput(too_long(given, LONGEST))
    if not solution.strip():
        raise BadInput("There is no solution to check yet; write one step on each line.")
    knowledge = KNOWLEDGE.get(knows, Knowledge.FREE)
    if knowledge is Knowledge.REFERENCE:
        lines = tuple(line.strip() for line in reference.splitlines() if line.strip())
        asked = asked_problem(asked.text, asked.answer, lines, asked)
        if not asked.solution:
            raise BadInput("There is no worked solution to compare with; write one, or pick a problem that has one.")
    if knowledge is not Knowledge.FREE and asked.answer is None and not asked.solution:
        raise BadInput("The right answer is not known; fill it in above, or let the verifier know the problem alone.")
    return asked, Verifier().verify(asked, solution, knowledge)
