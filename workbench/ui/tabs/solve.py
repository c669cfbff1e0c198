"""Picking a problem by skill and level from the shipped splits, within the Solve tab."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gradio as gr

from workbench.domains import domain_of
from workbench.errors import BadInput, WorkbenchError
from workbench.problems.catalogue import DIFFICULTIES, SKILLS
from workbench.problems.splits import SHIPPED, load_split
from workbench.types import Knowledge, Problem, Verdict
from workbench.ui.annotation import Shown, panel
from workbench.ui.cards import cards_block, solution_cards
from workbench.ui.context import MODELS_AT_ONCE, AppContext, open_policy
from workbench.ui.pages import in_browser, render, warning
from workbench.ui.solving import (
    HOTTEST,
    LONGEST_SOLUTION,
    MOST_SAMPLES,
    Settings,
    Written,
    asked_html,
    asked_problem,
    in_turn,
    read_problem,
    read_settings,
    sample_verdicts,
    tally_html,
    too_long,
    write_solution,
)
from workbench.verification import Verifier
from workbench.verification.domain import Domain

ANY = "any"
FIRST_SPLIT = "test"
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}


def draw_pick(problem: gr.Textbox, picked: gr.State, example: Problem) -> gr.Textbox:
    """Draw the fields; returns the one that holds the known answer."""
    belongs = gr.Textbox(example.text, visible="hidden")
    with gr.Row():
        skill = gr.Dropdown([ANY, *(s.name for s in SKILLS)], value=ANY, label="Skill", min_width=110)
        level = gr.Dropdown([ANY, *map(str, DIFFICULTIES)], value=ANY, label="Level", min_width=80)
        split = gr.Dropdown(list(SHIPPED), value=FIRST_SPLIT, label="Split", min_width=100)
    with gr.Row():
        answer = gr.Textbox(
            example.answer,
            label="Known answer",
            placeholder="unknown",
            max_lines=1,
            min_width=140,
            elem_id="solve-answer",
        )
        another = gr.Button("Pick a problem", min_width=140, elem_id="solve-pick", elem_classes="wb-button")

    def pick(skill_name: str, level_name: str, split_name: str) -> tuple[str, str, Problem, str]:
        found = pick_problem(skill_name, level_name, split_name, random.Random())
        return found.text, found.answer or "", found, found.text

    another.click(pick, [skill, level, split], [problem, answer, picked, belongs], show_progress="hidden")
    # An answer that belongs to another problem must not judge this one, typed or pasted. The page itself sees to it:
    # a reply of the server could wipe out what was typed meanwhile.
    answer.input(None, problem, belongs, js=in_browser("copy"), **QUIET)
    problem.change(None, [problem, belongs, answer], answer, js=in_browser("answerOf"), **QUIET)
    return answer


def pick_problem(skill: str, level: str, split: str, rng: random.Random) -> Problem:
    """A problem of a shipped split, of the skill and the level that are named; `any` leaves them open."""
    problems = _problems(split if split in SHIPPED else FIRST_SPLIT)
    fitting = [p for p in problems if skill in (ANY, p.skill) and level in (ANY, str(p.difficulty))]
    return rng.choice(fitting or list(problems))


@lru_cache(maxsize=len(SHIPPED))
def _problems(split: str) -> tuple[Problem, ...]:
    return tuple(load_split(split))


# Checking one's own solution, within the Solve tab.


LONGEST = 20_000
FREE, ANSWER, REFERENCE = "the problem alone", "its answer too", "a worked solution too"
KNOWLEDGE = {FREE: Knowledge.FREE, ANSWER: Knowledge.ANSWER, REFERENCE: Knowledge.REFERENCE}
EXAMPLE_SOLUTION = "3x + 4 = 24\n3x = 20\nx = 20/3\nAnswer: x = 20/3"


def draw_check(context: AppContext, problem: gr.Textbox, answer: gr.Textbox, picked: gr.State) -> None:
    """Draw the fields and the cards."""
    with gr.Row():
        with gr.Column(min_width=340):
            mine = gr.Textbox(
                EXAMPLE_SOLUTION,
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
            verifier = context.verifier()
            asked, verdict = check(text, right, chosen, solution, knows, reference, verifier)
        except WorkbenchError as error:
            yield {note: warning(str(error))}
            return
        lines = tuple(step.text for step in verdict.steps)
        made = solution_cards(verdict, dispute=True, domain=domain_of(asked))
        yield {cards: made, state: Shown(asked, lines), note: ""}

    asking = [problem, answer, picked, mine, known, worked]
    go.click(run, asking, [cards, state, note], show_progress="hidden", concurrency_limit=4)


def check(
    text: str | None,
    right: str | None,
    chosen: Problem | None,
    solution: str | None,
    knows: str,
    reference: str | None,
    verifier: Verifier,
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
    return asked, verifier.for_domain(domain_of(asked)).verify(asked, solution, knowledge)


# The Solve tab: models' steps as they are written, each with its verdict; or one's own solution, checked.


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
            answer = draw_pick(problem, picked, EXAMPLE)
    problem.change(asked_html, problem, preview, **QUIET)
    with gr.Tabs(elem_id="solve-tabs"):
        with gr.Tab("Models side by side", id="models"):
            _models(context, problem, answer, picked)
        with gr.Tab("Your own solution", id="own"):
            draw_check(context, problem, answer, picked)


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
            yield {note: warning(str(error))}

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
        *_, last = write_solution(open_policy(context.models[name]), asked, Settings(), context.verifier())
    except BadInput as error:
        return cards_block([], name) + warning(str(error)), None
    return written_html(last, name, domain_of(asked)), _shown(asked, last)


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
    verifier = context.verifier().for_domain(domain_of(asked))
    policies = [open_policy(context.models[name]) for _, name in wanted]
    streams = [write_solution(policy, asked, settings, verifier) for policy in policies]
    painted = [0.0] * len(wanted)
    for k, written in in_turn(streams):
        now = time.monotonic()
        if not written.new_steps and now - painted[k] < BETWEEN_FRAMES:
            continue
        painted[k] = now
        side, name = wanted[k]
        frame: dict[Any, Any] = {side.cards: written_html(written, name, domain_of(asked))}
        if written.finished:
            frame[side.state] = _shown(asked, written)
        yield frame
    if samples > 1:
        for (side, _), policy in zip(wanted, policies, strict=True):
            verdicts = sample_verdicts(policy, asked, settings, samples, verifier)
            yield {side.tally: tally_html(verdicts, domain_of(asked))}


def _shown(asked: Problem, written: Written) -> Shown:
    return Shown(asked, tuple(step.text for step in written.verdict.steps))


def written_html(written: Written, name: str, domain: Domain) -> str:
    """A solution as far as it is written."""
    if not written.finished:
        return solution_cards(written.verdict, name, written.pending, finished=False, domain=domain)
    cards = solution_cards(written.verdict, name, dispute=True, domain=domain)
    return cards + render("solve.cut_off") if written.cut else cards
