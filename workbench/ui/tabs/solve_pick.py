"""Picking a problem by skill and level from the shipped splits, within the Solve tab."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import gradio as gr

from workbench.problems.catalogue import DIFFICULTIES, SKILLS
from workbench.problems.splits import SHIPPED, load_split
from workbench.types import Problem

ANY = "any"
FIRST_SPLIT = "test"
KEEP_OWN = "(text, to, answer) => text === to ? answer : ''"
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "trigger_mode": "always_last"}


def draw(problem: gr.Textbox, picked: gr.State, example: Problem) -> gr.Textbox:
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
    answer.input(None, problem, belongs, js="(text) => text", **QUIET)
    problem.change(None, [problem, belongs, answer], answer, js=KEEP_OWN, **QUIET)
    return answer


def pick_problem(skill: str, level: str, split: str, rng: random.Random) -> Problem:
    """A problem of a shipped split, of the skill and the level that are named; `any` leaves them open."""
    problems = _problems(split if split in SHIPPED else FIRST_SPLIT)
    fitting = [p for p in problems if skill in (ANY, p.skill) and level in (ANY, str(p.difficulty))]
    return rng.choice(fitting or list(problems))


@lru_cache(maxsize=len(SHIPPED))
def _problems(split: str) -> tuple[Problem, ...]:
    return tuple(load_split(split))
