"""What share of a data set the verifier can decide, and whether step-level training can pay there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any

from workbench.errors import BadInput
from workbench.files import json_object, read_jsonl
from workbench.judging.rows import permitted, solution_row
from workbench.problems.readers import problem_of
from workbench.types import Diagnosis, Judgement, Knowledge, Problem, StepVerdict
from workbench.verification.lines.claims import Claim, ClaimSide, read_line
from workbench.verification.lines.findings import read_problem
from workbench.verification.lines.relations import show
from workbench.verification.text.grammar import Number, Token, Unreadable
from workbench.verification.verifier import Verifier

SLIP_SHARE_IN_WORD_PROBLEMS = 0.05
"""Of the first errors in word problems, those of computation; the others are of meaning."""
_EXAMPLE = '{"problem": ..., "steps": [...]}'
ENOUGH = 0.25
"""Below this share of wrong rollouts with a teacher context, most of training is the outcome's signal anyway."""


def read_samples(path: Path) -> list[CoverageSample]:
    """Return problems with solutions from a JSONL file: this project's, GSM8K's, or rows of `workbench verify`.

    Raise `BadInput` that names the line and the field.
    """
    number = count()
    samples = list(read_jsonl(path, lambda line: _sample(json_object(line, _EXAMPLE), next(number))))
    if not samples:
        raise BadInput(f"{path} holds no problems; write one JSON object with `problem` and `steps` a line.")
    return samples


def _sample(row: dict[str, Any], number: int) -> CoverageSample:
    if "problem" in row and ("steps" in row or isinstance(row.get("solution"), str)):
        read = solution_row(row, number)
        skill = row.get("skill")
        named = replace(read.problem, skill=skill) if isinstance(skill, str) else read.problem
        return CoverageSample(named, read.steps)
    problem = problem_of(row, need_answers=False)
    return CoverageSample(problem, problem.solution)


@dataclass(frozen=True)
class CoverageSample:
    """A problem with a solution to it: worked, or written by somebody."""

    problem: Problem
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """How many of the steps under one name are decided."""

    name: str
    steps: int
    decided: int
    incorrect: int

    @property
    def value(self) -> float:
        return self.decided / self.steps if self.steps else 0.0


@dataclass(frozen=True)
class Coverage:
    """What the verifier can do on a data set."""

    knowledge: Knowledge
    problems: int
    word_problems: int
    with_answer: int
    all: Share
    by_skill: tuple[Share, ...]
    by_checker: tuple[Share, ...]
    slips_caught: float | None
    """Share of altered results that are flagged at their step; None where none could be altered."""
    misreadings_caught: float | None
    """Share of altered operands, with the line worked on from them, that are flagged at their step."""
    misread: int
    """Steps that two readers read differently: errors of reading, not of reasoning. They count as undecided."""
    usable: float | None
    """Expected share of wrong rollouts with a teacher context at the wrong step; None without solutions."""
    pays: bool
    sentence: str


@dataclass(frozen=True)
class CoverageTrial:
    """What came of one sample: its verdicts, and the chance of catching an error of each kind."""

    sample: CoverageSample
    steps: tuple[StepVerdict, ...]
    word_problem: bool
    caught: dict[Perturbation, float | None]


def measure(
    samples: Iterable[CoverageSample], verifier: Verifier, knowledge: Knowledge = Knowledge.ANSWER
) -> Iterator[CoverageTrial]:
    """Yield one sample after another, so that a caller can show how far it is; `report` makes the whole of them."""
    for given in samples:
        sample = replace(given, problem=permitted(given.problem, knowledge))
        reading = read_problem(sample.problem.text)
        in_words = not reading.statements and reading.expression is None
        steps = verifier.verify(sample.problem, sample.steps, knowledge).steps if sample.steps else ()
        caught = {kind: _chance(verifier, sample, steps, kind, knowledge) for kind in Perturbation}
        yield CoverageTrial(given, steps, in_words, caught)


def _chance(
    verifier: Verifier, sample: CoverageSample, steps: Sequence[StepVerdict], kind: Perturbation, knowledge: Knowledge
) -> float | None:
    """The share of steps at which an error of this kind would be flagged; None where none can be made."""
    hits = []
    for at, verdict in enumerate(steps):
        made = twins(sample.steps[at], kind)
        for twin in made:
            judged = verifier.verify(sample.problem, [*sample.steps[:at], twin], knowledge)
            hits.append(judged.first_error == at)
        if not made and verdict.judgement is Judgement.UNKNOWN:
            hits.append(False)  # nothing here could be decided, so no error here could be either
    return sum(hits) / len(hits) if hits else None


def report(trials: Sequence[CoverageTrial], knowledge: Knowledge) -> Coverage:
    """Return the whole of what was measured."""
    verdicts = [(t.sample.problem.skill, s) for t in trials for s in t.steps]
    everything = _share("all", [s for _, s in verdicts])
    usable = _mean([u for t in trials if t.steps and (u := _usable(t)) is not None])
    answers = sum(t.sample.problem.answer is not None for t in trials)
    words = sum(t.word_problem for t in trials)
    pays = usable is not None and usable >= ENOUGH and 2 * answers >= len(trials)
    return Coverage(
        knowledge=knowledge,
        problems=len(trials),
        word_problems=words,
        with_answer=answers,
        all=everything,
        by_skill=_grouped(verdicts),
        by_checker=_grouped([(s.checker or "none", s) for _, s in verdicts]),
        slips_caught=_mean([c for t in trials if (c := t.caught[Perturbation.SLIP]) is not None]),
        misreadings_caught=_mean([c for t in trials if (c := t.caught[Perturbation.MISREADING]) is not None]),
        misread=sum(s.diagnosis is Diagnosis.MISREAD for _, s in verdicts),
        usable=usable,
        pays=pays,
        sentence=_sentence(len(trials), answers, words, everything.value, usable, pays, knowledge),
    )


def _usable(trial: CoverageTrial) -> float | None:
    """The chance that a wrong rollout of this problem is flagged where it goes wrong."""
    slip, misreading = trial.caught[Perturbation.SLIP], trial.caught[Perturbation.MISREADING]
    if slip is None or misreading is None:
        return slip if slip is not None else misreading
    weight = SLIP_SHARE_IN_WORD_PROBLEMS if trial.word_problem else 1.0
    return weight * slip + (1 - weight) * misreading


def _sentence(
    problems: int, answers: int, words: int, decided: float, usable: float | None, pays: bool, knowledge: Knowledge
) -> str:
    if usable is None:
        return "Whether step-level training can pay cannot be told: no problem comes with a solution to try."
    steps = f"{100 * decided:.0f} % of steps are decided"
    context = f"about {100 * usable:.0f} % of wrong rollouts would get a teacher context at the step that goes wrong"
    if pays:
        return f"Step-level training can pay here: {steps}, and {context}."
    if 2 * answers < problems:
        why = f"{problems - answers} of {problems} tasks have no answer to check"
        return f"Step-level training cannot pay here: {why}, {steps}, and {context}."
    advice = ""
    if 2 * words > problems and knowledge is not Knowledge.REFERENCE:
        advice = "; errors in word problems are mostly of meaning, which a worked solution helps to find"
    return f"Step-level training cannot pay here: {steps}, but only {context}{advice}."


def _share(name: str, steps: Sequence[StepVerdict]) -> Share:
    counts = Counter(s.judgement for s in steps)
    return Share(name, len(steps), len(steps) - counts[Judgement.UNKNOWN], counts[Judgement.INCORRECT])


def _grouped(named: Sequence[tuple[str, StepVerdict]]) -> tuple[Share, ...]:
    groups: dict[str, list[StepVerdict]] = {}
    for name, step in named:
        groups.setdefault(name, []).append(step)
    return tuple(_share(name, groups[name]) for name in sorted(groups))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


# Wrong twins of a right step: what a slip or a misreading would have made of it.


class Perturbation(StrEnum):
    """How a step goes wrong."""

    SLIP = "slip"
    """The result of the line is wrong."""
    MISREADING = "misreading"
    """A number taken into the line is wrong, and the line is worked on rightly from it."""


def twins(step: str, kind: Perturbation) -> tuple[str, ...]:
    """Return the twin of the step's last claim; nothing where the step computes nothing."""
    claims = read_line(step).claims
    if not claims:
        return ()
    made = _slip(step, claims[-1]) if kind is Perturbation.SLIP else _misreading(step, claims[-1])
    return (made,) if made is not None else ()


def _numbers(part: ClaimSide) -> list[Token]:
    return [t for t in part.tokens if t.kind == "num"]


def _slip(step: str, claim: Claim) -> str | None:
    """The last number of the claim's last part, one more than it is."""
    last = claim.parts[-1]
    found = _numbers(last) if last is not None else []
    return _put(step, found[-1].start, found[-1].end, _one_more(found[-1].text)) if found else None


def _misreading(step: str, claim: Claim) -> str | None:
    """The first number of `a + b = c` one more than it is, and the result that follows from it."""
    if len(claim.parts) != 2 or claim.relations != ("=",):
        return None
    left, right = claim.parts
    if left is None or right is None or left.letters or right.letters or left.bare or not right.bare:
        return None
    first, shown = _numbers(left), _numbers(right)
    if not first or len(shown) != 1:
        return None
    misread = _put(step, first[0].start, first[0].end, _one_more(first[0].text))
    value = _left_value(misread)
    if value is None or value < 0:
        return None
    shift = len(misread) - len(step)
    return _put(misread, shown[0].start + shift, shown[0].end + shift, show(value))


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _left_value(step: str) -> Number | None:
    claims = read_line(step).claims
    left = claims[-1].parts[0] if claims else None
    try:
        return left.value if left is not None and not left.letters else None
    except Unreadable:
        return None


def _one_more(text: str) -> str:
    """The number with one more at its last place that counts: `1,200` is `1,201`, `0.25` is `0.26`."""
    digits = text.replace(",", "")
    _, point, places = digits.partition(".")
    more = str(int(digits.replace(".", "")) + 1).zfill(len(places) + 1)
    if point:
        return f"{more[: -len(places)]}.{more[-len(places) :]}"
    return f"{int(more):,}" if "," in text else more
