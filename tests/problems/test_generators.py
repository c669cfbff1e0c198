"""Generators: reproducible items, true solutions by every path, and pupils whose beliefs do what they say."""

import json
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.problems.exact import holds, value
from workbench.errors import BadInput
from workbench.problems.catalogue import (
    BY_NAME,
    DIFFICULTIES,
    SKILLS,
    SPLITS,
    Split,
    draw,
    make,
    make_split,
    write_solution,
)
from workbench.problems.practice import beliefs_of, choose_path, write
from workbench.problems.work import BASE, DEPTH, NUMBERS, SLIP, Params, Skill, Work
from workbench.types import Problem, to_json

KINDS = (BASE, NUMBERS, DEPTH)
EQUATIONS = ("linear_one", "linear_both", "linear_brackets", "linear_frac", "inequality", "quadratic")
EXPRESSIONS = ("expand", "factor")
CELLS = [(skill.name, level) for skill in SKILLS for level in DIFFICULTIES]
LETTER = re.compile(r"(?<![a-z])[xyn](?![a-z])")
splits = st.sampled_from(list(SPLITS.values()))
items = st.builds(
    make,
    st.sampled_from(list(BY_NAME)),
    st.sampled_from(DIFFICULTIES),
    st.integers(0, 2**31),
    st.integers(0, 10**6),
    splits,
)


def sample(skill: Skill, count: int, kinds: tuple[str, ...] = KINDS) -> list[Params]:
    """Parameters of every level, in turn."""
    rng = Random(f"sample {skill.name}")
    return [
        draw(skill, DIFFICULTIES[i % 3], rng, "fit" if kind == BASE else "test", kind)
        for kind in kinds
        for i in range(count)
    ]


def skills() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("skill", SKILLS, ids=[skill.name for skill in SKILLS])


def test_the_catalogue_has_skills_and_levels_enough_and_each_level_differs() -> None:
    assert len(BY_NAME) == len(SKILLS) >= 12
    assert len(DIFFICULTIES) == 3
    for skill in SKILLS:
        texts = {make(skill.name, level, 0, 0, SPLITS["train"]).text for level in DIFFICULTIES}
        assert len(texts) == 3


def test_an_item_needs_nothing_but_its_skill_level_seed_and_number() -> None:
    wanted = [
        (name, level, 7, i, split)
        for (name, level), i, split in zip(CELLS, range(len(CELLS)), list(SPLITS) * len(CELLS), strict=False)
    ]
    here = [to_json(make(*address[:4], SPLITS[address[4]])) for address in wanted]
    backwards = [to_json(make(*address[:4], SPLITS[address[4]])) for address in reversed(wanted)]
    assert backwards[::-1] == here
    program = (
        "import json, sys\n"
        "from workbench.problems.catalogue import SPLITS, make\n"
        "from workbench.types import to_json\n"
        "print(json.dumps([to_json(make(*a[:4], SPLITS[a[4]])) for a in json.load(sys.stdin)]))"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(wanted), capture_output=True, text=True, check=True
    )
    assert json.loads(fresh.stdout) == here


@given(items)
def test_every_item_is_whole(problem: Problem) -> None:
    assert problem.skill in BY_NAME
    assert problem.answer
    assert problem.solution[-1] == f"Answer: {problem.answer}"
    assert problem.depth >= 1
    assert len(problem.solution) >= 2
    assert "{" not in problem.text
    assert "  " not in problem.text
    assert problem.text == problem.text.strip()
    assert problem.text[-1] in ".?"
    assert problem.solution not in problem.alternates
    assert len(set(problem.alternates)) == len(problem.alternates)
    assert not any(line != line.strip() or "\n" in line for line in problem.solution)


@given(items)
def test_every_path_ends_in_the_same_answer(problem: Problem) -> None:
    for other in problem.alternates:
        answer = other[-1].removeprefix("Answer: ")
        assert answer == problem.answer or same_expression(answer, str(problem.answer))


def same_expression(one: str, other: str) -> bool:
    points = [dict.fromkeys("xyn", k) for k in range(-3, 6)]
    return all(value(one, at) == value(other, at) for at in points)


def truths(line: str) -> list[bool]:
    """Where on a stretch of the number line a line is true."""
    return [holds(line, {x: Fraction(k, 2) for x in "xyn"}) for k in range(-32, 33)]


@settings(max_examples=150)
@given(items)
def test_every_line_of_every_solution_is_true(problem: Problem) -> None:
    """Equations: where the answer is and nowhere else. Systems: at the answer. All others: always."""
    answer = str(problem.answer)
    for solution in (problem.solution, *problem.alternates):
        for line in solution[:-1]:
            if not LETTER.search(line):
                assert holds(line), (problem.text, line)
            elif problem.skill in EQUATIONS:
                assert truths(line) == truths(answer), (problem.text, line)
            elif problem.skill == "system":
                assert holds(line, solved(answer)), (problem.text, line)
            else:
                assert all(truths(line)), (problem.text, line)


def solved(answer: str) -> dict[str, Fraction]:
    """`x = 3, y = 4` as values."""
    return {part[0]: value(part[4:]) for part in answer.split(", ")}


@given(items)
def test_the_answer_is_the_problems_own(problem: Problem) -> None:
    """Against the text or the drawn parameters, not by way of the solution."""
    skill, p = BY_NAME[problem.skill], dict(problem.params)
    answer = str(problem.answer)
    if problem.skill in EQUATIONS:
        assert truths(asked(skill, p)) == truths(answer)
        if "s" in p and problem.skill != "quadratic":
            assert value(answer[4:]) == p["s"]
    elif problem.skill == "system":
        assert solved(answer) == {"x": p["x"], "y": p["y"]}
        assert holds(asked(skill, p), solved(answer))
    elif problem.skill in EXPRESSIONS:
        assert same_expression(answer, asked(skill, p))
    else:
        assert value(answer) == expected(problem.skill, skill, p)


def asked(skill: Skill, p: Params) -> str:
    blanks = skill.describe(p)
    return blanks if isinstance(blanks, str) else blanks["e"]


def expected(name: str, skill: Skill, params: Params) -> Fraction:
    """The answer of a problem about numbers, from its parameters."""
    p = {k: v if isinstance(v, int) else 0 for k, v in params.items()}
    if name == "percent":
        part = Fraction(p["p"] * p["w"], 100)
        if "plus" in p:
            return part + p["plus"] + p.get("fee", 0)
        return p["w"] + (part if params["change"] == "up" else -part) + p.get("fee", 0)
    if name == "ratio":
        return Fraction(p["b" if p["ask"] else "a"] * p["unit"] - p.get("eaten", 0))
    if name == "rate":
        return Fraction(p["m"] if "back" in p else p["m"] * p["unit"] + p.get("bag", 0))
    if name == "units":
        sizes = {"hours": 60, "minutes": 60, "metres": 100, "kilograms": 1000, "centimetres": 10}
        size = {**sizes, "weeks": 7, "years": 12, "days": 24}[str(params["big"])]
        count = p["n"] + p["lost"] if "back" in p else p["n"] * size + p["rest"] + p.get("more", 0)
        return Fraction(count + p.get("third", 0))
    if name.startswith("word"):
        return story(params, p)
    return value(asked(skill, params))


def story(params: Params, p: dict[str, int]) -> Fraction:
    count = Fraction(p["a"])
    for i in range(sum(name.startswith("e") for name in params)):
        n, k = p.get(f"n{i}", 0), p.get(f"k{i}", 0)
        count = {
            "buy": count + n,
            "left": count + n,
            "give": count - n,
            "each": count - n * k,
            "packs": count + n * k,
            "double": count * 2,
            "half": count / 2,
            "share": count / (k or 1),
        }[str(params[f"e{i}"])]
    return count


@pytest.mark.parametrize("name", ["train", "dev", "numbers-dev", "wording-dev", "depth-dev"])
def test_a_split_is_balanced_and_holds_nothing_twice(name: str) -> None:
    problems = make_split(SPLITS[name], size=120)
    assert set(Counter((p.skill, p.difficulty) for p in problems).values()) == {2}
    assert len({p.id for p in problems}) == 120
    uneven = Counter((p.skill, p.difficulty) for p in make_split(SPLITS[name], size=100))
    assert set(uneven.values()) == {1, 2}
    assert sum(uneven.values()) == 100


def test_another_seed_makes_other_problems_of_the_same_split() -> None:
    one, two = make_split(SPLITS["dev"], 0, 60), make_split(SPLITS["dev"], 1, 60)
    assert len({p.id for p in one} & {p.id for p in two}) < 6


def test_unknown_skills_and_levels_are_bad_input() -> None:
    split = SPLITS["train"]
    with pytest.raises(BadInput, match="no skill 'algebra'; the skills are signed, order"):
        make("algebra", 1, 0, 0, split)
    with pytest.raises(BadInput, match="Level 4 does not exist; levels are 1, 2 and 3"):
        make("signed", 4, 0, 0, split)


@skills()
def test_a_pupil_makes_the_mistake_it_believes_in_and_no_other(skill: Skill) -> None:
    """The prefix is right, the line is the first that differs, and its correction is the path's own line."""
    made = set()
    for params in sample(skill, 60):
        for path in range(skill.paths(params)):
            right = write_solution(skill, params, Work(path=path))
            assert right.mistakes == []
            for malrule in skill.malrules:
                trace = write(skill, params, Random(0), frozenset({malrule}), path, slips=False)
                if trace.mistake is None:
                    assert trace.lines == tuple(right.lines)
                    continue
                made.add(malrule)
                k = trace.mistake.line
                assert trace.mistake.malrule == malrule
                assert trace.lines[:k] == tuple(right.lines[:k])
                assert trace.lines[k] != right.lines[k]
                assert trace.mistake.corrected == right.lines[k]
    assert set(skill.malrules) == made


@skills()
def test_a_slip_is_told_from_a_belief_and_corrected_in_its_own_line(skill: Skill) -> None:
    for params in sample(skill, 12):
        for path in range(skill.paths(params)):
            right = write_solution(skill, params, Work(path=path)).lines
            work = write_solution(skill, params, Work(path=path, slip=lambda v: v + 1))
            if work.lines == right:
                assert work.mistakes == []
                continue
            pairs = enumerate(zip(work.lines, right, strict=False))
            first = next(k for k, (line, wanted) in pairs if line != wanted)
            assert work.mistakes[0].line == first
            assert work.mistakes[0].malrule == SLIP
            assert work.mistakes[0].corrected == right[first]


@settings(max_examples=200)
@given(st.sampled_from(SKILLS), st.sampled_from(DIFFICULTIES), st.integers(0, 10**6))
def test_a_pupils_trace_follows_from_its_random_source(skill: Skill, level: int, seed: int) -> None:
    rng = Random(seed)
    params = draw(skill, level, rng, "fit")
    beliefs, path = beliefs_of(skill, rng), choose_path(skill, params, rng)
    assert beliefs <= set(skill.malrules)
    assert 0 <= path < skill.paths(params)
    one = write(skill, params, Random(seed), beliefs, path)
    assert one == write(skill, params, Random(seed), beliefs, path)
    assert one.lines[-1].startswith("Answer: ")
    right = tuple(write_solution(skill, params, Work(path=path)).lines)
    assert (one.lines == right) == (one.mistake is None)


def test_cured_and_undoubted_beliefs() -> None:
    skill = BY_NAME["signed"]
    cured = frozenset({"minus_minus"})
    assert all(not beliefs_of(skill, Random(i), cured) & cured for i in range(50))
    assert all(not beliefs_of(skill, Random(i), doubt=0.0) for i in range(50))


def test_a_slip_to_nothing_stops_no_pupil() -> None:
    params: Params = {"a": 3, "b": 7, "unit": 5, "ask": 0, "n0": "Ann", "n1": "Ben", "thing": "pens"}
    write_solution(BY_NAME["ratio"], params, Work(slip=lambda v: v - 10))


def test_a_split_of_ones_own() -> None:
    own = Split("own", 60, "dev", NUMBERS)
    assert len(make_split(own)) == 60
