"""The Solve tab: models' steps as they are written, each with its verdict; or one's own solution, checked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from workbench.errors import BadInput, WorkbenchError
from workbench.types import Problem
from workbench.ui.asking import (
    HOTTEST,
    LONGEST_SOLUTION,
    MOST_SAMPLES,
    asked_html,
    note_html,
    read_problem,
    read_settings,
)
from workbench.ui.cards import cards_block, solution_cards
from workbench.ui.context import AppContext
from workbench.ui.disputes import Shown, panel
from workbench.ui.policies import MODELS_AT_ONCE, open_policy
from workbench.ui.solving import Settings, Written, asked_problem, in_turn, sample_verdicts, write_solution
from workbench.ui.tabs import solve_check, solve_pick
from workbench.ui.tally import tally_html
from workbench.verification import Verifier

EXAMPLE = Problem("example", "Solve 3(x + 4) = 24.", "x = 4")
WHERE = ("left", "right")
NO_MODEL = "none"
BETWEEN_FRAMES = 0.08
"""Seconds between two frames in which no step ended."""
MODEL_QUEUE: dict[str, Any] = {"concurrency_id": "models", "concurrency_limit": MODELS_AT_ONCE}
"""All work of models waits in one queue, so that many people do not slow each other to a standstill."""


@dataclass(frozen=True)
class _Side:
    """The parts of the page that show one model's solution."""

    cards: gr.HTML
    state: gr.State
    tally: gr.HTML


def tab(context: AppContext) -> None:
    """Draw the tab inside the open blocks."""
    picked = gr.State(EXAMPLE)
    with gr.Row(elem_classes="wb-ask"):
        with gr.Column(scale=3, min_width=400):
            problem = gr.Textbox(
                EXAMPLE.text,
                label="Problem",
                info="In words, or a bare equation or expression; LaTeX is welcome.",
                lines=2,
                max_lines=6,
                elem_id="solve-problem",
            )
            preview = gr.HTML(asked_html(EXAMPLE.text), elem_id="solve-preview")
        with gr.Column(scale=2, min_width=360):
            answer = solve_pick.draw(problem, picked, EXAMPLE)
    problem.change(asked_html, problem, preview, **solve_pick.QUIET)
    with gr.Tabs(elem_id="solve-tabs"):
        with gr.Tab("Models side by side", id="models"):
            _models(context, problem, answer, picked)
        with gr.Tab("Your own solution", id="own"):
            solve_check.draw(context, problem, answer, picked)


def _models(context: AppContext, problem: gr.Textbox, answer: gr.Textbox, picked: gr.State) -> None:
    """The fields that choose models and sampling, and a panel for each of two models."""
    names = list(context.models) or [NO_MODEL]
    chosen = (names[0], names[-1] if len(names) > 1 else NO_MODEL)
    with gr.Row(elem_classes="wb-choose"):
        left = gr.Dropdown(names, value=chosen[0], label="Model", scale=2, min_width=150, elem_id="solve-left")
        right = gr.Dropdown(
            [*names, NO_MODEL], value=chosen[1], label="Beside it", scale=2, min_width=150, elem_id="solve-right"
        )
        go = gr.Button(
            "Solve", variant="primary", scale=1, min_width=120, elem_id="solve-go", elem_classes="wb-button"
        )
    with gr.Accordion("Sampling", open=False), gr.Row():
        sampling = _sampling()
    note = gr.HTML("", elem_id="solve-note", elem_classes="wb-hide-empty")
    with gr.Row(elem_classes="wb-panels"):
        sides = [_side(context, where, name) for where, name in zip(WHERE, chosen, strict=True)]

    def run(
        text: str, known: str, drawn: Problem | None, one: str, two: str, *settings: float
    ) -> Iterator[dict[Any, Any]]:
        wanted = [(side, name) for side, name in zip(sides, (one, two), strict=True) if name in context.models]
        try:
            asked = read_problem(text, known, drawn)
            chosen_settings, samples = read_settings(*settings)
            yield _cleared(sides, wanted, note)
            yield from _frames(context, asked, chosen_settings, samples, wanted)
        except WorkbenchError as error:
            yield {note: note_html(str(error))}

    asking = [problem, answer, picked, left, right, *sampling]
    outputs = [note, *(part for side in sides for part in (side.cards, side.state, side.tally))]
    for event in (go.click, problem.submit):
        event(run, asking, outputs, show_progress="hidden", trigger_mode="once", **MODEL_QUEUE)


def _sampling() -> list[gr.components.Component]:
    """Temperature, seed, longest solution, number of samples."""
    return [
        gr.Slider(0, HOTTEST, 0, step=0.1, label="Temperature", info="0 writes the likeliest solution."),
        gr.Number(0, label="Seed", precision=0, info="The same for both models."),
        gr.Slider(8, LONGEST_SOLUTION, 160, step=8, label="Longest solution", info="In tokens."),
        gr.Slider(1, MOST_SAMPLES, 1, step=1, label="Samples", info="More than 1: how many agree."),
    ]


def _side(context: AppContext, where: str, name: str) -> _Side:
    with gr.Column(min_width=320):
        cards, state = panel(context, f"solve-{where}-cards", *_example(context, name))
        return _Side(cards, state, gr.HTML("", elem_id=f"solve-{where}-tally", elem_classes="wb-hide-empty"))


def _example(context: AppContext, name: str) -> tuple[str, Shown | None]:
    """A model's solution of the example, so that the page opens on something; it also loads the model."""
    if name not in context.models:
        return "", None
    asked = asked_problem(EXAMPLE.text, EXAMPLE.answer)
    try:
        *_, last = write_solution(open_policy(context.models[name]), asked, Settings(), Verifier())
    except BadInput as error:
        return cards_block([], name) + note_html(str(error)), None
    return written_html(last, name), _shown(asked, last)


def _cleared(sides: Sequence[_Side], wanted: Sequence[tuple[_Side, str]], note: gr.HTML) -> dict[Any, Any]:
    """The page at the start: each wanted model with its first card in place, the rest empty."""
    names = {id(side): name for side, name in wanted}
    empty: dict[Any, Any] = {note: ""}
    for side in sides:
        name = names.get(id(side))
        empty |= {side.cards: cards_block([], name, pending="") if name else "", side.state: None, side.tally: ""}
    return empty


def _frames(
    context: AppContext, asked: Problem, settings: Settings, samples: int, wanted: Sequence[tuple[_Side, str]]
) -> Iterator[dict[Any, Any]]:
    """What changes on the page, in order."""
    verifier = Verifier()
    policies = [open_policy(context.models[name]) for _, name in wanted]
    streams = [write_solution(policy, asked, settings, verifier) for policy in policies]
    painted = [0.0] * len(wanted)
    for k, written in in_turn(streams):
        now = time.monotonic()
        if not written.new_steps and now - painted[k] < BETWEEN_FRAMES:
            continue
        painted[k] = now
        side, name = wanted[k]
        frame: dict[Any, Any] = {side.cards: written_html(written, name)}
        if written.finished:
            frame[side.state] = _shown(asked, written)
        yield frame
    if samples > 1:
        for (side, _), policy in zip(wanted, policies, strict=True):
            yield {side.tally: tally_html(sample_verdicts(policy, asked, settings, samples, verifier))}


def _shown(asked: Problem, written: Written) -> Shown:
    return Shown(asked, tuple(step.text for step in written.verdict.steps))


def written_html(written: Written, name: str) -> str:
    """A solution as far as it is written."""
    if not written.finished:
        return solution_cards(written.verdict, name, written.pending, finished=False)
    cut = '<div class="wb-foot">Cut off at the longest solution.</div>' if written.cut else ""
    return solution_cards(written.verdict, name, dispute=True) + cut
