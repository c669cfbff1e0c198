from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from workbench.problems import practice
from workbench.problems.catalogue import SKILLS, SPLITS, make
from workbench.types import Judgement, Knowledge, Problem, Scope
from workbench.verification import Verifier

VERIFIER = Verifier()
MEANING_ONLY = {"percent", "ratio", "rate", "units", "word_short", "word_long"}
PROBLEMS = [
    make(skill.name, level, 7, i, SPLITS[split])
    for skill in SKILLS
    for level in (1, 2, 3)
    for i in range(3)
    for split in ("dev", "depth-dev")
]
BY_NAME = {skill.name: skill for skill in SKILLS}


def trace(problem: Problem, seed: int) -> practice.Trace:
    rng, skill = Random(seed), BY_NAME[problem.skill]
    params = dict(problem.params)
    path = practice.choose_path(skill, params, rng)
    return practice.write(skill, params, rng, practice.beliefs_of(skill, rng), path)


@pytest.mark.parametrize("knowledge", [Knowledge.FREE, Knowledge.ANSWER])
def test_every_step_of_every_worked_solution_is_right(knowledge):
    for problem in PROBLEMS:
        for solution in (problem.solution, *problem.alternates):
            verdict = VERIFIER.verify(problem, solution, knowledge)
            assert verdict.first_error is None, (problem.text, solution)
            if knowledge is Knowledge.ANSWER:
                assert verdict.process_correct
                assert verdict.all_decided, (problem.text, verdict)


def test_first_errors_of_imagined_pupils_are_found():
    found: Counter[str] = Counter()
    for seed, problem in enumerate(PROBLEMS):
        pupil = trace(problem, seed)
        verdict = VERIFIER.verify(problem, pupil.lines)
        if pupil.mistake is None or problem.skill in MEANING_ONLY:
            continue
        hit = verdict.first_error == pupil.mistake.line
        found["hit" if hit else "miss"] += 1
        repaired = hit and verdict.steps[pupil.mistake.line].repair
        found["repaired"] += bool(repaired)
        found["same"] += hit and repaired == pupil.mistake.corrected
    total = found["hit"] + found["miss"]
    assert found["hit"] >= 0.97 * total, found
    assert found["repaired"] >= 0.85 * total, found
    assert found["same"] >= 0.7 * total, found


def test_knowing_the_answer_overturns_no_proof():
    for seed, problem in enumerate(PROBLEMS):
        lines = trace(problem, seed).lines
        free = VERIFIER.verify(problem, lines, Knowledge.FREE).steps
        told = VERIFIER.verify(problem, lines, Knowledge.ANSWER).steps
        for before, after in zip(free, told, strict=True):
            if before.judgement is Judgement.INCORRECT or before.scope is Scope.MEANING:
                assert after.judgement is before.judgement, (problem.text, before.text)
