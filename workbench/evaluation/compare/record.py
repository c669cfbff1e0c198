"""What a finished run leaves behind: one small JSON of plain counts, from which every figure is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pydantic import ValidationError

from workbench.domains import domain_of
from workbench.errors import BadInput
from workbench.files import read_text, what_was_wrong
from workbench.statistics import majority_at_k
from workbench.types import Group, Judgement, Knowledge, Problem, Verdict, from_json
from workbench.verification import Verifier

SUFFIX = ".json"


@dataclass(frozen=True)
class Counts:
    """How often each problem was solved, of `samples` solutions of each. Lists are in the order of `problems`."""

    problems: tuple[str, ...]
    samples: int
    solved: tuple[int, ...]
    """Right answer."""
    process: tuple[int, ...]
    """Right answer and no step incorrect."""
    wrong_reasons: tuple[int, ...]
    """Right answer and some step incorrect."""
    decided: tuple[int, ...] = ()
    """Every step decided."""
    wrong_by_reference: tuple[int, ...] = ()
    """Right answer and some step incorrect, judged with the worked solution, which no training saw."""

    def share(self, counts: Sequence[int]) -> float:
        """Return a measure over all samples."""
        return sum(counts) / (self.samples * len(counts))


@dataclass(frozen=True)
class Charges:
    """What a run has used so far. None where the loop does not count it."""

    rollouts: int
    sampled_tokens: float
    teacher_tokens: float | None
    writer_tokens: float | None
    seconds: dict[str, float]
    """Wall time by stage, evaluation and checkpoints not counted."""

    @property
    def wall(self) -> float:
        return sum(self.seconds.values())


@dataclass(frozen=True)
class DevPoint:
    """One evaluation on `dev`."""

    round: int
    charges: Charges
    counts: Counts
    malrules: dict[str, int]
    """First errors by malrule, or by diagnosis where no malrule is known."""
    health: dict[str, float] = field(default_factory=dict)
    """Means of the rounds' metrics since the evaluation before."""
    epoch: float = 0.0
    """Passes over the problems at the first of those rounds."""


@dataclass(frozen=True)
class Many:
    """Many samples of each problem, for pass@k and maj@k."""

    problems: tuple[str, ...]
    samples: int
    solved: tuple[int, ...]
    majority: dict[str, tuple[float, ...]]
    """By k: whether the commonest of the first k answers is right."""
    first_path: tuple[int, ...]
    """Right solutions that go the way of the worked solution."""
    second_path: tuple[int, ...]
    """Right solutions that go another way."""


@dataclass(frozen=True)
class Ending:
    """What was measured once, at the end."""

    splits: dict[str, Counts] = field(default_factory=dict)
    greedy: dict[str, Counts] = field(default_factory=dict)
    many: Many | None = None
    with_memory: Counts | None = None
    """`test` with memory in the prompt."""
    without_memory: Counts | None = None
    """The same problems and chances without."""
    chosen: Counts | None = None
    """`test` by the policy with the best evaluation on `dev`."""
    chosen_round: int | None = None
    malrules: dict[str, int] = field(default_factory=dict)
    solutions: tuple[tuple[str, str], ...] = ()
    """Right solutions of `test`: the problem's id and the text."""
    seconds: float = 0.0


@dataclass(frozen=True)
class RunRecord:
    """A finished run."""

    key: str
    settings_key: str
    plan: str
    arm: str
    seed: int
    method: str
    rounds: int
    versions: dict[str, str]
    code: str
    machine: str
    threads: int
    config: dict[str, object]
    measures: dict[str, object]
    curve: tuple[DevPoint, ...]
    ending: Ending
    charges: Charges
    dev_seconds: float = 0.0
    """Wall time of one evaluation on `dev`, the mean of those in the last sitting."""
    collapsed: str | None = None
    """What was wrong with the policy, where training stopped it."""


def read_run(path: Path) -> RunRecord:
    """Return the run of a JSON file. Raise `BadInput` if it is none."""
    try:
        return from_json(RunRecord, read_text(path))
    except ValidationError as error:
        wrong = what_was_wrong(error)
        raise BadInput(f"{path} is no finished run: {wrong}; delete it and run its plan again.") from error


def read_runs(folder: Path) -> list[RunRecord]:
    """Return all finished runs of a folder, by name."""
    return [read_run(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]


# From judged solutions to plain counts.


MAJORITIES = (1, 2, 4, 8, 16, 32, 64)
"""The sizes of a vote, as far as there are samples."""


def count(groups: Sequence[Group], referee: Verifier | None = None) -> Counts:
    """Return the counts of each problem. `referee` judges right solutions once more with the worked solution."""

    def total(measure: Callable[[Verdict], bool]) -> tuple[int, ...]:
        return tuple(sum(measure(m.verdict) for m in g.members) for g in groups)

    return Counts(
        problems=tuple(g.problem.id for g in groups),
        samples=len(groups[0].members),
        solved=total(lambda v: v.answer_correct),
        process=total(lambda v: v.process_correct),
        wrong_reasons=total(lambda v: v.right_for_wrong_reasons),
        decided=total(lambda v: v.all_decided),
        wrong_by_reference=tuple(_wrong_by_reference(g, referee) for g in groups) if referee else (),
    )


def _wrong_by_reference(group: Group, referee: Verifier) -> int:
    right = Counter(m.rollout.text for m in group.members if m.verdict.answer_correct)
    wrong = (
        times
        for text, times in right.items()
        if referee.verify(group.problem, text, Knowledge.REFERENCE).first_error is not None
    )
    return sum(wrong)


def first_errors(groups: Iterable[Group]) -> dict[str, int]:
    """Return how many solutions have each malrule, or diagnosis where no malrule is known, as their first error."""
    found: Counter[str] = Counter()
    for verdict in (m.verdict for g in groups for m in g.members):
        if verdict.located_error is not None:
            step = verdict.steps[verdict.located_error]
            found[step.malrule or step.diagnosis.value] += 1
    return dict(found.most_common())


def count_many(groups: Sequence[Group]) -> Many:
    """Return the counts for pass@k and maj@k, and by which path the right solutions go."""
    samples = len(groups[0].members)
    sizes = [k for k in MAJORITIES if k <= samples]
    votes = [_votes(g) for g in groups]
    marks = [[m.verdict.answer_correct for m in g.members] for g in groups]
    paths = [Counter(_paths(g)) for g in groups]
    return Many(
        problems=tuple(g.problem.id for g in groups),
        samples=samples,
        solved=tuple(g.solved for g in groups),
        majority={str(k): tuple(majority_at_k(v, m, k) for v, m in zip(votes, marks, strict=True)) for k in sizes},
        first_path=tuple(p[1] for p in paths),
        second_path=tuple(p[2] for p in paths),
    )


def _votes(group: Group) -> list[str | None]:
    """Each answer in one form: equal values are equal text, all right ones the known answer."""
    forms: dict[str, str] = {}
    same_value = domain_of(group.problem).grade
    votes: list[str | None] = []
    for member in group.members:
        answer = member.verdict.answer
        if member.verdict.answer_correct:
            votes.append(group.problem.answer)
        elif answer is None:
            votes.append(None)
        else:
            if answer not in forms:
                same = (known for known in forms.values() if same_value(known, answer) is Judgement.CORRECT)
                forms[answer] = next(same, answer)
            votes.append(forms[answer])
    return votes


def _paths(group: Group) -> Iterable[int]:
    """1 or 2 for each right solution that clearly follows one of the problem's two ways."""
    if not group.problem.alternates:
        return
    for member in group.members:
        if member.verdict.process_correct:
            path = which_path(group.problem, [step.text for step in member.verdict.steps])
            if path is not None:
                yield path


def which_path(problem: Problem, lines: Sequence[str]) -> int | None:
    """Return 1 if the lines begin more like the worked solution, 2 if more like another, None if alike."""
    first = _shared(lines, problem.solution)
    second = max((_shared(lines, other) for other in problem.alternates), default=0)
    return None if first == second else 1 if first > second else 2


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    same = 0
    for x, y in zip(a, b, strict=False):
        if "".join(x.split()) != "".join(y.split()):
            break
        same += 1
    return same


def some_right(groups: Sequence[Group], wanted: int, seed: str) -> tuple[tuple[str, str], ...]:
    """Return right solutions drawn at random, for people to read: the problem's id and the text."""
    right = [(g.problem.id, m.rollout.text) for g in groups for m in g.members if m.verdict.answer_correct]
    return tuple(Random(seed).sample(right, min(wanted, len(right))))
