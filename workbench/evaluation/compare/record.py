"""What a finished run leaves behind: one small JSON of plain counts, from which every figure is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from workbench.errors import BadInput
from workbench.files import read_text, what_was_wrong
from workbench.types import from_json

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
        """A measure over all samples."""
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
    """A run's JSON. Raises `BadInput` if it is none."""
    try:
        return from_json(RunRecord, read_text(path))
    except ValidationError as error:
        wrong = what_was_wrong(error)
        raise BadInput(f"{path} is no finished run: {wrong}; delete it and run its plan again.") from error


def read_runs(folder: Path) -> list[RunRecord]:
    """All finished runs of a folder, by name."""
    return [read_run(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
